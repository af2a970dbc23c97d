"""The backlog of each simulated midnight, counted from what the ledgers and limits say was open then."""

from __future__ import annotations

import datetime as dt

from django.db import connection

from cases.states import OPEN_STATES
from governance_center.calendar import LOCAL_ZONE
from reporting.models import BacklogDay

# A case was open at a midnight when its last move before it led into an open state; it was overdue when a limit had
# ended by then that was neither met nor cancelled before. Simulated limits never stand still and cases keep place and
# category, so both can be told from what is kept.
_KEEP = """
    INSERT INTO reporting_backlogday (day, division, category, open, overdue, taken_at)
    WITH moves AS (
        SELECT case_id, (at AT TIME ZONE %(zone)s)::date AS since, data->>'to' AS state,
            (lead(at, 1, 'infinity') OVER (PARTITION BY case_id ORDER BY sequence) AT TIME ZONE %(zone)s)::date AS until
        FROM cases_caseevent WHERE data ? 'to'
    ), nights AS (
        SELECT m.case_id, day::date AS day, (day + interval '1 day') AT TIME ZONE %(zone)s AS midnight
        FROM moves m, generate_series(m.since::timestamp, least(m.until - 1, %(last)s)::timestamp, interval '1 day') day
        WHERE m.state = ANY(%(open)s)
    ), late AS (
        SELECT case_id, due_at, coalesce(met_at, cancelled_at, 'infinity') AS ended_at
        FROM cases_deadline WHERE coalesce(met_at, cancelled_at, 'infinity') > due_at
    )
    SELECT n.day, left(c.division_id, digits), c.category_id, count(*),
        count(*) FILTER (WHERE EXISTS (
            SELECT FROM late l WHERE l.case_id = c.id AND l.due_at <= n.midnight AND l.ended_at >= n.midnight)),
        n.midnight
    FROM nights n JOIN cases_case c ON c.id = n.case_id, unnest(ARRAY[4, 6, 9]) digits
    WHERE c.accepted_at IS NOT NULL AND c.kind <> 'consultation'
    GROUP BY n.day, n.midnight, left(c.division_id, digits), c.category_id
"""


def keep(last: dt.date) -> int:
    """Keep the backlog at the end of each local day up to ``last``, as :func:`take_backlog` would have
    done each midnight. Returns how many rows were written: 0 where a day is kept already.
    """
    if BacklogDay.objects.exists():
        return 0
    values = {"last": last, "zone": LOCAL_ZONE.key, "open": [state.value for state in OPEN_STATES]}
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, values)
        return cursor.rowcount
