"""The weeks, months and years that briefings tell of."""

from __future__ import annotations

import datetime as dt

from django.conf import settings

from reporting.models import Briefing
from reporting.periods import DAY, Period

Kind = Briefing.Kind

FRESH = DAY * 31
"""So long after it fell due the latest one is still drafted where nothing was drafted before."""

CAUGHT_UP = DAY * 366
"""What fell due before that is not made good any more."""


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


def due_on(kind: str, period: Period) -> dt.date:
    """A week falls due on the Monday after it, a month and a year on the day on which figures are published."""
    return period.last + DAY * (1 if kind == Kind.WEEKLY else settings.PUBLISH_FIGURES_DAY)


def fallen_due(kind: str, today: dt.date, since: dt.date | None) -> list[Period]:
    """What has fallen due up to today, the oldest first.

    Args:
        since: the day from which all of them are asked for, at most :data:`CAUGHT_UP` back; where it is None only the
            latest one is, if it is :data:`FRESH`.
    """
    begin, fresh = max(since or today, today - CAUGHT_UP), today - FRESH
    period = latest(kind, today)
    while due_on(kind, period) > today:
        period = latest(kind, period.first)
    found: list[Period] = []
    while due_on(kind, period) >= (begin if found else min(begin, fresh)):
        found.append(period)
        period = latest(kind, period.first)
    return found[::-1]


def month_of(day: dt.date) -> Period:
    return span(Kind.MONTHLY, day)


def a_year_before(kind: str, period: Period) -> Period:
    """What a period is held against: the same month, the year before, or the same week 52 weeks before."""
    if kind == Kind.WEEKLY:
        return Period(period.first - DAY * 364, period.last - DAY * 364)
    return period.a_year_before()
