"""Where a department is today: at its window, coming on a later day, or at the end of a phone."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.contrib.postgres.aggregates import JSONBAgg
from django.db.models import JSONField, Q, Value
from django.db.models.functions import JSONObject

from departments.models import LocalHoliday, Mode, Shift, Station
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
    half: str = ""


class Turn(NamedTuple):
    """A shift in force, as far as presence needs it."""

    day: dt.date
    half: str
    window: int
    zone: str


@dataclass(frozen=True, slots=True)
class Rota:
    """The shifts in force of a department at a centre; ``days`` are those for which the centre has a rota at all.

    On those days the shifts alone say when a rotating department is here, on others its weekdays.
    """

    days: Collection[dt.date] = ()
    turns: Sequence[Turn] = ()

    def on(self, day: dt.date) -> list[Turn]:
        """The department's shifts of a day, the morning first."""
        return sorted(turn for turn in self.turns if turn.day == day)


NO_ROTA = Rota()


def presence(
    station: Station, day: dt.date, local_holidays: Collection[dt.date] = (), rota: Rota = NO_ROTA
) -> Presence:
    """How ``station`` stands on ``day``. The station's window must be loaded with it, and those of the shifts.

    ``half`` says which half of the day a department with a single shift is here, else it is empty.
    """
    next_day, half = None, ""
    window = station.window.number if station.window else None
    zone = station.window.zone if station.window else None
    if station.mode != Mode.ON_CALL:
        next_day = next((d for d in _days_from(day) if _at_window(station, d, local_holidays, rota)), None)
    if station.mode == Mode.ROTATING and next_day and (turns := rota.on(next_day)):
        window, zone = turns[0].window, turns[0].zone
        half = turns[0].half if len(turns) == 1 else ""
    return Presence(
        mode=station.mode,
        here=next_day == day,
        next_day=next_day,
        window=window,
        zone=zone,
        response_minutes=station.response_minutes,
        phone=station.phone,
        half=half,
    )


def rotas_of(centre_code: str, departments: Collection[str], day: dt.date) -> dict[str, Rota]:
    """The rotas of departments (by code) at a centre from ``day`` on, in one query."""
    theirs = JSONObject(department="department_id", half="half", window="window__number", zone="window__zone")
    ahead = Shift.objects.in_force().between(day, day + dt.timedelta(days=LOOK_AHEAD_DAYS)).filter(centre=centre_code)
    rows = (
        ahead.order_by("day")
        .values("day")
        .annotate(turns=JSONBAgg(theirs, filter=Q(department__in=departments), default=Value([], JSONField())))
    )
    by_day = {row["day"]: row["turns"] for row in rows}
    turns: dict[str, list[Turn]] = defaultdict(list)
    for one, found in by_day.items():
        for turn in found:
            turns[turn["department"]].append(Turn(one, turn["half"], turn["window"], turn["zone"]))
    return {code: Rota(frozenset(by_day), turns[code]) for code in departments}


def local_holidays_of(scope_code: str) -> frozenset[dt.date]:
    """The local holidays that hold in a division: its own and those of the divisions above it."""
    above = [scope_code[:length] for length in (4, 6, 9, 12)]
    return frozenset(LocalHoliday.objects.filter(scope_id__in=above).values_list("date", flat=True))


def _days_from(day: dt.date) -> Iterator[dt.date]:
    return (day + dt.timedelta(days=offset) for offset in range(LOOK_AHEAD_DAYS))


def _at_window(station: Station, day: dt.date, local_holidays: Collection[dt.date], rota: Rota) -> bool:
    if day not in station.period or not is_working_day(day, local_holidays)[0]:
        return False
    if station.mode == Mode.ROTATING and day in rota.days:
        return bool(rota.on(day))
    return station.mode == Mode.RESIDENT or day.isoweekday() in station.weekdays
