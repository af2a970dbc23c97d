"""What can stand on the dispatcher's board, made for tests."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone

from accounts.models import User
from cases import board
from cases.models import (
    Case,
    HandOver,
    Note,
    OnCallCall,
    RiskLevel,
    SupervisionOrder,
    Whistle,
)  # fmt: skip
from cases.services import (
    call_now,
    return_referral,
    supervision,
)  # fmt: skip
from departments.models import Department, Division
from tests.cases.whistling import blow, make_limits, make_street
from tests.world import LIYUAN, LONGJING, World, make_case

HTMX = {"HTTP_HX_REQUEST": "true"}
PAST = dt.timedelta(minutes=1)


def listed(user: User) -> dict[str, list[Any]]:
    """What stands on the board of ``user``: the subjects of the rows of each list."""
    return {one.of.code: [row.subject for row in one.rows] for one in board.fill(user)}


def held_by(user: User, subject: object) -> set[str]:
    return {code for code, rows in listed(user).items() if subject in rows}


def rated(case: Case, level: int = RiskLevel.HIGH, score: int = 50) -> Case:
    part = {"code": "violence", "points": score, "evidence": ["刀"]}
    Case.objects.filter(pk=case.pk).update(risk_level=level, risk_score=score, risk_parts=[part])
    case.refresh_from_db()
    return case


def limit(case: Case, rule: str, due: dt.datetime) -> None:
    assert case.deadlines.filter(rule=rule).update(due_at=due, warn_at=due - PAST)


def contest(world: World) -> Case:
    """A case that two departments returned."""
    case = make_case(world)
    for officer in (world.tax, world.hr):
        referral = case.referrals.current().leading().get()
        return_referral(referral=referral, by=officer, reason="not_competent", note="职责不在本局")
    case.refresh_from_db()
    return case


def called(world: World) -> OnCallCall:
    """A call whose response time is over."""
    case = make_case(world, "psychological")
    call = call_now(referral=case.referrals.current().leading().get(), by=world.dispatcher)
    OnCallCall.objects.update(answer_by=timezone.now() - PAST)
    call.refresh_from_db()
    return call


def whistle_of(*codes: str) -> Whistle:
    make_limits()
    return blow(make_street(), *codes)


def ordered(world: World, case: Case, level: int = 1) -> SupervisionOrder:
    tax = Department.objects.get(pk="tax")
    order = supervision.issue_order(
        by=world.dispatcher, case=case, department=tax, level=level, reason="not_handled", text="限期办理"
    )
    SupervisionOrder.objects.filter(pk=order.pk).update(answer_by=timezone.now() - PAST)
    order.refresh_from_db()
    return order


def handed_up(world: World, target: str = LONGJING) -> HandOver:
    case = make_case(world)
    note = Note.objects.create(case=case, author=world.clerk, text="超出权限", created_at=timezone.now())
    return HandOver.objects.create(
        case=case, direction="up", state="asked", from_division=Division.objects.get(pk=LIYUAN),
        to_division=Division.objects.get(pk=target), reason="beyond_powers", note=note, by=world.clerk,
        at=timezone.now(), deadline=case.deadlines.filter(referral__isnull=True).first(),
    )  # fmt: skip
