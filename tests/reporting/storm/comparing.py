"""A reader and the plain recount, in one snapshot."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence

from django.utils import timezone

from reporting.models.rollup import Dim
from reporting.periods import Period
from reporting.rollups.reading import reading
from tests.reporting.storm.recount import Recount
from tests.world import LIYUAN, LONGJING, VILLAGE

SCOPES = ("2224", LONGJING, LIYUAN, VILLAGE)


def wide() -> Period:
    """Some years and the months to come, so that whole years, months and days are put together."""
    today = timezone.localdate()
    return Period(dt.date(today.year - 4, 2, 3), today)


def reader_equals_recount(
    now: dt.datetime | None = None, *, scopes: Sequence[str] = SCOPES, period: Period | None = None
) -> Recount:
    """Compare all columns of each place and of each key of each dimension; returns the recount."""
    period = period or wide()
    with reading(now) as reader:
        plain = Recount(reader.now)
        for scope in scopes:
            assert +Counter(reader.totals(scope, period)) == plain.totals(scope, period), scope
            for key, dim in enumerate((Dim.CATEGORY, Dim.CHANNEL, Dim.LEVEL, Dim.DEPARTMENT)):
                found = {name: +Counter(counts) for name, counts in reader.by(dim, scope, period).items()}
                assert found == plain.by(key, scope, period), (scope, dim)
    return plain
