"""What the tests of whistles and supervision share: the limits of whistles, and a street that raises one."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.utils import timezone

from accounts.models import Role, User
from cases.models import LimitRule, Whistle, WhistleCall
from cases.services import whistles
from departments.models import Department
from tests.world import LIYUAN, LONGJING, World, make_user

RULES = (
    ("whistle_sign", 1, "hour"),
    ("whistle_contact", 24, "hour"),
    ("whistle_report_work", 3, "working_day"),
    ("whistle_report_tough", 5, "working_day"),
)
HOUR, LONG = dt.timedelta(hours=1), dt.timedelta(days=40)


def make_limits() -> None:
    for code, length, unit in RULES:
        LimitRule.objects.create(
            code=code, name_zh_hans=code, name_ko=code, length=length, unit=unit, starts="whistle",
            applies_to="whistle", basis_zh_hans="依据", basis_ko="근거", basis_kind="policy", local_holidays=True,
        )  # fmt: skip


def make_street() -> User:
    return make_user("street", Role.OFFICER, LIYUAN, "township")


def blow(street: User, *codes: str, **fields: Any) -> Whistle:
    """A whistle of the street for some departments."""
    values: dict[str, Any] = {
        "kind": "work", "title": "楼道堆放杂物",
        "text": "복도에 쌓인 물건을 함께 치워주십시오", "submission_key": uuid.uuid4(),
    }  # fmt: skip
    departments = list(Department.objects.filter(pk__in=codes or ("tax", "justice")))
    return whistles.raise_whistle(by=street, departments=departments, **{**values, **fields})


def call_of(whistle: Whistle, code: str) -> WhistleCall:
    return whistle.calls.select_related("whistle", "department").get(department=code)


def answer(call: WhistleCall, by: User, **fields: Any) -> WhistleCall:
    today = timezone.localdate()
    values: dict[str, Any] = {
        "taken_up_on": today, "spoke_with": "崔主任", "measures": "今日清理", "done_by": today,
    }  # fmt: skip
    return whistles.report_in(call=call, by=by, **{**values, **fields})


def county_people(world: World) -> tuple[User, User]:
    """The dispatcher and an official of the county."""
    return world.dispatcher, make_user("leader", Role.OFFICIAL, LONGJING)
