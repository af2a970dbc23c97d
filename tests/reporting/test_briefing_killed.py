"""Briefings when processes die or run beside each other: one for each division, kind and period, with its papers."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import Role
from departments.models import Division
from reporting.briefing import issuing, spans
from reporting.models import Briefing, BriefingPaper
from tests.processes import kill_all, start, wait_for
from tests.world import LIYUAN, LONGJING, build, make_user

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
