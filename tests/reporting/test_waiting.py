"""Waiting and service times of a small day, worked out by hand."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import Role
from intake import services
from intake.queue_figures import ServiceFigures, figures
from tests.intake.queueing import MORNING, after, desk, ticket
from tests.world import LIYUAN, LONGJING, YANJI, World, make_user

DAY = MORNING.date()


@pytest.fixture
def day_by_hand(world: World) -> World:
    """Registration: waits of 10, 20, 30, 40, 50 minutes, each served for 5, 10, 15, 20, 25 minutes; one gave up.

    Consultation: one waited 4 minutes, was sent on to a return and waited 6 more; served 3 and 9 minutes.
    Kept overnight: a registration that waited until the next day.
    """
    at_desk = desk(world, at=after(-60))

    def serve(wait: float, length: float, start: dt.datetime) -> None:
        one = ticket(world, at=start)
        services.call_next(desk=at_desk, by=at_desk.clerk, at=start + dt.timedelta(minutes=wait))
        begin = start + dt.timedelta(minutes=wait)
        services.start_serving(ticket=one, by=at_desk.clerk, at=begin)
        services.finish(
            ticket=one, by=at_desk.clerk, outcome="answered", submission_key=uuid.uuid4(),
            at=begin + dt.timedelta(minutes=length),
        )  # fmt: skip

    for turn in range(1, 6):
        serve(10 * turn, 5 * turn, after(100 * turn))
    services.leave(ticket=ticket(world), by=at_desk.clerk, at=after(9))
    serve(24 * 60, 5, after(0))
    sent = ticket(world, "consultation", minutes=700)
    services.call_next(desk=at_desk, by=at_desk.clerk, at=after(704))
    services.start_serving(ticket=sent, by=at_desk.clerk, at=after(704))
    services.transfer(ticket=sent, by=at_desk.clerk, service="return", at=after(707))
    services.call_next(desk=at_desk, by=at_desk.clerk, at=after(713))
    services.start_serving(ticket=sent, by=at_desk.clerk, at=after(713))
    services.finish_with_visit(ticket=sent, by=at_desk.clerk, at=after(722))
    ticket(world, "appointment", minutes=10)
    return world


def by_service(scope: str, first: dt.date = DAY, last: dt.date = DAY) -> dict[str, ServiceFigures]:
    return {row.service: row for row in figures(scope, first, last)}


def test_the_figures_are_those_worked_out_by_hand(day_by_hand: World) -> None:
    found = by_service(LONGJING)
    minute = 60
    assert found["registration"] == ServiceFigures("registration", 7, 6, 1, 30 * minute, 46 * minute, 15 * minute)
    assert found["return"] == ServiceFigures("return", 1, 1, 0, 10 * minute, 10 * minute, 12 * minute)
    assert found["appointment"] == ServiceFigures("appointment", 1, 0, 0, None, None, None)
    assert found["consultation"] == ServiceFigures("consultation", 0, 0, 0, None, None, None)
    together = found[""]
    assert (together.tickets, together.served, together.left) == (9, 7, 1)
    assert (together.waited_median, together.serving_median) == (25 * minute, 13.5 * minute)


@pytest.mark.parametrize(
    ("scope", "shift", "tickets"),
    [("2224", 0, 9), (LONGJING, 0, 9), (LIYUAN, 0, 0), (YANJI, 0, 0), ("", 0, 0), (LONGJING, 1, 0), (LONGJING, -1, 0)],
)
def test_they_belong_to_a_place_and_to_days(day_by_hand: World, scope: str, shift: int, tickets: int) -> None:
    day = DAY + dt.timedelta(days=shift)
    assert by_service(scope, day, day)[""].tickets == tickets


def test_the_page_shows_them_with_their_definitions(day_by_hand: World, sign_in: Callable[..., Client]) -> None:
    client = sign_in(day_by_hand.official, "ko")
    answer = client.get("/dashboard/waiting/", {"first": DAY.isoformat(), "last": DAY.isoformat()})
    text = answer.content.decode()
    for words in ("30.0분", "46.0분", "15.0분", "동행 재방문", "90백분위수", "모든 봉사"):
        assert words in text
    rows = {row["code"]: [value for _column, value in row["cells"]] for row in answer.context["rows"]}
    assert rows["registration"][:3] == [7, 6, 1]
    assert "/dashboard/waiting/" in client.get("/dashboard/").content.decode()


def test_the_scope_holds_there_too(day_by_hand: World, sign_in: Callable[..., Client]) -> None:
    client = sign_in(make_user("of_yanji", Role.OFFICIAL, YANJI))
    assert client.get("/dashboard/waiting/", {"division": LONGJING}).status_code == 403
    assert client.get("/dashboard/waiting/").context["rows"][-1]["cells"][0][1] == 0
    assert sign_in(day_by_hand.clerk).get("/dashboard/waiting/").status_code == 403


@pytest.mark.parametrize("query", [{"first": "x"}, {"first": "2026-02-02", "last": "2026-01-01"}, {"last": ""}])
def test_a_wrong_period_falls_back(world: World, sign_in: Callable[..., Client], query: dict[str, str]) -> None:
    assert sign_in(world.official).get("/dashboard/waiting/", query).status_code == 200


def test_the_page_asks_little(
    day_by_hand: World, sign_in: Callable[..., Client], django_assert_max_num_queries
) -> None:  # type: ignore[no-untyped-def]
    client = sign_in(day_by_hand.official)
    with django_assert_max_num_queries(10):
        client.get("/dashboard/waiting/")
