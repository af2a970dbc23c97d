"""Who and what comes back again and again: people, households and addresses with several cases."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

YEAR, QUARTER = 365, 90
IN_A_YEAR, IN_A_QUARTER, BY_POLICE = 3, 2, 2
"""So many cases within a year, within 90 days, or so many transfers by the police within a year are repeated."""

SHORTEST = 3
"""A shorter address says nothing of a door."""

_NOISE = re.compile(r"[\s\-—–_,，。.、;；:：()（）#·/]+")


@dataclass(frozen=True)
class Incident:
    """A case: its day, its place, the files of its parties, and the addresses it names."""

    case: int
    day: dt.date
    division: str
    by_police: bool
    people: frozenset[int]
    addresses: frozenset[str] = frozenset()


@dataclass
class Group:
    """Cases of one person, household or address."""

    kind: str
    key: str
    people: frozenset[int] = frozenset()
    address: str = ""
    incidents: list[Incident] = field(default_factory=list)

    @property
    def division(self) -> str:
        """The smallest division that holds all the cases."""
        codes = [incident.division for incident in self.incidents]
        return next(
            codes[0][:length] for length in (12, 9, 6, 4) if len({code[:length] for code in codes}) == 1 or length == 4
        )


def normalise_address(text: str) -> str:
    """An address without what is written differently every time; empty when too short to say where."""
    plain = _NOISE.sub("", unicodedata.normalize("NFKC", text)).casefold()
    return plain if len(plain) >= SHORTEST else ""


def is_repeated(days: Sequence[dt.date], police: int, today: dt.date) -> bool:
    """Whether cases of these days, of which the police transferred so many, are repeated by the rule above."""
    recent = sum((today - day).days < QUARTER for day in days)
    return len(days) >= IN_A_YEAR or recent >= IN_A_QUARTER or police >= BY_POLICE


def groups(incidents: Iterable[Incident], links: Iterable[tuple[int, int]], today: dt.date) -> list[Group]:
    """What is repeated among the incidents of a county in the last :data:`YEAR` days.

    A household takes the place of its members where its cases are more than those of any one of them. An address is
    one within a township, as the village may be noted or not; one that names exactly the cases of a person or
    household is left out. A case of two members counts once.

    Args:
        links: pairs of files that live together.
    """
    incidents = list(incidents)
    county = min((one.division[:6] for one in incidents), default="")
    by_person: dict[int, list[Incident]] = defaultdict(list)
    by_address: dict[str, list[Incident]] = defaultdict(list)
    for incident in incidents:
        for person in incident.people:
            by_person[person].append(incident)
        for address in incident.addresses:
            by_address[f"{incident.division[:9]}:{address}"].append(incident)
    found: list[Group] = []
    for members in _households(by_person, links):
        joined = {one.case: one for person in members for one in by_person[person]}
        if len(members) > 1 and len(joined) > max(len(by_person[person]) for person in members):
            household = Group(
                "household", f"household:{county}:{min(members)}", members, incidents=list(joined.values())
            )
            if _holds(household, today):
                found.append(household)
                continue
        found += [
            one
            for person in sorted(members)
            if _holds(
                one := Group("person", f"person:{county}:{person}", frozenset([person]), "", by_person[person]), today
            )
        ]
    told = {frozenset(one.case for one in group.incidents) for group in found}
    for key, rows in sorted(by_address.items()):
        group = Group("address", f"address:{key}", address=key.partition(":")[2], incidents=rows)
        if _holds(group, today) and frozenset(one.case for one in rows) not in told:
            found.append(group)
    return found


def _holds(group: Group, today: dt.date) -> bool:
    return is_repeated([one.day for one in group.incidents], sum(one.by_police for one in group.incidents), today)


def _households(people: Mapping[int, object], links: Iterable[tuple[int, int]]) -> list[frozenset[int]]:
    """The people in groups that are linked with one another, directly or through others."""
    root: dict[int, int] = {}

    def find(person: int) -> int:
        while root.setdefault(person, person) != person:
            root[person] = root[root[person]]
            person = root[person]
        return person

    for one, other in links:
        root[find(one)] = find(other)
    gathered: dict[int, set[int]] = defaultdict(set)
    for person in people:
        gathered[find(person)].add(person)
    return [frozenset(members) for _root, members in sorted(gathered.items())]
