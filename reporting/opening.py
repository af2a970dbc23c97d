"""The way from a figure to what it counts: cases of the roll-ups (:mod:`reporting.drill`) or the rows of another table
(:mod:`reporting.counted_page`)."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field

from reporting import counted_page, drill
from reporting.periods import Period

WHOLE_CASES = {"median_days": "resolved", "time_to_resolution": "accepted", "signing_hours": "signed"}
"""The cases on which a median rests."""


@dataclass(frozen=True, slots=True)
class Whose:
    """Of what a figure is: of a division, ``exactly`` of it or of all below it as well, narrowed to keys."""

    division: str
    exactly: bool = False
    narrowed: Mapping[str, str] = field(default_factory=dict)


def address(figure: str, whose: Whose, period: Period, of: str = drill.NUMERATOR) -> str:
    """The page behind a number of a figure; empty where no list can show it."""
    return _address(figure, whose.division, whose.exactly, tuple(whose.narrowed.items()), period, of)


@functools.lru_cache(maxsize=20_000)
def _address(
    figure: str, division: str, is_exact: bool, keys: tuple[tuple[str, str], ...], period: Period, of: str
) -> str:
    """A page has hundreds of these, and the same ones whenever it is opened again."""
    narrowed = {**({"exactly": "1"} if is_exact else {}), **dict(keys)}
    if figure in counted_page.FIGURES:
        return counted_page.address(figure, division, period, of=of, **narrowed)
    return drill.address(WHOLE_CASES.get(figure, figure), division, period, of=of, **narrowed)
