"""The pages of the rota: who may open them, in both languages, and what they do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import icalendar
import pytest
from django.test import Client
from django.utils import timezone

from cases.rota_planning import solve_plan
from departments import services
from departments.models import CalendarFeed, Department, RotaAbsence, RotaPlan, RotaWish, Shift, Station, Window
from tests.world import LONGJING, World, make_user

SignIn = Callable[..., Client]
PLANNING = ("/rota/", "/rota/what-if/", "/rota/plans/{plan}/")
CALENDAR = ("/rota/calendar/", "/rota/calendar/?span=month", "/rota/calendar/?print=1")
EVERYONE = ("clerk", "tax", "mediator", "dispatcher", "official", "administrator")


@pytest.fixture
def plan(world: World) -> RotaPlan:
    """A proposal for the four weeks from today: civil affairs at window 12."""
    window = Window.objects.create(centre=world.centre, number=12, is_in_rota=True)
    Station.objects.filter(department="civil_affairs").update(window=window)
    services.set_wish(
        by=world.dispatcher, centre=world.centre, department=Department.objects.get(pk="civil_affairs"),
        at_least=4, at_most=30,
    )  # fmt: skip
    first = timezone.localdate()
    plan = services.ask_plan(by=world.dispatcher, centre=world.centre, first=first, last=first + dt.timedelta(days=27))
    solve_plan(plan.pk)
    plan.refresh_from_db()
    return plan


@pytest.fixture
def shift(world: World, plan: RotaPlan) -> Shift:
    """Civil affairs is on this morning, whatever day it is."""
    return Shift.objects.create(
        centre=world.centre, department_id="civil_affairs", window=Window.objects.get(number=12),
        day=timezone.localdate(), half="am",
    )  # fmt: skip


@pytest.mark.parametrize("language", ["zh-hans", "ko"])
@pytest.mark.parametrize("who", EVERYONE)
def test_who_may_open_what(world: World, sign_in: SignIn, plan: RotaPlan, who: str, language: str) -> None:
    client = sign_in(getattr(world, who), language)
    for path in PLANNING:
        expected = 200 if who == "dispatcher" else 403
        assert client.get(path.format(plan=plan.pk)).status_code == expected, path
    for path in CALENDAR:
        expected = 403 if who in {"mediator", "administrator"} else 200
        assert client.get(path).status_code == expected, path
    expected = 200 if who in {"dispatcher", "official"} else 403
    assert client.get("/dashboard/attendance/").status_code == expected
    for path in (f"/rota/plans/{plan.pk}/in-force/", "/rota/wish/", f"/rota/shifts/{plan.shifts.first().pk}/lock/"):
        if who != "dispatcher":
            assert client.post(path).status_code == 403, path


@pytest.mark.parametrize(
    ("language", "words"),
    [("zh-hans", "2099年的节假日安排尚未公布"), ("ko", "2099년의 휴식일이 아직 공포되지 않았습니다")],
)
def test_where_the_holidays_of_a_year_are_not_published_the_calendar_says_so(
    world: World, sign_in: SignIn, plan: RotaPlan, shift: Shift, language: str, words: str
) -> None:
    Shift.objects.filter(pk=shift.pk).update(day=dt.date(2099, 1, 5))
    client = sign_in(world.clerk, language)
    for path in ("/rota/calendar/?day=2099-01-05", "/rota/calendar/?day=2099-01-05&print=1"):
        assert words in client.get(path).content.decode(), path
    Shift.objects.filter(pk=shift.pk).update(day=dt.date(2026, 1, 5))
    assert words[5:] not in client.get("/rota/calendar/?day=2026-01-05").content.decode()


def test_another_county_sees_nothing_of_it(world: World, sign_in: SignIn, plan: RotaPlan) -> None:
    client = sign_in(make_user("dispatcher.yanji", "dispatcher", "222401"))
    for path in (f"/rota/plans/{plan.pk}/", f"/rota/?centre={LONGJING}", f"/rota/calendar/?centre={LONGJING}"):
        assert client.get(path).status_code == 404, path
    assert client.post(f"/rota/plans/{plan.pk}/in-force/").status_code == 404
    assert client.get("/rota/").status_code == 200


def test_asking_twice_makes_one_plan(world: World, sign_in: SignIn, plan: RotaPlan) -> None:
    client = sign_in(world.dispatcher)
    form = {"first": "2099-01-01", "last": "2099-03-31"}
    answers = [client.post("/rota/", form) for _time in range(2)]
    assert {answer.status_code for answer in answers} == {302}
    waiting = RotaPlan.objects.get(state="waiting")
    page = client.get(f"/rota/plans/{waiting.pk}/").content.decode()
    assert 'hx-trigger="every 1s"' in page
    part = client.get(f"/rota/plans/{waiting.pk}/", headers={"HX-Request": "true"})
    assert "<html" not in part.content.decode()
    assert "HX-Refresh" not in part.headers
    assert client.get(f"/rota/plans/{plan.pk}/", headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/rota/", {"first": "2099-03-01", "last": "2099-01-01"}),
        ("/rota/wish/", {"department": "civil_affairs", "at_least": 9, "at_most": 3}),
        ("/rota/absence/", {"department": "civil_affairs", "first": "2099-03-09", "last": "2099-03-01"}),
        ("/rota/absence/", {"department": "tax", "first": "2099-03-01", "last": "2099-03-01"}),
    ],
)
def test_what_is_wrong_comes_back_as_typed(
    world: World, sign_in: SignIn, plan: RotaPlan, path: str, form: dict[str, Any]
) -> None:
    answer = sign_in(world.dispatcher).post(path, form)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert all(f'value="{value}"' in page for key, value in form.items() if key in {"first", "last", "at_most"})
    assert not RotaAbsence.objects.exists()
    assert RotaWish.objects.get().at_most == 30


def test_wishes_and_absences_are_kept(world: World, sign_in: SignIn, plan: RotaPlan) -> None:
    client = sign_in(world.dispatcher)
    client.post("/rota/wish/", {"department": "civil_affairs", "at_least": 3, "at_most": 9})
    assert RotaWish.objects.get().at_most == 9
    client.post("/rota/absence/", {"department": "civil_affairs", "first": "2099-03-01", "last": "2099-03-02"})
    absence = RotaAbsence.objects.get()
    assert "2099-03-02" in client.get("/rota/").content.decode()
    client.post(f"/rota/absence/{absence.pk}/remove/")
    assert not RotaAbsence.objects.exists()


def test_locking_computing_again_and_putting_in_force(world: World, sign_in: SignIn, plan: RotaPlan) -> None:
    client = sign_in(world.dispatcher)
    shift = plan.shifts.first()
    client.post(f"/rota/shifts/{shift.pk}/lock/", {"month": f"{shift.day:%Y-%m}"})
    shift.refresh_from_db()
    assert shift.is_locked
    client.post(f"/rota/plans/{plan.pk}/swap/", {"shift": [shift.pk]})
    client.post(f"/rota/plans/{plan.pk}/again/")
    plan.refresh_from_db()
    assert plan.state == "waiting"
    solve_plan(plan.pk)
    assert plan.shifts.filter(is_locked=True, day=shift.day, half=shift.half).exists()
    client.post(f"/rota/plans/{plan.pk}/in-force/")
    plan.refresh_from_db()
    assert plan.state == "in_force"


def test_the_desk_checks_in_on_the_calendar(world: World, sign_in: SignIn, shift: Shift) -> None:
    client = sign_in(world.clerk)
    assert f"/rota/shifts/{shift.pk}/in/" in client.get("/rota/calendar/").content.decode()
    client.post(f"/rota/shifts/{shift.pk}/in/")
    assert f"/rota/shifts/{shift.pk}/out/" in client.get("/rota/calendar/").content.decode()
    client.post(f"/rota/shifts/{shift.pk}/out/")
    shift.refresh_from_db()
    assert shift.checked_in_by == world.clerk
    assert shift.checked_out_at is not None
    page = sign_in(world.dispatcher).get("/dashboard/attendance/").content.decode()
    assert "100.0 %" in page


def test_an_officer_sees_the_own_department_only(world: World, sign_in: SignIn, shift: Shift) -> None:
    page = sign_in(world.tax).get("/rota/calendar/?department=civil_affairs").content.decode()
    assert "民政局" not in page
    own = make_user("civil", "officer", LONGJING, "civil_affairs")
    assert f"/rota/shifts/{shift.pk}/in/" in sign_in(own).get("/rota/calendar/").content.decode()


def test_the_feed_is_read_without_signing_in(world: World, sign_in: SignIn, shift: Shift) -> None:
    client = sign_in(world.dispatcher, "ko")
    client.post("/rota/calendar/link/", {"centre": LONGJING})
    feed = CalendarFeed.objects.get()
    answer = Client().get(f"/rota/{feed.code}.ics")
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    (event,) = icalendar.Calendar.from_ical(answer.content).walk("VEVENT")
    start = timezone.localtime(event.decoded("dtstart"))
    assert (start.date(), start.hour, start.minute) == (shift.day, 8, 30)
    assert "民政局" in str(event["summary"])
    assert event["uid"]
    client.post("/rota/calendar/link/", {"centre": LONGJING, "renew": "1"})
    assert Client().get(f"/rota/{feed.code}.ics").status_code == 404
    feed.refresh_from_db()
    assert Client().get(f"/rota/{feed.code}.ics").status_code == 200


def test_pages_take_few_queries(
    world: World, sign_in: SignIn, plan: RotaPlan, django_assert_max_num_queries: Any
) -> None:
    client = sign_in(world.dispatcher)
    for path in ("/rota/", f"/rota/plans/{plan.pk}/", "/rota/what-if/", "/rota/calendar/?span=month"):
        with django_assert_max_num_queries(26):
            client.get(path)


def test_a_shift_is_swapped_with_one_of_another_month(world: World, sign_in: SignIn, plan: RotaPlan) -> None:
    window, day = Window.objects.get(number=12), timezone.localdate() + dt.timedelta(days=3)
    later = day + dt.timedelta(days=24)
    plan.shifts.filter(day__in=(day, later)).delete()
    Station.objects.update_or_create(
        centre=world.centre, department_id="tax",
        defaults={"mode": "rotating", "weekdays": [1], "period": ("2023-01-01", None)},
    )  # fmt: skip
    turns = {"plan": plan, "centre": world.centre, "window": window, "half": "am"}
    first = Shift.objects.create(**turns, department_id="civil_affairs", day=day)
    second = Shift.objects.create(**turns, department_id="tax", day=later)
    client = sign_in(world.dispatcher)
    answer = client.post(f"/rota/plans/{plan.pk}/swap/", {"shift": [first.pk], "month": f"{day:%Y-%m}"})
    assert f"chosen={first.pk}" in answer.headers["Location"]
    page = client.get(f"/rota/plans/{plan.pk}/?month={later:%Y-%m}&chosen={first.pk}").content.decode()
    assert page.count(f'value="{first.pk}"') >= 1
    client.post(f"/rota/plans/{plan.pk}/swap/", {"shift": [first.pk, second.pk], "month": f"{later:%Y-%m}"})
    now = {shift.day: shift.department_id for shift in plan.shifts.filter(day__in=(day, later), half="am")}
    assert now == {day: "tax", later: "civil_affairs"}


def test_nobody_s_shift_can_be_chosen_by_address(world: World, sign_in: SignIn, plan: RotaPlan) -> None:
    client = sign_in(world.dispatcher)
    for chosen in ("999999999", "abc", "9" * 40, ""):
        page = client.get(f"/rota/plans/{plan.pk}/?chosen={chosen}")
        assert page.status_code == 200, chosen
        assert "bg-azure-lt" not in page.content.decode()
