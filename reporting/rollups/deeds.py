"""What happens about a case besides its own course: agreements reached, sessions, visits after the resolution.

A fact's ``deeds`` is a JSON list of ``[what, day]``; the roll-up of durations counts them by day, place and ``what``
(kind ``d``), for prefecture, counties and townships. What a ``what`` stands for:

- ``written``, ``oral``: an agreement by the day on which it was reached;
- ``held``, ``cancelled``, ``failed_<why>``: a session by the day on which it begins;
- ``visit_planned``, ``visit_covered``, ``visit_cancelled``, ``visit_<outcome>_in_time``, ``visit_<outcome>_late``:
  a visit of the plan by its planned day;
- ``second_same``, ``second_other``: a second call that was made by its planned day, and whether it heard the same.

:mod:`reporting.counted` says the same of the tables themselves; from there come the lists behind the numbers, and the
figures of villages, which have few cases.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

from django.db.models.functions import Left

from mediation.models import Agreement, FollowUp, Session
from reporting import counted
from reporting.periods import DAY, Period, pieces
from reporting.rollups.reading import VILLAGE, Reader, query

Deeds = Mapping[str, tuple[int, int]]
"""How many of each kind in a period, and how many of them on days that are over."""

IN_TIME, LATE = "in_time", "late"
_DONE = tuple(f"visit_{outcome}_{when}" for outcome in FollowUp.Outcome.values for when in (IN_TIME, LATE))

CODES: Mapping[str, tuple[str, ...]] = {
    "agreements": tuple(Agreement.Form.values),
    "sessions": ("held", "cancelled", *(f"failed_{why}" for why in Session.Failure.values)),
    "visits": ("visit_planned", "visit_covered", "visit_cancelled", *_DONE),
    "second_calls": ("second_same", "second_other"),
}
"""What makes up each kind of :mod:`reporting.counted`."""


def totals(reader: Reader, kind: str, scope: str, period: Period) -> dict[str, int]:
    """The columns of a kind of :data:`reporting.counted.KINDS`, of a division and everything below it."""
    if len(scope) == VILLAGE:
        return counted.totals(kind, scope, period, reader.today)
    return _COLUMNS[kind](_read(reader, kind, [scope], period)[scope])


def by_place(reader: Reader, kind: str, scope: str, places: Iterable[str], period: Period) -> dict[str, dict[str, int]]:
    """The columns of a kind by place, of the divisions ``places`` right below ``scope`` and, by its own code, of what
    lies in none of them."""
    below = sorted(set(places) - {scope})
    if below and len(below[0]) == VILLAGE:
        found = counted.totals_by(kind, Left("case__division_id", VILLAGE), scope, period, reader.today)
        return {place: found.get(place) or _COLUMNS[kind](_nothing(kind)) for place in (*below, scope)}
    read = {place: _COLUMNS[kind](row) for place, row in _read(reader, kind, [scope, *below], period).items()}
    return read | {scope: _rest(read[scope], [read[place] for place in below])}


def _nothing(kind: str) -> Deeds:
    return dict.fromkeys(CODES[kind], (0, 0))


def _rest(whole: Mapping[str, int], parts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    rows = list(parts)
    return {name: value - sum(row[name] for row in rows) for name, value in whole.items()}


def _read(reader: Reader, kind: str, scopes: Sequence[str], period: Period) -> dict[str, Deeds]:
    """From the roll-up, and from the changes that are not in it yet."""
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
        values = {"scopes": list(scopes), "codes": list(CODES[kind]), "grains": grains, "starts": starts}
        for scope, code, n in query(_SUMS, values) if grains else ():
            add(scope, code, n, is_over=is_over)
    for row in reader.lengths:
        if row.kind == "d" and row.key in CODES[kind] and period.first <= row.day <= period.last:
            for scope in scopes:
                if row.division.startswith(scope):
                    add(scope, row.key, row.n, is_over=row.day <= yesterday)
    return {scope: {code: (all_of[scope][code], over[scope][code]) for code in CODES[kind]} for scope in scopes}


def _arrays(period: Period) -> tuple[list[str], list[dt.date]]:
    found = list(pieces(period, dt.date.max))
    return [grain for grain, _start in found], [start for _grain, start in found]


_SUMS = """
    SELECT r.division, r.key, sum(r.n)::int FROM unnest(%(grains)s::text[], %(starts)s::date[]) p (grain, start)
    JOIN reporting_durationrollup r ON r.grain = p.grain AND r.start = p.start
    WHERE r.kind = 'd' AND r.division = ANY(%(scopes)s) AND r.key = ANY(%(codes)s) GROUP BY r.division, r.key
"""


def _agreements(deeds: Deeds) -> dict[str, int]:
    return {form: deeds[form][0] for form in Agreement.Form.values}


def _sessions(deeds: Deeds) -> dict[str, int]:
    found = {code: deeds[code][0] for code in CODES["sessions"]}
    return found | {"failed": sum(n for code, n in found.items() if code.startswith("failed_"))}


def _visits(deeds: Deeds) -> dict[str, int]:
    def done(where: int, *, when: Sequence[str] = (IN_TIME, LATE)) -> int:
        return sum(deeds[code][where] for code in _DONE if code.endswith(tuple(f"_{one}" for one in when)))

    planned, covered, cancelled = (deeds[f"visit_{state}"] for state in ("planned", "covered", "cancelled"))
    outcomes = {
        f"outcome_{outcome}": sum(deeds[f"visit_{outcome}_{when}"][0] for when in (IN_TIME, LATE))
        for outcome in FollowUp.Outcome.values
    }
    return {
        "visits": planned[0] + done(0), "done": done(0), "over": planned[1] + done(1),
        "on_time": done(1, when=[IN_TIME]), "overdue": planned[1], "cancelled": cancelled[0], "covered": covered[0],
        "not_reached": outcomes["outcome_not_reached"], "visits_planned": planned[1] + done(1) + covered[1],
        "visits_made": done(1) + covered[1], **outcomes,
    }  # fmt: skip


def _second_calls(deeds: Deeds) -> dict[str, int]:
    same, other = deeds["second_same"][0], deeds["second_other"][0]
    return {"second_done": same + other, "differing": other}


_COLUMNS: Mapping[str, Callable[[Deeds], dict[str, int]]] = {
    "agreements": _agreements,
    "sessions": _sessions,
    "visits": _visits,
    "second_calls": _second_calls,
}
"""How the columns of a kind are made of its deeds."""
