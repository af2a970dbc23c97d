"""Visits that need no new case: another one on the same matter, or an answer at the desk."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.db import IntegrityError
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from accounts.notifications import notify
from cases import ledger
from cases.models import Case, Channel, EventKind, Person, Referral
from cases.services import reopen_case
from cases.services.common import lock, write_note
from cases.services.dispatching import officers_of, staff_for
from cases.services.people import PersonInput, find_or_create, know_in
from cases.states import State
from departments.models import Centre
from governance_center.errors import GovernanceError, MissingInput, NotAllowed
from governance_center.transactions import atomic
from intake.models import OutreachVisit, Purpose, Ticket, Visit
from intake.services.outreach_visits import join_case
from intake.services.queue import finish_with_visit
from intake.services.queue_common import IllegalTicketMove

DESK_ROLES = (Role.CLERK, Role.DISPATCHER)
REOPENABLE = (State.RESOLVED, State.FOLLOWING_UP, State.CLOSED)


@dataclass(frozen=True, slots=True)
class VisitInput:
    """Who came and how; ``person`` is a file that was chosen, ``petitioner`` somebody typed, both may be missing.

    ``outreach`` is the visit at home that found the matter.
    """

    language: str = "zh-hans"
    person: Person | None = None
    petitioner: PersonInput | None = None
    people_count: int = 1
    channel: str = Channel.WALK_IN
    ticket: Ticket | None = None
    outreach: OutreachVisit | None = None


class NotReopenable(GovernanceError):
    code = "not_reopenable"
    message = _("Only a case that is resolved or closed can be reopened.")


class MergedAlready(GovernanceError):
    code = "merged_already"
    message = _("This case was merged into case %(number)s; attach the visit to that one.")


def attach_visit(
    *, case: Case, centre: Centre, clerk: User, data: VisitInput, submission_key: uuid.UUID, note: str = "",
    reopen: bool = False,
) -> Visit:  # fmt: skip
    """Attach another visit to the case it is about, instead of registering the matter twice.

    The visit is in the ledger of the case, and whoever works on it is told. With ``reopen`` a case that was
    resolved or closed comes back into handling; ``note`` says why then. An outreach visit counts as registered with it.

    Raises:
        NotAllowed: not a clerk or dispatcher of the centre, or the case is not one they may see.
        RegisteredBefore, NothingToRegister: the outreach visit has its case, or found no dispute.
        MergedAlready: the case was merged into another one.
        NotReopenable, MissingInput: ``reopen`` where it is not possible, or without a note.
    """
    try:
        return _attach(
            case=case, centre=centre, clerk=clerk, data=data, submission_key=submission_key, note=note, reopen=reopen
        )
    except (IntegrityError, IllegalTicketMove) as error:
        return _made_before(submission_key, clerk, error)


def answer_visit(
    *, centre: Centre, clerk: User, data: VisitInput, outcome: str, answer: str, submission_key: uuid.UUID,
    purpose: str = Purpose.CONSULTATION,
) -> Visit:  # fmt: skip
    """A consultation that was answered at the desk, or somebody who was guided elsewhere: counted, and no case.

    Who it was may stay unknown.

    Raises:
        NotAllowed: not a clerk or dispatcher of the centre.
        MissingInput: without an outcome, or without what was answered.
    """
    try:
        return _answer(
            centre=centre, clerk=clerk, data=data, outcome=outcome, answer=answer, purpose=purpose,
            submission_key=submission_key,
        )  # fmt: skip
    except (IntegrityError, IllegalTicketMove) as error:
        return _made_before(submission_key, clerk, error)


def tell_of_group(visit: Visit) -> None:
    """Tell the dispatchers of a group visit at once. Joins the caller's transaction."""
    if not visit.is_group:
        return
    notify(
        staff_for(Role.DISPATCHER, visit.centre_id),
        "visit.group",
        key=f"visit:{visit.pk}:group",
        params={"count": visit.people_count, "number": visit.case.number if visit.case else "-"},
        url=reverse("cases:detail", args=[visit.case.number]) if visit.case else reverse("intake:desk"),
    )


@atomic
def _attach(
    *, case: Case, centre: Centre, clerk: User, data: VisitInput, submission_key: uuid.UUID, note: str, reopen: bool
) -> Visit:
    _check_desk(centre, clerk)
    if not Case.objects.visible_to(clerk).filter(pk=case.pk).exists():
        raise NotAllowed()
    case, now = lock(case), timezone.now()
    if case.merged_into is not None:
        raise MergedAlready(number=case.merged_into.number)
    visit = _create(
        centre=centre, clerk=clerk, data=data, outcome=Visit.Outcome.ATTACHED, answer="", purpose=Purpose.RETURN,
        submission_key=submission_key, case=case,
    )  # fmt: skip
    if data.outreach:
        join_case(data.outreach, case, clerk)
    facts: dict[str, object] = {"visit": visit.pk, "channel": visit.channel}
    if note.strip() and not reopen:
        _written, digest = write_note(case, by=clerk, text=note, at=now)
        facts |= digest
    ledger.append(case, [ledger.Entry(EventKind.VISITED, clerk, facts, now)])
    if reopen:
        if case.state not in REOPENABLE:
            raise NotReopenable(field="reopen")
        reopen_case(case=case, by=clerk, note=note)
    _tell_workers(case, visit)
    tell_of_group(visit)
    return visit


@atomic
def _answer(
    *, centre: Centre, clerk: User, data: VisitInput, outcome: str, answer: str, purpose: str,
    submission_key: uuid.UUID,
) -> Visit:  # fmt: skip
    _check_desk(centre, clerk)
    if outcome not in {Visit.Outcome.ANSWERED, Visit.Outcome.GUIDED}:
        raise MissingInput(field="outcome")
    if not answer.strip():
        raise MissingInput(field="answer")
    visit = _create(
        centre=centre, clerk=clerk, data=data, outcome=outcome, answer=answer.strip(), purpose=purpose,
        submission_key=submission_key, case=None,
    )  # fmt: skip
    tell_of_group(visit)
    return visit


def _create(
    *, centre: Centre, clerk: User, data: VisitInput, outcome: str, answer: str, purpose: str,
    submission_key: uuid.UUID, case: Case | None,
) -> Visit:  # fmt: skip
    if data.people_count < 1:
        raise MissingInput(field="people_count")
    if data.ticket:
        finish_with_visit(ticket=data.ticket, by=clerk)
    return Visit.objects.create(
        centre=centre, at=timezone.now(), channel=data.channel, clerk=clerk, person=_who(data, centre, clerk),
        people_count=data.people_count, language=data.language, outcome=outcome, answer=answer, case=case,
        purpose=data.ticket.service if data.ticket else purpose, ticket=data.ticket, submission_key=submission_key,
    )  # fmt: skip


def _who(data: VisitInput, centre: Centre, clerk: User) -> Person | None:
    county = centre.pk[:6]
    if data.person is not None:
        person = Person.objects.visible_to(clerk).select_for_update(of=("self",)).filter(pk=data.person.pk).first()
        if person is None:
            raise NotAllowed()
        know_in(person, county)
        return person
    typed = data.petitioner
    if typed is None or not (typed.name.strip() or typed.name_hangul.strip()):
        return None
    return find_or_create(typed, county=county)


def _check_desk(centre: Centre, clerk: User) -> None:
    in_scope = bool(clerk.scope_code) and centre.pk.startswith(clerk.scope_code)
    if clerk.role not in DESK_ROLES or not clerk.is_active or not in_scope:
        raise NotAllowed()


def _made_before(submission_key: uuid.UUID, clerk: User, error: Exception) -> Visit:
    """The visit that the same form has made already; anything else that broke is not ours to hide."""
    earlier = Visit.objects.filter(submission_key=submission_key).select_related("case").first()
    if earlier is None:
        raise error
    if earlier.clerk_id != clerk.pk:
        raise NotAllowed()
    return earlier


def _tell_workers(case: Case, visit: Visit) -> None:
    """Tell the lead and the mediator that the petitioner came again."""
    lead = Referral.objects.current().leading().filter(case=case).first()
    people = officers_of(lead) if lead else staff_for(Role.DISPATCHER, case.division_id)
    if case.mediator:
        people.append(case.mediator)
    notify(
        people,
        "visit.attached",
        key=f"visit:{visit.pk}",
        params={"number": case.number},
        url=reverse("cases:detail", args=[case.number]),
    )
