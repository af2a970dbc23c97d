"""The arithmetic of early warning: tails, false discoveries, what is expected, and what comes back again."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pytest

from governance_center.calendar import is_working_day
from reporting.warning.assess import DAYS_TO_CLOSE, Finding, Rules, assess, ended, weeks
from reporting.warning.counts import Cell, Counts, DayCount, gather
from reporting.warning.days import EXCHANGED, OFF, calendar_of, kind_of
from reporting.warning.expected import fit
from reporting.warning.repeats import Incident, groups, is_repeated, normalise_address
from reporting.warning.tails import benjamini_hochberg, quantile, upper_tail

FIRST, DAYS = dt.date(2023, 3, 1), 1120
LAST = FIRST + dt.timedelta(days=DAYS - 1)
COUNTY, STREET, TOWN, VILLAGE = "222405", "222405005", "222405100", "222405005004"
HABIT, RARE = "neighbour", "campus"


def register(seed: int = 1, *, season: dict[int, float] | None = None, growth: float = 0.0) -> list[DayCount]:
    """Cases on working days alone: about six a week of a habit, half in the street, and one of another in a month."""
    rng, rows = np.random.default_rng(seed), []
    for offset in range(DAYS):
        day = FIRST + dt.timedelta(days=offset)
        if not is_working_day(day)[0]:
            continue
        factor = (season or {}).get(day.month, 1.0) * (1 + growth * offset / 365)
        for place in (VILLAGE, TOWN + "001"):
            for category, rate in ((HABIT, 0.6), (RARE, 0.02)):
                count = int(rng.poisson(rate * factor))
                rows += [DayCount(day, place, category, count)] if count else []
    return rows


def gathered(rows: list[DayCount]) -> Counts:
    return gather(rows, first=FIRST, days=DAYS, divisions=[COUNTY, STREET, TOWN], categories=[HABIT, RARE])


def found(rows: list[DayCount], day: dt.date = LAST) -> list[Finding]:
    return assess(gathered(rows), calendar_of(FIRST, DAYS, [()]), day, Rules())[1]


def outbreak(day: dt.date, count: int, place: str = TOWN + "001", category: str = RARE) -> list[DayCount]:
    """One case a day on the days up to and with ``day``."""
    return [DayCount(day - dt.timedelta(days=n), place, category, 1) for n in range(count)]


@pytest.mark.parametrize(
    ("count", "mean", "dispersion", "tail"),
    [
        (0, 3.0, 0.0, 1.0),
        (1, 2.0, 0.0, 1 - math.exp(-2)),
        (4, 1.0, 0.0, 1 - math.exp(-1) * (1 + 1 + 1 / 2 + 1 / 6)),
        (2, 5.0, 0.0, 1 - math.exp(-5) * 6),
        (30, 2.0, 0.0, math.exp(-2) * sum(2.0**k / math.factorial(k) for k in range(30, 90))),
        # size 2, so that P(k) = (k + 1) / 2 ** (k + 2)
        (4, 2.0, 0.5, 1 - (1 / 4 + 2 / 8 + 3 / 16 + 4 / 32)),
        (40, 2.0, 0.5, sum((k + 1) / 2 ** (k + 2) for k in range(40, 200))),
        (1, 0.0, 0.0, 0.0),
    ],
)
def test_tails_are_exact_down_to_the_smallest(count: int, mean: float, dispersion: float, tail: float) -> None:
    assert upper_tail(count, mean, dispersion) == pytest.approx(tail, rel=1e-9)


def test_a_small_dispersion_comes_close_to_poisson_and_a_large_one_has_longer_tails() -> None:
    assert upper_tail(12, 5.0, 1e-7) == pytest.approx(upper_tail(12, 5.0), rel=1e-4)
    assert upper_tail(12, 5.0, 0.5) > 5 * upper_tail(12, 5.0)


@pytest.mark.parametrize(("mean", "dispersion"), [(0.4, 0.0), (6.0, 0.0), (6.0, 0.3)])
def test_a_quantile_is_the_first_count_that_is_high_enough(mean: float, dispersion: float) -> None:
    count = quantile(0.975, mean, dispersion)
    assert upper_tail(count + 1, mean, dispersion) <= 0.025 < upper_tail(count, mean, dispersion)


def test_the_worked_example_of_benjamini_and_hochberg() -> None:
    """1995, section 4: 15 tests of which the procedure at 5 % finds four, Bonferroni three."""
    tails = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528,
             0.7590, 1.0]  # fmt: skip
    assert benjamini_hochberg(tails, 0.05) == [True] * 4 + [False] * 11
    assert benjamini_hochberg(tails[::-1], 0.05) == [False] * 11 + [True] * 4
    assert benjamini_hochberg(tails[:9], 0.05, tested=15) == [True] * 4 + [False] * 5
    assert benjamini_hochberg([], 0.05) == []


def test_a_higher_rank_carries_those_below_it() -> None:
    assert benjamini_hochberg([0.04, 0.03, 0.035], 0.05) == [True, True, True]


def test_days_off_and_days_worked_in_exchange_are_kinds_of_their_own() -> None:
    assert kind_of(dt.date(2026, 3, 4)) == 2
    assert kind_of(dt.date(2026, 3, 8)) == OFF
    assert kind_of(dt.date(2026, 2, 17)) == OFF, "Spring Festival"
    assert kind_of(dt.date(2026, 2, 14)) == EXCHANGED
    assert kind_of(dt.date(2026, 3, 4), {dt.date(2026, 3, 4)}) == OFF


def test_what_is_expected_comes_close_to_what_usually_comes() -> None:
    calendar, working = calendar_of(FIRST, DAYS, [()]), 0
    for offset in range(28):
        working += is_working_day(LAST - dt.timedelta(days=offset))[0]
    means = []
    for seed in range(1, 9):
        model = fit(gathered(register(seed)), calendar, DAYS - 1)
        assert model is not None
        means.append([model.window(28)[level].mean[0] / working for level in range(3)])
    assert np.mean(means, axis=0) == pytest.approx([1.2, 0.6, 0.6], rel=0.06)
    assert np.std(means, axis=0) == pytest.approx([0, 0, 0], abs=0.15)


def test_an_outbreak_in_a_township_is_found_with_its_numbers() -> None:
    finding = next(one for one in found(register() + outbreak(LAST, 7)) if one.cell == Cell(TOWN, RARE))
    assert finding.observed >= 7
    assert finding.expected < 1
    assert finding.tail < 1e-4
    assert finding.ratio > 7


def test_nothing_is_found_where_nothing_is_unusual() -> None:
    for seed in range(2, 6):
        assert found(register(seed)) == []


def test_a_season_that_comes_every_year_is_no_outbreak() -> None:
    rows = register(3, season={2: 4.0, 3: 4.0})
    seen = gathered(rows)
    calendar = calendar_of(FIRST, DAYS, [()])
    for offset in range(0, 50, 5):
        day = dt.date(2026, 2, 1) + dt.timedelta(days=offset)
        assert [one for one in assess(seen, calendar, day, Rules())[1] if one.cell.category == HABIT] == []


def test_weekends_and_spring_festival_are_no_outbreak_and_hide_none() -> None:
    rows = register(4)
    seen, calendar = gathered(rows), calendar_of(FIRST, DAYS, [()])
    for offset in range(45):
        day = dt.date(2026, 1, 25) + dt.timedelta(days=offset)
        assert assess(seen, calendar, day, Rules(rate=0.01))[1] == []
    during = dt.date(2026, 2, 22)
    assert Cell(TOWN, RARE) in {one.cell for one in found(rows + outbreak(during, 6), during)}


def test_growth_is_followed() -> None:
    assert found(register(5, growth=0.15)) == []


def test_an_earlier_outbreak_does_not_hide_the_next_one() -> None:
    earlier = outbreak(LAST - dt.timedelta(days=90), 25)
    assert Cell(TOWN, RARE) in {one.cell for one in found(register() + earlier + outbreak(LAST, 8))}


TOWNS = [f"{COUNTY}{number:03d}" for number in range(101, 111)]
QUARRY = TOWNS[3]
"""Ten townships alike, but that one kind of matter comes from this one nearly alone: it has an eighth of all cases, and
nine tenths of this kind."""


def quarries(seed: int) -> list[DayCount]:
    rng, rows = np.random.default_rng(seed), []
    for day in filter(lambda day: is_working_day(day)[0], (FIRST + dt.timedelta(days=n) for n in range(DAYS))):
        for town in TOWNS:
            for category, rate in ((HABIT, 0.4), (RARE, 0.1 if town == QUARRY else 0.0012)):
                if count := int(rng.poisson(rate)):
                    rows.append(DayCount(day, town + "001", category, count))
    return rows


def of_towns(rows: list[DayCount]) -> Counts:
    return gather(rows, first=FIRST, days=DAYS, divisions=[COUNTY, *TOWNS], categories=[HABIT, RARE])


def test_a_place_that_has_a_kind_of_matter_almost_alone_is_compared_with_its_own_history() -> None:
    calendar, expected = calendar_of(FIRST, DAYS, [()]), []
    working = sum(is_working_day(LAST - dt.timedelta(days=offset))[0] for offset in range(28))
    for seed in range(1, 7):
        counts = of_towns(quarries(seed))
        model = fit(counts, calendar, DAYS - 1)
        assert model is not None
        towns = model.window(28)[1]
        expected.append(towns.mean[towns.level.cells.index(Cell(QUARRY, RARE))])
        for offset in range(0, 360, 24):
            findings = assess(counts, calendar, LAST - dt.timedelta(days=offset), Rules())[1]
            assert QUARRY not in {one.cell.division for one in findings}
    assert np.mean(expected) == pytest.approx(0.1 * working, rel=0.15)
    more = of_towns(quarries(1) + outbreak(LAST, 8, QUARRY + "001"))
    assert Cell(QUARRY, RARE) in {one.cell for one in assess(more, calendar, LAST, Rules())[1]}


def test_a_few_cases_or_less_than_twice_the_usual_are_not_told_of() -> None:
    rows = register() + outbreak(LAST, 8)
    calendar, seen = calendar_of(FIRST, DAYS, [()]), gathered(rows)
    assert assess(seen, calendar, LAST, Rules(least=40))[1] == []
    assert assess(seen, calendar, LAST, Rules(times=400))[1] == []


def test_less_than_half_a_year_is_no_history() -> None:
    rows = [row for row in register() if (LAST - row.day).days < 160]
    model, findings = assess(gathered(rows + outbreak(LAST, 20)), calendar_of(FIRST, DAYS, [()]), LAST, Rules())
    assert (model, findings) == (None, [])
    assert found([]) == []


def test_the_last_weeks_of_a_cell_with_their_bounds() -> None:
    seen = gathered(register() + outbreak(LAST, 7))
    model, findings = assess(seen, calendar_of(FIRST, DAYS, [()]), LAST, Rules())
    assert model is not None
    shown = weeks(model, next(one for one in findings if one.cell == Cell(TOWN, RARE)))
    assert len(shown) == 26
    assert shown[-1].first == LAST - dt.timedelta(days=6)
    assert shown[-1].observed >= 7 > shown[-1].high >= shown[-1].low == 0


def test_an_alert_closes_when_it_has_not_held_for_a_week() -> None:
    held = {Cell(TOWN, RARE): LAST, Cell(STREET, RARE): LAST - dt.timedelta(days=DAYS_TO_CLOSE)}
    assert ended(held, LAST) == {Cell(STREET, RARE)}


def test_addresses_are_one_however_they_are_written() -> None:
    assert normalise_address("梨园街 １２号-3单元") == normalise_address("梨园街12号3单元，")
    assert normalise_address("梨园街12号") != normalise_address("梨园街13号")
    assert normalise_address("12") == ""


@pytest.mark.parametrize(
    ("ages", "police", "repeated"),
    [((1, 200, 364), 0, True), ((1, 89), 0, True), ((1, 90), 0, False), ((1, 200), 2, True), ((1,), 1, False)],
)
def test_what_counts_as_repeated(ages: tuple[int, ...], police: int, repeated: bool) -> None:
    assert is_repeated([LAST - dt.timedelta(days=age) for age in ages], police, LAST) is repeated


def incident(case: int, *people: int, age: int = 10, place: str = VILLAGE, address: str = "") -> Incident:
    addresses = frozenset([address] if address else [])
    return Incident(case, LAST - dt.timedelta(days=age), place, False, frozenset(people), addresses)


def test_a_household_stands_for_its_members_and_a_shared_case_counts_once() -> None:
    rows = [incident(1, 7, 8), incident(2, 8, age=200), incident(3, 9, age=300)]
    [household] = groups(rows, [(7, 8), (9, 8)], LAST)
    assert (household.kind, household.people, len(household.incidents)) == ("household", {7, 8, 9}, 3)
    assert groups(rows, [], LAST) == []


def test_one_who_has_all_the_cases_alone_is_told_of_alone() -> None:
    [person] = groups([incident(1, 7, 8), incident(2, 7)], [(7, 8)], LAST)
    assert (person.kind, person.people) == ("person", {7})


def test_an_address_is_told_of_unless_its_people_are_already() -> None:
    same = [incident(1, 7, address="梨园街12号"), incident(2, 8, address="梨园街12号")]
    [address] = groups(same, [], LAST)
    assert (address.kind, address.address, address.division) == ("address", "梨园街12号", VILLAGE)
    by_one = [incident(1, 7, address="梨园街12号"), incident(2, 7, address="梨园街12号")]
    assert [one.kind for one in groups(by_one, [], LAST)] == ["person"]
    far = [incident(1, 7, address="梨园街12号"), incident(2, 8, place=TOWN + "001", address="梨园街12号")]
    assert groups(far, [], LAST) == []
