"""Where a department is today: at its window, coming on a later day, or at the end of a phone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from departments.models import LocalHoliday, Mode, Station
from governance_center.calendar import is_working_day

LOOK_AHEAD_DAYS = 60


@dataclass(frozen=True, slots=True)
class Presence:
    """A department's presence at a centre on a day.

    ``next_day`` is the first day from ``day`` on (``day`` included) on which it can be met at its window,
    None for departments on call or when none is found within :data:`LOOK_AHEAD_DAYS`.
    """

    mode: str
    here: bool
    next_day: dt.date | None
    window: int | None
    zone: str | None
    response_minutes: int | None
    phone: str


def presence(station: Station, day: dt.date, local_holidays: Collection[dt.date] = ()) -> Presence:
    """How ``station`` stands on ``day``. The station's window must be loaded with it."""
    next_day = None
    if station.mode != Mode.ON_CALL:
        next_day = next((d for d in _days_from(day) if _at_window(station, d, local_holidays)), None)
    return Presence(
        mode=station.mode,
        here=next_day == day,
        next_day=next_day,
        window=station.window.number if station.window else None,
        zone=station.window.zone if station.window else None,
        response_minutes=station.response_minutes,
        phone=station.phone,
    )


def local_holidays_of(scope_code: str) -> frozenset[dt.date]:
    """The local holidays that hold in a division: its own and those of the divisions above it."""
    above = [scope_code[:length] for length in (4, 6, 9, 12)]
    return frozenset(LocalHoliday.objects.filter(scope_id__in=above).values_list("date", flat=True))


def _days_from(day: dt.date) -> Iterator[dt.date]:
    return (day + dt.timedelta(days=offset) for offset in range(LOOK_AHEAD_DAYS))


def _at_window(station: Station, day: dt.date, local_holidays: Collection[dt.date]) -> bool:
    if day not in station.period or not is_working_day(day, local_holidays)[0]:
        return False
    return station.mode == Mode.RESIDENT or day.isoweekday() in station.weekdays
