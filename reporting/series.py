"""Figures over time: by month, or by day where the period is short, and the backlog of each day."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Sum

from reporting.models import BacklogDay
from reporting.periods import DAY, Period, months
from reporting.rollups.reading import Reader

MOST_DAYS = 92
"""Up to so many days are shown day by day, a longer period by months."""


@dataclass(frozen=True, slots=True)
class Point:
    """A month (as far as it lies in the period) or a day: what became of the cases accepted then, and beside it what
    was resolved then, whenever it was accepted."""

    period: Period
    label: str
    accepted: int
    resolved: int
    resolved_in_period: int


@dataclass(frozen=True, slots=True)
class Backlog:
    """Open and overdue cases at the end of a day; None where that was not kept."""

    day: dt.date
    open: int | None
    overdue: int | None


def grain_of(period: Period) -> str:
    """``d`` for days, ``m`` for months."""
    return "d" if period.days <= MOST_DAYS else "m"


def points(reader: Reader, scope_code: str, period: Period) -> list[Point]:
    """The points of the period, without gaps, up to today."""
    period = period.capped(reader.today)
    grain = grain_of(period)
    found = reader.days(scope_code, period, grain)
    begins = months(period) if grain == "m" else (period.first + DAY * number for number in range(period.days))
    made = []
    for begin in begins:
        counts = found.get(begin, {})
        label = f"{begin:%Y-%m}" if grain == "m" else f"{begin:%m-%d}"
        made.append(
            Point(
                _part(begin, grain, period), label, counts.get("accepted", 0), counts.get("resolved", 0),
                counts.get("resolved_in_period", 0),
            )
        )  # fmt: skip
    return made


def backlog(scope_code: str, period: Period, today: dt.date) -> list[Backlog]:
    """The backlog of each day from the first that was kept; empty where none was."""
    rows = (
        BacklogDay.objects.filter(division=scope_code, day__range=(period.first, min(period.last, today)))
        .order_by("day")
        .values_list("day")
        .annotate(Sum("open"), Sum("overdue"))
    )
    kept = {day: (is_open, overdue) for day, is_open, overdue in rows}
    if not kept:
        return []
    first, last = min(kept), max(kept)
    days = [first + DAY * number for number in range((last - first).days + 1)]
    return [Backlog(day, *kept.get(day, (None, None))) for day in days]


def _part(begin: dt.date, grain: str, period: Period) -> Period:
    if grain == "d":
        return Period(begin, begin)
    following = (begin + DAY * 31).replace(day=1)
    return Period(max(begin, period.first), min(following - DAY, period.last))
