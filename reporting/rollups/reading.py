"""Reading the roll-ups together with what is not folded yet: what comes out equals a recount, at every moment."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.db import connection
from django.utils import timezone

from reporting.models.rollup import Dim
from reporting.periods import Period, pieces
from reporting.rollups.columns import BRANCHES, COLUMNS, PASSED
from reporting.rollups.folding import fold, one_snapshot
from reporting.rollups.sql import CHANGED, INSIDE, KEYS, changed_facts, contributions, durations, has_extras_in

MANY = 2000
"""So many changes are folded before they are read; fewer are added up while reading."""

COUNTY, TOWNSHIP, VILLAGE = 6, 9, 12

Counts = dict[str, int]


@dataclass(frozen=True, slots=True)
class _Change:
    """What the changed cases add to one day and set of keys."""

    day: dt.date
    keys: dict[str, str]
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Length:
    """What the changed cases add to one row of the roll-up of durations."""

    kind: str
    day: dt.date
    division: str
    key: str
    length: int
    n: int


@dataclass(slots=True)
class Reader:
    """The figures at one moment. Made by :func:`reading`; all its answers belong to the same snapshot."""

    now: dt.datetime
    today: dt.date
    is_present: bool = False
    changes: list[_Change] = field(default_factory=list)
    lengths: list[Length] = field(default_factory=list)
    changed: list[int] = field(default_factory=list)
    desks: dict[tuple[str, str, Period], dict[int, Counts]] = field(default_factory=dict)
    _known: dict[tuple[object, ...], dict[int, int]] = field(default_factory=dict)
    _counted: dict[tuple[Dim, str, Period, tuple[str, ...]], dict[str, Counts]] = field(default_factory=dict)

    @property
    def pending(self) -> int:
        """How many cases are not folded yet."""
        return len(self.changed)

    def totals(self, scope: str, period: Period) -> Counts:
        """All columns of a division and everything below it."""
        return self.places([scope], period)[scope]

    def places(self, scopes: Sequence[str], period: Period) -> dict[str, Counts]:
        """All columns of each division, also where all are 0."""
        found = self._sums(Dim.TOTAL, list(scopes), period)
        return {scope: found.get((scope, ""), _nothing()) for scope in scopes}

    def by(self, dim: Dim, scope: str, period: Period, columns: Sequence[str] = COLUMNS) -> dict[str, Counts]:
        """Columns by key of a dimension; keys without any count are left out.

        Fewer columns are read faster, above all without those that count by a last day still to come
        (:data:`~reporting.rollups.columns.PASSED`).
        """
        if len(scope) == VILLAGE:
            return self._of_a_village(dim, scope, period, columns)
        return {key: counts for (_scope, key), counts in self._sums(dim, [scope], period, columns).items()}

    def by_both(
        self, dim: Dim, scopes: Sequence[str], period: Period, columns: Sequence[str] = COLUMNS
    ) -> dict[tuple[str, str], Counts]:
        """Columns by division and key of a dimension, as :meth:`by`; not for villages."""
        return self._sums(dim, [scope for scope in scopes if len(scope) < VILLAGE], period, columns)

    def days(self, scope: str, period: Period, grain: str = "m") -> dict[dt.date, Counts]:
        """All columns by first day of each month (``m``) or by day (``d``) of the period that has any."""
        wanted = [(piece, start) for piece, start in _without_years(period, self.today)] if grain == "m" else [
            ("d", day) for day in _every_day(period.capped(self.today))
        ]  # fmt: skip
        begin: Callable[[dt.date], dt.date] = (lambda day: day.replace(day=1)) if grain == "m" else (lambda day: day)
        found: dict[dt.date, Counts] = defaultdict(_nothing)
        rows = query(
            f"SELECT r.start, {_SUMS} FROM {_PIECES} WHERE r.dim = 0 AND r.division = %(scope)s GROUP BY r.start",
            {"scope": scope, "today": self.today, **_as_arrays(wanted)},
        )
        for row in rows:
            _add(found[begin(row[0])], COLUMNS, row[1:])
        for change in self._changes(scope, period):
            self._add_change(found[begin(change.day)], change)
        return dict(found)

    def durations(self, kind: str, scope: str, period: Period, key: str = "") -> dict[int, int]:
        """How many took how long: ``r`` days to the resolution, ``e`` days to another end (both by day of
        acceptance), ``s`` hours to the signature, of department ``key`` or of all (prefecture and counties only)."""
        asked = (kind, scope, period, key)
        if asked not in self._known:
            capped = period.capped(self.today)
            # Where all comes from the roll-ups, whoever asks for one kind asks for the others next: one query.
            if key or len(scope) > COUNTY:
                rows = {kind: self._lengths(kind, scope, capped, key)}
            else:
                rows = self._all_lengths(scope, capped)
            for one, lengths in rows.items():
                self._known[one, scope, period, key] = self._durations(one, scope, capped, key, lengths)
        return self._known[asked]

    def _durations(
        self, kind: str, scope: str, period: Period, key: str, rows: list[tuple[int, int]]
    ) -> dict[int, int]:
        found: dict[int, int] = defaultdict(int)
        if kind == "s" and len(scope) > COUNTY:
            return {}
        for length, n in rows:
            found[length] += n
        for row in self.lengths:
            if (row.kind, row.key) == (kind, key) and row.division.startswith(scope) and _within(row.day, period):
                found[row.length] += row.n
        return {length: n for length, n in sorted(found.items()) if n}

    def open_ages(self, scope: str, period: Period) -> dict[int, int]:
        """How many of the cases accepted in the period are open for how many whole days."""
        asked = ("ages", scope, period)
        if asked not in self._known:
            self._known[asked] = self._open_ages(scope, period.capped(self.today))
        return self._known[asked]

    def _open_ages(self, scope: str, period: Period) -> dict[int, int]:
        found: dict[int, int] = defaultdict(int)
        rows = query(
            "SELECT start, open FROM reporting_rollup WHERE dim = 0 AND division = %(scope)s AND grain = 'd' "
            "AND key = '' AND open <> 0 AND start BETWEEN %(first)s AND %(last)s",
            {"scope": scope, "first": period.first, "last": period.last},
        )
        for start, n in rows:
            found[(self.today - start).days] += n
        place = COLUMNS.index("open")
        for change in self._changes(scope, period):
            found[(self.today - change.day).days] += change.counts[place]
        return {age: n for age, n in sorted(found.items()) if n}

    def _sums(
        self, dim: Dim, scopes: list[str], period: Period, columns: Sequence[str] = COLUMNS
    ) -> dict[tuple[str, str], Counts]:
        """The counts by scope and key; what was asked before in this snapshot is not asked again."""
        columns = tuple(columns)
        missing = [scope for scope in scopes if (dim, scope, period, columns) not in self._counted]
        if missing:
            self._counted |= {(dim, scope, period, columns): {} for scope in missing}
            for (scope, key), counts in self._read_sums(dim, missing, period, columns).items():
                self._counted[dim, scope, period, columns][key] = counts
        return {
            (scope, key): counts
            for scope in scopes
            for key, counts in self._counted[dim, scope, period, columns].items()
        }

    def _read_sums(
        self, dim: Dim, scopes: list[str], period: Period, columns: tuple[str, ...]
    ) -> dict[tuple[str, str], Counts]:
        found: dict[tuple[str, str], Counts] = defaultdict(lambda: dict.fromkeys(columns, 0))
        wanted = list(self.pieces(period, columns))
        near = [scope for scope in scopes if dim != Dim.TOTAL and len(scope) == TOWNSHIP]
        far = [scope for scope in scopes if scope not in near]
        for places, parts in ((far, wanted), (near, [part for part in wanted if part[0] != "d"])):
            if places and parts:
                rows = query(
                    f"SELECT r.division, r.key, {_sums_of(columns)} FROM {_PIECES} "
                    "WHERE r.dim = %(dim)s AND r.division = ANY(%(scopes)s) GROUP BY r.division, r.key",
                    {"dim": int(dim), "scopes": places, "today": self.today, **_as_arrays(parts)},
                )
                for row in rows:
                    _add(found[row[0], row[1]], columns, row[2:])
        edges = [day for grain, day in wanted if grain == "d"]
        if near and edges:
            for scope, key, *values in self._from_facts(dim, near, edges, columns):
                _add(found[scope, key], columns, values)
        for scope in scopes:
            for change in self._changes(scope, period):
                self._add_change(found[scope, _key(dim, change.keys)], change)
        return {key: counts for key, counts in found.items() if any(counts.values())}

    def pieces(self, period: Period, columns: Sequence[str] = ()) -> Iterator[tuple[str, dt.date]]:
        """The rows that make up the period. Where nothing is asked that lies ahead, the month and the year of today
        are whole ones: nothing in them has come after today."""
        is_up_to_now = self.is_present and period.last >= self.today and not PASSED & set(columns)
        end = dt.date(self.today.year, 12, 31) if is_up_to_now else min(period.last, self.today)
        following = end + dt.timedelta(days=1) if is_up_to_now else self.today
        return pieces(Period(period.first, end), following)

    def _from_facts(
        self, dim: Dim, scopes: Sequence[str], days: Sequence[dt.date], columns: Sequence[str]
    ) -> list[tuple]:  # type: ignore[type-arg]
        """Scope, key and counts of the given days from the facts: what the roll-ups do not hold by day.

        Facts are found by the days that the columns count by, in a township each by an index of its own.
        """
        digits, column = len(scopes[0]), KEYS[dim]
        place = "f.division" if digits == VILLAGE else f"left(f.division, {digits})"
        branches = [branch for branch in BRANCHES if branch.counts.keys() & set(columns)]
        is_whole = len(days) == (max(days) - min(days)).days + 1
        within = "BETWEEN %(first)s AND %(last)s" if is_whole else "= ANY(%(days)s)"
        ways = {f"{branch.where} AND {branch.day} {within}" for branch in branches if not branch.several}
        if any(branch.several for branch in branches):
            ways.add(has_extras_in("%(first)s", "%(last)s"))
        # A statement that comes again is planned before its values are known: a village is then found by its place
        # alone, where the days of many years would be the worse way.
        found_by = " OR ".join(sorted(ways)) if digits < VILLAGE else "TRUE"
        inside = "= %(scope)s" if len(scopes) == 1 else "= ANY(%(scopes)s)"
        source = f"SELECT 1 AS sign, f.* FROM reporting_casefact f WHERE {place} {inside} AND ({found_by})"
        sums = ", ".join(f"sum(r.{name}){_passed(name, 'r.day')}" for name in columns)
        return query(
            f"SELECT left(r.division, {digits}), r.{column}, {sums} FROM ({contributions(source, columns)}) r "
            f"WHERE r.day {within} GROUP BY 1, 2",
            {
                "scope": scopes[0], "scopes": list(scopes), "days": list(days), "first": min(days), "last": max(days),
                "today": self.today,
            },
        )  # fmt: skip

    def _of_a_village(self, dim: Dim, scope: str, period: Period, columns: Sequence[str]) -> dict[str, Counts]:
        """A village has few cases, so its dimensions are counted from their facts."""
        found: dict[str, Counts] = defaultdict(lambda: dict.fromkeys(columns, 0))
        if days := list(_every_day(period.capped(self.today))):
            for _scope, key, *values in self._from_facts(dim, [scope], days, columns):
                _add(found[key], columns, values)
        for change in self._changes(scope, period):
            self._add_change(found[_key(dim, change.keys)], change)
        return {key: counts for key, counts in found.items() if any(counts.values())}

    def _all_lengths(self, scope: str, period: Period) -> dict[str, list[tuple[int, int]]]:
        found: dict[str, list[tuple[int, int]]] = {"r": [], "e": [], "s": []}
        values = {"scope": scope, **_as_arrays(self.pieces(period))}
        for kind, length, n in query(_ALL_LENGTHS, values):
            found[kind].append((length, n))
        return found

    def _lengths(self, kind: str, scope: str, period: Period, key: str) -> list[tuple[int, int]]:
        values = {"kind": kind, "scope": scope, "key": key}
        rolled = list(self.pieces(period))
        exact: list[tuple[str, dt.date]] = []
        if len(scope) == VILLAGE:
            rolled, exact = [], [("d", day) for day in _every_day(period)]
        elif len(scope) == TOWNSHIP:
            rolled, exact = [p for p in rolled if p[0] != "d"], [p for p in rolled if p[0] == "d"]
        found: list[tuple[int, int]] = []
        if rolled:
            found += query(_ROLLED_LENGTHS, {**values, **_as_arrays(rolled)})
        if exact:
            statuses = ["resolved"] if kind == "r" else ["withdrawn", "guided"]
            found += query(
                _EXACT_LENGTHS, {"scope": scope, "statuses": statuses, "days": [day for _grain, day in exact]}
            )
        return found

    def _changes(self, scope: str, period: Period) -> Iterator[_Change]:
        last = min(period.last, self.today)
        for change in self.changes:
            if period.first <= change.day <= last and change.keys["division"].startswith(scope):
                yield change

    def _add_change(self, counts: Counts, change: _Change) -> None:
        for name, value in zip(COLUMNS, change.counts, strict=True):
            if value and name in counts and not (name in PASSED and change.day >= self.today):
                counts[name] += value


@contextmanager
def reading(now: dt.datetime | None = None) -> Iterator[Reader]:
    """Open the figures at one moment. Many changes are folded first, so that a reader need not add them up.

    Not for the inside of a transaction, where each query would see a moment of its own.
    """
    is_present = now is None
    if not connection.in_atomic_block and _are_many():
        fold(now=now)
    with one_snapshot(read_only=True):
        now = now or timezone.now()  # after the snapshot, so that nothing in it has come later
        reader = Reader(now, timezone.localdate(now), is_present)
        _load_changes(reader)
        yield reader


def _are_many() -> bool:
    tables = ("reporting_changed", "reporting_deskchanged")
    are = " OR ".join(f"EXISTS (SELECT FROM {table} OFFSET {MANY})" for table in tables)
    return bool(query(f"SELECT {are}", {})[0][0])


def _load_changes(reader: Reader) -> None:
    values = {"now": reader.now}
    cases = [row[0] for row in query(CHANGED, values)]
    reader.changed = cases
    if not cases:
        return
    # The facts are worked out once and handed back for each of the two countings.
    changes = changed_facts("SELECT unnest(%(cases)s::bigint[])")
    values = {"facts": query(f"SELECT jsonb_agg(f)::text FROM ({changes}) f", values | {"cases": cases})[0][0]}
    source = (
        "SELECT (j->>'sign')::int AS sign, f.* FROM jsonb_array_elements(%(facts)s::jsonb) j "
        "CROSS JOIN LATERAL jsonb_populate_record(NULL::reporting_casefact, j) f"
    )
    sums = ", ".join(f"sum(c.{name})" for name in COLUMNS)
    something = " OR ".join(f"sum(c.{name}) <> 0" for name in COLUMNS)
    keys = ", ".join(f"c.{key}" for key in KEYS)
    rows = query(
        f"SELECT c.day, {keys}, {sums} FROM ({contributions(source)}) c GROUP BY c.day, {keys} HAVING {something}",
        values,
    )
    width = 1 + len(KEYS)
    reader.changes = [
        _Change(row[0], dict(zip(KEYS, row[1:width], strict=True)), tuple(int(n) for n in row[width:])) for row in rows
    ]
    rows = query(
        f"SELECT kind, day, division, key, length, sum(n)::int FROM ({durations(source)}) c "
        "GROUP BY 1, 2, 3, 4, 5 HAVING sum(n) <> 0",
        values,
    )
    reader.lengths = [Length(*row) for row in rows]


def _passed(name: str, day: str) -> str:
    return f" FILTER (WHERE {day} <> %(today)s)" if name in PASSED else ""


# Today always stands alone, as a piece of its own, so what is counted by its last day can leave it out.
def _sums_of(columns: Sequence[str]) -> str:
    return ", ".join(f"sum(r.{name}){_passed(name, 'r.start')}" for name in columns)


_SUMS = _sums_of(COLUMNS)
_PIECES = (
    "unnest(%(grains)s::text[], %(starts)s::date[]) p (grain, start) "
    "JOIN reporting_rollup r ON r.grain = p.grain AND r.start = p.start"
)
_ROLLED_LENGTHS = """
    SELECT r.length, sum(r.n)::int FROM unnest(%(grains)s::text[], %(starts)s::date[]) p (grain, start)
    JOIN reporting_durationrollup r ON r.grain = p.grain AND r.start = p.start
    WHERE r.kind = %(kind)s AND r.division = %(scope)s AND r.key = %(key)s GROUP BY r.length
"""
_ALL_LENGTHS = """
    SELECT r.kind, r.length, sum(r.n)::int FROM unnest(%(grains)s::text[], %(starts)s::date[]) p (grain, start)
    JOIN reporting_durationrollup r ON r.grain = p.grain AND r.start = p.start
    WHERE r.division = %(scope)s AND r.kind IN ('r', 'e', 's') AND r.key = '' GROUP BY r.kind, r.length
"""
_EXACT_LENGTHS = f"""
    SELECT f.days, count(*)::int FROM reporting_casefact f
    WHERE {INSIDE} AND f.accepted_day = ANY(%(days)s) AND f.status = ANY(%(statuses)s) GROUP BY f.days
"""


def query(statement: str, values: dict[str, object]) -> list[tuple]:  # type: ignore[type-arg]
    """All rows of a statement."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def _as_arrays(wanted: Iterable[tuple[str, dt.date]]) -> dict[str, object]:
    pairs = list(wanted)
    return {"grains": [grain for grain, _start in pairs], "starts": [start for _grain, start in pairs]}


def _without_years(period: Period, today: dt.date) -> Iterator[tuple[str, dt.date]]:
    for grain, start in pieces(period.capped(today), today):
        if grain == "y":
            yield from (("m", start.replace(month=month)) for month in range(1, 13))
        else:
            yield grain, start


def _every_day(period: Period) -> Iterator[dt.date]:
    for number in range(period.days):
        yield period.first + dt.timedelta(days=number)


def _within(day: dt.date, period: Period) -> bool:
    return period.first <= day <= period.last


def _key(dim: Dim, keys: dict[str, str]) -> str:
    return "" if dim == Dim.TOTAL else keys[KEYS[dim]]


def _nothing() -> Counts:
    return dict.fromkeys(COLUMNS, 0)


def _add(counts: Counts, columns: Sequence[str], values: Sequence[int | None]) -> None:
    for name, value in zip(columns, values, strict=True):
        counts[name] += int(value or 0)
