"""A reader and the plain recount, in one snapshot."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence

from django.db.models import F
from django.utils import timezone

from reporting import counted
from reporting.models.rollup import Dim
from reporting.periods import Period
from reporting.rollups import codes, deeds, listing
from reporting.rollups.reading import COUNTY, Reader, reading
from reporting.rollups.reading import VILLAGE as VILLAGE_DIGITS
from tests.reporting.storm.recount import KINDS, Recount
from tests.world import LIYUAN, LONGJING, VILLAGE

DIMS = (Dim.CATEGORY, Dim.CHANNEL, Dim.LEVEL, Dim.DEPARTMENT)
SCOPES = ("2224", LONGJING, LIYUAN, VILLAGE)

SOME = ("accepted", "resolved", "open", "overdue", "resolved_in_period")
"""Columns without those that count by a day to come, which are read from fewer and larger pieces."""


def wide() -> Period:
    """Some years and the months to come, so that whole years, months and days are put together."""
    today = timezone.localdate()
    return Period(dt.date(today.year - 4, 2, 3), today + dt.timedelta(days=40))


def reader_equals_recount(
    now: dt.datetime | None = None, *, scopes: Sequence[str] = SCOPES, period: Period | None = None
) -> Recount:
    """Compare all columns of each place, of each key of each dimension and of each day and month, and how long
    everything took; returns the recount. Agreements, sessions and visits are held against their own tables."""
    period = period or wide()
    with reading(now) as reader:
        plain = Recount(reader.now)
        for scope in scopes:
            assert +Counter(reader.totals(scope, period)) == plain.totals(scope, period), scope
            _keys_equal(reader, plain, scope, period)
            _days_equal(reader, plain, scope, period)
            _lengths_equal(reader, plain, scope, period)
            for kind in deeds.KINDS:
                told = counted.totals(kind, scope, period, reader.today)
                assert deeds.totals(reader, kind, scope, period) == told, (scope, kind)
        lists_equal_tables(scopes[0], period, reader.today)
    return plain


def lists_equal_tables(scope: str, period: Period, today: dt.date) -> None:
    """What is found of each column, in its order, are the rows of the table that the column counts."""
    for kind, columns in codes.COLUMNS.items():
        for column in columns:
            asked = counted.Asked(kind, (column,), scope, period, today)
            rows = counted.rows(asked).annotate(listed_by=F(counted.KINDS[kind].listed_by))
            wanted = list(rows.order_by("-listed_by", "-pk").values_list("pk", flat=True))
            sought = listing.Sought(kind, (column,), scope, period, today)
            found = [pk for _at, pk in listing.newest(sought, None, len(wanted) + 1)]
            assert found == wanted, (scope, column)


def _keys_equal(reader: Reader, plain: Recount, scope: str, period: Period) -> None:
    """By one dimension, and by place and dimension at once, which is read from rows of its own query."""
    for key, dim in enumerate(DIMS):
        wanted = plain.by(key, scope, period)
        found = {name: +Counter(counts) for name, counts in reader.by(dim, scope, period).items()}
        assert found == wanted, (scope, dim)
        if len(scope) < VILLAGE_DIGITS:
            both = reader.by_both(dim, [scope], period, SOME)
            found = {name: +Counter(counts) for (_scope, name), counts in both.items()}
            some = {name: +Counter({one: counts[one] for one in SOME}) for name, counts in wanted.items()}
            assert found == {name: counts for name, counts in some.items() if counts}, (scope, dim)


def _days_equal(reader: Reader, plain: Recount, scope: str, period: Period) -> None:
    for grain in ("d", "m"):
        found = {day: +Counter(counts) for day, counts in reader.days(scope, period, grain).items()}
        found = {day: counts for day, counts in found.items() if counts}
        assert found == plain.days(scope, period, grain), (scope, grain)


def _lengths_equal(reader: Reader, plain: Recount, scope: str, period: Period) -> None:
    """What survival curves and medians are made of; signatures are told of counties and the prefecture."""
    for kind in KINDS if len(scope) <= COUNTY else KINDS[:2]:
        assert reader.durations(kind, scope, period) == plain.durations(kind, scope, period), (scope, kind)
    assert reader.open_ages(scope, period) == plain.open_ages(scope, period), scope
    for department in {one.department for one in plain.lengths} - {""} if len(scope) <= COUNTY else ():
        found = reader.durations("s", scope, period, department)
        assert found == plain.durations("s", scope, period, department), (scope, department)
