"""The queue before real browsers: the kiosk gives a number, a clerk calls it, the wall shows and speaks it."""

from __future__ import annotations

import datetime as dt
import json
import re
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from accounts.models import User
from departments.models import Centre, Window
from intake.models import Hall, Ticket, Visit
from intake.services import call_next, hall_of, open_desk, take_ticket
from tests.e2e.conftest import PHONE, Person

WALL, TOTEM, SMALL_TOTEM = (
    {"width": 1920, "height": 1080},
    {"width": 1080, "height": 1920},
    {"width": 1366, "height": 768},
)
HEARD = """
    const heard = [];
    SpeechSynthesis.prototype.speak = (words) => {
      if (!words.text.trim()) return;
      heard.push([words.lang, words.text]);
      document.documentElement.dataset.heard = heard.length;
      document.documentElement.dataset.words = JSON.stringify(heard);
    };
"""
"""A browser without loudspeaker says what it would have said."""


@pytest.fixture
def hall(demo: None) -> Hall:
    return hall_of(centre=Centre.objects.get(pk="222405"))


@pytest.fixture
def display(browser: Browser, live_server: Any, hall: Hall) -> Iterator[Callable[..., Person]]:
    """``display("screen", WALL)``: a display of the hall, nobody signed in."""
    contexts: list[BrowserContext] = []

    def open_display(page: str, viewport: dict[str, int], language: str = "zh-hans") -> Person:
        context = browser.new_context(viewport=viewport, locale="en-GB")  # type: ignore[arg-type]
        contexts.append(context)
        context.add_init_script(HEARD)
        shown = Person(context.new_page(), live_server.url, language)
        shown.open(f"/hall/{hall.code}/{page}/")
        return shown

    yield open_display
    for context in contexts:
        context.close()


@pytest.mark.parametrize("language", ["zh-hans", "ko"])
def test_a_number_is_taken_called_shown_and_served(
    visit: Callable[..., Person], display: Callable[..., Person], language: str
) -> None:
    wall = display("screen", WALL, language)
    expect(wall.page.locator("#nobody")).to_be_visible()
    wall.page.locator("#sound").click()
    kiosk = display("kiosk", SMALL_TOTEM, language)
    number = _take(kiosk, "consultation", language)
    expect(wall.page.locator("[data-service=consultation] [data-waiting]")).to_have_text("1")

    clerk = visit("clerk.longjing", language)
    _open_window(clerk)
    expect(clerk.page.locator(f"#queue-list [data-ticket={number}]")).to_be_visible()
    clerk.press("n")
    expect(clerk.page.locator(f".queue-number[data-ticket={number}]")).to_be_visible()
    expect(wall.page.locator(".call.is-newest [data-ticket]")).to_have_text(number)
    expect(wall.page.locator(".call.is-newest [data-window]")).to_have_text("21")
    wall.shoot("q05-screen-call")
    wall.check()
    clerk.shoot("q06-queue-called")
    clerk.check()

    clerk.press("r")
    expect(clerk.page.locator("[data-key=s]")).to_be_enabled()
    _hears(wall, 2)
    voice = {"zh-hans": "zh-CN", "ko": "ko-KR"}[language]
    heard = json.loads(wall.page.locator("html").get_attribute("data-words") or "[]")
    assert [lang for lang, _text in heard] == [voice, voice], "the call and the recall, each once"
    assert " ".join(number) in heard[0][1]
    assert "21" in heard[0][1]

    clerk.press("s")
    expect(wall.page.locator(".call.is-serving")).to_be_visible()
    clerk.press("f")
    clerk.page.keyboard.type("3층 사법국 창구로 안내")
    clerk.shoot("q07-queue-serving")
    clerk.check()
    clerk.press("Enter")
    expect(clerk.page.locator("[data-key=n]")).to_be_visible()
    expect(wall.page.locator(".call")).to_have_count(0)
    done = Visit.objects.get()
    assert (done.outcome, done.answer, done.language, done.person) == (
        "answered", "3층 사법국 창구로 안내", language, None
    )  # fmt: skip
    assert Ticket.objects.get().state == "done"


def test_a_call_is_on_the_screen_within_two_seconds_of_its_own_clock(
    display: Callable[..., Person], hall: Hall
) -> None:
    wall = display("screen", WALL)
    began = timezone.now()
    wall.page.clock.install(time=began)
    wall.page.reload()
    expect(wall.page.locator("#nobody")).to_be_visible()
    wall.page.clock.pause_at(began + dt.timedelta(hours=1))
    ticket = take_ticket(
        centre=hall.centre, service="consultation", language="ko", submission_key=uuid.uuid4()
    )  # fmt: skip
    clerk = User.objects.get(username="clerk.longjing")
    window = Window.objects.get(centre=hall.centre, number=21)
    assert call_next(desk=open_desk(window=window, clerk=clerk), by=clerk) == ticket
    wall.page.clock.run_for(2_000)
    expect(wall.page.locator(".call.is-newest [data-ticket]")).to_have_text(ticket.label)


def _hears(wall: Person, calls: int) -> None:
    expect(wall.page.locator("html")).to_have_attribute("data-heard", str(calls))


def _take(kiosk: Person, service: str, language: str) -> str:
    """Two touches, the second twice: one ticket."""
    page = kiosk.page
    kiosk.shoot("q01-kiosk")
    kiosk.check()
    page.locator(f"[data-service={service}]").click()
    expect(page.locator(f"button[name=language][value={language}]")).to_be_visible()
    kiosk.shoot("q02-kiosk-language")
    kiosk.check()
    page.locator(f"button[name=language][value={language}]").dblclick()
    number = page.locator("[data-ticket]")
    expect(number).to_have_text(re.compile(r"^A\d{3}$"))
    assert Ticket.objects.count() == 1
    kiosk.shoot("q03-kiosk-ticket")
    kiosk.check()
    return number.inner_text()


def _open_window(clerk: Person) -> None:
    clerk.open("/desk/queue/")
    clerk.shoot("q04-queue-closed")
    clerk.check()
    clerk.page.select_option(
        "#queue-desk [name=window]", label=clerk.page.locator("#queue-desk option").first.inner_text()
    )
    clerk.page.locator("#queue-desk form[action$='/open/'] button[type=submit]").click()
    expect(clerk.page.locator("[data-key=n]")).to_be_visible()


def test_the_kiosk_goes_back_by_itself(display: Callable[..., Person]) -> None:
    kiosk = display("kiosk", TOTEM)
    page = kiosk.page
    page.clock.install(time=timezone.now())
    kiosk.shoot("q10-totem")
    page.locator("[data-service=registration]").click()
    page.locator("label:has([value=old])").click()
    kiosk.shoot("q11-totem-language")
    page.locator("button[value=ko]").click()
    expect(page.locator("[data-countdown]")).to_be_visible()
    kiosk.shoot("q12-totem-ticket")
    page.emulate_media(media="print")
    assert page.locator(".ticket").bounding_box()["width"] < 260, "72 mm paper"  # type: ignore[index]
    expect(page.locator(".kiosk-tools")).to_be_hidden()
    kiosk.shoot("q13-ticket-paper")
    page.emulate_media(media="screen")
    page.clock.fast_forward(16_000)
    page.wait_for_url(re.compile(r"/kiosk/$"))
    assert Ticket.objects.get().is_priority
    page.locator("[data-service=registration]").click()
    page.wait_for_url(re.compile(r"/kiosk/registration/$"))
    page.clock.fast_forward(61_000)
    page.wait_for_url(re.compile(r"/kiosk/$"))
    assert Ticket.objects.count() == 1


def test_the_screen_survives_a_lost_network_and_shows_what_came_meanwhile(
    visit: Callable[..., Person], display: Callable[..., Person], hall: Hall
) -> None:
    wall = display("screen", WALL)
    _press(display("kiosk", PHONE).page)
    expect(wall.page.locator("[data-service=return] [data-waiting]")).to_have_text("1")
    wall.page.locator("#sound").click()
    wall.page.context.set_offline(True)
    expect(wall.page.locator("#offline")).to_be_visible()
    wall.shoot("q20-screen-offline")

    clerk = visit("clerk.longjing", "zh-hans")
    _open_window(clerk)
    clerk.page.locator("[data-key=n]").click()
    expect(clerk.page.locator(".queue-number")).to_have_text("D001")
    expect(wall.page.locator("#nobody")).to_be_visible()
    expect(wall.page.locator("html")).not_to_have_attribute("data-heard", re.compile("."))

    wall.faults.clear()  # the browser reports each request that found no network
    wall.page.context.set_offline(False)
    expect(wall.page.locator("#offline")).to_be_hidden()
    expect(wall.page.locator(".call [data-ticket]")).to_have_text("D001")
    _hears(wall, 1)


def _press(page: Page) -> None:
    page.locator("[data-service=return]").click()
    page.locator("button[value=ko]").click()
    expect(page.locator("[data-ticket]")).to_have_text("D001")


@pytest.mark.parametrize("language", ["zh-hans", "ko"])
def test_a_full_hall_fits_every_screen(
    visit: Callable[..., Person], display: Callable[..., Person], language: str
) -> None:
    """Leftovers, transfers, priority and several windows at once, on the wall, at the desk and on a phone."""
    _fill_hall()
    for name, viewport in (("", WALL), ("-phone", PHONE)):
        wall = display("screen", viewport, language)
        expect(wall.page.locator(".call")).to_have_count(4)
        wall.shoot(f"q41-screen-full{name}")
        wall.check()
    _on_a_phone(display("kiosk", PHONE, language))
    clerk = visit("clerk.longjing", language)
    clerk.open("/desk/queue/")
    expect(clerk.page.locator(".queue-leftovers [data-ticket]")).to_have_count(2)
    clerk.shoot("q40-queue-full")
    clerk.check()
    clerk.page.locator(".queue-leftovers button.btn-sm").last.click()
    clerk.page.locator("#confirm-box button[value=yes]").click()
    expect(clerk.page.locator(".queue-leftovers")).to_have_count(0)
    clerk.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    clerk.page.select_option("#queue-desk [name=window]", index=4)
    clerk.page.locator("#queue-desk form[action$='/open/'] button[type=submit]").click()
    clerk.page.locator("[data-key=n]").click()
    expect(clerk.page.locator(".queue-number")).to_have_text("C001")
    clerk.shoot("q34-queue-phone")
    clerk.check()
    official = visit("official.yanbian", language)
    official.open("/dashboard/waiting/")
    expect(official.page.locator("tr[data-key=all] [data-figure=tickets]")).to_have_text("21")
    official.shoot("q42-waiting-times")
    official.check()
    official.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    official.shoot("q43-waiting-times-phone")
    official.check()


def test_an_answer_under_way_does_not_take_away_what_is_being_asked(visit: Callable[..., Person], hall: Hall) -> None:
    """On a slow line the list's own renewal arrives while the clerk reads the question."""
    _fill_hall()
    clerk = visit("clerk.longjing", "zh-hans")
    clerk.open("/desk/queue/")
    under_way: list[Route] = []
    with clerk.page.expect_request("**/desk/queue/list/"):
        clerk.page.route("**/desk/queue/list/", lambda route: under_way.append(route))
    clerk.page.locator(".queue-leftovers button.btn-sm").last.click()
    with clerk.page.expect_response("**/desk/queue/list/"):
        under_way[0].continue_()
    clerk.page.unroute("**/desk/queue/list/")
    clerk.page.locator("#confirm-box button[value=yes]").click()
    expect(clerk.page.locator(".queue-leftovers")).to_have_count(0)
    assert not Ticket.objects.waiting().filter(day__lt=timezone.localdate()).exists()


def _on_a_phone(kiosk: Person) -> None:
    kiosk.shoot("q30-kiosk-phone")
    kiosk.check()
    kiosk.page.locator("[data-service=appointment]").click()
    kiosk.page.wait_for_url(re.compile("/kiosk/appointment/"))
    kiosk.shoot("q31-kiosk-language-phone")
    kiosk.check()
    kiosk.page.locator("button[value=ko]").click()
    expect(kiosk.page.locator("[data-ticket]")).to_have_text("C005")
    kiosk.shoot("q32-kiosk-ticket-phone")
    kiosk.check()


def _fill_hall() -> None:
    import datetime as dt
    import itertools
    import uuid

    from accounts.models import Role
    from departments.models import Window
    from intake import services
    from tests.world import make_user

    centre, now = Centre.objects.get(pk="222405"), timezone.now()
    kinds = itertools.cycle(["consultation", "registration", "registration", "return", "appointment"])

    def take(minutes_ago: float, priority: str = "") -> Ticket:
        return services.take_ticket(
            centre=centre, service=next(kinds), language="ko" if minutes_ago % 2 else "zh-hans", priority=priority,
            submission_key=uuid.uuid4(), at=now - dt.timedelta(minutes=minutes_ago),
        )  # fmt: skip

    for days in (1, 2):
        take(days * 24 * 60)
    for minutes in range(18):
        take(18 - minutes, "old" if minutes in {9, 14} else "")
    for number in range(21, 25):
        at_desk = services.open_desk(
            window=Window.objects.get(centre=centre, number=number),
            clerk=make_user(f"clerk{number}", Role.CLERK, centre.pk),
            at=now - dt.timedelta(minutes=30),
            services=["consultation", "registration", "return"],
        )
        # Those from former days are not shown as called again here: they wait for their end.
        Ticket.objects.filter(day__lt=timezone.localdate()).update(
            for_window=Window.objects.get(centre=centre, number=26)
        )
        one = services.call_next(desk=at_desk, by=at_desk.clerk, at=now - dt.timedelta(minutes=25 - number))
        if one and number < 23:
            services.start_serving(ticket=one, by=at_desk.clerk, at=now)
