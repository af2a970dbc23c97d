"""Folding: what has changed goes into the roll-ups.

A trigger on ``cases_case`` writes a row of :class:`~reporting.models.ChangedCase` in the transaction of each change.
Folding takes such rows together with the facts as they were counted (``reporting_casefact``) and as they are now, adds
the difference to the roll-ups, keeps the new facts and removes the rows, all in one transaction and one snapshot. What
is committed later, or by a transaction that began earlier and took long, has its row then and is folded then; a fold
that is killed leaves everything as it was. So at every moment

    roll-ups + (facts now - facts as counted) of the changed cases = a recount of all cases

and :mod:`reporting.rollups.reading` reads exactly that, in one snapshot.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction
from django.utils import timezone

from reporting.rollups import desk_days, listing
from reporting.rollups.columns import COLUMNS
from reporting.rollups.sql import CHANGED, FACT_COLUMNS, changed_facts, expanded, expanded_durations

BATCH = 2000
"""So many cases are folded in one transaction: memory and locks stay bounded."""

LOCK = 7_310_601
"""The advisory lock of whoever writes the roll-ups."""


def fold(*, now: dt.datetime | None = None, most: int | None = None) -> int:
    """Fold what has changed, batch by batch; returns how many cases.

    Does nothing and returns 0 where another process is folding. Safe to be killed and to be repeated.

    Args:
        now: the moment against which limits are late; the present by default.
        most: stop after so many cases.
    """
    done = 0
    while most is None or done < most:
        count = _fold_batch(now or timezone.now())
        done += count
        if count < BATCH:
            break
    return done


@contextmanager
def writing_alone() -> Iterator[None]:
    """Hold the right to write the roll-ups as long as the block lasts; waits for who has it.

    The lock belongs to the session and is taken before any snapshot, so that what the former holder did is seen.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


@contextmanager
def one_snapshot(*, read_only: bool = False) -> Iterator[None]:
    """A transaction in which all queries see the same moment, that at which the block begins.

    Inside another transaction it cannot be had and each query sees its own; call it outside.
    """
    if connection.in_atomic_block:
        with transaction.atomic():
            yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            # The snapshot is taken by the first statement that looks at anything.
            mode = " READ ONLY" if read_only else ""
            cursor.execute(f"SET TRANSACTION ISOLATION LEVEL REPEATABLE READ{mode}; SELECT 1")
        yield


def _fold_batch(now: dt.datetime) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(f"SELECT case_id FROM ({CHANGED}) changed ORDER BY case_id LIMIT {BATCH}", {"now": now})
        cases = [row[0] for row in cursor.fetchall()]
        if cases:
            cursor.execute(_FOLD, {"now": now, "cases": cases})
            listing.fold(cursor, cases)
        desk_days.fold(cursor)
        return len(cases)


_SOURCE = "SELECT * FROM moving"
_ADDED = ", ".join(f"{name} = reporting_rollup.{name} + excluded.{name}" for name in COLUMNS)
_FACTS = ", ".join(FACT_COLUMNS)
_FACTS_NOW = ", ".join(f"excluded.{name}" for name in FACT_COLUMNS[1:])

# One statement, so one snapshot: a change that is committed meanwhile is not seen, and its row stays for the next fold.
_FOLD = f"""
    WITH moving AS MATERIALIZED ({changed_facts("SELECT unnest(%(cases)s::bigint[])")}),
    counted AS (
        INSERT INTO reporting_rollup (dim, division, grain, start, key, {", ".join(COLUMNS)}) {expanded(_SOURCE)}
        ON CONFLICT (dim, division, grain, start, key) DO UPDATE SET {_ADDED}
    ),
    lasted AS (
        INSERT INTO reporting_durationrollup (kind, division, key, grain, start, length, n)
        {expanded_durations(_SOURCE)}
        ON CONFLICT (kind, division, key, grain, start, length)
        DO UPDATE SET n = reporting_durationrollup.n + excluded.n
    ),
    kept AS (
        INSERT INTO reporting_casefact ({_FACTS}) SELECT {_FACTS} FROM moving WHERE sign = 1
        ON CONFLICT (case_id) DO UPDATE SET ({", ".join(FACT_COLUMNS[1:])}) = ROW ({_FACTS_NOW})
        WHERE ({", ".join(f"reporting_casefact.{name}" for name in FACT_COLUMNS[1:])})
            IS DISTINCT FROM ({_FACTS_NOW})
    )
    DELETE FROM reporting_changed WHERE case_id = ANY(%(cases)s)
"""
