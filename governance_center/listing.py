"""Names, labels and amounts in one line, as the language that is active writes them."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from django.utils.translation import get_language

ENUMERATION_COMMA = "、"


def enumerated(items: Iterable[object]) -> str:
    """The items in a row: Chinese separates them by its enumeration comma (GB/T 15834), Korean by comma and blank."""
    separator = ", " if get_language() == "ko" else ENUMERATION_COMMA
    return separator.join(str(item) for item in items)


def colon() -> str:
    """What stands between a label and its value: Chinese has it full-width (GB/T 15834), Korean followed by a blank."""
    return ": " if get_language() == "ko" else "："


def semicolon() -> str:
    """What stands between parts that have commas of their own: Chinese has it full-width."""
    return "; " if get_language() == "ko" else "；"


def bracketed(text: object) -> str:
    """The text in brackets, to follow a word directly: full-width in Chinese, after a blank in Korean."""
    return f" ({text})" if get_language() == "ko" else f"（{text}）"


def money(amount: Decimal) -> str:
    """An amount in yuan with its thousands apart: 28,000 or 28,000.50; two decimals or none."""
    return f"{amount:,.0f}" if amount == amount.to_integral_value() else f"{amount:,.2f}"


def yuan(amount: Decimal) -> str:
    """An amount as a paper has it, ￥2,800.00."""
    return f"￥{amount:,.2f}"
