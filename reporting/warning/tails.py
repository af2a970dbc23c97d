"""Tail probabilities of counts, and the control of false discoveries among many of them."""

from __future__ import annotations

import math
from collections.abc import Sequence

PRECISION = 1e-15
"""A sum ends when its next term is smaller than this part of it."""


def upper_tail(count: int, mean: float, dispersion: float = 0.0) -> float:
    """The probability of ``count`` or more cases where ``mean`` are expected, summed exactly.

    Args:
        count: cases seen, at least 0.
        mean: cases expected, above 0 unless ``count`` is 0.
        dispersion: 0 for a Poisson distribution; else the negative binomial one with the variance
            ``mean + dispersion * mean ** 2``.
    """
    if count <= 0:
        return 1.0
    if mean <= 0:
        return 0.0
    if count <= mean:
        return max(0.0, 1.0 - _sum_below(count, mean, dispersion))
    term = math.exp(_log_probability(count, mean, dispersion))
    total, number = term, count
    while term > total * PRECISION:
        term *= _ratio(number, mean, dispersion)
        number += 1
        total += term
    return min(1.0, total)


def quantile(probability: float, mean: float, dispersion: float = 0.0) -> int:
    """The smallest count that is not exceeded with at least this probability."""
    if mean <= 0:
        return 0
    number = 0
    term = total = math.exp(_log_probability(0, mean, dispersion))
    while total < probability and number < 100_000:
        term *= _ratio(number, mean, dispersion)
        number += 1
        total += term
    return number


def benjamini_hochberg(probabilities: Sequence[float], rate: float, tested: int | None = None) -> list[bool]:
    """Which of the tests are discoveries, when at most ``rate`` of the discoveries may be false (1995 procedure).

    Args:
        probabilities: tail probabilities of the tests.
        tested: how many were tested in all, where those left out have the probability 1.
    """
    total = tested if tested is not None else len(probabilities)
    order = sorted(range(len(probabilities)), key=lambda index: probabilities[index])
    last = 0
    for rank, index in enumerate(order, start=1):
        if probabilities[index] <= rate * rank / total:
            last = rank
    found = [False] * len(probabilities)
    for index in order[:last]:
        found[index] = True
    return found


def _log_probability(count: int, mean: float, dispersion: float) -> float:
    if dispersion <= 0:
        return count * math.log(mean) - mean - math.lgamma(count + 1)
    size = 1 / dispersion
    return (
        math.lgamma(count + size) - math.lgamma(size) - math.lgamma(count + 1)
        - size * math.log1p(mean * dispersion) + count * (math.log(mean) - math.log(mean + size))
    )  # fmt: skip


def _ratio(count: int, mean: float, dispersion: float) -> float:
    """The probability of ``count + 1`` over that of ``count``."""
    if dispersion <= 0:
        return mean / (count + 1)
    size = 1 / dispersion
    return (count + size) / (count + 1) * mean / (mean + size)


def _sum_below(count: int, mean: float, dispersion: float) -> float:
    term = total = math.exp(_log_probability(0, mean, dispersion))
    for number in range(count - 1):
        term *= _ratio(number, mean, dispersion)
        total += term
    return total
