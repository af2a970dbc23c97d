"""Shifts and answers in the roll-ups equal what their own tables say, folded or not, whatever is changed."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable

import pytest
from django.utils import timezone

from accounts.models import User
from departments.models import Centre, RotaPlan, Shift, Window
from intake.models import Visit
from reporting import counted
from reporting.models import ChangedDesk, DeskDay
from reporting.periods import Period
from reporting.rollups import desk
from reporting.rollups.folding import fold
from reporting.rollups.reading import reading
from reporting.rollups.rebuilding import differences, rebuild
from tests.world import LIYUAN, LONGJING, YANJI, World

DAY = dt.timedelta(days=1)


def answer(centre: Centre, clerk: User, at: dt.datetime, outcome: str = "answered") -> Visit:
    return Visit.objects.create(
        centre=centre, clerk=clerk, at=at, channel="walk_in", language="ko", outcome=outcome, answer="답복",
        submission_key=uuid.uuid4(),
    )  # fmt: skip


@pytest.fixture
def desks(world: World) -> World:
    """Shifts over months, in force, entered by hand and only proposed; answers at two desks."""
    now, today = timezone.now(), timezone.localdate()
    plans = [
        RotaPlan.objects.create(
            centre=world.centre, first=today - 90 * DAY, last=today + 9 * DAY, state=state, made_by=world.dispatcher
        )
        for state in ("in_force", "proposed")
    ]
    window, other = (Window.objects.create(centre=world.centre, number=n, is_in_rota=True) for n in (12, 13))
    elsewhere = Window.objects.create(centre=world.yanji, number=12, is_in_rota=True)
    for back in (*range(-9, 80, 3), 0, 1):
        for one, plan in ((window, plans[0]), (other, plans[1]), (elsewhere, None)):
            came = now - back * DAY if back >= 0 and back % 2 == 0 else None
            Shift.objects.get_or_create(
                plan=plan, window=one, day=today - back * DAY, half="am",
                defaults={
                    "centre": one.centre, "department_id": "civil_affairs", "checked_in_at": came,
                    "checked_out_at": came if back % 4 == 0 else None,
                },
            )  # fmt: skip
        answer(world.centre, world.clerk, now - abs(back) * DAY)
    answer(world.yanji, world.clerk, now)
    return world


def compare() -> None:
    today = timezone.localdate()
    periods = [
        Period(today - 400 * DAY, today + 30 * DAY), Period(today - 40 * DAY, today), Period(today, today),
        Period(today - 3 * DAY, today - DAY), Period(today + DAY, today + 5 * DAY), Period(today, today - DAY),
        Period(dt.date(today.year, 1, 1), dt.date(today.year, 12, 31)),
    ]  # fmt: skip
    with reading() as reader:
        for scope in ("2224", LONGJING, YANJI, LIYUAN):
            for period in periods:
                assert desk.shifts(reader, scope, period) == counted.totals("shifts", scope, period), (scope, period)
                told = counted.totals("answers", scope, period)["answered"]
                assert desk.answered(reader, scope, period) == told, (scope, period)


def come() -> None:
    shift = Shift.objects.filter(day=timezone.localdate(), checked_in_at=None).first()
    shift = shift or Shift.objects.filter(checked_in_at=None).earliest("day")
    Shift.objects.filter(pk=shift.pk).update(checked_in_at=timezone.now())


def put_in_force() -> None:
    RotaPlan.objects.filter(state="in_force").update(state="replaced")
    RotaPlan.objects.filter(state="proposed").update(state="in_force")


def take_away() -> None:
    Shift.objects.filter(day__lt=timezone.localdate() - 30 * DAY).delete()
    Visit.objects.filter(centre_id=YANJI).delete()


def answer_otherwise() -> None:
    first = Visit.objects.earliest("at")
    Visit.objects.filter(pk=first.pk).update(at=timezone.now() - 200 * DAY)
    last = Visit.objects.latest("pk")
    Visit.objects.filter(pk=last.pk).update(centre_id=LONGJING)


@pytest.mark.parametrize("is_folded", [False, True])
@pytest.mark.parametrize("change", [come, put_in_force, take_away, answer_otherwise])
def test_the_kept_days_say_what_the_tables_say(desks: World, change: Callable[[], None], is_folded: bool) -> None:
    """Folding leaves nothing waiting and no month that differs from its days."""
    fold()
    assert not ChangedDesk.objects.exists()
    assert DeskDay.objects.filter(grain="m").exists()
    compare()
    change()
    assert ChangedDesk.objects.exists()
    if is_folded:
        fold()
        assert not ChangedDesk.objects.exists()
    compare()
    assert [row for row in differences() if row.what == "desk"] == []


def test_what_is_not_folded_is_read_as_well(desks: World) -> None:
    assert not DeskDay.objects.exists()
    compare()
    today = timezone.localdate()
    with reading() as reader:
        assert desk.answered(reader, YANJI, Period(today - DAY, today)) == 1


def test_counting_everything_anew_says_the_same(desks: World) -> None:
    fold()
    kept = list(DeskDay.objects.order_by("pk").values())
    rebuild()
    assert list(DeskDay.objects.order_by("pk").values()) == kept
    assert not ChangedDesk.objects.exists()
    compare()


def test_the_check_finds_a_day_that_is_wrong(desks: World) -> None:
    fold()
    row = DeskDay.objects.filter(grain="d", attended__gt=0).order_by("pk").first()
    assert row is not None
    DeskDay.objects.filter(pk=row.pk).update(attended=row.attended + 1)
    found = {(one.what, one.where.split()[0]) for one in differences()}
    assert ("desk", "d") in found
    assert ("desk", "m") in found
