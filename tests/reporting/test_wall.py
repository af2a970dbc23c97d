"""The big screen: its address, who gives it, what it shows, and that nobody is signed in there."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Role
from departments.models import Division
from governance_center.errors import NotAllowed
from reporting import selectors, wall
from reporting.forms import BEGIN
from reporting.models import Repeat, Wall, WatchRun
from reporting.periods import Period
from reporting.rollups.reading import reading
from tests.reporting.test_briefing_warnings import make_alert
from tests.reporting.test_figures import ledger_by_hand
from tests.world import LIYUAN, LONGJING, VILLAGE, YANJI, World, make_user

SignIn = Callable[..., Client]
__all__ = ("ledger_by_hand",)


def address(world: World, sign_in: SignIn, scope: str = LONGJING) -> str:
    text = sign_in(world.official).get(f"/dashboard/wall/?division={scope}").content.decode()
    found = re.search(r'href="http://testserver(/dashboard/wall/[^"?]+/)\?seconds=20"', text)
    assert found is not None
    return found[1]


def test_the_screen_opens_without_an_account_and_shows_the_figures(ledger_by_hand: World, sign_in: SignIn) -> None:
    path = address(ledger_by_hand, sign_in)
    nobody = Client()
    screen = nobody.get(f"{path}?seconds=7")
    assert screen.status_code == 200
    assert 'data-seconds="7"' in screen.content.decode()
    assert not screen.cookies
    text = nobody.get(f"{path}pages/").content.decode()
    today = timezone.localdate()
    with reading() as reader:
        figures = selectors.summary(reader, LONGJING, Period(today.replace(month=1, day=1), today))
    rate = figures["resolution_rate"]
    assert f"{rate.value:.1f} %" in text
    assert f"{rate.numerator} / {rate.denominator}" in text
    assert re.findall(r'data-page="(\w+)"', text) == [
        "overview", "places", "categories", "departments", "late", "warnings",
    ]  # fmt: skip


def test_the_prefecture_has_a_map_of_its_counties_with_open_and_overdue(ledger_by_hand: World, sign_in: SignIn) -> None:
    prefecture = make_user("prefecture", Role.OFFICIAL, "2224")
    path = address(ledger_by_hand, lambda _user: sign_in(prefecture), "2224")
    text = Client().get(f"{path}pages/").content.decode()
    assert re.findall(r'data-page="(\w+)"', text) == [
        "overview", "places", "map", "categories", "departments", "late", "warnings",
    ]  # fmt: skip
    drawn = re.search(r'<script id="wall-map-data" type="application/json">(.*?)</script>', text)
    assert drawn
    regions = {one["code"]: one for one in json.loads(drawn[1])["regions"]}
    with reading() as reader:
        rows = {row.key: row for row in selectors.by_division(reader, "2224", Period(BEGIN, timezone.localdate()))}
    assert set(regions) == {LONGJING, YANJI}
    for code, one in regions.items():
        assert (one["open"], one["overdue"]) == (rows[code].open, rows[code].overdue)
    assert (regions[LONGJING]["open"], regions[LONGJING]["overdue"]) == (2, 1)
    assert (regions[LONGJING]["zh"], regions[LONGJING]["ko"]) == ("龙井市", "룡정시")
    assert regions[LONGJING]["value"] > regions[YANJI]["value"]
    for script in ("echarts.min", "chart-kinds", "js/charts", "js/wall"):
        assert script in Client().get(path).content.decode()


def warnings_of(world: World, sign_in: SignIn, scope: str = LONGJING) -> str:
    text = Client().get(f"{address(world, sign_in, scope)}pages/").content.decode()
    found = re.search(r'data-page="warnings">(.*?)</section>', text, re.S)
    assert found
    return found[1]


def test_open_early_warnings_stand_with_their_numbers_and_those_of_one_outbreak_once(
    world: World, sign_in: SignIn
) -> None:
    day = timezone.localdate() - dt.timedelta(days=3)
    for place, fields in (
        (LIYUAN, {"note": "金某家", "acknowledged_at": timezone.now()}), (LONGJING, {}), (YANJI, {}),
        (VILLAGE, {"category_id": "other", "closed_on": day}),
    ):  # fmt: skip
        make_alert(place, **{"opened_on": day, "held_on": day, **fields})
    WatchRun.objects.create(day=day, made_at=timezone.now())
    text = warnings_of(world, sign_in)
    assert re.findall(r'data-warned="(\d+)"', text) == [LIYUAN]
    for words in ("梨园街道", "리원가두", "neighbour 类", "neighbour 류", f"{day:%m-%d}", str(day)):
        assert words in text
    assert re.findall(r"<td[^>]*>([^<]+)</td>", text) == ["12", "3.1", "7", f"{day:%m-%d}"]
    assert "金某" not in text


def test_no_early_warning_is_said_in_words_and_never_looked_is_not_none(world: World, sign_in: SignIn) -> None:
    never = warnings_of(world, sign_in)
    make_alert(YANJI)
    WatchRun.objects.create(day=timezone.localdate(), made_at=timezone.now())
    nothing = warnings_of(world, sign_in)
    assert "data-warned" not in never + nothing
    assert ("circle-check" in never, "circle-check" in nothing) == (False, True)


def test_what_the_page_of_early_warnings_cannot_hold_is_counted(world: World, sign_in: SignIn) -> None:
    for number in range(wall.PER_PAGE + 2):
        code = f"222405{number + 100}"
        Division.objects.create(code=code, parent_id=LONGJING, level="township", name_zh_hans=code, name_ko=code)
        make_alert(code, tail=10.0 ** -(number + 1))
    text = warnings_of(world, sign_in)
    assert re.findall(r'data-warned="(\d+)"', text) == [f"222405{number + 100}" for number in range(9, 1, -1)]
    assert "+2</strong>" in text


def test_repeated_incidents_are_not_on_the_wall(world: World, sign_in: SignIn) -> None:
    day = timezone.localdate()
    Repeat.objects.create(
        kind="address", key="a", address="天桥街9号", division_id=LIYUAN, opened_on=day, held_on=day
    )  # fmt: skip
    text = Client().get(f"{address(world, sign_in)}pages/").content.decode()
    assert "天桥街9号" not in text


def test_chinese_stands_above_korean_and_no_name_of_a_person(ledger_by_hand: World, sign_in: SignIn) -> None:
    text = Client().get(f"{address(ledger_by_hand, sign_in)}pages/").content.decode()
    pairs = re.findall(r'lang="zh-hans">([^<]*)</span>\s*<span class="ko" lang="ko">', text)
    assert len(pairs) > 10
    assert "企业" not in text
    assert "申请人" not in text


def test_nothing_comes_again_while_no_figure_changes(ledger_by_hand: World, sign_in: SignIn) -> None:
    path = f"{address(ledger_by_hand, sign_in)}pages/"
    first = Client().get(path)
    again = Client().get(path, headers={"If-None-Match": first["ETag"]})
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
    ledger_by_hand.village.__class__.objects.filter(pk=LIYUAN).update(name_zh_hans="另名街道")
    changed = Client().get(path, headers={"If-None-Match": first["ETag"]})
    assert changed.status_code == 200


def test_a_new_address_shuts_the_old_one_out(world: World, sign_in: SignIn) -> None:
    old = address(world, sign_in)
    sign_in(world.official).post("/dashboard/wall/", {"division": LONGJING})
    new = address(world, sign_in)
    assert old != new
    assert [Client().get(path).status_code for path in (old, f"{old}pages/", new, f"{new}pages/")] == [
        404,
        404,
        200,
        200,
    ]
    assert Wall.objects.count() == 1


def test_an_unknown_code_opens_nothing(world: World) -> None:
    assert Client().get("/dashboard/wall/guessed/").status_code == 404
    assert Client().get("/dashboard/wall/").status_code == 302


@pytest.mark.parametrize(("asked", "given"), [("1", 5), ("9999", 600), ("x", 20), ("-3", 20), ("", 20), ("99999", 20)])
def test_the_seconds_stay_within_bounds(world: World, sign_in: SignIn, asked: str, given: int) -> None:
    text = Client().get(f"{address(world, sign_in)}?seconds={asked}").content.decode()
    assert f'data-seconds="{given}"' in text


@pytest.mark.parametrize("who", ["clerk", "tax", "mediator", "administrator"])
def test_others_give_no_screen(world: World, sign_in: SignIn, who: str) -> None:
    client = sign_in(getattr(world, who))
    assert client.get("/dashboard/wall/").status_code == 403
    assert client.post("/dashboard/wall/", {"division": LONGJING}).status_code == 403
    assert not Wall.objects.exists()


def test_a_county_gives_none_of_another(world: World, sign_in: SignIn) -> None:
    county = make_user("county", Role.OFFICIAL, LONGJING)
    client = sign_in(county)
    assert client.post("/dashboard/wall/", {"division": YANJI}).status_code == 403
    with pytest.raises(NotAllowed):
        wall.give_new_code(world.yanji.division, by=county)
