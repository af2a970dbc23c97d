"""Assigning 500 cases to 6,150 mediators at once: seconds with scoring, and the points against case by case.

The world is made from a fixed seed: eight counties with committees in all their townships, languages as in Yanbian,
loads from empty to nearly full, results in the category. Scoring is that of the backlog, pruned to the county.
"""

from __future__ import annotations

import random
import time

from benchmarks.run import Row

CASES, MEDIATORS, COUNTIES, MOST_SECONDS = 500, 6150, 8, 5.0
FIELDS = ("neighbour", "marriage_family", "social_insurance", "labour", "land", "contract", "traffic", "other")
LANGUAGES = (["zh-hans"], ["zh-hans", "ko"], ["ko"])


def run() -> list[Row]:
    """Seconds for scoring and solving, and the optimal points over those of the greedy choice in the same run."""
    from mediation.balancing import best, greedy, total

    cases, mediators = _world()
    start = time.perf_counter()
    arcs, rooms = _scored(cases, mediators)
    chosen = best(arcs, rooms)
    seconds = time.perf_counter() - start
    points, by_hand = total(chosen, rooms), total(greedy(arcs, rooms), rooms)
    size = f"{CASES} cases × {MEDIATORS:,} mediators, {len(arcs):,} pairs"
    return [
        Row(
            "matching", f"the best assignment of {size}", seconds, "s", MOST_SECONDS,
            seconds / MOST_SECONDS, "≤ 1", seconds <= MOST_SECONDS,
        ),
        Row(
            "matching", "points of the best assignment against case by case", points, "points", by_hand,
            points / by_hand, "≥ 1", points >= by_hand,
        ),
    ]  # fmt: skip


def _scored(cases, mediators):  # type: ignore[no-untyped-def]
    from mediation.balancing import Arc, Room
    from mediation.matching import points_without_load

    rooms = [Room(one.load, one.capacity) for one in mediators]
    arcs = [
        Arc(index, number, points_without_load(case, one, 0.7))
        for index, case in enumerate(cases)
        for number, one in enumerate(mediators)
        if one.place[:6] == case.place[:6] and rooms[number].free
    ]
    return arcs, rooms


def _world():  # type: ignore[no-untyped-def]
    from mediation.matching import CaseFacts, MediatorFacts

    chance = random.Random(5)

    def place() -> str:
        county = f"2224{chance.randrange(1, COUNTIES + 1):02}"
        return f"{county}{chance.randrange(1, 13):03}{chance.randrange(1, 16):03}"

    mediators = []
    for number in range(MEDIATORS):
        concluded, capacity = chance.randrange(30), chance.choice([2, 5, 10])
        mediators.append(
            MediatorFacts(
                mediator=number,
                languages=chance.choices(LANGUAGES, [55, 35, 10])[0],
                fields=chance.sample(FIELDS, 2),
                place=chance.choice([place(), place()[:9]]),
                load=chance.randrange(capacity + 1),
                capacity=capacity,
                results=(chance.randrange(concluded + 1), concluded),
            )
        )
    cases = [
        CaseFacts(frozenset(chance.choices(LANGUAGES, [55, 15, 30])[0]), chance.choice(FIELDS), place())
        for _number in range(CASES)
    ]
    return cases, mediators
