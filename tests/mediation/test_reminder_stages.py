"""The stages of reminders: due, overdue, told to the dispatchers; and what agreements promise. Each told once."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from accounts.models import Notification, Role
from cases.models import Case
from cases.services import reopen_case
from departments.models import LocalHoliday
from mediation.models import Agreement, FollowUp, Instalment, Obligation, Reminder
from mediation.models.agreement import new_verification_code
from mediation.services import reminding
from mediation.services.follow_ups import record_follow_up
from mediation.services.reminding import sweep, working_days_before
from tests.mediation.test_follow_ups import after, resolved
from tests.world import LONGJING, YANJI, World, make_user

pytestmark = pytest.mark.django_db


def told(prefix: str = "follow_up.") -> list[tuple[str, str]]:
    rows = Notification.objects.filter(kind__startswith=prefix).order_by("pk").select_related("recipient")
    return [(row.kind.removeprefix(prefix), row.recipient.username) for row in rows]


def sweep_daily(first: int, last: int) -> None:
    for day in range(first, last + 1):
        sweep(today=after(day))


def owing(world: World, *days: int) -> tuple[Case, list[Obligation | Instalment]]:
    """A resolved case whose agreement promises something on one day, or instalments on several."""
    case = resolved(world)
    FollowUp.objects.all().delete()
    agreement, debtor = case.agreements.get(), case.parties.first()
    in_force = Agreement.objects.filter(pk=agreement.pk)
    owed = Obligation.objects.create(
        agreement=agreement, position=1, debtor=debtor, kind="pay", what="付款", amount=100, due_on=after(max(days))
    )
    if len(days) == 1:
        in_force.update(in_force_on=agreement.reached_on)
        return case, [owed]
    parts = [
        Instalment.objects.create(obligation=owed, position=place, amount=10, due_on=after(day))
        for place, day in enumerate(days, start=1)
    ]
    in_force.update(in_force_on=agreement.reached_on)
    return case, list(parts)


def test_a_visit_is_asked_for_then_pressed_then_told_to_the_dispatchers_once_each(world: World) -> None:
    resolved(world)
    sweep_daily(1, 40)
    assert told() == [("due", "other_mediator"), ("overdue", "other_mediator"), ("escalated", "dispatcher")]
    rows = Reminder.objects.order_by("stage").values_list("stage", "told_on")
    days = [(day - timezone.localdate()).days for _stage, day in rows]
    assert days[0] == 7
    assert rows[0][1] <= working_days_before(rows[1][1], 3)
    assert rows[1][1] <= working_days_before(rows[2][1], 4)


def test_local_holidays_are_no_working_days_where_they_hold(world: World) -> None:
    resolved(world)
    sweep(today=after(7))
    free = [after(day) for day in range(8, 20)]
    for day in free:
        LocalHoliday.objects.create(date=day, scope_id=LONGJING[:4], name="州庆", source="通知")
    sweep_daily(8, 19)
    assert told() == [("due", "other_mediator")]
    sweep_daily(20, 26)
    assert told()[1:] == [("overdue", "other_mediator")]
    assert Reminder.objects.get(stage=2).told_on >= after(20)


def test_holidays_of_another_place_count_there_alone(world: World) -> None:
    resolved(world)
    for day in range(8, 20):
        LocalHoliday.objects.create(date=after(day), scope_id=YANJI, name="假", source="通知")
    sweep_daily(7, 19)
    assert told()[:2] == [("due", "other_mediator"), ("overdue", "other_mediator")]


def test_after_days_without_a_sweep_only_one_stage_is_told(world: World) -> None:
    resolved(world)
    assert [sweep(today=after(60)), sweep(today=after(60))] == [1, 0]
    assert told() == [("due", "other_mediator")]


def test_a_clock_set_back_tells_no_stage_again(world: World) -> None:
    resolved(world)
    sweep_daily(7, 40)
    before = told()
    sweep_daily(1, 40)
    assert told() == before


@pytest.mark.parametrize("end", ["recorded", "reopened", "closed", "cancelled", "covered"])
def test_what_is_settled_falls_silent(world: World, end: str) -> None:
    case = resolved(world)
    sweep(today=after(7))
    visit = case.follow_ups.get(day=7)
    if end == "recorded":
        record_follow_up(follow_up=visit, by=world.other_mediator, outcome="performing")
    elif end == "reopened":
        reopen_case(case=case, by=world.dispatcher, note="未补缴")
    elif end == "closed":
        Case.objects.filter(pk=case.pk).update(state="closed")
    else:
        FollowUp.objects.filter(pk=visit.pk).update(state=end)
    sweep_daily(8, 25)
    assert told() == [("due", "other_mediator")]


def test_an_edit_is_no_reason_to_tell_again(world: World) -> None:
    case = resolved(world)
    sweep(today=after(7))
    case.follow_ups.filter(day=7).update(due_on=after(8), assignee=world.clerk)
    sweep(today=after(8))
    assert told() == [("due", "other_mediator")]


def test_without_a_visitor_the_nearest_dispatchers_are_asked(world: World) -> None:
    case = resolved(world)
    make_user("far", Role.DISPATCHER, "2224")
    make_user("second", Role.DISPATCHER, LONGJING)
    case.follow_ups.update(assignee=None)
    sweep(today=after(7))
    assert sorted(told()) == [("due", "dispatcher"), ("due", "second")]


def test_a_visitor_who_has_left_is_not_told_but_the_dispatchers_are(world: World) -> None:
    resolved(world)
    world.other_mediator.is_active = False
    world.other_mediator.save()
    sweep(today=after(7))
    assert told() == [("due", "dispatcher")]


def test_batches_of_any_size_tell_the_same(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for _each in range(5):
        resolved(world)
    monkeypatch.setattr(reminding, "BATCH", 2)
    assert [sweep(today=after(7)), sweep(today=after(7))] == [5, 0]


def test_an_obligation_is_told_the_day_before_on_the_day_and_when_it_is_overdue(world: World) -> None:
    owing(world, 10)
    sweep_daily(5, 8)
    assert told("performance.") == []
    sweep_daily(9, 9)
    assert told("performance.") == [("soon", "mediator")]
    sweep_daily(10, 30)
    assert told("performance.") == [
        ("soon", "mediator"), ("due", "mediator"), ("overdue", "mediator"), ("overdue", "dispatcher"),
    ]  # fmt: skip


def test_instalments_are_told_one_by_one_and_their_sum_is_not(world: World) -> None:
    case, _parts = owing(world, 10, 40)
    sweep_daily(9, 41)
    kinds = [kind for kind, who in told("performance.") if who == "mediator"]
    assert kinds == ["soon", "due", "overdue", "soon", "due", "overdue"]
    assert set(Reminder.objects.values_list("subject", flat=True)) == {"instalment"}
    assert case.number in Notification.objects.filter(kind="performance.due").first().text


def test_after_skipped_days_only_the_stage_of_today_is_told(world: World) -> None:
    owing(world, 10)
    assert [sweep(today=after(20)), sweep(today=after(10)), sweep(today=after(9))] == [1, 0, 0]
    assert {kind for kind, _who in told("performance.")} == {"overdue"}


@pytest.mark.parametrize("end", ["performed", "reopened", "replaced"])
def test_of_what_is_performed_or_no_longer_stands_nobody_is_told(world: World, end: str) -> None:
    case, owed = owing(world, 10)
    if end == "performed":
        Obligation.objects.update(performed_on=timezone.localdate())
    elif end == "reopened":
        reopen_case(case=case, by=world.dispatcher, note="反悔")
    else:
        later = case.agreements.get()
        later.pk, later.year, later.serial, later.committee = None, None, None, None
        later.verification_code = new_verification_code()
        later.save()
    sweep_daily(9, 15)
    assert told("performance.") == []
    assert len(owed) == 1


def test_a_hundred_days_are_the_same_in_one_sweep_a_day_and_in_two(world: World) -> None:
    owing(world, 10, 20)
    for day in range(1, 40):
        sweep(today=after(day))
        sweep(today=after(day) - dt.timedelta(days=1))
    keys = list(Notification.objects.filter(kind__startswith="performance.").values_list("recipient", "key"))
    assert len(keys) == len(set(keys)) == 8
