"""All that the dashboard shows of one division and period, read in one snapshot. Page and exports take it from here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from departments.models import Division
from reporting import selectors, series
from reporting.comparison import Change, Spread, Spreads, Verdict, changes, overlap
from reporting.measures import MEASURES, SMALL, Figure, figure
from reporting.periods import Period
from reporting.rollups import desk
from reporting.rollups.by_place import days_to_resolution
from reporting.rollups.reading import COUNTY, Reader, reading
from reporting.selectors import Row
from reporting.statistics import Survival, median_interval, median_of

ORDERS = ("code", "accepted", "open", "overdue")
"""By what the places may be put in order: by their codes or by numbers of cases, never by a rate."""

MAP_MEASURES = ("accepted", "resolution_rate", "open", "overdue", "median_days")
"""What the map of the counties may show."""


@dataclass(slots=True)
class Place:
    """One division right below the scope, or what lies in the scope itself and in none of them (``is_rest``)."""

    row: Row
    median: float | None
    verdict: Verdict
    is_rest: bool

    @property
    def key(self) -> str:
        return self.row.key

    @property
    def rate(self) -> Figure:
        return self.row.figure("resolution_rate")

    @property
    def without_exclusions(self) -> Figure:
        return self.row.figure("adjusted_rate")

    def figure(self, code: str) -> Figure:
        """A figure of this place; the median as well."""
        if code == "median_days":
            return Figure(MEASURES[code], self.median, denominator=self.row.resolved)
        return self.row.figure(code)


@dataclass(slots=True)
class Overview:
    """The figures of a division; ``changes`` is empty where nothing is compared."""

    division: Division
    period: Period
    compared: Period | None
    as_of: dt.datetime
    figures: dict[str, Figure]
    changes: dict[str, Change]
    survival: Survival
    places: list[Place]
    categories: list[Row]
    channels: list[Row]
    levels: list[Row]
    points: list[series.Point]
    backlog: list[series.Backlog]
    restricted: int

    def guards(self, code: str) -> list[Figure]:
        """The figures that must stand beside a figure."""
        return [self.figures[guard] for guard in MEASURES[code].guards]


def read_overview(division: Division, period: Period, compared: Period | None = None, order: str = "code") -> Overview:
    """Read everything at one moment.

    Args:
        compared: the period with which the figures are compared; None for nothing.
        order: how the places are put in order, one of :data:`ORDERS`.
    """
    scope = division.pk
    with reading() as reader:
        rows = selectors.by_division(reader, scope, period)
        figures = _figures(reader, scope, period)
        before = _figures(reader, scope, compared) if compared else {}
        changed = {}
        if compared and _is_something(before):
            changed = changes(figures, before, _spreads(reader, scope, period, compared))
        return Overview(
            division, period, compared, reader.now, figures, changed,
            selectors.time_to_resolution(reader, scope, period),
            _places(reader, division, period, rows, figures["resolution_rate"], order),
            selectors.by_category(reader, scope, period, selectors.SLICE),
            selectors.by_channel(reader, scope, period, selectors.SLICE),
            selectors.by_level(reader, scope, period, selectors.SLICE),
            series.points(reader, scope, period), series.backlog(scope, period, reader.today),
            selectors.restricted(reader, scope, period),
        )  # fmt: skip


def _spreads(reader: Reader, scope: str, period: Period, compared: Period) -> dict[str, Spreads]:
    """The intervals of the medians of both periods. The time to resolution has none: of its change nothing is said."""

    def of(kind: str, days: Period) -> Spread:
        return median_interval(reader.durations(kind, scope, days), SMALL)

    kinds = {"median_days": "r"} | ({"signing_hours": "s"} if len(scope) <= COUNTY else {})
    return {code: (of(kind, period), of(kind, compared)) for code, kind in kinds.items()}


def _is_something(figures: dict[str, Figure]) -> bool:
    """Whether anything happened in a period; nothing can be compared with nothing."""
    return any(figures[code].value for code in ("accepted", "registered") if code in figures)


def _figures(reader: Reader, scope: str, period: Period) -> dict[str, Figure]:
    shifts = desk.shifts(reader, scope, period)
    return selectors.summary(reader, scope, period) | {"attendance_rate": figure("attendance_rate", shifts)}


def _places(
    reader: Reader, division: Division, period: Period, rows: Sequence[Row], whole: Figure, order: str
) -> list[Place]:
    below = [row.key for row in rows if row.key != division.pk]
    lengths = days_to_resolution(reader, below, period)
    places = [
        Place(row, median_of(lengths.get(row.key, {})), _against(row, whole), bool(below) and row.key == division.pk)
        for row in rows
    ]
    return _ordered(places, order)


def _ordered(places: Sequence[Place], order: str) -> list[Place]:
    if order == "code":
        return sorted(places, key=lambda place: (place.is_rest, place.key))
    return sorted(places, key=lambda place: (place.is_rest, -place.row.counts[order], place.key))


def _against(row: Row, whole: Figure) -> Verdict:
    """How a place's rate lies to that of the whole; unclear where the intervals overlap, nothing where nothing was
    accepted. Where it can be had, the rate with the case mix of the whole is compared, so that a place is not blamed
    for the matters it gets."""
    own = row.figure("resolution_rate")
    if own.value is None or own.low is None or own.high is None:
        return Verdict.UNSAID
    if own.is_small:
        return Verdict.FEW
    if row.adjusted:
        share = row.adjusted
        own = Figure(own.measure, 100 * share.share, own.numerator, own.denominator, 100 * share.low, 100 * share.high)
    if overlap(own, whole):
        return Verdict.UNCLEAR
    return Verdict.ABOVE if (own.low or 0) > (whole.high or 0) else Verdict.BELOW
