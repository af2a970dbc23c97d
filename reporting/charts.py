"""What the charts of the dashboard are drawn from. Every series brings the addresses of its cases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from intake.hall import Both
from reporting.classes import Span, place_of, spans
from reporting.measures import MEASURES, SMALL, Figure, Unit
from reporting.opening import Whose, address
from reporting.overview import Overview, Place
from reporting.periods import Period
from reporting.selectors import Row
from reporting.templatetags.reporting import figure as written

Chart = dict[str, Any]

CURVE_DAYS = 180
"""The curve of the time to resolution is drawn so far; the table tells the rest."""


def caption(shown: Overview) -> str:
    """What stands under an exported picture: whose figures, of which days, as of when."""
    words = {
        "place": shown.division.name, "first": shown.period.first, "last": shown.period.last,
        "moment": f"{timezone.localtime(shown.as_of):%Y-%m-%d %H:%M:%S}",
    }  # fmt: skip
    return _("%(place)s · cases accepted from %(first)s to %(last)s · as of %(moment)s") % words


def trend(shown: Overview) -> Chart:
    """Accepted and resolved of the same cases, and beside it what was resolved at that time."""

    def series(code: str, name: str) -> Chart:
        return {
            "name": name,
            "data": [getattr(point, code) for point in shown.points],
            "urls": [address(code, Whose(shown.division.pk), point.period) for point in shown.points],
        }

    return _chart(
        shown, _("Accepted and resolved"), [point.label for point in shown.points],
        [
            series("accepted", _("Accepted")),
            series("resolved", _("Resolved of these by now")),
            series("resolved_in_period", _("Resolved at that time, whenever accepted")),
        ],
    )  # fmt: skip


def backlog(shown: Overview) -> Chart:
    """Open and overdue at the end of each day that was kept."""
    return _chart(
        shown, _("Open at the end of the day"), [f"{one.day:%Y-%m-%d}" for one in shown.backlog],
        [
            {"name": _("Open"), "data": [one.open for one in shown.backlog]},
            {"name": _("Overdue"), "data": [one.overdue for one in shown.backlog]},
        ],
    )  # fmt: skip


def slices(shown: Overview, rows: Sequence[Row], dimension: str, title: str) -> Chart:
    """Accepted and resolved by the keys of a dimension."""
    whose = [Whose(shown.division.pk, narrowed={dimension: row.key}) for row in rows]
    return _chart(
        shown, title, [row.name for row in rows],
        [
            {
                "name": str(MEASURES[code].name),
                "data": [row.counts[code] for row in rows],
                "urls": [address(code, one, shown.period) for one in whose],
            }
            for code in ("accepted", "resolved")
        ],
    )  # fmt: skip


def ranking(shown: Overview) -> Chart:
    """The rate of each place with its interval, and beside it the rate with the case mix of the whole."""
    places = [place for place in shown.places if place.rate.value is not None]
    whole = shown.figures["resolution_rate"]
    adjusted = [place.row.adjusted for place in places]
    chart = _chart(
        shown, _("Resolution rate by place, with intervals"), [place.row.name for place in places],
        [
            {
                "name": _("as it is"),
                "data": [[place.rate.value, place.rate.low, place.rate.high] for place in places],
                "small": [place.rate.is_small for place in places],
                "urls": [_of_place("resolution_rate", place, shown.period) for place in places],
            },
            {
                "name": _("with the case mix of the whole"),
                "data": [[100 * one.share, 100 * one.low, 100 * one.high] if one else None for one in adjusted],
                "small": [place.rate.is_small for place in places],
                "urls": [_of_place("resolution_rate", place, shown.period) for place in places],
            },
        ],
    )  # fmt: skip
    return chart | {"whole": whole.value, "whole_name": _("the whole: %(rate)s") % {"rate": _text(whole)}}


def survival(shown: Overview) -> Chart:
    """Which share is still unresolved after so many days; a step for each day on which one was resolved."""
    curve = shown.survival
    steps = [[0, 100.0]] + [
        [day, round(100 * left, 2)]
        for day, left in zip(curve.days, curve.open, strict=True)
        if day <= CURVE_DAYS
    ]  # fmt: skip
    marks = [
        {"day": day, "share": 100 - percent, "label": _("%(percent)s %% resolved: day %(day)s") % values}
        for percent in (25, 50, 75)
        if (day := curve.quantile(percent / 100)) is not None and day <= CURVE_DAYS
        for values in ({"percent": percent, "day": day},)
    ]
    chart = _chart(shown, _("Time to resolution"), steps if curve.days else [], [])
    url = address("accepted", Whose(shown.division.pk), shown.period)
    return chart | {"marks": marks, "name": _("still unresolved"), "days": _("days"), "url": url}


def places_map(shown: Overview, code: str) -> Chart:
    """The counties by a measure, in a few classes; those with few cases are grey."""
    unit = MEASURES[code].unit
    figures = {place.key: place.figure(code) for place in shown.places if not place.is_rest}
    told = {key: one.value for key, one in figures.items() if one.value is not None and not _is_few(one)}
    among = spans(list(told.values()), unit)
    chart = _chart(shown, str(MEASURES[code].name), list(figures), [])
    legend = [
        {"value": number, "label": f"{span.label(unit)} ({_within(told, number, among)})"}
        for number, span in enumerate(among)
    ]
    few = len(figures) - len(told)
    if few:
        legend.append({"value": -1, "label": _("fewer than %(small)s cases") % {"small": SMALL} + f" ({few})"})
    return chart | {"legend": legend, "regions": [_region(shown, place, figures[place.key], told, among)
                                                  for place in shown.places if place.key in figures]}  # fmt: skip


def wall_map(places: Sequence[tuple[Row, Both]], whole: Mapping[str, int]) -> Chart:
    """The counties of the big screen by their open cases, with the overdue ones; names in both languages.

    Args:
        whole: the open and overdue cases of the prefecture, which may be more than those of its counties.
    """
    among = spans([row.open for row, _names in places], Unit.COUNT)
    return {
        "x": [row.key for row, _names in places],
        "whole": dict(whole),
        "legend": [{"value": number, "label": span.label(Unit.COUNT)} for number, span in enumerate(among)],
        "regions": [
            {
                "code": row.key, "value": place_of(row.open, among), "zh": names.zh, "ko": names.ko,
                "open": row.open, "overdue": row.overdue,
            }
            for row, names in places
        ],
    }  # fmt: skip


def _region(shown: Overview, place: Place, one: Figure, told: dict[str, float], among: list[Span]) -> Chart:
    keys = {"division": place.key, "first": shown.period.first.isoformat(), "last": shown.period.last.isoformat()}
    return {
        "code": place.key,
        "name": place.row.name,
        "value": place_of(told[place.key], among) if place.key in told else -1,
        "text": _text(one),
        "url": f"{reverse('reporting:dashboard')}?{urlencode(keys | {'measure': one.code})}",
    }


def _within(told: dict[str, float], number: int, among: list[Span]) -> int:
    return sum(place_of(value, among) == number for value in told.values())


def _is_few(one: Figure) -> bool:
    return one.measure.unit is not Unit.COUNT and one.is_small


def _text(one: Figure) -> str:
    return written(one.value, one.measure.unit)


def _of_place(code: str, place: Place, period: Period) -> str:
    return address(code, Whose(place.key, place.is_rest), period)


def _chart(shown: Overview, title: str, x: Sequence[Any], series: list[Chart]) -> Chart:
    moment = date_format(timezone.localtime(shown.as_of), "Y-m-d")
    return {
        "title": title, "caption": caption(shown), "file": f"{shown.division.pk}-{moment}", "x": list(x),
        "series": series,
    }  # fmt: skip
