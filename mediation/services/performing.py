"""The performance of an agreement: recorded with its proof; where it fails, urged, then guided to the court."""

from __future__ import annotations

import datetime as dt

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases import ledger, workflow
from cases.models import Case, EventKind
from cases.services.common import lock, write_note
from cases.workflow import Actor
from governance_center.errors import GovernanceError, NotAllowed
from governance_center.transactions import atomic
from mediation.models import Instalment, Obligation


class AlreadyPerformed(GovernanceError):
    code = "already_performed"
    message = _("The performance was already recorded.")


class WrongDay(GovernanceError):
    code = "wrong_day"
    status = 422
    message = _("Choose a day between that of the agreement and today.")


def may_record_performance(case: Case, user: User) -> bool:
    """The mediator of the case, or a dispatcher of the division."""
    return bool(workflow.relations(user, case) & {Actor.MEDIATOR, Actor.DISPATCH})


@atomic
def record_performance(
    *, due: Obligation | Instalment, by: User, performed_on: dt.date, proof: str
) -> Obligation | Instalment:
    """Write down that an obligation, or one instalment of it, was performed, and how that is known.

    An obligation in instalments is performed with the last of them. The same record sent twice is one.

    Raises:
        NotAllowed: see :func:`may_record_performance`.
        WrongDay: before the agreement or in the future. MissingInput: without proof.
        AlreadyPerformed: recorded before, or paid in instalments that are recorded one by one.
    """
    agreement = (due.obligation if isinstance(due, Instalment) else due).agreement
    case, now = lock(agreement.case), timezone.now()
    due.refresh_from_db(fields=["performed_on", "proof"])
    if not may_record_performance(case, by):
        raise NotAllowed()
    if due.performed_on is not None:
        if due.performed_on == performed_on and due.proof is not None and due.proof.text == proof.strip():
            return due
        raise AlreadyPerformed()
    if isinstance(due, Obligation) and due.instalments.exists():
        raise AlreadyPerformed(_("This is paid in instalments; record them one by one."))
    if not agreement.reached_on <= performed_on <= timezone.localdate(now):
        raise WrongDay(field="performed_on")
    due.proof, digest = write_note(case, by=by, text=proof, at=now, field="proof")
    due.performed_on = performed_on
    due.save(update_fields=["performed_on", "proof"])
    if isinstance(due, Instalment):
        _finish(due.obligation)
    facts = {"agreement": agreement.pk, due._meta.model_name or "": due.pk, "performed_on": performed_on.isoformat()}
    ledger.append(case, [ledger.Entry(EventKind.PROGRESS, by, facts | digest, now)])
    return due


def _finish(obligation: Obligation) -> None:
    """With its last instalment an obligation is performed."""
    if obligation.instalments.filter(performed_on__isnull=True).exists():
        return
    last = obligation.instalments.aggregate(last=Max("performed_on"))["last"]
    Obligation.objects.filter(pk=obligation.pk).update(performed_on=last)
