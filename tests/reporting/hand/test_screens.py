"""The big screen and the early warnings with the ledger behind them: what they show was counted by hand."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.utils import translation

from accounts.models import Role
from cases.models import Case
from departments.models import Division
from reporting import wall
from reporting.models import Alert
from reporting.rollups.folding import fold
from reporting.rollups.reading import reading
from reporting.services import look
from tests.reporting.hand.breakdowns import CATEGORIES, DEPARTMENTS, PLACES
from tests.reporting.hand.building import put_in
from tests.reporting.hand.expected import LASTED, SCOPES, expected
from tests.reporting.hand.ledger import LAOTOUGOU, LIYUAN, LONGJING, NOW, PREFECTURE, YANJI
from tests.reporting.hand.test_tables import words
from tests.reporting.watching import cases_on
from tests.world import World, make_user

SignIn = Callable[..., Client]
NAMES = {code: name for name, code in SCOPES.items()}
OUTBREAK = dt.date(2024, 4, 15)


def pages_of(text: str) -> dict[str, str]:
    return dict(re.findall(r'data-page="(\w+)">(.*?)</section>', text, re.S))


def lines_of(page: str) -> list[list[str]]:
    """The cells behind the bar of each row."""
    bodies = re.findall(r"<tbody>(.*?)</tbody>", page, re.S)
    rows = [row for body in bodies for row in re.findall(r"<tr>(.*?)</tr>", body, re.S)]
    return [
        [words(cell) for cell in re.findall(r"<td(?! class=\"wall-bar)[^>]*>(.*?)</td>", row, re.S)] for row in rows
    ]


def rate(hits: int, of: int) -> str:
    return f"{100 * hits / of:.1f} %" + (" n<30" if of < 30 else "")


@pytest.mark.parametrize("scope", [PREFECTURE, LONGJING, YANJI])
def test_the_wall_shows_the_year(world: World, scope: str) -> None:
    """As it stood at noon of 15 December: the year is that of the four months, for nothing came after them."""
    put_in(world)
    fold(now=NOW)
    division = Division.objects.get(pk=scope)
    with reading(now=NOW) as reader:
        shown = wall.read_pages(reader, division)
    with translation.override("zh-hans"):
        pages = pages_of(render_to_string("reporting/wall/_pages.html", {"shown": shown, "division": division}))
    numbers = expected()[NAMES[scope], "all four"]
    found = dict(re.findall(r'data-figure="(\w+)">.*?<strong>([^<]+)</strong>', pages["overview"], re.S))
    hits, of = numbers["resolution_rate"]
    assert of is not None
    assert found == {
        "resolution_rate": f"{100 * hits / of:.1f} %", "accepted": f"{of}", "resolved": f"{hits}",
        "open": f"{numbers['open'][0]}", "overdue": f"{numbers['overdue'][0]}",
        "median_days": f"{LASTED['prefecture', 'all four'][0]}",
    }  # fmt: skip
    assert f"{hits} / {of}" in words(pages["overview"])
    assert lines_of(pages["places"]) == [[f"{row[1]}", f"{row[2]}", rate(row[2], row[1])] for row in PLACES[scope]]
    assert lines_of(pages["categories"]) == [
        [f"{row[1]}", f"{row[2]}", rate(row[2], row[1])] for row in CATEGORIES[scope]
    ]
    led = [one for key, one in DEPARTMENTS[scope].items() if one[0] and key not in ("nobody", "whole")]
    led.sort(key=lambda one: (-one[0], -one[4]))
    assert lines_of(pages["departments"]) == [[f"{one[0]}", f"{one[1]}", rate(one[1], one[0])] for one in led]


@pytest.mark.parametrize("scope", [PREFECTURE, LONGJING, YANJI])
def test_the_wall_shows_what_stands_open_whenever_it_came(world: World, sign_in: SignIn, scope: str) -> None:
    """At its own address, today: all of them have been open for more than 60 days."""
    put_in(world)
    text = sign_in(make_user("reader", Role.OFFICIAL, PREFECTURE)).get(f"/dashboard/wall/?division={scope}")
    path = re.search(r'href="http://testserver(/dashboard/wall/[^"?]+/)\?seconds=20"', text.content.decode())
    assert path
    page = pages_of(Client().get(f"{path[1]}pages/").content.decode())["late"]
    places = sorted(((row[10], row[9], row[0]) for row in PLACES[scope] if row[9]), key=lambda row: (-row[0], -row[1]))
    still = expected()[NAMES[scope], "all four"]["open"][0]
    assert lines_of(page) == [
        *([f"{is_open}", f"{late}"] for late, is_open, _key in places), ["0"], ["0"], ["0"], [f"{still}"],
    ]  # fmt: skip


@pytest.fixture
def watched(world: World) -> World:
    """Before the ledger came 14 times four weeks: in each of two townships a neighbours' matter a day and one of social
    insurance in four weeks. So each has half of all in Longjing, whatever the category."""
    put_in(world)
    for back in range(14 * 28):
        day = dt.date(2023, 12, 31) - dt.timedelta(days=back)
        for place in (LIYUAN, LAOTOUGOU):
            cases_on(world, day, division_id=place)
            if back % 28 == 13:
                cases_on(world, day, category="social_insurance", division_id=place)
    return world


def test_the_outbreak_is_found_and_shown_with_its_count_and_what_was_expected(watched: World, sign_in: SignIn) -> None:
    """59 to 70: twelve matters of social insurance in Laotougou in the fourteen days from 2 April.

    What lets expect how many came in four weeks: 1 a township in the year before; since then, up to 18 March, eleven in
    two and a half times four weeks in the whole of Longjing (03 05 08 10 18 21 23 26 40 43 46): between 1 and 2.2 a
    township.
    """
    assert look(day=dt.date(2024, 4, 1)) == 0
    assert look(day=OUTBREAK) >= 1
    alert = Alert.objects.get(division=LAOTOUGOU)
    assert (alert.category_id, alert.window, alert.observed) == ("social_insurance", 28, 12)
    assert 1 < alert.expected < 2.2
    county = Alert.objects.get(division=LONGJING)
    assert county.observed == 12
    # Half in the year before, since then two of the eleven (08 26).
    assert county.expected / 3 < alert.expected < county.expected / 2
    assert not Alert.objects.filter(division__in=[LIYUAN, YANJI]).exists()
    # From 9 April 66 to 70, from the 2nd 59 to 65, nothing in the week before.
    assert [week["observed"] for week in alert.weeks[-3:]] == [0, 7, 5]
    assert alert.tail == pytest.approx(tail(12, alert.expected, alert.dispersion), rel=1e-6)
    client = sign_in(make_user("reader", Role.OFFICIAL, LONGJING))
    card = client.get("/dashboard/warnings/").content.decode().split(f'data-alert="{alert.pk}"')[1]
    figures = [words(cell) for cell in re.findall(r"<dd[^>]*>(.*?)</dd>", card.partition("</dl>")[0], re.S)]
    assert figures[:3] == ["12", f"{alert.expected:.1f}", f"{12 / alert.expected:.0f}"], "from ten times on it is whole"
    assert 12 / alert.expected > 10
    page = client.get(f"/dashboard/warnings/{alert.pk}/").content.decode()
    last = re.findall(r'<th scope="row">(2024-04-\d\d)</th>\s*<td[^>]*>(\d+)</td>', page)
    assert last == [("2024-04-02", "7"), ("2024-04-09", "5")]
    behind = re.search(r'href="([^"]+)"', card.partition("card-footer")[2])
    assert behind
    listed = client.get(behind[1].replace("&amp;", "&")).content.decode()
    numbers = {case.number for case in Case.objects.filter(title__in=[f"第{number}件" for number in range(59, 71)])}
    assert len(numbers) == 12
    assert {number for number in numbers if number in listed} == numbers


def tail(seen: int, mean: float, dispersion: float) -> float:
    """The probability of so many cases or more, of a negative binomial distribution: one less all below."""
    size = 1 / dispersion
    share = size / (size + mean)
    below = sum(
        math.exp(math.lgamma(size + k) - math.lgamma(size) - math.lgamma(k + 1))
        * share**size * (1 - share) ** k
        for k in range(seen)
    )  # fmt: skip
    return 1 - below
