"""The planner of the rota: half-day shifts by CP-SAT, with a proof of how good they are.

A yes-or-no for each department and half-day, a place count for each half-day; which window a department gets is
settled afterwards, because no window is worth more than another. See docs/decisions/0007-rota.md.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from typing import Any

from departments.rota.placing import place
from departments.rota.points import FAIR, MISSED, Cell, Scale, scale_of, slot_points, value
from departments.rota.problem import NotPossible, PlanDepartment, Problem, Slot, Solution, conflicts_of, explain

MOST_SECONDS = 45.0
WORKERS, SEED = 2, 20_260_301


def solve(problem: Problem, *, most_seconds: float = MOST_SECONDS) -> Solution:
    """The best rota that is found in ``most_seconds``, and how far at most it is from the best there is.

    The same problem gives the same rota, as long as the time suffices for the proof.

    Raises:
        NotPossible: locked shifts contradict absences, closed windows, monthly limits or each other.
    """
    begin = time.monotonic()
    if conflicts := conflicts_of(problem):
        raise NotPossible(conflicts)
    scale = scale_of(problem)
    start = greedy(problem, scale)
    chosen, bound, is_optimal = _search(problem, scale, start, most_seconds)
    worth = value(problem, scale, chosen)
    turns = place(problem, chosen)
    return Solution(
        turns=turns,
        objective=worth,
        bound=worth if is_optimal else max(worth, bound),
        is_optimal=is_optimal,
        seconds=time.monotonic() - begin,
        unmet=explain(problem, turns),
        greedy_objective=value(problem, scale, start),
    )


def candidates(problem: Problem) -> list[Cell]:
    """Every department with every half-day on which it can come."""
    return [
        (department.code, slot)
        for slot in problem.slots()
        for department in problem.departments
        if slot.day not in department.absent
    ]


def greedy(problem: Problem, scale: Scale) -> set[Cell]:
    """A rota by taking the best half-day again and again: first what is locked, then the minima, then the rest."""
    chosen = {(turn.department, turn.slot) for turn in problem.locked}
    places = {slot: problem.capacity(slot) for slot in problem.slots()}
    months: Counter[tuple[str, str]] = Counter()
    most = {(d.code, month): high for d in problem.departments for month, (_low, high) in problem.bounds(d).items()}
    for code, slot in chosen:
        places[slot] -= 1
        months[code, slot.month] += 1
    order = sorted(candidates(problem), key=lambda cell: (-_worth(scale, cell), cell[1], cell[0]))
    for limits in (scale.least, most):
        for cell in order:
            code, slot = cell
            if cell in chosen or not places[slot] or months[code, slot.month] >= limits[code, slot.month]:
                continue
            chosen.add(cell)
            places[slot] -= 1
            months[code, slot.month] += 1
    return chosen


def _worth(scale: Scale, cell: Cell) -> int:
    code, slot = cell
    return scale.any_half[code, slot.day] + slot_points(scale, cell) + scale.kept.get(cell, 0)


def _search(problem: Problem, scale: Scale, start: set[Cell], most_seconds: float) -> tuple[set[Cell], int, bool]:
    """The chosen half-days, the proven upper bound, and whether the bound is reached."""
    from ortools.sat.python import cp_model  # large; only whoever plans a rota loads it

    model = cp_model.CpModel()
    here = {cell: model.new_bool_var(f"{cell[0]} {cell[1].day} {cell[1].half}") for cell in candidates(problem)}
    for turn in problem.locked:
        model.add(here[turn.department, turn.slot] == 1)
    _limit_places(model, problem, here)
    points = [(_half_points(scale, cell), variable) for cell, variable in here.items()]
    points += _day_points(model, scale, here, start)
    for department in problem.departments:
        points += _month_points(model, problem, department, here, start)
    points.append((-FAIR, _unfairness(model, scale, here, start)))
    model.maximize(cp_model.LinearExpr.weighted_sum([var for _w, var in points], [weight for weight, _v in points]))
    for cell, variable in here.items():
        model.add_hint(variable, cell in start)
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = most_seconds
    solver.parameters.num_workers = WORKERS
    solver.parameters.interleave_search = True
    solver.parameters.random_seed = SEED
    status = solver.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return start, _ceiling(problem, scale), False
    chosen = {cell for cell, variable in here.items() if solver.boolean_value(variable)}
    return chosen, round(solver.best_objective_bound), status == cp_model.OPTIMAL


def _half_points(scale: Scale, cell: Cell) -> int:
    return slot_points(scale, cell) + scale.kept.get(cell, 0)


def _ceiling(problem: Problem, scale: Scale) -> int:
    """A bound that needs no search: every department here always."""
    return sum(scale.any_half.values()) + sum(_half_points(scale, cell) for cell in candidates(problem))


def _limit_places(model: Any, problem: Problem, here: dict[Cell, Any]) -> None:
    by_slot: dict[Slot, list[Any]] = defaultdict(list)
    for (_code, slot), variable in here.items():
        by_slot[slot].append(variable)
    for slot, variables in by_slot.items():
        model.add(sum(variables) <= problem.capacity(slot))


def _day_points(model: Any, scale: Scale, here: dict[Cell, Any], start: set[Cell]) -> list[tuple[int, Any]]:
    """Being here at all on a day, for the matters of the morning."""
    by_day: dict[tuple[str, Any], list[Any]] = defaultdict(list)
    for (code, slot), variable in here.items():
        by_day[code, slot.day].append(variable)
    started = {(code, slot.day) for code, slot in start}
    points = []
    for pair, variables in by_day.items():
        any_half = model.new_bool_var(f"{pair[0]} {pair[1]}")
        model.add(any_half <= sum(variables))
        model.add_hint(any_half, pair in started)
        points.append((scale.any_half[pair], any_half))
    return points


def _month_points(
    model: Any, problem: Problem, department: PlanDepartment, here: dict[Cell, Any], start: set[Cell]
) -> list[tuple[int, Any]]:
    """The most of a month is kept; what is missing from its least costs points."""
    points = []
    for month, (least, most) in problem.bounds(department).items():
        mine = [var for (code, slot), var in here.items() if code == department.code and slot.month == month]
        model.add(sum(mine) <= most)
        missing = model.new_int_var(0, least, f"missing {department.code} {month}")
        model.add(missing >= least - sum(mine))
        got = sum(code == department.code and slot.month == month for code, slot in start)
        model.add_hint(missing, max(0, least - got))
        points.append((-MISSED, missing))
    return points


def _unfairness(model: Any, scale: Scale, here: dict[Cell, Any], start: set[Cell]) -> Any:
    """The thousandths that the department furthest below its due is missing."""
    worst = model.new_int_var(0, 1000, "unfairness")
    by_department: dict[str, list[Any]] = defaultdict(list)
    for (code, _slot), variable in here.items():
        by_department[code].append(variable)
    for code, due in scale.due.items():
        if due:
            model.add(due * worst + 1000 * sum(by_department[code]) >= 1000 * due)
    return worst
