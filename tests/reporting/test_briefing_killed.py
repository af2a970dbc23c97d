"""Briefings when processes die or run beside each other: one for each division, kind and period, with its papers."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from accounts.models import Role, User
from departments.models import Division
from governance_center.crypto import sha256_hex
from reporting import tasks
from reporting.briefing import issuing, spans, words
from reporting.briefing.gathering import Data, digest
from reporting.models import Briefing, BriefingPaper
from tests.processes import environment, kill_all, start, wait_for
from tests.world import LIYUAN, LONGJING, build, make_case, make_user

BEAT = """
import django
django.setup()
from reporting import tasks
tasks.draft_briefings()
"""
PUBLISH = """
import django
django.setup()
from reporting.briefing import issuing
from reporting.models import Briefing
row = Briefing.objects.get(pk={pk})
issuing.publish(briefing=row, by=row.made_by, read=row.sha256)
"""
# Each line that is read, "n after", ends a process of its own before or after its n-th statement; commits are counted.
DYING = """
import os, signal, sys, traceback
import django
django.setup()
from django.db import connection
def die(n, after):
    done = 0
    def deadly(execute, *arguments):
        nonlocal done
        done += 1
        if done == n and not after:
            os.kill(os.getpid(), signal.SIGKILL)
        found = execute(*arguments)
        if done == n:
            os.kill(os.getpid(), signal.SIGKILL)
        return found
    commit = connection._commit
    connection._commit = lambda: deadly(commit)
    with connection.execute_wrapper(deadly):
        job()
def job():
{job}
for line in sys.stdin:
    child = os.fork()
    if not child:
        try:
            die(*map(int, line.split()))
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""
pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def slow(table: str) -> Iterator[None]:
    """Every row that is written to a table takes a while, so that there is a middle to be killed in."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.4); RETURN NULL; "
            f"END'; CREATE TRIGGER dawdle AFTER INSERT ON {table} EXECUTE FUNCTION dawdle()"
        )
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TRIGGER dawdle ON {table}; DROP FUNCTION dawdle()")


def is_writing(table: str) -> bool:
    """Whether another process stands in the middle of writing to a table."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
            "AND wait_event = 'PgSleep' AND query LIKE %s",
            [f'INSERT INTO "{table}"%'],
        )
        return cursor.fetchone() is not None


def beat() -> subprocess.Popen[bytes]:
    return start("-c", BEAT)


def test_a_killed_beat_and_two_at_once_leave_one_briefing_each() -> None:
    build()
    for number, code in enumerate((LONGJING, LIYUAN, "2224")):
        make_user(f"reader{number}", Role.OFFICIAL, code)
    with slow("reporting_briefing"):
        killed = beat()
        wait_for(lambda: Briefing.objects.exists() and is_writing("reporting_briefing"), killed)
        kill_all(killed)
        kept = set(Briefing.objects.values_list("pk", flat=True))
        both = [beat(), beat()]
        assert [process.wait(60) for process in both] == [0, 0]
    assert kept < set(Briefing.objects.values_list("pk", flat=True))
    for kind in Briefing.objects.values_list("kind", flat=True).distinct():
        found = list(Briefing.objects.filter(kind=kind).order_by("pk").values_list("scope_id", flat=True))
        assert len(found) == len(set(found))
        assert {LONGJING, LIYUAN, "2224"} <= set(found)
    assert issuing.draft_due(today=timezone.localdate(), at=timezone.now()) == 0


def test_a_killed_publishing_publishes_nothing_and_then_all() -> None:
    build()
    official = make_user("county", Role.OFFICIAL, LONGJING)
    week = spans.latest("weekly", timezone.localdate())
    row = issuing.draft(scope=Division.objects.get(pk=LONGJING), kind="weekly", period=week, by=official)
    with slow("reporting_briefingpaper"):
        killed = start("-c", PUBLISH.format(pk=row.pk))
        wait_for(lambda: is_writing("reporting_briefingpaper"), killed)
        kill_all(killed)
    assert not BriefingPaper.objects.exists()
    assert not Briefing.objects.get(pk=row.pk).is_published
    assert start("-c", PUBLISH.format(pk=row.pk)).wait(60) == 0
    published = Briefing.objects.get(pk=row.pk)
    assert (published.number, published.papers.count()) == (1, 3)
    for paper in published.papers.all():
        assert issuing.render(published, paper.language) == bytes(paper.content)


@contextmanager
def dying(program: str) -> Iterator[Callable[[int, bool], int]]:
    """``end(n, after)``: the program is killed before or after its n-th statement; how it ended."""
    job = "\n".join(f"    {line}" for line in program.strip().splitlines()[2:])
    source = DYING.format(job=job)
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(
        [sys.executable, "-c", source], cwd=settings.BASE_DIR, env=environment(), text=True, **pipes
    ) as process:
        asked, answers = process.stdin, process.stdout
        assert asked
        assert answers

        def end(n: int, after: bool) -> int:
            print(n, int(after), file=asked, flush=True)
            return int(answers.readline())

        yield end


def told(row: Briefing) -> Data:
    """What a whole briefing says, but for the moment."""
    assert row.sha256 == digest(row.figures)
    said = {language: words.part_of(row, language)["sections"] for language in ("zh-hans", "ko")}
    return said | {name: value for name, value in row.figures.items() if name != "as_of"}


def test_a_drafting_killed_at_any_statement_leaves_one_whole_briefing_after_the_next_beat() -> None:
    world = build()
    User.objects.filter(pk=world.official.pk).update(is_active=False)
    make_user("county", Role.OFFICIAL, LONGJING)
    make_case(world, "neighbour")
    tasks.draft_briefings()
    weekly = Briefing.objects.filter(kind="weekly")
    whole = told(weekly.get())
    killed, kept = 0, set[int]()
    with dying(BEAT) as end:
        for n in range(1, 1000):
            weekly.delete()
            codes = []
            for after in (False, True):
                codes.append(end(n, after))
                found = weekly.count()
                if found not in kept:  # each state that a death leaves is one that the next beat starts from
                    assert tasks.draft_briefings() == 1 - found
                    assert told(weekly.get()) == whole
                    kept.add(found)
                weekly.delete()
            if codes == [0, 0]:
                break
            assert set(codes) == {-9}
            killed += 1
    assert kept == {0, 1}, "no death leaves two, or half of one"
    assert killed > 20, "the statements of gathering, of keeping and the commits"


def test_a_publishing_killed_at_any_statement_publishes_nothing_or_all() -> None:
    build()
    official = make_user("county", Role.OFFICIAL, LONGJING)
    week = spans.latest("weekly", timezone.localdate())
    row = issuing.draft(scope=Division.objects.get(pk=LONGJING), kind="weekly", period=week, by=official)
    killed = 0
    with dying(PUBLISH.format(pk=row.pk)) as end:
        while not Briefing.objects.get(pk=row.pk).is_published:
            assert not BriefingPaper.objects.exists()
            assert Briefing.objects.get(pk=row.pk).number is None
            killed += 1
            assert end(1 + (killed - 1) // 2, killed % 2 == 0) == -9
    assert killed > 16, "at least the locks, the number, the briefing, three papers and the commit, twice each"
    published = Briefing.objects.get(pk=row.pk)
    assert (published.number, published.papers.count()) == (1, 3)
    for paper in published.papers.all():
        assert sha256_hex(bytes(paper.content)) == paper.sha256
        assert issuing.render(published, paper.language) == bytes(paper.content)
    with pytest.raises(issuing.AlreadyPublished):
        issuing.publish(briefing=published, by=official, read=published.sha256)
