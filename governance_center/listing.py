"""Several names in one line, as the language that is active writes them."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import get_language

ENUMERATION_COMMA = "、"


def enumerated(items: Iterable[object]) -> str:
    """The items in a row: Chinese separates them by its enumeration comma (GB/T 15834), Korean by comma and blank."""
    separator = ", " if get_language() == "ko" else ENUMERATION_COMMA
    return separator.join(str(item) for item in items)
