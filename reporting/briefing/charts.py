"""The charts of a briefing as data, and the words that stand for each where it is not seen; in the active language.

A chart has ``kind`` (lines, bars, steps, intervals), ``title``, ``labels``, ``series`` (name, values) and ``alt``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from governance_center.listing import colon, enumerated, semicolon
from reporting.briefing.sentences import percent

Chart = dict[str, Any]
Series = Sequence[tuple[str, Sequence[Any]]]
"""Names and values, as many values as labels."""

MOST_SAID = 12
"""Points of the curve that are put into words."""


def lines(title: str, labels: Sequence[str], series: Series) -> Chart:
    """Counts by day or month."""
    return _chart("lines", title, labels, series, _each(labels, series, "{:,}".format))


def bars(title: str, labels: Sequence[str], series: Series) -> Chart:
    """Counts side by side for each label."""
    return _chart("bars", title, labels, series, _each(labels, series, "{:,}".format))


def intervals(title: str, labels: Sequence[str], series: Series, whole: float | None, *, few: Sequence[bool]) -> Chart:
    """Rates with their intervals (value, low, high; None where there is none) and that of the whole, in percent.

    Args:
        few: for each label whether it rests on few cases.
    """
    said = _each(labels, series, lambda one: f"{percent(one[0])} [{one[1]:.1f}–{one[2]:.1f}]" if one else "—")
    whole_name = _("the whole: %(rate)s") % {"rate": percent(whole)}
    chart = _chart("intervals", title, labels, series, [whole_name, *said])
    return chart | {"whole": whole, "whole_name": whole_name, "few": list(few)}


def steps(title: str, name: str, curve: Sequence[tuple[int, float]]) -> Chart:
    """The share still open (0 to 1) after so many days, from 1 on the day of acceptance."""
    labels, values = [str(day) for day, _left in curve], [round(100 * left, 1) for _day, left in curve]
    every = -(-len(labels) // MOST_SAID) or 1
    kept = sorted({*range(0, len(labels), every), len(labels) - 1})
    said = [_("after %(days)s days") % {"days": labels[at]} + colon() + percent(values[at]) for at in kept]
    points = [[0, 1.0], *([day, left] for day, left in curve)]
    return _chart("steps", title, labels, [(name, values)], said) | {"points": points, "days": pgettext("axis", "days")}


def _chart(kind: str, title: str, labels: Sequence[str], series: Series, said: Iterable[str]) -> Chart:
    return {
        "kind": kind,
        "title": title,
        "labels": list(labels),
        "series": [{"name": name, "values": list(values)} for name, values in series],
        "alt": semicolon().join([title, *said]),
    }


def _each(labels: Sequence[str], series: Series, write: Callable[[Any], str]) -> list[str]:
    """For each label what every series has there."""
    return [
        label + colon() + enumerated(f"{name} {write(values[at])}" for name, values in series)
        for at, label in enumerate(labels)
    ]


def on_page(chart: Chart) -> tuple[str, dict[str, Any]]:
    """The kind and the data by which ``chart-kinds.js`` draws it."""
    series = [{"name": one["name"], "data": one["values"]} for one in chart["series"]]
    if chart["kind"] == "steps":
        points = [[day, 100 * left] for day, left in chart["points"]]
        return "survival", {"x": points, "series": [], "marks": [], "name": series[0]["name"], "days": chart["days"]}
    if chart["kind"] == "intervals":
        rows = [one | {"small": chart["few"]} for one in series]
        names = {name: chart[name] for name in ("whole", "whole_name")}
        return "forest", {"x": chart["labels"], "series": rows, **names}
    return {"bars": "bars", "lines": "trend"}[chart["kind"]], {"x": chart["labels"], "series": series}
