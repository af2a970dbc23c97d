"""Durations of several divisions at once, so that a page asks once and not once for each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from django.db import connection

from reporting.periods import Period
from reporting.rollups.reading import COUNTY, TOWNSHIP, VILLAGE, Reader
from reporting.rollups.sql import INSIDE

Lengths = dict[int, int]


def days_to_resolution(reader: Reader, scopes: Sequence[str], period: Period) -> dict[str, Lengths]:
    """How many cases accepted in the period were resolved after so many whole days, by division.

    The divisions are of one level and lie in the same division above; the answer equals that of
    :meth:`Reader.durations` for each.
    """
    if not scopes:
        return {}
    digits, period = len(scopes[0]), period.capped(reader.today)
    rolled = list(reader.pieces(period))
    exact: list[tuple[str, object]] = []
    if digits == VILLAGE:
        rolled, exact = [], [("d", period.first)]
    elif digits == TOWNSHIP:
        rolled, exact = [p for p in rolled if p[0] != "d"], [p for p in rolled if p[0] == "d"]
    found: dict[str, Lengths] = {scope: defaultdict(int) for scope in scopes}
    if rolled:
        grains, starts = zip(*rolled, strict=True)
        _add(found, _ROLLED, {"scopes": list(scopes), "grains": list(grains), "starts": list(starts)})
    if exact:
        condition = "f.accepted_day BETWEEN %(first)s AND %(last)s"
        values = {"scope": scopes[0][: _PARENT[digits]], "digits": digits}
        if digits == TOWNSHIP:
            condition = "f.accepted_day = ANY(%(days)s)"
        days = [day for _grain, day in exact]
        _add(found, _EXACT.format(condition), {**values, "first": period.first, "last": period.last, "days": days})
    for row in reader.lengths:
        place = row.division[:digits]
        if row.kind == "r" and place in found and period.first <= row.day <= period.last:
            found[place][row.length] += row.n
    return {place: {length: n for length, n in lengths.items() if n} for place, lengths in found.items()}


_PARENT = {TOWNSHIP: COUNTY, VILLAGE: TOWNSHIP}

_ROLLED = """
    SELECT r.division, r.length, sum(r.n)::int FROM unnest(%(grains)s::text[], %(starts)s::date[]) p (grain, start)
    JOIN reporting_durationrollup r ON r.grain = p.grain AND r.start = p.start
    WHERE r.kind = 'r' AND r.division = ANY(%(scopes)s) AND r.key = '' GROUP BY r.division, r.length
"""
_EXACT = f"""
    SELECT left(f.division, %(digits)s), f.days, count(*)::int FROM reporting_casefact f
    WHERE {INSIDE} AND {{}} AND f.status = 'resolved' GROUP BY 1, 2
"""


def _add(found: dict[str, Lengths], statement: str, values: dict[str, object]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        for place, length, n in cursor.fetchall():
            if place in found:
                found[place][length] += n
