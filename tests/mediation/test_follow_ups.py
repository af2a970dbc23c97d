"""Follow-up visits: planned, reminded of exactly once, recorded, and what follows."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from accounts.models import Notification
from cases import ledger
from cases.models import Case
from cases.services import reopen_case, resolve_case, sign_referral
from cases.states import State
from governance_center.errors import MissingInput, NotAllowed
from mediation.models import FollowUp
from mediation.services import assign_mediator, reach_agreement, reminding
from mediation.services.follow_ups import AlreadyRecorded, record_follow_up
from mediation.services.reminding import sweep
from mediation.tasks import sweep_follow_ups
from tests.together import at_once
from tests.world import World, build, make_case


def resolved(world: World) -> Case:
    case = make_case(world)
    sign_referral(referral=case.referrals.get(role="lead"), by=world.tax)
    assign_mediator(case=case, mediator=world.mediator.mediator, by=world.tax)
    reach_agreement(case=case, by=world.mediator, form="written", terms="年底前补缴")
    case.refresh_from_db()
    return case


def after(days: int) -> dt.date:
    return timezone.localdate() + dt.timedelta(days=days)


def reminders() -> list[tuple[str, str]]:
    rows = Notification.objects.filter(kind="follow_up.due").order_by("pk")
    return [(row.recipient.username, row.params["number"]) for row in rows]


def test_a_resolution_plans_visits_by_somebody_else(world: World) -> None:
    case = resolved(world)
    visits = list(case.follow_ups.values_list("day", "due_on", "assignee__username"))
    assert visits == [(day, after(day), "other_mediator") for day in (7, 30, 90)]
    assert Case.objects.visible_to(world.other_mediator).exists(), "who visits must be able to read"


def test_what_a_department_settled_is_visited_by_the_desk(world: World) -> None:
    case = make_case(world)
    sign_referral(referral=case.referrals.get(role="lead"), by=world.tax)
    resolve_case(case=case, by=world.tax, outcome="settled", note="已补缴")
    assert set(case.follow_ups.values_list("assignee__username", flat=True)) == {"clerk"}


def test_an_answered_consultation_is_closed_without_visits(world: World) -> None:
    case = make_case(world, "legal_advice")
    sign_referral(referral=case.referrals.get(role="lead"), by=world.justice)
    resolve_case(case=case, by=world.justice, outcome="service_done", note="已答复")
    case.refresh_from_db()
    assert (case.state, case.follow_ups.count()) == (State.CLOSED, 0)


def test_nothing_is_reminded_of_before_its_day(world: World) -> None:
    resolved(world)
    assert sweep(today=after(6)) == 0
    assert reminders() == []


def test_each_visit_is_reminded_of_once_however_often_the_sweep_runs(world: World) -> None:
    case = resolved(world)
    assert [sweep(today=after(7)) for _run in range(3)] == [1, 0, 0]
    assert reminders() == [("other_mediator", case.number)]
    case.refresh_from_db()
    assert case.state == State.FOLLOWING_UP


def test_skipped_days_are_caught_up_with_one_visit_at_a_time(world: World) -> None:
    case = resolved(world)
    call_command("sweep_followups", today=after(45).isoformat())
    assert reminders() == [("other_mediator", case.number)], "days 7 and 30 are due, one visit is asked for"


def test_a_clock_that_goes_back_reminds_nobody_again(world: World) -> None:
    resolved(world)
    sweep(today=after(45))
    assert sweep(today=after(7)) == 0


def test_the_task_sweeps_by_the_local_day_and_never_at_a_quiet_hour(world: World, settings: Any) -> None:
    case, hour = resolved(world), timezone.localtime().hour
    FollowUp.objects.filter(case=case, day=7).update(due_on=timezone.localdate())
    settings.QUIET_FROM, settings.QUIET_UNTIL = hour, (hour + 2) % 24
    assert sweep_follow_ups() == 0
    settings.QUIET_FROM, settings.QUIET_UNTIL = 0, 0
    assert sweep_follow_ups() == 1


def test_the_command_refuses_what_is_no_day() -> None:
    with pytest.raises(CommandError):
        call_command("sweep_followups", today="tomorrow")


def test_a_reopened_case_is_no_longer_visited(world: World) -> None:
    case = resolved(world)
    reopen_case(case=case, by=world.dispatcher, note="未补缴")
    assert sweep(today=after(200)) == 0
    assert set(case.follow_ups.values_list("state", flat=True)) == {"cancelled"}


def test_recording_keeps_what_was_found_and_covers_missed_visits(world: World) -> None:
    case = resolved(world)
    first = case.follow_ups.get(day=7)
    case.follow_ups.filter(day__lte=30).update(due_on=timezone.localdate() - dt.timedelta(days=1))
    record_follow_up(
        follow_up=first, by=world.other_mediator, outcome="performing", satisfaction="content", note="首期已付"
    )
    states = dict(case.follow_ups.values_list("day", "state"))
    assert states == {7: "done", 30: "covered", 90: "planned"}
    entry = case.events.get(kind="follow_up.done")
    assert entry.data["outcome"] == "performing"


def test_the_last_visit_closes_a_performed_case(world: World) -> None:
    case = resolved(world)
    for day in (7, 30, 90):
        record_follow_up(follow_up=case.follow_ups.get(day=day), by=world.other_mediator, outcome="performed")
    case.refresh_from_db()
    assert case.state == State.CLOSED
    assert not list(ledger.verify())


def test_a_last_visit_that_finds_nothing_performed_is_followed_by_another(world: World) -> None:
    case = resolved(world)
    for day in (7, 30, 90):
        record_follow_up(
            follow_up=case.follow_ups.get(day=day), by=world.other_mediator, outcome="not_performed", note="拖延"
        )
    case.refresh_from_db()
    assert case.state == State.FOLLOWING_UP
    assert list(case.follow_ups.planned().values_list("due_on", flat=True)) == [after(30)]


def test_a_relapse_reopens_the_case_with_its_history(world: World) -> None:
    case = resolved(world)
    record_follow_up(follow_up=case.follow_ups.get(day=7), by=world.other_mediator, outcome="relapse", note="又停缴了")
    case.refresh_from_db()
    assert (case.state, case.reopened_count, case.resolved_at) == (State.IN_HANDLING, 1, None)
    assert Notification.objects.filter(kind="case.reopened", recipient=world.mediator).count() == 1
    reach_agreement(case=case, by=world.mediator, form="written", terms="再次约定")
    assert case.follow_ups.planned().filter(round=1).count() == 6


@pytest.mark.parametrize(("outcome", "note"), [("relapse", ""), ("not_performed", " "), ("", "x"), ("maybe", "x")])
def test_a_visit_needs_an_outcome_and_bad_news_a_note(world: World, outcome: str, note: str) -> None:
    case = resolved(world)
    with pytest.raises(MissingInput):
        record_follow_up(follow_up=case.follow_ups.get(day=7), by=world.other_mediator, outcome=outcome, note=note)


def test_neither_the_handler_nor_a_stranger_records_and_nobody_twice(world: World) -> None:
    case = resolved(world)
    visit = case.follow_ups.get(day=7)
    for stranger in (world.mediator, world.tax, world.clerk, world.official):
        with pytest.raises(NotAllowed):
            record_follow_up(follow_up=visit, by=stranger, outcome="performed")
    record_follow_up(follow_up=visit, by=world.dispatcher, outcome="performing")
    with pytest.raises(AlreadyRecorded):
        record_follow_up(follow_up=visit, by=world.other_mediator, outcome="performing")


@pytest.mark.django_db(transaction=True)
def test_sweeps_at_once_remind_each_visit_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reminding, "BATCH", 3)
    world = build()
    numbers = sorted(resolved(world).number for _each in range(10))
    at_once(*(lambda: sweep(today=after(8)) for _each in range(4)))
    sweep(today=after(8))
    assert sorted(number for _who, number in reminders()) == numbers
    assert not list(ledger.verify())


@pytest.mark.django_db(transaction=True)
def test_a_sweep_that_dies_in_the_middle_is_made_good_by_the_next() -> None:
    world = build()
    for _each in range(3):
        resolved(world)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS "
            "'BEGIN RAISE EXCEPTION ''killed''; END';"
            "CREATE TRIGGER die BEFORE INSERT ON accounts_notification FOR EACH ROW EXECUTE FUNCTION die()"
        )
    try:
        with pytest.raises(Exception, match="killed"):
            sweep(today=after(7))
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER die ON accounts_notification; DROP FUNCTION die()")
    assert reminders() == []
    assert sweep(today=after(7)) == 3
    assert len(reminders()) == 3
