"""The rows in which the hours of a mediator's week are kept. The callers hold the lock on the mediator."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from django.db.backends.postgresql.psycopg_any import DateRange, NumericRange
from django.utils import timezone

from accounts.models import User
from mediation.models import Mediator, MediatorHours
from mediation.models.hours import always
from mediation.week import Minutes, Week


def keep_week(mediator: Mediator, week: Week, by: User, valid: DateRange) -> None:
    """Put a week in place of all hours noted for the days ``valid``; what lies before and after stays."""
    before = list(mediator.hours.filter(valid__overlap=valid))
    left = [
        MediatorHours(
            mediator=mediator, weekday=row.weekday, minutes=row.minutes, valid=part, noted_by_id=row.noted_by_id
        )
        for row in before
        for part in _without(row.valid, valid)
    ]
    mediator.hours.filter(valid__overlap=valid).delete()
    MediatorHours.objects.bulk_create([*left, *rows_of(mediator, week, by, valid)])


def keep_standing_week(mediator: Mediator, week: Week, by: User) -> None:
    """Keep a week from ever until further notice, unless it is the one of today already."""
    if week != week_of(mediator, timezone.localdate()):
        keep_week(mediator, week, by, always())


def rows_of(mediator: Mediator, week: Week, by: User, valid: DateRange) -> Iterator[MediatorHours]:
    """The rows of a week, not saved yet."""
    for day, spans in week.items():
        for start, end in spans:
            minutes = NumericRange(start, end)
            yield MediatorHours(mediator=mediator, weekday=day, minutes=minutes, valid=valid, noted_by=by)


def week_of(mediator: Mediator, day: dt.date) -> dict[int, list[Minutes]]:
    """The hours valid on ``day``; empty for the office hours. No query where ``hours`` are prefetched."""
    return as_week(row for row in mediator.hours.all() if day in row.valid)


def as_week(rows: Iterable[MediatorHours]) -> dict[int, list[Minutes]]:
    """Rows that are valid on one day, as a week."""
    found: dict[int, list[Minutes]] = {}
    for row in sorted(rows, key=lambda one: (one.weekday, one.minutes.lower)):
        found.setdefault(row.weekday, []).append((row.minutes.lower, row.minutes.upper))
    return found


def _without(days: DateRange, taken: DateRange) -> Iterator[DateRange]:
    """What of ``days`` lies before and after the days ``taken``, which overlap them."""
    if taken.lower and (days.lower is None or days.lower < taken.lower):
        yield DateRange(days.lower, taken.lower)
    if taken.upper and (days.upper is None or days.upper > taken.upper):
        yield DateRange(taken.upper, days.upper)
