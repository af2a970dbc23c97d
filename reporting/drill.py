"""From a figure to its cases: exactly those that were counted in it, page by page.

The list is made from the same conditions as the counting (:mod:`reporting.rollups.columns`) and in the snapshot of the
reader: of the cases that are not folded yet, the facts are worked out afresh, as the reader does. Pages are found by
key, so that the first of any number comes at once and nothing is counted to show it.
"""

from __future__ import annotations

import datetime as dt
import functools
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.db import connection
from django.urls import reverse

from accounts.models import Role, User
from cases.models import Case
from departments.models import Division
from reporting.measures import MEASURES
from reporting.models.fact import SEVERAL
from reporting.models.rollup import Dim
from reporting.periods import Period
from reporting.rollups.columns import BRANCHES, COLUMNS, PASSED, Branch
from reporting.rollups.reading import Counts, Reader
from reporting.rollups.sql import IS_LONG, LONG, fresh

MOST_HIDDEN = 1000
"""Restricted cases are counted up to here; above it is said that there are more."""

NUMERATOR, DENOMINATOR = "numerator", "denominator"
NOBODY = "nobody"
"""Asks in an address for what has no key of a dimension, as a case that no department leads."""

SLICES = {"category": Dim.CATEGORY, "channel": Dim.CHANNEL, "level": Dim.LEVEL, "department": Dim.DEPARTMENT}
NEWEST, OLDEST, LONGEST, DUE = "newest", "oldest", "longest", "due"

_MEDIANS = {"median_days": ("resolved",), "time_to_resolution": ("accepted",), "signing_hours": ("signed",)}
_OPEN, _ENDED = {"open", "overdue"}, {"withdrawn", "guided"}
_TAKEN = {"resolved", "contained", "one_trip", "resolved_in_period", "mediated", "mediation_failed"} | _ENDED
_LASTED = "CASE WHEN f.status = 'open' THEN %(today)s::date - f.accepted_day ELSE f.days END"
"""Whole days from acceptance to the end, of an open case so far."""

_SOON = f"f.registered_day BETWEEN %(first)s::date - {LONG} AND %(last)s"
_LONG = f"f.registered_day < %(first)s::date - {LONG} AND {IS_LONG} AND f.extras_until >= %(first)s"
"""Where cases are whose limits, referrals or agreements fall into the period; the second come after the first."""

_HAS_RETURNED = """f.extras @? 'strict $[*] ? (@[0] == "r" && @[3] == 1)'"""
_SHARES = (
    "f.department = %(department)s",
    "f.other_department = %(department)s",
    f"f.other_department = '{SEVERAL}' AND f.department <> %(department)s AND f.extras @> %(having)s::jsonb",
)
"""Where cases are that have something of a department. Each share is found by an index, and no case lies in two."""
_NEVER = "'9999-12-31 00:00:00+00'::timestamptz"
_TOWNSHIP, _VILLAGE = 9, 12
_ACCEPTED = "f.accepted_day"
_NARROW = 62
"""Days. In so short a period what took longest is looked for day by day: few cases have both lasted long and begun in
it, so that walking down from the longest of all would pass nearly all of them first."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A number of a page of figures: which, where, when, and of what.

    ``columns`` are added up, one with a leading ``-`` is taken away. ``exactly`` leaves out the divisions below
    ``scope``. ``slices`` narrow it to keys of dimensions; an empty key is that of the cases that have none.
    """

    columns: tuple[str, ...]
    scope: str
    period: Period
    slices: dict[str, str] = field(default_factory=dict)
    exactly: bool = False

    @property
    def sorts(self) -> tuple[str, ...]:
        """The orders that an index serves for this number; the first is the usual one."""
        columns = {name.lstrip("-") for name in self.columns}
        if any(part.branch.several for part in self.parts()):
            return (NEWEST,)
        if columns <= _OPEN:
            return (OLDEST, NEWEST, DUE)
        return (NEWEST, OLDEST, LONGEST) if columns <= _TAKEN else (NEWEST, OLDEST)

    def parts(self) -> list[_Part]:
        """What is counted, by the day that it is counted by."""
        wanted = {name.lstrip("-") for name in self.columns}
        found = []
        for branch in BRANCHES:
            if wanted & branch.counts.keys():
                plus = [branch.counts[name] for name in self.columns if name in branch.counts]
                minus = [
                    branch.counts[name[1:]] for name in self.columns if name[1:] in branch.counts and name[0] == "-"
                ]
                passed = bool(wanted & branch.counts.keys() & PASSED)
                found.append(_Part(branch, tuple(plus), tuple(minus), passed))
        return found


@dataclass(frozen=True, slots=True)
class _Part:
    branch: Branch
    plus: tuple[str, ...]
    minus: tuple[str, ...]
    passed: bool

    @property
    def condition(self) -> str:
        less = "".join(f" AND NOT {one}" for one in self.minus)
        return f"{self.branch.where} AND ({' OR '.join(self.plus)}){less}"


@dataclass(frozen=True, slots=True)
class Line:
    """A case of the list. ``times``: how often it is counted in the number (a case has several time limits)."""

    key: Any
    case_id: int
    times: int
    days: int | None
    next_due_at: dt.datetime | None
    accepted_day: dt.date | None


def columns_of(figure: str, of: str = NUMERATOR) -> tuple[str, ...]:
    """The columns behind a measure or the column ``figure``.

    Raises:
        KeyError: there is no such figure, or it does not count cases.
    """
    if figure in _MEDIANS:
        return _MEDIANS[figure]
    measure = MEASURES.get(figure)
    if measure is None:
        return (figure,) if figure in COLUMNS else _missing(figure)
    columns = measure.denominator if of == DENOMINATOR and measure.is_rate else measure.numerator
    counted = tuple(name for name in columns if name.lstrip("-") in COLUMNS)
    return counted or _missing(figure)


def _missing(figure: str) -> tuple[str, ...]:
    raise KeyError(figure)


def address(figure: str, division: str, period: Period, *, of: str = NUMERATOR, **slices: str) -> str:
    """The page of the cases behind a number; empty where it does not count cases.

    Args:
        slices: category, channel, level, department (empty: those that have none), ``exactly`` ("1").
    """
    try:
        columns_of(figure, of)
    except KeyError:
        return ""
    # A page has hundreds of these. Codes of figures and places and days need no quoting.
    found = f"{_page()}?figure={figure}&division={division}&first={period.first}&last={period.last}"
    narrowed = {name: key or NOBODY for name, key in slices.items()}
    if of != NUMERATOR:
        narrowed["of"] = of
    return f"{found}&{urlencode(narrowed)}" if narrowed else found


@functools.cache
def _page() -> str:
    return reverse("reporting:cases")


def number(reader: Reader, asked: Asked) -> int | None:
    """The number itself, read as its page of figures reads it; None where two dimensions narrow it at once."""
    if len(asked.slices) > 1 or (asked.slices and asked.exactly):
        return None
    counts = _counts(reader, asked)
    return sum(-counts[name[1:]] if name.startswith("-") else counts[name] for name in asked.columns)


def _counts(reader: Reader, asked: Asked) -> Counts:
    for name, key in asked.slices.items():
        columns = tuple(name.lstrip("-") for name in asked.columns)
        return reader.by(SLICES[name], asked.scope, asked.period, columns).get(key, dict.fromkeys(columns, 0))
    whole = reader.totals(asked.scope, asked.period)
    if asked.exactly:
        children = list(Division.objects.filter(parent=asked.scope).values_list("pk", flat=True))
        for below in reader.places(children, asked.period).values():
            whole = {name: whole[name] - below[name] for name in whole}
    return whole


def lines(
    reader: Reader, asked: Asked, user: User, *, sort: str, after: tuple[str, int] | None = None, most: int = 25
) -> list[Line]:
    """The next ``most`` cases behind a number that ``user`` may see.

    Args:
        sort: one of ``asked.sorts``.
        after: key and case of the last line of the page before.
    """
    return _Query(reader, asked, _rights(user), sort, after, most).run()


def hidden(reader: Reader, asked: Asked, user: User) -> int:
    """How much of the number is restricted and not shown to ``user``; counted up to a little over
    :data:`MOST_HIDDEN`."""
    rights = _rights(user)
    if rights is None:
        return 0
    query = _Query(reader, asked, rights, NEWEST, None, MOST_HIDDEN + 1, hidden=True)
    return sum(line.times for line in query.run())


def cases_of(found: Sequence[Line], user: User) -> list[tuple[Case, Line]]:
    """The cases of the lines, in their order."""
    rows = Case.objects.visible_to(user).filter(pk__in=[line.case_id for line in found])
    cases = {case.pk: case for case in rows.select_related("category", "division", "lead")}
    return [(cases[line.case_id], line) for line in found if line.case_id in cases]


def _rights(user: User) -> list[int] | None:
    """None where the user sees restricted cases as well, otherwise the few of them that the user registered; the
    cases themselves are read through ``visible_to`` all the same."""
    if user.role == Role.DISPATCHER:
        return None
    return list(Case.objects.filter(is_restricted=True, registered_by=user).values_list("pk", flat=True))


class _Query:
    """The statements that find a page, one for each day by which the number counts."""

    def __init__(
        self, reader: Reader, asked: Asked, own: list[int] | None, sort: str, after: tuple[str, int] | None, most: int,
        *, hidden: bool = False,
    ) -> None:  # fmt: skip
        self.reader, self.asked, self.sort, self.after, self.most = reader, asked, sort, after, most
        self.hidden, self.restrict = hidden, own is not None
        period = asked.period.capped(reader.today)
        self.values: dict[str, Any] = {
            "first": period.first, "last": period.last, "today": reader.today, "scope": asked.scope,
            "prefix": asked.scope + "%", "own": own or [], "changed": reader.changed, "most": most, "now": reader.now,
            "having": json.dumps([[asked.slices.get("department", "")]]), **asked.slices,
        }  # fmt: skip
        if after:
            self.values |= {"key": after[0], "case": after[1]}

    def run(self) -> list[Line]:
        """The lines."""
        found: list[Line] = []
        with connection.cursor() as cursor:
            # Each number has a plan of its own: one made for any place and day would serve none.
            cursor.execute("SET LOCAL plan_cache_mode = force_custom_plan")
            for part in self.asked.parts():
                for source in ("stored", "fresh") if self.reader.changed else ("stored",):
                    found += self._lines(cursor, part, source)
        found.sort(key=lambda line: (line.key, line.case_id), reverse=self.descending)
        return found[: self.most]

    def _lines(self, cursor: Any, part: _Part, source: str) -> list[Line]:
        """The lines of one part. What was registered long before the period comes last and is seldom needed."""
        found: list[Line] = []
        for reach in (_SOON, _LONG) if part.branch.several else ("",):
            if len(found) < self.most:
                cursor.execute(self._statement(part, source, reach), self.values)
                found += [Line(*row) for row in cursor.fetchall()]
        return found

    @property
    def descending(self) -> bool:
        return self.sort in {NEWEST, LONGEST}

    def _key(self, part: _Part) -> tuple[str, str]:
        """What the page is sorted by, and its type."""
        if self.sort == LONGEST:
            # A village has few cases: they are sorted, where the index by days would be walked to its end.
            return ("f.days + 0" if len(self.asked.scope) == _VILLAGE else "f.days"), "int"
        if self.sort == DUE:
            return f"coalesce(f.next_due_at, {_NEVER})", "timestamptz"
        return ("f.registered_day" if part.branch.several else part.branch.day), "date"

    def _statement(self, part: _Part, source: str, reach: str) -> str:
        """Where a department narrows it, each share is found by itself."""
        way = " DESC" if self.descending else ""
        if not (part.branch.several and source == "stored" and "department" in self.asked.slices):
            return self._share(part, source, reach)
        # What nobody has is the lead's alone.
        among = _SHARES if self.asked.slices["department"] else _SHARES[:1]
        shares = " UNION ALL ".join(f"({self._share(part, source, reach, share)})" for share in among)
        return f"SELECT l.* FROM ({shares}) l ORDER BY l.key{way}, l.case_id{way} LIMIT %(most)s"

    def _share(self, part: _Part, source: str, reach: str, share: str = "TRUE") -> str:
        key, kind = self._key(part)
        wanted, times = self._counted(part, reach)
        if part.plus == (part.branch.counts.get("returned"),) and self._is_walked(reach, share):
            wanted.append(_HAS_RETURNED)
        conditions = [*wanted, share, self._place(), *self._rights()]
        conditions += [f"f.{name} = %({name})s" for name in self._sliced(part)]
        if self.after:
            conditions.append(f"({key}, f.case_id) {'<' if self.descending else '>'} (%(key)s::{kind}, %(case)s)")
        table = "reporting_casefact"
        if source == "fresh":
            table = f"({fresh('c.id = ANY(%(changed)s::bigint[])')})"
        elif self.reader.changed:
            conditions.append("f.case_id <> ALL(%(changed)s::bigint[])")
        way = " DESC" if self.descending else ""
        by_day = self._is_by_day(part)
        if by_day:
            conditions.append("f.accepted_day = each.day::date")
        statement = (
            f"SELECT {key} AS key, f.case_id, {times} AS times, {_LASTED} AS lasted, f.next_due_at, f.accepted_day "
            f"FROM {table} f {self._elements(part)} WHERE {' AND '.join(conditions)} "
            f"ORDER BY {key}{way}, f.case_id{way} LIMIT %(most)s"
        )
        if not by_day:
            return statement
        days = "generate_series(%(first)s::date, %(last)s::date, interval '1 day') each (day)"
        return (
            f"SELECT l.* FROM {days} CROSS JOIN LATERAL ({statement}) l "
            f"ORDER BY l.key{way}, l.case_id{way} LIMIT %(most)s"
        )

    def _is_walked(self, reach: str, share: str) -> bool:
        """Whether what was returned needs the index of the returned: the indexes of what is hidden, comes late or is
        another department's lead to few cases already."""
        return not self.hidden and reach == _SOON and share in {"TRUE", _SHARES[0]}

    def _is_by_day(self, part: _Part) -> bool:
        period = self.asked.period
        is_narrow = (period.last - period.first).days < _NARROW
        return self.sort == LONGEST and is_narrow and part.branch.day == _ACCEPTED and len(self.asked.scope) < _TOWNSHIP

    def _counted(self, part: _Part, reach: str) -> tuple[list[str], str]:
        if not part.branch.several:
            return [part.condition, f"{part.branch.day} BETWEEN %(first)s AND %(last)s"], "1"
        conditions = ["f.status <> 'merged'", reach, "x.times > 0"]
        return conditions, "x.times"

    def _elements(self, part: _Part) -> str:
        if not part.branch.several:
            return ""
        conditions = [part.condition, f"{part.branch.day} BETWEEN %(first)s AND %(last)s"]
        if part.passed:
            conditions.append(f"{part.branch.day} < %(today)s")
        if "department" in self.asked.slices:
            conditions.append(f"{part.branch.department} = %(department)s")
        return (
            "CROSS JOIN LATERAL (SELECT count(*)::int AS times FROM jsonb_array_elements(f.extras) e "
            f"WHERE {' AND '.join(conditions)}) x"
        )

    def _sliced(self, part: _Part) -> list[str]:
        return [name for name in self.asked.slices if not (part.branch.several and name == "department")]

    def _place(self) -> str:
        if self.asked.exactly or len(self.asked.scope) == _VILLAGE:
            return "f.division = %(scope)s"
        return "left(f.division, 9) = %(scope)s" if len(self.asked.scope) == _TOWNSHIP else "f.division LIKE %(prefix)s"

    def _rights(self) -> list[str]:
        if not self.restrict:
            return []
        if self.hidden:
            return ["f.restricted", "f.case_id <> ALL(%(own)s::bigint[])"]
        return ["(NOT f.restricted OR f.case_id = ANY(%(own)s::bigint[]))"]
