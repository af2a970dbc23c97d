"""The page of mediation: figures of a division, and its committees and mediators with results compared fairly."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.access import role_required
from accounts.models import Role
from departments.models import Division
from governance_center.scope import within
from mediation import fair, fair_lists
from mediation.models import Committee, Mediator
from reporting import mediating, selectors
from reporting.forms import PeriodForm
from reporting.measures import MEASURES, figure, figure_of
from reporting.rollups import deeds
from reporting.rollups.reading import reading
from reporting.views.scope import asked, page_context

PER_PAGE = 25
HEADLINES = ("mediation_success", "performance_rate")
AT_THE_TOP = ("in_hand", "mediators")
DIVIDED = {Division.Level.PREFECTURE, Division.Level.COUNTY, Division.Level.TOWNSHIP}
"""Levels that have places below."""


@role_required(Role.OFFICIAL, Role.DISPATCHER)
def mediation(request: HttpRequest) -> HttpResponse:
    """Success, agreements, sessions and load; by place; and a page of committees or of mediators."""
    return render(request, "reporting/mediation.html", read_mediation(request))


def read_mediation(request: HttpRequest) -> dict[str, Any]:
    """What the page of mediation shows."""
    shown = page_context(request, PeriodForm(asked(request, "first", "last")))
    division, period = shown["division"], shown["period"]
    with reading() as reader:
        counts = reader.totals(division.pk, period)
        places = selectors.by_division(reader, division.pk, period) if division.level in DIVIDED else []
        found = mediating.read(reader, division.pk, period)
        below = [row.key for row in places]
        agreed = deeds.by_place(reader, "agreements", division.pk, below, period) if places else {}
        as_of = reader.now
    return {
        **shown,
        "headlines": [figure(code, counts) for code in HEADLINES],
        "mediating": found,
        "told": [one for code, one in found.figures.items() if code not in AT_THE_TOP],
        "places": _places(division, places, agreed),
        "measures": [*(MEASURES[code] for code in HEADLINES), *mediating.MEASURES.values()],
        "can_open": division.level != Division.Level.VILLAGE,
        "as_of": as_of,
        **_listed(request, division),
    }


def _places(division: Division, rows: list[selectors.Row], agreed: dict[str, dict[str, int]]) -> list[dict[str, Any]]:
    """Each place below with its rates and agreements; the row of the division itself is what lies in none of them."""
    return [
        {
            "key": row.key,
            "name": row.name,
            "is_own": row.key == division.pk,
            "success": row.figure("mediation_success"),
            "performance": row.figure("performance_rate"),
            "written": figure_of(mediating.MEASURES["agreements_written"], agreed[row.key]).value,
            "oral": figure_of(mediating.MEASURES["agreements_oral"], agreed[row.key]).value,
        }
        for row in rows
    ]


def _listed(request: HttpRequest, division: Division) -> dict[str, Any]:
    """The page of committees or mediators that is asked for, in the order of their places."""
    kind = "mediators" if request.GET.get("list") == "mediators" else "committees"
    words = request.GET.get("q", "").strip()[:60]
    rows, compared = _mediators(division.pk, words) if kind == "mediators" else _committees(division.pk, words)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    page.object_list = compared(list(page))  # type: ignore[assignment]
    return {
        "kind": kind, "words": words, "page": page, "enough": fair.ENOUGH, "today": timezone.localdate(),
        "everyone": lambda: compared(list(rows)),
    }  # fmt: skip


Compared = Callable[[list[Any]], list[tuple[Any, fair.Figures, int]]]
"""Gives committees or mediators with their results and how many cases they have in hand."""


def _committees(scope_code: str, words: str) -> tuple[QuerySet[Any], Compared]:
    def compared(shown: list[Committee]) -> list[tuple[Any, fair.Figures, int]]:
        figures, load = fair_lists.of_committees(shown), fair_lists.open_cases_of(shown)
        return [(row, figures[row.pk], load.get(row.pk, 0)) for row in shown]

    rows = Committee.objects.active().filter(within("division__code", scope_code)).named(words)
    return rows.select_related("division").order_by("division_id", "pk"), compared


def _mediators(scope_code: str, words: str) -> tuple[QuerySet[Any], Compared]:
    def compared(shown: list[Any]) -> list[tuple[Any, fair.Figures, int]]:
        figures = fair_lists.of_mediators(shown)
        return [(row, figures[row.pk], row.open_load) for row in shown]

    rows = Mediator.objects.active().filter(within("committee__division__code", scope_code)).named(words)
    rows = rows.with_open_load().select_related("committee__division")
    return rows.order_by("committee__division_id", "committee_id", "pk"), compared
