"""The figures of the ledger by hand: from the roll-ups, unfolded, folded and rebuilt, and by a second count."""

from __future__ import annotations

import datetime as dt

import pytest

from reporting import selectors
from reporting.models import ChangedCase
from reporting.models.rollup import Dim
from reporting.periods import Period
from reporting.rollups.folding import fold
from reporting.rollups.reading import Reader, reading
from reporting.rollups.rebuilding import differences, rebuild
from tests.reporting.hand.building import put_in
from tests.reporting.hand.counting import count
from tests.reporting.hand.expected import (
    BY_DIVISION,
    BY_MONTH,
    CODES,
    LASTED,
    PERIODS,
    SCOPES,
    SIGNED,
    Cell,
    expected,
)
from tests.reporting.hand.ledger import LAOTOUGOU, LIYUAN, LONGJING, NOW, PREFECTURE, VILLAGE, YANJI
from tests.reporting.hand.rows import LOCAL, lines, moment
from tests.world import World

ALL = PERIODS["all four"]


@pytest.fixture(params=["as changes", "folded", "half folded", "rebuilt"])
def ledger(world: World, request: pytest.FixtureRequest) -> World:
    """The ledger in each of the ways in which the roll-ups may know of it."""
    cases = [case.pk for case in put_in(world).values()]
    if request.param == "folded":
        assert fold(now=NOW) == 70
        assert not ChangedCase.objects.exists()
    elif request.param == "half folded":
        later = list(ChangedCase.objects.filter(case_id__in=cases[::2]).values_list("case_id", flat=True).distinct())
        ChangedCase.objects.filter(case_id__in=later).delete()
        assert fold(now=NOW) == 35
        ChangedCase.objects.bulk_create([ChangedCase(case_id=case) for case in later])
    elif request.param == "rebuilt":
        assert rebuild(now=NOW) == 70
    return world


@pytest.fixture
def folded(world: World) -> World:
    put_in(world)
    fold(now=NOW)
    return world


def cell(reader: Reader, code: str, scope: str, period: Period) -> Cell:
    one = selectors.summary(reader, scope, period)[code]
    assert one.numerator is not None
    return one.numerator, one.denominator


def test_the_second_count_finds_what_was_counted_by_hand() -> None:
    rows = lines()
    assert len(rows) == 70
    for (place, period), figures in expected().items():
        days = PERIODS[period]
        for code, (above, below) in figures.items():
            hits, of = count(code, rows, SCOPES[place], days.first, days.last, NOW)
            assert (len(hits), len(of)) == (above, len(of) if below is None else below), (place, period, code, hits, of)


def test_the_months_add_up_to_the_four_months_and_the_counties_to_the_prefecture() -> None:
    numbers, four = expected(), ("January", "February", "March", "April")
    for place in SCOPES:
        for code in CODES:
            assert sum(numbers[place, month][code][0] for month in four) == numbers[place, "all four"][code][0]
    for period in PERIODS:
        for code in CODES:
            counties = sum(numbers[place, period][code][0] for place in ("Longjing", "Yanji"))
            assert counties == numbers["prefecture", period][code][0]


def test_every_figure_of_every_place_and_period(ledger: World) -> None:
    with reading(now=NOW) as reader:
        for (place, period), figures in expected().items():
            found = selectors.summary(reader, SCOPES[place], PERIODS[period])
            for code, (above, below) in figures.items():
                one = found[code]
                assert (one.numerator, one.denominator) == (above, below), (place, period, code)
                if below is not None:
                    assert one.value == (None if not below else pytest.approx(100 * above / below))
                    assert one.is_small == (below < 30)
    assert differences(now=NOW) == []


def test_how_long_it_took(ledger: World) -> None:
    with reading(now=NOW) as reader:
        for (place, period), (days, curve, quartiles) in LASTED.items():
            found = selectors.summary(reader, SCOPES[place], PERIODS[period])
            assert (found["median_days"].value, found["time_to_resolution"].value) == (days, curve), (place, period)
            survival = selectors.time_to_resolution(reader, SCOPES[place], PERIODS[period])
            assert survival.quartiles == quartiles, (place, period)
        for place, hours in SIGNED.items():
            assert selectors.summary(reader, SCOPES[place], ALL)["signing_hours"].value == hours
        assert reader.durations("s", LIYUAN, ALL) == {}, "signatures are kept for prefecture and counties"
        assert reader.durations("s", PREFECTURE, ALL, "tax") == {2: 1, 3: 1, 5: 1, 10: 1, 30: 1}


def test_the_curve_of_the_prefecture(folded: World) -> None:
    with reading(now=NOW) as reader:
        curve = selectors.time_to_resolution(reader, PREFECTURE, ALL)
    assert curve.days == (0, 1, 2, 3, 4, 5, 10, 20, 27, 30, 79)
    after = dict(zip(curve.days, curve.open, strict=True))
    assert after[1] == pytest.approx(0.9016, abs=1e-4)
    assert after[5] == pytest.approx(0.8349, abs=1e-4)
    assert after[10] == pytest.approx(0.5111, abs=1e-4)
    assert after[30] == pytest.approx(0.3468, abs=1e-4)
    assert after[79] == pytest.approx(0.3237, abs=1e-4)


def test_below_each_place_and_by_month(ledger: World) -> None:
    with reading(now=NOW) as reader:
        for scope, below in BY_DIVISION.items():
            rows = selectors.by_division(reader, scope, ALL)
            assert {row.key: (row.accepted, row.resolved) for row in rows} == below
        months = selectors.trend(reader, PREFECTURE, ALL)
        assert [(row["month"], row["accepted"], row["resolved"]) for row in months] == BY_MONTH


def test_the_outbreak_stands_in_its_township_and_category(ledger: World) -> None:
    """59 to 70: twelve matters of social insurance in one township within fourteen days, three resolved."""
    days = Period(dt.date(2024, 4, 2), dt.date(2024, 4, 15))
    with reading(now=NOW) as reader:
        (row,) = selectors.by_category(reader, LAOTOUGOU, days)
        by_day = reader.days(LAOTOUGOU, days, "d")
        channels = {row.key: row.accepted for row in selectors.by_channel(reader, LAOTOUGOU, days)}
    assert (row.key, row.accepted, row.resolved, row.open, row.overdue) == ("social_insurance", 12, 3, 8, 2)
    assert [day.day for day in sorted(by_day)] == [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 15]
    assert channels == {"walk_in": 10, "hotline": 2}


def test_what_was_corrected_counts_where_it_belongs(ledger: World) -> None:
    """31 was registered as social insurance, 32 in a village of Longjing; both were corrected three months later."""
    february = PERIODS["February"]
    with reading(now=NOW) as reader:
        yanji = {row.key: row.accepted for row in selectors.by_category(reader, YANJI, february)}
        village = {row.key: row.accepted for row in selectors.by_category(reader, VILLAGE, february)}
    assert yanji == {"neighbour": 3, "social_insurance": 2, "public_service": 1}  # 29 31 32, 30 33, 34
    assert village == {"neighbour": 2, "social_insurance": 1}  # 19 20, 21


def test_by_department_referrals_count_for_whom_they_were_made(ledger: World) -> None:
    with reading(now=NOW) as reader:
        found = reader.by(Dim.DEPARTMENT, PREFECTURE, ALL)
    referred = {key: (row["referred"], row["returned"], row["signed"]) for key, row in found.items() if row["referred"]}
    assert referred == {
        "tax": (8, 2, 5),  # 03 10 12 23 43 59 62 62; returned 12 62; signed 03 10 23 43 59
        "justice": (2, 1, 1),  # 06 47; returned 06
        "civil_affairs": (1, 0, 1),  # 06
        "human_resources": (1, 0, 0),  # 12
    }


def test_restricted_cases_count(ledger: World) -> None:
    with reading(now=NOW) as reader:
        assert selectors.restricted(reader, PREFECTURE, ALL) == 3  # 11 34 57
        assert selectors.restricted(reader, LONGJING, ALL) == 0


def test_whole_years_and_the_year_of_today_give_the_same(ledger: World) -> None:
    year = Period(dt.date(2024, 1, 1), dt.date(2024, 12, 31))
    for now in (NOW, dt.datetime(2025, 3, 3, tzinfo=dt.UTC)):
        with reading(now=now) as reader:
            assert cell(reader, "resolution_rate", PREFECTURE, year) == (39, 61)
            assert cell(reader, "resolved_in_period", PREFECTURE, year) == (39, None)
            assert cell(reader, "on_time_rate", PREFECTURE, year) == (5, 10), "the limit of 61 ended in May"
            if now == NOW:
                assert selectors.time_to_resolution(reader, PREFECTURE, year).median == 20


def test_a_limit_is_late_at_its_moment_and_counted_when_its_day_is_over(world: World) -> None:
    """12 falls due on 17 February at ten; a limit that ends at midnight ends with the day before."""
    put_in(world)
    fold(now=moment("02-01"))
    for at, late, kept in (
        ("02-17T09:59", 0, (3, 3)), ("02-17T10:00", 1, (3, 3)), ("02-17T23:59", 1, (3, 3)), ("02-18T00:00", 1, (3, 4)),
        ("02-29T23:59", 1, (3, 4)), ("03-01T00:00", 1, (4, 5)),
    ):  # fmt: skip
        with reading(now=moment(at)) as reader:
            assert cell(reader, "overdue", YANJI, PERIODS["January"]) == (late, None), at
            assert cell(reader, "on_time_rate", PREFECTURE, PERIODS["February"]) == kept, at


def test_a_limit_that_stands_still_is_neither_late_nor_over(ledger: World) -> None:
    """27 was paused a fortnight before its end: it will have another last day."""
    month = PERIODS["March"]
    with reading(now=NOW) as reader:
        assert cell(reader, "on_time_rate", PREFECTURE, month) == (0, 0)
        assert cell(reader, "overdue", LAOTOUGOU, PERIODS["February"]) == (0, None)


def test_a_day_is_a_day_in_yanbian(ledger: World) -> None:
    """01 19 37 54 were accepted in the first minute of a month, 16 18 51 55 in the last; UTC says otherwise of four."""
    with reading(now=NOW) as reader:
        for day, accepted, resolved in (
            (dt.date(2023, 12, 31), 0, 0), (dt.date(2024, 1, 1), 1, 0), (dt.date(2024, 1, 31), 1, 0),
            (dt.date(2024, 2, 1), 1, 1), (dt.date(2024, 2, 29), 0, 1), (dt.date(2024, 3, 1), 1, 0),
            (dt.date(2024, 3, 31), 1, 1), (dt.date(2024, 4, 1), 1, 1), (dt.date(2024, 4, 30), 1, 0),
            (dt.date(2024, 5, 1), 0, 0),
        ):  # fmt: skip
            one = Period(day, day)
            assert cell(reader, "accepted", PREFECTURE, one)[0] == accepted, day
            assert cell(reader, "resolved_in_period", PREFECTURE, one)[0] == resolved, day
    assert moment("01-01T00:00").astimezone(dt.UTC).year == 2023
    assert LOCAL.key == "Asia/Shanghai"
