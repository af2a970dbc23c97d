"""Figures of the desks: shifts and questions answered, from the kept days and from what is not folded yet.

:mod:`reporting.counted` says the same of the tables themselves; from there come the lists behind the numbers.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from reporting.periods import DAY, Period, pieces
from reporting.rollups.desk_days import CHANGED, COUNTS, FRESH
from reporting.rollups.reading import Reader, query


def shifts(reader: Reader, scope: str, period: Period) -> dict[str, int]:
    """The shifts that are over, those of today once somebody came; columns as :data:`reporting.counted.KINDS` has."""
    past = _read(scope, Period(period.first, min(period.last, reader.today - DAY)))
    now = _read(scope, Period(reader.today, reader.today)) if period.first <= reader.today <= period.last else {}
    return {
        "shifts_due": past["due"] + now.get("attended", 0),
        "shifts_attended": past["attended"] + now.get("attended", 0),
        "shifts_left": past["left"] + now.get("left", 0),
    }


def answered(scope: str, period: Period) -> int:
    """Questions answered at the desks of a division, for which no case was made; inside a reading."""
    return _read(scope, period)["answered"]


def _read(scope: str, period: Period) -> dict[str, int]:
    if not scope or not period.days:
        return dict.fromkeys(COUNTS, 0)
    parts = list(_pieces(period))
    values = {
        "scope": f"{scope}%", "first": period.first, "last": period.last,
        "grains": [grain for grain, _start in parts], "starts": [start for _grain, start in parts],
    }  # fmt: skip
    rows = query(_KEPT, values) + query(_WAITING, values)
    return {name: sum(row[place] or 0 for row in rows) for place, name in enumerate(COUNTS)}


def _pieces(period: Period) -> Iterator[tuple[str, dt.date]]:
    """Whole months, and the days beside them."""
    for grain, start in pieces(period, dt.date.max):
        if grain == "y":
            yield from (("m", start.replace(month=month)) for month in range(1, 13))
        else:
            yield grain, start


_KEPT = f"""
    SELECT {", ".join(f'sum(d."{one}")::int' for one in COUNTS)}
    FROM unnest(%(grains)s::text[], %(starts)s::date[]) p (grain, start)
    JOIN reporting_deskday d ON d.grain = p.grain AND d.start = p.start WHERE d.centre LIKE %(scope)s
"""
_WAITING = f"""
    WITH cells AS MATERIALIZED (
        SELECT * FROM ({CHANGED}) x WHERE centre LIKE %(scope)s AND day BETWEEN %(first)s AND %(last)s
    )
    SELECT {", ".join(f'sum("{one}")::int' for one in COUNTS)} FROM ({FRESH}) x
    UNION ALL
    SELECT {", ".join(f'-sum(d."{one}")::int' for one in COUNTS)} FROM reporting_deskday d
    WHERE d.grain = 'd' AND (d.centre, d.start) IN (SELECT centre, day FROM cells)
"""
