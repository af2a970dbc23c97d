"""The replay of a few matters, worked out by hand."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from cases import rota_demand
from cases.models import Case
from cases.rota_demand import ALWAYS, Chance, Matter
from cases.rota_planning import problem_of, situation, solve_plan, sweep_plans
from departments import services
from departments.models import Department, RotaPlan, Shift, Station, Window
from departments.rota.problem import Turn
from governance_center.calendar import LOCAL_ZONE
from tests.world import LONGJING, World, make_case

MONDAY, TUESDAY, WEDNESDAY = dt.date(2026, 3, 2), dt.date(2026, 3, 3), dt.date(2026, 3, 4)
THREE = [Matter(MONDAY, "am", "a"), Matter(MONDAY, "pm", "a"), Matter(TUESDAY, "am", "a")]


@pytest.mark.parametrize(
    ("pattern", "met"),
    [
        ({}, 0.0),
        ({("a", 1): ALWAYS}, 2.0),
        ({("a", 1): Chance(1.0, 0.0)}, 1.0),
        ({("a", 1): Chance(0.5, 0.25), ("a", 2): Chance(0.5, 0.0)}, 1.25),
        ({("b", 1): ALWAYS}, 0.0),
    ],
)
def test_a_morning_waits_for_the_afternoon_but_not_the_other_way_round(
    pattern: dict[tuple[str, int], Chance], met: float
) -> None:
    found = rota_demand.share(THREE, pattern)
    assert (found.matters, found.met) == (3, met)


def test_shifts_become_parts_of_weekdays() -> None:
    days = [MONDAY, MONDAY + dt.timedelta(days=7), TUESDAY]
    turns = [Turn("a", 11, MONDAY, "am"), Turn("a", 11, MONDAY, "pm"), Turn("a", 11, days[1], "am")]
    assert rota_demand.pattern_of_turns(turns, days) == {("a", 1): Chance(1.0, 0.5)}


def test_what_if_takes_the_two_days_that_help_most() -> None:
    matters = [*THREE, Matter(WEDNESDAY, "pm", "a"), Matter(WEDNESDAY, "pm", "a"), Matter(WEDNESDAY, "pm", "b")]
    answer = rota_demand.what_if(matters, {("a", 1): Chance(1.0, 0.5)}, "a")
    assert (answer.now.matters, answer.now.met) == (5, 1.5)
    assert answer.resident.part == 1.0
    assert answer.weekdays == [2, 3]
    assert answer.two_more.met == 4.5
    nobody = rota_demand.what_if([], {}, "a")
    assert (nobody.now.part, nobody.now.percent, nobody.weekdays) == (None, "—", [])


def test_small_numbers_are_drawn_to_the_mean() -> None:
    """Two weeks of ten working days; five matters of one department, all on Monday mornings: mean 5/20 a half-day."""
    matters = [Matter(MONDAY, "am", "a")] * 5
    expected = rota_demand.demand(matters, ["a", "b"], MONDAY, MONDAY + dt.timedelta(days=13))
    assert expected["a"][1, "am"] == pytest.approx((5 + 4 * 0.25) / (2 + 4))
    assert expected["a"][2, "am"] == pytest.approx(4 * 0.25 / 6)
    assert 0 < expected["b"][1, "am"] < expected["a"][2, "am"]


def test_matters_are_read_in_their_half_of_the_local_day(world: World, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    moments = {
        dt.datetime(2026, 3, 2, 11, 59, tzinfo=LOCAL_ZONE): ("walk_in", "tax"),
        dt.datetime(2026, 3, 2, 12, 0, tzinfo=LOCAL_ZONE): ("walk_in", "tax"),
        dt.datetime(2026, 3, 3, 0, 30, tzinfo=LOCAL_ZONE): ("walk_in", "justice"),
        dt.datetime(2026, 3, 3, 9, 0, tzinfo=LOCAL_ZONE): ("hotline", "tax"),
        dt.datetime(2026, 3, 7, 9, 0, tzinfo=LOCAL_ZONE): ("walk_in", "tax"),
    }
    for moment, (channel, lead) in moments.items():
        case = make_case(world)
        Case.objects.filter(pk=case.pk).update(registered_at=moment, channel=channel, lead=lead)
    with django_assert_num_queries(1):
        found = rota_demand.read_matters(LONGJING, MONDAY, MONDAY + dt.timedelta(days=6), ["tax", "justice"], ())
    assert found == [Matter(MONDAY, "am", "tax"), Matter(MONDAY, "pm", "tax"), Matter(TUESDAY, "am", "justice")]


# --- from the database and back


@pytest.fixture
def plan(world: World) -> RotaPlan:
    """Civil affairs alone takes turns in Longjing; it wishes four half-days a month."""
    window = Window.objects.create(centre=world.centre, number=12, is_in_rota=True)
    Station.objects.filter(department="civil_affairs").update(window=window)
    services.set_wish(
        by=world.dispatcher, centre=world.centre, department=Department.objects.get(pk="civil_affairs"),
        at_least=4, at_most=12,
    )  # fmt: skip
    first = timezone.localdate() + dt.timedelta(days=1)
    return services.ask_plan(by=world.dispatcher, centre=world.centre, first=first, last=first + dt.timedelta(days=27))


@pytest.mark.django_db(transaction=True)
def test_a_plan_is_computed_once_and_kept(plan: RotaPlan, world: World) -> None:
    assert sweep_plans() == 1
    assert solve_plan(plan.pk) == "proposed"
    assert solve_plan(plan.pk) == "proposed", "a second hint changes nothing"
    plan.refresh_from_db()
    assert plan.is_optimal
    assert plan.gap == 0
    assert {shift.department_id for shift in plan.shifts.all()} == {"civil_affairs"}
    assert sweep_plans() == 0
    services.put_in_force(plan=plan, by=world.dispatcher)
    assert situation(LONGJING).turns


@pytest.mark.django_db(transaction=True)
def test_locked_shifts_on_absent_days_are_named(plan: RotaPlan, world: World) -> None:
    solve_plan(plan.pk)
    shift = plan.shifts.first()
    assert shift is not None
    services.lock_shift(shift=shift, by=world.dispatcher)
    services.add_absence(
        by=world.dispatcher, centre=world.centre, department=shift.department, first=shift.day, last=shift.day
    )
    services.ask_again(plan=plan, by=world.dispatcher)
    assert problem_of(plan, situation(LONGJING)).locked
    assert solve_plan(plan.pk) == "failed"
    plan.refresh_from_db()
    assert "民政局" in plan.error
    assert Shift.objects.filter(plan=plan).exists()


@pytest.mark.django_db(transaction=True)
def test_without_windows_there_is_no_rota(plan: RotaPlan) -> None:
    Window.objects.update(is_in_rota=False)
    assert solve_plan(plan.pk) == "failed"
