"""The backlog at the end of each day. It is written once: nothing that happens later can tell what was open then."""

from __future__ import annotations

import datetime as dt

from django.db import connection
from django.utils import timezone

from governance_center.transactions import atomic

_TAKE = """
    INSERT INTO reporting_backlogday (day, division, category, open, overdue, taken_at)
    SELECT %(day)s, left(c.division_id, digits), c.category_id, count(*),
        count(*) FILTER (WHERE EXISTS (
            SELECT FROM cases_deadline d WHERE d.case_id = c.id AND d.met_at IS NULL AND d.cancelled_at IS NULL
                AND d.due_at <= %(now)s AND NOT (d.paused_at IS NOT NULL AND d.paused_at < d.due_at))),
        %(now)s
    FROM cases_case c JOIN unnest(ARRAY[4, 6, 9]) digits ON digits <= length(c.division_id)
    WHERE c.state IN ('registered', 'accepted', 'in_handling') AND c.accepted_at IS NOT NULL
        AND c.kind <> 'consultation' AND c.merged_into_id IS NULL
    GROUP BY left(c.division_id, digits), c.category_id
    ON CONFLICT (day, division, category) DO NOTHING
"""


@atomic
def take_backlog(*, now: dt.datetime | None = None) -> int:
    """Keep the open cases of prefecture, counties and townships by category as of now, as the state at the end of the
    day before. Returns how many rows were written: 0 where that day is kept already.

    A day on which nothing ran stays without a row; it is not made up afterwards.
    """
    now = now or timezone.now()
    day = timezone.localdate(now) - dt.timedelta(days=1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM reporting_backlogday WHERE day = %s)", [day])
        if cursor.fetchone()[0]:
            return 0
        cursor.execute(_TAKE, {"day": day, "now": now})
        return cursor.rowcount
