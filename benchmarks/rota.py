"""Planning 16 departments at 3 windows for 3 months: seconds, proof, and the points against the greedy start.

The history is made from a fixed seed: demand that differs by department, weekday and half; six days away for each;
one window closed on Friday afternoons; the plan of the months before as what is known.
"""

from __future__ import annotations

import datetime as dt
import random

from benchmarks.run import Row

DEPARTMENTS, MOST_SECONDS = 16, 60.0
FIRST, LAST = dt.date(2026, 3, 1), dt.date(2026, 5, 31)


def run() -> list[Row]:
    """Seconds with the proven gap, and the points of the plan over those of the greedy start in the same run."""
    from departments.rota.problem import Problem
    from departments.rota.solver import solve

    windows, departments = _world()
    before = solve(Problem(dt.date(2025, 12, 1), dt.date(2026, 2, 28), windows, departments), most_seconds=20)
    solution = solve(Problem(FIRST, LAST, windows, departments, previous=before.turns))
    proof = "proved best" if solution.is_optimal else f"gap {100 * solution.gap:.2f} %"
    ratio = solution.objective / solution.greedy_objective
    size = f"{DEPARTMENTS} departments × {len(windows)} windows × 3 months"
    return [
        Row(
            "rota", f"a plan for {size}, {proof}", solution.seconds, "s", MOST_SECONDS,
            solution.seconds / MOST_SECONDS, "≤ 1", solution.seconds <= MOST_SECONDS,
        ),
        Row(
            "rota", "points of the plan against the greedy start", solution.objective, "points",
            solution.greedy_objective, ratio, "≥ 1", ratio >= 1,
        ),
    ]  # fmt: skip


def _world():  # type: ignore[no-untyped-def]
    from departments.rota.problem import HALVES, PlanDepartment, PlanWindow

    chance = random.Random(5)
    windows = [PlanWindow(11), PlanWindow(12, frozenset({"5pm"})), PlanWindow(13)]
    departments = []
    for number in range(DEPARTMENTS):
        level = 1.2 * chance.random() ** 2
        away = frozenset(FIRST + dt.timedelta(days=chance.randrange(92)) for _day in range(6))
        demand = {(weekday, half): level * chance.uniform(0.3, 1.7) for weekday in range(1, 8) for half in HALVES}
        least, most = chance.choice([2, 3, 4]), chance.choice([8, 12, 16])
        departments.append(PlanDepartment(f"d{number:02}", least, most, away, chance.choice([11, 12, 13]), demand))
    return windows, departments
