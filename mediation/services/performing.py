"""The performance of an agreement: recorded with its proof; where it fails, urged, then guided to the court."""

from __future__ import annotations

import datetime as dt

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Language, User
from cases import ledger, workflow
from cases.models import Case, CaseParty, EventKind, Part
from cases.services.common import lock, write_note
from cases.services.documents import keep_document
from cases.workflow import Actor
from governance_center.errors import GovernanceError, MissingInput, NotAllowed
from governance_center.ledger import text_digest
from governance_center.transactions import atomic
from mediation import scans
from mediation.models import Agreement, CourtGuidance, Instalment, Obligation, Urging


class AlreadyPerformed(GovernanceError):
    code = "already_performed"
    message = _("The performance was already recorded.")


class WrongDay(GovernanceError):
    code = "wrong_day"
    status = 422
    message = _("Choose a day between that of the agreement and today.")


class NotInForce(GovernanceError):
    code = "not_in_force"
    message = _("The agreement is not in force yet.")


class NothingOverdue(GovernanceError):
    code = "nothing_overdue"
    message = _("Nothing is overdue on that day.")


class NotUrged(GovernanceError):
    code = "not_urged"
    message = _("First urge whoever is late; the court comes after that.")


def may_record_performance(case: Case, user: User) -> bool:
    """The mediator of the case, or a dispatcher of the division."""
    return bool(workflow.relations(user, case) & {Actor.MEDIATOR, Actor.DISPATCH})


@atomic
def record_performance(
    *, due: Obligation | Instalment, by: User, performed_on: dt.date, proof: str, paper: bytes | None = None
) -> Obligation | Instalment:
    """Write down that an obligation, or one instalment of it, was performed, and how that is known.

    An obligation in instalments is performed with the last of them. The same record sent twice is one.

    Args:
        paper: a receipt or photo, kept in the file; PDF, JPEG or PNG.

    Raises:
        NotAllowed: see :func:`may_record_performance`. NotInForce: a signature or the seal is missing.
        WrongDay: before the agreement or in the future. MissingInput: without proof.
        AlreadyPerformed: recorded before, or paid in instalments that are recorded one by one. UnfitDocument.
    """
    agreement = (due.obligation if isinstance(due, Instalment) else due).agreement
    case, now = lock(agreement.case), timezone.now()
    due.refresh_from_db(fields=["performed_on", "proof"])
    agreement.refresh_from_db(fields=["in_force_on"])
    if not may_record_performance(case, by):
        raise NotAllowed()
    if agreement.in_force_on is None:
        raise NotInForce(_("The agreement is not in force yet. Record the signatures and the seal first."))
    if due.performed_on is not None:
        if due.performed_on == performed_on and due.proof is not None and due.proof.text == proof.strip():
            return due
        raise AlreadyPerformed()
    if isinstance(due, Obligation) and due.instalments.exists():
        raise AlreadyPerformed(_("This is paid in instalments; record them one by one."))
    if not agreement.reached_on <= performed_on <= timezone.localdate(now):
        raise WrongDay(field="performed_on")
    due.proof, digest = write_note(case, by=by, text=proof, at=now, field="proof")
    if paper:
        title = f"{agreement.number or case.number} · {performed_on}"
        scans.check(paper, title)
        due.proof_paper = keep_document(case=case, part=Part.PERFORMANCE, title=title, content=paper, by=by, at=now)
        case.refresh_from_db(fields=["ledger_length", "ledger_head"])
        digest["document"] = due.proof_paper.pk
    due.performed_on = performed_on
    due.save(update_fields=["performed_on", "proof", "proof_paper"])
    if isinstance(due, Instalment):
        _finish(due.obligation)
    facts = {"agreement": agreement.pk, due._meta.model_name or "": due.pk, "performed_on": performed_on.isoformat()}
    ledger.append(case, [ledger.Entry(EventKind.PERFORMED, by, facts | digest, now)])
    return due


def overdue(
    agreement: Agreement, today: dt.date, *, of: CaseParty | None = None, known_at: dt.datetime | None = None
) -> list[Obligation | Instalment]:
    """What is past its day and not performed, instalments one by one.

    Args:
        of: one party only.
        known_at: as it was recorded at that moment, for a letter that is printed again; None: as it is now.
    """
    rows = agreement.obligations.select_related("debtor__person", "creditor__person", "proof")
    rows = rows.prefetch_related("instalments__proof")
    found: list[Obligation | Instalment] = []
    for duty in rows:
        if (duty.performed_on and known_at is None) or (of is not None and duty.debtor_id != of.pk):
            continue
        parts = list(duty.instalments.all())
        for part in parts:
            part.obligation = duty
        due: list[Obligation | Instalment] = [*parts] or [duty]
        found += [one for one in due if one.due_on < today and not _was_performed(one, known_at)]
    return found


def _was_performed(one: Obligation | Instalment, known_at: dt.datetime | None) -> bool:
    """Whether its performance is recorded, or was by then; what came without a proof was known at once."""
    if one.performed_on is None or known_at is None or one.proof is None:
        return one.performed_on is not None
    return one.proof.created_at <= known_at


@atomic
def urge(
    *,
    agreement: Agreement,
    by: User,
    party: CaseParty,
    how: str,
    urged_on: dt.date,
    perform_by: dt.date,
    text: str,
    language: str = Language.CHINESE,
) -> Urging:
    """Record that a party who is late was urged to perform (人民调解法 art. 31); the same twice is one.

    Args:
        perform_by: the last day that was given, after the day of the urging.
        language: of ``text`` and of the letter.

    Raises:
        NotAllowed: see :func:`may_record_performance`. NotInForce. NothingOverdue: this party is late with nothing.
        WrongDay: urged before the agreement or in the future, or to perform before that. MissingInput: no text or how.
    """
    case, row, now = *_lock_in_force(agreement, by), timezone.now()
    if how not in Urging.How.values:
        raise MissingInput(field="how")
    if not text.strip():
        raise MissingInput(field="text")
    earlier = Urging.objects.filter(agreement=row, party=party, urged_on=urged_on, how=how).first()
    if earlier is not None:
        return earlier
    if not row.reached_on <= urged_on <= timezone.localdate(now):
        raise WrongDay(field="urged_on")
    if perform_by <= urged_on:
        raise WrongDay(_("Give a day after that of the urging."), field="perform_by")
    if not overdue(row, urged_on, of=party):
        raise NothingOverdue(field="party")
    made = Urging.objects.create(
        agreement=row, party=party, urged_on=urged_on, how=how, perform_by=perform_by, text=text.strip(),
        language=language, by=by, recorded_at=now,
    )  # fmt: skip
    facts = {
        "agreement": row.pk, "urging": made.pk, "party": party.pk, "how": str(how), "urged_on": urged_on.isoformat(),
        "perform_by": perform_by.isoformat(), "text_sha256": text_digest(made.text),
    }  # fmt: skip
    ledger.append(case, [ledger.Entry(EventKind.PERFORMANCE_URGED, by, facts, now)])
    return made


@atomic
def guide_to_court(*, agreement: Agreement, by: User, court: str, guided_on: dt.date) -> CourtGuidance:
    """Record that the parties were told the way to the court, after urging had no effect; a second time is the first.

    Raises:
        NotAllowed, NotInForce, NothingOverdue. NotUrged: nobody was urged yet. WrongDay. MissingInput: no court.
    """
    case, row, now = *_lock_in_force(agreement, by), timezone.now()
    earlier = CourtGuidance.objects.filter(agreement=row).first()
    if earlier is not None:
        return earlier
    first = row.urgings.order_by("urged_on").first()
    if first is None:
        raise NotUrged()
    if not overdue(row, guided_on):
        raise NothingOverdue()
    if not court.strip():
        raise MissingInput(field="court")
    if not first.urged_on <= guided_on <= timezone.localdate(now):
        raise WrongDay(_("Choose a day between that of the first urging and today."), field="guided_on")
    made = CourtGuidance.objects.create(agreement=row, court=court.strip(), guided_on=guided_on, by=by, recorded_at=now)
    facts = {"agreement": row.pk, "court": made.court, "guided_on": guided_on.isoformat()}
    ledger.append(case, [ledger.Entry(EventKind.GUIDED_TO_COURT, by, facts, now)])
    return made


def _lock_in_force(agreement: Agreement, by: User) -> tuple[Case, Agreement]:
    """The case and its agreement in force, locked. Raises NotAllowed, NotInForce."""
    case = lock(Case(pk=agreement.case_id))
    row = Agreement.objects.get(pk=agreement.pk)
    row.case = case
    if not may_record_performance(case, by):
        raise NotAllowed()
    if row.in_force_on is None:
        raise NotInForce()
    return case, row


def _finish(obligation: Obligation) -> None:
    """With its last instalment an obligation is performed."""
    if obligation.instalments.filter(performed_on__isnull=True).exists():
        return
    last = obligation.instalments.aggregate(last=Max("performed_on"))["last"]
    Obligation.objects.filter(pk=obligation.pk).update(performed_on=last)
