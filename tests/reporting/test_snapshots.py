"""The backlog of a day: taken once, and nothing that happens later changes it."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from cases.models import Case, Deadline
from cases.services import withdraw_case
from governance_center.calendar import day_start
from reporting.models import BacklogDay
from reporting.rollups.snapshots import take_backlog
from tests.world import LIYUAN, LONGJING, VILLAGE, World, make_case

Row = tuple[str, str, int, int]


@pytest.fixture
def midnight(world: World) -> dt.datetime:
    """Two open disputes of neighbours and one about insurance in Liyuan; a consultation, one withdrawn and one kept
    for screening do not count. The midnight is that after today."""
    for category in ("neighbour", "neighbour", "social_insurance", "legal_advice"):
        make_case(world, category)
    withdraw_case(case=make_case(world, "neighbour"), by=world.clerk, note="撤回")
    make_case(world, accept=False)
    moment = day_start(timezone.localdate() + dt.timedelta(days=1))
    Deadline.objects.update(due_at=moment + dt.timedelta(days=9), warn_at=moment)
    return moment


def rows(day: dt.date) -> list[Row]:
    found = BacklogDay.objects.filter(day=day).order_by("division", "category")
    return list(found.values_list("division", "category", "open", "overdue"))


def test_the_open_cases_of_the_day_that_is_over(midnight: dt.datetime) -> None:
    day = timezone.localdate(midnight) - dt.timedelta(days=1)
    assert take_backlog(now=midnight) == 6
    assert rows(day) == [
        ("2224", "neighbour", 2, 0), ("2224", "social_insurance", 1, 0),
        (LONGJING, "neighbour", 2, 0), (LONGJING, "social_insurance", 1, 0),
        (LIYUAN, "neighbour", 2, 0), (LIYUAN, "social_insurance", 1, 0),
    ]  # fmt: skip
    assert not BacklogDay.objects.filter(division=VILLAGE).exists()


def test_a_day_is_taken_once(midnight: dt.datetime, world: World) -> None:
    day = timezone.localdate(midnight) - dt.timedelta(days=1)
    take_backlog(now=midnight)
    kept = rows(day)
    make_case(world, "neighbour")
    make_case(world, "psychological")
    assert take_backlog(now=midnight + dt.timedelta(hours=23, minutes=59)) == 0
    assert rows(day) == kept, "neither a count nor a category is added"


def test_later_corrections_do_not_change_a_day(midnight: dt.datetime, world: World) -> None:
    day = timezone.localdate(midnight) - dt.timedelta(days=1)
    take_backlog(now=midnight)
    kept = rows(day)
    moved = Case.objects.filter(category="social_insurance", accepted_at__isnull=False).get()
    Case.objects.filter(pk=moved.pk).update(category="neighbour", division="222401001")
    still_open = Case.objects.open().filter(category="neighbour", division=VILLAGE)
    withdraw_case(case=still_open[0], by=world.clerk, note="撤回")
    assert rows(day) == kept
    assert take_backlog(now=midnight) == 0
    assert rows(day) == kept
    take_backlog(now=midnight + dt.timedelta(days=1))
    assert rows(day + dt.timedelta(days=1)) == [
        ("2224", "neighbour", 2, 0), ("222401", "neighbour", 1, 0), ("222401001", "neighbour", 1, 0),
        (LONGJING, "neighbour", 1, 0), (LIYUAN, "neighbour", 1, 0),
    ]  # fmt: skip


def test_a_limit_is_overdue_in_the_backlog_from_its_end_on_unless_it_stands_still(
    midnight: dt.datetime, world: World
) -> None:
    first, second = Case.objects.open().filter(category="neighbour").order_by("pk")[:2]
    first.deadlines.update(due_at=midnight)
    second.deadlines.update(due_at=midnight, paused_at=midnight - dt.timedelta(hours=3))
    take_backlog(now=midnight - dt.timedelta(days=1) + dt.timedelta(hours=23, minutes=59))
    assert rows(timezone.localdate(midnight) - dt.timedelta(days=2))[0] == ("2224", "neighbour", 2, 0)
    take_backlog(now=midnight)
    assert rows(timezone.localdate(midnight) - dt.timedelta(days=1))[0] == ("2224", "neighbour", 2, 1)


def test_the_day_is_the_local_one_and_a_missed_day_stays_a_gap(midnight: dt.datetime) -> None:
    take_backlog(now=midnight)
    take_backlog(now=midnight + dt.timedelta(days=3, hours=7, minutes=59))
    day = timezone.localdate(midnight)
    taken = BacklogDay.objects.order_by("day").values_list("day", flat=True).distinct()
    assert list(taken) == [day - dt.timedelta(days=1), day + dt.timedelta(days=2)]
