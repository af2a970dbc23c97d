"""Calling the queue from 20 windows at once, against the same locked UPDATE by hand.

Ours: 20 windows, each with a connection of its own, five to a process as the web server has them, call by
``call_next`` (rights, locks, intervals, the ticket) until nobody waits. Floor: as many windows of plain psycopg
change the ticket's row alone, ``UPDATE … WHERE id = (SELECT … FOR UPDATE SKIP LOCKED LIMIT 1) RETURNING``,
prepared. Both commit durably, and both end each call by the same bare statement, so that the next can follow.

The two alternate in the same run and medians are compared. Every round checks that each ticket was called exactly
once: one that was lost or doubled fails the run.
"""

from __future__ import annotations

import datetime as dt
import multiprocessing
import os
import statistics
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from typing import Any

from benchmarks.run import Row

CENTRE = "222405"
WINDOWS, PROCESSES, TICKETS, ROUNDS, WARM_UP = 20, 4, 1_000, 5, 1
TARGET = 15.0

Window = Callable[[int, int, Any, list[int]], None]

CALL = """
UPDATE intake_ticket SET state = 'called', window_id = %(window)s, calls = calls + 1, called_at = now()
WHERE id = (
    SELECT id FROM intake_ticket
    WHERE centre_id = %(centre)s AND state = 'waiting' AND (for_window_id = %(window)s OR for_window_id IS NULL
          AND service IN ('consultation', 'registration', 'appointment', 'return'))
    ORDER BY is_priority DESC, queued_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id
"""
END = "UPDATE intake_ticket SET state = 'left', ended_at = now() WHERE id = %(ticket)s"


def run() -> list[Row]:
    """One figure: how many times fewer calls a second than the floor; higher calls are better."""
    windows = _prepare()
    ours, floor = [], []
    for turn in range(WARM_UP + ROUNDS):
        one, other = _round(_call_by_services, windows), _round(_call_by_hand, windows)
        if turn >= WARM_UP:
            ours.append(one)
            floor.append(other)
    mine, theirs = statistics.median(ours), statistics.median(floor)
    ratio = theirs / mine
    what = f"calls a second from {WINDOWS} windows at once, {TICKETS:,} tickets, none lost or doubled, below bare SQL"
    return [Row("queue", what, mine, "/s", theirs, ratio, f"≤ {TARGET:g}", ratio <= TARGET)]


def _prepare() -> list[tuple[int, int]]:
    """The open desks with their windows, as keys."""
    from django.core.management import call_command

    from accounts.models import Role, User
    from departments.models import Window, Zone
    from intake.services import open_desk

    call_command("migrate", verbosity=0)
    call_command("load_reference", stdout=open(os.devnull, "w"))  # noqa: SIM115
    windows = []
    for number in range(WINDOWS):
        clerk, _made = User.objects.get_or_create(
            username=f"bench{number}", defaults={"role": Role.CLERK, "division_id": CENTRE}
        )
        window, _made = Window.objects.get_or_create(
            centre_id=CENTRE, number=101 + number, defaults={"zone": Zone.INTAKE}
        )
        windows.append((open_desk(window=window, clerk=clerk).pk, window.pk))
    return windows


def _fill() -> set[int]:
    """A full hall: every tenth ticket has priority; what was there before is gone."""
    from django.db import connection

    from intake.models import Period, Purpose, Ticket

    Ticket.objects.all().delete()
    start, kinds = dt.datetime.now(dt.UTC) - dt.timedelta(hours=3), list(Purpose.values)
    rows = Ticket.objects.bulk_create(
        Ticket(
            centre_id=CENTRE, day=start.date(), service=kinds[n % 4], taken_as=kinds[n % 4], number=n // 4 + 1,
            is_priority=n % 10 == 0, taken_at=start + dt.timedelta(seconds=n), submission_key=uuid.uuid4(),
            queued_at=start + dt.timedelta(seconds=n),
        )
        for n in range(TICKETS)
    )  # fmt: skip
    Period.objects.bulk_create(
        Period(ticket=row, kind="waiting", service=row.service, started_at=row.taken_at) for row in rows
    )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE) intake_ticket")
        cursor.execute("VACUUM (ANALYZE) intake_period")
    return {row.pk for row in rows}


def _round(work: Window, windows: list[tuple[int, int]]) -> float:
    """Calls a second until nobody waits; fails when a ticket was lost or called twice."""
    from django.db import connections

    waiting = _fill()
    connections.close_all()  # a process of its own opens its own
    fork = multiprocessing.get_context("fork")
    start, answers = fork.Barrier(len(windows) + 1), fork.SimpleQueue()
    processes = [
        fork.Process(target=_process, args=(work, windows[number::PROCESSES], start, answers))
        for number in range(PROCESSES)
    ]
    for process in processes:
        process.start()
    start.wait()
    begin = time.perf_counter()
    calls = [answers.get() for _process in processes]
    seconds = time.perf_counter() - begin
    for process in processes:
        process.join()
    counted = Counter(ticket for mine in calls for ticket in mine)
    if counted != Counter(waiting):
        doubled = [ticket for ticket, count in counted.items() if count > 1]
        raise RuntimeError(f"queue: {len(waiting - counted.keys())} tickets lost, {len(doubled)} doubled")
    return len(waiting) / seconds


def _process(work: Window, windows: list[tuple[int, int]], start: Any, answers: Any) -> None:
    """Some of the windows, each in a thread with a connection of its own, as a worker of the web server has them."""
    calls: list[int] = []
    threads = [threading.Thread(target=work, args=(*window, start, calls)) for window in windows]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    answers.put(calls)


def _call_by_services(desk_id: int, _window: int, start: Any, calls: list[int]) -> None:
    from django.db import connection, connections

    from intake.models import Desk
    from intake.services import call_next

    desk = Desk.objects.select_related("clerk", "window").get(pk=desk_id)
    start.wait()
    while (ticket := call_next(desk=desk, by=desk.clerk)) is not None:
        calls.append(ticket.pk)
        with connection.cursor() as cursor:
            cursor.execute(END, {"ticket": ticket.pk})
    connections.close_all()


def _call_by_hand(_desk: int, window: int, start: Any, calls: list[int]) -> None:
    import psycopg

    values: dict[str, Any] = {"centre": CENTRE, "window": window}
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True, prepare_threshold=0) as connection:
        start.wait()
        while (row := connection.execute(CALL, values).fetchone()) is not None:
            calls.append(row[0])
            connection.execute(END, {"ticket": row[0]})
