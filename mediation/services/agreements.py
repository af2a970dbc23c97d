"""Recording an agreement and its performance."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Language, User
from cases import ledger, workflow
from cases.models import Case, CaseParty, EventKind
from cases.services import resolve_case
from cases.services.common import lock, write_note
from cases.states import Outcome
from cases.workflow import Actor
from governance_center.errors import GovernanceError, MissingInput, NotAllowed
from governance_center.ledger import text_digest
from governance_center.transactions import atomic
from mediation.models import Agreement, Committee, Instalment, Mediator, Obligation
from mediation.services.clarity import Draft, Term, UnclearAgreement, clarity_checks, listed


class NoAgreement(GovernanceError):
    code = "bad_agreement"
    status = 422


class AlreadyPerformed(GovernanceError):
    code = "already_performed"
    message = _("The performance was already recorded.")


class WrongDay(GovernanceError):
    code = "wrong_day"
    status = 422
    message = _("Choose a day between that of the agreement and today.")


@atomic
def reach_agreement(
    *,
    case: Case,
    by: User,
    form: str,
    terms: str,
    terms_language: str = Language.CHINESE,
    perform_by: dt.date | None = None,
    obligations: Sequence[Term] | None = None,
    responsibilities: str = "",
    if_not: str = "",
) -> Agreement:
    """Record what the parties agreed, number it, and resolve the case by it.

    Args:
        form: ``written`` or ``oral`` (an oral one is registered, 人民调解法 art. 28).
        terms: may be empty where there are obligations; their list then stands for it.
        perform_by: the last day of performance, not before today; without one the latest day of the obligations.
        obligations: None for an agreement that is told in ``terms`` alone; else those of a written one are
            checked by :func:`mediation.services.clarity.clarity_checks`, as are those of an oral one that has any.

    Raises:
        MissingInput: without terms.
        NoAgreement: ``perform_by`` lies in the past, or no such form.
        UnclearAgreement: with all faults at once.
        GovernanceError: as :func:`cases.services.resolve_case`.
    """
    today = timezone.localdate()
    if form not in Agreement.Form.values:
        raise NoAgreement(_("Choose whether the agreement is written or oral."), field="form")
    if perform_by and perform_by < today:
        raise NoAgreement(_("The date of performance lies in the past."), field="perform_by")
    written = form == Agreement.Form.WRITTEN
    if obligations or (written and obligations is not None):
        _check_clarity(case, obligations, today, responsibilities=responsibilities, if_not=if_not, written=written)
    terms = terms.strip() or listed(obligations or ())
    if not terms:
        raise MissingInput(field="terms")
    mediator = Mediator.objects.filter(user=by).first()
    agreement = Agreement.objects.create(
        case=case,
        mediator=mediator,
        form=form,
        responsibilities=responsibilities.strip(),
        terms=terms,
        terms_language=terms_language,
        if_not=if_not.strip(),
        perform_by=perform_by or _latest(obligations or ()),
        reached_on=today,
        recorded_by=by,
        recorded_at=timezone.now(),
        **_number(mediator, today.year),
    )
    _write_obligations(agreement, obligations or ())
    resolve_case(
        case=case,
        by=by,
        outcome=Outcome.WRITTEN_AGREEMENT if written else Outcome.ORAL_AGREEMENT,
        note=terms,
        facts={"agreement": agreement.pk, "terms_sha256": text_digest(agreement.terms)},
    )
    return agreement


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


def _check_clarity(
    case: Case, obligations: Sequence[Term], today: dt.date, *, responsibilities: str, if_not: str, written: bool
) -> None:
    parties = set(CaseParty.objects.filter(case=case).values_list("pk", flat=True))
    faults = clarity_checks(Draft(responsibilities, if_not, obligations, parties, today))
    if not written:
        faults = [fault for fault in faults if fault.row is not None]
    if faults:
        raise UnclearAgreement(faults)


def _number(mediator: Mediator | None, year: int) -> dict[str, object]:
    """The next number of the committee; its row stays locked until the transaction ends, so there are no gaps."""
    if mediator is None:
        return {}
    committee = Committee.objects.select_for_update(no_key=True, of=("self",)).get(pk=mediator.committee_id)
    last = Agreement.objects.filter(committee=committee, year=year).aggregate(last=Max("serial"))["last"]
    return {"committee": committee, "year": year, "serial": (last or 0) + 1}


def _latest(obligations: Sequence[Term]) -> dt.date | None:
    return max((term.last_day for term in obligations if term.last_day), default=None)


def _write_obligations(agreement: Agreement, obligations: Sequence[Term]) -> None:
    for position, term in enumerate(obligations, start=1):
        row = Obligation.objects.create(  # type: ignore[misc]  # clarity_checks has refused what is None
            agreement=agreement, position=position, debtor=term.debtor, creditor=term.creditor, kind=term.kind,
            what=term.what.strip(), amount=term.amount, due_on=term.last_day, how=term.how.strip(),
        )  # fmt: skip
        Instalment.objects.bulk_create(
            Instalment(obligation=row, position=place, due_on=share.due_on, amount=share.amount)
            for place, share in enumerate(term.instalments, start=1)
        )


def _finish(obligation: Obligation) -> None:
    """With its last instalment an obligation is performed."""
    if obligation.instalments.filter(performed_on__isnull=True).exists():
        return
    last = obligation.instalments.aggregate(last=Max("performed_on"))["last"]
    Obligation.objects.filter(pk=obligation.pk).update(performed_on=last)
