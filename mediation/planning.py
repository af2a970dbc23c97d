"""Which plan a resolved matter gets and on which days it is visited: rules without a database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from mediation.models import FollowUp, FollowUpPlan

DEFAULT_DAYS = (7, 30, 90)
"""Where an administrator has switched all plans off: day 7, 30 and 90 after the resolution."""

GAP_DAYS = 3
"""A visit because something falls due and another one are more than so many days apart, else they are one."""

REPEATED_CALLS = 2
"""From how many police calls on they count as repeated."""

Origin, Condition = FollowUp.Origin, FollowUpPlan.Condition


@dataclass(frozen=True, slots=True)
class Facts:
    """What the choice of a plan looks at. ``police_calls`` is how often the police were called before."""

    category: str
    is_high_risk: bool = False
    is_repeated: bool = False
    reopened: int = 0
    police_calls: int = 0


class PlannedDay(NamedTuple):
    """A day counted from the resolution (the day after it is 1), and why it was chosen."""

    day: int
    origin: str


def fits(plan: FollowUpPlan, facts: Facts) -> bool:
    """Whether a plan is for such a matter."""
    return {
        Condition.DEFAULT: True,
        Condition.HIGH_RISK: facts.is_high_risk,
        Condition.REPEATED: facts.is_repeated,
        Condition.REOPENED: facts.reopened > 0,
        Condition.POLICE_CALLS: facts.police_calls >= REPEATED_CALLS,
        Condition.CATEGORY: plan.category_id == facts.category,
    }[Condition(plan.condition)]


def choose(plans: Iterable[FollowUpPlan], facts: Facts) -> FollowUpPlan | None:
    """The first plan that fits; ``plans`` come by priority."""
    return next((plan for plan in plans if fits(plan, facts)), None)


def visit_days(plan: Sequence[int], due: Iterable[int]) -> list[PlannedDay]:
    """The days of a plan together with the days after something falls due, in order.

    What falls due within :data:`GAP_DAYS` is asked about in one visit, on the last of these days, when all of it is
    due. A visit of the plan so close to one of these is left out.

    Args:
        plan: days of the plan, increasing. due: days after due dates, in any order.
    """
    kept: list[int] = []
    for day in sorted({day for day in due if day >= 1}, reverse=True):
        if not kept or kept[-1] - day > GAP_DAYS:
            kept.append(day)
    own = [day for day in plan if all(abs(day - other) > GAP_DAYS for other in kept)]
    found = [PlannedDay(day, Origin.DUE.value) for day in kept]
    return sorted(found + [PlannedDay(day, Origin.PLAN.value) for day in own])
