"""Cases by local day, place and category, as early warning and others read them.

Everything that needs counts by day asks :func:`daily_counts`; where they come from is decided here alone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.db.models import Count
from django.db.models.functions import TruncDate

from cases.models import Case
from governance_center.calendar import LOCAL_ZONE, day_end, day_start
from governance_center.scope import within
from reporting.warning.counts import DayCount


def daily_counts(first: dt.date, last: dt.date, scope: str = "") -> Iterator[DayCount]:
    """Cases that came in on the local days ``first`` to ``last``, both included, in a division (else everywhere).

    A case counts on the day of its registration, so that a wave shows while it comes, not when it is accepted.
    Consultations, refused and merged matters are left out as in all figures; restricted ones too, so that everybody
    reads the same number and finds the same cases behind it. One query; rows are streamed.
    """
    rows = Case.objects.incoming().filter(registered_at__gte=day_start(first), registered_at__lt=day_end(last))
    if scope:
        rows = rows.filter(within("division__code", scope))
    counted = (
        rows.order_by()
        .annotate(day=TruncDate("registered_at", tzinfo=LOCAL_ZONE))
        .values_list("day", "division_id", "category_id")
        .annotate(count=Count("pk"))
    )
    for day, division, category, count in counted.iterator(chunk_size=10_000):
        yield DayCount(day, division, category, count)
