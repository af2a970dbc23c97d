"""Recording an agreement."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Language, User
from cases.models import Case
from cases.services import resolve_case
from cases.states import Outcome
from governance_center.errors import GovernanceError, MissingInput
from governance_center.ledger import text_digest
from governance_center.transactions import atomic
from mediation.models import Agreement, Mediator


class NoAgreement(GovernanceError):
    code = "bad_agreement"
    status = 422


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
