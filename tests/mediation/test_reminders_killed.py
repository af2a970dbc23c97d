"""Reminders of visits when processes die, lose the database or run beside each other: each is told exactly once."""

from __future__ import annotations

import datetime as dt
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import Notification
from cases import ledger
from cases.models import Case
from cases.states import State
from mediation.models import FollowUp, Reminder
from mediation.services.reminding import sweep
from tests.mediation.test_follow_ups import resolved
from tests.processes import kill_all, start, wait_for
from tests.world import build

VISITS = 7000
SWEEP = """
import django
django.setup()
from django.core.management import call_command
from mediation.services import reminding
reminding.BATCH = 500
call_command("sweep_followups", "--today", "{day}")
"""
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def due() -> dt.date:
    """Many visits fall due on one day, by way of so many rounds of three cases; returns that day."""
    world, day = build(), timezone.localdate()
    cases = [resolved(world) for _each in range(3)]
    FollowUp.objects.update(state=FollowUp.State.CANCELLED)
    FollowUp.objects.bulk_create(
        [
            FollowUp(case=cases[n % 3], round=n + 1, day=7, due_on=day, assignee=world.other_mediator)
            for n in range(VISITS)
        ],
        batch_size=1000,
    )
    Notification.objects.all().delete()
    return day


@contextmanager
def slow() -> Iterator[None]:
    """Every statement that tells takes a while, so that there is a middle to be killed in."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.3); RETURN NULL; "
            "END'; CREATE TRIGGER dawdle AFTER INSERT ON accounts_notification EXECUTE FUNCTION dawdle()"
        )
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER dawdle ON accounts_notification; DROP FUNCTION dawdle()")


def sweeping(day: dt.date) -> subprocess.Popen[bytes]:
    """Another process that sweeps in small batches, so that there are many places to be killed at."""
    return start("-c", SWEEP.format(day=day))


def told() -> int:
    return Notification.objects.filter(kind="follow_up.due").count()


def is_telling() -> bool:
    """Another connection is at the statement that tells, and has not committed it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database() "
            "AND state = 'active' AND query LIKE '%%telling of what is due%%'"
        )
        return bool(cursor.fetchone()[0])


def each_is_told_once() -> bool:
    keys = Notification.objects.filter(kind="follow_up.due").values_list("key", flat=True)
    planned = FollowUp.objects.planned()
    visits = {f"follow_up:{pk}:{day}" for pk, day in planned.values_list("pk", "due_on")}
    return sorted(keys) == sorted(visits) and planned.awaited().count() == planned.count()


def marks_and_messages_agree() -> bool:
    return FollowUp.objects.planned().awaited().count() == told()


def test_a_sweep_killed_at_every_batch_leaves_nothing_out_and_tells_nothing_twice(due: dt.date) -> None:
    with slow():
        for kill in range(4):
            before = told()
            process = sweeping(due)
            if kill % 2:
                wait_for(lambda before=before: told() > before, process)  # type: ignore[misc]
            else:
                wait_for(is_telling, process)
            kill_all(process)
            wait_for(lambda: not is_telling())
            assert marks_and_messages_agree()
    assert 0 < told() < VISITS
    sweep(today=due)
    assert each_is_told_once()
    assert set(Case.objects.values_list("state", flat=True)) == {State.FOLLOWING_UP}
    assert not list(ledger.verify())


def test_two_sweeps_at_once_one_of_them_killed_share_the_work(due: dt.date) -> None:
    with slow():
        first, second = (sweeping(due) for _each in range(2))
        wait_for(lambda: told() > 0, first)
        kill_all(first)
        assert second.wait(60) == 0
    sweep(today=due)
    assert each_is_told_once()


def test_a_sweep_that_loses_its_database_fails_and_the_next_goes_on(due: dt.date) -> None:
    with slow():
        process = sweeping(due)
        wait_for(is_telling, process)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE pid <> pg_backend_pid() AND datname = current_database()"
            )
        assert process.wait(60) != 0
    assert marks_and_messages_agree()
    sweep(today=due)
    assert each_is_told_once()


def test_marks_that_were_lost_do_not_tell_again(due: dt.date) -> None:
    """As after a backup of the visits was restored, or the clock went back by a month."""
    sweep(today=due)
    Reminder.objects.all().delete()
    sweep(today=due - dt.timedelta(days=30))
    sweep(today=due)
    assert each_is_told_once()
