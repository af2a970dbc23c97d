"""Counting everything anew, and checking that the roll-ups say the same.

In steps, so that ten million cases take minutes: the finest rows in one pass over the facts, then the places above and
the longer grains from these.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection
from django.utils import timezone

from reporting.rollups import desk_days, listing
from reporting.rollups.columns import COLUMNS
from reporting.rollups.folding import one_snapshot, writing_alone
from reporting.rollups.sql import (
    CHANGED,
    FACT_COLUMNS,
    KEYS,
    NOW,
    SUMS,
    changed_facts,
    durations,
    expanded,
    expanded_durations,
    fresh,
    marks,
    moment,
)

WORK_MEM = "2GB"
"""For the steps of counting; what does not fit goes to the disk."""

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
        facts_too: work out the facts of all cases and what finds their rows as well; False takes the facts as they
            stand (after a bulk load).
    """
    at = moment(now or timezone.now())
    with writing_alone(), one_snapshot(), connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM reporting_changed")
        last = cursor.fetchone()[0]
        if facts_too:
            columns = ", ".join(FACT_COLUMNS)
            cursor.execute("DELETE FROM reporting_casefact")
            cursor.execute(f"INSERT INTO reporting_casefact ({columns}) SELECT {columns} FROM ({fresh(now=at)}) x")
            listing.rebuild(cursor)
        _count_all(cursor, "reporting_casefact")
        # In the order of the keys, which the indexes take in much faster.
        cursor.execute("DELETE FROM reporting_rollup")
        cursor.execute(
            f"INSERT INTO reporting_rollup ({_KEY}, {_NAMES}) SELECT {_KEY}, {_NAMES} FROM reporting_counted "
            f"ORDER BY {_KEY}"
        )
        cursor.execute("DELETE FROM reporting_durationrollup")
        cursor.execute(
            f"INSERT INTO reporting_durationrollup ({_LENGTH_KEY}, n) SELECT {_LENGTH_KEY}, n FROM reporting_lengths "
            f"ORDER BY {_LENGTH_KEY}"
        )
        cursor.execute("DELETE FROM reporting_changed WHERE id <= %s", [last])
        desk_days.rebuild(cursor)
        _drop(cursor)
        cursor.execute("SELECT count(*) FROM reporting_casefact")
        count = int(cursor.fetchone()[0])
    with connection.cursor() as cursor:
        for table in ("reporting_casefact", "reporting_rollup", "reporting_durationrollup", "reporting_deed"):
            cursor.execute(f"ANALYZE {table}")
    return count


def differences(*, now: dt.datetime | None = None, most: int = 20) -> list[Difference]:
    """Recount everything from the tables of the cases and from the ledger, in one snapshot; no lock is taken, so that
    writers and folds go on. What the roll-ups say together with what is not folded must be the same.

    Returns: the first ``most`` rows that differ of each kind; an empty list when all is well.
    """
    at = moment(now or timezone.now())
    with one_snapshot(), connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE reporting_all ON COMMIT DROP AS {fresh(now=at)}")
        _count_all(cursor, "reporting_all")
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
        cursor.execute(desk_days.DIFFERING, [most])
        found += [Difference("desk", " ".join(str(cell) for cell in row)) for row in cursor.fetchall()]
        cursor.execute(listing.DIFFERING, [most])
        found += [Difference("list", " ".join(str(cell) for cell in row)) for row in cursor.fetchall()]
        found += _against_the_ledger(cursor, most)
        _drop(cursor)
        cursor.execute("DROP TABLE reporting_all, reporting_moving")
    return found


def _count_all(cursor: object, facts: str) -> None:
    """Make the temporary views ``reporting_counted`` and ``reporting_lengths`` of what the table ``facts`` says."""
    execute = cursor.execute  # type: ignore[attr-defined]
    execute(f"SET LOCAL work_mem = '{WORK_MEM}'")
    for statement in (*_counting(facts), *_measuring(facts)):
        execute(statement)


def _counting(facts: str) -> Iterator[str]:
    # Facts are summed by place and day, by county, day and key, and by township, month and key, once for the columns
    # of each of their days; whatever lies right in a place above stands beside these.
    near, month = "left(c.division, 9)", "date_trunc('month', c.day)::date"
    keys = [f"c.{key}" for key in KEYS[1:]]
    sets = ", ".join(
        ["(c.division, c.day)", *(f"(left(c.division, 6), c.day, {key})" for key in keys)]
        + [f"({near}, {month}, {key})" for key in keys]
    )
    dims = " ".join(f"WHEN GROUPING({key}) THEN {dim}" for dim, key in enumerate(keys, 1))
    yield "CREATE TEMP TABLE reporting_near (LIKE reporting_rollup INCLUDING DEFAULTS) ON COMMIT DROP"
    for columns, marked in marks(facts):
        counts = ", ".join(f"count(*) FILTER (WHERE c.{name})" for name in columns)
        yield f"""
            INSERT INTO reporting_near ({_KEY}, {", ".join(columns)})
            SELECT CASE 0 {dims} ELSE 0 END AS dim, coalesce(c.division, left(c.division, 6), {near}) AS division,
                CASE GROUPING({month}) WHEN 0 THEN 'm' ELSE 'd' END AS grain, coalesce(c.day, {month}) AS start,
                coalesce({", ".join(keys)}, '') AS key, {counts}
            FROM ({marked}) c GROUP BY GROUPING SETS ({sets})
        """
    # By day: prefecture, counties and, without keys, townships and villages.
    yield f"""
        CREATE TEMP TABLE reporting_daily ON COMMIT DROP AS
        SELECT c.dim, left(c.division, digits) AS division, c.grain, c.start, c.key, {SUMS}
        FROM reporting_near c JOIN unnest(ARRAY[4, 6, 9, 12]) digits ON digits <= length(c.division)
        WHERE c.grain = 'd' AND (c.dim = 0 OR digits <= 6) GROUP BY 1, 2, 3, 4, 5
    """
    yield f"""
        CREATE TEMP TABLE reporting_monthly ON COMMIT DROP AS
        SELECT c.dim, c.division, c.grain, c.start, c.key, {SUMS} FROM reporting_near c
        WHERE c.grain = 'm' AND length(c.division) = 9 GROUP BY 1, 2, 3, 4, 5
        UNION ALL
        SELECT c.dim, c.division, 'm', date_trunc('month', c.start)::date, c.key, {SUMS} FROM reporting_daily c
        GROUP BY 1, 2, 4, 5
    """
    yield f"""
        CREATE TEMP VIEW reporting_counted AS
        SELECT * FROM reporting_daily UNION ALL SELECT * FROM reporting_monthly
        UNION ALL SELECT c.dim, c.division, 'y', date_trunc('year', c.start)::date, c.key, {SUMS}
            FROM reporting_monthly c GROUP BY 1, 2, 4, 5
    """


def _measuring(facts: str) -> Iterator[str]:
    yield f"""
        CREATE TEMP TABLE reporting_spans ON COMMIT DROP AS
        SELECT kind, left(division, CASE kind WHEN 's' THEN 6 ELSE 9 END) AS division, key, day, length, sum(n) AS n
        FROM ({durations(f"SELECT 1 AS sign, * FROM {facts}")}) x GROUP BY 1, 2, 3, 4, 5
    """
    yield """
        CREATE TEMP TABLE reporting_spans_above ON COMMIT DROP AS
        SELECT kind, left(division, 6) AS division, key, day, length, sum(n) AS n FROM reporting_spans
        WHERE length(division) >= 6 GROUP BY 1, 2, 3, 4, 5
    """
    yield """
        INSERT INTO reporting_spans_above
        SELECT kind, left(division, 4), key, day, length, sum(n) FROM (SELECT * FROM reporting_spans_above
            UNION ALL SELECT * FROM reporting_spans WHERE length(division) = 4) c GROUP BY 1, 2, 3, 4, 5
    """
    yield """
        CREATE TEMP TABLE reporting_spans_monthly ON COMMIT DROP AS
        SELECT kind, division, key, date_trunc('month', day)::date AS start, length, sum(n) AS n
        FROM (SELECT * FROM reporting_spans_above
            UNION ALL SELECT * FROM reporting_spans WHERE length(division) = 9) c GROUP BY 1, 2, 3, 4, 5
    """
    yield """
        CREATE TEMP VIEW reporting_lengths AS
        SELECT kind, division, key, 'd' AS grain, day AS start, length, n::int FROM reporting_spans_above
        UNION ALL SELECT kind, division, key, 'd', day, length, n::int FROM reporting_spans
            WHERE kind = 'd' AND length(division) = 9
        UNION ALL SELECT kind, division, key, 'm', start, length, n::int FROM reporting_spans_monthly
        UNION ALL SELECT kind, division, key, 'y', date_trunc('year', start)::date, length, sum(n)::int
            FROM reporting_spans_monthly GROUP BY 1, 2, 3, 5, 6
    """


def _drop(cursor: object) -> None:
    execute = cursor.execute  # type: ignore[attr-defined]
    execute("DROP VIEW reporting_counted, reporting_lengths")
    execute(
        "DROP TABLE reporting_near, reporting_daily, reporting_monthly, reporting_spans, reporting_spans_above, "
        "reporting_spans_monthly"
    )


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
