"""What the planning of a rota starts from and what it answers; no database, no solver."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from governance_center.calendar import is_working_day

MORNING, AFTERNOON = "am", "pm"
HALVES = (MORNING, AFTERNOON)


class Slot(NamedTuple):
    """Half a working day."""

    day: dt.date
    half: str

    @property
    def month(self) -> str:
        return f"{self.day:%Y-%m}"

    @property
    def weekday(self) -> int:
        """1 is Monday, 7 is Sunday."""
        return self.day.isoweekday()


class Turn(NamedTuple):
    """A department at a window for half a day."""

    department: str
    window: int
    day: dt.date
    half: str

    @property
    def slot(self) -> Slot:
        return Slot(self.day, self.half)


@dataclass(frozen=True, slots=True)
class PlanWindow:
    """A window of the rota; ``closed`` holds weekday and half, e.g. ``5pm``."""

    number: int
    closed: frozenset[str] = frozenset()

    def is_open(self, slot: Slot) -> bool:
        return f"{slot.weekday}{slot.half}" not in self.closed


@dataclass(frozen=True, slots=True)
class PlanDepartment:
    """A rotating department: half-days a calendar month, days on which it cannot come, the window it is used to.

    ``demand`` is the expected number of its matters that come in one half-day, by weekday and half.
    """

    code: str
    at_least: int
    at_most: int
    absent: frozenset[dt.date] = frozenset()
    window: int | None = None
    demand: Mapping[tuple[int, str], float] = field(default_factory=dict)

    def expected(self, day: dt.date, half: str) -> float:
        return self.demand.get((day.isoweekday(), half), 0.0)


@dataclass(frozen=True, slots=True)
class Problem:
    """All that the planner knows. ``previous``: the shifts that hold now; ``locked``: those that must stay."""

    first: dt.date
    last: dt.date
    windows: Sequence[PlanWindow]
    departments: Sequence[PlanDepartment]
    local_holidays: Collection[dt.date] = ()
    previous: Sequence[Turn] = ()
    locked: Sequence[Turn] = ()

    def days(self) -> list[dt.date]:
        """The working days of the period."""
        return [day for day in _days(self.first, self.last) if is_working_day(day, self.local_holidays)[0]]

    def slots(self) -> list[Slot]:
        """The half-days on which at least one window is open, in order."""
        slots = (Slot(day, half) for day in self.days() for half in HALVES)
        return [slot for slot in slots if self.capacity(slot)]

    def capacity(self, slot: Slot) -> int:
        """How many windows are open."""
        return sum(window.is_open(slot) for window in self.windows)

    def bounds(self, department: PlanDepartment) -> dict[str, tuple[int, int]]:
        """Least and most half-days for each month; a month that is only planned in part counts in proportion."""
        return {
            month: (int(department.at_least * part), -int(-department.at_most * part // 1))
            for month, part in self._parts_of_months().items()
        }

    def _parts_of_months(self) -> dict[str, float]:
        planned = Counter(f"{day:%Y-%m}" for day in self.days())
        whole = {month: len(self._working_days_of(month)) for month in planned}
        return {month: planned[month] / whole[month] for month in planned}

    def _working_days_of(self, month: str) -> list[dt.date]:
        first = dt.date.fromisoformat(f"{month}-01")
        days = _days(first, first + dt.timedelta(days=30))
        return [d for d in days if d.month == first.month and is_working_day(d, self.local_holidays)[0]]


@dataclass(frozen=True, slots=True)
class Unmet:
    """A wish that could not be met: wanted and got half-days in a month, and why (:data:`REASONS`)."""

    department: str
    month: str
    wanted: int
    got: int
    reason: str


class Conflict(NamedTuple):
    """Why a locked shift cannot be kept: the shift, and a code of :data:`CONFLICTS`."""

    code: str
    turn: Turn


class NotPossible(Exception):
    """The locked shifts contradict the wishes or each other; ``conflicts`` names them."""

    def __init__(self, conflicts: Sequence[Conflict]) -> None:
        super().__init__(", ".join(f"{c.code} {c.turn.department} {c.turn.day} {c.turn.half}" for c in conflicts))
        self.conflicts = list(conflicts)


@dataclass(frozen=True, slots=True)
class Solution:
    """The proposed shifts. ``objective`` and ``bound`` in points; ``gap`` is the part of the bound not reached."""

    turns: list[Turn]
    objective: int
    bound: int
    is_optimal: bool
    seconds: float
    unmet: list[Unmet]
    greedy_objective: int

    @property
    def gap(self) -> float:
        return max(0.0, (self.bound - self.objective) / max(1, abs(self.bound)))


def conflicts_of(problem: Problem) -> list[Conflict]:
    """Locked shifts that cannot be kept. None of them: the problem has a solution."""
    return [conflict for turn in problem.locked for conflict in _conflicts(problem, turn)] + _too_many(problem)


def _conflicts(problem: Problem, turn: Turn) -> Iterator[Conflict]:
    departments = {department.code: department for department in problem.departments}
    windows = {window.number: window for window in problem.windows}
    department, window = departments.get(turn.department), windows.get(turn.window)
    if department is None:
        yield Conflict("unknown_department", turn)
    elif turn.day in department.absent:
        yield Conflict("absent", turn)
    if turn.day not in problem.days():
        yield Conflict("no_working_day", turn)
    elif window is None or not window.is_open(turn.slot):
        yield Conflict("closed", turn)
    if sum(other.slot == turn.slot and other.window == turn.window for other in problem.locked) > 1:
        yield Conflict("window_twice", turn)
    if sum(other.slot == turn.slot and other.department == turn.department for other in problem.locked) > 1:
        yield Conflict("department_twice", turn)


def _too_many(problem: Problem) -> list[Conflict]:
    """Locked shifts of a department above what it can give in a month."""
    found = []
    for department in problem.departments:
        mine = [turn for turn in problem.locked if turn.department == department.code]
        for month, (_least, most) in problem.bounds(department).items():
            inside = [turn for turn in mine if turn.slot.month == month]
            found += [Conflict("above_most", turn) for turn in inside[most:]]
    return found


def explain(problem: Problem, turns: Iterable[Turn]) -> list[Unmet]:
    """Each minimum that was not reached, and why.

    ``closed``: the windows are open on too few half-days; ``absence``: the department is away on too many of them;
    ``capacity``: there are more wishes than places.
    """
    got = Counter((turn.department, turn.slot.month) for turn in turns)
    slots = problem.slots()
    unmet = []
    for department in problem.departments:
        for month, (least, _most) in problem.bounds(department).items():
            if got[department.code, month] >= least:
                continue
            open_slots = [slot for slot in slots if slot.month == month]
            free = [slot for slot in open_slots if slot.day not in department.absent]
            reason = "closed" if len(open_slots) < least else "absence" if len(free) < least else "capacity"
            unmet.append(Unmet(department.code, month, least, got[department.code, month], reason))
    return unmet


def _days(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    return (first + dt.timedelta(days=offset) for offset in range((last - first).days + 1))
