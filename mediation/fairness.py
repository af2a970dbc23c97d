"""What speaks against a mediator in a case (回避), out of the data: kin, household, employer, an earlier part in it.

Reads for many cases at once, in a bounded number of queries; the services decide what follows.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.models import Case, CaseParty, ExpertAppointment, FamilyLink, Person, Referral
from mediation.models import Assignment, Conflict, Mediator

TEXTS: Mapping[str, str | Promise] = {
    "own_party": _("Is a party of the case: %(who)s."),
    "kin": _("Relative of a party: %(who)s (%(relation)s)."),
    "household": _("Same household as a party: %(who)s."),
    "employer": _("Works for a party: %(who)s."),
    "earlier_party": _("Was a party of a case on the same matter: %(number)s."),
    "earlier_expert": _("Was asked as an expert on the same matter: %(number)s."),
    "earlier_handler": _("Handled the same matter for a department: %(number)s."),
    "declared": _("Declared with a party: %(who)s (%(relation)s)."),
    "withdrew": _("Has withdrawn from this case."),
}

ABSOLUTE = frozenset({"own_party", "kin", "declared", "withdrew"})
"""Nobody goes on in spite of these; with the others a dispatcher may, giving a reason."""

REPEATS = 5
"""So many steps from a case to those it repeats, and that repeat it, are followed."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One thing that speaks against a mediator in a case."""

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_absolute(self) -> bool:
        return self.code in ABSOLUTE

    @property
    def text(self) -> str:
        """The sentence in the active language."""
        return str(TEXTS[self.code]) % self.params


Bars = dict[int, dict[int, list[Bar]]]
"""By case and mediator."""


def bars(cases: Collection[Case]) -> Bars:
    """What speaks against whom in each of the cases; eleven queries, two more for a long row of repeats."""
    found: Bars = {case.pk: defaultdict(list) for case in cases}
    parties = list(CaseParty.objects.filter(case__in=found).select_related("person"))
    files = _Files(parties, {case.county_code for case in cases})
    for case, mediator, bar in (
        *_withdrawn(found),
        *_declared(found, parties, files),
        *_of_people(parties, files),
        *_employed(parties, files),
        *_earlier(cases, files),
    ):
        if bar not in found[case][mediator]:
            found[case][mediator].append(bar)
    return found


def bars_of(case: Case) -> dict[int, list[Bar]]:
    """What speaks against whom in one case."""
    return bars([case])[case.pk]


def same_organisation(name: str) -> str:
    """What two spellings of an organisation's name have in common: no spaces, one width, one case."""
    return "".join(unicodedata.normalize("NFKC", name).split()).casefold()


class _Files:
    """The files of parties and mediators; files that are one person's count as one."""

    def __init__(self, parties: Iterable[CaseParty], counties: Collection[str]) -> None:
        linked = Mediator.objects.of_counties(counties).filter(Q(person__isnull=False) | ~Q(employer=""))
        needed = linked.select_related("person").only("employer", "person__merged_into")
        self.mediators = list(needed.order_by("pk"))
        people = [one.person for one in (*parties, *self.mediators) if one.person]
        keys = {key for person in people for key in (person.pk, person.merged_into_id) if key}
        rows = Person.objects.filter(Q(pk__in=keys) | Q(merged_into__in=keys))
        self.homes: dict[int, set[tuple[str, str]]] = defaultdict(set)
        self.one: dict[int, int] = {}
        for pk, merged, division, address in rows.values_list("pk", "merged_into", "division", "address"):
            self.one[pk] = merged or pk
            if division and address.strip():
                self.homes[merged or pk].add((division, same_organisation(address)))
        self.mediator_of = {self.one[one.person_id]: one.pk for one in self.mediators if one.person_id}

    def of(self, party: CaseParty) -> int | None:
        return self.one.get(party.person_id or 0)


Found = Iterator[tuple[int, int, Bar]]


def _withdrawn(cases: Collection[int]) -> Found:
    rows = Assignment.objects.withdrawn().filter(case__in=cases)
    for case, mediator in rows.values_list("case_id", "mediator_id"):
        yield case, mediator, Bar("withdrew")


def _declared(cases: Collection[int], parties: Iterable[CaseParty], files: _Files) -> Found:
    """Declared conflicts with a person, or with an organisation by its name."""
    by_file: dict[int | None, list[CaseParty]] = defaultdict(list)
    by_name: dict[str, list[CaseParty]] = defaultdict(list)
    for party in parties:
        if party.organisation:
            by_name[same_organisation(party.organisation)].append(party)
        else:
            by_file[files.of(party)].append(party)
    for row in Conflict.objects.filter(Q(person__in=files.one) | ~Q(organisation="")):
        known = by_name if row.organisation else by_file
        key: Any = same_organisation(row.organisation) if row.organisation else files.one.get(row.person_id or 0)
        for party in known.get(key, ()):
            yield (
                party.case_id,
                row.mediator_id,
                Bar("declared", {"who": str(party), "relation": row.get_relation_display()}),
            )


def _of_people(parties: Iterable[CaseParty], files: _Files) -> Found:
    """The mediator is the party, a relative, or lives there."""
    by_file: dict[int, list[CaseParty]] = defaultdict(list)
    for party in parties:
        if (file := files.of(party)) is not None:
            by_file[file].append(party)
    for file in files.mediator_of.keys() & by_file.keys():
        for party in by_file[file]:
            yield party.case_id, files.mediator_of[file], Bar("own_party", {"who": str(party)})
    mine = {alias for alias, file in files.one.items() if file in files.mediator_of}
    theirs = {alias for alias, file in files.one.items() if file in by_file}
    links = FamilyLink.objects.filter(Q(person__in=mine, relative__in=theirs) | Q(person__in=theirs, relative__in=mine))
    for link in links:
        person, relative = files.one[link.person_id], files.one[link.relative_id]
        if person in files.mediator_of:
            yield from _kin(files.mediator_of[person], by_file.get(relative, ()), link.relation)
        if relative in files.mediator_of:
            yield from _kin(files.mediator_of[relative], by_file.get(person, ()), link.inverse)
    for own, mediator in files.mediator_of.items():
        for file in by_file.keys() - {own}:
            if files.homes[own] & files.homes[file]:
                for party in by_file[file]:
                    yield party.case_id, mediator, Bar("household", {"who": str(party)})


def _kin(mediator: int, parties: Iterable[CaseParty], relation: str) -> Found:
    """``relation`` is what the party is to the mediator."""
    for party in parties:
        if relation == FamilyLink.Relation.HOUSEHOLD:
            yield party.case_id, mediator, Bar("household", {"who": str(party)})
        else:
            label = FamilyLink.Relation(relation).label
            yield party.case_id, mediator, Bar("kin", {"who": str(party), "relation": label})


def _employed(parties: Iterable[CaseParty], files: _Files) -> Found:
    workers: dict[str, list[int]] = defaultdict(list)
    for one in files.mediators:
        if one.employer.strip():
            workers[same_organisation(one.employer)].append(one.pk)
    for party in parties:
        for mediator in workers.get(same_organisation(party.organisation), ()):
            yield party.case_id, mediator, Bar("employer", {"who": str(party)})


def _earlier(cases: Collection[Case], files: _Files) -> Found:
    """A part in the case itself or in one on the same matter: as a party, as an expert, or for a department."""
    matters, numbers = _matters(cases)
    now_in: dict[int, list[int]] = defaultdict(list)
    for case in cases:
        for key in matters[case.pk]:
            now_in[key].append(case.pk)
    asked = ExpertAppointment.objects.standing().filter(case__in=now_in, expert__user__mediator__isnull=False)
    took = Referral.objects.filter(Q(signed_by__mediator__isnull=False) | Q(opinion_by__mediator__isnull=False))
    mine = {alias: file for alias, file in files.one.items() if file in files.mediator_of}
    parts = CaseParty.objects.filter(case__in=now_in, person__in=mine)
    rows = [
        *(("earlier_expert", key, mediator) for key, mediator in asked.values_list("case", "expert__user__mediator")),
        *(
            ("earlier_handler", key, mediator)
            for key, *both in took.filter(case__in=now_in).values_list(
                "case", "signed_by__mediator", "opinion_by__mediator"
            )
            for mediator in both
            if mediator
        ),
        *(
            ("earlier_party", key, files.mediator_of[mine[person]])
            for key, person in parts.values_list("case", "person")
        ),
    ]
    for code, key, mediator in rows:
        for case_pk in now_in[key]:
            if code != "earlier_party" or case_pk != key:
                yield case_pk, mediator, Bar(code, {"number": numbers[key]})


def _matters(cases: Collection[Case]) -> tuple[dict[int, set[int]], dict[int, str]]:
    """For each case all on the same matter, itself among them; and the numbers of all."""
    parent = {case.pk: case.repeat_of_id for case in cases}
    numbers = {case.pk: case.number for case in cases}
    for _step in range(REPEATS):
        near = {key for pair in parent.items() for key in pair if key}
        rows = Case.objects.filter(Q(pk__in=near) | Q(repeat_of__in=near)).exclude(pk__in=parent)
        fresh = list(rows.values_list("pk", "repeat_of", "number"))
        if not fresh:
            break
        parent |= {pk: repeats for pk, repeats, _number in fresh}
        numbers |= {pk: number for pk, _repeats, number in fresh}
    groups: dict[int, set[int]] = defaultdict(set)
    roots = {}
    for key in parent:
        root = key
        while (above := parent.get(root)) is not None:
            root = above
        roots[key] = root
        groups[root].add(key)
    return {case.pk: groups[roots[case.pk]] & numbers.keys() for case in cases}, numbers
