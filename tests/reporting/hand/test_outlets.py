"""The figures of the ledger as they leave the house: the page, the interface for programs, the lists as files."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from django.test import Client

from reporting.rollups.folding import fold
from reporting.templatetags.reporting import figure
from tests.reporting.hand.building import put_in
from tests.reporting.hand.expected import BY_DIVISION, LASTED, PERIODS, SCOPES, SIGNED, expected
from tests.reporting.hand.ledger import PREFECTURE
from tests.world import World

SignIn = Callable[..., Client]
HEADLINES = {
    "accepted": "accepted", "resolved": "resolution_rate", "resolution_rate": "resolution_rate", "open": "open",
    "overdue": "overdue",
}  # fmt: skip
"""What the page shows largest, and the column of the table that holds it."""

PAIRS = [(place, period) for place in SCOPES for period in PERIODS]


@pytest.fixture(params=[True, False], ids=["folded", "as changes"])
def ledger(world: World, request: pytest.FixtureRequest) -> World:
    put_in(world)
    if request.param:
        fold()
    return world


def asked(place: str, period: str) -> dict[str, str]:
    days = PERIODS[period]
    return {"division": SCOPES[place], "first": f"{days.first}", "last": f"{days.last}"}


def test_the_page_shows_what_was_counted_by_hand(ledger: World, sign_in: SignIn) -> None:
    client = sign_in(ledger.official)
    for place, period in [(place, "all four") for place in SCOPES] + [("prefecture", period) for period in PERIODS]:
        page = client.get("/dashboard/", asked(place, period)).content.decode()
        for code, column in HEADLINES.items():
            above, below = expected()[place, period][column]
            value = (100 * above / below if below else None) if code.endswith("rate") else above
            unit = "percent" if code.endswith("rate") else "count"
            shown = re.search(rf'data-figure="{code}"[^>]*>\s*(?:<[^>]+>\s*)*([^<]*?)\s*<', page)
            assert shown, (code, place, period)
            assert shown[1] == figure(value, unit), (code, place, period)


def test_the_interface_answers_what_was_counted_by_hand(ledger: World, sign_in: SignIn) -> None:
    client = sign_in(ledger.official)
    for place, period in PAIRS:
        answer = client.get("/api/figures/", asked(place, period)).json()
        found = {one["code"]: one for one in answer["figures"]}
        for code, (above, below) in expected()[place, period].items():
            assert (found[code]["numerator"], found[code]["denominator"]) == (above, below), (place, period, code)
        if (place, period) == ("prefecture", "all four"):
            assert found["median_days"]["value"] == LASTED[place, period][0]
            assert found["time_to_resolution"]["value"] == LASTED[place, period][1]
            assert found["signing_hours"]["value"] == SIGNED[place]


@pytest.mark.parametrize("scope", BY_DIVISION)
def test_the_interface_breaks_down_as_counted_by_hand(ledger: World, sign_in: SignIn, scope: str) -> None:
    question = {**asked("prefecture", "all four"), "division": scope, "by": "division"}
    answer = sign_in(ledger.official).get("/api/figures/", question).json()
    rows = {row["key"]: row["figures"]["resolution_rate"] for row in answer["by"]["rows"]}
    assert {key: (row["denominator"], row["numerator"]) for key, row in rows.items()} == BY_DIVISION[scope]


def test_the_month_before_stands_beside_its_month(ledger: World, sign_in: SignIn) -> None:
    question = {**asked("prefecture", "March"), "compare": "before"}
    answer = sign_in(ledger.official).get("/api/figures/", question).json()
    for part, period in ((answer, "March"), (answer["compared"], "February")):
        assert part["first"] == f"{PERIODS[period].first}"
        (rate,) = [one for one in part["figures"] if one["code"] == "resolution_rate"]
        assert (rate["numerator"], rate["denominator"]) == expected()["prefecture", period]["resolution_rate"]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_lists_behind_the_numbers_hold_as_many_rows(ledger: World, sign_in: SignIn, kind: str) -> None:
    """Each number of the page opens its cases; the list as a file has one row for each, less the restricted ones."""
    client = sign_in(ledger.official)
    page = client.get("/dashboard/", asked("prefecture", "all four")).content.decode()
    found = dict(re.findall(r'<tr data-key="(\w+)">(.*?)</tr>', page, re.S))
    for county, hidden in (("222405", 0), ("222401", 2)):  # 34 is resolved, 57 is open, 11 is resolved
        accepted, resolved = BY_DIVISION[PREFECTURE][county]
        addresses = re.findall(r'<a href="(/dashboard/cases/\?[^"]+)">([\d,]+)</a>', found[county])
        assert [int(number) for _address, number in addresses[:2]] == [accepted, resolved]
        for (address, _number), rows, restricted in zip(
            addresses, (accepted, resolved), (hidden + bool(hidden), hidden), strict=False
        ):
            made = client.get(f"{address.replace('&amp;', '&')}&export={kind}")
            assert made.status_code == 200
            assert _rows(b"".join(made.streaming_content), kind) == rows - restricted  # type: ignore[attr-defined]


def _rows(made: bytes, kind: str) -> int:
    if kind == "csv":
        return len(list(csv.DictReader(io.StringIO(made.decode("utf-8-sig")))))
    rows: list[Any] = list(openpyxl.load_workbook(io.BytesIO(made)).worksheets[0].iter_rows(values_only=True))
    return len(rows) - 1
