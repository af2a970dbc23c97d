"""Assigning a mediator, and the mediator's withdrawal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases import workflow
from cases.models import Case, CaseParty
from cases.services import give_to_mediator, take_from_mediator
from cases.services.common import lock, write_note
from cases.workflow import Actor
from governance_center.errors import GovernanceError, MissingInput, NotAllowed
from governance_center.transactions import atomic
from mediation import candidates, fairness
from mediation.matching import Suggestion
from mediation.models import Assignment, Conflict, Mediator, Recusal
from mediation.services.seating import hand_over_sessions, leave_seats

Role, End = Assignment.Role, Assignment.End

ALTERNATIVES = 5


class NotAssignable(GovernanceError):
    code = "not_assignable"
    message = _("%(mediator)s cannot take this case: not active, without an account, or of another county.")


class AlreadyAssigned(GovernanceError):
    code = "already_assigned"
    message = _("%(mediator)s already has this case.")


class InConflict(GovernanceError):
    code = "in_conflict"
    message = _("%(mediator)s cannot take this case. %(reasons)s")


class HasWithdrawn(GovernanceError):
    code = "has_withdrawn"
    message = _("%(mediator)s has withdrawn from this case.")


class IsAbsent(GovernanceError):
    code = "is_absent"
    message = _("%(mediator)s cannot take this case: absent until %(day)s (%(reason)s).")


class IsAway(GovernanceError):
    code = "is_absent"
    message = _("%(mediator)s cannot take this case: absent until further notice (%(reason)s).")


@atomic
def assign_mediator(
    *,
    case: Case,
    mediator: Mediator,
    by: User,
    named_by_parties: bool = False,
    reason: str = "",
    despite: str = "",
) -> Assignment:
    """Give the case to a mediator who leads; an earlier lead's assignment ends and stays in the history.

    The ranking of the moment is kept with the assignment, so that the choice can be explained later. Sessions to
    come go to the new lead, or are cancelled where the lead is not free.

    Args:
        named_by_parties: the parties themselves chose this mediator.
        reason: why another than before; kept with the assignment that ends.
        despite: a dispatcher's reason to go on where the data speaks against it.

    Raises:
        NotAssignable: not active, without account, or of another county.
        AlreadyAssigned: has it already.
        IsAbsent, IsAway: an absence is noted for today.
        InConflict: the data speaks against it (see :mod:`mediation.fairness`), each reason in words.
        HasWithdrawn: withdrew from this case earlier.
        GovernanceError: as :func:`cases.services.give_to_mediator`.
    """
    case, now = lock(case), timezone.now()
    if case.mediator_id is not None and case.mediator_id == mediator.user_id:
        raise AlreadyAssigned(mediator=str(mediator), field="mediator")
    account = check_may_take(case, mediator, by, despite, as_lead=True)
    ranking = candidates.suggestions(case)
    facts = {"committee": mediator.committee_id, "role": str(Role.LEAD), **note_despite(case, by, despite)}
    case = give_to_mediator(case=case, mediator=account, by=by, facts=facts)
    for row in Assignment.objects.current().filter(Q(role=Role.LEAD) | Q(mediator=mediator), case=case):
        took_over = row.mediator_id == mediator.pk
        end(row, now, End.NEW_ROLE if took_over else End.REPLACED, reason)
        if not took_over:
            leave_seats(case, row.mediator)
    row = Assignment.objects.create(
        case=case,
        mediator=mediator,
        assigned_by=by,
        assigned_at=now,
        suggestions=ranking_as_stored(mediator, ranking),
        named_by_parties=named_by_parties,
        despite=despite.strip(),
    )
    hand_over_sessions(case, mediator, by)
    return row


@atomic
def recuse(*, case: Case, by: User, relation: str, note: str, party: CaseParty | None = None) -> Assignment:
    """A mediator withdraws (回避), leading or assisting: the assignment ends with the reason; others choose anew.

    Args:
        relation: a value of ``Conflict.Relation``.
        party: whom the relation is with; no case of this person or organisation comes any more.

    Raises:
        NotAllowed: only a mediator who has the case in hand.
        IllegalMove: it is no longer handled.
        MissingInput: without a relation or a note.
        GovernanceError: the party is of another case.
    """
    case = lock(case)
    current = Assignment.objects.current().filter(case=case, mediator__user=by).first()
    if current is None or (current.role == Role.LEAD and case.mediator_id != by.pk):
        raise NotAllowed()
    if relation not in Conflict.Relation.values:
        raise MissingInput(field="relation")
    if party is not None and party.case_id != case.pk:
        raise GovernanceError(_("This choice is not possible here."), field="party", code="bad_choice")
    return withdraw(case, current, by, relation=relation, note=note, party=party)


def withdraw(
    case: Case, row: Assignment, by: User, *, relation: str, note: str, party: CaseParty | None, **facts: object
) -> Assignment:
    """End an assignment by withdrawal and keep why; the caller holds the lock on the case."""
    now, account = timezone.now(), row.mediator.user
    facts = {"relation": relation, "role": str(row.role), **facts}
    take_from_mediator(case=case, by=by, reason=note, facts=facts, mediator=account)
    end(row, now, End.WITHDREW, note)
    leave_seats(case, row.mediator)
    if party is not None:
        _declare(row.mediator, party, relation=relation, note=note.strip(), by=by, at=now)
    return row


def end(row: Assignment, at: dt.datetime, how: str, reason: str) -> None:
    """Close an assignment; of somebody who goes, open requests to withdraw need not be decided any more."""
    row.ended_at, row.ended_as, row.end_reason = at, how, reason.strip()
    row.save(update_fields=["ended_at", "ended_as", "end_reason"])
    if how != End.NEW_ROLE:
        open_requests = Recusal.objects.filter(case=row.case_id, mediator=row.mediator_id, state=Recusal.State.ASKED)
        open_requests.update(state=Recusal.State.LAPSED, decided_at=at)


def note_despite(case: Case, by: User, despite: str) -> dict[str, object]:
    """Keep a dispatcher's reason to go on, as a note on the case; returns what the ledger says of it."""
    return write_note(case, by=by, text=despite, at=timezone.now())[1] if despite.strip() else {}


def check_may_take(case: Case, mediator: Mediator, by: User, despite: str, *, as_lead: bool = False) -> User:
    """The account of a mediator who may take the case and does not mediate it yet.

    Raises:
        NotAssignable, AlreadyAssigned, InConflict, HasWithdrawn.
    """
    account = _account_of(case, mediator)
    has_it = Assignment.objects.current().filter(case=case, mediator=mediator)
    if not as_lead and (has_it.exists() or case.mediator_id == account.pk):
        raise AlreadyAssigned(mediator=str(mediator), field="mediator")
    _check_fairness(case, mediator, by, despite)
    return account


def _account_of(case: Case, mediator: Mediator) -> User:
    """The account of a mediator who can take cases of the county."""
    allowed = Mediator.objects.assignable().of_county(case.county_code)
    if not allowed.filter(pk=mediator.pk).exists() or mediator.user is None:
        raise NotAssignable(mediator=str(mediator), field="mediator")
    _check_presence(mediator)
    return mediator.user


def _check_presence(mediator: Mediator) -> None:
    row = mediator.absences.on(timezone.localdate()).first()
    if row is None:
        return
    told = {"mediator": str(mediator), "reason": row.get_reason_display(), "field": "mediator"}
    raise IsAbsent(day=row.last.isoformat(), **told) if row.last else IsAway(**told)


def _check_fairness(case: Case, mediator: Mediator, by: User, despite: str) -> None:
    """Refuse what the data speaks against; what is not absolute, unless a dispatcher gives a reason."""
    against = fairness.bars_of(case).get(mediator.pk, [])
    if any(bar.code == "withdrew" for bar in against):
        raise HasWithdrawn(mediator=str(mediator), field="mediator")
    may_go_on = bool(despite.strip()) and Actor.DISPATCH in workflow.relations(by, case)
    if against and (any(bar.is_absolute for bar in against) or not may_go_on):
        reasons = " ".join(bar.text for bar in against)
        raise InConflict(mediator=str(mediator), reasons=reasons, field="mediator")


def _declare(mediator: Mediator, party: CaseParty, *, relation: str, note: str, by: User, at: dt.datetime) -> None:
    """Bar the mediator from further cases of the person or the organisation."""
    whom = {"person_id": party.person_id} if party.person_id else {"organisation": party.organisation}
    Conflict.objects.get_or_create(
        mediator=mediator,
        **whom,
        defaults={"relation": relation, "note": note, "declared_by": by, "declared_at": at},
    )


def ranking_as_stored(mediator: Mediator, ranking: Sequence[Suggestion]) -> dict[str, Any]:
    """Rank, points and reasons of the chosen one, and the best five others; codes and numbers only."""
    place = next((index for index, found in enumerate(ranking) if found.mediator.pk == mediator.pk), None)
    chosen = ranking[place] if place is not None else None
    others = [found for found in ranking if found.mediator.pk != mediator.pk][:ALTERNATIVES]
    return {
        "rank": place + 1 if place is not None else None,
        "points": chosen.points if chosen else None,
        "reasons": [reason.code for reason in chosen.reasons] if chosen else [],
        "params": {reason.code: reason.params for reason in chosen.reasons if reason.params} if chosen else {},
        "alternatives": [{"mediator": found.mediator.pk, "points": found.points} for found in others],
    }
