"""What stood out in a period. Whoever finds such things adds a source; without one the part is left out."""

from __future__ import annotations

from collections.abc import Callable

from reporting.periods import Period

Told = dict[str, str]
"""One warning in words: by language."""

SOURCES: list[Callable[[str, Period], list[Told]]] = []
"""Each takes the code of a division and a period, and gives what its officials were warned of in it."""


def told(scope_code: str, period: Period) -> list[Told]:
    """What all sources tell, in their order."""
    return [one for source in SOURCES for one in source(scope_code, period)]
