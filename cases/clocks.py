"""Clocks of whistles and orders, shown as the limits of cases are."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.models import SupervisionOrder, WhistleCall


@dataclass(frozen=True, slots=True)
class Clock:
    """A limit that is not a row of its own; drawn by ``components/_badge_due.html``."""

    label: str | Promise
    started_at: dt.datetime
    due_at: dt.datetime
    met_at: dt.datetime | None
    warn_percent: int = 80
    is_paused: bool = False  # these never stand still

    @property
    def is_met(self) -> bool:
        return self.met_at is not None

    @property
    def colour(self) -> str:
        """``green``, ``yellow`` (much of the time is gone) or ``red`` (past due, or met too late)."""
        moment = self.met_at or timezone.now()
        if moment >= self.due_at:
            return "red"
        warn_at = self.started_at + (self.due_at - self.started_at) * self.warn_percent / 100
        return "yellow" if moment >= warn_at and not self.is_met else "green"

    @property
    def days_left(self) -> int:
        last = timezone.localdate(self.due_at - dt.timedelta(microseconds=1))
        return (last - timezone.localdate()).days


def clocks_of(call: WhistleCall) -> list[Clock]:
    """The three clocks of a call: signing, contact, reporting in."""
    start = call.whistle.raised_at
    return [
        Clock(_("sign for it"), start, call.sign_by, call.signed_at),
        Clock(_("make contact"), start, call.contact_by, call.contacted_at),
        Clock(_("report in"), start, call.report_by, call.reported_at),
    ]


def next_clock(call: WhistleCall) -> Clock:
    """The clock that runs now; the last one when all are met."""
    clocks = clocks_of(call)
    return next((clock for clock in clocks if not clock.is_met), clocks[-1])


def order_clock(order: SupervisionOrder) -> Clock:
    return Clock(_("answer"), order.issued_at, order.answer_by, order.answered_at or order.lifted_at)
