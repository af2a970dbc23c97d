"""The tables of the dashboard as rows for a file: headings, figures, and at the foot what they mean."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence

from django.utils import timezone
from django.utils.translation import gettext as _

from departments.models import Division
from reporting.measures import MEASURES, Figure, Measure
from reporting.overview import Overview
from reporting.periods import Period
from reporting.selectors import Row
from reporting.templatetags.reporting import verdict_words

Cell = str | int | float
Line = list[Cell]


def table(shown: Overview, name: str) -> Iterator[Line]:
    """The table ``name``, its headings first, then the foot.

    Raises:
        KeyError: there is no such table.
    """
    lines, codes = TABLES[name]
    yield from lines(shown)
    measures = [MEASURES[code] for code in codes]
    yield from foot(shown.division, shown.period, shown.as_of, measures, shown.compared)


def _figures(shown: Overview) -> Iterator[Line]:
    yield [
        _("Figure"), _("Value"), _("Unit"), _("Numerator"), _("Denominator"), _("95 % interval from"), _("to"),
        _("Few cases"), _("In the other period"), _("Difference"), _("Definition"),
    ]  # fmt: skip
    for code, one in shown.figures.items():
        change = shown.changes.get(code)
        yield [
            str(one.measure.name), number(one.value), one.measure.unit.value, number(one.numerator),
            number(one.denominator), number(one.low), number(one.high), _("yes") if one.is_small else "",
            number(change.then.value if change else None), number(change.difference if change else None),
            str(one.measure.definition),
        ]  # fmt: skip


def _places(shown: Overview) -> Iterator[Line]:
    yield [
        _("Code"), _("Place"), *_rate_heads(), _("Exclusions taken out"), _("With the case mix of the whole"),
        _("95 % interval from"), _("to"), _("Beside the whole"), _("Open"), _("Overdue"), _("Median days"),
    ]  # fmt: skip
    for place in shown.places:
        row, mix = place.row, place.row.adjusted
        adjusted = [mix.share, mix.low, mix.high] if mix else [None, None, None]
        yield [
            row.key, row.name, *_rate_cells(row), number(row.figure("adjusted_rate").value),
            *(number(None if part is None else 100 * part) for part in adjusted), verdict_words(place.verdict),
            row.open, row.overdue, number(place.median),
        ]  # fmt: skip


def _slices(heading: Callable[[], str], rows: Callable[[Overview], list[Row]]) -> Callable[[Overview], Iterator[Line]]:
    def lines(shown: Overview) -> Iterator[Line]:
        yield [_("Code"), heading(), *_rate_heads(), _("Open"), _("Overdue")]
        for row in rows(shown):
            yield [row.key, row.name, *_rate_cells(row), row.open, row.overdue]

    return lines


def _trend(shown: Overview) -> Iterator[Line]:
    yield [
        _("First day"), _("Last day"), _("Accepted"), _("Resolved of these by now"),
        _("Resolved at that time, whenever accepted"),
    ]  # fmt: skip
    for point in shown.points:
        first, last = point.period.first.isoformat(), point.period.last.isoformat()
        yield [first, last, point.accepted, point.resolved, point.resolved_in_period]


def _backlog(shown: Overview) -> Iterator[Line]:
    yield [_("Day"), _("Open"), _("Overdue")]
    for one in shown.backlog:
        yield [one.day.isoformat(), number(one.open), number(one.overdue)]


def _survival(shown: Overview) -> Iterator[Line]:
    yield [_("Days since acceptance"), _("Still unresolved, in percent")]
    yield [0, 100.0]
    for day, left in zip(shown.survival.days, shown.survival.open, strict=True):
        yield [day, round(100 * left, 4)]


def _rate_heads() -> list[str]:
    return [
        _("Accepted"), _("Resolved"), _("Resolution rate"), _("95 % interval from"), _("to"), _("Few cases"),
    ]  # fmt: skip


def _rate_cells(row: Row) -> Line:
    rate: Figure = row.figure("resolution_rate")
    return [
        row.accepted, row.resolved, number(rate.value), number(rate.low), number(rate.high),
        _("yes") if rate.is_small else "",
    ]  # fmt: skip


def number(value: float | None) -> Cell:
    """A number as a cell; empty where there is none."""
    return "" if value is None else round(value, 4)


def foot(
    division: Division, period: Period, as_of: dt.datetime, measures: Iterable[Measure], compared: Period | None = None
) -> Iterator[Line]:
    """What stands below a table: whose figures, of which days, as of when, and what they mean."""
    yield []
    yield [_("Place"), division.pk, division.name]
    yield [_("Period"), period.first.isoformat(), period.last.isoformat()]
    if compared:
        yield [_("Compared with"), compared.first.isoformat(), compared.last.isoformat()]
    yield [_("As of"), f"{timezone.localtime(as_of):%Y-%m-%d %H:%M:%S}"]
    for measure in measures:
        yield [str(measure.name), str(measure.definition)]


_RATE: Sequence[str] = ("accepted", "resolved", "resolution_rate", "open", "overdue")

TABLES: dict[str, tuple[Callable[[Overview], Iterator[Line]], Sequence[str]]] = {
    "figures": (_figures, ()),
    "places": (_places, (*_RATE, "adjusted_rate", "median_days")),
    "categories": (_slices(lambda: _("Category"), lambda shown: shown.categories), _RATE),
    "channels": (_slices(lambda: _("Channel"), lambda shown: shown.channels), _RATE),
    "levels": (_slices(lambda: _("Level"), lambda shown: shown.levels), _RATE),
    "trend": (_trend, ("accepted", "resolved", "resolved_in_period")),
    "backlog": (_backlog, ("open", "overdue")),
    "survival": (_survival, ("time_to_resolution",)),
}
"""Each table: how its lines are made, and the measures that its foot defines."""
