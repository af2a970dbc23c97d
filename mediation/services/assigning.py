"""Assigning a mediator."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases.models import Case
from cases.services import give_to_mediator
from cases.services.common import lock
from governance_center.errors import GovernanceError
from governance_center.transactions import atomic
from mediation.models import Assignment, Mediator


class NotAssignable(GovernanceError):
    code = "not_assignable"
    message = _("%(mediator)s cannot take this case: not active, without an account, or of another county.")


class AlreadyAssigned(GovernanceError):
    code = "already_assigned"
    message = _("%(mediator)s already has this case.")


@atomic
def assign_mediator(*, case: Case, mediator: Mediator, by: User) -> Assignment:
    """Give the case to a mediator; an earlier assignment ends and stays in the history.

    Raises:
        NotAssignable: not active, without account, or of another county.
        AlreadyAssigned: has it already.
        GovernanceError: as :func:`cases.services.give_to_mediator`.
    """
    case, now = lock(case), timezone.now()
    candidates = Mediator.objects.assignable().of_county(case.county_code)
    if not candidates.filter(pk=mediator.pk).exists() or mediator.user is None:
        raise NotAssignable(mediator=str(mediator), field="mediator")
    if case.mediator_id == mediator.user_id:
        raise AlreadyAssigned(mediator=str(mediator), field="mediator")
    give_to_mediator(case=case, mediator=mediator.user, by=by, facts={"committee": mediator.committee_id})
    Assignment.objects.filter(case=case, ended_at__isnull=True).update(ended_at=now)
    return Assignment.objects.create(case=case, mediator=mediator, assigned_by=by, assigned_at=now)
