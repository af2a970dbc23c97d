"""The few classes in which a map shows a figure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from reporting.measures import Unit

MOST = 5
"""An eye tells no more shades than these apart."""


@dataclass(frozen=True, slots=True)
class Span:
    """Values from ``low`` up to, but without, ``high``; the last span of a rate holds 100 as well."""

    low: float
    high: float

    def label(self, unit: Unit) -> str:
        """As the legend writes it; whole numbers with both ends, ``0–49``."""
        if unit is Unit.COUNT:
            last = int(self.high) - 1
            return f"{int(self.low):,}" if last == int(self.low) else f"{int(self.low):,}–{last:,}"
        return f"{self.low:g}–{self.high:g}"


def spans(values: Sequence[float], unit: Unit) -> list[Span]:
    """Spans of equal width and round limits that hold all values, at most :data:`MOST`.

    No span is narrower than one case, one day or one point: shades must not make much of a difference that is small.
    """
    if not values:
        return []
    low, high = min(values), max(values)
    step = next(step for step in _round_steps() if _count(low, high, step, unit) <= MOST)
    begin = math.floor(low / step) * step
    made = [Span(begin + step * number, begin + step * (number + 1)) for number in range(_count(low, high, step, unit))]
    return [Span(one.low, min(one.high, 100)) for one in made] if unit is Unit.PERCENT else made


def place_of(value: float, among: Sequence[Span]) -> int:
    """The number of the span that holds the value."""
    for number, span in enumerate(among):
        if value < span.high:
            return number
    return len(among) - 1


def _count(low: float, high: float, step: float, unit: Unit) -> int:
    begin = math.floor(low / step)
    last = math.floor(high / step)
    if unit is Unit.PERCENT and high == 100 and 100 % step == 0 and last > begin:
        last -= 1
    return last - begin + 1


def _round_steps() -> Sequence[float]:
    return [factor * 10**power for power in range(12) for factor in (1, 2, 5)]
