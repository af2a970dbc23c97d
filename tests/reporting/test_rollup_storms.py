"""Roll-ups while others write: what is committed late is counted then, and two folders count nothing twice."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, transaction
from django.utils import timezone

from cases.models import Case
from cases.services import withdraw_case
from reporting.models import ChangedCase
from reporting.periods import Period
from reporting.rollups.folding import fold
from reporting.rollups.reading import reading
from reporting.rollups.rebuilding import differences
from tests.processes import kill_all, start, wait_for
from tests.together import at_once
from tests.world import LONGJING, World, build, make_case

FOLD = """
import django
django.setup()
from reporting.rollups.folding import fold
fold()
"""
pytestmark = pytest.mark.django_db(transaction=True)


def counts() -> tuple[int, int]:
    """Accepted and withdrawn today, as a reader sees them, and the same by a plain count in the same snapshot."""
    today = timezone.localdate()
    with reading() as reader:
        found = reader.totals(LONGJING, Period(today, today))
        cases = Case.objects.counted()
        plain = cases.count(), cases.filter(outcome="withdrawn").count()
    assert (found["accepted"], found["withdrawn"]) == plain
    return plain


def test_what_begins_first_and_is_committed_last_is_counted_then() -> None:
    world = build()
    early, done, go = make_case(world, "neighbour"), threading.Event(), threading.Event()
    fold()

    def slow() -> None:
        with transaction.atomic():
            withdraw_case(case=early, by=world.clerk, note="撤回")
            done.set()
            assert go.wait(60)

    def quick() -> None:
        try:
            assert done.wait(60)
            make_case(world, "neighbour")
            fold()
            assert counts() == (2, 0), "the withdrawal is not committed"
            assert not ChangedCase.objects.exists()
        finally:
            go.set()

    at_once(slow, quick)
    assert ChangedCase.objects.exists()
    assert counts() == (2, 1)
    fold()
    assert counts() == (2, 1)
    assert differences() == []


def test_a_reader_sees_a_recount_while_desks_write_and_two_fold() -> None:
    world = build()
    ended = threading.Event()

    def write() -> None:
        for turn in range(6):
            case = make_case(world, "neighbour")
            if turn % 2:
                withdraw_case(case=case, by=world.clerk, note="撤回")

    def writers() -> None:
        try:
            at_once(write, write, write, write)
        finally:
            ended.set()

    def keep_folding() -> None:
        while not ended.is_set():
            fold()

    def keep_reading() -> None:
        while not ended.is_set():
            counts()

    at_once(writers, keep_folding, keep_folding, keep_reading)
    assert counts() == (24, 12)
    fold()
    assert not ChangedCase.objects.exists()
    assert differences() == []


def slow_roll_up(world: World) -> None:
    """Cases to fold, and a roll-up so slow that a folder can be killed in the middle of it."""
    for _each in range(4):
        make_case(world, "neighbour")
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.2); RETURN NULL; "
            "END'; CREATE TRIGGER dawdle AFTER INSERT ON reporting_rollup FOR EACH ROW EXECUTE FUNCTION dawdle()"
        )


def is_folding() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'")
        return bool(cursor.fetchone()[0])


def test_a_folder_killed_in_the_middle_leaves_everything_as_it_was() -> None:
    slow_roll_up(build())
    try:
        for _each in range(2):
            process = start("-c", FOLD)
            wait_for(is_folding, process)
            kill_all(process)
            wait_for(lambda: not _end_orphans())
            assert counts() == (4, 0)
            assert ChangedCase.objects.exists()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER dawdle ON reporting_rollup; DROP FUNCTION dawdle()")
    assert fold() == 4
    assert counts() == (4, 0)
    assert differences() == []


def _end_orphans() -> bool:
    """Whether a session of the killed one was still there; the server ends it at the next answer it cannot give."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE wait_event = 'PgSleep'")
        return bool(cursor.fetchone()[0])
