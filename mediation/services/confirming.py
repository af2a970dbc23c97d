"""Judicial confirmation of an agreement (人民调解法 art. 33; 民事诉讼法 arts. 205–206)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases import ledger
from cases.models import Case, EventKind, Part
from cases.services.common import lock
from cases.services.documents import keep_document
from governance_center.calendar import day_start, due_at
from governance_center.calendar import last_day as last_day_of
from governance_center.errors import GovernanceError, MissingInput, NotAllowed
from governance_center.transactions import atomic
from mediation import scans
from mediation.models import Agreement, Confirmation
from mediation.services.performing import may_record_performance
from mediation.services.signing import signers

DAYS = 30

Result = Confirmation.Result


class NotConfirmable(GovernanceError):
    code = "not_confirmable"
    message = _(
        "This agreement cannot be confirmed: not written, not in force, or about identity, adoption or marriage."
    )


class TooLateToConfirm(GovernanceError):
    code = "too_late_to_confirm"
    status = 422
    message = _("The application is made from the day of effect to %(day)s, and not in the future.")


class NotTogether(GovernanceError):
    code = "not_together"
    status = 422
    message = _("All parties apply together.")


class AlreadyAsked(GovernanceError):
    code = "confirmation_asked"
    message = _("Confirmation was applied for already.")


class AlreadyDecided(GovernanceError):
    code = "confirmation_decided"
    message = _("The result is recorded already.")


class WrongRulingDay(GovernanceError):
    code = "wrong_ruling_day"
    status = 422
    message = _("Choose a day between that of the application and today.")


def is_offered(agreement: Agreement) -> bool:
    """Whether its kind may be confirmed at all: written, and of a category that is not about identity, marriage or
    adoption, in which courts confirm no agreement (最高人民法院关于人民调解协议司法确认程序的若干规定 art. 4)."""
    return agreement.form == Agreement.Form.WRITTEN and agreement.case.category.is_confirmable


def last_day(in_force_on: dt.date) -> dt.date:
    """The last of thirty days from effect; where it is a rest day, the next working day (民事诉讼法 art. 85).

    Local holidays do not extend this statutory period.
    """
    return last_day_of(due_at(day_start(in_force_on), length=DAYS, unit="calendar_day", roll=True).at)


def standing(agreement: Agreement) -> Confirmation | None:
    """The application that was not withdrawn, if there is one."""
    return agreement.confirmations.exclude(result=Result.WITHDRAWN).first()


@atomic
def ask_confirmation(
    *, agreement: Agreement, by: User, court: str, asked_on: dt.date, parties: Collection[int]
) -> Confirmation:
    """Record that all parties applied to the court together; the same application sent twice is one.

    Args:
        parties: the keys of those who applied.

    Raises:
        NotAllowed: neither the mediator of the case nor a dispatcher. NotConfirmable. NotTogether.
        TooLateToConfirm: outside the thirty days. AlreadyAsked. MissingInput: no court.
    """
    case, row = _lock_row(agreement, by)
    if not is_offered(row) or row.in_force_on is None:
        raise NotConfirmable()
    earlier = standing(row)
    if earlier is not None:
        if earlier.asked_on == asked_on and earlier.court == court.strip():
            return earlier
        raise AlreadyAsked()
    if {one.party.pk for one in signers(row) if one.party} != set(parties):
        raise NotTogether(field="parties")
    if not court.strip():
        raise MissingInput(field="court")
    last, now = last_day(row.in_force_on), timezone.now()
    if not row.in_force_on <= asked_on <= min(last, timezone.localdate(now)):
        raise TooLateToConfirm(day=last.isoformat(), field="asked_on")
    made = Confirmation.objects.create(
        agreement=row, court=court.strip(), asked_on=asked_on, last_day=last, asked_by=by, asked_at=now
    )
    facts = {
        "agreement": row.pk, "confirmation": made.pk, "court": made.court, "asked_on": asked_on.isoformat(),
        "last_day": last.isoformat(), "parties": sorted(parties),
    }  # fmt: skip
    ledger.append(case, [ledger.Entry(EventKind.CONFIRMATION_ASKED, by, facts, now)])
    return made


@atomic
def record_decision(
    *,
    confirmation: Confirmation,
    by: User,
    result: str,
    decided_on: dt.date,
    ruling_number: str = "",
    scan: bytes | None = None,
) -> Confirmation:
    """Record what came of the application; a second time with the same result is the first.

    Args:
        ruling_number: needed where the court ruled.
        scan: of the ruling; PDF, JPEG or PNG.

    Raises:
        NotAllowed. AlreadyDecided. MissingInput: no result, or no number of a ruling. WrongRulingDay. UnfitDocument.
    """
    case, agreement = _lock_row(confirmation.agreement, by)
    row, now = Confirmation.objects.get(pk=confirmation.pk), timezone.now()
    if row.result:
        if row.result == result and row.decided_on == decided_on:
            return row
        raise AlreadyDecided()
    if result not in Result.values:
        raise MissingInput(field="result")
    if result != Result.WITHDRAWN and not ruling_number.strip():
        raise MissingInput(field="ruling_number")
    if not row.asked_on <= decided_on <= timezone.localdate(now):
        raise WrongRulingDay(field="decided_on")
    if scan:
        title = f"{ruling_number.strip() or agreement.number} · {decided_on}"[:120]
        scans.check(scan, title)
        row.scan = keep_document(case=case, part=Part.CONFIRMATION, title=title, content=scan, by=by, at=now)
        case.refresh_from_db(fields=["ledger_length", "ledger_head"])
    row.result, row.ruling_number, row.decided_on = result, ruling_number.strip(), decided_on
    row.decided_by, row.decided_at = by, now
    row.save(update_fields=["scan", "result", "ruling_number", "decided_on", "decided_by", "decided_at"])
    facts = {
        "agreement": agreement.pk, "confirmation": row.pk, "result": str(result), "ruling": row.ruling_number,
        "decided_on": decided_on.isoformat(), "document": row.scan_id,
    }  # fmt: skip
    ledger.append(case, [ledger.Entry(EventKind.CONFIRMATION_DECIDED, by, facts, now)])
    return row


def _lock_row(agreement: Agreement, by: User) -> tuple[Case, Agreement]:
    case = lock(Case(pk=agreement.case_id))
    row = Agreement.objects.get(pk=agreement.pk)
    row.case = case
    if not may_record_performance(case, by):
        raise NotAllowed()
    return case, row
