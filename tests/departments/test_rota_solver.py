"""The planner against every rota there is, on instances small enough to try them all."""

from __future__ import annotations

import datetime as dt
import itertools
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from departments.rota.points import MET, scale_of, shortfall, value
from departments.rota.problem import HALVES, NotPossible, PlanDepartment, PlanWindow, Problem, Slot, Turn
from departments.rota.solver import candidates, greedy, solve

MONDAY, FRIDAY = dt.date(2026, 3, 2), dt.date(2026, 3, 6)
A_WEEK = st.dates(MONDAY, FRIDAY)


def even(level: float) -> dict[tuple[int, str], float]:
    return {(weekday, half): level for weekday in range(1, 8) for half in HALVES}


def department(code: str, least: int = 0, most: int = 40, level: float = 0.5, **fields: object) -> PlanDepartment:
    return PlanDepartment(code, least, most, demand=fields.pop("demand", even(level)), **fields)  # type: ignore[arg-type]


def problem(*departments: PlanDepartment, windows: int = 1, last: dt.date = FRIDAY, **fields: object) -> Problem:
    places = [PlanWindow(11 + number) for number in range(windows)]
    return Problem(MONDAY, last, fields.pop("places", places), departments, **fields)  # type: ignore[arg-type]


def best_by_trying(task: Problem) -> int:
    """The worth of the best rota, found by trying every choice of half-days."""
    scale = scale_of(task)
    cells = candidates(task)
    worth = []
    for picks in itertools.product((False, True), repeat=len(cells)):
        chosen = {cell for cell, pick in zip(cells, picks, strict=True) if pick}
        if is_allowed(task, chosen):
            worth.append(value(task, scale, chosen))
    return max(worth)


def is_allowed(task: Problem, chosen: set[tuple[str, Slot]]) -> bool:
    places = Counter(slot for _code, slot in chosen)
    months = Counter((code, slot.month) for code, slot in chosen)
    locked = {(turn.department, turn.slot) for turn in task.locked}
    return (
        locked <= chosen
        and all(times <= task.capacity(slot) for slot, times in places.items())
        and all(
            months[one.code, month] <= most
            for one in task.departments
            for month, (_l, most) in task.bounds(one).items()
        )
    )


@st.composite
def problems(draw: st.DrawFn, days: int = 2, departments: int = 3) -> Problem:
    """Small problems of some days, departments and one or two windows, some of them closed or away."""
    last = MONDAY + dt.timedelta(days=days - 1)
    everyone = []
    for code in "abc"[:departments]:
        least = draw(st.integers(0, 20))
        demands = {
            (weekday, half): draw(st.sampled_from((0.0, 0.2, 0.7, 1.5))) for weekday in range(1, 6) for half in HALVES
        }
        away = frozenset(draw(st.lists(st.dates(MONDAY, last), max_size=1)))
        everyone.append(PlanDepartment(code, least, least + draw(st.integers(0, 30)), away, 11, demands))
    closed = frozenset(draw(st.lists(st.sampled_from(("1am", "1pm", "2pm")), max_size=1)))
    places = [PlanWindow(11, closed), PlanWindow(12)][: draw(st.integers(1, 2))]
    before = [Turn("a", 11, MONDAY - dt.timedelta(days=7), "am"), Turn("b", 12, MONDAY - dt.timedelta(days=6), "pm")]
    return Problem(MONDAY, last, places, everyone, previous=before if draw(st.booleans()) else ())


@settings(max_examples=12, deadline=None)
@given(problems())
def test_no_rota_is_better_than_the_one_proved_best(task: Problem) -> None:
    solution = solve(task)
    assert solution.is_optimal
    assert solution.gap == 0
    assert solution.objective == solution.bound == best_by_trying(task)


@settings(max_examples=15, deadline=None)
@given(problems(days=5))
def test_a_rota_keeps_every_limit(task: Problem) -> None:
    solution = solve(task)
    days = set(task.days())
    by_place = Counter((turn.window, turn.slot) for turn in solution.turns)
    by_department = Counter((turn.department, turn.slot) for turn in solution.turns)
    assert {*by_place.values(), *by_department.values()} <= {1}
    windows = {window.number: window for window in task.windows}
    for turn in solution.turns:
        one = next(d for d in task.departments if d.code == turn.department)
        assert turn.day in days - one.absent
        assert windows[turn.window].is_open(turn.slot)
    assert is_allowed(task, {(turn.department, turn.slot) for turn in solution.turns})
    assert solution.objective >= solution.greedy_objective
    unmet = {(wish.department, wish.month) for wish in solution.unmet}
    got = Counter(turn.department for turn in solution.turns)
    short = {(d.code, "2026-03") for d in task.departments if got[d.code] < task.bounds(d)["2026-03"][0]}
    assert unmet == short


def test_the_same_problem_gives_the_same_rota() -> None:
    task = problem(*(department(code, 2, 20) for code in "abcd"), windows=2)
    first = solve(task)
    assert [solve(task).turns for _time in range(3)] == [first.turns] * 3


def test_the_one_with_more_matters_gets_the_days_when_its_matters_come() -> None:
    tuesdays = {**even(0.1), (2, "am"): 3.0, (2, "pm"): 3.0}
    solution = solve(problem(department("quiet"), department("busy", demand=tuesdays)))
    tuesday = {turn.half: turn.department for turn in solution.turns if turn.day.isoweekday() == 2}
    assert tuesday["pm"] == "busy"


def test_the_afternoon_serves_the_whole_day() -> None:
    """One half-day a month: the afternoon meets who came in the morning too."""
    solution = solve(problem(department("a", most=4), last=MONDAY))
    assert [turn.half for turn in solution.turns] == ["pm"]


def test_nobody_is_left_far_below_what_is_due() -> None:
    solution = solve(problem(department("a", level=0.4), department("b", level=0.4)))
    counts = Counter(turn.department for turn in solution.turns)
    assert counts == {"a": 5, "b": 5}


def test_locked_shifts_stay_where_they_are() -> None:
    locked = [Turn("b", 12, MONDAY, "am"), Turn("a", 12, FRIDAY, "pm")]
    solution = solve(problem(department("a"), department("b", level=0.0), windows=2, locked=locked))
    assert set(locked) <= set(solution.turns)


def test_the_last_plan_goes_on_where_nothing_speaks_against_it() -> None:
    everyone = [department(code, most=20) for code in "abc"]
    first = solve(problem(*everyone, windows=2))
    assert solve(problem(*everyone, windows=2, previous=first.turns)).turns == first.turns
    away = [department("a", most=20, absent=frozenset({MONDAY})), *everyone[1:]]
    held = set(solve(problem(*away, windows=2, previous=first.turns)).turns) & set(first.turns)
    by_chance = set(solve(problem(*away, windows=2)).turns) & set(first.turns)
    assert len(held) >= max(len(by_chance), len(first.turns) * 3 // 5)


def test_a_department_keeps_its_window_all_day_and_from_plan_to_plan() -> None:
    before = [Turn("a", 12, MONDAY - dt.timedelta(days=7), "am"), Turn("b", 11, MONDAY - dt.timedelta(days=7), "am")]
    solution = solve(problem(department("a"), department("b"), windows=2, previous=before))
    assert {(turn.department, turn.window) for turn in solution.turns} == {("a", 12), ("b", 11)}


def test_holidays_and_make_up_days_follow_the_calendar() -> None:
    task = Problem(dt.date(2026, 2, 14), dt.date(2026, 2, 28), [PlanWindow(11)], [department("a")])
    days = {turn.day for turn in solve(task).turns}
    assert dt.date(2026, 2, 17) not in days, "spring festival"
    assert dt.date(2026, 2, 28) in days, "a Saturday on which offices work"
    local = Problem(MONDAY, FRIDAY, [PlanWindow(11)], [department("a")], local_holidays={FRIDAY})
    assert FRIDAY not in {turn.day for turn in solve(local).turns}


@pytest.mark.parametrize(
    ("fields", "places", "reason"),
    [
        ({"absent": frozenset(MONDAY + dt.timedelta(days=n) for n in range(4))}, [PlanWindow(11)], "absence"),
        ({}, [PlanWindow(11, frozenset(f"{day}{half}" for day in range(1, 5) for half in HALVES))], "closed"),
    ],
)
def test_a_wish_that_cannot_be_met_is_explained(
    fields: dict[str, object], places: list[PlanWindow], reason: str
) -> None:
    """Of 22 working days in the month 5 are planned: 20 half-days wished are 4 here."""
    solution = solve(problem(department("a", 20, **fields), places=places))
    (unmet,) = solution.unmet
    assert (unmet.department, unmet.month, unmet.wanted, unmet.got, unmet.reason) == ("a", "2026-03", 4, 2, reason)


def test_more_wishes_than_places_are_explained() -> None:
    solution = solve(problem(*(department(code, 20) for code in "abc")))
    assert solution.is_optimal
    assert sum(unmet.wanted - unmet.got for unmet in solution.unmet) == 2
    assert {unmet.reason for unmet in solution.unmet} == {"capacity"}


@pytest.mark.parametrize(
    ("turn", "code"),
    [
        (Turn("a", 11, MONDAY, "am"), "absent"),
        (Turn("x", 11, FRIDAY, "am"), "unknown_department"),
        (Turn("a", 11, FRIDAY, "pm"), "closed"),
        (Turn("a", 99, FRIDAY, "am"), "closed"),
        (Turn("a", 11, dt.date(2026, 3, 7), "am"), "no_working_day"),
    ],
)
def test_a_locked_shift_that_contradicts_is_named(turn: Turn, code: str) -> None:
    away = department("a", absent=frozenset({MONDAY}))
    with pytest.raises(NotPossible) as refused:
        solve(problem(away, places=[PlanWindow(11, frozenset({"5pm"}))], locked=[turn]))
    assert [(conflict.code, conflict.turn) for conflict in refused.value.conflicts] == [(code, turn)]


def test_locked_shifts_that_contradict_each_other_are_all_named() -> None:
    locked = [Turn("a", 11, MONDAY, "am"), Turn("b", 11, MONDAY, "am"), Turn("a", 12, FRIDAY, "am")]
    with pytest.raises(NotPossible) as refused:
        solve(problem(department("a", most=1), department("b"), windows=2, locked=locked))
    codes = [conflict.code for conflict in refused.value.conflicts]
    assert codes == ["window_twice", "window_twice", "above_most"]


def test_the_greedy_start_is_a_rota_of_its_own() -> None:
    task = problem(*(department(code, 4, 12) for code in "abc"), windows=2)
    chosen = greedy(task, scale_of(task))
    assert chosen
    assert is_allowed(task, chosen)


@pytest.mark.parametrize(("due", "got", "missing"), [(4, 4, 0), (4, 5, 0), (4, 3, 250), (3, 2, 334), (0, 0, 0)])
def test_shortfalls_are_thousandths_of_what_is_due(due: int, got: int, missing: int) -> None:
    assert shortfall(due, got) == missing


def test_a_matter_is_worth_a_thousand_points() -> None:
    task = problem(department("a", level=1.0), last=MONDAY)
    afternoon = {("a", Slot(MONDAY, "pm"))}
    scale = scale_of(task)
    assert scale.due == {"a": 2}
    assert value(task, scale, afternoon) == 2 * MET - 5 * 500
