"""Assigning a mediator, and the mediator's withdrawal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases.models import Case, CaseParty
from cases.services import give_to_mediator, take_from_mediator
from cases.services.common import lock
from governance_center.errors import GovernanceError, MissingInput, NotAllowed
from governance_center.transactions import atomic
from mediation import candidates
from mediation.matching import Suggestion
from mediation.models import Assignment, Conflict, Mediator

ALTERNATIVES = 5


class NotAssignable(GovernanceError):
    code = "not_assignable"
    message = _("%(mediator)s cannot take this case: not active, without an account, or of another county.")


class AlreadyAssigned(GovernanceError):
    code = "already_assigned"
    message = _("%(mediator)s already has this case.")


class InConflict(GovernanceError):
    code = "in_conflict"
    message = _("%(mediator)s cannot take this case: a conflict with one of the parties is declared (%(relation)s).")


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
def assign_mediator(*, case: Case, mediator: Mediator, by: User, named_by_parties: bool = False) -> Assignment:
    """Give the case to a mediator; an earlier assignment ends and stays in the history.

    The ranking of the moment is kept with the assignment, so that the choice can be explained later.

    Args:
        named_by_parties: the parties themselves chose this mediator.

    Raises:
        NotAssignable: not active, without account, or of another county.
        AlreadyAssigned: has it already.
        IsAbsent, IsAway: an absence is noted for today.
        InConflict: a conflict with one of the parties is declared.
        HasWithdrawn: withdrew from this case earlier.
        GovernanceError: as :func:`cases.services.give_to_mediator`.
    """
    case, now = lock(case), timezone.now()
    account = _account_of(case, mediator)
    _check_fairness(case, mediator)
    ranking = candidates.suggestions(case)
    give_to_mediator(case=case, mediator=account, by=by, facts={"committee": mediator.committee_id})
    Assignment.objects.filter(case=case, ended_at__isnull=True).update(ended_at=now)
    return Assignment.objects.create(
        case=case,
        mediator=mediator,
        assigned_by=by,
        assigned_at=now,
        suggestions=_as_stored(mediator, ranking),
        named_by_parties=named_by_parties,
    )


@atomic
def recuse(*, case: Case, by: User, relation: str, note: str, party: CaseParty | None = None) -> Assignment:
    """The mediator withdraws (回避): the assignment ends with the reason, the lead and the dispatcher choose anew.

    Args:
        relation: a value of ``Conflict.Relation``.
        party: whom the relation is with; where that is a person, no case of this person comes any more.

    Raises:
        NotAllowed: only the mediator who has the case in hand.
        IllegalMove: it is no longer handled.
        MissingInput: without a relation or a note.
        GovernanceError: the party is of another case.
    """
    case, now = lock(case), timezone.now()
    current = Assignment.objects.filter(case=case, ended_at__isnull=True, mediator__user=by).first()
    if current is None or case.mediator_id != by.pk:
        raise NotAllowed()
    if relation not in Conflict.Relation.values:
        raise MissingInput(field="relation")
    if party is not None and party.case_id != case.pk:
        raise GovernanceError(_("This choice is not possible here."), field="party", code="bad_choice")
    take_from_mediator(case=case, by=by, reason=note, facts={"relation": relation})
    current.ended_at, current.end_reason = now, note.strip()
    current.save(update_fields=["ended_at", "end_reason"])
    if party is not None and party.person_id is not None:
        Conflict.objects.get_or_create(
            mediator=current.mediator,
            person_id=party.person_id,
            defaults={"relation": relation, "note": note.strip(), "declared_by": by, "declared_at": now},
        )
    return current


def _account_of(case: Case, mediator: Mediator) -> User:
    """The account of a mediator who can take the case and does not have it yet."""
    allowed = Mediator.objects.assignable().of_county(case.county_code)
    if not allowed.filter(pk=mediator.pk).exists() or mediator.user is None:
        raise NotAssignable(mediator=str(mediator), field="mediator")
    if case.mediator_id == mediator.user_id:
        raise AlreadyAssigned(mediator=str(mediator), field="mediator")
    _check_presence(mediator)
    return mediator.user


def _check_presence(mediator: Mediator) -> None:
    row = mediator.absences.on(timezone.localdate()).first()
    if row is None:
        return
    told = {"mediator": str(mediator), "reason": row.get_reason_display(), "field": "mediator"}
    raise IsAbsent(day=row.last.isoformat(), **told) if row.last else IsAway(**told)


def _check_fairness(case: Case, mediator: Mediator) -> None:
    conflict = candidates.conflicts_of(case).filter(mediator=mediator).first()
    if conflict is not None:
        relation = conflict.get_relation_display()
        raise InConflict(mediator=str(mediator), relation=relation, field="mediator")
    if Assignment.objects.filter(case=case, mediator=mediator).exclude(end_reason="").exists():
        raise HasWithdrawn(mediator=str(mediator), field="mediator")


def _as_stored(mediator: Mediator, ranking: Sequence[Suggestion]) -> dict[str, Any]:
    """Rank, points and reasons of the chosen one, and the best five others; codes and numbers only."""
    place = next((index for index, found in enumerate(ranking) if found.mediator.pk == mediator.pk), None)
    chosen = ranking[place] if place is not None else None
    others = [found for found in ranking if found.mediator.pk != mediator.pk][:ALTERNATIVES]
    return {
        "rank": place + 1 if place is not None else None,
        "points": chosen.points if chosen else None,
        "reasons": [reason.code for reason in chosen.reasons] if chosen else [],
        "alternatives": [{"mediator": found.mediator.pk, "points": found.points} for found in others],
    }
