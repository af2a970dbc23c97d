"""What a mediator does next in a case: each step of a mediation offers the one after it.

Rights told → session called → parties told → session recorded → agreement → signatures and seal → complete file.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Prefetch, prefetch_related_objects
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from cases.models import Case, CaseEvent, CaseParty, EventKind
from cases.sections import Action
from cases.states import State
from mediation.models import Agreement, CaseFile, Notice, RightsNotice, Session
from mediation.services.sessions import may_call


@dataclass(frozen=True, slots=True)
class Standing:
    """How far the mediation of a case has come. ``begun`` and ``ahead`` are planned sessions, the earliest of each."""

    all_know_rights: bool
    begun: int | None
    ahead: int | None
    all_know_session: bool
    """whether every party called to ``ahead`` was told of it as it is now"""
    has_met: bool
    """whether a session was held since the case came into the mediator's hands"""


def of_case(case: Case, user: User) -> Action | None:
    """The next step of a mediator in one case, whatever its state; None where nothing waits for this user."""
    if user.role != Role.MEDIATOR:
        return None
    if case.state == State.IN_HANDLING:
        return of_cases([case], user).get(case.pk) if may_call(case, user) else None
    if case.mediator_id != user.pk:
        return None
    waiting = Agreement.objects.filter(case=case, form=Agreement.Form.WRITTEN).awaiting().first()
    if waiting:
        url = reverse("mediation:signing", args=[waiting.pk])
        return Action(url, _("Sign and seal"), "writing-sign", is_main=True)
    if case.state == State.CLOSED and not CaseFile.objects.filter(case=case).exists():
        return Action(reverse("mediation:file", args=[case.number]), _("Complete file"), "book", is_main=True)
    return None


def of_cases(cases: Iterable[Case], user: User) -> dict[int, Action]:
    """By key of the case a mediator's next step where it is being handled, in a fixed number of queries."""
    rows = [case for case in cases if case.state == State.IN_HANDLING]
    standings = _read(rows, timezone.now())
    found = {case.pk: next_step(case, standings[case.pk], is_lead=case.mediator_id == user.pk) for case in rows}
    return {key: action for key, action in found.items() if action}


def next_step(case: Case, standing: Standing, *, is_lead: bool) -> Action | None:
    """The rule itself; None where only waiting is left, or where it is the lead mediator's to go on."""
    if standing.begun:
        url = reverse("mediation:session_hold", args=[standing.begun])
        return Action(url, _("Record the session"), "check", is_main=True)
    if not standing.all_know_rights:
        url = reverse("mediation:rights", args=[case.number])
        return Action(url, _("Record the notice of rights"), "file-certificate", is_main=True)
    if standing.ahead:
        url = reverse("mediation:session_notices", args=[standing.ahead])
        return None if standing.all_know_session else Action(url, _("Tell the parties"), "message-2", is_main=True)
    if not standing.has_met:
        url = reverse("mediation:session_call", args=[case.number])
        return Action(url, _("Call a session"), "calendar-plus", is_main=True)
    if is_lead:
        url = reverse("mediation:agreement", args=[case.number])
        return Action(url, _("Record the agreement"), "writing-sign", is_main=True)
    return None


def _read(cases: list[Case], now: dt.datetime) -> dict[int, Standing]:
    prefetch_related_objects(
        cases,
        Prefetch("parties", CaseParty.objects.select_related("person")),
        Prefetch(
            "sessions",
            Session.objects.exclude(state__in=(Session.State.CANCELLED, Session.State.FAILED))
            .order_by("period")
            .prefetch_related("attendances", Prefetch("notices", Notice.objects.select_related("outgoing"))),
            to_attr="sessions_that_count",
        ),
        Prefetch("rights_notices", RightsNotice.objects.all(), to_attr="rights_told"),
    )
    moves = CaseEvent.objects.filter(case__in=cases, kind=EventKind.SESSION_MOVED)
    moved = Counter(moves.values_list("data__session", flat=True))
    return {case.pk: _standing(case, moved, now) for case in cases}


def _standing(case: Case, moved: Mapping[int, int], now: dt.datetime) -> Standing:
    told = {row.party_id for row in case.rights_told}  # type: ignore[attr-defined]
    sessions: Collection[Session] = case.sessions_that_count  # type: ignore[attr-defined]
    planned = [row for row in sessions if row.state == Session.State.PLANNED]
    ahead = next((row for row in planned if row.period.lower > now), None)
    return Standing(
        all_know_rights=all(party.pk in told for party in case.parties.all()),
        begun=next((row.pk for row in planned if row.period.lower <= now), None),
        ahead=ahead.pk if ahead else None,
        all_know_session=ahead is not None and _all_told(ahead, moved.get(ahead.pk, 0)),
        has_met=any(_counts(case, row) for row in sessions),
    )


def _all_told(session: Session, version: int) -> bool:
    """Whether every party called was told of the session as it is after so many moves, and was reached."""
    reached = {"delivered", "waiting"}
    told = {row.party_id for row in session.notices.all() if row.version == version and row.fate in reached}
    return told >= {one.party_id for one in session.attendances.all()}


def _counts(case: Case, session: Session) -> bool:
    """What was held before the case was reopened is history."""
    is_of_now = case.reopened_count == 0 or session.period.lower >= case.state_since
    return session.state == Session.State.HELD and is_of_now
