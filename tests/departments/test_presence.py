"""Where a department is when the centre has a rota, and when it has none."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from cases.models import Category
from cases.routing import decide
from cases.routing_book import MemoryBook
from departments.models import Shift, Station, Window
from departments.presence import Rota, Turn, presence, rotas_of
from tests.world import LONGJING, VILLAGE, World

MONDAY, TUESDAY = dt.date(2026, 3, 2), dt.date(2026, 3, 3)
WEDNESDAY, THURSDAY = dt.date(2026, 3, 4), dt.date(2026, 3, 5)


@pytest.fixture
def station(world: World) -> Station:
    """Civil affairs: Tuesdays and Thursdays at window 7."""
    return Station.objects.select_related("window").get(centre=world.centre, department="civil_affairs")


@pytest.fixture
def shifts(world: World) -> None:
    """Tax here on Tuesday as if it took turns; civil affairs on Wednesday afternoon at window 12."""
    window = Window.objects.create(centre=world.centre, number=12)
    for code, day, half in (("tax", TUESDAY, "am"), ("civil_affairs", WEDNESDAY, "pm")):
        Shift.objects.create(centre=world.centre, department_id=code, window=window, day=day, half=half)


def test_without_a_rota_the_weekdays_hold(station: Station) -> None:
    found = presence(station, TUESDAY)
    assert (found.here, found.next_day, found.window, found.half) == (True, TUESDAY, 7, "")
    assert presence(station, MONDAY).next_day == TUESDAY


def test_the_rota_says_on_which_half_and_at_which_window(station: Station, shifts: None) -> None:
    rota = rotas_of(LONGJING, ["civil_affairs"], MONDAY)["civil_affairs"]
    assert rota.on(WEDNESDAY) == [Turn(WEDNESDAY, "pm", 12, "resolution")]
    found = presence(station, WEDNESDAY, rota=rota)
    assert (found.here, found.window, found.half) == (True, 12, "pm")


def test_on_a_day_of_the_rota_the_weekday_no_longer_counts(station: Station, shifts: None) -> None:
    rota = rotas_of(LONGJING, ["civil_affairs"], TUESDAY)["civil_affairs"]
    found = presence(station, TUESDAY, rota=rota)
    assert (found.here, found.next_day) == (False, WEDNESDAY)


def test_beyond_the_rota_the_weekdays_hold_again(station: Station, shifts: None) -> None:
    rota = rotas_of(LONGJING, ["civil_affairs"], THURSDAY)["civil_affairs"]
    assert presence(station, THURSDAY, rota=rota).here
    assert presence(station, THURSDAY, rota=rota).window == 7


def test_a_whole_day_names_no_half(station: Station) -> None:
    turns = [Turn(WEDNESDAY, half, 12, "resolution") for half in ("pm", "am")]
    found = presence(station, WEDNESDAY, rota=Rota({WEDNESDAY}, turns))
    assert (found.here, found.half, found.window) == (True, "", 12)


def test_holidays_go_before_shifts(station: Station, shifts: None) -> None:
    rota = rotas_of(LONGJING, ["civil_affairs"], WEDNESDAY)["civil_affairs"]
    assert not presence(station, WEDNESDAY, {WEDNESDAY}, rota).here


@pytest.mark.parametrize("mode", ["resident", "on_call"])
def test_only_rotating_departments_follow_the_rota(station: Station, mode: str) -> None:
    station.mode = mode
    found = presence(station, TUESDAY, rota=Rota({TUESDAY}))
    assert found.here is (mode == "resident")


def test_shifts_of_a_proposal_do_not_hold(world: World, station: Station, shifts: None) -> None:
    from departments.models import RotaPlan

    plan = RotaPlan.objects.create(
        centre=world.centre, first=MONDAY, last=THURSDAY, made_by=world.dispatcher, state="proposed"
    )
    Shift.objects.update(plan=plan)
    assert rotas_of(LONGJING, ["civil_affairs"], MONDAY)["civil_affairs"] == Rota(frozenset(), [])
    assert MemoryBook().rotas(LONGJING, ["civil_affairs"], MONDAY)["civil_affairs"].turns == []


def test_both_books_of_routing_say_the_same(world: World, shifts: None, django_assert_num_queries: Any) -> None:
    category, memory = Category.objects.select_related("lead").get(pk="marriage_family"), MemoryBook()
    for day in (MONDAY, TUESDAY, WEDNESDAY, THURSDAY):
        fields = {"category": category, "centre_code": LONGJING, "place_code": VILLAGE, "day": day}
        with django_assert_num_queries(4):  # rules, assistants, stations, and the shifts as one of them takes turns
            one = decide(**fields)
        with django_assert_num_queries(0):
            other = decide(**fields, book=memory)
        assert [target.presence for target in one.assistants] == [target.presence for target in other.assistants]
    assert one.assistants[0].presence is not None
