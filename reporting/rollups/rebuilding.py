"""Counting everything anew, and checking that the roll-ups say the same.

In steps, so that ten million cases take minutes: places of townships by day, villages by day, then the places above
and the longer grains from these.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import connection
from django.utils import timezone

from reporting.rollups.columns import COLUMNS
from reporting.rollups.folding import one_snapshot, writing_alone
from reporting.rollups.sql import (
    CHANGED,
    FACT_COLUMNS,
    NOW,
    SUMS,
    changed_facts,
    contributions,
    durations,
    expanded,
    expanded_durations,
    fresh,
    moment,
)

_NAMES = ", ".join(COLUMNS)
_KEY = "dim, division, grain, start, key"
_LENGTH_KEY = "kind, division, key, grain, start, length"


@dataclass(frozen=True, slots=True)
class Difference:
    """A row of which the roll-up and the recount say different things; ``where`` names it."""

    what: str
    where: str


def rebuild(*, now: dt.datetime | None = None, facts_too: bool = True) -> int:
    """Count everything anew, in one transaction; readers see the old rows until it is done. Returns the cases.

    Args:
        now: the moment against which limits are late.
        facts_too: work out the facts of all cases as well; False takes them as they stand (after a bulk load).
    """
    at = moment(now or timezone.now())
    with writing_alone(), one_snapshot(), connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM reporting_changed")
        last = cursor.fetchone()[0]
        if facts_too:
            columns = ", ".join(FACT_COLUMNS)
            cursor.execute("DELETE FROM reporting_casefact")
            cursor.execute(f"INSERT INTO reporting_casefact ({columns}) SELECT {columns} FROM ({fresh(now=at)}) x")
        _count_all(cursor, "SELECT 1 AS sign, * FROM reporting_casefact")
        cursor.execute("DELETE FROM reporting_rollup")
        cursor.execute(
            f"INSERT INTO reporting_rollup ({_KEY}, {_NAMES}) SELECT {_KEY}, {_NAMES} FROM reporting_counted"
        )
        cursor.execute("DELETE FROM reporting_durationrollup")
        cursor.execute(
            f"INSERT INTO reporting_durationrollup ({_LENGTH_KEY}, n) SELECT {_LENGTH_KEY}, n FROM reporting_lengths"
        )
        cursor.execute("DELETE FROM reporting_changed WHERE id <= %s", [last])
        _drop(cursor)
        cursor.execute("SELECT count(*) FROM reporting_casefact")
        count = int(cursor.fetchone()[0])
    with connection.cursor() as cursor:
        for table in ("reporting_casefact", "reporting_rollup", "reporting_durationrollup"):
            cursor.execute(f"ANALYZE {table}")
    return count


def differences(*, now: dt.datetime | None = None, most: int = 20) -> list[Difference]:
    """Recount everything from the tables of the cases and from the ledger, in one snapshot; no lock is taken, so that
    writers and folds go on. What the roll-ups say together with what is not folded must be the same.

    Returns: the first ``most`` rows that differ of each kind; an empty list when all is well.
    """
    at = moment(now or timezone.now())
    with one_snapshot(), connection.cursor() as cursor:
        _count_all(cursor, f"SELECT 1 AS sign, x.* FROM ({fresh(now=at)}) x")
        moving = changed_facts(CHANGED, NOW).replace(NOW, at)
        cursor.execute(f"CREATE TEMP TABLE reporting_moving ON COMMIT DROP AS {moving}")
        source = "SELECT * FROM reporting_moving"
        ours = f"""
            SELECT {_KEY}, {SUMS} FROM (SELECT {_KEY}, {_NAMES} FROM reporting_rollup
                UNION ALL SELECT {_KEY}, {_NAMES} FROM ({expanded(source)}) x) c
            GROUP BY {_KEY} HAVING {" OR ".join(f"sum({name}) <> 0" for name in COLUMNS)}
        """
        lengths = f"""
            SELECT {_LENGTH_KEY}, sum(n)::int AS n FROM (SELECT {_LENGTH_KEY}, n FROM reporting_durationrollup
                UNION ALL SELECT {_LENGTH_KEY}, n FROM ({expanded_durations(source)}) x) c
            GROUP BY {_LENGTH_KEY} HAVING sum(n) <> 0
        """
        found = _differing(cursor, "roll-up", ours, f"SELECT {_KEY}, {_NAMES} FROM reporting_counted", most)
        found += _differing(cursor, "durations", lengths, f"SELECT {_LENGTH_KEY}, n FROM reporting_lengths", most)
        found += _against_the_ledger(cursor, most)
        _drop(cursor)
        cursor.execute("DROP TABLE reporting_moving")
    return found


def _count_all(cursor: object, source: str) -> None:
    """Fill the temporary tables ``reporting_counted`` and ``reporting_lengths`` from the facts of ``source``."""
    execute = cursor.execute  # type: ignore[attr-defined]
    execute("SET LOCAL work_mem = '512MB'")
    execute(f"CREATE TEMP TABLE reporting_all ON COMMIT DROP AS {source}")
    every = "SELECT * FROM reporting_all"
    execute(
        f"""
        CREATE TEMP TABLE reporting_near ON COMMIT DROP AS
        SELECT k.dim, left(c.division, 9) AS division, c.day AS start, k.key, {SUMS}
        FROM ({contributions(every)}) c
        CROSS JOIN LATERAL (VALUES (0, ''), (1, c.category), (2, c.channel), (3, c.level), (4, c.department))
            k (dim, key)
        GROUP BY 1, 2, 3, 4
        """
    )
    execute(
        f"""
        CREATE TEMP TABLE reporting_daily ON COMMIT DROP AS
        SELECT c.dim, left(c.division, digits) AS division, c.start, c.key, {SUMS}
        FROM reporting_near c JOIN unnest(ARRAY[4, 6, 9]) digits ON digits <= length(c.division) GROUP BY 1, 2, 3, 4
        UNION ALL
        SELECT 0, c.division, c.day, '', {SUMS} FROM ({contributions(every)}) c
        WHERE length(c.division) = 12 GROUP BY c.division, c.day
        """
    )
    grains = " UNION ALL ".join(
        f"SELECT c.dim, c.division, '{grain}' AS grain, {start} AS start, c.key, {SUMS} FROM reporting_daily c "
        f"GROUP BY c.dim, c.division, {start}, c.key"
        for grain, start in (
            ("m", "date_trunc('month', c.start)::date"), ("y", "date_trunc('year', c.start)::date")
        )
    )  # fmt: skip
    something = " OR ".join(f"{name} <> 0" for name in COLUMNS)
    execute(
        f"""
        CREATE TEMP TABLE reporting_counted ON COMMIT DROP AS
        SELECT * FROM (SELECT dim, division, 'd' AS grain, start, key, {_NAMES} FROM reporting_daily
            UNION ALL {grains}) x
        WHERE {something}
        """
    )
    execute(
        f"""
        CREATE TEMP TABLE reporting_lengths ON COMMIT DROP AS
        WITH daily AS MATERIALIZED (
            SELECT kind, left(division, 9) AS division, key, day, length, sum(n) AS n
            FROM ({durations(every)}) x GROUP BY 1, 2, 3, 4, 5)
        SELECT c.kind, left(c.division, digits) AS division, c.key, g.grain, g.start, c.length, sum(c.n)::int AS n
        FROM daily c JOIN unnest(ARRAY[4, 6, 9]) digits ON digits <= length(c.division)
        CROSS JOIN LATERAL (VALUES ('d', c.day), ('m', date_trunc('month', c.day)::date),
            ('y', date_trunc('year', c.day)::date)) g (grain, start)
        WHERE digits < 9 OR (g.grain <> 'd' AND c.kind <> 's')
        GROUP BY 1, 2, 3, 4, 5, 6 HAVING sum(c.n) <> 0
        """
    )


def _drop(cursor: object) -> None:
    cursor.execute("DROP TABLE reporting_all, reporting_near, reporting_daily, reporting_counted, reporting_lengths")  # type: ignore[attr-defined]


def _differing(cursor: object, what: str, ours: str, theirs: str, most: int) -> list[Difference]:
    cursor.execute(  # type: ignore[attr-defined]
        f"(({ours}) EXCEPT ({theirs})) UNION ALL (({theirs}) EXCEPT ({ours})) LIMIT {int(most)}"
    )
    return [Difference(what, " ".join(str(cell) for cell in row[:6])) for row in cursor.fetchall()]  # type: ignore[attr-defined]


# What the ledger alone says of each case. Attributes were written with the registration and with each correction.
_FROM_LEDGER = """
    SELECT e.case_id,
        max(e.at) FILTER (WHERE e.kind = 'case.accepted') AS accepted_at,
        (array_agg(e.kind ORDER BY e.sequence DESC) FILTER (WHERE e.kind IN (
            'case.resolved', 'case.unresolved', 'case.withdrawn', 'case.reopened')))[1] AS last,
        max(e.at) FILTER (WHERE e.kind = 'case.resolved') AS resolved_at,
        count(*) FILTER (WHERE e.kind = 'case.reopened') AS reopened,
        coalesce((array_agg(e.kind ORDER BY e.sequence DESC) FILTER (WHERE e.kind IN (
            'case.merged', 'case.unmerged')))[1] = 'case.merged', false) AS merged,
        (array_agg(e.data->>'category' ORDER BY e.sequence DESC) FILTER (WHERE e.data ? 'category'
            AND e.kind IN ('case.registered', 'case.imported', 'case.corrected')))[1] AS category,
        (array_agg(e.data->>'division' ORDER BY e.sequence DESC) FILTER (WHERE e.data ? 'division'
            AND e.kind IN ('case.registered', 'case.imported', 'case.corrected')))[1] AS division,
        (array_agg(e.data->>'channel' ORDER BY e.sequence DESC) FILTER (WHERE e.data ? 'channel'
            AND e.kind IN ('case.registered', 'case.imported', 'case.corrected')))[1] AS channel
    FROM cases_caseevent e GROUP BY e.case_id
"""

_UNLIKE_LEDGER = f"""
    SELECT c.number FROM cases_case c JOIN ({_FROM_LEDGER}) l ON l.case_id = c.id
    WHERE c.accepted_at IS DISTINCT FROM l.accepted_at
        OR c.reopened_count <> l.reopened
        OR (c.merged_into_id IS NOT NULL) <> l.merged
        OR (NOT l.merged AND c.resolved_at IS DISTINCT FROM
            CASE WHEN l.last = 'case.resolved' THEN l.resolved_at END)
        OR c.category_id IS DISTINCT FROM l.category
        OR c.division_id IS DISTINCT FROM l.division
        OR c.channel IS DISTINCT FROM l.channel
    ORDER BY c.id LIMIT %s
"""


def _against_the_ledger(cursor: object, most: int) -> list[Difference]:
    """Cases that stand otherwise than their ledger says: the roll-ups would count what never happened."""
    cursor.execute(_UNLIKE_LEDGER, [most])  # type: ignore[attr-defined]
    return [Difference("ledger", row[0]) for row in cursor.fetchall()]  # type: ignore[attr-defined]
