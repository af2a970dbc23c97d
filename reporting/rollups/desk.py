"""Figures of the desks: shifts and questions answered, from the kept days and from what is not folded yet.

:mod:`reporting.counted` says the same of the tables themselves; from there come the lists behind the numbers.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator

from reporting.periods import DAY, Period, pieces
from reporting.rollups.desk_days import CHANGED, COUNTS, FRESH
from reporting.rollups.reading import Reader, query

PAST, TODAY, AHEAD = -1, 0, 1


def shifts(reader: Reader, scope: str, period: Period) -> dict[str, int]:
    """The shifts that are over, those of today once somebody came; columns as :data:`reporting.counted.KINDS` has."""
    found = _read(reader, scope, period)
    past, today = found[PAST], found[TODAY]
    return {
        "shifts_due": past["due"] + today["attended"],
        "shifts_attended": past["attended"] + today["attended"],
        "shifts_left": past["left"] + today["left"],
    }


def answered(reader: Reader, scope: str, period: Period) -> int:
    """Questions answered at the desks of a division, for which no case was made."""
    return sum(counts["answered"] for counts in _read(reader, scope, period).values())


def _read(reader: Reader, scope: str, period: Period) -> dict[int, dict[str, int]]:
    """All counts before today, today and after; one query, asked once in a reading."""
    asked = ("desk", scope, period)
    if asked not in reader.desks:
        parts = [(part, *piece) for part, days in _parts(period, reader.today) for piece in _pieces(days)]
        found: dict[int, dict[str, int]] = defaultdict(lambda: dict.fromkeys(COUNTS, 0))
        if scope and parts:
            values = {
                "scope": f"{scope}%", "first": period.first, "last": period.last, "today": reader.today,
                "parts": [part for part, _grain, _start in parts], "grains": [grain for _part, grain, _start in parts],
                "starts": [start for _part, _grain, start in parts],
            }  # fmt: skip
            for part, *counts in query(_READ, values):
                for name, count in zip(COUNTS, counts, strict=True):
                    found[part][name] += count
        reader.desks[asked] = found
    return reader.desks[asked]


def _parts(period: Period, today: dt.date) -> Iterator[tuple[int, Period]]:
    yield PAST, Period(period.first, min(period.last, today - DAY))
    if period.first <= today <= period.last:
        yield TODAY, Period(today, today)
    yield AHEAD, Period(max(period.first, today + DAY), period.last)


def _pieces(period: Period) -> Iterator[tuple[str, dt.date]]:
    """Whole months, and the days beside them."""
    for grain, start in pieces(period, dt.date.max):
        if grain == "y":
            yield from (("m", start.replace(month=month)) for month in range(1, 13))
        else:
            yield grain, start


_PART = "CASE WHEN {day} < %(today)s THEN -1 WHEN {day} = %(today)s THEN 0 ELSE 1 END"
_READ = f"""
    WITH cells AS MATERIALIZED (
        SELECT * FROM ({CHANGED}) x WHERE centre LIKE %(scope)s AND day BETWEEN %(first)s AND %(last)s
    )
    SELECT p.part, {", ".join(f'sum(d."{one}")::int' for one in COUNTS)}
    FROM unnest(%(parts)s::int[], %(grains)s::text[], %(starts)s::date[]) p (part, grain, start)
    JOIN reporting_deskday d ON d.grain = p.grain AND d.start = p.start WHERE d.centre LIKE %(scope)s GROUP BY p.part
    UNION ALL
    SELECT {_PART.format(day="x.day")}, {", ".join(f'sum("{one}")::int' for one in COUNTS)} FROM ({FRESH}) x GROUP BY 1
    UNION ALL
    SELECT {_PART.format(day="d.start")}, {", ".join(f'-sum(d."{one}")::int' for one in COUNTS)}
    FROM reporting_deskday d WHERE d.grain = 'd' AND (d.centre, d.start) IN (SELECT centre, day FROM cells) GROUP BY 1
"""
