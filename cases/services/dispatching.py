"""Sending a case to departments: referrals, limits, the stored decision and who is told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any

from django.urls import reverse

from accounts.models import Role, User
from accounts.notifications import notify
from cases import deadlines, ledger, routing
from cases.models import Case, Deadline, EventKind, LimitRule, Note, Referral, RoutingDecision
from departments.models import Mode, Shift
from departments.presence import local_holidays_of
from governance_center.calendar import local_day


def send(
    case: Case,
    decision: routing.Decision,
    *,
    by: User | None,
    at: dt.datetime,
    binding: bool = False,
    note: Note | None = None,
    local_holidays: Collection[dt.date] | None = None,
) -> tuple[ledger.Entry, set[str]]:
    """Carry out a routing decision for a locked, accepted case.

    Writes the decision, one referral for each department and their limits; the handling limit starts now,
    at dispatch, not at signing. Changes the case in memory and returns the ledger entry and the changed
    fields; the caller appends them. Without a lead the case waits for the dispatcher.
    """
    if local_holidays is None:
        local_holidays = local_holidays_of(case.centre_id)
    rules = deadlines.rules(deadlines.SIGN, deadlines.ASSIST_OPINION, deadlines.handling_rule_code(case.kind))
    referrals = _refer(case, decision, at=at, binding=binding)
    limits = [
        deadlines.build(case, rules[deadlines.SIGN], start=at, local_holidays=local_holidays, referral=referral)
        for referral in referrals
    ]
    limits += [
        deadlines.build(
            case, rules[deadlines.ASSIST_OPINION], start=at, local_holidays=local_holidays, referral=referral
        )
        for referral in referrals
        if referral.is_opinion_required
    ]
    changed = {"lead", "is_contested", "due_at"}
    case.lead = decision.lead.department if decision.lead else None
    case.is_contested = case.lead is None
    if decision.lead:
        limits += _handling_limit(case, rules, at=at, local_holidays=local_holidays)
    Deadline.objects.bulk_create(limits)
    shift = _shift_of(case, decision, local_day(at))
    decision_row(case, decision, by=by, at=at, note=note, shift=shift).save()
    tell_departments(case, referrals)
    if case.is_contested:
        tell_dispatchers(case, "case.to_decide", key=f"case:{case.pk}:to_decide:{case.ledger_length}")
    return routing_entry(case, decision, by=by, at=at, binding=binding, note=note), changed


def decision_row(
    case: Case,
    decision: routing.Decision,
    *,
    by: User | None,
    at: dt.datetime,
    note: Note | None = None,
    shift: Shift | None = None,
) -> RoutingDecision:
    """The unsaved record of a decision: the rule, the facts it saw, where the lead is met and what was passed over.

    Args:
        note: the reasons of a final ruling; a ruling is kept as a precedent.
    """
    return RoutingDecision(
        case_id=case.pk,
        at=at,
        by=by,
        lead=case.lead,
        reasons=decision.reasons,
        rule_id=decision.rule.pk if decision.rule else None,
        facts=decision.facts,
        alternatives=decision.alternatives,
        station=decision.lead.station if decision.lead else None,
        shift=shift,
        is_ruling=note is not None,
        is_precedent=note is not None,
        note=note,
    )


def _shift_of(case: Case, decision: routing.Decision, day: dt.date) -> Shift | None:
    """The shift on which a rotating lead is met; None where the rota has none."""
    lead = decision.lead
    if lead is None or lead.station is None or lead.station.mode != Mode.ROTATING:
        return None
    met = (lead.presence.next_day if lead.presence else None) or day
    shifts = Shift.objects.in_force().filter(centre=case.centre_id, department=lead.department, day=met)
    return shifts.order_by("half").first()


def tell_departments(case: Case, referrals: Sequence[Referral]) -> None:
    """Tell the officers of each department that a referral waits for them."""
    for referral in referrals:
        notify(
            officers_of(referral),
            "referral.new" if referral.is_lead else "referral.assist",
            key=f"referral:{referral.pk}",
            params={"number": case.number},
            url=reverse("cases:detail", args=[case.number]),
        )


def tell_dispatchers(case: Case, kind: str, *, key: str) -> None:
    """Tell the dispatchers of the level that holds the case (of the nearest above it that has any)."""
    notify(
        staff_for(Role.DISPATCHER, case.holder_code),
        kind,
        key=key,
        params={"number": case.number},
        url=reverse("cases:detail", args=[case.number]),
    )


def officers_of(referral: Referral) -> list[User]:
    """The officers of the department whose division holds the referral's."""
    return department_officers([referral.department_id], referral.division_id)


def department_officers(departments: Sequence[str], division_code: str) -> list[User]:
    """The officers of some departments (by code) whose division holds ``division_code``."""
    return list(
        User.objects.filter(
            role=Role.OFFICER,
            is_active=True,
            department__in=departments,
            division__in=_prefixes(division_code),
        )
    )


def staff_for(role: str, division_code: str) -> list[User]:
    """The active users of a role at the nearest level, from the division upwards, that has any."""
    found = list(User.objects.filter(role=role, is_active=True, division__in=_prefixes(division_code)))
    nearest = max((user.scope_code for user in found), key=len, default="")
    return [user for user in found if user.scope_code == nearest]


def _refer(case: Case, decision: routing.Decision, *, at: dt.datetime, binding: bool) -> list[Referral]:
    if decision.lead is None:
        return []
    targets = [(decision.lead, Referral.Role.LEAD)]
    targets += [(target, Referral.Role.ASSIST) for target in decision.assistants]
    return Referral.objects.bulk_create(
        [
            Referral(
                case=case,
                department=target.department,
                division_id=target.division_id,
                role=role,
                dispatched_at=at,
                is_binding=binding and role == Referral.Role.LEAD,
                is_opinion_required=decision.asks_opinions and role == Referral.Role.ASSIST,
            )
            for target, role in targets
        ]
    )


def _handling_limit(
    case: Case, rules: dict[str, LimitRule], *, at: dt.datetime, local_holidays: Collection[dt.date]
) -> list[Deadline]:
    """The handling limit, unless it runs already: a second dispatch does not give time back."""
    if case.due_at is not None:
        return []
    rule = rules[deadlines.handling_rule_code(case.kind)]
    limit = deadlines.build(case, rule, start=at, local_holidays=local_holidays)
    case.due_at = limit.due_at
    return [limit]


def routing_entry(
    case: Case, decision: routing.Decision, *, by: User | None, at: dt.datetime, binding: bool, note: Note | None
) -> ledger.Entry:
    """The ledger entry of a decision that was just carried out on ``case``."""
    data: dict[str, Any] = {
        "lead": case.lead_id,
        "assistants": [target.department.pk for target in decision.assistants],
        "reasons": [reason["code"] for reason in decision.reasons],
    }
    if decision.rule:
        data["rule"] = decision.rule.pk
    if note:
        data["note"] = note.pk
    return ledger.Entry(EventKind.RULED if binding else EventKind.ROUTED, by, data, at)


def _prefixes(division_code: str) -> list[str]:
    return [division_code[:length] for length in (4, 6, 9, 12) if len(division_code) >= length]
