"""What became of an agreement in force, for the page of its case: performance, the court, confirmation."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone

from accounts.models import User
from cases.models import Case
from mediation.models import Agreement, Confirmation, CourtGuidance, Urging
from mediation.services import confirming, may_record_performance
from mediation.services.performing import overdue


@dataclass(frozen=True, slots=True)
class Life:
    """What there is to show, and what may be done now by whoever looks."""

    urgings: Sequence[Urging]
    guidance: CourtGuidance | None
    confirmations: Sequence[Confirmation]
    confirm_until: dt.date | None
    """the last day of the thirty, where confirmation is offered and not applied for"""
    days_left: int
    may_urge: bool
    may_guide: bool
    may_ask: bool
    may_decide: bool

    @property
    def is_shown(self) -> bool:
        return bool(self.urgings or self.guidance or self.confirmations or self.confirm_until or self.may_urge)


def of(agreement: Agreement, case: Case, user: User) -> Life | None:
    """None before it is in force."""
    if agreement.in_force_on is None:
        return None
    today = timezone.localdate()
    agreement.case = case
    may = may_record_performance(case, user)
    urgings = list(agreement.urgings.select_related("party__person"))
    guidance = CourtGuidance.objects.filter(agreement=agreement).first()
    confirmations = list(agreement.confirmations.select_related("scan"))
    asked = [row for row in confirmations if row.result != Confirmation.Result.WITHDRAWN]
    offered = confirming.is_offered(agreement) and not asked
    last = confirming.last_day(agreement.in_force_on) if offered else None
    late = may and bool(overdue(agreement, today))
    return Life(
        urgings=urgings,
        guidance=guidance,
        confirmations=confirmations,
        confirm_until=last,
        days_left=(last - today).days if last else 0,
        may_urge=late,
        may_guide=late and bool(urgings) and guidance is None,
        may_ask=may and last is not None and today <= last,
        may_decide=may and any(not row.result for row in confirmations),
    )
