"""The page of follow-ups: visits, what they found, relapse, how content the petitioners are, second calls."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.access import role_required
from accounts.models import Role
from departments.models import Division
from reporting import following_up, selectors
from reporting.forms import PeriodForm
from reporting.measures import MEASURES, figure
from reporting.rollups.reading import reading
from reporting.views.mediation import DIVIDED
from reporting.views.scope import asked, page_context

OF_CASES = ("satisfaction", "answer_rate", "relapse_rate")
"""Figures of the cases accepted in the period; satisfaction never without the share that answered."""


@role_required(Role.OFFICIAL, Role.DISPATCHER)
def follow_ups(request: HttpRequest) -> HttpResponse:
    """Visits of the period, and of the cases accepted in it how content the petitioners are and what came back."""
    return render(request, "reporting/follow_ups.html", read_follow_ups(request))


def read_follow_ups(request: HttpRequest) -> dict[str, Any]:
    """What the page of follow-ups shows."""
    shown = page_context(request, PeriodForm(asked(request, "first", "last")))
    division, period = shown["division"], shown["period"]
    with reading() as reader:
        counts = reader.totals(division.pk, period)
        places = selectors.by_division(reader, division.pk, period) if division.level in DIVIDED else []
        categories = selectors.by_category(reader, division.pk, period)
        visits = following_up.read(reader, division.pk, period)
        visited = following_up.by_place(reader, division.pk, [row.key for row in places], period) if places else {}
        as_of = reader.now
    return {
        **shown,
        "of_cases": [figure(code, counts) for code in OF_CASES],
        "visits": [visits.figures[code] for code in following_up.VISITS],
        "beside": [visits.figures[code] for code in following_up.BESIDE],
        "second": [visits.figures[code] for code in following_up.SECOND],
        "outcomes": visits.outcomes,
        "made": visits.figures["visits_done"].value,
        "places": [{**_said(row), "is_own": row.key == division.pk, **visited[row.key]} for row in places],
        "categories": [_said(row) for row in categories],
        "measures": [*(MEASURES[code] for code in OF_CASES), *following_up.MEASURES.values()],
        "can_open": division.level != Division.Level.VILLAGE,
        "as_of": as_of,
    }


def _said(row: selectors.Row) -> dict[str, Any]:
    """What the petitioners of one place or category said."""
    return {"key": row.key, "name": row.name, **{code: row.figure(code) for code in OF_CASES}}
