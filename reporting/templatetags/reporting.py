"""How figures are written, and the way from a figure to its cases."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

from reporting.comparison import Change, Verdict
from reporting.drill import NUMERATOR
from reporting.measures import SMALL, Figure, Unit
from reporting.opening import Whose, address
from reporting.periods import Period
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


@register.filter
def figure_of(value: Any, column: str) -> str:
    """A figure of the ministry's form: amounts with two decimals, everything else whole."""
    return f"{value:,.2f}" if column == "amount" else f"{value:,}"


@register.filter
def interval(one: Figure) -> str:
    """The 95 % interval of a rate."""
    return NOTHING if one.low is None or one.high is None else f"{one.low:.1f}–{one.high:.1f} %"


@register.filter
def share(value: float | None) -> str:
    """A share within 0 and 1 as a percentage."""
    return NOTHING if value is None else f"{100 * value:.1f} %"


@register.filter
def difference(change: Change) -> str:
    """The difference with its sign: points for a rate, else in the figure's unit; of a count in percent as well."""
    value, unit = change.difference, change.now.measure.unit
    if value is None:
        return NOTHING
    if unit is Unit.PERCENT:
        return gettext("%(points)s points") % {"points": _signed(value, 1)}
    if unit is not Unit.COUNT:
        sign = "+" if value > 0 else ("−" if value < 0 else "±")
        return f"{sign}{figure(abs(value), unit)}"
    percent = "" if change.percent is None else f" ({_signed(change.percent, 1)} %)"
    return f"{_signed(value, 0)}{percent}"


@register.filter
def trend_icon(change: Change) -> str:
    """The icon of a difference."""
    value = change.difference or 0
    return "arrow-up-right" if value > 0 else ("arrow-down-right" if value < 0 else "equal")


@register.filter
def verdict_words(verdict: Verdict) -> str:
    """What a verdict says in the reader's language; empty where nothing can be said."""
    return {
        Verdict.UNSAID: "",
        Verdict.BETTER: gettext("better"),
        Verdict.WORSE: gettext("worse"),
        Verdict.UNCLEAR: gettext("not distinguishable"),
        Verdict.FEW: gettext("too few cases"),
        Verdict.ABOVE: gettext("above the whole"),
        Verdict.BELOW: gettext("below the whole"),
    }[Verdict(verdict)]


@register.filter
def compared_words(verdict: str) -> str:
    """How the results of a committee or mediator lie to what is expected, see :class:`mediation.fair.Figures`."""
    return {
        "none": gettext("nothing concluded"),
        "too_few": gettext("too few cases"),
        "as_expected": gettext("not distinguishable from what is expected"),
        "more": gettext("more than expected"),
        "fewer": gettext("fewer than expected"),
    }[verdict]


@register.simple_tag(takes_context=True)
def narrowed(context: dict[str, Any], division: str = "", exactly: bool = False, **keys: str) -> Whose:
    """Of what a row of a table is, for :func:`opening`.

    Args:
        division: the page's by default.
        exactly: without the divisions below it.
        keys: what narrows its figures, see :func:`reporting.drill.address`.
    """
    return Whose(division or context["division"].pk, exactly, keys)


@register.simple_tag(takes_context=True)
def opening(
    context: dict[str, Any], code: str, text: str, whose: Whose | str = "", of: str = NUMERATOR, **keys: str
) -> SafeString:
    """``text`` as a link to what a figure of the page's period counts; as it is where no list can show it.

    Args:
        whose: of what it is; the page's division by default.
        of: ``denominator`` for that of a rate.
        keys: what narrows it further.
    """
    if text == NOTHING:
        return format_html("{}", text)
    where = whose or Whose(context["division"].pk)
    if not isinstance(where, Whose):
        raise TypeError(f"not made by narrowed: {where!r}")
    if keys:
        where = replace(where, narrowed={**where.narrowed, **keys})
    url = address(code, where, context["period"], of)
    return format_html('<a href="{}">{}</a>', url, text) if url else format_html("{}", text)


@register.simple_tag(takes_context=True)
def opening_of(context: dict[str, Any], period: Period, code: str, text: str) -> SafeString:
    """As :func:`opening`, for a part of the page's period."""
    return opening({"period": period, "division": context["division"]}, code, text)


@register.simple_tag(takes_context=True)
def opening_slice(context: dict[str, Any], row: Row, dimension: str, code: str, text: str) -> SafeString:
    """As :func:`opening`, for one key of a dimension."""
    return opening({"period": context["period"], "division": context["division"]}, code, text, **{dimension: row.key})


def _signed(value: float, places: int) -> str:
    value = round(value, places)
    sign = "+" if value > 0 else ("−" if value < 0 else "±")
    return f"{sign}{abs(value):,.{places}f}"


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
