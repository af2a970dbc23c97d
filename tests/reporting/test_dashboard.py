"""The dashboard as its readers get it: the page says what the selectors say, in both languages and as files."""

from __future__ import annotations

import csv
import datetime as dt
import html
import io
import re
from collections.abc import Callable

import pytest
from django.http import HttpResponseBase
from django.test import Client
from django.utils import timezone, translation
from openpyxl import load_workbook

from accounts.models import Role
from departments.models import Division
from reporting import series
from reporting.comparison import Verdict, verdict
from reporting.forms import ComparisonForm
from reporting.measures import MEASURES, Figure, Unit, figure
from reporting.models import BacklogDay
from reporting.overview import Overview, read_overview
from reporting.periods import Period
from reporting.rollups.by_place import days_to_resolution
from reporting.rollups.folding import fold
from reporting.rollups.reading import reading
from reporting.statistics import median_interval
from reporting.tables import TABLES
from reporting.templatetags.reporting import figure as written
from tests.reporting.test_figures import ledger_by_hand  # noqa: F401  a fixture
from tests.world import LIYUAN, LONGJING, VILLAGE, YANJI, World, make_user

Enter = Callable[..., Client]
PLACES = ("2224", LONGJING, LIYUAN, VILLAGE)


def body(response: HttpResponseBase) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content  # type: ignore[attr-defined]


def overview(place: str) -> Overview:
    today = timezone.localdate()
    return read_overview(Division.objects.get(pk=place), Period(dt.date(2023, 1, 1), today))


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("language", ["zh-hans", "ko"])
def test_the_page_says_what_the_selectors_say(
    ledger_by_hand: World,  # noqa: F811
    sign_in: Enter,
    place: str,
    language: str,
) -> None:
    client = sign_in(ledger_by_hand.official, language)
    response = client.get(f"/dashboard/?division={place}")
    page = response.content.decode()
    assert f'<html lang="{language}">' in page
    assert response.status_code == 200
    shown = overview(place)
    for code in ("accepted", "resolved", "resolution_rate", "open", "overdue", "adjusted_rate", "satisfaction"):
        found = re.search(rf'data-figure="{code}">(.*?)</d', page, re.S)
        assert found, code
        text = html.unescape(re.sub(r"<[^>]+>", " ", found[1]))
        with translation.override(language):
            assert written(shown.figures[code].value, MEASURES[code].unit) in text, code
    assert shown.figures["accepted"].value == 8
    assert shown.figures["resolution_rate"].is_small
    for one in shown.guards("resolution_rate"):
        assert f'data-guard="{one.code}"' in page


@pytest.mark.parametrize("place", PLACES)
def test_every_address_of_the_page_opens(
    ledger_by_hand: World,  # noqa: F811
    sign_in: Enter,
    place: str,
) -> None:
    client = sign_in(ledger_by_hand.official)
    page = client.get(f"/dashboard/?division={place}").content.decode()
    found = {html.unescape(one) for one in re.findall(r'href="((?:/dashboard/|/cases/\?|\?)[^"]*)"', page)}
    found |= set(re.findall(r'"url": "([^"]+)"', page.replace("\\u0026", "&")))
    assert len(found) > 20
    for address in found:
        answer = client.get(f"/dashboard/{address}" if address.startswith("?") else address)
        body(answer)
        assert answer.status_code == 200, address


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("language", ["zh-hans", "ko"])
def test_each_table_can_be_taken_away(
    ledger_by_hand: World,  # noqa: F811
    sign_in: Enter,
    table: str,
    language: str,
) -> None:
    client = sign_in(ledger_by_hand.official, language)
    answer = client.get(f"/dashboard/tables/{table}.csv?division={LONGJING}&compare=year")
    lines = list(csv.reader(io.StringIO(body(answer).decode("utf-8-sig"))))
    sheet = load_workbook(io.BytesIO(body(client.get(f"/dashboard/tables/{table}.xlsx?division={LONGJING}")))).active
    assert [str(cell.value or "") for cell in sheet[1]][: len(lines[0])] == lines[0]
    assert "2023-01-01" in next(line for line in lines if line and line[-1] == str(timezone.localdate()))
    if table == "places":
        row = next(sheet.iter_rows(min_row=2, max_row=2, values_only=True))
        assert row[:5] == (LIYUAN, Division.objects.get(pk=LIYUAN).name, 8, 4, 50)
        with translation.override(language):
            definition = str(MEASURES["resolution_rate"].definition)
        assert any(definition in cell for line in lines for cell in line)


def test_a_table_of_another_place_or_name_is_not_given(world: World, sign_in: Enter) -> None:
    client = sign_in(make_user("county", Role.OFFICIAL, LONGJING))
    assert client.get(f"/dashboard/tables/places.csv?division={YANJI}").status_code == 403
    assert client.get("/dashboard/tables/secrets.csv").status_code == 404
    assert client.get("/dashboard/tables/places.exe").status_code == 404
    assert sign_in(world.clerk).get("/dashboard/tables/places.csv").status_code == 403


def test_figures_stand_beside_those_of_another_period(
    ledger_by_hand: World,  # noqa: F811
    sign_in: Enter,
) -> None:
    client, today = sign_in(ledger_by_hand.official), timezone.localdate()
    tomorrow = today + dt.timedelta(days=1)
    shown = client.get(f"/dashboard/?first={tomorrow}&last={tomorrow}&compare=before").context["shown"]
    assert (shown.figures["accepted"].value, shown.changes) == (0, {})
    first = today - dt.timedelta(days=2)
    page = client.get(f"/dashboard/?first={first}&last={today}&compare=year")
    assert page.context["shown"].compared == Period(first, today).a_year_before()
    assert page.context["shown"].changes == {}
    assert client.get("/dashboard/?compare=none").context["shown"].compared is None
    assert client.get("/dashboard/?compare=nonsense&measure=x&order=rate").status_code == 200


def test_the_form_knows_the_other_period() -> None:
    query = {"first": "2026-03-01", "last": "2026-03-31"}
    assert ComparisonForm(query).compared() == Period(dt.date(2026, 2, 1), dt.date(2026, 2, 28))
    year = ComparisonForm(query | {"compare": "year"}).compared()
    assert year == Period(dt.date(2025, 3, 1), dt.date(2025, 3, 31))


@pytest.mark.parametrize(
    ("now", "then", "expected"),
    [
        ((990, 1000), (900, 1000), Verdict.BETTER),
        ((900, 1000), (990, 1000), Verdict.WORSE),
        ((951, 1000), (949, 1000), Verdict.UNCLEAR),
        ((20, 20), (1, 20), Verdict.FEW),
        ((0, 0), (1, 20), Verdict.UNSAID),
    ],
)
def test_better_is_said_only_where_the_intervals_lie_apart(
    now: tuple[int, int], then: tuple[int, int], expected: Verdict
) -> None:
    figures = [figure("resolution_rate", {"resolved": hits, "accepted": of}) for hits, of in (now, then)]
    assert verdict(figures[0], figures[1], (now[1], then[1])) is expected


def test_fewer_overdue_of_fewer_cases_are_no_merit() -> None:
    now, then = figure("overdue", {"overdue": 5}), figure("overdue", {"overdue": 10})
    assert verdict(now, then, (500, 1000)) is Verdict.UNCLEAR
    assert verdict(now, then, (5000, 100)) is Verdict.BETTER
    assert verdict(figure("accepted", {"accepted": 5}), figure("accepted", {"accepted": 9}), (5, 9)) == ""


def test_a_median_is_judged_by_its_interval() -> None:
    now, then = Figure(MEASURES["median_days"], 4), Figure(MEASURES["median_days"], 7)
    assert verdict(now, then, (99, 99)) is Verdict.UNSAID
    assert verdict(now, then, (99, 99), (None, (6, 8))) is Verdict.FEW
    assert verdict(now, then, (99, 99), ((3, 6), (6, 8))) is Verdict.UNCLEAR
    assert verdict(now, then, (99, 99), ((3, 5), (6, 8))) is Verdict.BETTER
    assert verdict(then, now, (99, 99), ((6, 8), (3, 5))) is Verdict.WORSE


def test_the_interval_of_a_median_comes_from_the_order_of_the_cases() -> None:
    assert median_interval(dict.fromkeys(range(1, 101), 1), 30) == (40, 61)
    assert median_interval({5: 100}, 30) == (5, 5)
    assert median_interval({5: 29}, 30) is None


@pytest.mark.parametrize("places", [("222401", LONGJING), (LIYUAN,), (VILLAGE,)])
@pytest.mark.parametrize("is_folded", [True, False])
def test_the_days_of_several_places_are_those_of_each(
    ledger_by_hand: World,  # noqa: F811
    places: tuple[str, ...],
    is_folded: bool,
) -> None:
    if is_folded:
        fold()
    period = Period(dt.date(2023, 1, 1), timezone.localdate())
    with reading() as reader:
        found = days_to_resolution(reader, places, period)
        assert found == {place: reader.durations("r", place, period) for place in places}
    assert sum(found[places[-1]].values()) == 4


@pytest.mark.parametrize("is_folded", [True, False])
def test_the_time_to_signature_of_all_departments_is_told(
    ledger_by_hand: World,  # noqa: F811
    is_folded: bool,
) -> None:
    if is_folded:
        fold()
    assert overview(LONGJING).figures["signing_hours"].value == 0


def test_the_points_of_a_series_have_no_gaps_and_add_up(ledger_by_hand: World) -> None:  # noqa: F811
    today = timezone.localdate()
    with reading() as reader:
        days = series.points(reader, "2224", Period(today - dt.timedelta(days=9), today + dt.timedelta(days=9)))
        months = series.points(reader, "2224", Period(dt.date(2023, 1, 15), today))
    assert [point.period.first for point in days] == [today - dt.timedelta(days=9 - number) for number in range(10)]
    assert days[-1].accepted == months[-1].accepted == 8
    assert (months[0].period.first, months[0].period.last) == (dt.date(2023, 1, 15), dt.date(2023, 1, 31))
    assert months[-1].period.last == today


def test_a_day_whose_backlog_was_not_kept_is_a_gap(world: World) -> None:
    today = timezone.localdate()
    for ago, count in ((3, 4), (1, 6)):
        BacklogDay.objects.create(
            day=today - dt.timedelta(days=ago), division="2224", category="other", open=count, overdue=1,
            taken_at=timezone.now(),
        )  # fmt: skip
    kept = series.backlog("2224", Period(today - dt.timedelta(days=30), today), today)
    assert [one.open for one in kept] == [4, None, 6]


def test_places_are_never_ordered_by_a_rate(
    ledger_by_hand: World,  # noqa: F811
    sign_in: Enter,
) -> None:
    client = sign_in(ledger_by_hand.official)

    def keys(order: str) -> list[str]:
        return [place.key for place in client.get(f"/dashboard/?order={order}").context["shown"].places]

    assert keys("code") == keys("resolution_rate") == [YANJI, LONGJING]
    assert keys("accepted") == [LONGJING, YANJI]
    assert {MEASURES[code].unit for code in ("accepted", "open", "overdue")} == {Unit.COUNT}
