"""Pages about the desks and the departments: waiting times, attendance, returned matters."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import role_required
from accounts.models import Role
from departments.models import Division
from intake import queue_figures
from intake.models import Purpose
from reporting import bounces as bounce_figures
from reporting.attendance import by_department
from reporting.forms import PeriodForm
from reporting.measures import MEASURES
from reporting.opening import Whose
from reporting.views.scope import asked, page_context
from reporting.waiting import COLUMNS


@role_required(Role.OFFICIAL, Role.DISPATCHER)
def waiting(request: HttpRequest) -> HttpResponse:
    """How long people wait and are served at the desks of a division, by service."""
    return render(request, "reporting/waiting.html", read_waiting(request))


def read_waiting(request: HttpRequest) -> dict[str, Any]:
    """What the page of waiting times shows."""
    shown = page_context(request, PeriodForm(asked(request, "first", "last")))
    division, period = shown["division"], shown["period"]
    labels = {**dict(Purpose.choices), "": _("all services")}
    rows = [
        {
            "code": row.service or "all",
            "label": labels[row.service],
            "whose": Whose(division.pk, narrowed={"service": row.service} if row.service else {}),
            "cells": [(column, getattr(row, column.code)) for column in COLUMNS],
        }
        for row in queue_figures.figures(division.pk, period.first, period.last)
    ]
    return {
        **shown,
        "children": Division.objects.filter(parent=division, centre__isnull=False).order_by("code"),
        "columns": COLUMNS,
        "measures": COLUMNS,
        "rows": rows,
        "as_of": timezone.localtime(),
    }


@role_required(Role.OFFICIAL, Role.DISPATCHER)
def attendance(request: HttpRequest) -> HttpResponse:
    """How many of its shifts each rotating department attended in a period."""
    return render(request, "reporting/attendance.html", read_attendance(request))


def read_attendance(request: HttpRequest) -> dict[str, Any]:
    """What the page of attendance shows."""
    shown = page_context(request, PeriodForm(asked(request, "first", "last")))
    division, period = shown["division"], shown["period"]
    return {
        **shown,
        "rows": by_department(division.pk, period, timezone.localdate()),
        "measures": [MEASURES["attendance_rate"]],
        "as_of": timezone.localtime(),
    }


@role_required(Role.OFFICIAL, Role.DISPATCHER)
def bounces(request: HttpRequest) -> HttpResponse:
    """How often departments return matters, to whom they go then, and who had to take one in the end."""
    return render(request, "reporting/bounces.html", read_bounces(request))


def read_bounces(request: HttpRequest) -> dict[str, Any]:
    """What the page of returned matters shows."""
    shown = page_context(request, PeriodForm(asked(request, "first", "last")))
    division, period = shown["division"], shown["period"]
    return {
        **shown,
        "children": Division.objects.filter(parent=division, centre__isnull=False).order_by("code"),
        "measures": [bounce_figures.SHARE],
        "rows": bounce_figures.by_department(division.pk, period),
        "pairs": bounce_figures.by_pair(division.pk, period),
        "as_of": timezone.localtime(),
    }
