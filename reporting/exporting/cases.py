"""Cases and what happened to them, as lists."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Sequence

from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Role
from cases.filters import ORDERINGS, CaseFilter
from cases.models import Case, CaseEvent, CaseParty, EventKind
from cases.states import State
from governance_center.calendar import last_day
from reporting.exporting.asked import Asked, Cell, Reader, day, moment

Part = CaseParty.Part


def case_rows(asked: Asked) -> QuerySet[Case]:
    """Exactly what the case list shows with these filters, in its order."""
    rows = Case.objects.visible_to(asked.user).filter(asked.between("registered_at"))
    found: QuerySet[Case] = CaseFilter(asked.query, queryset=rows, request=Reader(asked.user)).qs
    ordering = asked.get("sort") if asked.get("sort") in dict(ORDERINGS) else ORDERINGS[0][0]
    parties = Prefetch("parties", CaseParty.objects.select_related("person"))
    related = found.select_related("category", "division", "centre", "lead", "mediator").prefetch_related(parties)
    return related.defer("narrative", "risk_parts").order_by(ordering, "-pk")


def case_headings() -> list[str]:
    return [
        _("Case number"), _("Registered at"), _("Accepted at"), _("State"), _("Kind"), _("Category"), _("Place"),
        _("Summary"), _("Lead"), _("Handling limit"), _("Resolved at"), _("Outcome"), _("Resolved at level"),
        _("Times reopened"), _("Centre"), _("Channel"), _("Risk"), _("Amount in dispute (yuan)"),
        _("People involved"), _("Mediator"), _("Applicants"), _("Identity numbers of the applicants"),
        _("Phones of the applicants"), _("Respondents"), _("Other parties"), _("Closed at"),
    ]  # fmt: skip


def case_cells(batch: Sequence[Case], asked: Asked) -> Iterator[list[Cell]]:
    people = [party.person for case in batch for party in case.parties.all() if party.person]
    openable = asked.openable(people)
    for case in batch:
        parties = list(case.parties.all())
        asking = [party.person for party in parties if party.part == Part.APPLICANT and party.person]
        yield [
            case.number, moment(case.registered_at), moment(case.accepted_at), str(State(case.state).label),
            case.get_kind_display(), case.category.name, case.division.name, case.title,
            case.lead.name if case.lead else "", _until(case.due_at), moment(case.resolved_at),
            case.get_outcome_display() if case.outcome else "", case.get_resolved_level_display(),
            case.reopened_count, case.centre.name, case.get_channel_display(), case.get_risk_level_display(),
            "" if case.amount is None else case.amount,
            "" if case.people_involved is None else case.people_involved,
            str(case.mediator or ""), _named(parties, asked, Part.APPLICANT),
            _listed(asked.identity_of(person, openable) for person in asking),
            _listed(asked.phone_of(person, openable) for person in asking),
            _named(parties, asked, Part.RESPONDENT), _named(parties, asked, Part.THIRD, Part.REPRESENTATIVE),
            moment(case.closed_at),
        ]  # fmt: skip


def event_rows(asked: Asked) -> QuerySet[CaseEvent]:
    """The ledger entries of the days asked for, of cases in view."""
    cases = Case.objects.visible_to(asked.user).filter(asked.in_place("division__code"))
    rows = CaseEvent.objects.filter(asked.between("at"), case__in=cases)
    return rows.select_related("case", "actor").order_by("at", "pk")


def event_headings() -> list[str]:
    return [
        _("Case number"), _("Entry"), _("At"), _("Event"), _("By"), _("Role"), _("From state"), _("To state"),
        _("Details"), _("Digest"),
    ]  # fmt: skip


def event_cells(batch: Sequence[CaseEvent], asked: Asked) -> Iterator[list[Cell]]:
    states, roles = dict(State.choices), dict(Role.choices)
    for event in batch:
        yield [
            event.case.number, event.sequence, moment(event.at), str(EventKind(event.kind).label),
            str(event.actor or ""), str(roles[event.actor.role]) if event.actor else "",
            str(states.get(event.data.get("from", ""), "")), str(states.get(event.data.get("to", ""), "")),
            json.dumps(event.data, ensure_ascii=False, sort_keys=True), event.hash,
        ]  # fmt: skip


def _until(due: dt.datetime | None) -> str:
    """A limit of whole days by its last day, one of hours by its moment."""
    if due is not None and timezone.localtime(due).time() == dt.time():
        return day(last_day(due))
    return moment(due)


def _named(parties: Sequence[CaseParty], asked: Asked, *parts: str) -> str:
    return _listed(asked.name_of(party) for party in parties if party.part in parts)


def _listed(words: Iterator[str]) -> str:
    return "、".join(word for word in words if word)
