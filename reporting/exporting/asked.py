"""What somebody asked to have as a file, and as whom."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.functional import Promise

from accounts.models import Look, Role, User
from cases.models import CaseParty, Person
from cases.services.people import masked_name
from governance_center.calendar import day_end, day_start
from governance_center.scope import within

Cell = str | int | Decimal
Filters = Mapping[str, Sequence[str]]

OPENERS = frozenset({Role.CLERK, Role.DISPATCHER})
"""Whoever may open the files of people may have their numbers in a list, each look logged."""

LEAST_NAMED = frozenset({Role.OFFICIAL})
"""Who looks on and works on no case gets names by their first character only (PIPL art. 6)."""


@dataclass(slots=True)
class Asked:
    """A request: rights are those of ``user`` now."""

    user: User
    filters: Filters
    opens: bool = False
    seen: list[tuple[str, int]] = field(default_factory=list)
    """what was opened of whom since it was last logged"""

    @property
    def query(self) -> QueryDict:
        """The filters as an address carries them."""
        query = QueryDict(mutable=True)
        for name, values in self.filters.items():
            query.setlist(name, list(values))
        return query

    def get(self, name: str) -> str:
        return next(iter(self.filters.get(name, ())), "")

    def day(self, name: str) -> dt.date | None:
        try:
            return parse_date(self.get(name))
        except ValueError:
            return None

    def between(self, moment: str) -> Q:
        """Rows whose ``moment`` lies between the local days ``first`` and ``last``, as far as they are given."""
        found, first, last = Q(), self.day("first"), self.day("last")
        if first:
            found &= Q(**{f"{moment}__gte": day_start(first)})
        return found & Q(**{f"{moment}__lt": day_end(last)}) if last else found

    def on_days(self, day: str) -> Q:
        """The same for a field that holds a day."""
        found, first, last = Q(), self.day("first"), self.day("last")
        if first:
            found &= Q(**{f"{day}__gte": first})
        return found & Q(**{f"{day}__lte": last}) if last else found

    def in_place(self, division: str) -> Q:
        """Rows whose ``division`` code lies in the place that is asked for; everything where none is."""
        place = self.get("place")
        return within(division, place) if place else Q()

    def name_of(self, party: CaseParty) -> str:
        """A party's name as the viewer may have it in a list."""
        if party.person is None:
            return party.organisation
        return masked_name(party.person) if self.user.role in LEAST_NAMED else str(party.person)

    def openable(self, people: Iterable[Person]) -> Collection[int]:
        """The keys of those whose numbers may stand in full."""
        if not self.opens or self.user.role not in OPENERS:
            return frozenset()
        keys = {person.pk for person in people}
        return frozenset(Person.objects.visible_to(self.user).filter(pk__in=keys).values_list("pk", flat=True))

    def identity_of(self, person: Person, openable: Collection[int]) -> str:
        """The identity number: in full for whom it may be, the look noted; masked for others."""
        if person.pk not in openable or not person.identity_number:
            return person.masked_identity_number
        self.seen.append((Look.What.IDENTITY_NUMBER, person.pk))
        return person.identity_number

    def phone_of(self, person: Person, openable: Collection[int]) -> str:
        if person.pk not in openable or not person.phone:
            return person.masked_phone
        self.seen.append((Look.What.PHONE, person.pk))
        return person.phone


@dataclass(frozen=True, slots=True)
class Reader:
    """What filters of pages ask of a request."""

    user: User


@dataclass(frozen=True, slots=True)
class ExportKind:
    """A list that can be had as a file.

    ``rows`` is what the asker may see of it now, in its order; ``cells`` makes a batch of them into rows of cells.
    A list with a ``language`` is always in that language.
    """

    code: str
    label: str | Promise
    hint: str | Promise
    roles: Collection[str]
    rows: Callable[[Asked], QuerySet[Any]]
    headings: Callable[[], list[str]]
    cells: Callable[[Sequence[Any], Asked], Iterator[list[Cell]]]
    opens: bool = False
    language: str = ""


def moment(value: dt.datetime | None) -> str:
    return f"{timezone.localtime(value):%Y-%m-%d %H:%M}" if value else ""


def day(value: dt.date | None) -> str:
    return value.isoformat() if value else ""
