"""The page of departments."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.access import role_required
from accounts.models import Role
from reporting import departments as figures
from reporting.attendance import by_department
from reporting.forms import PeriodForm
from reporting.measures import MEASURES
from reporting.rollups.reading import COUNTY, reading
from reporting.views.scope import asked, page_context


@role_required(Role.OFFICIAL, Role.DISPATCHER)
def departments(request: HttpRequest) -> HttpResponse:
    """What each department leads, what it returned, how soon it signed, what it kept of its limits and shifts."""
    return render(request, "reporting/departments.html", read_departments(request))


def read_departments(request: HttpRequest) -> dict[str, Any]:
    """What the page of departments shows."""
    shown = page_context(request, PeriodForm(asked(request, "first", "last")))
    code, period = shown["division"].pk, shown["period"]
    attended = by_department(code, period, timezone.localdate())
    with reading() as reader:
        rows = figures.read_departments(reader, code, period, attended)
        whole = figures.whole(reader, code, period, attended)
        as_of = reader.now
    return {
        **shown,
        "rows": rows,
        "whole": whole,
        "has_signing": len(code) <= COUNTY,
        "measures": [MEASURES[one] for one in figures.MEASURED],
        "as_of": as_of,
    }
