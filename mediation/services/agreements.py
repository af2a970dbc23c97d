"""Recording an agreement, and correcting it before anybody has signed it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db.models import Max, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Language, User
from cases import ledger
from cases.models import Case, CaseParty, EventKind
from cases.services import resolve_case
from cases.services.common import lock
from cases.states import Outcome
from governance_center.errors import GovernanceError, MissingInput, NotAllowed
from governance_center.ledger import text_digest
from governance_center.transactions import atomic
from mediation.models import Agreement, Committee, Instalment, Mediator, Obligation, Offer
from mediation.services import offers
from mediation.services.clarity import Draft, Term, UnclearAgreement, clarity_checks, listed
from mediation.services.performing import AlreadyPerformed
from mediation.services.signing import TextChanged, is_open, lock_open, put_in_force, text_of


class NoAgreement(GovernanceError):
    code = "bad_agreement"
    status = 422


class SignedAlready(GovernanceError):
    code = "signed_already"
    message = _("A signed or sealed agreement is not changed any more.")


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
    offer: int | None = None,
) -> Agreement:
    """Record what the parties agreed, number it, and resolve the case by it.

    Args:
        form: ``written`` or ``oral`` (an oral one is registered, 人民调解法 art. 28).
        terms: may be empty where there are obligations; their list then stands for it.
        perform_by: the last day of performance, not before today; without one the latest day of the obligations.
        obligations: None for an agreement that is told in ``terms`` alone; else those of a written one are
            checked by :func:`mediation.services.clarity.clarity_checks`, as are those of an oral one that has any.
        offer: key of the accepted offer that the agreement was drafted from.

    Raises:
        MissingInput: without terms.
        OfferGone: the offer is not the last of the case, or not accepted.
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
        offer=_accepted(case, offer) if offer else None,
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
    if not written:
        # What was agreed orally is in force as soon as it is registered; nobody signs it (art. 28).
        put_in_force(agreement, lock(case), by, today)
    return agreement


@atomic
def correct_agreement(
    *,
    agreement: Agreement,
    by: User,
    text: str,
    terms: str,
    terms_language: str = Language.CHINESE,
    perform_by: dt.date | None = None,
    obligations: Sequence[Term],
    responsibilities: str,
    if_not: str,
) -> Agreement:
    """Correct a written agreement that nobody has signed yet, by the same checks as when it was recorded.

    Args:
        text: digest of the text that the correction goes on from (:func:`mediation.services.signing.text_of`).

    Raises:
        NotAllowed: only the mediator who has the case in hand. NotToSign: it waits for no signatures.
        SignedAlready: somebody has signed, or the seal is on it. AlreadyPerformed: something was performed already.
        TextChanged: it was corrected in another window. NoAgreement, UnclearAgreement.
    """
    case, row = lock_open(agreement, by)
    if not may_correct(row, by, case):
        raise NotAllowed() if case.mediator_id != by.pk else SignedAlready()
    if text != text_of(row):
        raise TextChanged(_("The agreement was corrected in another window; open this page anew."))
    if row.obligations.filter(Q(performed_on__isnull=False) | Q(instalments__performed_on__isnull=False)).exists():
        raise AlreadyPerformed()
    today = row.reached_on
    if perform_by and perform_by < today:
        raise NoAgreement(_("The date of performance lies in the past."), field="perform_by")
    _check_clarity(case, obligations, today, responsibilities=responsibilities, if_not=if_not, written=True)
    row.responsibilities, row.if_not = responsibilities.strip(), if_not.strip()
    row.terms, row.terms_language = terms.strip() or listed(obligations), terms_language
    row.perform_by = perform_by or _latest(obligations)
    row.save(update_fields=["responsibilities", "if_not", "terms", "terms_language", "perform_by"])
    row.obligations.all().delete()
    _write_obligations(row, obligations)
    facts = {"agreement": row.pk, "text_sha256": text_of(row)}
    ledger.append(case, [ledger.Entry(EventKind.PROGRESS, by, facts, timezone.now())])
    return row


def may_correct(agreement: Agreement, user: User, case: Case) -> bool:
    """The mediator of the case, until the first signature or the seal."""
    untouched = agreement.sealed_on is None and not agreement.signatures.exists()
    return case.mediator_id == user.pk and user.is_active and is_open(agreement, case) and untouched


def _check_clarity(
    case: Case, obligations: Sequence[Term], today: dt.date, *, responsibilities: str, if_not: str, written: bool
) -> None:
    parties = set(CaseParty.objects.filter(case=case).values_list("pk", flat=True))
    faults = clarity_checks(Draft(responsibilities, if_not, obligations, parties, today))
    if not written:
        faults = [fault for fault in faults if fault.row is not None]
    if faults:
        raise UnclearAgreement(faults)


def _accepted(case: Case, key: int) -> Offer:
    """The offer from which the agreement was drafted; its case stays locked until the transaction ends."""
    found = offers.accepted(lock(case))
    if found is None or found.pk != key:
        raise offers.OfferGone()
    return found


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
