"""What a rota is worth, in points. The solver maximises exactly this; so do the tests by trying everything.

One matter that meets its department on the day it comes is worth 1,000 points. A matter of the morning is also
met in the afternoon of the same day, after waiting; one of the afternoon is not met by who was here in the morning.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from departments.rota.problem import AFTERNOON, MORNING, PlanDepartment, Problem, Slot

MET = 1_000
"""A matter that meets its department on its day."""

NO_WAIT = 100
"""A matter of the morning whose department is here in the morning already."""

MISSED = 100_000
"""A half-day missing from the least that was agreed for a month: no number of matters makes up for it."""

FAIR = 5
"""Each thousandth of its due that the department furthest below its due is missing."""

KEPT = 50
"""A half-day that the department knows from the last plan."""

Cell = tuple[str, Slot]


@dataclass(frozen=True, slots=True)
class Scale:
    """The weights of one problem as whole numbers."""

    any_half: Mapping[tuple[str, dt.date], int]
    morning: Mapping[tuple[str, dt.date], int]
    afternoon: Mapping[tuple[str, dt.date], int]
    kept: Mapping[Cell, int]
    due: Mapping[str, int]
    least: Mapping[tuple[str, str], int]


def scale_of(problem: Problem) -> Scale:
    """The weights of a problem, each computed once."""
    any_half, morning, afternoon = {}, {}, {}
    for department in problem.departments:
        for day in problem.days():
            early, late = department.expected(day, MORNING), department.expected(day, AFTERNOON)
            any_half[department.code, day] = round(MET * early)
            morning[department.code, day] = round(NO_WAIT * early)
            afternoon[department.code, day] = round(MET * late)
    least = {(d.code, month): low for d in problem.departments for month, (low, _high) in problem.bounds(d).items()}
    return Scale(any_half, morning, afternoon, _kept(problem), dues(problem), least)


def value(problem: Problem, scale: Scale, chosen: Collection[Cell]) -> int:
    """The points of a choice of half-days."""
    days = {(code, slot.day) for code, slot in chosen}
    counts = Counter(code for code, _slot in chosen)
    months = Counter((code, slot.month) for code, slot in chosen)
    points = sum(scale.any_half[pair] for pair in days)
    points += sum(scale.kept.get(cell, 0) + slot_points(scale, cell) for cell in chosen for slot in (cell[1],))
    points -= MISSED * sum(max(0, least - months[pair]) for pair, least in scale.least.items())
    return points - FAIR * max((shortfall(due, counts[code]) for code, due in scale.due.items()), default=0)


def slot_points(scale: Scale, cell: Cell) -> int:
    """What the half-day itself brings, besides being here at all that day."""
    code, slot = cell
    return (scale.morning if slot.half == MORNING else scale.afternoon)[code, slot.day]


def shortfall(due: int, got: int) -> int:
    """How far below its due, in thousandths of it, rounded up; 0 at or above it."""
    return max(0, -((got - due) * 1000 // due)) if due else 0


def dues(problem: Problem) -> dict[str, int]:
    """The half-days due to each department: its least, and of what is left a part by its demand, up to its most."""
    slots = problem.slots()
    due, room = {}, {}
    for department in problem.departments:
        bounds = problem.bounds(department)
        free = Counter(slot.month for slot in slots if slot.day not in department.absent)
        due[department.code] = sum(min(low, free[month]) for month, (low, _high) in bounds.items())
        room[department.code] = sum(min(high, free[month]) for month, (_low, high) in bounds.items())
    weight = {department.code: _weight(department) for department in problem.departments}
    left = sum(problem.capacity(slot) for slot in slots) - sum(due.values())
    while left > 0:
        open_ones = [code for code in due if due[code] < room[code]]
        if not open_ones:
            break
        code = max(open_ones, key=lambda one: (weight[one] / (due[one] + 1), one))
        due[code] += 1
        left -= 1
    return due


def _weight(department: PlanDepartment) -> float:
    return sum(department.demand.values()) + 1e-6


def _kept(problem: Problem) -> dict[Cell, int]:
    """Points for the half-days of the last plan: the very day, or else how regular that weekday was."""
    exact = {(turn.department, turn.slot) for turn in problem.previous}
    weeks: dict[int, set[dt.date]] = defaultdict(set)
    for turn in problem.previous:
        weeks[turn.day.isoweekday()].add(turn.day)
    usual = Counter((turn.department, turn.slot.weekday, turn.half) for turn in problem.previous)
    is_same_period = any(problem.first <= turn.day <= problem.last for turn in problem.previous)
    kept = {}
    for slot in problem.slots():
        for department in problem.departments:
            times = usual[department.code, slot.weekday, slot.half]
            if is_same_period:
                kept[department.code, slot] = KEPT if (department.code, slot) in exact else 0
            else:
                kept[department.code, slot] = round(KEPT * times / len(weeks[slot.weekday])) if times else 0
    return kept
