"""What finds the rows behind a number: each has a :class:`~reporting.models.Deed` with its place, code and moment.

Rows of a table know no place but by their case; among millions, those of a village or with a rare outcome would be
looked for by reading many others. Here each code of each place is an index in the order of the list, so that its first
page is found at once, however many there are.

As with the roll-ups (:mod:`reporting.rollups.folding`), deeds are written by whoever folds; the cases that are not
folded yet are looked up in the tables themselves, in the same snapshot, so that the list is right at every moment.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from governance_center.calendar import day_end, day_start
from reporting.periods import Period
from reporting.rollups import codes
from reporting.rollups.sql import SECOND_CODE, SESSION_CODE, VISIT_CODE, ZONE

Key = tuple[dt.datetime, int]
"""The moment by which a row is listed, and its key."""

PLACES: Mapping[int, str] = {4: "left(d.place, 4)", 6: "left(d.place, 6)", 9: "left(d.place, 9)", 12: "d.place"}
"""What a division is found by, by the digits of its code."""


@dataclass(frozen=True, slots=True)
class Sought:
    """Rows of some columns of a kind in a place; ``department`` narrows referrals."""

    kind: str
    columns: tuple[str, ...]
    scope: str
    period: Period
    today: dt.date
    department: str = ""
    exactly: bool = False

    def is_found(self) -> bool:
        """Whether rows of this kind and place have deeds."""
        return self.kind in codes.COLUMNS and len(self.scope) in PLACES


def newest(sought: Sought, after: Key | None, most: int) -> list[Key]:
    """The next ``most`` rows, the newest first, whoever may see their cases; call it in one snapshot."""
    before = "AND (d.at, d.row_id) < (%(at)s, %(row)s)" if after else ""
    order = "ORDER BY d.at DESC, d.row_id DESC LIMIT %(most)s"
    at, row = after or (None, None)
    values = _values(sought) | {"most": most, "at": at, "row": row}
    found = _query(f"SELECT d.row_id, d.at FROM ({_rows(sought, before, order)}) d {order}", values)
    return [(at, row) for row, at in found]


def count(sought: Sought) -> int:
    """How many rows there are; call it in one snapshot."""
    return int(_query(f"SELECT count(*) FROM ({_rows(sought)}) d", _values(sought))[0][0])


def of_restricted(sought: Sought) -> dict[int, int]:
    """How many of the rows are of which restricted case; call it in one snapshot."""
    rows = _rows(sought, "AND d.restricted")
    return dict(_query(f"SELECT d.case_id, count(*) FROM ({rows}) d GROUP BY 1", _values(sought)))


def _rows(sought: Sought, where: str = "", order: str = "") -> str:
    """The rows ``d`` sought: of each code (and department) from the deeds by their index, and from the tables those of
    the cases that are not folded yet."""
    place = PLACES[12 if sought.exactly else len(sought.scope)]
    is_sought = f"""
        d.code = c.code AND d.key = k.key AND {place} = %(scope)s AND d.at >= %(begin)s AND d.at < c.until {where}
    """
    each = """
        SELECT d.row_id, d.at, d.case_id FROM unnest(%(codes)s::text[], %(ends)s::timestamptz[]) c (code, until)
        CROSS JOIN unnest(%(keys)s::text[]) k (key)
    """
    return f"""
        {each} CROSS JOIN LATERAL (
            SELECT d.row_id, d.at, d.case_id FROM reporting_deed d
            WHERE {is_sought} AND d.case_id <> ALL(%(changed)s::bigint[]) {order}
        ) d
        UNION ALL
        {each} JOIN ({now("c.id = ANY(%(changed)s::bigint[])")}) d ON {is_sought}
    """


def _values(sought: Sought) -> dict[str, Any]:
    begin, end, now_over = day_start(sought.period.first), day_end(sought.period.last), day_start(sought.today)
    ends: dict[str, dt.datetime] = {}
    for name in sought.columns:
        column = codes.COLUMNS[sought.kind][name]
        until = min(end, now_over) if column.is_over else end
        ends |= {code: max(until, ends.get(code, until)) for code in column.codes}
    keys = [sought.department]
    if sought.kind == "referrals" and not sought.department:
        keys = [row[0] for row in _query("SELECT code FROM departments_department")]
    changed = [row[0] for row in _query("SELECT DISTINCT case_id FROM reporting_changed")]
    return {
        "codes": list(ends), "ends": list(ends.values()), "keys": keys, "begin": begin, "scope": sought.scope,
        "changed": changed,
    }  # fmt: skip


def _query(statement: str, values: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def _moment(day: str) -> str:
    """The first moment of a day."""
    return f"({day})::timestamp AT TIME ZONE '{ZONE}'"


def now(where: str = "TRUE") -> str:
    """The deeds as the tables say now; ``where`` is a condition on their cases ``c``."""
    return f"""
    SELECT 'a' AS kind, a.id AS row_id, c.id AS case_id, c.division_id AS place, c.is_restricted AS restricted,
        a.form AS code, '' AS key, {_moment("a.reached_on")} AS at
    FROM mediation_agreement a JOIN cases_case c ON c.id = a.case_id WHERE {where}
    UNION ALL
    SELECT 's', s.id, c.id, c.division_id, c.is_restricted, {SESSION_CODE}, '', lower(s.period)
    FROM mediation_session s JOIN cases_case c ON c.id = s.case_id WHERE s.state <> 'planned' AND {where}
    UNION ALL
    SELECT 'v', v.id, c.id, c.division_id, c.is_restricted, {VISIT_CODE}, '', {_moment("v.due_on")}
    FROM mediation_followup v JOIN cases_case c ON c.id = v.case_id WHERE v.second_of_id IS NULL AND {where}
    UNION ALL
    SELECT 'c', v.id, c.id, c.division_id, c.is_restricted, {SECOND_CODE}, '', {_moment("v.due_on")}
    FROM mediation_followup v JOIN mediation_followup w ON w.id = v.second_of_id
    JOIN cases_case c ON c.id = v.case_id WHERE v.state = 'done' AND {where}
    UNION ALL
    SELECT 'r', r.id, c.id, c.division_id, c.is_restricted, CASE WHEN r.status <> 'returned' THEN 'led' WHEN EXISTS (
            SELECT FROM cases_referral n WHERE n.case_id = r.case_id AND n.role = 'lead' AND n.id > r.id
                AND n.department_id = r.department_id) THEN 'had_to_lead' ELSE 'sent_back' END,
        r.department_id, r.dispatched_at
    FROM cases_referral r JOIN cases_case c ON c.id = r.case_id WHERE r.role = 'lead' AND {where}
    """


_COLUMNS = ("kind", "row_id", "case_id", "place", "restricted", "code", "key", "at")
_NAMES, _SAID = ", ".join(_COLUMNS), ", ".join(f"excluded.{name}" for name in _COLUMNS[2:])
_KEPT = ", ".join(f"reporting_deed.{name}" for name in _COLUMNS[2:])

_FOLD = f"""
    INSERT INTO reporting_deed ({_NAMES}) SELECT {_NAMES} FROM ({now("c.id = ANY(%(cases)s)")}) d
    ON CONFLICT (kind, row_id) DO UPDATE SET ({", ".join(_COLUMNS[2:])}) = ROW ({_SAID})
    WHERE ({_KEPT}) IS DISTINCT FROM ({_SAID})
"""
_FORGET = f"""
    DELETE FROM reporting_deed d WHERE d.case_id = ANY(%(cases)s)
        AND (d.kind, d.row_id) NOT IN (SELECT n.kind, n.row_id FROM ({now("c.id = ANY(%(cases)s)")}) n)
"""


def fold(cursor: Any, cases: Sequence[int]) -> None:
    """Write what the tables say of these cases; in the transaction of the fold, after it has taken what changed: a
    change that is committed later leaves its own row, and what is written of it here already is written again then."""
    cursor.execute(_FOLD, {"cases": cases})
    cursor.execute(_FORGET, {"cases": cases})


def rebuild(cursor: Any) -> None:
    """Write all anew."""
    cursor.execute("DELETE FROM reporting_deed")
    cursor.execute(f"INSERT INTO reporting_deed ({_NAMES}) SELECT {_NAMES} FROM ({now()}) d")


DIFFERING = f"""
    WITH kept AS MATERIALIZED (
        SELECT {_NAMES} FROM reporting_deed WHERE case_id NOT IN (SELECT case_id FROM reporting_changed)
    ), told AS MATERIALIZED (
        SELECT {_NAMES} FROM ({now("c.id NOT IN (SELECT case_id FROM reporting_changed)")}) d
    )
    (SELECT * FROM kept EXCEPT SELECT * FROM told) UNION ALL (SELECT * FROM told EXCEPT SELECT * FROM kept) LIMIT %s
"""
"""Deeds of which the tables say something else, but for those of cases that are not folded yet."""
