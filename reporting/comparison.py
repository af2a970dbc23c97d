"""What has changed between two periods, and whether the change can be told from chance."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass

from reporting.measures import SMALL, Basis, Figure, Unit
from reporting.statistics import wilson


class Verdict(enum.StrEnum):
    """What may be said of a difference: of a change in time, or (``ABOVE``, ``BELOW``) of a place beside the whole.
    Empty where neither direction is better."""

    UNSAID = ""
    SAME = "same"
    BETTER = "better"
    WORSE = "worse"
    UNCLEAR = "unclear"
    FEW = "few"
    ABOVE = "above"
    BELOW = "below"


@dataclass(frozen=True, slots=True)
class Change:
    """A figure beside the same figure of another period.

    ``difference`` is in the unit of the measure (points for a rate), None where either cannot be said; ``percent`` is
    the difference of a count in percent of the earlier one, None where that was 0.
    """

    now: Figure
    then: Figure
    difference: float | None
    percent: float | None
    verdict: Verdict


def changes(
    now: Mapping[str, Figure], then: Mapping[str, Figure], resolved: tuple[int, int] = (0, 0)
) -> dict[str, Change]:
    """The change of every figure that both have. ``resolved``: on how many cases the medians of now and then rest."""
    of = _accepted(now), _accepted(then)
    return {
        code: Change(one, then[code], _difference(one, then[code]), _percent(one, then[code]),
                     verdict(one, then[code], of, resolved))
        for code, one in now.items() if code in then
    }  # fmt: skip


def verdict(now: Figure, then: Figure, accepted: tuple[int, int], resolved: tuple[int, int]) -> Verdict:
    """Whether ``now`` is better than ``then``.

    A rate is better or worse only where the two intervals lie apart. A count of a cohort is judged by its share of the
    accepted cases in the same way, because fewer cases are no merit. A median rests on ``resolved`` cases.
    """
    if not now.measure.direction or now.value is None or then.value is None:
        return Verdict.UNSAID
    if now.measure.unit in {Unit.DAYS, Unit.HOURS, Unit.MINUTES}:
        return _of_median(now, then, resolved)
    ends = _intervals(now, then, accepted)
    if ends is None:
        return Verdict.UNSAID
    (low, high), (old_low, old_high), cases = ends
    if min(cases) < SMALL:
        return Verdict.FEW
    if low <= old_high and old_low <= high:
        return Verdict.UNCLEAR
    return _judged(low > old_high, now)


def overlap(one: Figure, other: Figure) -> bool:
    """Whether the intervals of two rates overlap, so that neither can be said to be the higher."""
    if one.low is None or one.high is None or other.low is None or other.high is None:
        return True
    return one.low <= other.high and other.low <= one.high


def _of_median(now: Figure, then: Figure, resolved: tuple[int, int]) -> Verdict:
    if now.measure.unit is Unit.DAYS and min(resolved) < SMALL:
        return Verdict.FEW
    if now.value == then.value:
        return Verdict.SAME
    return _judged(float(now.value or 0) > float(then.value or 0), now)


def _intervals(
    now: Figure, then: Figure, accepted: tuple[int, int]
) -> tuple[tuple[float, float], tuple[float, float], tuple[int, int]] | None:
    if now.measure.is_rate:
        cases = now.denominator or 0, then.denominator or 0
    elif now.measure.basis is Basis.COHORT:
        cases = accepted
    else:
        return None
    if not all(cases):
        return None
    return wilson(now.numerator or 0, cases[0]), wilson(then.numerator or 0, cases[1]), cases


def _judged(is_higher: bool, figure: Figure) -> Verdict:
    return Verdict.BETTER if is_higher == (figure.measure.direction == "up") else Verdict.WORSE


def _difference(now: Figure, then: Figure) -> float | None:
    return None if now.value is None or then.value is None else now.value - then.value


def _percent(now: Figure, then: Figure) -> float | None:
    if now.measure.unit is not Unit.COUNT or not then.value or now.value is None:
        return None
    return 100 * (now.value - then.value) / then.value


def _accepted(figures: Mapping[str, Figure]) -> int:
    return figures["accepted"].numerator or 0 if "accepted" in figures else 0
