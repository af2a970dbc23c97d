"""Which window a department gets on its half-days: the one it knows, and the same all day."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection

from departments.rota.problem import PlanWindow, Problem, Slot, Turn


def place(problem: Problem, chosen: Collection[tuple[str, Slot]]) -> list[Turn]:
    """A window for every chosen half-day; locked shifts keep theirs. Never more than are open."""
    locked = {(turn.department, turn.slot): turn.window for turn in problem.locked}
    known = _known_windows(problem)
    by_slot: dict[Slot, list[str]] = defaultdict(list)
    for code, slot in sorted(chosen):
        by_slot[slot].append(code)
    turns: list[Turn] = []
    earlier: dict[tuple[str, object], int] = {}
    for slot in sorted(by_slot):
        fixed = {code: locked[code, slot] for code in by_slot[slot] if (code, slot) in locked}
        wishes = {
            code: [w for w in (earlier.get((code, slot.day)), *known[code]) if w is not None] for code in by_slot[slot]
        }
        given = _hand_out(problem.windows, slot, fixed, wishes)
        for code, window in given.items():
            earlier[code, slot.day] = window
            turns.append(Turn(code, window, slot.day, slot.half))
    return sorted(turns, key=lambda turn: (turn.slot, turn.window))


def _hand_out(
    windows: Collection[PlanWindow], slot: Slot, fixed: dict[str, int], wishes: dict[str, list[int]]
) -> dict[str, int]:
    given = dict(fixed)
    free = sorted(w.number for w in windows if w.is_open(slot) and w.number not in fixed.values())
    waiting = [code for code in wishes if code not in fixed]
    for choice in range(max((len(wish) for wish in wishes.values()), default=0)):
        for code in list(waiting):
            if choice < len(wishes[code]) and wishes[code][choice] in free:
                given[code] = wishes[code][choice]
                free.remove(given[code])
                waiting.remove(code)
    given.update(zip(waiting, free, strict=False))
    return given


def _known_windows(problem: Problem) -> dict[str, list[int]]:
    """The windows that each department is used to, the most frequent first."""
    seen: dict[str, Counter[int]] = defaultdict(Counter)
    for turn in problem.previous:
        seen[turn.department][turn.window] += 1
    known = {}
    for department in problem.departments:
        often = [window for window, _times in seen[department.code].most_common()]
        known[department.code] = often + ([department.window] if department.window is not None else [])
    return known
