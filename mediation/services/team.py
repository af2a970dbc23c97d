"""One to three people mediate a case, one of them leads (人民调解法 arts. 19–20): who joins, goes and leads."""

from __future__ import annotations

import datetime as dt

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.notifications import notify
from cases import ledger, workflow
from cases.models import Case, EventKind
from cases.services import give_to_mediator
from cases.services.common import lock, write_note
from cases.services.handling import keep_access
from cases.states import State
from cases.workflow import Actor
from governance_center.errors import GovernanceError, IllegalMove, NotAllowed
from governance_center.transactions import atomic
from mediation import candidates
from mediation.models import Assignment, Mediator
from mediation.models.assignment import ASSISTING_SEATS
from mediation.services.assigning import check_may_take, end, note_despite, ranking_as_stored
from mediation.services.seating import hand_over_sessions, leave_seats, take_seat

Role, End = Assignment.Role, Assignment.End


class TeamFull(GovernanceError):
    code = "team_full"
    message = _("Three mediators at most: one leads, two assist. Release one first.")


class NoLead(GovernanceError):
    code = "no_lead"
    message = _("The case has no mediator yet; assign one first.")


class NotInTeam(GovernanceError):
    code = "not_in_team"
    message = _("%(mediator)s does not assist in this case.")


def may_change_team(case: Case, user: User) -> bool:
    """The lead department or a dispatcher, while a mediator handles the case."""
    in_charge = workflow.relations(user, case) & {Actor.LEAD, Actor.DISPATCH}
    return case.state == State.IN_HANDLING and case.mediator_id is not None and bool(in_charge)


@atomic
def add_assistant(
    *, case: Case, mediator: Mediator, by: User, named_by_parties: bool = False, despite: str = ""
) -> Assignment:
    """Put an assisting mediator beside the lead; reads the case and sits in its sessions to come, where free.

    Args:
        named_by_parties: the parties themselves chose this mediator.
        despite: a dispatcher's reason to go on where the data speaks against it.

    Raises:
        NotAllowed: see :func:`may_change_team`. IllegalMove, NoLead.
        TeamFull: two assist already.
        The rest as :func:`mediation.services.assigning.assign_mediator`.
    """
    case, now = _locked(case, by), timezone.now()
    account = check_may_take(case, mediator, by, despite)
    taken = set(Assignment.objects.current().filter(case=case).values_list("seat", flat=True))
    free = [place for place in ASSISTING_SEATS if place not in taken]
    if not free:
        raise TeamFull(field="mediator")
    row = _begin(case, mediator, by, now, free[0], named_by_parties=named_by_parties, despite=despite.strip(),
                 suggestions=ranking_as_stored(mediator, candidates.suggestions(case)))  # fmt: skip
    keep_access(case, account.pk)
    _write(case, by, now, row, Role.ASSISTING, **note_despite(case, by, despite))
    take_seat(case, mediator)
    _tell(case, account, "mediation.assisting")
    return row


@atomic
def release_assistant(*, case: Case, mediator: Mediator, by: User, reason: str) -> Assignment:
    """An assisting mediator goes, with the reason; what was seen may still be read. A second time changes nothing.

    Raises:
        NotAllowed, IllegalMove. NotInTeam: never assisted. MissingInput: without a reason.
    """
    case, now = _locked(case, by), timezone.now()
    rows = Assignment.objects.assisting().filter(case=case, mediator=mediator).select_related("mediator__user")
    row = rows.order_by("-pk").first()
    if row is None:
        raise NotInTeam(mediator=str(mediator), field="mediator")
    if row.ended_at is not None:
        return row
    _note, written = write_note(case, by=by, text=reason, at=now, field="reason")
    end(row, now, End.RELEASED, reason)
    _write(case, by, now, row, End.RELEASED, **written)
    leave_seats(case, mediator)
    _tell(case, mediator.user, "mediation.released")
    return row


@atomic
def make_lead(*, case: Case, mediator: Mediator, by: User, reason: str) -> Assignment:
    """An assisting mediator leads from now on, and the lead assists. Who leads already goes on so.

    Raises:
        NotAllowed, IllegalMove, NoLead. NotInTeam: does not assist now. MissingInput: without a reason.
    """
    case, now = _locked(case, by), timezone.now()
    rows = Assignment.objects.current().filter(case=case).select_related("mediator__user")
    standing = {row.mediator_id: row for row in rows}
    mine = standing.get(mediator.pk)
    if mine is None:
        raise NotInTeam(mediator=str(mediator), field="mediator")
    if mine.role == Role.LEAD:
        return mine
    former = next((row for row in standing.values() if row.role == Role.LEAD), None)
    _note, written = write_note(case, by=by, text=reason, at=now, field="reason")
    for row in filter(None, (mine, former)):
        end(row, now, End.NEW_ROLE, reason)
    account = mediator.user
    if account is None:
        raise NotInTeam(mediator=str(mediator), field="mediator")
    facts = {"committee": mediator.committee_id, "role": str(Role.LEAD), **written}
    case = give_to_mediator(case=case, mediator=account, by=by, facts=facts)
    lead = _begin(case, mediator, by, now, 0, suggestions=mine.suggestions, named_by_parties=mine.named_by_parties)
    if former is not None:
        _write(case, by, now, _begin(case, former.mediator, by, now, mine.seat), Role.ASSISTING)
    hand_over_sessions(case, mediator, by)
    return lead


def _locked(case: Case, by: User) -> Case:
    case = lock(case)
    if not workflow.relations(by, case) & {Actor.LEAD, Actor.DISPATCH}:
        raise NotAllowed()
    if case.state != State.IN_HANDLING:
        raise IllegalMove(move=_("change the mediators"), state=State(case.state).label)
    if case.mediator_id is None:
        raise NoLead(field="mediator")
    return case


def _begin(case: Case, mediator: Mediator, by: User, now: dt.datetime, place: int, **fields: object) -> Assignment:
    role = Role.ASSISTING if place else Role.LEAD
    return Assignment.objects.create(
        case=case, mediator=mediator, role=role, seat=place, assigned_by=by, assigned_at=now, **fields
    )


def _write(case: Case, by: User, now: dt.datetime, row: Assignment, role: str, **facts: object) -> None:
    data = {"mediator": row.mediator.user_id, "committee": row.mediator.committee_id, "role": str(role), **facts}
    ledger.append(case, [ledger.Entry(EventKind.MEDIATOR_ASSIGNED, by, data, now)])


def _tell(case: Case, user: User | None, kind: str) -> None:
    if user is None:
        return
    key = f"case:{case.pk}:{kind}:{user.pk}:{case.ledger_length}"
    notify([user], kind, key=key, params={"number": case.number}, url=reverse("cases:detail", args=[case.number]))
