"""Cases of many days for tests of early warning, written at once and without their lives."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

from cases.models import Case, CaseParty, Person
from governance_center.calendar import day_start, is_working_day
from tests.world import VILLAGE, World

_numbers = itertools.count(1)


def cases_on(world: World, day: dt.date, count: int = 1, category: str = "neighbour", **fields: Any) -> list[Case]:
    """``count`` cases registered at ten o'clock of a local day in Liyuan community."""
    at = day_start(day) + dt.timedelta(hours=10)
    values: dict[str, Any] = {
        "centre": world.centre, "division_id": VILLAGE, "kind": "dispute", "category_id": category, "title": "测试",
        "state_since": at, "registered_at": at, "registered_by": world.clerk,
    }  # fmt: skip
    rows = [Case(number=f"T-{next(_numbers):06d}", **{**values, **fields}) for _one in range(count)]
    return Case.objects.bulk_create(rows)


def history(world: World, until: dt.date, days: int = 400) -> None:
    """One case a working day of a usual kind, and one of another kind in a month."""
    for offset in range(days):
        day = until - dt.timedelta(days=offset)
        if is_working_day(day)[0]:
            cases_on(world, day)
            if offset % 28 == 27:
                cases_on(world, day, category="social_insurance")


def party_to(case: Case, person: Person, part: str = "applicant") -> None:
    CaseParty.objects.create(case=case, person=person, part=part)
