"""Counting running limits anew after the calendar has changed: a local holiday, or a year that was published."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator

from cases.models import Deadline
from cases.models.limit import DeadlineQuerySet
from cases.services.limits import recompute_limit
from governance_center.calendar import day_end, day_start

BATCH = 500


def recompute_limits(*, scope_code: str = "", dates: Collection[dt.date] = ()) -> int:
    """Count running limits anew; returns how many ends moved. Each limit is a transaction of its own.

    Provisional limits are always among them; in-house limits (those by which local holidays count) when they
    lie in the scope and run over one of the dates. It may be stopped and run again at any time.

    Args:
        scope_code: code of the division where local holidays changed; all when empty.
        dates: the days that changed; all in-house limits when empty.
    """
    moved = 0
    for deadline in _each(_concerned(scope_code, dates)):
        moved += recompute_limit(deadline=deadline)
    return moved


def _concerned(scope_code: str, dates: Collection[dt.date]) -> DeadlineQuerySet:
    running = Deadline.objects.running()
    in_house = running.filter(rule__local_holidays=True)
    if scope_code:
        in_house = in_house.filter(case__centre__division__code__startswith=scope_code)
    if dates:
        in_house = in_house.filter(started_at__lt=day_end(max(dates)), due_at__gt=day_start(min(dates)))
    provisional = running.filter(is_provisional=True)
    return running.filter(pk__in=in_house.values("pk").union(provisional.values("pk")))


def _each(rows: DeadlineQuerySet) -> Iterator[Deadline]:
    """Row by row in the order of keys, a few at a time, so that no cursor stays open between transactions."""
    last = 0
    while found := list(rows.filter(pk__gt=last).order_by("pk")[:BATCH]):
        yield from found
        last = found[-1].pk
