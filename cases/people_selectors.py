"""Reads about people: the search box, a person's file, possible duplicates, earlier cases on the same matter."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Role, User
from cases.models import Case, CaseParty, Category, Deadline, FamilyLink, Person, PersonKey, PersonMerge
from cases.people_search import MOST, WALK, candidates, counties_of, find_people
from cases.search_keys import phone_key
from cases.sections import Alert
from cases.services.people import group_ids
from cases.states import OPEN_STATES
from governance_center.crypto import blind_index

FIRST_YEAR = 2023
"""Numbers of earlier years are found by their whole, not by their tail."""

SAME_MATTER_DAYS = 730
"""How far back an earlier case counts as the same matter."""

CASE_NUMBER = re.compile(r"(\d{4}|\d{6})-?(\d{4})-?(\d{6})")


@dataclass(slots=True)
class Found:
    """What the search box found. ``people`` carry ``open_cases``, the cases of theirs that are not at an end."""

    people: list[Person] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not self.people and not self.cases


def search(user: User, text: str) -> Found:
    """People and cases that ``text`` may mean, within what ``user`` may see; in five queries at most."""
    people = find_people(user, text)
    _add_open_cases(people, user)
    cases = list(_cases_by_number(user, text)[:MOST])
    if not cases and user.role not in {Role.CLERK, Role.DISPATCHER}:
        cases = list(_cases_by_party(user, text)[:MOST])
    return Found(people, cases)


def _cases_by_number(user: User, text: str) -> QuerySet[Case]:
    """By the whole number, with or without hyphens, or by its last digits in the user's counties."""
    typed = text.strip()
    whole = CASE_NUMBER.fullmatch(typed)
    if whole:
        numbers = ["-".join(whole.groups())]
    elif typed.isdigit() and len(typed) <= 6:
        years = range(timezone.localdate().year, FIRST_YEAR - 1, -1)
        places = {user.scope_code[:4], *counties_of(user.scope_code)} - {""}
        numbers = [f"{place}-{year}-{int(typed):06d}" for place in sorted(places) for year in years]
    else:
        return Case.objects.none()
    rows = Case.objects.visible_to(user).filter(number__in=numbers)
    return rows.select_related("category", "division", "lead").order_by("-registered_at")


def _cases_by_party(user: User, text: str) -> QuerySet[Case]:
    """For those who open no files of people: their own cases by the name of a party."""
    ids = candidates(counties_of(user.scope_code), text)[:WALK]
    if not ids:
        return Case.objects.none()
    party = CaseParty.objects.filter(case=OuterRef("pk"), person__in=ids)
    rows = Case.objects.visible_to(user).filter(Exists(party))
    return rows.select_related("category", "division", "lead").order_by("-registered_at")


def _add_open_cases(people: Sequence[Person], user: User) -> None:
    """``open_cases`` on each person, the latest first."""
    by_person: dict[int, list[Case]] = {person.pk: [] for person in people}
    if people:
        parties = (
            CaseParty.objects.filter(
                person__in=by_person, case__in=Case.objects.visible_to(user).filter(state__in=OPEN_STATES)
            )
            .select_related("case__category")
            .order_by("-case__registered_at")
        )
        for party in parties:
            cases = by_person[party.person_id or 0]
            if party.case not in cases:
                cases.append(party.case)
    for person in people:
        person.open_cases = by_person[person.pk]  # type: ignore[attr-defined]


def cases_of(people_ids: Sequence[int], user: User) -> QuerySet[Case]:
    """All cases these files are part of, as far as ``user`` may see them, open ones first."""
    party = CaseParty.objects.filter(case=OuterRef("pk"), person__in=people_ids)
    running = Deadline.objects.running().select_related("rule").order_by("due_at")
    return (
        Case.objects.visible_to(user)
        .filter(Exists(party))
        .select_related("category", "division", "lead", "mediator")
        .prefetch_related(
            Prefetch("parties", CaseParty.objects.select_related("person")),
            Prefetch("deadlines", running, to_attr="running_deadlines"),
        )
        .order_by("-registered_at", "-pk")
    )


def relatives_of(people_ids: Sequence[int]) -> list[tuple[FamilyLink, Person, str]]:
    """Each link with the other person and what they are to this one."""
    links = FamilyLink.objects.filter(Q(person__in=people_ids) | Q(relative__in=people_ids)).select_related(
        "person", "relative"
    )
    found = []
    for link in links.order_by("pk"):
        if link.person_id in people_ids:
            found.append((link, link.relative, link.get_relation_display()))
        else:
            found.append((link, link.person, str(FamilyLink.Relation(link.inverse).label)))
    return found


def merges_of(people_ids: Sequence[int]) -> list[PersonMerge]:
    """Merges into or out of these files, the latest first."""
    rows = PersonMerge.objects.filter(Q(kept__in=people_ids) | Q(merged__in=people_ids))
    return list(rows.select_related("kept", "merged", "by", "undone_by"))


def duplicates_of(person: Person, user: User, *, most: int = 10) -> list[Person]:
    """Other files that may be the same person's: same name, or the same phone, or a similar name with the same
    birth date. A proposal that a person decides on.
    """
    own = set(group_ids(person))
    counties = counties_of(user.scope_code)
    ids: set[int] = set()
    if person.phone:
        ids |= set(_by_key(counties, phone_key(person.phone)))
    for name in {person.name, person.name_hangul} - {""}:
        ids |= set(candidates(counties, name))
    rows = Person.objects.visible_to(user).not_merged().filter(pk__in=ids - own)
    likely = [(_likeness(person, other), other) for other in rows.select_related("division")]
    ranked = sorted((pair for pair in likely if pair[0] > 0), key=lambda pair: (-pair[0], -pair[1].pk))
    return [other for _score, other in ranked[:most]]


def _by_key(counties: Sequence[str], key: str) -> list[int]:
    return list(PersonKey.objects.filter(county__in=counties, key=key).values_list("person_id", flat=True)[:MOST])


def _likeness(person: Person, other: Person) -> int:
    """How likely two files are one person's; 0: not proposed."""
    numbers = {person.identity_index, other.identity_index} - {""}
    if len(numbers) == 2 and person.identity_document == other.identity_document:
        return 0
    names = _names(person) & _names(other)
    score = 2 if names else 0
    score += 2 if person.phone_index and person.phone_index == other.phone_index else 0
    score += 2 if person.birth_date and person.birth_date == other.birth_date else 0
    if person.birth_date and other.birth_date and person.birth_date != other.birth_date:
        score -= 2
    similar = score >= 4 or (score == 2 and names and not (person.birth_date and other.birth_date))
    return score if similar else 0


def _names(person: Person) -> set[str]:
    return {name.replace(" ", "") for name in (person.name, person.name_hangul, *person.other_names)} - {""}


def same_matter(
    user: User, *, people_ids: Sequence[int], category: Category | None, place_code: str = ""
) -> list[tuple[Case, bool]]:
    """Earlier cases of these people in the last two years, each with whether it is on the same matter.

    The same matter: the same person is a party, the category is the same and the place lies in the same township.
    """
    if not people_ids:
        return []
    since = timezone.now() - dt.timedelta(days=SAME_MATTER_DAYS)
    rows = cases_of(people_ids, user).filter(registered_at__gte=since)
    found = [
        (case, category is not None and case.category_id == category.pk and case.division_id[:9] == place_code[:9])
        for case in rows[:MOST]
    ]
    return sorted(found, key=lambda pair: (not pair[1], not pair[0].is_open))


def repeated(*, people_ids: Sequence[int], category: Category, place_code: str) -> Case | None:
    """The latest earlier case on the same matter, whoever may see it; for counting repeats."""
    since = timezone.now() - dt.timedelta(days=SAME_MATTER_DAYS)
    party = CaseParty.objects.filter(case=OuterRef("pk"), person__in=people_ids)
    return (
        Case.objects.filter(
            Exists(party),
            category=category,
            division__code__startswith=place_code[:9],
            registered_at__gte=since,
        )
        .order_by("-registered_at", "-pk")
        .first()
    )


def alerts_of(person: Person, cases: Sequence[Case]) -> list[Alert]:
    """What the file itself says at first sight. Upper floors add theirs, see :mod:`cases.sections`."""
    alerts = []
    open_count = sum(case.is_open for case in cases)
    if open_count:
        text = ngettext("%(count)s case is still open.", "%(count)s cases are still open.", open_count)
        alerts.append(Alert(text % {"count": open_count}, "folder-open"))
    again = [case for case in cases if case.repeat_of_id]
    if again:
        alerts.append(Alert(_("The same matter was brought more than once: %(number)s.") % {"number": again[0].number}))
    reopened = [case for case in cases if case.reopened_count]
    if reopened:
        alerts.append(Alert(_("A case came back after its solution: %(number)s.") % {"number": reopened[0].number}))
    if person.needs or person.needs_note:
        needs = "、".join(person.need_labels) or _("see the notes for accompanying")
        alerts.append(Alert(_("Mind: %(needs)s.") % {"needs": needs}, "wheelchair"))
    return alerts


def known_people(user: User, *, identity_number: str, phone: str, name: str, name_hangul: str) -> list[Person]:
    """Files that may be the one of whoever is being registered, while it is typed."""
    counties = counties_of(user.scope_code)
    ids: set[int] = set()
    if identity_number:
        index = blind_index(identity_number, purpose="identity")
        ids |= set(Person.objects.filter(identity_index=index).values_list("pk", flat=True))
    if phone:
        ids |= set(_by_key(counties, phone_key(phone)))
    if not ids:
        for typed in (name, name_hangul):
            if len(typed) > 1:
                ids |= {person.pk for person in find_people(user, typed, most=8) if typed in _names(person)}
    people = list(Person.objects.visible_to(user).not_merged().filter(pk__in=ids).select_related("division")[:8])
    _add_open_cases(people, user)
    return people
