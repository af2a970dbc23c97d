"""Assigning a mediator and recording an agreement."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Language, User
from cases.models import Case
from cases.services import give_to_mediator, resolve_case
from cases.services.common import lock
from cases.states import Outcome
from governance_center.errors import GovernanceError, MissingInput
from governance_center.ledger import text_digest
from governance_center.transactions import atomic
from mediation.models import Agreement, Assignment, Mediator


class NotAssignable(GovernanceError):
    code = "not_assignable"
    message = _("%(mediator)s cannot take this case: not active, without an account, or of another county.")


class AlreadyAssigned(GovernanceError):
    code = "already_assigned"
    message = _("%(mediator)s already has this case.")


class NoAgreement(GovernanceError):
    code = "bad_agreement"
    status = 422


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


@atomic
def reach_agreement(
    *,
    case: Case,
    by: User,
    form: str,
    terms: str,
    terms_language: str = Language.CHINESE,
    perform_by: dt.date | None = None,
) -> Agreement:
    """Record what the parties agreed and resolve the case by it.

    Args:
        form: ``written`` or ``oral`` (an oral one is registered, 人民调解法 art. 28).
        perform_by: the last day of performance, where one was agreed; not before today.

    Raises:
        MissingInput: without terms.
        NoAgreement: ``perform_by`` lies in the past, or no such form.
        GovernanceError: as :func:`cases.services.resolve_case`.
    """
    if not terms.strip():
        raise MissingInput(field="terms")
    if form not in Agreement.Form.values:
        raise NoAgreement(_("Choose whether the agreement is written or oral."), field="form")
    today = timezone.localdate()
    if perform_by and perform_by < today:
        raise NoAgreement(_("The date of performance lies in the past."), field="perform_by")
    agreement = Agreement.objects.create(
        case=case,
        mediator=Mediator.objects.filter(user=by).first(),
        form=form,
        terms=terms.strip(),
        terms_language=terms_language,
        perform_by=perform_by,
        reached_on=today,
        recorded_by=by,
        recorded_at=timezone.now(),
    )
    written = form == Agreement.Form.WRITTEN
    resolve_case(
        case=case,
        by=by,
        outcome=Outcome.WRITTEN_AGREEMENT if written else Outcome.ORAL_AGREEMENT,
        note=terms,
        facts={"agreement": agreement.pk, "terms_sha256": text_digest(agreement.terms)},
    )
    return agreement
