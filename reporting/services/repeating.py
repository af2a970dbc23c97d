"""Repeated incidents: people, households and addresses with several cases are kept with the cases they have."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.db.models import Q, QuerySet

from cases.models import Case, CaseParty, Channel, FamilyLink, Person
from departments.models import Division
from governance_center.calendar import day_end, day_start, local_day
from reporting.models import Repeat
from reporting.warning.repeats import YEAR, Group, Incident, groups, normalise_address

TOGETHER = (
    FamilyLink.Relation.HOUSEHOLD, FamilyLink.Relation.SPOUSE, FamilyLink.Relation.CHILD, FamilyLink.Relation.PARENT,
    FamilyLink.Relation.GRANDCHILD, FamilyLink.Relation.GRANDPARENT,
)  # fmt: skip
"""Relations by which people are taken for one household; brothers, sisters and other relatives live apart."""

PARTS = (CaseParty.Part.APPLICANT, CaseParty.Part.RESPONDENT)


def refresh(day: dt.date) -> int:
    """Bring the repeated incidents up to date as of the end of ``day``; returns how many there are.

    Each county looks at its own cases: its centre is to do something about them.
    """
    first = day - dt.timedelta(days=YEAR - 1)
    rows = Case.objects.matters().filter(registered_at__gte=day_start(first), registered_at__lt=day_end(day))
    counties: dict[str, list[Incident]] = defaultdict(list)
    for incident in _incidents(rows):
        counties[incident.division[:6]].append(incident)
    links = _links(rows)
    found = [group for _county, incidents in sorted(counties.items()) for group in groups(incidents, links, day)]
    known = {code: code for code in Division.objects.values_list("pk", flat=True)}
    standing = {row.key: row for row in Repeat.objects.open().select_for_update(of=("self",)).order_by("pk")}
    for group in found:
        if group.division in known:
            _keep(group, standing.pop(group.key, None), day)
    for row in standing.values():
        row.closed_on = day
        row.save(update_fields=["closed_on"])
    return len(found)


def _keep(group: Group, row: Repeat | None, day: dt.date) -> None:
    """Open it or bring it up to date; a case that came since a dispatcher took note asks for another word."""
    cases = {one.case for one in group.incidents}
    row = row or Repeat(kind=group.kind, key=group.key, opened_on=day)
    before = set(row.cases.values_list("pk", flat=True)) if row.pk else set()
    if cases - before:
        row.acknowledged_at = None
    row.division_id, row.address, row.held_on = group.division, group.address[:200], day
    row.save()
    if cases != before:
        row.cases.set(cases)
    row.people.set(group.people)


def _incidents(rows: QuerySet[Case]) -> Iterable[Incident]:
    """The cases with their applicants and respondents, by the files that are kept; two queries."""
    parties: dict[int, list[tuple[int, str, str]]] = defaultdict(list)
    people = CaseParty.objects.filter(case__in=rows, person__isnull=False, part__in=PARTS).order_by()
    for case, person, merged, address, home in people.values_list(
        "case_id", "person_id", "person__merged_into_id", "person__address", "person__division_id"
    ):
        parties[case].append((merged or person, address, home or ""))
    facts = rows.order_by().values_list("pk", "registered_at", "division_id", "channel", "place_detail")
    for pk, at, division, channel, place in facts.iterator(chunk_size=5000):
        homes = [address for _person, address, home in parties[pk] if home == division]
        addresses = {normalise_address(text) for text in [place, *homes] if text}
        yield Incident(
            pk, local_day(at), division, channel == Channel.POLICE,
            frozenset(person for person, _address, _home in parties[pk]), frozenset(addresses - {""}),
        )  # fmt: skip


def _links(rows: QuerySet[Case]) -> Sequence[tuple[int, int]]:
    """Who of the parties lives with whom."""
    people = Person.objects.filter(parts__case__in=rows).values("pk")
    linked = FamilyLink.objects.filter(Q(person__in=people) | Q(relative__in=people), relation__in=TOGETHER)
    pairs = linked.values_list("person_id", "person__merged_into_id", "relative_id", "relative__merged_into_id")
    return [(kept or one, other_kept or other) for one, kept, other, other_kept in pairs]
