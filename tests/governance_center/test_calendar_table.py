"""Worked examples of limits, counted by hand on the State Council's notices for 2024 to 2026, and invariants.

Days off by the notices: 2024-02-10…17, 04-04…06, 05-01…05, 06-10, 09-15…17, 10-01…07; worked weekends 02-04, 02-18,
04-07, 04-28, 05-11, 09-14, 09-29, 10-12. 2025-01-01, 01-28…02-04, 04-04…06, 05-01…05, 05-31…06-02, 10-01…08; worked
01-26, 02-08, 04-27, 09-28, 10-11. 2026-01-01…03, 02-15…23, 04-04…06, 05-01…05, 06-19…21, 09-25…27, 10-01…07; worked
01-04, 02-14, 02-28, 05-09, 09-20, 10-10. In Yanbian also 2024-09-02…04 and 2025-09-03…05, without make-up days.
"""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance_center.calendar import (
    LOCAL_ZONE,
    UNITS,
    after_extension,
    after_pause,
    day_end,
    due_at,
    is_working_day,
    last_day,
    local_day,
    working_days_between,
)

YANBIAN = frozenset(
    {dt.date(2024, 9, day) for day in (2, 3, 4)} | {dt.date(2025, 9, day) for day in (3, 4, 5)}
)  # fmt: skip
W, C, M, H = "working_day", "calendar_day", "month", "hour"


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=LOCAL_ZONE)


# start, length, unit, do local holidays count, last day (hours: the moment)
TABLE = [
    # ordinary weeks: the first day does not count, whatever the hour
    ("2026-11-23 00:00:00", 1, W, False, "2026-11-24"),
    ("2026-11-23 23:59:59", 1, W, False, "2026-11-24"),
    ("2026-11-24 00:00:00", 1, W, False, "2026-11-25"),
    ("2026-11-23 09:00:00", 3, W, False, "2026-11-26"),
    ("2026-11-23 09:00:00", 5, W, False, "2026-11-30"),
    ("2026-11-27 17:30:00", 1, W, False, "2026-11-30"),
    ("2026-11-27 23:59:59", 1, W, False, "2026-11-30"),
    ("2026-11-28 00:00:00", 1, W, False, "2026-11-30"),
    ("2026-11-29 23:59:59", 1, W, False, "2026-11-30"),
    ("2026-11-30 00:00:00", 1, W, False, "2026-12-01"),
    ("2026-11-23 09:00:00", 13, W, False, "2026-12-10"),
    ("2026-11-23 09:00:00", 0, W, False, "2026-11-23"),
    # New Year 2026: three days off, Sunday 4 January is worked
    ("2025-12-31 10:00:00", 1, W, False, "2026-01-04"),
    ("2025-12-31 10:00:00", 2, W, False, "2026-01-05"),
    ("2026-01-01 10:00:00", 1, W, False, "2026-01-04"),
    ("2026-01-03 23:59:59", 1, W, False, "2026-01-04"),
    ("2026-01-04 00:00:00", 1, W, False, "2026-01-05"),
    ("2026-01-04 10:00:00", 5, W, False, "2026-01-09"),
    # Spring Festival 2026: 15 to 23 February off, Saturdays 14 and 28 February are worked
    ("2026-02-13 18:00:00", 1, W, False, "2026-02-14"),
    ("2026-02-13 23:59:59", 2, W, False, "2026-02-24"),
    ("2026-02-14 00:00:00", 1, W, False, "2026-02-24"),
    ("2026-02-14 17:00:00", 1, W, False, "2026-02-24"),
    ("2026-02-17 08:00:00", 1, W, False, "2026-02-24"),
    ("2026-02-23 23:59:59", 1, W, False, "2026-02-24"),
    ("2026-02-24 00:00:00", 1, W, False, "2026-02-25"),
    ("2026-02-24 09:00:00", 4, W, False, "2026-02-28"),
    ("2026-02-24 09:00:00", 5, W, False, "2026-03-02"),
    ("2026-02-27 17:00:00", 1, W, False, "2026-02-28"),
    ("2026-02-28 09:00:00", 1, W, False, "2026-03-02"),
    ("2026-02-13 09:00:00", 13, W, False, "2026-03-10"),
    # Qingming, Labour Day, Dragon Boat 2026
    ("2026-04-03 09:00:00", 1, W, False, "2026-04-07"),
    ("2026-04-02 09:00:00", 3, W, False, "2026-04-08"),
    ("2026-04-30 09:00:00", 1, W, False, "2026-05-06"),
    ("2026-05-06 09:00:00", 3, W, False, "2026-05-09"),
    ("2026-05-08 16:00:00", 1, W, False, "2026-05-09"),
    ("2026-05-09 16:00:00", 1, W, False, "2026-05-11"),
    ("2026-06-18 09:00:00", 1, W, False, "2026-06-22"),
    # Mid-Autumn and National Day 2026: Sunday 20 September and Saturday 10 October are worked
    ("2026-09-18 09:00:00", 1, W, False, "2026-09-20"),
    ("2026-09-19 09:00:00", 1, W, False, "2026-09-20"),
    ("2026-09-20 09:00:00", 1, W, False, "2026-09-21"),
    ("2026-09-18 09:00:00", 5, W, False, "2026-09-24"),
    ("2026-09-24 23:59:59", 1, W, False, "2026-09-28"),
    ("2026-09-30 23:59:59", 1, W, False, "2026-10-08"),
    ("2026-10-01 00:00:00", 1, W, False, "2026-10-08"),
    ("2026-10-08 09:00:00", 2, W, False, "2026-10-10"),
    ("2026-10-09 09:00:00", 1, W, False, "2026-10-10"),
    ("2026-10-10 09:00:00", 1, W, False, "2026-10-12"),
    ("2026-09-30 09:00:00", 5, W, False, "2026-10-13"),
    # 2024: Sundays 4 and 18 February, Sunday 7 and 28 April, Saturdays 11 May, 14 September, 12 October are worked
    ("2024-02-02 09:00:00", 1, W, False, "2024-02-04"),
    ("2024-02-08 09:00:00", 1, W, False, "2024-02-09"),
    ("2024-02-09 09:00:00", 1, W, False, "2024-02-18"),
    ("2024-02-09 20:00:00", 2, W, False, "2024-02-19"),
    ("2024-02-28 09:00:00", 2, W, False, "2024-03-01"),
    ("2024-04-03 09:00:00", 1, W, False, "2024-04-07"),
    ("2024-04-26 09:00:00", 1, W, False, "2024-04-28"),
    ("2024-04-30 09:00:00", 1, W, False, "2024-05-06"),
    ("2024-05-10 09:00:00", 1, W, False, "2024-05-11"),
    ("2024-06-07 09:00:00", 1, W, False, "2024-06-11"),
    ("2024-09-13 09:00:00", 1, W, False, "2024-09-14"),
    ("2024-09-14 09:00:00", 1, W, False, "2024-09-18"),
    ("2024-09-27 09:00:00", 1, W, False, "2024-09-29"),
    ("2024-09-30 09:00:00", 1, W, False, "2024-10-08"),
    ("2024-10-11 09:00:00", 1, W, False, "2024-10-12"),
    # 2025: Sunday 26 January, Saturday 8 February, Sundays 27 April and 28 September, Saturday 11 October are worked
    ("2025-01-24 09:00:00", 1, W, False, "2025-01-26"),
    ("2025-01-27 23:59:59", 1, W, False, "2025-02-05"),
    ("2025-02-07 09:00:00", 1, W, False, "2025-02-08"),
    ("2025-04-25 09:00:00", 1, W, False, "2025-04-27"),
    ("2025-05-30 09:00:00", 1, W, False, "2025-06-03"),
    ("2025-09-26 09:00:00", 1, W, False, "2025-09-28"),
    ("2025-09-30 09:00:00", 1, W, False, "2025-10-09"),
    ("2025-10-10 09:00:00", 1, W, False, "2025-10-11"),
    # the founding festival of Yanbian: in-house limits wait, statutory ones do not
    ("2024-08-30 09:00:00", 1, W, True, "2024-09-05"),
    ("2024-08-30 09:00:00", 1, W, False, "2024-09-02"),
    ("2024-09-01 23:59:59", 1, W, True, "2024-09-05"),
    ("2024-09-02 00:00:00", 1, W, True, "2024-09-05"),
    ("2024-09-04 23:59:59", 1, W, True, "2024-09-05"),
    ("2024-09-05 00:00:00", 1, W, True, "2024-09-06"),
    ("2024-08-28 09:00:00", 5, W, True, "2024-09-09"),
    ("2024-08-28 09:00:00", 5, W, False, "2024-09-04"),
    ("2024-09-04 09:00:00", 13, W, True, "2024-09-24"),
    ("2025-09-01 09:00:00", 1, W, True, "2025-09-02"),
    ("2025-09-02 17:00:00", 1, W, True, "2025-09-08"),
    ("2025-09-02 17:00:00", 1, W, False, "2025-09-03"),
    ("2025-09-03 00:00:00", 1, W, True, "2025-09-08"),
    ("2025-09-05 23:59:59", 1, W, True, "2025-09-08"),
    ("2025-09-05 23:59:59", 1, W, False, "2025-09-08"),
    ("2025-09-01 09:00:00", 5, W, True, "2025-09-11"),
    ("2025-09-01 09:00:00", 5, W, False, "2025-09-08"),
    ("2025-08-29 09:00:00", 13, W, True, "2025-09-22"),
    ("2025-08-29 09:00:00", 13, W, False, "2025-09-17"),
    ("2025-08-05 10:00:00", 30, C, True, "2025-09-04"),
    ("2024-09-01 10:00:00", 24, H, True, "2024-09-02 10:00:00"),
    # calendar days run over days off
    ("2026-11-24 00:00:00", 30, C, False, "2026-12-24"),
    ("2026-11-24 23:59:59", 30, C, False, "2026-12-24"),
    ("2026-11-24 12:00:00", 15, C, False, "2026-12-09"),
    ("2026-11-24 12:00:00", 7, C, False, "2026-12-01"),
    ("2026-11-24 12:00:00", 60, C, False, "2027-01-23"),
    ("2026-02-10 12:00:00", 7, C, False, "2026-02-17"),
    ("2024-02-01 12:00:00", 30, C, False, "2024-03-02"),
    ("2025-02-01 12:00:00", 30, C, False, "2025-03-03"),
    ("2023-12-31 23:59:59", 60, C, False, "2024-02-29"),
    ("2024-12-31 23:59:59", 60, C, False, "2025-03-01"),
    ("2026-12-31 23:59:59", 1, C, False, "2027-01-01"),
    # months end with the corresponding day, or with the last of a shorter month
    ("2026-11-24 12:00:00", 1, M, False, "2026-12-24"),
    ("2026-01-31 12:00:00", 1, M, False, "2026-02-28"),
    ("2024-01-31 12:00:00", 1, M, False, "2024-02-29"),
    ("2024-01-29 12:00:00", 1, M, False, "2024-02-29"),
    ("2025-01-29 12:00:00", 1, M, False, "2025-02-28"),
    ("2024-02-29 12:00:00", 12, M, False, "2025-02-28"),
    ("2024-02-29 12:00:00", 48, M, False, "2028-02-29"),
    ("2026-02-28 23:59:59", 1, M, False, "2026-03-28"),
    ("2026-03-31 00:00:00", 1, M, False, "2026-04-30"),
    ("2026-03-31 00:00:00", 3, M, False, "2026-06-30"),
    ("2026-10-31 12:00:00", 4, M, False, "2027-02-28"),
    ("2026-12-01 12:00:00", 1, M, False, "2027-01-01"),
    # hours are hours: over midnight, over days off, over the leap day
    ("2026-11-24 23:30:00", 1, H, False, "2026-11-25 00:30:00"),
    ("2026-11-24 23:59:59", 1, H, False, "2026-11-25 00:59:59"),
    ("2026-11-24 00:00:00", 24, H, False, "2026-11-25 00:00:00"),
    ("2026-02-14 22:15:30", 24, H, False, "2026-02-15 22:15:30"),
    ("2024-02-28 23:00:00", 24, H, False, "2024-02-29 23:00:00"),
    ("2025-02-28 23:00:00", 24, H, False, "2025-03-01 23:00:00"),
    ("2026-12-31 23:30:00", 1, H, False, "2027-01-01 00:30:00"),
    ("2026-11-27 18:00:00", 72, H, False, "2026-11-30 18:00:00"),
    # years that are not published: weekdays count
    ("2028-02-28 09:00:00", 1, W, False, "2028-02-29"),
    ("2028-09-29 09:00:00", 1, W, False, "2028-10-02"),
    ("2028-12-29 09:00:00", 1, W, False, "2029-01-01"),
    ("2026-12-31 09:00:00", 1, W, False, "2027-01-01"),
]  # fmt: skip


@pytest.mark.parametrize(("start", "length", "unit", "local", "end"), TABLE)
def test_worked_example(start: str, length: int, unit: str, local: bool, end: str) -> None:
    due = due_at(at(start), length=length, unit=unit, local_holidays=YANBIAN if local else ())
    assert due.at == (at(end) if unit == H else day_end(dt.date.fromisoformat(end)))
    assert due.provisional == (unit == W and int(end[:4]) > 2026)


def test_the_table_is_long_enough() -> None:
    assert len(TABLE) >= 100
    assert len(set(TABLE)) == len(TABLE)


# due (last day, hours: moment), paused, goes on, unit, do local holidays count, last day or moment
PAUSES = [
    ("2026-11-30", "2026-11-24 09:00", "2026-11-24 17:00", W, False, "2026-11-30"),  # within one day
    ("2026-11-30", "2026-11-24 23:59", "2026-11-25 00:00", W, False, "2026-12-01"),  # five days are left, on Wednesday
    ("2026-11-30", "2026-11-24 09:00", "2026-12-01 09:00", W, False, "2026-12-07"),
    ("2026-11-30", "2026-11-28 09:00", "2026-11-30 08:00", W, False, "2026-11-30"),  # over the days off only
    ("2026-11-30", "2026-11-30 23:59", "2026-12-05 10:00", W, False, "2026-12-07"),  # its last day, given back whole
    ("2026-11-30", "2026-12-01 00:00", "2026-12-09 10:00", W, False, "2026-11-30"),  # it had run out
    ("2026-02-14", "2026-02-13 09:00", "2026-02-18 09:00", W, False, "2026-02-25"),  # over the Spring Festival
    ("2026-10-09", "2026-10-08 09:00", "2026-10-09 09:00", W, False, "2026-10-10"),  # a Saturday that is worked
    ("2025-09-08", "2025-09-02 09:00", "2025-09-04 09:00", W, True, "2025-09-09"),  # left: 2 and 8 September
    ("2025-09-03", "2025-09-02 09:00", "2025-09-04 09:00", W, False, "2025-09-05"),
    ("2026-12-24", "2026-11-30 09:00", "2026-12-10 17:00", C, False, "2027-01-03"),
    ("2026-12-24", "2026-11-30 00:00", "2026-11-30 23:59", C, False, "2026-12-24"),
    ("2026-12-24", "2026-11-30 23:59", "2026-12-01 00:00", C, False, "2026-12-25"),
    ("2026-02-28", "2026-02-28 12:00", "2026-03-02 12:00", M, False, "2026-03-02"),
    ("2024-02-28", "2024-02-28 12:00", "2024-03-01 12:00", M, False, "2024-03-01"),  # the leap day lies between
    ("2026-11-25 09:30", "2026-11-24 23:50", "2026-11-25 00:10", H, False, "2026-11-25 09:50"),
    ("2026-11-25 09:30", "2026-11-25 09:30", "2026-11-25 12:00", H, False, "2026-11-25 09:30"),
]  # fmt: skip


@pytest.mark.parametrize(("end", "paused", "resumed", "unit", "local", "new"), PAUSES)
def test_pause_by_hand(end: str, paused: str, resumed: str, unit: str, local: bool, new: str) -> None:
    due, expected = (
        at(text) if unit == H else day_end(dt.date.fromisoformat(text)) for text in (end, new)
    )  # fmt: skip
    holidays = YANBIAN if local else ()
    assert after_pause(due, paused=at(paused), resumed=at(resumed), unit=unit, local_holidays=holidays).at == expected


def test_a_pause_into_a_year_that_is_not_published_is_provisional() -> None:
    due = day_end(dt.date(2026, 12, 30))
    after = after_pause(due, paused=at("2026-12-29 09:00"), resumed=at("2027-01-04 09:00"), unit=W)
    assert (last_day(after.at), after.provisional) == (dt.date(2027, 1, 5), True)


@pytest.mark.parametrize(("end", "days", "new"), [
    ("2026-04-01", 15, "2026-04-16"), ("2026-12-24", 30, "2027-01-23"), ("2024-02-28", 1, "2024-02-29"),
])  # fmt: skip
def test_extension_by_hand(end: str, days: int, new: str) -> None:
    assert last_day(after_extension(day_end(dt.date.fromisoformat(end)), days)) == dt.date.fromisoformat(new)


def test_impossible_pauses_and_extensions_are_refused() -> None:
    now, due = at("2026-11-24 09:00"), day_end(dt.date(2026, 11, 30))
    with pytest.raises(ValueError, match="no such pause"):
        after_pause(due, paused=now, resumed=now - dt.timedelta(seconds=1), unit=W)
    with pytest.raises(ValueError, match="no such pause"):
        after_pause(due, paused=now, resumed=now, unit="week")
    with pytest.raises(ValueError, match="no such extension"):
        after_extension(due, 0)


MOMENTS = st.datetimes(dt.datetime(2024, 1, 1), dt.datetime(2026, 11, 1)).map(lambda m: m.replace(tzinfo=LOCAL_ZONE))
LENGTHS, UNIT, GAPS = st.integers(1, 40), st.sampled_from(UNITS), st.timedeltas(dt.timedelta(0), dt.timedelta(days=40))
HOLIDAYS = st.sampled_from((frozenset(), YANBIAN))


@given(MOMENTS, LENGTHS, UNIT, GAPS, HOLIDAYS)
def test_pausing_and_going_on_at_once_changes_nothing(
    start: dt.datetime, length: int, unit: str, gap: dt.timedelta, holidays: frozenset[dt.date]
) -> None:
    due = due_at(start, length=length, unit=unit, local_holidays=holidays).at
    moment = start + gap
    assert after_pause(due, paused=moment, resumed=moment, unit=unit, local_holidays=holidays).at == due


@given(MOMENTS, LENGTHS, UNIT, GAPS, GAPS, GAPS, HOLIDAYS)
def test_a_longer_pause_never_makes_it_due_earlier(
    start: dt.datetime,
    length: int,
    unit: str,
    gap: dt.timedelta,
    pause: dt.timedelta,
    more: dt.timedelta,
    holidays: frozenset[dt.date],
) -> None:
    due, paused = due_at(start, length=length, unit=unit, local_holidays=holidays).at, start + gap
    short, long = (
        after_pause(due, paused=paused, resumed=paused + lasting, unit=unit, local_holidays=holidays).at
        for lasting in (pause, pause + more)
    )
    assert due <= short <= long


@given(MOMENTS, LENGTHS, UNIT, GAPS, GAPS, GAPS, HOLIDAYS)
def test_pausing_twice_with_nothing_between_equals_pausing_once(
    start: dt.datetime,
    length: int,
    unit: str,
    gap: dt.timedelta,
    pause: dt.timedelta,
    more: dt.timedelta,
    holidays: frozenset[dt.date],
) -> None:
    due, paused = due_at(start, length=length, unit=unit, local_holidays=holidays).at, start + gap
    between, end = paused + pause, paused + pause + more
    once = after_pause(due, paused=paused, resumed=end, unit=unit, local_holidays=holidays).at
    first = after_pause(due, paused=paused, resumed=between, unit=unit, local_holidays=holidays).at
    assert after_pause(first, paused=between, resumed=end, unit=unit, local_holidays=holidays).at == once


@given(MOMENTS, LENGTHS, GAPS, GAPS, HOLIDAYS)
def test_after_a_pause_just_the_working_days_that_were_left_are_left(
    start: dt.datetime, length: int, gap: dt.timedelta, pause: dt.timedelta, holidays: frozenset[dt.date]
) -> None:
    due, paused = due_at(start, length=length, unit=W, local_holidays=holidays).at, start + gap
    new = after_pause(due, paused=paused, resumed=paused + pause, unit=W, local_holidays=holidays).at
    eve = dt.timedelta(days=1)
    left = working_days_between(local_day(paused) - eve, last_day(due), holidays)
    if paused < due:
        assert working_days_between(local_day(paused + pause) - eve, last_day(new), holidays) == left
        assert is_working_day(last_day(new), holidays)[0]
    else:
        assert new == due


@given(MOMENTS, LENGTHS, st.sampled_from((W, C, M)), HOLIDAYS)
def test_the_second_of_the_day_at_which_it_starts_changes_nothing(
    start: dt.datetime, length: int, unit: str, holidays: frozenset[dt.date]
) -> None:
    morning = start.replace(hour=0, minute=0, second=0, microsecond=0)
    night = start.replace(hour=23, minute=59, second=59, microsecond=999_999)
    ends = {due_at(one, length=length, unit=unit, local_holidays=holidays) for one in (morning, start, night)}
    assert len(ends) == 1
    assert due_at(night + dt.timedelta(microseconds=1), length=length, unit=unit, local_holidays=holidays) >= min(ends)


@given(MOMENTS, LENGTHS)
def test_local_holidays_never_bring_an_end_forward(start: dt.datetime, length: int) -> None:
    assert due_at(start, length=length, unit=W).at <= due_at(start, length=length, unit=W, local_holidays=YANBIAN).at
