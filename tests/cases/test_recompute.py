"""Counting limits anew when the calendar changes."""

from __future__ import annotations

import datetime as dt
from typing import Any

import chinese_calendar
import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from cases import deadlines, ledger, tasks
from cases.models import Case, Deadline, EventKind
from cases.services import extend_limit, pause_limit, recompute_limit, resume_limit
from cases.services.recomputing import recompute_limits
from departments.models import LocalHoliday
from departments.services import remove_local_holidays, save_local_holiday
from governance_center import calendar
from tests.cases.test_limits import at, clock, end_of, limit_of  # noqa: F401  a fixture among them
from tests.world import LONGJING, YANJI, World, make_case

FOUNDING = (dt.date(2025, 9, 3), dt.date(2025, 9, 4), dt.date(2025, 9, 5))


def enter(scope: str = "2224") -> list[LocalHoliday]:
    return [save_local_holiday(LocalHoliday(date=day, scope_id=scope, name="州庆", source="通知")) for day in FOUNDING]


@pytest.fixture
def service(world: World, clock: Any) -> Case:  # noqa: F811
    """A service of five working days from Monday, 1 September 2025."""
    clock("2025-09-01 09:00")
    return make_case(world, "psychological")


def test_a_local_holiday_moves_what_runs_in_house_and_nothing_statutory(world: World, service: Case) -> None:
    petition = make_case(world, "petition")
    before = limit_of(petition, "handle_petition").due_at
    assert limit_of(service, "handle_service").due_at == end_of("2025-09-08")
    enter()
    assert recompute_limits(scope_code="2224", dates=FOUNDING) == 1
    service.refresh_from_db()
    limit = limit_of(service, "handle_service")
    assert (limit.due_at, service.due_at) == (end_of("2025-09-11"), end_of("2025-09-11"))
    assert limit_of(petition, "handle_petition").due_at == before
    row = limit.extensions.get()
    assert (row.cause, row.by, row.reason, row.old_day) == ("calendar", None, None, dt.date(2025, 9, 8))
    data = service.events.get(kind=EventKind.RECOMPUTED).data
    assert data["new_due"] == limit.due_at.astimezone(dt.UTC).isoformat()
    assert not list(ledger.verify(case_ids=[service.pk]))


def test_doing_it_again_changes_nothing(world: World, service: Case) -> None:
    enter()
    assert [recompute_limits(), recompute_limits(), recompute_limits()] == [1, 0, 0]
    assert limit_of(service, "handle_service").extensions.count() == 1


def test_a_holiday_that_is_removed_moves_the_limit_back(world: World, service: Case) -> None:
    holidays = enter()
    recompute_limits()
    remove_local_holidays(holidays[1:])
    assert recompute_limits(scope_code="2224", dates=FOUNDING[1:]) == 1
    assert limit_of(service, "handle_service").due_at == end_of("2025-09-09")
    assert limit_of(service, "handle_service").extensions.count() == 2


def test_other_places_and_other_days_are_left_alone(world: World, service: Case) -> None:
    enter(LONGJING)
    assert recompute_limits(scope_code=YANJI, dates=FOUNDING) == 0
    assert recompute_limits(scope_code=LONGJING, dates=[dt.date(2025, 9, 20)]) == 0
    assert recompute_limits(scope_code=LONGJING, dates=FOUNDING) == 1


def test_what_was_met_is_left_alone(world: World, service: Case) -> None:
    service.deadlines.update(met_at=timezone.now())
    enter()
    assert recompute_limits() == 0
    assert not recompute_limit(deadline=limit_of(service, "handle_service"))


def test_pauses_and_extensions_are_kept(world: World, clock: Any) -> None:  # noqa: F811
    clock("2026-03-02 09:00")
    case = make_case(world)
    limit = limit_of(case, "handle_dispute")
    clock("2026-03-05 09:00")
    pause_limit(deadline=limit, by=world.dispatcher, reason="等待")
    clock("2026-03-09 09:00")
    resume_limit(deadline=limit, by=world.dispatcher)
    clock("2026-03-10 09:00")
    limit = extend_limit(deadline=limit, by=world.dispatcher, days=10, cause="consent", reason="双方同意")
    assert limit.due_at == end_of("2026-04-15")
    ends = (limit.warn_at, limit.due_at)
    assert not recompute_limit(deadline=limit)
    limit.rule.length = 40  # the rule itself is changed: the time of the pause is not lost
    limit.rule.save()
    assert recompute_limit(deadline=limit)
    limit.refresh_from_db()
    assert limit.due_at == end_of("2026-04-25")
    assert limit.warn_at > ends[0]


def test_a_limit_that_stands_still_is_moved_and_still_stands(world: World, service: Case, clock: Any) -> None:  # noqa: F811
    clock("2025-09-02 09:00")
    pause_limit(deadline=limit_of(service, "handle_service"), by=world.dispatcher, reason="等待")
    enter()
    recompute_limits()
    limit = limit_of(service, "handle_service")
    assert (limit.due_at, limit.is_paused) == (end_of("2025-09-11"), True)
    clock("2025-09-15 09:00")  # left were Tuesday 2, Monday 8 to Thursday 11: five days
    assert resume_limit(deadline=limit, by=world.dispatcher).due_at == end_of("2025-09-19")


def test_a_holiday_that_comes_late_makes_a_red_limit_green_again(world: World, service: Case, clock: Any) -> None:  # noqa: F811
    clock("2025-09-09 00:00")
    Deadline.objects.filter(case=service).update(shown="red")
    enter()
    recompute_limits()
    limit = limit_of(service, "handle_service")
    assert (limit.colour, limit.shown) == ("green", "green")


def test_provisional_dates_become_firm_when_the_year_is_published(
    world: World,
    clock: Any,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock("2026-12-30 09:00")
    case = make_case(world, "psychological")
    limit = limit_of(case, "handle_service")
    assert (limit.is_provisional, limit.due_at) == (True, end_of("2027-01-06"))
    assert recompute_limits() == 0, "nothing is published yet"
    known = chinese_calendar.is_workday

    def published(day: dt.date) -> bool:
        """1 to 3 January 2027 off, Saturday, 9 January worked."""
        if day.year == 2027:
            return (day.isoweekday() <= 5 and day > dt.date(2027, 1, 3)) or day == dt.date(2027, 1, 9)
        return bool(known(day))

    monkeypatch.setattr(chinese_calendar, "is_workday", published)
    calendar._national.cache_clear()
    try:
        assert recompute_limits() == 1
        limit = limit_of(case, "handle_service")
        assert (limit.is_provisional, limit.due_at) == (False, end_of("2027-01-07"))
        assert recompute_limits() == 0
    finally:
        monkeypatch.undo()
        calendar._national.cache_clear()


def test_the_admin_sends_a_worker_once_the_holiday_is_written(
    world: World, sign_in: Any, service: Case, django_capture_on_commit_callbacks: Any, settings: Any
) -> None:
    form = {
        "date": "2025-09-03", "name_zh_hans": "州庆", "name_ko": "주 창립 기념일", "scope": "2224",
        "source": "延边州2025年州庆放假通知",
    }  # fmt: skip
    from governance_center.celery import app

    app.conf.task_always_eager = True
    try:
        with django_capture_on_commit_callbacks(execute=True):
            answer = sign_in(world.administrator).post(reverse("admin:departments_localholiday_add"), form)
    finally:
        app.conf.task_always_eager = False
    assert answer.status_code == 302
    assert limit_of(service, "handle_service").due_at == end_of("2025-09-09")


def test_removing_in_the_admin_moves_back(
    world: World, sign_in: Any, service: Case, django_capture_on_commit_callbacks: Any
) -> None:
    holidays = enter()
    recompute_limits()
    with django_capture_on_commit_callbacks() as callbacks:
        sign_in(world.administrator).post(
            reverse("admin:departments_localholiday_changelist"),
            {"action": "delete_selected", "_selected_action": [row.pk for row in holidays], "post": "yes"},
        )
    assert not LocalHoliday.objects.exists()
    assert len(callbacks) == 1, "three days of one place are one change"
    tasks.recompute_limits("2224", [day.isoformat() for day in FOUNDING])
    assert limit_of(service, "handle_service").due_at == end_of("2025-09-08")


def test_without_a_broker_the_holiday_is_entered_all_the_same(
    world: World, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        enter()
    assert len(callbacks) == 3
    assert LocalHoliday.objects.count() == 3


def test_the_command_says_how_many_moved(world: World, service: Case, capsys: Any) -> None:
    enter()
    call_command("recompute_limits", "--scope", "2224", "--date", "2025-09-04")
    call_command("recompute_limits")
    assert capsys.readouterr().out.split("\n")[:2] == ["limits moved: 1", "limits moved: 0"]


def test_a_new_limit_and_one_counted_anew_agree(world: World, service: Case) -> None:
    limit = limit_of(service, "handle_service")
    ends = deadlines.recomputed_ends(limit, pauses=(), extensions=(), local_holidays=frozenset())
    assert ends == (limit.warn_at, limit.due_at, limit.is_provisional)
