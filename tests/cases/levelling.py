"""A case between the levels: who is above and below, and the moves in one line each."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Notification, Role, User
from cases.models import Case, HandOver, LimitRule, Referral
from cases.services import (
    ask_hand_up,
    hand_down,
    resolve_case,
    sign_referral,
)
from departments.models import Centre
from tests.world import LIYUAN, World, make_case, make_user

WHY = "두 현에 걸친 일이라 여기서 해결할수 없다"


@pytest.fixture
def limits(world: World) -> None:
    for code, length in (("hand_up_answer", 1), ("hand_down_report", 10)):
        LimitRule.objects.create(
            code=code, name_zh_hans=code, name_ko=code, length=length, unit="working_day", starts="-",
            applies_to="case", basis_zh_hans="依据", basis_ko="근거", basis_kind="policy", local_holidays=True,
        )  # fmt: skip


@pytest.fixture
def above(limits: None) -> User:
    """The dispatcher of the prefecture."""
    return make_user("above", Role.DISPATCHER, "2224")


@pytest.fixture
def street(world: World) -> User:
    return make_user("street", Role.OFFICER, LIYUAN, "township")


@pytest.fixture
def case(world: World) -> Case:
    return make_case(world)


@pytest.fixture
def township_case(world: World, limits: None) -> Case:
    """Registered at the street's own centre."""
    world.centre = Centre.objects.get(pk=LIYUAN)
    return make_case(world)


def ask(case: Case, by: User, **fields: Any) -> HandOver:
    return ask_hand_up(case=case, by=by, **{"reason": "beyond_powers", "note": WHY, **fields})


def order(case: Case, by: User, to_level: str = "township", **fields: Any) -> HandOver:
    return hand_down(case=case, by=by, to_level=to_level, **{"reason": "near", "note": WHY, **fields})


def lead_of(case: Case) -> Referral:
    return Referral.objects.current().leading().get(case=case)


def settle(case: Case, officer: User) -> Case:
    sign_referral(referral=lead_of(case), by=officer)
    return resolve_case(case=Case.objects.get(pk=case.pk), by=officer, outcome="settled", note="已解决")


def told(kind: str) -> set[str]:
    return set(Notification.objects.filter(kind=kind).values_list("recipient__username", flat=True))
