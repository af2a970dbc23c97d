"""Who comes back in the demo: people, households and addresses with several matters within a year.

That they are repeated is found by early warning like anything real; here it is only said who comes.
"""

from __future__ import annotations

import datetime as dt
import itertools
import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cases.models import Channel
from departments.models import Division
from governance_center.calendar import local_day
from reporting.simulation.telling import Spec
from reporting.warning.repeats import QUARTER, YEAR

ONE_IN = 60
"""One group of matters for so many that came in a year; but one of each kind for every county, where there are enough."""

AT_HOME = frozenset({
    "marriage_family", "neighbour", "housing_homestead", "damages", "loan_finance", "land_contracting", "consumer",
})  # fmt: skip
"""What the same people come with again."""


@dataclass(frozen=True)
class Group:
    """Matters of the last ``days``, by which member of a household each is brought; of strangers at one address where
    there are no members."""

    days: int
    members: tuple[int, ...] = ()
    strangers: int = 0
    channel: str = ""

    @property
    def size(self) -> int:
        return len(self.members) or self.strangers


GROUPS = (
    Group(YEAR, (0, 0, 0)), Group(YEAR, (0, 1, 0, 2)), Group(YEAR, strangers=3), Group(QUARTER, (0, 0)),
    Group(YEAR, (0, 0), channel=Channel.POLICE.value), Group(QUARTER, (0, 1)),
)  # fmt: skip


def choose(rng: random.Random, specs: Sequence[Spec], until: dt.date, places: Mapping[str, Sequence[Division]]) -> None:
    """Let some matters of the last year come from the same people or addresses; none is added, none moved elsewhere.

    Args:
        specs: in the order of their coming.
        places: the villages of each county.
    """
    counties: dict[str, list[Spec]] = defaultdict(list)
    for spec in specs:
        is_late = dt.timedelta(0) <= until - local_day(spec.registered_at) < dt.timedelta(days=YEAR)
        if is_late and spec.ending == "resolved" and spec.category in AT_HOME:
            counties[spec.county].append(spec)
    numbers = itertools.count(1)
    for county, rows in sorted(counties.items()):
        for group in itertools.islice(itertools.cycle(GROUPS), max(len(GROUPS), len(rows) // ONE_IN)):
            first = until - dt.timedelta(days=group.days - 1)
            free = [
                row for row in rows if not row.household and not row.place and local_day(row.registered_at) >= first
            ]
            if len(free) >= group.size:
                chosen = sorted(rng.sample(free, group.size), key=lambda one: one.registered_at)
                _bind(chosen, group, next(numbers), rng.choice(places[county]))


def _bind(chosen: Sequence[Spec], group: Group, number: int, place: Division) -> None:
    for spec in chosen:
        spec.channel, spec.place = group.channel, place.pk
        if group.strangers:
            spec.address = f"{place.name_zh_hans}{number}号楼"
    for spec, member in zip(chosen, group.members, strict=False):
        spec.household, spec.member = number, member
