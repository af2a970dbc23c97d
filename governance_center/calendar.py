"""Working days and the arithmetic of limits: pure functions, no database.

The national calendar with its make-up days comes from ``chinesecalendar``; local holidays (in Yanbian
the days around 3 September) are given by the caller, who reads what the administrator entered. For a
year whose calendar is not published yet, weekdays count and the result is marked provisional.

The first day does not count (民法典 art. 201): a limit of three working days that starts on Monday
ends on Thursday at midnight. Limits in days and months end with the end of their last local day.

A pause stops the count in the limit's own unit (:func:`after_pause`): hours give back the exact rest, days
are counted as whole days, and the day of the pause is given back whole.
"""

from __future__ import annotations

import calendar as month_table
import datetime as dt
from collections.abc import Collection
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

import chinese_calendar

LOCAL_ZONE = ZoneInfo("Asia/Shanghai")
UNITS = ("hour", "working_day", "calendar_day", "month")


class Due(NamedTuple):
    """When a limit ends; provisional while the calendar of that year is not published."""

    at: dt.datetime
    provisional: bool


def local_day(moment: dt.datetime) -> dt.date:
    """The day in Asia/Shanghai on which an aware moment falls."""
    return moment.astimezone(LOCAL_ZONE).date()


def day_start(day: dt.date) -> dt.datetime:
    """The first moment of a local day."""
    return dt.datetime.combine(day, dt.time.min, LOCAL_ZONE)


def day_end(day: dt.date) -> dt.datetime:
    """The moment at which a local day is over, i.e. the first of the next."""
    return day_start(day + dt.timedelta(days=1))


def last_day(due: dt.datetime) -> dt.date:
    """The last local day of a limit that is due at ``due``: a limit in days ends with the end of it."""
    return local_day(due - dt.timedelta(microseconds=1))


def is_working_day(day: dt.date, local_holidays: Collection[dt.date] = ()) -> tuple[bool, bool]:
    """Whether offices work on ``day``, and whether that is only provisionally known."""
    return (False, False) if day in local_holidays else _national(day)


@lru_cache(maxsize=8192)
def is_holiday(day: dt.date) -> bool:
    """Whether ``day`` belongs to a public holiday; weekends alone do not, nor does a year not published yet."""
    try:
        free, name = chinese_calendar.get_holiday_detail(day)
    except NotImplementedError:
        return False
    return bool(free and name)


@lru_cache(maxsize=8192)
def _national(day: dt.date) -> tuple[bool, bool]:
    try:
        return chinese_calendar.is_workday(day), False
    except NotImplementedError:
        return day.isoweekday() <= 5, True


def due_at(
    start: dt.datetime, *, length: int, unit: str, local_holidays: Collection[dt.date] = (), roll: bool = False
) -> Due:
    """The end of a limit of ``length`` ``unit`` that starts at ``start`` (aware).

    Args:
        length: how many units, at least 1 (0 working days or calendar days: the same day).
        unit: one of :data:`UNITS`.
        local_holidays: days that do not count as working days besides the national ones.
        roll: move an end that falls on a non-working day to the next working day (民诉法 art. 85).

    Raises:
        ValueError: for an unknown unit or a negative length.
    """
    if length < 0 or unit not in UNITS:
        raise ValueError(f"no such limit: {length} {unit}")
    if unit == "hour":
        return Due(start + dt.timedelta(hours=length), False)
    first = local_day(start)
    if unit == "working_day":
        last, provisional = _add_working_days(first, length, local_holidays)
        return Due(day_end(last), provisional)
    last = first + dt.timedelta(days=length) if unit == "calendar_day" else add_months(first, length)
    provisional = False
    while roll:
        working, unsure = is_working_day(last, local_holidays)
        provisional = provisional or unsure
        if working:
            break
        last += dt.timedelta(days=1)
    return Due(day_end(last), provisional)


def after_pause(
    due: dt.datetime,
    *,
    paused: dt.datetime,
    resumed: dt.datetime,
    unit: str,
    local_holidays: Collection[dt.date] = (),
) -> Due:
    """The end of a limit that stood still from ``paused`` to ``resumed`` and would have ended at ``due``.

    - hours: the exact rest is left, so ``due`` moves by the length of the pause;
    - calendar days and months: ``due`` moves by the local days from the day of the pause to the day on which
      it goes on; a pause within one day moves nothing;
    - working days: the working days from the day of the pause (itself included, as it was not used up) to the
      last day are counted again from the day on which it goes on (itself included). A pause over days off only
      moves nothing, and the end is always a working day.

    What had run out before the pause stays run out. The result is never before ``due``.

    Raises:
        ValueError: for an unknown unit, or when it goes on before it was paused.
    """
    if unit not in UNITS or resumed < paused:
        raise ValueError(f"no such pause: {unit} {paused} {resumed}")
    if paused >= due:
        return Due(due, False)
    if unit == "hour":
        return Due(due + (resumed - paused), False)
    last, day, again = last_day(due), local_day(paused), local_day(resumed)
    if day == again:
        return Due(due, False)
    if unit != "working_day":
        return Due(day_end(last + (again - day)), False)
    left = working_days_between(day - dt.timedelta(days=1), last, local_holidays)
    new, provisional = _add_working_days(again - dt.timedelta(days=1), left, local_holidays)
    return Due(max(due, day_end(new)), provisional)


def after_extension(due: dt.datetime, days: int) -> dt.datetime:
    """The end of a limit that is extended by calendar days: the end of the day so many days after its last.

    Raises:
        ValueError: for less than one day.
    """
    if days < 1:
        raise ValueError(f"no such extension: {days} days")
    return day_end(last_day(due) + dt.timedelta(days=days))


def working_days_between(after: dt.date, until: dt.date, local_holidays: Collection[dt.date] = ()) -> int:
    """How many working days lie after the day ``after`` up to and with ``until``; 0 when there are none."""
    days = (after + dt.timedelta(days=offset) for offset in range(1, (until - after).days + 1))
    return sum(is_working_day(day, local_holidays)[0] for day in days)


def _add_working_days(day: dt.date, length: int, local_holidays: Collection[dt.date]) -> tuple[dt.date, bool]:
    provisional = False
    while length > 0:
        day += dt.timedelta(days=1)
        working, unsure = is_working_day(day, local_holidays)
        provisional = provisional or unsure
        length -= working
    return day, provisional


def add_months(day: dt.date, months: int) -> dt.date:
    """The corresponding day; where that month is shorter, its last day (民法典 art. 202)."""
    index = day.month - 1 + months
    year, month = day.year + index // 12, index % 12 + 1
    return dt.date(year, month, min(day.day, month_table.monthrange(year, month)[1]))
