"""The dashboard: the figures of a division and period, each with its definition and the cases behind it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts.access import role_required
from accounts.models import Role
from cases.exports import export_table
from departments.models import Centre, Division
from reporting import charts, tables
from reporting.forms import ComparisonForm
from reporting.measures import MEASURES, Figure
from reporting.overview import MAP_MEASURES, ORDERS, Overview, read_overview
from reporting.views.scope import asked, page_context

HEADLINES = ("accepted", "resolved", "open", "overdue", "median_days", "time_to_resolution")
GROUPS = (
    ("end", ("resolved_in_period", "withdrawn", "guided", "merged", "excluded", "reopened", "contained_rate")),
    (
        "quality",
        ("satisfaction", "answer_rate", "mediation_success", "performance_rate", "relapse_rate", "repeat_rate"),
    ),
    ("time", ("on_time_rate", "quick_rate", "signing_hours", "bounce_rate")),
    ("desk", ("registered", "refused", "refusal_rate", "consultations", "one_trip_rate", "attendance_rate")),
)
MOST_BARS = 12
CURVE_SHARES = (25, 50, 75, 90)
CURVE_DAYS = (1, 3, 7, 15, 30, 60, 90, 180)


@role_required(Role.OFFICIAL, Role.DISPATCHER)
def dashboard(request: HttpRequest) -> HttpResponse:
    """The page; period, comparison, place, the map's measure and the order of the places stand in the address."""
    context, shown = _read(request)
    measure = _chosen(request, "measure", MAP_MEASURES)
    context |= {
        "shown": shown,
        "figures": shown.figures,
        "headlines": _beside(shown, HEADLINES),
        "rate": shown.figures["resolution_rate"],
        "rate_change": shown.changes.get("resolution_rate"),
        "adjusted": shown.figures["adjusted_rate"],
        "guards": shown.guards("resolution_rate"),
        "groups": [(_group_name(code), _beside(shown, codes)) for code, codes in GROUPS],
        "quartiles": shown.survival.quartiles,
        "curve": _curve(shown),
        "measure": MEASURES[measure],
        "map_measures": [MEASURES[code] for code in MAP_MEASURES],
        "places": [(place, place.figure(measure)) for place in shown.places],
        "most": max((place.figure(measure).value or 0 for place in shown.places), default=0),
        "order": _chosen(request, "order", ORDERS),
        "orders": _orders(),
        "is_mapped": shown.division.level == Division.Level.PREFECTURE,
        "can_open": shown.division.level != Division.Level.VILLAGE,
        "centre": _centre_above(shown.division),
        "charts": _charts(shown, measure),
        "notes": [one.measure for one in shown.figures.values()],
    }
    return render(request, "reporting/dashboard.html", context)


@role_required(Role.OFFICIAL, Role.DISPATCHER)
def dashboard_table(request: HttpRequest, table: str, kind: str) -> HttpResponseBase:
    """A table of the dashboard as a file, for the division and period in the address."""
    if table not in tables.TABLES or kind not in {"csv", "xlsx"}:
        raise Http404
    _context, shown = _read(request)
    return export_table(tables.table(shown, table), f"{table}-{shown.division.pk}", kind)


def _read(request: HttpRequest) -> tuple[dict[str, Any], Overview]:
    form = ComparisonForm(asked(request, "first", "last", "compare"))
    context = page_context(request, form)
    order = _chosen(request, "order", ORDERS)
    return context, read_overview(context["division"], context["period"], form.compared(), order)


def _chosen(request: HttpRequest, name: str, among: Sequence[str]) -> str:
    """What the address chooses, the first where it chooses nothing that exists."""
    value = request.GET.get(name, "")
    return value if value in among else among[0]


def _beside(shown: Overview, codes: Sequence[str]) -> list[dict[str, Any]]:
    return [{"figure": shown.figures[code], "change": shown.changes.get(code)} for code in codes]


def _group_name(code: str) -> str:
    return {
        "end": _("How they ended"),
        "quality": _("Quality"),
        "time": _("Time and referral"),
        "desk": _("At the desk"),
    }[code]


def _orders() -> list[tuple[str, str]]:
    return [("code", _("by code")), *((code, str(MEASURES[code].name)) for code in ORDERS[1:])]


def _curve(shown: Overview) -> dict[str, Any]:
    """The curve in words: by which day which share was resolved, and which share is open after so many days."""
    curve = shown.survival
    return {
        "quantiles": [(percent, curve.quantile(percent / 100)) for percent in CURVE_SHARES],
        "left": [(day, _left_after(shown, day)) for day in CURVE_DAYS],
        "cases": Figure(MEASURES["time_to_resolution"], None, denominator=shown.figures["accepted"].numerator),
    }


def _left_after(shown: Overview, day: int) -> float:
    passed = [left for at, left in zip(shown.survival.days, shown.survival.open, strict=True) if at <= day]
    return passed[-1] if passed else 1.0


def _centre_above(division: Division) -> Centre | None:
    """The centre that serves a division which has none of its own; None where it has one."""
    above = [division.pk[:length] for length in (4, 6, 9, 12) if length <= len(division.pk)]
    centre = Centre.objects.filter(division__in=above).order_by("-division").first()
    return None if centre and centre.pk == division.pk else centre


def _charts(shown: Overview, measure: str) -> dict[str, Any]:
    made = {
        "trend": charts.trend(shown),
        "backlog": charts.backlog(shown),
        "ranking": charts.ranking(shown),
        "survival": charts.survival(shown),
        "categories": charts.slices(shown, shown.categories[:MOST_BARS], "category", _("By category")),
        "channels": charts.slices(shown, shown.channels, "channel", _("By channel")),
        "levels": charts.slices(shown, shown.levels, "level", _("By level")),
    }
    if shown.division.level == Division.Level.PREFECTURE:
        made["map"] = charts.places_map(shown, measure)
    return made
