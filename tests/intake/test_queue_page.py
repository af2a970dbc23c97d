"""The queue page of the desk: its buttons, its forms that come back, its scope and its bounded queries."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Role
from intake import services
from intake.models import Desk, Hall, Ticket, Visit
from tests.intake.queueing import window
from tests.world import YANJI, World, make_user

ALL = ["consultation", "registration", "appointment", "return"]


@pytest.fixture
def clerk(world: World, sign_in: Callable[..., Client]) -> Client:
    return sign_in(world.clerk)


@pytest.fixture
def open_window(world: World, clerk: Client) -> Desk:
    place = window(world.centre, 21)
    answer = clerk.post("/desk/queue/open/", {"window": place.pk, "services": ALL})
    assert answer.headers["Location"] == "/desk/queue/"
    return Desk.objects.get()


def take(world: World, **fields: Any) -> Ticket:
    values: dict[str, Any] = {"service": "registration", "language": "ko", "submission_key": uuid.uuid4()}
    return services.take_ticket(centre=world.centre, **{**values, **fields})


def page(clerk: Client) -> str:
    return clerk.get("/desk/queue/").content.decode()


def test_a_ticket_goes_through_the_buttons(world: World, clerk: Client, open_window: Desk) -> None:
    form = {"service": "consultation", "language": "zh-hans", "priority": "old", "submission_key": str(uuid.uuid4())}
    clerk.post("/desk/queue/take/", form)
    clerk.post("/desk/queue/take/", form)
    one = Ticket.objects.get()
    assert (one.label, one.is_priority) == ("A001", True)
    assert "A001" in page(clerk)
    clerk.post("/desk/queue/call/")
    clerk.post("/desk/queue/call/")
    for name in ("recall", "start"):
        clerk.post(f"/desk/queue/{one.pk}/{name}/")
    answer = clerk.post(f"/desk/queue/{one.pk}/finish/", {"outcome": "guided", "answer": "司法局"})
    assert answer.headers["Location"] == "/desk/queue/"
    one.refresh_from_db()
    assert (one.state, one.calls) == ("done", 2)
    assert Visit.objects.get().answer == "司法局"


def test_a_refusal_is_said_on_the_page(world: World, clerk: Client, open_window: Desk) -> None:
    one = take(world)
    clerk.post(f"/desk/queue/{one.pk}/start/")
    text = page(clerk)
    assert "无法“开始办理”" in text
    assert "等候" in text
    clerk.post("/desk/queue/call/")
    clerk.post(f"/desk/queue/close/{open_window.pk}/")
    assert "B001 仍在此窗口" in page(clerk)


def test_nobody_waiting_is_said(clerk: Client, open_window: Desk) -> None:
    clerk.post("/desk/queue/call/")
    assert "目前无人等候" in page(clerk)


def test_one_calls_from_an_open_window(world: World, clerk: Client) -> None:
    take(world)
    clerk.post("/desk/queue/call/")
    assert "请先开启您的窗口" in page(clerk)
    assert Ticket.objects.get().state == "waiting"


@pytest.mark.parametrize(
    ("path", "form", "typed"),
    [
        ("finish/", {"outcome": "burn", "answer": "已经说明"}, "已经说明"),
        ("finish/", {"outcome": "answered", "answer": "长" * 501}, "长" * 501),
        ("transfer/", {"service": "", "window": ""}, "请选择服务或窗口"),
        ("transfer/", {"service": "nonsense"}, "nonsense"),
    ],
)
def test_a_form_that_does_not_fit_comes_back_as_it_was(
    world: World, clerk: Client, open_window: Desk, path: str, form: dict[str, str], typed: str
) -> None:
    one = take(world)
    clerk.post("/desk/queue/call/")
    answer = clerk.post(f"/desk/queue/{one.pk}/{path}", form)
    assert answer.status_code == 422
    assert typed in answer.content.decode()
    one.refresh_from_db()
    assert one.state == "called"


@pytest.mark.parametrize("form", [{"services": ALL}, {"window": "", "services": ALL}, {"window": "1", "services": []}])
def test_a_window_and_a_service_are_needed_to_open(world: World, clerk: Client, form: dict[str, Any]) -> None:
    window(world.centre, 21)
    assert clerk.post("/desk/queue/open/", form).status_code == 422
    assert not Desk.objects.exists()


def test_register_serves_and_leads_to_the_registration_with_the_ticket(
    world: World, clerk: Client, open_window: Desk
) -> None:
    one = take(world)
    assert clerk.post(f"/desk/queue/{one.pk}/register/").headers["Location"].endswith(f"?ticket={one.pk}")
    one.refresh_from_db()
    assert one.state == "waiting", "who was not called is not served"
    clerk.post("/desk/queue/call/")
    answer = clerk.post(f"/desk/queue/{one.pk}/register/")
    assert answer.headers["Location"] == f"/desk/register/?ticket={one.pk}"
    one.refresh_from_db()
    assert one.state == "serving"


def test_leftovers_are_shown_apart_and_ended(world: World, clerk: Client) -> None:
    old = take(world, at=timezone.now() - timezone.timedelta(days=2))
    context = clerk.get("/desk/queue/").context
    assert context["leftovers"] == [old]
    assert not any(line.tickets for line in context["lines"])
    clerk.post("/desk/queue/leftovers/")
    old.refresh_from_db()
    assert old.state == "left"


def test_a_dispatcher_closes_a_colleague_s_window_and_a_clerk_does_not(
    world: World, clerk: Client, open_window: Desk, sign_in: Callable[..., Client]
) -> None:
    clerk.force_login(make_user("colleague", Role.CLERK, world.centre.pk))
    clerk.post(f"/desk/queue/close/{open_window.pk}/")
    assert Desk.objects.filter(closed_at__isnull=True).exists()
    clerk.force_login(world.dispatcher)
    assert "关闭同事的窗口" in page(clerk)
    clerk.post(f"/desk/queue/close/{open_window.pk}/")
    assert not Desk.objects.filter(closed_at__isnull=True).exists()


PATHS = ("register/", "transfer/", "finish/", "recall/", "no-show/", "start/", "leave/")


@pytest.mark.parametrize("path", PATHS)
def test_tickets_of_another_county_do_not_exist(world: World, sign_in: Callable[..., Client], path: str) -> None:
    one = take(world)
    stranger = sign_in(make_user("stranger", Role.CLERK, YANJI))
    assert stranger.post(f"/desk/queue/{one.pk}/{path}", {"outcome": "answered"}).status_code == 404
    assert sign_in(world.clerk).post(f"/desk/queue/{one.pk}/burn/").status_code == 404


@pytest.mark.parametrize("who", ["tax", "mediator", "official", "administrator"])
@pytest.mark.parametrize(
    "path", ["open/", "call/", "take/", "leftovers/", "close/1/", "list/", *(f"1/{p}" for p in PATHS)]
)
def test_only_the_desk_opens_the_queue(world: World, sign_in: Callable[..., Client], who: str, path: str) -> None:
    client = sign_in(getattr(world, who))
    answer = client.get("/desk/queue/list/") if path == "list/" else client.post(f"/desk/queue/{path}")
    assert answer.status_code == 403


def test_a_get_changes_nothing(world: World, clerk: Client, open_window: Desk) -> None:
    take(world)
    for path in ("call/", "take/", "open/", "leftovers/", "1/start/"):
        assert clerk.get(f"/desk/queue/{path}").status_code == 405
    assert Ticket.objects.get().state == "waiting"


def test_the_hall_is_made_when_the_page_is_first_opened(world: World, clerk: Client) -> None:
    assert not Hall.objects.exists()
    text = page(clerk)
    assert f"/hall/{Hall.objects.get(centre=world.centre).code}/screen/" in text
    page(clerk)
    assert Hall.objects.count() == 1


def test_the_list_asks_as_often_for_many_as_for_few(world: World, clerk: Client, open_window: Desk) -> None:
    def grow(count: int) -> None:
        for _each in range(count):
            take(world)
            take(world, at=timezone.now() - timezone.timedelta(days=1), service="return")
            services.transfer(ticket=take(world), by=world.clerk, window=open_window.window)

    def ask(path: str) -> int:
        clerk.get(path)
        with CaptureQueriesContext(connection) as asked:
            clerk.get(path)
        return len(asked)

    grow(1)
    few = [ask("/desk/queue/"), ask("/desk/queue/list/")]
    grow(5)
    many = [ask("/desk/queue/"), ask("/desk/queue/list/")]
    assert many == few
    assert max(many) <= 20
