"""Colouring the limits whose moment has come, among the open limits of 1,000,000 cases.

Ours: ``colour_due`` over everything that turns in one sweep, batches, joins and messages included. Floor: the bare
indexed UPDATE of the same rows in one transaction, durable commit. Both alternate in the same run, from the same
state each time; medians are compared.
"""

from __future__ import annotations

import datetime as dt
import statistics
import time
from collections.abc import Callable

from benchmarks import register
from benchmarks.run import Row

CASES, SEEDS = 1_000_000, 1_000
TURNING = 5
"""Percent of the limits that turn in the sweep, half of them yellow, half red: far more than a minute brings."""
ROUNDS, TARGET = 3, 3.0
NOW = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)

_RED = """
    UPDATE cases_deadline SET shown = 'red' WHERE met_at IS NULL AND cancelled_at IS NULL AND paused_at IS NULL
    AND NOT (shown = 'red') AND due_at <= %(now)s
"""
_YELLOW = """
    UPDATE cases_deadline SET shown = 'yellow' WHERE met_at IS NULL AND cancelled_at IS NULL AND paused_at IS NULL
    AND shown = 'green' AND warn_at <= %(now)s
"""


def run() -> list[Row]:
    """One figure: a sweep over the update of the same rows."""
    register._prepare()
    register.fill(SEEDS)
    _spread()
    ours, floor = [], []
    for _round in range(ROUNDS):
        floor.append(_timed(_update))
        _back()
        ours.append(_timed(_sweep))
        _back()
    value, reference = statistics.median(ours), statistics.median(floor)
    what = (
        f"colouring {CASES * TURNING // 100:,} turning limits of {CASES:,} open cases over one update of the same rows"
    )
    ratio = value / reference
    return [Row("deadlines", what, value, "s", reference, ratio, f"≤ {TARGET:g}", ratio <= TARGET)]


def _execute(*statements: str) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement, {"now": NOW, "cases": CASES, "turning": TURNING})


def _spread() -> None:
    """Copies of the simulated cases up to ``CASES``, each open with one running limit; a part of them is due now."""
    columns = ", ".join(f'"{name}"' for name in _columns() if name not in {"number", "public_code"})
    _execute(
        "DELETE FROM cases_deadlinepause",
        "DELETE FROM cases_deadlineextension",
        "DELETE FROM cases_deadline",
        f"INSERT INTO cases_case (number, public_code, {columns}) SELECT 'D' || n, 'D' || n, {columns} FROM "
        "(SELECT *, row_number() OVER (ORDER BY id) AS place, count(*) OVER () AS total FROM cases_case) old "
        "JOIN generate_series(1, %(cases)s) n ON n %% old.total = old.place - 1",
        "INSERT INTO cases_deadline (case_id, rule_id, started_at, warn_at, due_at, is_provisional, shown) "
        "SELECT id, 'handle_dispute', %(now)s::timestamptz - interval '30 days', "
        "%(now)s::timestamptz + make_interval(secs => CASE WHEN n %% 100 < %(turning)s THEN -60 ELSE 600 + n END), "
        "%(now)s::timestamptz + make_interval("
        "secs => CASE WHEN n %% 200 < %(turning)s THEN -30 ELSE 1000 + 2 * n END), false, 'green' "
        "FROM (SELECT id, substr(number, 2)::int AS n FROM cases_case WHERE number LIKE 'D%%') copies",
    )
    _settle()


def _columns() -> list[str]:
    from cases.models import Case

    return [field.column for field in Case._meta.concrete_fields if not field.primary_key]


def _back() -> None:
    """As before the sweep: nothing is coloured, nobody was told, the tables are tidy."""
    _execute("DELETE FROM accounts_notification", "UPDATE cases_deadline SET shown = 'green' WHERE shown <> 'green'")
    _settle()


def _settle() -> None:
    _execute("VACUUM (ANALYZE) cases_deadline", "VACUUM (ANALYZE) cases_case", "CHECKPOINT")


def _update() -> None:
    from django.db import transaction

    with transaction.atomic():
        _execute(_RED, _YELLOW)


def _sweep() -> None:
    from cases.services.colouring import colour_due

    counts = colour_due(NOW)
    if sum(counts) != CASES * TURNING // 100:
        raise RuntimeError(f"{counts} turned instead of {TURNING} percent of {CASES}")


def _timed(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start
