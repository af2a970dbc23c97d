"""Attendance: what is due, what was attended, and what does not count yet."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from departments.models import RotaPlan, Shift, Window
from reporting.attendance import by_department
from reporting.periods import Period
from tests.world import World

TODAY = dt.date(2026, 3, 18)
MARCH = Period(dt.date(2026, 3, 1), dt.date(2026, 3, 31))


@pytest.fixture
def window(world: World) -> Window:
    return Window.objects.create(centre=world.centre, number=12, is_in_rota=True)


def shift(window: Window, day: int, *, half: str = "am", attended: bool = False, left: bool = False,
          department: str = "civil_affairs", plan: RotaPlan | None = None, month: int = 3) -> Shift:  # fmt: skip
    now = timezone.now()
    return Shift.objects.create(
        centre=window.centre, window=window, department_id=department, plan=plan, day=dt.date(2026, month, day),
        half=half, checked_in_at=now if attended else None, checked_out_at=now if left else None,
    )  # fmt: skip


def rates(scope: str = "222405") -> dict[str, tuple[int, int, int]]:
    rows = by_department(scope, MARCH, TODAY)
    return {row.department.pk: (row.shifts, row.attended, row.checked_out) for row in rows}


def test_a_shift_that_is_over_counts_whether_somebody_came_or_not(world: World, window: Window) -> None:
    shift(window, 16, attended=True, left=True)
    shift(window, 17, attended=True)
    shift(window, 17, half="pm")
    assert rates() == {"civil_affairs": (3, 2, 1)}
    share = by_department("222405", MARCH, TODAY)[0].share
    assert (share.numerator, share.denominator, share.is_small) == (2, 3, True)


def test_today_and_later_count_only_once_somebody_came(world: World, window: Window) -> None:
    shift(window, 18)
    shift(window, 19)
    assert rates() == {}
    shift(window, 18, half="pm", attended=True)
    assert rates() == {"civil_affairs": (1, 1, 0)}


def test_the_period_the_place_and_the_force_of_the_plan_bound_it(world: World, window: Window) -> None:
    shift(window, 27, month=2, attended=True)
    proposed = RotaPlan.objects.create(
        centre=window.centre, first=MARCH.first, last=MARCH.last, state="proposed", made_by=world.dispatcher
    )
    shift(window, 16, plan=proposed)
    assert rates() == {}
    shift(window, 16, half="pm", attended=True)
    assert rates("222401") == {}
    assert rates("2224") == {"civil_affairs": (1, 1, 0)}


def test_departments_stand_apart(world: World, window: Window) -> None:
    shift(window, 16, attended=True)
    shift(window, 16, half="pm", department="tax")
    assert rates() == {"civil_affairs": (1, 1, 0), "tax": (1, 0, 0)}
