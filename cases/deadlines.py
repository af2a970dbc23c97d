"""Starting, meeting and cancelling the limits of a case."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from cases.models import Case, Deadline, LimitRule, Referral

SIGN = "sign_for_referral"
ASSIST_OPINION = "assist_opinion"
PETITION_ROUTE = "petition_route"


def handling_rule_code(kind: str) -> str:
    """Code of the limit under which a case of ``kind`` is to be handled."""
    return f"handle_{kind}"


def rules(*codes: str) -> dict[str, LimitRule]:
    """The rules by code, in one query."""
    return LimitRule.objects.in_bulk(codes)


def build(
    case: Case,
    rule: LimitRule,
    *,
    start: dt.datetime,
    local_holidays: Collection[dt.date],
    referral: Referral | None = None,
) -> Deadline:
    """An unsaved deadline under ``rule`` that starts at ``start``."""
    due = rule.due(start, local_holidays)
    warn_at = start + (due.at - start) * rule.warn_at / 100
    return Deadline(
        case=case,
        referral=referral,
        rule=rule,
        started_at=start,
        warn_at=warn_at,
        due_at=due.at,
        is_provisional=due.provisional,
    )


def meet_signing(referral: Referral, at: dt.datetime) -> None:
    """The department signed for the referral (or returned it)."""
    Deadline.objects.running().filter(referral=referral, rule_id=SIGN).update(met_at=at)


def meet_all(case: Case, at: dt.datetime) -> None:
    """The case came to an end: what still ran for it is met (in time or not, as its date says)."""
    Deadline.objects.running().filter(case=case).update(met_at=at)


def cancel(case: Case, at: dt.datetime, *, rule_code: str | None = None, referral: Referral | None = None) -> None:
    """What still ran is no longer asked for: withdrawn, recalled or started anew."""
    running = Deadline.objects.running().filter(case=case)
    if rule_code:
        running = running.filter(rule_id=rule_code)
    if referral:
        running = running.filter(referral=referral)
    running.update(cancelled_at=at)
