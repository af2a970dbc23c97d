"""What happens about a case besides its own course: agreements reached, sessions, visits after the resolution.

A fact's ``deeds`` is a JSON list of ``[what, day]``, ``what`` being one of :mod:`reporting.rollups.codes`; the roll-up
of durations counts them by day, place and ``what`` (kind ``d``), for prefecture, counties and townships.

:mod:`reporting.counted` says the same of the tables themselves; from there come the figures of villages, which have
few cases. The lists behind the numbers come from :mod:`reporting.rollups.listing`.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from django.db.models.functions import Left

from reporting import counted
from reporting.periods import DAY, Period, pieces
from reporting.rollups import codes
from reporting.rollups.reading import VILLAGE, Reader, query

Deeds = Mapping[str, tuple[int, int]]
"""How many of each kind in a period, and how many of them on days that are over."""

KINDS = ("agreements", "sessions", "visits", "second_calls")
"""The kinds of :mod:`reporting.counted` that are made of them."""


def totals(reader: Reader, kind: str, scope: str, period: Period) -> dict[str, int]:
    """The columns of a kind of :data:`reporting.counted.KINDS`, of a division and everything below it."""
    if len(scope) == VILLAGE:
        return counted.totals(kind, scope, period, reader.today)
    return codes.counts(kind, _read(reader, kind, [scope], period)[scope])


def number(reader: Reader, asked: counted.Asked) -> int | None:
    """The number itself; None where the roll-ups do not keep it."""
    if asked.kind not in KINDS or asked.narrowed or asked.exactly or len(asked.scope) == VILLAGE:
        return None
    found = totals(reader, asked.kind, asked.scope, asked.period)
    return sum(found[name] for name in asked.columns)


def by_place(reader: Reader, kind: str, scope: str, places: Iterable[str], period: Period) -> dict[str, dict[str, int]]:
    """The columns of a kind by place, of the divisions ``places`` right below ``scope`` and, by its own code, of what
    lies in none of them."""
    below = sorted(set(places) - {scope})
    if below and len(below[0]) == VILLAGE:
        found = counted.totals_by(kind, Left("case__division_id", VILLAGE), scope, period, reader.today)
        return {place: found.get(place) or codes.counts(kind, _nothing(kind)) for place in (*below, scope)}
    read = {place: codes.counts(kind, row) for place, row in _read(reader, kind, [scope, *below], period).items()}
    return read | {scope: _rest(read[scope], [read[place] for place in below])}


def _nothing(kind: str) -> Deeds:
    return dict.fromkeys(codes.of_kind(kind), (0, 0))


def _rest(whole: Mapping[str, int], parts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    rows = list(parts)
    return {name: value - sum(row[name] for row in rows) for name, value in whole.items()}


def _read(reader: Reader, kind: str, scopes: Sequence[str], period: Period) -> dict[str, Deeds]:
    """From the roll-up, and from the changes that are not in it yet."""
    wanted = codes.of_kind(kind)
    all_of: dict[str, dict[str, int]] = {scope: defaultdict(int) for scope in scopes}
    over: dict[str, dict[str, int]] = {scope: defaultdict(int) for scope in scopes}

    def add(scope: str, code: str, n: int, *, is_over: bool) -> None:
        all_of[scope][code] += n
        if is_over:
            over[scope][code] += n

    yesterday = reader.today - DAY
    parts = (
        (Period(period.first, min(period.last, yesterday)), True),
        (Period(max(period.first, reader.today), period.last), False),
    )
    for part, is_over in parts:
        grains, starts = _arrays(part)
        values = {"scopes": list(scopes), "codes": list(wanted), "grains": grains, "starts": starts}
        for scope, code, n in query(_SUMS, values) if grains else ():
            add(scope, code, n, is_over=is_over)
    for row in reader.lengths:
        if row.kind == "d" and row.key in wanted and period.first <= row.day <= period.last:
            for scope in scopes:
                if row.division.startswith(scope):
                    add(scope, row.key, row.n, is_over=row.day <= yesterday)
    return {scope: {code: (all_of[scope][code], over[scope][code]) for code in wanted} for scope in scopes}


def _arrays(period: Period) -> tuple[list[str], list[dt.date]]:
    found = list(pieces(period, dt.date.max))
    return [grain for grain, _start in found], [start for _grain, start in found]


_SUMS = """
    SELECT r.division, r.key, sum(r.n)::int FROM unnest(%(grains)s::text[], %(starts)s::date[]) p (grain, start)
    JOIN reporting_durationrollup r ON r.grain = p.grain AND r.start = p.start
    WHERE r.kind = 'd' AND r.division = ANY(%(scopes)s) AND r.key = ANY(%(codes)s) GROUP BY r.division, r.key
"""
