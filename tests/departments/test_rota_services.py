"""Plans, shifts, attendance and calendar links: who may, and what stays."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Role
from departments import services
from departments.models import CalendarFeed, Department, RotaAbsence, RotaPlan, RotaWish, Shift, Window
from departments.rota.problem import Solution, Turn, Unmet
from governance_center.calendar import LOCAL_ZONE
from governance_center.errors import GovernanceError, NotAllowed
from tests.world import World, make_user

TODAY = dt.date(2099, 3, 2)
DAY = dt.timedelta(days=1)


@pytest.fixture
def windows(world: World) -> list[Window]:
    return [Window.objects.create(centre=world.centre, number=n, is_in_rota=True) for n in (11, 12)]


def proposal(world: World, first: dt.date, last: dt.date, *turns: Turn) -> RotaPlan:
    plan = services.ask_plan(by=world.dispatcher, centre=world.centre, first=first, last=last)
    services.begin_plan(plan_id=plan.pk)
    unmet = [Unmet("tax", "2099-03", 4, 2, "absence")]
    solution = Solution(list(turns), 90, 100, False, 1.5, unmet, 80)
    return services.save_plan(plan=plan, solution=solution, locked=turns[:1], share=0.5, share_before=0.25)


def dept(code: str) -> Department:
    return Department.objects.get(pk=code)


def held(world: World) -> list[tuple[Any, ...]]:
    rows = Shift.objects.in_force().filter(centre=world.centre)
    return list(rows.order_by("day", "half", "window").values_list("department_id", "window__number", "day", "half"))


# --- wishes, absences, asking


def test_wishes_and_absences_are_kept_once(world: World) -> None:
    for most in (6, 8):
        services.set_wish(by=world.dispatcher, centre=world.centre, department=dept("tax"), at_least=2, at_most=most)
    assert RotaWish.objects.get().at_most == 8
    for _time in range(2):
        absence = services.add_absence(
            by=world.dispatcher, centre=world.centre, department=dept("tax"), first=TODAY, last=TODAY, reason=" x "
        )
    assert RotaAbsence.objects.get().reason == "x"
    assert TODAY in absence.days if not isinstance(absence.days, tuple) else True
    services.remove_absence(by=world.dispatcher, absence=absence)
    assert not RotaAbsence.objects.exists()


def test_what_makes_no_sense_is_refused_beside_its_field(world: World) -> None:
    centre = {"by": world.dispatcher, "centre": world.centre}
    with pytest.raises(GovernanceError) as refused:
        services.set_wish(**centre, department=dept("tax"), at_least=3, at_most=2)
    assert refused.value.field == "at_most"
    with pytest.raises(GovernanceError) as refused:
        services.add_absence(**centre, department=dept("tax"), first=TODAY, last=TODAY - DAY)
    assert refused.value.field == "last"
    for last in (TODAY - DAY, TODAY + 101 * DAY):
        with pytest.raises(services.WrongPeriod):
            services.ask_plan(**centre, first=TODAY, last=last)


@pytest.mark.parametrize("who", ["clerk", "tax", "mediator", "official", "administrator", "yanji"])
def test_only_the_dispatcher_of_the_place_plans(world: World, who: str) -> None:
    by = make_user("yanji", Role.DISPATCHER, "222401") if who == "yanji" else getattr(world, who)
    plan = services.ask_plan(by=world.dispatcher, centre=world.centre, first=TODAY, last=TODAY)
    centre = {"by": by, "centre": world.centre}
    for attempt in (
        lambda: services.ask_plan(**centre, first=TODAY, last=TODAY),
        lambda: services.set_wish(**centre, department=dept("tax"), at_least=1, at_most=2),
        lambda: services.add_absence(**centre, department=dept("tax"), first=TODAY, last=TODAY),
        lambda: services.ask_again(by=by, plan=plan),
        lambda: services.put_in_force(by=by, plan=plan),
    ):
        with pytest.raises(NotAllowed):
            attempt()


def test_asked_twice_there_is_one_plan(world: World) -> None:
    ask = {"by": world.dispatcher, "centre": world.centre, "first": TODAY, "last": TODAY + DAY}
    assert services.ask_plan(**ask) == services.ask_plan(**ask)


# --- plans


def test_a_plan_keeps_what_the_planner_said(world: World, windows: list[Window]) -> None:
    plan = proposal(world, TODAY, TODAY, Turn("tax", 11, TODAY, "am"), Turn("justice", 12, TODAY, "am"))
    plan.refresh_from_db()
    assert (plan.state, plan.is_optimal, plan.gap, plan.expected_share) == ("proposed", False, 0.1, 0.5)
    assert plan.unmet == [{"department": "tax", "month": "2099-03", "wanted": 4, "got": 2, "reason": "absence"}]
    assert list(plan.shifts.values_list("department", "is_locked")) == [("tax", True), ("justice", False)]
    assert held(world) == []


def test_a_new_plan_gives_way_to_the_past_and_replaces_the_rest(world: World, windows: list[Window]) -> None:
    days = [TODAY + n * DAY for n in range(4)]
    old = proposal(world, days[0], days[3], *(Turn("tax", 11, day, "am") for day in days))
    services.put_in_force(plan=old, by=world.dispatcher, today=days[0])
    new = proposal(world, days[0], days[2], *(Turn("justice", 11, day, "am") for day in days[:3]))
    services.put_in_force(plan=new, by=world.dispatcher, today=days[1])
    assert [row[0] for row in held(world)] == ["tax", "justice", "justice", "tax"]
    old.refresh_from_db()
    assert old.state == "in_force", "it still holds before and after"
    last = proposal(world, days[0], days[3], *(Turn("petitions", 12, day, "pm") for day in days))
    services.put_in_force(plan=last, by=world.dispatcher, today=days[0])
    assert {row[0] for row in held(world)} == {"petitions"}
    assert set(RotaPlan.objects.values_list("state", flat=True)) == {"replaced", "in_force"}


def test_a_day_on_which_somebody_is_here_already_stays(world: World, windows: list[Window]) -> None:
    old = proposal(world, TODAY, TODAY + DAY, *(Turn("tax", 11, TODAY + n * DAY, "am") for n in (0, 1)))
    services.put_in_force(plan=old, by=world.dispatcher, today=TODAY)
    at = dt.datetime.combine(TODAY, dt.time(9), LOCAL_ZONE)
    services.check_in(shift=old.shifts.get(day=TODAY), by=world.tax, at=at)
    new = proposal(world, TODAY, TODAY + DAY, *(Turn("justice", 11, TODAY + n * DAY, "am") for n in (0, 1)))
    services.put_in_force(plan=new, by=world.dispatcher, today=TODAY)
    assert [row[0] for row in held(world)] == ["tax", "justice"]


def test_only_a_proposal_can_be_put_in_force_or_computed_again(world: World, windows: list[Window]) -> None:
    plan = proposal(world, TODAY, TODAY, Turn("tax", 11, TODAY, "am"))
    services.put_in_force(plan=plan, by=world.dispatcher, today=TODAY)
    for attempt in (services.put_in_force, services.ask_again):
        with pytest.raises(services.PlanBusy):
            attempt(plan=plan, by=world.dispatcher)
    assert services.begin_plan(plan_id=plan.pk) is None
    again = proposal(world, TODAY, TODAY, Turn("tax", 11, TODAY, "am"))
    assert services.ask_again(plan=again, by=world.dispatcher).state == "waiting"


# --- shifts


def test_a_swap_exchanges_departments_and_locks_both(world: World, windows: list[Window]) -> None:
    plan = proposal(world, TODAY, TODAY + DAY, Turn("tax", 11, TODAY, "am"), Turn("justice", 12, TODAY + DAY, "pm"))
    one, other = plan.shifts.order_by("day")
    services.swap_shifts(first=one, second=other, by=world.dispatcher)
    rows = list(plan.shifts.order_by("day").values_list("pk", "department", "is_locked", "half"))
    assert rows == [(one.pk, "justice", True, "am"), (other.pk, "tax", True, "pm")]


def test_a_swap_within_one_half_day_exchanges_windows(world: World, windows: list[Window]) -> None:
    plan = proposal(world, TODAY, TODAY, Turn("tax", 11, TODAY, "am"), Turn("justice", 12, TODAY, "am"))
    services.swap_shifts(first=plan.shifts.first(), second=plan.shifts.last(), by=world.dispatcher)
    assert list(plan.shifts.order_by("window").values_list("department", flat=True)) == ["justice", "tax"]


def test_a_swap_that_cannot_be_leaves_all_as_it_was(world: World, windows: list[Window]) -> None:
    turns = (
        Turn("tax", 11, TODAY, "am"), Turn("justice", 12, TODAY, "am"), Turn("tax", 11, TODAY + DAY, "am"),
        Turn("petitions", 12, TODAY + DAY, "pm"),
    )  # fmt: skip
    plan = proposal(world, TODAY, TODAY + DAY, *turns)
    before = list(plan.shifts.order_by("pk").values_list("department", "is_locked"))
    tax, justice, tax_later, petitions = plan.shifts.order_by("day", "half", "window")
    services.add_absence(
        by=world.dispatcher, centre=world.centre, department=dept("petitions"), first=TODAY, last=TODAY
    )
    for one, other in ((tax, tax_later), (justice, tax_later), (tax, petitions)):
        with pytest.raises(services.SwapNotPossible):
            services.swap_shifts(first=one, second=other, by=world.dispatcher)
    assert list(plan.shifts.order_by("pk").values_list("department", "is_locked")) == before


def test_locks_are_set_and_taken_back_but_not_on_what_is_past(world: World, windows: list[Window]) -> None:
    plan = proposal(world, TODAY, TODAY, Turn("tax", 11, TODAY, "am"))
    shift = plan.shifts.get()
    assert not services.unlock_shift(shift=shift, by=world.dispatcher).is_locked
    assert services.lock_shift(shift=shift, by=world.dispatcher).is_locked
    Shift.objects.update(day=timezone.localdate() - DAY)
    with pytest.raises(services.ShiftFixed):
        services.lock_shift(shift=shift, by=world.dispatcher)
    with pytest.raises(NotAllowed):
        services.lock_shift(shift=shift, by=world.clerk)


# --- attendance


@pytest.fixture
def shift(world: World, windows: list[Window]) -> Shift:
    return Shift.objects.create(
        centre=world.centre, department=dept("tax"), window=windows[0], day=timezone.localdate(), half="am"
    )


@pytest.mark.parametrize(("who", "may"), [("tax", True), ("clerk", True), ("dispatcher", True), ("hr", False),
                                          ("mediator", False), ("official", False)])  # fmt: skip
def test_the_department_and_the_desk_check_in(world: World, shift: Shift, who: str, may: bool) -> None:
    by = getattr(world, who)
    if not may:
        with pytest.raises(NotAllowed):
            services.check_in(shift=shift, by=by)
        return
    first = services.check_in(shift=shift, by=by)
    assert services.check_in(shift=shift, by=world.dispatcher).checked_in_at == first.checked_in_at
    out = services.check_out(shift=shift, by=by)
    assert services.check_out(shift=shift, by=by).checked_out_at == out.checked_out_at
    shift.refresh_from_db()
    assert (shift.checked_in_by, shift.is_attended) == (by, True)


def test_only_on_the_day_and_only_in_this_order(world: World, shift: Shift) -> None:
    with pytest.raises(services.NotCheckedIn):
        services.check_out(shift=shift, by=world.tax)
    for away in (-DAY, DAY):
        Shift.objects.update(day=timezone.localdate() + away)
        with pytest.raises(services.NotToday):
            services.check_in(shift=shift, by=world.tax)


def test_a_shift_that_is_only_proposed_is_not_attended(world: World, shift: Shift) -> None:
    plan = services.ask_plan(by=world.dispatcher, centre=world.centre, first=shift.day, last=shift.day)
    Shift.objects.update(plan=plan)
    with pytest.raises(services.NotToday):
        services.check_in(shift=shift, by=world.tax)


# --- calendar links


def test_a_link_is_made_once_and_renewed_with_another_secret(world: World) -> None:
    feed = services.make_feed(centre=world.centre, department=dept("tax"), by=world.tax)
    assert services.make_feed(centre=world.centre, department=dept("tax"), by=world.dispatcher) == feed
    assert services.renew_feed(feed=feed, by=world.tax).code != feed.code
    assert len(feed.code) >= 20
    services.make_feed(centre=world.centre, department=None, by=world.dispatcher)
    assert CalendarFeed.objects.count() == 2
    for department in (dept("justice"), None):
        with pytest.raises(NotAllowed):
            services.make_feed(centre=world.centre, department=department, by=world.tax)
