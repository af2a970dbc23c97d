"""Durations of all keys of a place at once, where :meth:`Reader.durations` asks for one."""

from __future__ import annotations

from collections import defaultdict

from reporting.periods import Period
from reporting.rollups.reading import COUNTY, Reader, _as_arrays, query

_LENGTHS = """
    SELECT r.key, r.length, sum(r.n)::int FROM unnest(%(grains)s::text[], %(starts)s::date[]) p (grain, start)
    JOIN reporting_durationrollup r ON r.grain = p.grain AND r.start = p.start
    WHERE r.kind = 's' AND r.division = %(scope)s AND r.key <> '' GROUP BY r.key, r.length
"""


def signing_hours(reader: Reader, scope: str, period: Period) -> dict[str, dict[int, int]]:
    """How many whole hours each department took to sign, by its code: how often each number of hours occurs.

    One query. Empty below a county, where nothing is kept.
    """
    found: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    if len(scope) > COUNTY:
        return {}
    capped = period.capped(reader.today)
    for key, length, n in query(_LENGTHS, {"scope": scope, **_as_arrays(reader.pieces(capped))}):
        found[key][length] += n
    for row in reader.lengths:
        is_within = capped.first <= row.day <= capped.last
        if row.kind == "s" and row.key and row.division.startswith(scope) and is_within:
            found[row.key][row.length] += row.n
    return {key: {length: n for length, n in lengths.items() if n} for key, lengths in found.items()}
