"""Reminding of the visits that have fallen due, among 1,000,000 planned follow-ups.

Ours: the sweep's telling, batch by batch, each committed: a message for each visit and the row that
keeps it from being told again. Floor: one single
``INSERT … SELECT … ON CONFLICT DO NOTHING`` of the same messages. Both alternate in the same run from the same
state; medians are compared, as rows per second. Then the telling is timed again with a tenth of the visits that are
not due, over the floor of that moment: what is not due must cost nothing.
"""

from __future__ import annotations

import datetime as dt
import resource
import statistics
import time
from collections.abc import Callable

from benchmarks import register
from benchmarks.deadlines import _columns
from benchmarks.run import Row

VISITS, DUE, SEEDS = 1_000_000, 100_000, 1_000
ROUNDS, TARGET, FLAT = 3, 2.0, 1.5
MEMORY = 64
"""MiB by which the process may grow while it tells of everything."""
TODAY = dt.date(2026, 6, 1)

_FLOOR = """
    INSERT INTO accounts_notification
        (recipient_id, kind, params, url, key, created_at, email_state)
    SELECT visit.assignee_id, 'follow_up.due',
           jsonb_build_object('number', matter.number, 'day', visit.day, 'date', visit.due_on),
           '/mediation/follow-ups/' || visit.id || '/', 'follow_up:' || visit.id || ':' || visit.due_on, now(), 'none'
    FROM mediation_followup visit JOIN cases_case matter ON matter.id = visit.case_id
    WHERE visit.state = 'planned' AND visit.due_on <= %(today)s
    ON CONFLICT (recipient_id, key) DO NOTHING
"""


def run() -> list[Row]:
    """Three figures: telling over the floor, growth of memory, and the same with a tenth of what is not due."""
    register._prepare()
    register.fill(SEEDS)
    _spread()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    ours, floor = _rounds()
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    _execute(
        "DELETE FROM mediation_followup WHERE due_on > %(today)s AND id %% 10 > 0",
        "VACUUM ANALYZE mediation_followup",
    )
    fewer, fewer_floor = _rounds()
    ratio, flat = ours / floor, (ours / floor) / (fewer / fewer_floor)
    what = f"telling of {DUE:,} due among {VISITS:,} visits over one INSERT of the same messages"
    return [
        Row("reminders", what, ours, "s", floor, ratio, f"≤ {TARGET:g}", ratio <= TARGET),
        Row("reminders", "memory grown while telling", grown, "MiB", MEMORY, grown / MEMORY, "≤ 1", grown <= MEMORY),
        Row("reminders", "the same over itself with a tenth of what is not due", ours, "s", fewer, flat,
            f"≤ {FLAT:g}", flat <= FLAT),
    ]  # fmt: skip


def _rounds() -> tuple[float, float]:
    ours, floor = [], []
    for _round in range(ROUNDS):
        _back()
        floor.append(_timed(_insert))
        _back()
        ours.append(_timed(_tell))
    return statistics.median(ours), statistics.median(floor)


def _execute(*statements: str) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement, {"today": TODAY, "visits": VISITS, "due": DUE})


def _spread() -> None:
    """Copies of the simulated cases, each with one planned visit, every tenth fallen due; known to the planner."""
    columns = ", ".join(f'"{name}"' for name in _columns() if name not in {"number", "public_code", "state"})
    _execute(
        "DELETE FROM mediation_followup",
        f"INSERT INTO cases_case (number, public_code, state, {columns}) "
        f"SELECT 'R' || n, 'R' || n, 'following_up', {columns} FROM "
        "(SELECT *, row_number() OVER (ORDER BY id) AS place, count(*) OVER () AS total FROM cases_case) old "
        "JOIN generate_series(1, %(visits)s) n ON n %% old.total = old.place - 1",
        "INSERT INTO mediation_followup (case_id, round, day, due_on, assignee_id, state, outcome, satisfaction) "
        "SELECT id, 0, 7, %(today)s::date + CASE WHEN n %% (%(visits)s / %(due)s) = 0 THEN -(n %% 30) "
        "ELSE 1 + n %% 90 END, (SELECT min(id) FROM accounts_user), 'planned', '', '' "
        "FROM (SELECT id, substr(number, 2)::int AS n FROM cases_case WHERE number LIKE 'R%%') copies",
        "VACUUM ANALYZE mediation_followup, cases_case",
    )


def _back() -> None:
    """As before: nobody was told, the tables are tidy."""
    _execute(
        "TRUNCATE accounts_notification",
        "TRUNCATE mediation_reminder",
        "CHECKPOINT",
    )


def _insert() -> None:
    from django.db import transaction

    with transaction.atomic():
        _execute(_FLOOR)


def _tell() -> None:
    from mediation.services import reminding

    made = reminding.tell_due(TODAY)
    if made != DUE:
        raise RuntimeError(f"{made} told instead of {DUE}")


def _timed(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start
