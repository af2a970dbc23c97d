"""The tables of the dashboard against the numbers written by hand: the page, and each table as XLSX and CSV."""

from __future__ import annotations

import csv
import datetime as dt
import html
import io
import re
from collections.abc import Callable, Sequence
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.utils import timezone, translation

from accounts.models import Role
from cases.models import Category, Channel
from departments.models import Division
from reporting.measures import MEASURES
from reporting.rollups.folding import fold
from reporting.rollups.snapshots import take_backlog
from tests.reporting.hand.breakdowns import (
    CATEGORIES,
    CHANNELS,
    CURVES,
    DEPARTMENTS,
    FEW,
    LEVELS,
    MONTHS,
    PLACES,
    QUANTILES,
    Department,
)
from tests.reporting.hand.building import put_in
from tests.reporting.hand.expected import LASTED, SIGNED, expected
from tests.reporting.hand.ledger import LONGJING, PREFECTURE, YANJI
from tests.world import World, make_user

SignIn = Callable[..., Client]
Cells = list[list[Any]]
DAYS = {"first": "2024-01-01", "last": "2024-04-30"}
NAMES = {PREFECTURE: "prefecture", LONGJING: "Longjing", YANJI: "Yanji"}
THREE = pytest.mark.parametrize("scope", [PREFECTURE, LONGJING, YANJI])


@pytest.fixture
def reader(world: World, sign_in: SignIn) -> Client:
    """An official of the prefecture with the ledger before him."""
    put_in(world)
    fold()
    take_backlog()
    return sign_in(make_user("prefecture.reader", Role.OFFICIAL, PREFECTURE))


def page_of(client: Client, scope: str, path: str = "/dashboard/") -> str:
    answer = client.get(path, {**DAYS, "division": scope})
    assert answer.status_code == 200
    return str(answer.content.decode())


def rows_in(page: str, after: str) -> dict[str, list[str]]:
    """The rows of the first table behind ``after``, each cell as it is read, by the key of the row."""
    table = page[page.index(after) :].partition("<tbody>")[2].partition("</tbody>")[0]
    found = {}
    for key, row in re.findall(r'<tr(?: class="[^"]*")?(?: data-key="(\w+)")?>(.*?)</tr>', table, re.S):
        cells = [words(cell) for cell in re.findall(r"<t[dh]\b[^>]*>(.*?)</t[dh]>", row, re.S)]
        found[key or cells[0]] = cells
    return found


def words(piece: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", piece)).split())


def as_file(client: Client, table: str, scope: str, **more: str) -> Cells:
    """The rows of a table below its headings and above its foot; the CSV must say the same as the XLSX."""
    asked = {**DAYS, "division": scope, **more}
    made = {kind: client.get(f"/dashboard/tables/{table}.{kind}", asked) for kind in ("xlsx", "csv")}
    body = {kind: b"".join(one.streaming_content) for kind, one in made.items()}  # type: ignore[attr-defined]
    sheet = openpyxl.load_workbook(io.BytesIO(body["xlsx"])).active
    rows = [list(row) for row in sheet.iter_rows(values_only=True)]
    texts = [["" if cell is None else str(cell) for cell in row] for row in rows]
    lines = list(csv.reader(io.StringIO(body["csv"].decode("utf-8-sig"))))
    width = max(map(len, lines))
    # Each file has the second in which it was made.
    same = [without_the_moment(one) for one in (lines, texts)]
    assert [line + [""] * (width - len(line)) for line in map(as_numbers, same[0])] == [
        line + [""] * (width - len(line)) for line in map(as_numbers, same[1])
    ]
    end = next(number for number, row in enumerate(rows) if not any(cell is not None for cell in row))
    assert rows[end + 1][1] == scope
    assert tuple(rows[end + 2][1:3]) == (asked["first"], asked["last"])
    return [["" if cell is None else cell for cell in row] for row in rows[1:end]]


def as_numbers(line: Sequence[str]) -> list[Any]:
    return [float(cell) if re.fullmatch(r"-?\d+\.?\d*", cell) else cell for cell in line]


def without_the_moment(lines: list[list[str]]) -> list[list[str]]:
    return [line[:1] if line and line[0] == "截至" else line for line in lines]


def few(of: int) -> str:
    return "是" if of < 30 else ""


def percent(value: float) -> str:
    return f"{value:.1f} %"


def interval(low: float, high: float) -> str:
    return f"{low:.1f}–{high:.1f} %"


@THREE
@pytest.mark.parametrize(
    ("table", "written"), [("categories", CATEGORIES), ("channels", CHANNELS), ("levels", LEVELS)],
    ids=["categories", "channels", "levels"],
)  # fmt: skip
def test_one_dimension(reader: Client, scope: str, table: str, written: dict[str, Any]) -> None:
    with translation.override("zh-hans"):
        names = {
            "categories": {one.pk: one.name for one in Category.objects.all()},
            "channels": {value: str(label) for value, label in Channel.choices},
            "levels": {value: str(label) for value, label in Division.Level.choices},
        }[table]
    wanted = written[scope]
    assert as_file(reader, table, scope) == [
        [key, names[key], of, hits, pytest.approx(rate), pytest.approx(low), pytest.approx(high), few(of), *rest]
        for key, of, hits, rate, low, high, *rest in wanted
    ]
    shown = rows_in(page_of(reader, scope), f"/tables/{table}.csv")
    assert shown == {
        key: [names[key], f"{of}", f"{hits}", f"{percent(rate)} {interval(low, high)}", f"{still}", f"{late}"]
        for key, of, hits, rate, low, high, still, late in wanted
    }


@THREE
def test_the_places(reader: Client, scope: str) -> None:
    found = as_file(reader, "places", scope)
    assert [row[0] for row in found] == [row[0] for row in PLACES[scope]]
    shown = rows_in(page_of(reader, scope), 'id="ranking"')
    assert list(shown) == [row[0] for row in PLACES[scope]]
    for cells, (key, of, hits, rate, low, high, without, mix, verdict, still, late, median) in zip(
        found, PLACES[scope], strict=True
    ):
        numbers = [of, hits, *map(pytest.approx, (rate, low, high))]
        adjusted = [pytest.approx(one, abs=1e-4) for one in mix] if mix else ["", "", ""]
        rest = [pytest.approx(without), *adjusted, verdict, still, late, "" if median is None else median]
        assert cells[2:] == [*numbers, few(of), *rest], key
        told = f"{percent(mix[0])} {mix[1]:.1f} %–{mix[2]:.1f} %" if mix else "—"
        assert shown[key][1:] == [
            f"{of}", f"{hits}", f"{percent(rate)} {interval(low, high)}", percent(without), told, verdict, f"{still}",
            f"{late}", "—" if median is None else f"{median} 天",
        ], key  # fmt: skip


@THREE
def test_the_months(reader: Client, scope: str) -> None:
    assert as_file(reader, "trend", scope) == [list(row) for row in MONTHS[scope]]
    shown = rows_in(page_of(reader, scope), "/tables/trend.csv")
    assert shown == {row[0][:7]: [row[0][:7], *map(str, row[2:])] for row in MONTHS[scope]}


@THREE
def test_the_curve_and_its_quartiles(reader: Client, scope: str) -> None:
    rows = [row[:2] for row in as_file(reader, "survival", scope)]
    assert rows == [[0, 100], *([day, pytest.approx(left, abs=1e-4)] for day, left in CURVES[scope])]
    page = page_of(reader, scope)
    days = ["—" if day is None else f"{day} 天" for day in QUANTILES[scope]]
    shown = rows_in(page, "/tables/survival.csv")
    assert shown == {f"{share} %": [f"{share} %", day] for share, day in zip((25, 50, 75, 90), days, strict=True)}
    left = rows_in(page[page.index("/tables/survival.csv") :].partition("</table>")[2], "<table")
    for day in (1, 3, 7, 15, 30, 60, 90, 180):
        passed = [100.0, *(share for at, share in CURVES[scope] if at <= day)]
        assert left[f"{day} 天"][1] == percent(passed[-1]), day
    card = words(page[page.index('data-figure="time_to_resolution"') :].partition("</section>")[0][:900])
    assert days[0] in card
    assert days[1] in card


@THREE
def test_all_figures(reader: Client, scope: str) -> None:
    """The table of figures and the page say of each measure what was counted."""
    numbers = expected()[NAMES[scope], "all four"]
    numbers = numbers | {
        "resolved": (numbers["resolution_rate"][0], None),
        "ended_otherwise": (numbers["withdrawn"][0] + numbers["guided"][0], None),
        "registered": (numbers["refusal_rate"][1] or 0, None), "refused": (numbers["refusal_rate"][0], None),
        "excluded": ((numbers["resolution_rate"][1] or 0) - (numbers["adjusted_rate"][1] or 0), None),
    }  # fmt: skip
    lasted = {PREFECTURE: LASTED["prefecture", "all four"][:2], LONGJING: (10, 30), YANJI: (10, 10)}[scope]
    medians = {"median_days": lasted[0], "time_to_resolution": lasted[1], "signing_hours": SIGNED[NAMES[scope]]}
    with translation.override("zh-hans"):
        code_of = {str(measure.name): code for code, measure in MEASURES.items()}
    rows = {code_of[row[0]]: row for row in as_file(reader, "figures", scope)}
    assert rows.keys() == numbers.keys() | medians.keys() | {"attendance_rate"} == MEASURES.keys()
    page = page_of(reader, scope)
    on_page = {code: words(cell) for code, cell in re.findall(r'data-figure="(\w+)">(.*?)</d', page, re.S)}
    for code, (above, below) in numbers.items():
        value = above if below is None else pytest.approx(100 * above / below, abs=1e-4) if below else ""
        assert rows[code][1] == value, code
        assert rows[code][3:5] == [above, "" if below is None else below], code
        if code in on_page:
            told = f"{above}" if below is None else percent(100 * above / below) if below else "—"
            made_of = f" {above} / {below}" if below is not None and "/" in on_page[code] else ""
            assert f"{on_page[code]} ".startswith(f"{told}{made_of} "), (code, on_page[code])
    for code, value in medians.items():
        assert rows[code][1] == value, code
        unit = "小时" if code == "signing_hours" else " 天"
        assert on_page[code] == f"{value:g}{unit}", code
    assert len(on_page) > 25


@THREE
def test_the_departments(reader: Client, scope: str) -> None:
    shown = rows_in(page_of(reader, scope, "/dashboard/departments/"), "dash-table")
    wanted = DEPARTMENTS[scope]
    assert shown.keys() == wanted.keys()
    for key, one in wanted.items():
        assert [without_interval(cell) for cell in shown[key][1:10]] == _department(one, key), key
        assert [FEW in shown[key][place] for place in (3, 7, 9)] == [0 < of < 30 for of in (one[0], one[4], one[9])]


def _department(one: Department, key: str) -> list[str]:
    of, hits, still, late, referred, returned, signed, hours, kept, over = one
    bounced = rate(returned, referred)
    signing = "—" if hours is None else f"{hours:g}小时"
    if key != "whole":
        bounced += f" 已退回: {returned}" if returned else ""
        signing += f" 已签收 {signed} 件" if signed else ""
    return [
        f"{of}", f"{hits}", rate(hits, of), f"{still}", f"{late}", f"{referred}", bounced, signing, rate(kept, over),
    ]  # fmt: skip


def rate(hits: int, of: int) -> str:
    """A rate as the page of departments shows it, less its interval and the mark of few cases."""
    return f"{percent(100 * hits / of)} {hits} / {of}" if of else "—"


def without_interval(cell: str) -> str:
    """The interval is that of the same function as on the other pages; it must hold the rate."""
    found = re.match(r"([\d.]+) % .*? ([\d.]+)–([\d.]+) %", cell)
    assert found is None or float(found[2]) <= float(found[1]) <= float(found[3]), cell
    return re.sub(rf" [\d.]+–[\d.]+ %( {FEW})?", "", cell)


@THREE
def test_the_backlog(reader: Client, scope: str) -> None:
    """What stood open when it was kept: 09 12 27 33 35 40 57 61 to 68 less the consultation 35."""
    yesterday = f"{timezone.localdate() - dt.timedelta(days=1)}"
    numbers = expected()[NAMES[scope], "all four"]
    rows = as_file(reader, "backlog", scope, first="2024-01-01", last=f"{timezone.localdate()}")
    assert rows == [[yesterday, numbers["open"][0], numbers["overdue"][0]]]
