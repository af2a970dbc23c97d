"""Days of a desk: shifts of the rotating departments and questions answered, which belong to no case.

``reporting_deskday`` holds for each centre and day, and for each month, how many there are. A trigger writes each
changed day of a centre, or the rota that came into force, into ``reporting_deskchanged`` in the transaction of the
change. Folding counts such days anew from their tables; a reader (:mod:`reporting.rollups.desk`) takes the kept numbers
and, for days that are not folded yet, the difference to what their tables say, in one snapshot. So the same holds as of
the cases (:mod:`reporting.rollups.folding`): at every moment the figures equal a recount.
"""

from __future__ import annotations

from typing import Any

COUNTS = ("due", "attended", "left", "answered")
_NAMES = ", ".join(f'"{name}"' for name in COUNTS)
_DAY_OF_ANSWER = "(v.at AT TIME ZONE 'Asia/Shanghai')::date"

CHANGED = """
    SELECT centre, day FROM reporting_deskchanged WHERE day IS NOT NULL
    UNION SELECT s.centre_id, s.day FROM reporting_deskchanged c JOIN departments_shift s ON s.plan_id = c.plan_id
"""
"""The days of centres that are not folded yet."""


def _fresh(shifts: str = "TRUE", answers: str = "TRUE") -> str:
    """What the tables say by centre and day; the conditions are on shifts ``s`` and visits ``v``."""
    sums = ", ".join(f'sum("{name}")::int AS "{name}"' for name in COUNTS)
    return f"""
        SELECT centre, day, {sums}
        FROM (
            SELECT s.centre_id AS centre, s.day, count(*) AS "due", count(s.checked_in_at) AS "attended",
                count(s.checked_out_at) AS "left", 0 AS "answered"
            FROM departments_shift s LEFT JOIN departments_rotaplan p ON p.id = s.plan_id
            WHERE (s.plan_id IS NULL OR p.state = 'in_force') AND {shifts} GROUP BY 1, 2
            UNION ALL
            SELECT v.centre_id, {_DAY_OF_ANSWER}, 0, 0, 0, count(*)
            FROM intake_visit v WHERE v.outcome = 'answered' AND {answers} GROUP BY 1, 2
        ) one GROUP BY centre, day
    """


FRESH = _fresh(
    "(s.centre_id, s.day) IN (SELECT centre, day FROM cells)",
    "v.at >= (SELECT min(day)::timestamp AT TIME ZONE 'Asia/Shanghai' FROM cells) "
    f"AND (v.centre_id, {_DAY_OF_ANSWER}) IN (SELECT centre, day FROM cells)",
)
"""What the tables say of the days ``cells`` (centre, day)."""


def _by_month(where: str = "TRUE") -> str:
    sums = ", ".join(f'sum(d."{name}")::int AS "{name}"' for name in COUNTS)
    return f"""
        SELECT date_trunc('month', d.start)::date AS start, d.centre, {sums} FROM reporting_deskday d
        WHERE d.grain = 'd' AND {where} GROUP BY 1, 2
    """


_GIVEN = "cells AS (SELECT * FROM unnest(%(centres)s::text[], %(days)s::date[]) c (centre, day))"
_MONTHS = "SELECT centre, date_trunc('month', day)::date FROM cells"
_SUMMED = _by_month(f"(d.centre, date_trunc('month', d.start)::date) IN ({_MONTHS})")

_FOLD = (
    f"WITH {_GIVEN} DELETE FROM reporting_deskday d USING cells c "
    "WHERE d.grain = 'd' AND d.start = c.day AND d.centre = c.centre",
    f"WITH {_GIVEN} INSERT INTO reporting_deskday (grain, centre, start, {_NAMES}) SELECT 'd', x.* FROM ({FRESH}) x",
    f"WITH {_GIVEN} DELETE FROM reporting_deskday d WHERE d.grain = 'm' AND (d.centre, d.start) IN ({_MONTHS})",
    f"WITH {_GIVEN} INSERT INTO reporting_deskday (grain, start, centre, {_NAMES}) SELECT 'm', x.* FROM ({_SUMMED}) x",
)


def fold(cursor: Any) -> None:
    """Count anew the days that have changed, in the transaction of whoever folds and holds the lock.

    What is written meanwhile may be counted already; it has its row and is counted again by the next fold.
    """
    cursor.execute("SELECT id FROM reporting_deskchanged")
    marks = [row[0] for row in cursor.fetchall()]
    if not marks:
        return
    cursor.execute(CHANGED)
    cells = cursor.fetchall()
    for statement in _FOLD:
        cursor.execute(statement, {"centres": [cell[0] for cell in cells], "days": [cell[1] for cell in cells]})
    cursor.execute("DELETE FROM reporting_deskchanged WHERE id = ANY(%s)", [marks])


def rebuild(cursor: Any) -> None:
    """Count everything anew, in the transaction of whoever rebuilds."""
    cursor.execute("SELECT coalesce(max(id), 0) FROM reporting_deskchanged")
    last = cursor.fetchone()[0]
    cursor.execute("DELETE FROM reporting_deskday")
    cursor.execute(
        f"INSERT INTO reporting_deskday (grain, centre, start, {_NAMES}) SELECT 'd', x.* FROM ({_fresh()}) x"
    )
    cursor.execute(
        f"INSERT INTO reporting_deskday (grain, start, centre, {_NAMES}) SELECT 'm', x.* FROM ({_by_month()}) x"
    )
    cursor.execute("DELETE FROM reporting_deskchanged WHERE id <= %s", [last])


_IS_FOLDED = "NOT EXISTS (SELECT FROM cells c WHERE c.centre = x.centre AND c.day = x.day)"
_KEPT = f"SELECT start AS day, centre, {_NAMES} FROM reporting_deskday d WHERE grain = "
DIFFERING = f"""
    WITH cells AS ({CHANGED}),
        kept AS (SELECT * FROM ({_KEPT}'d') x WHERE {_IS_FOLDED}),
        told AS (SELECT day, centre, {_NAMES} FROM ({_fresh()}) x WHERE {_IS_FOLDED}),
        monthly AS ({_KEPT}'m'),
        summed AS ({_by_month()})
    (SELECT 'd', centre, day FROM ((SELECT * FROM kept EXCEPT SELECT * FROM told)
        UNION ALL (SELECT * FROM told EXCEPT SELECT * FROM kept)) x)
    UNION ALL
    (SELECT 'm', centre, day FROM ((SELECT * FROM monthly EXCEPT SELECT * FROM summed)
        UNION ALL (SELECT * FROM summed EXCEPT SELECT * FROM monthly)) x)
    LIMIT %s
"""
"""Days whose kept numbers differ from the tables though they do not wait to be folded, and months that differ from
their days."""
