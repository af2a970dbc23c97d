"""The weeks, months and years that briefings tell of."""

from __future__ import annotations

import datetime as dt

from reporting.models import Briefing
from reporting.periods import DAY, Period

Kind = Briefing.Kind


def span(kind: str, day: dt.date) -> Period:
    """The week (Monday to Sunday), month or year in which a day lies.

    Raises:
        ValueError: no such kind.
    """
    if kind == Kind.WEEKLY:
        monday = day - DAY * day.weekday()
        return Period(monday, monday + DAY * 6)
    if kind == Kind.MONTHLY:
        first = day.replace(day=1)
        return Period(first, (first + DAY * 31).replace(day=1) - DAY)
    if kind == Kind.YEARLY:
        return Period(dt.date(day.year, 1, 1), dt.date(day.year, 12, 31))
    raise ValueError(kind)


def latest(kind: str, today: dt.date) -> Period:
    """The last one that is over."""
    return span(kind, span(kind, today).first - DAY)


def month_of(day: dt.date) -> Period:
    return span(Kind.MONTHLY, day)


def a_year_before(kind: str, period: Period) -> Period:
    """What a period is held against: the same month, the year before, or the same week 52 weeks before."""
    if kind == Kind.WEEKLY:
        return Period(period.first - DAY * 364, period.last - DAY * 364)
    return period.a_year_before()
