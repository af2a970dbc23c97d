"""The big screen turns to its map, which is drawn again with the figures that came since."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, expect

from accounts.models import User
from cases.models import CaseParty, Category
from cases.services import CaseInput, PartyInput, open_case
from departments.models import Centre, Division
from reporting.models import Alert, Wall, WatchRun
from tests.e2e.conftest import PHONE, Person
from tests.world import make_person

WALL = {"width": 1920, "height": 1080}
DRAWN = """() => {
  const chart = window.echarts.getInstanceByDom(document.getElementById("wall-map-chart"));
  const texts = chart ? chart.getZr().storage.getDisplayList().map((shape) => shape.style.text) : [];
  return texts.filter(Boolean).map((text) => String(text).trim());
}"""
"""The words that stand in the picture of the map, in the order in which they are drawn."""

COUNT_ARRIVALS = """() => {
  window.arrivals = 0;
  document.addEventListener("animationstart", () => { window.arrivals += 1; });
}"""


def dispute(number: int) -> None:
    """A dispute in Liyuan community of Longjing."""
    data = CaseInput(
        kind="dispute", category=Category.objects.get(pk="neighbour"),
        division=Division.objects.get(pk="222405005004"), title=f"漏水 {number}", narrative="",
        narrative_language="zh-hans",
    )  # fmt: skip
    open_case(
        centre=Centre.objects.get(pk="222405"), data=data, accept=True,
        parties=[PartyInput(part=CaseParty.Part.APPLICANT, person=make_person(f"申请人{number}", ""))],
        by=User.objects.get(username="clerk.longjing"),
    )  # fmt: skip


@pytest.fixture
def screen(browser: Browser, live_server: Any, demo: None) -> Iterator[Callable[..., Person]]:
    """``screen(WALL)``: the big screen of the prefecture, nobody signed in."""
    wall = Wall.objects.create(division_id="2224", given_at=timezone.now())
    contexts = []

    def opened(viewport: dict[str, int]) -> Person:
        context = browser.new_context(viewport=viewport, locale="en-GB")  # type: ignore[arg-type]
        contexts.append(context)
        person = Person(context.new_page(), live_server.url, "zh-hans")
        person.open(f"/dashboard/wall/{wall.code}/?seconds=5")
        return person

    yield opened
    for context in contexts:
        context.close()


def turn_to(person: Person, page: str) -> None:
    """Wait until the screen has turned to a page by itself, and stop there."""
    expect(person.page.locator(f".wall-page.is-shown[data-page={page}]")).to_be_visible(timeout=60_000)
    person.press(" ")
    expect(person.page.locator("#paused")).to_be_visible()


def wait_for(person: Person, word: str) -> None:
    """Wait until a word stands in the picture of the map; the page's policy lets no expression be waited for."""
    for _look in range(240):
        if word in person.page.evaluate(DRAWN):
            return
        person.page.wait_for_timeout(250)
    pytest.fail(f"{word} is not drawn: {person.page.evaluate(DRAWN)}")


def test_the_map_is_drawn_again_when_its_figures_come_anew(screen: Callable[..., Person]) -> None:
    for number in range(3):
        dispute(number)
    wall = screen(WALL)
    turn_to(wall, "map")
    wait_for(wall, "3")
    for number in range(3, 5):
        dispute(number)
    wait_for(wall, "5")
    words = wall.page.evaluate(DRAWN)
    counties = Division.objects.filter(level=Division.Level.COUNTY)
    assert counties.count() == 8
    for county in counties:
        assert {county.name_zh_hans, county.name_ko} <= set(words)
    assert "3" not in words, "nothing of the first picture is left"
    canvas = wall.page.locator("#wall-map-chart canvas")
    expect(canvas).to_have_count(1)
    box = canvas.bounding_box()
    assert box is not None
    assert box["height"] > 500
    wall.check()
    wall.shoot("wall-map")


def warned() -> None:
    """A warning of Liyuan community in Longjing."""
    today = timezone.localdate()
    Alert.objects.create(
        division_id="222405005", category_id="neighbour", opened_on=today, held_on=today, window=7, observed=12,
        expected=1.5, tail=1e-6,
    )  # fmt: skip


def go_to(person: Person, page: str) -> None:
    """Stop the screen and turn its pages by hand."""
    expect(person.page.locator(".wall-page.is-shown")).to_be_visible()
    person.press(" ")
    for _turn in range(person.page.locator(".wall-page").count()):
        if person.page.locator(f".wall-page.is-shown[data-page={page}]").count():
            return
        person.press("ArrowRight")
    pytest.fail(f"there is no page {page}")


def without_warnings(wall: Person) -> None:
    """See that the page says that there are none."""
    go_to(wall, "warnings")
    expect(wall.page.locator(".is-shown .wall-nothing .zh")).to_be_visible()
    wall.check()


@pytest.fixture
def watched(demo: None) -> None:
    """Somebody has looked for warnings today."""
    WatchRun.objects.create(day=timezone.localdate(), made_at=timezone.now())


def test_an_early_warning_comes_by_without_the_page_flickering(watched: None, screen: Callable[..., Person]) -> None:
    wall = screen(WALL)
    without_warnings(wall)
    wall.page.evaluate(COUNT_ARRIVALS)
    warned()
    expect(wall.page.locator(".is-shown [data-warned='222405005'] td").first).to_have_text("12", timeout=60_000)
    wall.check()
    assert wall.page.evaluate("window.arrivals") == 0
    wall.press("ArrowRight")
    wall.check()
    assert wall.page.evaluate("window.arrivals") == 1, "a page that is turned to arrives"
    wall.press("ArrowLeft")
    wall.check()
    wall.shoot("wall-warnings-1920")


def test_a_phone_shows_the_warnings_or_that_there_are_none(watched: None, screen: Callable[..., Person]) -> None:
    wall = screen(PHONE)
    without_warnings(wall)
    warned()
    wall.page.reload()
    go_to(wall, "warnings")
    expect(wall.page.locator(".is-shown [data-warned='222405005'] td").first).to_have_text("12")
    wall.check()
    wall.shoot("wall-warnings-360")
