"""Reads for the pages of this room, each with a bounded number of queries."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from cases import corrected
from cases.level_actions import SHOWN
from cases.levels import level_of
from cases.models import (
    Appointment,
    Case,
    CaseEvent,
    CaseParty,
    Deadline,
    EventKind,
    HandOver,
    Part,
    Person,
    Referral,
    StatutoryRoute,
)
from cases.states import OPEN_STATES, Outcome, RefusalReason, ReturnReason, State
from departments.models import Department, Division
from governance_center.calendar import last_day
from governance_center.scope import within

DOCUMENT_STATES = {"removed": _("removed, added by mistake"), "replaced": _("replaced by another copy")}
"""What else than keeping is written of a paper."""

MEDIATOR_WORDS: Mapping[str, str | Promise] = {
    "lead": _("lead mediator"),
    "assisting": _("assisting mediator"),
    "released": _("released"),
    "asked": _("a party asks for the withdrawal"),
    "accepted": _("the mediator withdraws"),
    "refused": _("the mediator stays"),
}
"""What the ledger says of a mediator's part, and of a request to withdraw, in words."""

SESSION_FAILURES: Mapping[str, str | Promise] = {
    "absent": _("a party did not come"),
    "not_reached": _("a party could not be reached"),
    "refused": _("a party refuses mediation"),
    "no_agreement": _("no agreement was reached"),
    "applicant_absent": _("the applicant did not come"),
    "respondent_absent": _("the respondent did not come"),
    "both_absent": _("nobody came"),
}
"""Why the ledger says that a session came to nothing; the last three stand in entries of earlier times."""


@dataclass(slots=True)
class TimelineEntry:
    """One line of the history: when, what, who, and the details in words."""

    at: dt.datetime
    label: str | Promise
    kind: str
    actor: User | None
    details: list[str | Promise] = field(default_factory=list)
    text: str = ""
    sequence: int = 0


def case_list(user: User) -> QuerySet[Case]:
    """What ``user`` may see, with what a row shows."""
    running = Deadline.objects.running().select_related("rule").order_by("due_at")
    return (
        Case.objects.visible_to(user)
        .select_related("category", "division", "lead", "mediator")
        .prefetch_related(
            Prefetch("parties", CaseParty.objects.select_related("person")),
            Prefetch("deadlines", running, to_attr="running_deadlines"),
        )
    )


def case_page(user: User, number: str) -> QuerySet[Case]:
    """The case with everything that its page shows."""
    return (
        Case.objects.visible_to(user)
        .filter(number=number)
        .annotate(has_merged=Exists(Case.objects.filter(merged_into=OuterRef("pk"))))
        .select_related("category", "centre", "division__parent", "lead", "mediator", "registered_by", "merged_into")
        .prefetch_related(
            Prefetch("parties", CaseParty.objects.select_related("person")),
            Prefetch("deadlines", Deadline.objects.select_related("rule", "referral__department")),
            Prefetch("hand_overs", HandOver.objects.select_related(*SHOWN)),
            Prefetch(
                "referrals",
                Referral.objects.select_related(
                    "department",
                    "division",
                    "signed_by",
                    "returned_by",
                    "return_note",
                    "opinion",
                    "opinion_by",
                    "lift_note",
                    "lifted_by",
                ),
            ),
        )
    )


def timeline(case: Case) -> list[TimelineEntry]:
    """The history of a case, newest first, in three queries; one more where mediators are named, three where the
    entry was corrected or merged."""
    events = list(case.events.select_related("actor").order_by("-sequence"))
    notes = {note.pk: note.text for note in case.notes.all()}
    departments = {row.pk: row.name for row in Department.objects.all()}
    names = corrected.names_in(events)
    mediators = _mediators_in(events)
    entries = []
    for event in events:
        entry = TimelineEntry(
            at=event.at,
            label=_label(event.kind, event.data),
            kind=event.kind,
            actor=event.actor,
            text=notes.get(event.data.get("note"), ""),
            sequence=event.sequence,
        )
        entry.details = _details(event.kind, event.data, departments) + _mediator_details(event, mediators)
        entry.details += corrected.details(event.kind, event.data, names, notes)
        if event.kind == EventKind.SESSION_FAILED:
            entry.details += _failure_details(case, event.data)
        entries.append(entry)
    return entries


def referral_inbox(user: User) -> QuerySet[Referral]:
    """The referrals of an officer's department that are still to be dealt with, the most urgent first."""
    running = Deadline.objects.running().select_related("rule").order_by("due_at")
    late = Deadline.objects.overdue(timezone.now()).filter(referral=OuterRef("pk"), rule="sign_for_referral")
    return (
        Referral.objects.of_department(user)
        .current()
        .annotate(is_too_late=Exists(late))
        .filter(case__state__in=OPEN_STATES)
        .select_related("case__category", "case__division", "department", "case__mediator")
        .prefetch_related(Prefetch("case__deadlines", running, to_attr="running_deadlines"))
        .order_by("case__due_at", "pk")
    )


def hand_ups_waiting(user: User) -> QuerySet[HandOver]:
    """What levels below have asked and this dispatcher may answer, the most urgent first; with what a row shows."""
    if user.role != Role.DISPATCHER or not user.is_active or not user.scope_code:
        return HandOver.objects.none()
    return (
        HandOver.objects.waiting()
        .filter(within("to_division__code", user.scope_code))
        .select_related("case__category", "case__division", *SHOWN)
        .order_by("deadline__due_at", "pk")
    )


def find(queryset: QuerySet[Case], text: str) -> QuerySet[Case]:
    """Cases by number or its tail, words of the summary, name of a party.

    Identity numbers and phones are for the search box: filters stand in addresses, and addresses in logs.
    """
    text = text.strip()
    if not text:
        return queryset
    found = Q(title__icontains=text)
    if text.replace("-", "").isdigit():
        return queryset.filter(found | Q(number__endswith=text))
    named = Person.objects.filter(Q(name__icontains=text) | Q(name_hangul__icontains=text))
    return queryset.filter(found | Exists(CaseParty.objects.filter(case=OuterRef("pk"), person__in=named)))


def _label(kind: str, data: dict[str, Any]) -> str | Promise:
    """The words of an event. A restriction that a dispatcher set or lifted stands among the progress of a case."""
    if kind == EventKind.PROGRESS and "restricted" in data:
        return _("restricted") if data["restricted"] else _("restriction lifted")
    if kind == EventKind.PROGRESS and "absorbed" in data:
        return _("the same matter, registered again, was merged into it")
    if kind == EventKind.PROGRESS and "released" in data:
        return _("a case that was merged into it stands alone again")
    if kind == EventKind.PROGRESS and "talk" in data:
        return _("a mediator talked with one side alone")
    if kind == EventKind.OFFER_ANSWERED and data.get("answer") == "withdrawn":
        return _("a side took its offer back")
    if kind == EventKind.PROGRESS and "statistics" in data:
        return _("entered for the statistics")
    return EventKind(kind).label


def _details(kind: str, data: dict[str, Any], departments: dict[str, str]) -> list[str | Promise]:
    """What an entry says besides its label, in words."""
    details: list[str | Promise] = []
    if data.get("outcome") and kind in {EventKind.RESOLVED, EventKind.UNRESOLVED}:
        details.append(Outcome(data["outcome"]).label)
    if kind == EventKind.NOT_ACCEPTED:
        details.append(RefusalReason(data["reason"]).label)
    if kind == EventKind.RETURNED:
        details.append(departments.get(data["department"], data["department"]))
        details.append(ReturnReason(data["reason"]).label)
    if kind in {
        EventKind.SIGNED, EventKind.OPINION, EventKind.OPINION_LIFTED, EventKind.APPOINTED, EventKind.CALLED,
        EventKind.ARRIVED,
    }:  # fmt: skip
        details.append(departments.get(data["department"], data["department"]))
    if kind == EventKind.RESOLVED and data.get("level"):
        details.append(_("at level: %(level)s") % {"level": Division.Level(data["level"]).label})
    if "hand_over" in data:
        origin, target = (Division.Level(level_of(data[key])).label for key in ("origin", "target"))
        details.append(f"{origin} → {target}")
        details.append(HandOver.Reason(data["reason"]).label)
    details += _meeting_details(kind, data)
    if kind in {EventKind.ROUTED, EventKind.RULED}:
        lead = data.get("lead")
        details.append(
            _("leads: %(department)s") % {"department": departments.get(lead, lead)}
            if lead
            else _("the dispatcher decides")
        )
        details += [
            _("assists: %(department)s") % {"department": departments.get(code, code)}
            for code in data.get("assistants", ())
        ]
    if data.get("new_due") != data.get("old_due"):
        old, new = (last_day(dt.datetime.fromisoformat(data[key])) for key in ("old_due", "new_due"))
        details.append(f"{old} → {new}")
    if kind == EventKind.DOCUMENT_KEPT:
        details += [Part(data["part"]).label] if data.get("part") in Part.values else []
        details += [DOCUMENT_STATES[data["state"]]] if data.get("state") in DOCUMENT_STATES else []
    if kind == EventKind.FOLLOW_UP_PLANNED:
        days = ", ".join(str(day) for day in data.get("days", ()))
        details.append(_("visits on day %(days)s") % {"days": days})
    return details


def _mediators_in(events: Sequence[CaseEvent]) -> dict[int, User]:
    """The accounts of the mediators whom entries name."""
    return User.objects.in_bulk({event.data["mediator"] for event in events if _names_mediator(event)})


def _names_mediator(event: CaseEvent) -> bool:
    of_mediators = event.kind in {EventKind.MEDIATOR_ASSIGNED, EventKind.MEDIATOR_WITHDREW}
    return bool(event.data.get("mediator")) and (of_mediators or "recusal" in event.data)


def _mediator_details(event: CaseEvent, mediators: Mapping[int, User]) -> list[str | Promise]:
    """Which mediator joined, leads, goes, or is asked to withdraw."""
    if not _names_mediator(event):
        return []
    found: list[str | Promise] = [str(mediators[event.data["mediator"]])] if event.data["mediator"] in mediators else []
    word = MEDIATOR_WORDS.get(event.data.get("state", "") if "recusal" in event.data else event.data.get("role", ""))
    return [*found, word] if word else found


def _failure_details(case: Case, data: dict[str, Any]) -> list[str | Promise]:
    """Why a session came to nothing, and on whose side."""
    named = [str(party) for party in case.parties.all() if party.pk in data.get("parties", ())]
    reason = SESSION_FAILURES.get(data.get("failure", ""))
    return [*([reason] if reason else []), *named]


def _meeting_details(kind: str, data: dict[str, Any]) -> list[str | Promise]:
    """What entries of screening, opinions, appointments and calls say, in words."""
    details: list[str | Promise] = []
    if kind == EventKind.SCREENED and data.get("route"):
        details.append(_("statutory route: %(route)s") % {"route": StatutoryRoute(data["route"]).label})
    if kind == EventKind.OPINION and data.get("asked"):
        details.append(_("opinion asked for"))
    if kind == EventKind.APPOINTED:
        details.append(date_format(dt.date.fromisoformat(data["day"])))
        if data.get("state"):
            details.append(Appointment.State(data["state"]).label)
    if kind == EventKind.CALLED:
        details.append(_("to answer within %(minutes)s minutes") % {"minutes": data["minutes"]})
    if kind == EventKind.ARRIVED:
        details.append(_("in time") if data.get("in_time") else _("late"))
    return details


def public_status(case: Case) -> dict[str, Any]:
    """What the holder of the public code may know: no names, no words of the parties."""
    words: dict[str, str | Promise] = {
        State.REGISTERED: _("Your matter is registered and being looked at."),
        State.ACCEPTED: _("Your matter was accepted and sent to the department that leads it."),
        State.NOT_ACCEPTED: _("Your matter was not accepted. The desk has told you which way is open instead."),
        State.IN_HANDLING: _("Your matter is being handled."),
        State.RESOLVED: _("Your matter is resolved. Somebody will ask you whether it stayed so."),
        State.UNRESOLVED: _("No solution was found here. You were told which ways are open to you."),
        State.WITHDRAWN: _("Your matter was withdrawn."),
        State.FOLLOWING_UP: _("Your matter is resolved. Somebody asks from time to time whether it stayed so."),
        State.CLOSED: _("Your matter is closed."),
    }
    if case.merged_into_id:
        words[State.CLOSED] = _("Your matter is dealt with together with an earlier case on the same matter.")
    visible_lead = case.lead if not case.is_restricted else None
    limits = Deadline.objects.running().filter(case=case, referral__isnull=True, hand_over__isnull=True)
    limit = limits.select_related("rule").first()
    return {
        "number": case.number,
        "centre": case.centre,
        "state": case.state,
        "label": State(case.state).label,
        "words": words[case.state],
        "lead": visible_lead,
        "limit": limit,
        "since": case.state_since,
    }
