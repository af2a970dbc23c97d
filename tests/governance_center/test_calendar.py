"""Working days and the ends of limits: worked examples and invariants."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance_center.calendar import LOCAL_ZONE, day_end, due_at, is_holiday, is_working_day, local_day

FESTIVAL = {dt.date(2025, 9, 3), dt.date(2025, 9, 4), dt.date(2025, 9, 5)}


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=LOCAL_ZONE)


EXAMPLES = [
    # start, length, unit, local holidays, last day (or moment)
    ("2026-11-23 10:00", 1, "working_day", (), "2026-11-24"),
    ("2026-11-27 16:59", 1, "working_day", (), "2026-11-30"),  # Friday: Monday
    ("2026-11-28 09:00", 1, "working_day", (), "2026-11-30"),  # Saturday: Monday
    ("2026-09-30 09:00", 1, "working_day", (), "2026-10-08"),  # over the National Day week
    ("2026-10-08 09:00", 2, "working_day", (), "2026-10-10"),  # the Saturday is a make-up day
    ("2026-02-13 09:00", 1, "working_day", (), "2026-02-14"),  # Saturday before the Spring Festival is worked
    ("2026-02-14 09:00", 1, "working_day", (), "2026-02-24"),
    ("2025-09-02 09:00", 1, "working_day", FESTIVAL, "2025-09-08"),  # 3 to 5 September in Yanbian
    ("2025-09-02 09:00", 1, "working_day", (), "2025-09-03"),
    ("2026-11-24 23:59", 30, "calendar_day", (), "2026-12-24"),
    ("2026-11-24 00:00", 30, "calendar_day", (), "2026-12-24"),
    ("2025-08-05 10:00", 30, "calendar_day", FESTIVAL, "2025-09-04"),  # statutory: a local holiday moves nothing
    ("2026-01-31 10:00", 1, "month", (), "2026-02-28"),
    ("2024-01-31 10:00", 1, "month", (), "2024-02-29"),
    ("2026-11-30 10:00", 3, "month", (), "2027-02-28"),
    ("2026-11-24 10:00", 0, "working_day", (), "2026-11-24"),  # the same day
]  # fmt: skip


@pytest.mark.parametrize(("start", "length", "unit", "holidays", "last"), EXAMPLES)
def test_worked_examples(start: str, length: int, unit: str, holidays: set[dt.date], last: str) -> None:
    due = due_at(at(start), length=length, unit=unit, local_holidays=holidays)
    assert due.at == day_end(dt.date.fromisoformat(last))


def test_hours_are_hours_also_in_the_night() -> None:
    assert due_at(at("2026-11-24 23:30"), length=1, unit="hour").at == at("2026-11-25 00:30")


def test_an_end_on_a_day_off_rolls_on_where_the_rule_says_so() -> None:
    start = at("2026-09-02 10:00")  # thirty days later is 2 October, a holiday
    assert due_at(start, length=30, unit="calendar_day").at == day_end(dt.date(2026, 10, 2))
    assert due_at(start, length=30, unit="calendar_day", roll=True).at == day_end(dt.date(2026, 10, 8))


def test_a_holiday_is_one_of_a_year_that_is_published() -> None:
    assert is_holiday(dt.date(2026, 10, 1))
    assert not is_holiday(dt.date(2026, 10, 17)), "a weekend"
    assert not is_holiday(dt.date(2026, 9, 20)), "a weekend worked in exchange"
    assert not is_holiday(dt.date(2099, 10, 1)), "nobody knows yet"


def test_a_year_without_a_calendar_counts_weekdays_and_is_provisional() -> None:
    due = due_at(at("2090-01-02 10:00"), length=3, unit="working_day")
    assert due.provisional
    assert not due_at(at("2026-11-24 10:00"), length=3, unit="working_day").provisional


@pytest.mark.parametrize("bad", [{"length": -1, "unit": "hour"}, {"length": 1, "unit": "week"}])
def test_impossible_limits_are_refused(bad: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="no such limit"):
        due_at(at("2026-11-24 10:00"), **bad)  # type: ignore[arg-type]


MOMENTS = st.datetimes(dt.datetime(2023, 1, 1), dt.datetime(2026, 12, 1)).map(lambda m: m.replace(tzinfo=LOCAL_ZONE))


@given(MOMENTS, st.integers(1, 40))
def test_a_limit_in_working_days_ends_with_a_working_day_and_counts_each_once(start: dt.datetime, length: int) -> None:
    due = due_at(start, length=length, unit="working_day")
    last = local_day(due.at - dt.timedelta(microseconds=1))
    between = [local_day(start) + dt.timedelta(days=n) for n in range(1, (last - local_day(start)).days + 1)]
    assert is_working_day(last)[0]
    assert sum(is_working_day(day)[0] for day in between) == length


@given(MOMENTS, MOMENTS, st.integers(1, 20))
def test_who_starts_later_never_ends_earlier(one: dt.datetime, other: dt.datetime, length: int) -> None:
    first, second = sorted((one, other))
    ends = [due_at(start, length=length, unit="working_day").at for start in (first, second)]
    assert ends[0] <= ends[1]
