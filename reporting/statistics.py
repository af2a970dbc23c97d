"""The statistics of the figures: intervals, survival, standardisation. Pure functions of numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist

Z95 = 1.959963984540054
"""The 97.5 % point of the normal distribution."""


def wilson(hits: int, of: int, z: float = Z95) -> tuple[float, float]:
    """The score interval of a share, two numbers within 0 and 1 (Wilson 1927); (0, 1) where there is nothing.

    Unlike the textbook interval it stays within bounds and holds for few cases and shares near 0 and 1.
    """
    if of <= 0:
        return 0.0, 1.0
    share = hits / of
    middle = share + z * z / (2 * of)
    half = z * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    whole = 1 + z * z / of
    return max(0.0, (middle - half) / whole), min(1.0, (middle + half) / whole)


@dataclass(frozen=True, slots=True)
class Survival:
    """A Kaplan-Meier curve of the time to resolution: after ``days[i]`` whole days the share ``open[i]`` is unresolved.

    The curve begins before the first day with 1. A quantile is None where the curve never comes down that far.
    """

    days: tuple[int, ...]
    open: tuple[float, ...]

    def quantile(self, share: float) -> int | None:
        """The first day by which ``share`` (0 to 1) of the cases were resolved."""
        # The shares are products of many factors; a hair above the mark is on it.
        for day, left in zip(self.days, self.open, strict=True):
            if left <= 1 - share + 1e-12:
                return day
        return None

    @property
    def median(self) -> int | None:
        return self.quantile(0.5)

    @property
    def quartiles(self) -> tuple[int | None, int | None]:
        """The days by which a quarter and three quarters were resolved."""
        return self.quantile(0.25), self.quantile(0.75)


def survival(resolved: Mapping[int, int], censored: Mapping[int, int]) -> Survival:
    """The product-limit estimate (Kaplan and Meier 1958).

    Args:
        resolved: how many were resolved after so many whole days.
        censored: how many were seen so many whole days without being resolved: open, withdrawn or guided elsewhere. Who
            was resolved on a day was at risk together with those last seen on that day.
    """
    at_risk = sum(resolved.values()) + sum(censored.values())
    left, days, curve = 1.0, list[int](), list[float]()
    for day in sorted({*resolved, *censored}):
        hits = resolved.get(day, 0)
        if hits:
            left *= 1 - hits / at_risk
            days.append(day)
            curve.append(left)
        at_risk -= hits + censored.get(day, 0)
    return Survival(tuple(days), tuple(curve))


def median_of(counts: Mapping[int, int]) -> float | None:
    """The median of whole numbers given by how often each occurs; the mean of the two middle ones where they differ."""
    total = sum(counts.values())
    if not total:
        return None
    low, high = (total + 1) // 2, total // 2 + 1
    seen, found = 0, list[int]()
    for value in sorted(counts):
        seen += counts[value]
        while len(found) < 2 and seen >= (low, high)[len(found)]:
            found.append(value)
    return sum(found) / 2


def median_interval(counts: Mapping[int, int], least: int) -> tuple[float, float] | None:
    """The 95 % interval of the median by order statistics (normal approximation of the sign test), of whole numbers
    given by how often each occurs; None for fewer than ``least`` of them."""
    total = sum(counts.values())
    if not total or total < least:
        return None
    half = Z95 * math.sqrt(total) / 2
    ranks = max(1, math.floor(total / 2 - half)), min(total, math.ceil(total / 2 + half) + 1)
    seen, found = 0, list[int]()
    for value in sorted(counts):
        seen += counts[value]
        while len(found) < 2 and seen >= ranks[len(found)]:
            found.append(value)
    return found[0], found[1]


@dataclass(frozen=True, slots=True)
class Standardised:
    """A share adjusted for the mix of cases, with its 95 % interval, all within 0 and 1; ``covered`` is the part of the
    standard mix for which there are own cases."""

    share: float
    low: float
    high: float
    covered: float


def standardise(own: Mapping[str, tuple[int, int]], standard: Mapping[str, int]) -> Standardised | None:
    """Direct standardisation: the share that would be had with the standard's mix of categories.

    Args:
        own: hits and cases by category.
        standard: cases of the standard population (the division above) by category.

    Categories without own cases tell nothing; the weights of the others are scaled up, and ``covered`` says how much of
    the mix they are. The interval is that of a weighted sum of binomial shares (normal approximation, each share
    pulled towards one half by two cases so that 0 and 1 have a width).

    Returns: None where no category has own cases.
    """
    weights = {key: weight for key, weight in standard.items() if weight and own.get(key, (0, 0))[1]}
    total, whole = sum(weights.values()), sum(standard.values())
    if not total:
        return None
    share = sum(weight * own[key][0] / own[key][1] for key, weight in weights.items()) / total
    variance = 0.0
    for key, weight in weights.items():
        hits, cases = own[key]
        pulled = (hits + 1) / (cases + 2)
        variance += (weight / total) ** 2 * pulled * (1 - pulled) / (cases + 2)
    half = Z95 * math.sqrt(variance)
    return Standardised(share, max(0.0, share - half), min(1.0, share + half), total / whole)


def counts_differ(one: int, other: int, *, days: int = 1, other_days: int = 1, z: float = Z95) -> bool:
    """Whether two counts of rare events differ by more than chance, given how many days each was counted.

    Of ``one + other`` events, the share that fell into the first span is compared with what the lengths of the spans
    let expect (the conditional test of two Poisson counts; Przyborowski and Wilenski 1940), by the score interval.
    """
    low, high = wilson(one, one + other, z)
    return not low <= days / (days + other_days) <= high


def z_of(comparisons: int) -> float:
    """The point of the normal distribution for so many comparisons at once, 5 % in all (Bonferroni)."""
    return NormalDist().inv_cdf(1 - 0.025 / max(comparisons, 1))
