"""The best assignment of many cases to mediators at once: a flow of least cost. Pure; it reads no database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from heapq import nlargest

from mediation.matching import load_points

SCALE = 1000
"""Points are counted in thousandths: the flow works with whole numbers."""


@dataclass(frozen=True, slots=True)
class Arc:
    """A case (by index) that a mediator (by index) could take, with the points of all facts but the load."""

    case: int
    mediator: int
    points: float


@dataclass(frozen=True, slots=True)
class Room:
    """Open cases of a mediator now, and at most."""

    load: int
    capacity: int

    def points(self, more: int) -> float:
        """Points for the load that the next case meets after ``more`` others of the same round."""
        return load_points(self.load + more, self.capacity)

    @property
    def free(self) -> int:
        return max(self.capacity - self.load, 0)


def worthwhile(arcs: Sequence[Arc], rooms: Sequence[Room], cases: int) -> list[Arc]:
    """Of one case's arcs as many as there are cases, the best at the loads of now; no better assignment is lost.

    The other cases take at most ``cases - 1`` of these mediators, so one of them is always left at the load of now,
    and is as good as any mediator who was left out.
    """
    return nlargest(cases, arcs, key=lambda arc: arc.points + rooms[arc.mediator].points(0))


def best(arcs: Sequence[Arc], rooms: Sequence[Room]) -> list[Arc]:
    """The arcs of greatest total points, each case at most once and nobody above capacity; proven optimal.

    Each further case of the same round meets a greater load and so brings fewer points: work is spread.
    """
    from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

    if not arcs:
        return []
    cases = sorted({arc.case for arc in arcs})
    wanted: dict[int, int] = defaultdict(int)
    for arc in arcs:
        wanted[arc.mediator] += 1
    nodes = {("case", case): index for index, case in enumerate(cases)}
    nodes |= {("mediator", mediator): len(nodes) + index for index, mediator in enumerate(wanted)}
    source, sink = len(nodes), len(nodes) + 1
    flow = SimpleMinCostFlow()
    for case in cases:
        flow.add_arc_with_capacity_and_unit_cost(source, nodes["case", case], 1, 0)
        flow.add_arc_with_capacity_and_unit_cost(nodes["case", case], sink, 1, 0)
    taken = [
        flow.add_arc_with_capacity_and_unit_cost(
            nodes["case", arc.case], nodes["mediator", arc.mediator], 1, -round(arc.points * SCALE)
        )
        for arc in arcs
    ]
    for mediator, most in wanted.items():
        for more in range(min(rooms[mediator].free, most)):
            cost = -round(rooms[mediator].points(more) * SCALE)
            flow.add_arc_with_capacity_and_unit_cost(nodes["mediator", mediator], sink, 1, cost)
    flow.set_node_supply(source, len(cases))
    flow.set_node_supply(sink, -len(cases))
    if flow.solve() != flow.OPTIMAL:
        raise RuntimeError("the flow of the backlog has no solution")
    return [arc for arc, index in zip(arcs, taken, strict=True) if flow.flow(index)]


def greedy(arcs: Sequence[Arc], rooms: Sequence[Room]) -> list[Arc]:
    """Case by case the best mediator who is free then: what a person would do, for comparison."""
    by_case: dict[int, list[Arc]] = defaultdict(list)
    for arc in arcs:
        by_case[arc.case].append(arc)
    more: dict[int, int] = defaultdict(int)
    chosen = []
    for options in by_case.values():
        free = [arc for arc in options if more[arc.mediator] < rooms[arc.mediator].free]
        if free:
            arc = max(free, key=lambda arc: arc.points + rooms[arc.mediator].points(more[arc.mediator]))
            more[arc.mediator] += 1
            chosen.append(arc)
    return chosen


def total(chosen: Sequence[Arc], rooms: Sequence[Room]) -> float:
    """The points of an assignment, with the load that each case of the round meets."""
    more: dict[int, int] = defaultdict(int)
    points = 0.0
    for arc in chosen:
        points += arc.points + rooms[arc.mediator].points(more[arc.mediator])
        more[arc.mediator] += 1
    return points
