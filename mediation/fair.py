"""Results that can be compared fairly: observed against expected, with the size of the sample. Pure.

Some matters are settled more often than others, whoever mediates. So the successes of a mediator are held against
the number to be expected if each case had ended as the county's cases of the same category and level of risk did
(indirect standardisation; Breslow and Day, Statistical Methods in Cancer Research II, 1987, ch. 2). It is a hint with
its uncertainty, never a rank.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

Z95 = 1.959964
"""The 97.5 % point of the normal distribution."""

ENOUGH = 10
"""Fewer concluded cases than this say nothing."""


@dataclass(frozen=True, slots=True)
class Stratum:
    """Concluded cases of one category and level of risk: the mediator's own, and all of the county's (own included)."""

    category: Any
    risk: int
    own_resolved: int
    own_concluded: int
    all_resolved: int
    all_concluded: int

    @property
    def expected(self) -> float:
        """Successes among the own cases, if they ended as the county's do."""
        return self.own_concluded * self.all_resolved / self.all_concluded if self.all_concluded else 0.0


@dataclass(frozen=True, slots=True)
class Figures:
    """Successes out of concluded cases, those expected, and the 95 % interval of the rate (0 to 1)."""

    resolved: int
    concluded: int
    expected: float
    low: float
    high: float

    @property
    def verdict(self) -> str:
        """``none``, ``too_few``, ``fewer``, ``more`` or ``as_expected``."""
        if not self.concluded:
            return "none"
        if self.concluded < ENOUGH:
            return "too_few"
        rate = self.expected / self.concluded
        if rate < self.low:
            return "more"
        return "fewer" if rate > self.high else "as_expected"

    @property
    def rate(self) -> float | None:
        """Percent; None where nothing was concluded."""
        return 100 * self.resolved / self.concluded if self.concluded else None

    @property
    def low_percent(self) -> float:
        return 100 * self.low

    @property
    def high_percent(self) -> float:
        return 100 * self.high


def wilson(resolved: int, concluded: int, z: float = Z95) -> tuple[float, float]:
    """The interval of a rate by E. B. Wilson (J. Am. Stat. Assoc. 22, 1927, 209–212); 0 to 1 where there is nothing.

    Centre (p + z²/2n) / (1 + z²/n), half width z·√(p(1−p)/n + z²/4n²) / (1 + z²/n).
    """
    if not concluded:
        return 0.0, 1.0
    rate, square = resolved / concluded, z * z / concluded
    centre = (rate + square / 2) / (1 + square)
    half = z * math.sqrt(rate * (1 - rate) / concluded + square / (4 * concluded)) / (1 + square)
    return (centre - half if resolved else 0.0), (centre + half if resolved < concluded else 1.0)


def figures(strata: Iterable[Stratum]) -> Figures:
    """Sums over the strata, with the expected number and the interval."""
    rows: Sequence[Stratum] = list(strata)
    resolved, concluded = sum(row.own_resolved for row in rows), sum(row.own_concluded for row in rows)
    low, high = wilson(resolved, concluded)
    return Figures(resolved, concluded, sum(row.expected for row in rows), low, high)


def by_category(strata: Iterable[Stratum]) -> list[tuple[Any, Figures]]:
    """The figures of each category with own cases, those with most cases first."""
    found: dict[Any, list[Stratum]] = {}
    for row in strata:
        if row.own_concluded:
            found.setdefault(row.category, []).append(row)
    rows = [(category, figures(group)) for category, group in found.items()]
    return sorted(rows, key=lambda row: (-row[1].concluded, str(row[0])))
