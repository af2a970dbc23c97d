"""What the rota is measured by: when the people of each department come, and how many of them would meet it.

Pure functions over matters that :func:`read_matters` reads once. Counted are matters brought to the centre in
person on working days whose lead department has a window there, its own or in turns; whoever is on call comes when
called and is left out. A matter of the morning meets its department when that is here in the morning or later the
same day; one of the afternoon only when it is here in the afternoon.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from cases.models import Case, Channel
from departments.models import Half, Mode, Station
from departments.presence import local_holidays_of
from departments.rota.problem import Turn
from governance_center.calendar import LOCAL_ZONE, day_end, day_start, is_working_day

NOON = 12
WEEKS_OF_TRUST = 4
"""With so many weeks of history a weekday counts as much as the department's mean; with more, more."""

LEAST_A_YEAR = 2.0
"""A department of which nobody asked in a year is still expected so often."""


class Matter(NamedTuple):
    """Somebody came with a matter that ``department`` leads."""

    day: dt.date
    half: str
    department: str


class Chance(NamedTuple):
    """How often, from 0 to 1, a department is here on a weekday: at all, and in the afternoon."""

    any_half: float
    afternoon: float


Pattern = Mapping[tuple[str, int], Chance]
ALWAYS, NEVER = Chance(1.0, 1.0), Chance(0.0, 0.0)


class Share(NamedTuple):
    """Matters, and the expected number of them that meet their department on the day they come."""

    matters: int
    met: float

    @property
    def part(self) -> float | None:
        """From 0 to 1; None without matters."""
        return self.met / self.matters if self.matters else None

    @property
    def percent(self) -> str:
        """In percent to one decimal place; a dash without matters."""
        return percent(self.part)


class WhatIf(NamedTuple):
    """A department's matters met as things are, if it were resident, and if it came on two days more."""

    department: str
    now: Share
    resident: Share
    two_more: Share
    weekdays: list[int]


def percent(part: float | None) -> str:
    """A part from 0 to 1 as it is shown."""
    return "—" if part is None else f"{100 * part:.1f} %"


def read_matters(
    centre_code: str, first: dt.date, last: dt.date, departments: Collection[str], local_holidays: Collection[dt.date]
) -> list[Matter]:
    """The matters of a period, both days included, in one query."""
    rows = Case.objects.filter(
        centre=centre_code,
        channel=Channel.WALK_IN,
        registered_at__gte=day_start(first),
        registered_at__lt=day_end(last),
        lead__in=departments,
    )
    matters = []
    for moment, lead in rows.order_by("registered_at", "pk").values_list("registered_at", "lead_id"):
        local = moment.astimezone(LOCAL_ZONE)
        if is_working_day(local.date(), local_holidays)[0]:
            half = Half.MORNING if local.hour < NOON else Half.AFTERNOON
            matters.append(Matter(local.date(), half.value, lead))
    return matters


def last_year(centre_code: str, departments: Collection[str], today: dt.date) -> list[Matter]:
    """The matters of the 365 days before ``today``, in two queries."""
    holidays = local_holidays_of(centre_code)
    day = dt.timedelta(days=1)
    return read_matters(centre_code, today - 365 * day, today - day, departments, holidays)


def demand(
    matters: Sequence[Matter],
    departments: Iterable[str],
    first: dt.date,
    last: dt.date,
    local_holidays: Collection[dt.date] = (),
) -> dict[str, dict[tuple[int, str], float]]:
    """Expected matters for each department, weekday and half-day, from those of the period ``first`` to ``last``.

    Small numbers are drawn towards the department's mean: (n + k·mean) / (days + k), k = :data:`WEEKS_OF_TRUST`.
    """
    days = Counter(day.isoweekday() for day in _working_days(first, last, local_holidays))
    half_days = 2 * days.total()
    counts = Counter((matter.department, matter.day.isoweekday(), matter.half) for matter in matters)
    totals = Counter(matter.department for matter in matters)
    floor = LEAST_A_YEAR * days.total() / 250
    expected: dict[str, dict[tuple[int, str], float]] = {}
    for code in departments:
        mean = max(totals[code], floor) / half_days if half_days else 0.0
        expected[code] = {
            (weekday, half): (counts[code, weekday, half] + WEEKS_OF_TRUST * mean) / (days[weekday] + WEEKS_OF_TRUST)
            for weekday in range(1, 8)
            for half in Half.values
        }
    return expected


def share(matters: Iterable[Matter], pattern: Pattern) -> Share:
    """How many of the matters meet their department when every week is as the pattern says."""
    total, met = 0, 0.0
    for matter in matters:
        chance = pattern.get((matter.department, matter.day.isoweekday()), NEVER)
        total += 1
        met += chance.any_half if matter.half == Half.MORNING else chance.afternoon
    return Share(total, met)


def by_department(matters: Iterable[Matter], pattern: Pattern) -> dict[str, Share]:
    """The share of each department that has matters."""
    grouped: dict[str, list[Matter]] = defaultdict(list)
    for matter in matters:
        grouped[matter.department].append(matter)
    return {code: share(rows, pattern) for code, rows in grouped.items()}


def pattern_of_stations(stations: Iterable[Station]) -> dict[tuple[str, int], Chance]:
    """Weekly presence from the stationing: resident always, rotating on its weekdays, both halves."""
    pattern = {}
    for station in stations:
        weekdays = range(1, 8) if station.mode == Mode.RESIDENT else station.weekdays
        if station.mode != Mode.ON_CALL:
            pattern.update({(station.department_id, weekday): ALWAYS for weekday in weekdays})
    return pattern


def pattern_of_turns(turns: Iterable[Turn], days: Collection[dt.date]) -> dict[tuple[str, int], Chance]:
    """Weekly presence from shifts that cover the working days ``days``: on which part of the Mondays, and so on."""
    weekdays = Counter(day.isoweekday() for day in days)
    halves: dict[tuple[str, dt.date], set[str]] = defaultdict(set)
    for turn in turns:
        halves[turn.department, turn.day].add(turn.half)
    any_half = Counter((code, day.isoweekday()) for code, day in halves)
    afternoon = Counter((code, day.isoweekday()) for (code, day), found in halves.items() if Half.AFTERNOON in found)
    return {
        key: Chance(times / weekdays[key[1]], afternoon[key] / weekdays[key[1]])
        for key, times in any_half.items()
        if weekdays[key[1]]
    }


def with_turns(stations: Sequence[Station], turns: Sequence[Turn], days: Collection[dt.date]) -> Pattern:
    """Weekly presence when the rotating departments come by shifts; without any shifts, by their weekdays."""
    if not turns:
        return pattern_of_stations(stations)
    residents = [station for station in stations if station.mode == Mode.RESIDENT]
    return {**pattern_of_turns(turns, days), **pattern_of_stations(residents)}


def what_if(matters: Sequence[Matter], pattern: Pattern, department: str) -> WhatIf:
    """The last year again, with this department resident, and on the two weekdays more that help most."""
    mine = [matter for matter in matters if matter.department == department]
    gains = {
        weekday: _met_on(mine, weekday, ALWAYS) - _met_on(mine, weekday, pattern.get((department, weekday), NEVER))
        for weekday in range(1, 6)
    }
    best = sorted((w for w in gains if gains[w] > 0), key=lambda weekday: (-gains[weekday], weekday))[:2]
    more = {**pattern, **{(department, weekday): ALWAYS for weekday in best}}
    resident = {(department, weekday): ALWAYS for weekday in range(1, 8)}
    return WhatIf(department, share(mine, pattern), share(mine, resident), share(mine, more), sorted(best))


def _met_on(matters: Iterable[Matter], weekday: int, chance: Chance) -> float:
    one_day = [matter for matter in matters if matter.day.isoweekday() == weekday]
    return sum(chance.any_half if matter.half == Half.MORNING else chance.afternoon for matter in one_day)


def _working_days(first: dt.date, last: dt.date, local_holidays: Collection[dt.date]) -> list[dt.date]:
    days = (first + dt.timedelta(days=offset) for offset in range((last - first).days + 1))
    return [day for day in days if is_working_day(day, local_holidays)[0]]
