"""How figures are written, and the way from a figure to its cases."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import template
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from reporting.measures import SMALL, Figure, Unit
from reporting.selectors import Row

register = template.Library()

NOTHING = "—"


@register.filter
def thousands(value: int | None) -> str:
    """A whole number with separators."""
    return NOTHING if value is None else f"{value:,}"


@register.filter
def figure(value: float | None, unit: str) -> str:
    """A figure in its unit; percentages to one decimal place, as the prefecture publishes them.

    ``minutes`` takes seconds.
    """
    if value is None:
        return NOTHING
    if unit == "percent":
        return f"{value:.1f} %"
    if unit == "days":
        return ngettext("%(days)s day", "%(days)s days", round(value)) % {"days": f"{value:g}"}
    if unit == "hours":
        return gettext("%(hours)s h") % {"hours": f"{value:g}"}
    if unit == "minutes":
        return gettext("%(minutes)s min") % {"minutes": f"{value / 60:.1f}"}
    return f"{value:,}"


@register.simple_tag(takes_context=True)
def cases_behind(context: dict[str, Any], row: Row, dimension: str, flag: str) -> str:
    """The address of the case list that shows exactly the cases counted in ``row``."""
    period = context["period"]
    query = {
        "flag": flag,
        "counted": "1",
        "accepted_from": period.first.isoformat(),
        "accepted_to": period.last.isoformat(),
        "place": row.key if dimension == "division" else context["division"].pk,
    }
    if dimension == "category":
        query["category"] = row.key
    return f"{reverse('cases:list')}?{urlencode(query)}"


@register.simple_tag
def kept_figure(one: Figure) -> str:
    """A figure with what it is made of: 62.5 % (5/8), with a star where it rests on few cases."""
    text = figure(one.value, one.measure.unit)
    if not one.measure.is_rate or one.value is None:
        return text
    return f"{text}{'*' if (one.denominator or 0) < SMALL else ''} ({one.numerator:,}/{one.denominator:,})"


@register.simple_tag
def difference_of(change: Any) -> str:
    """What a figure moved by since it was published; percentages in points."""
    moved = change.difference
    if not moved:
        return NOTHING if moved is None else "0"
    return f"{moved:+.1f}" if change.measure.unit == Unit.PERCENT else f"{moved:+,g}"
