from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import role_required, staff
from accounts.models import Role, User
from departments.models import Division
from intake import queue_figures
from intake.models import Purpose
from reporting import bounces as bounce_figures
from reporting import selectors
from reporting.attendance import by_department
from reporting.forms import PeriodForm, presets
from reporting.rollups.reading import reading
from reporting.waiting import COLUMNS

HEADLINES = ("accepted", "resolved", "resolution_rate", "open", "overdue", "median_days")
BESIDE = ("contained_rate", "resolved_in_period", "ended_otherwise", "reopened", "refused", "consultations")


@role_required(Role.OFFICIAL, Role.DISPATCHER)
def dashboard(request: HttpRequest) -> HttpResponse:
    """The figures of a division and period, each with its definition and the cases behind it."""
    division = division_of(staff(request), request.GET.get("division"))
    form = PeriodForm(request.GET if {"first", "last"} & request.GET.keys() else None)
    period = form.period()
    with reading() as reader:
        figures = selectors.summary(reader, division.pk, period)
        divisions = selectors.by_division(reader, division.pk, period)
        categories = selectors.by_category(reader, division.pk, period)
        months = selectors.trend(reader, division.pk, period)
        restricted = selectors.restricted(reader, division.pk, period)
    return render(
        request,
        "reporting/dashboard.html",
        {
            "division": division,
            "path": path_to(division, staff(request)),
            "form": form,
            "period": period,
            "presets": presets(timezone.localdate()),
            "figures": figures,
            "restricted": restricted,
            "headlines": [figures[code] for code in HEADLINES],
            "beside": [figures[code] for code in BESIDE],
            "divisions": divisions,
            "can_open": division.level != Division.Level.VILLAGE,
            "categories": categories,
            "months": months,
            "trend": _trend_chart(months),
            "by_category": _category_chart(categories[:12]),
            "as_of": reader.now,
        },
    )


@role_required(Role.OFFICIAL, Role.DISPATCHER)
def waiting(request: HttpRequest) -> HttpResponse:
    """How long people wait and are served at the desks of a division, by service."""
    division = division_of(staff(request), request.GET.get("division"))
    form = PeriodForm(request.GET if {"first", "last"} & request.GET.keys() else None)
    period = form.period()
    labels = {**dict(Purpose.choices), "": _("all services")}
    rows = [
        {
            "code": row.service or "all",
            "label": labels[row.service],
            "cells": [(column, getattr(row, column.code)) for column in COLUMNS],
        }
        for row in queue_figures.figures(division.pk, period.first, period.last)
    ]
    context = {
        "division": division,
        "path": path_to(division, staff(request)),
        "children": Division.objects.filter(parent=division, centre__isnull=False).order_by("code"),
        "form": form,
        "period": period,
        "presets": presets(timezone.localdate()),
        "columns": COLUMNS,
        "rows": rows,
        "as_of": timezone.localtime(),
    }
    return render(request, "reporting/waiting.html", context)


@role_required(Role.OFFICIAL, Role.DISPATCHER)
def attendance(request: HttpRequest) -> HttpResponse:
    """How many of its shifts each rotating department attended in a period."""
    division = division_of(staff(request), request.GET.get("division"))
    form = PeriodForm(request.GET if {"first", "last"} & request.GET.keys() else None)
    period = form.period()
    context = {
        "division": division,
        "path": path_to(division, staff(request)),
        "form": form,
        "period": period,
        "presets": presets(timezone.localdate()),
        "rows": by_department(division.pk, period, timezone.localdate()),
        "as_of": timezone.localtime(),
    }
    return render(request, "reporting/attendance.html", context)


@role_required(Role.OFFICIAL, Role.DISPATCHER)
def bounces(request: HttpRequest) -> HttpResponse:
    """How often departments return matters, to whom they go then, and who had to take one in the end."""
    division = division_of(staff(request), request.GET.get("division"))
    form = PeriodForm(request.GET if {"first", "last"} & request.GET.keys() else None)
    period = form.period()
    context = {
        "division": division,
        "path": path_to(division, staff(request)),
        "children": Division.objects.filter(parent=division, centre__isnull=False).order_by("code"),
        "form": form,
        "period": period,
        "presets": presets(timezone.localdate()),
        "rows": bounce_figures.by_department(division.pk, period),
        "pairs": bounce_figures.by_pair(division.pk, period),
        "as_of": timezone.localtime(),
    }
    return render(request, "reporting/bounces.html", context)


def division_of(user: User, code: str | None) -> Division:
    """The division asked for, if it lies in the user's scope; otherwise the scope itself."""
    if not user.scope_code:
        raise PermissionDenied
    if code and not code.startswith(user.scope_code):
        raise PermissionDenied
    return get_object_or_404(Division, pk=code or user.scope_code)


def path_to(division: Division, user: User) -> list[Division]:
    """The divisions from the user's scope down to this one."""
    codes = [division.pk[:length] for length in (4, 6, 9, 12) if len(user.scope_code) <= length <= len(division.pk)]
    return list(Division.objects.filter(pk__in=codes).order_by("code"))


def _trend_chart(months: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "x": [row["month"] for row in months],
        "series": [
            {"name": _("Accepted"), "data": [row["accepted"] for row in months]},
            {"name": _("Resolved"), "data": [row["resolved"] for row in months]},
        ],
    }


def _category_chart(rows: list[selectors.Row]) -> dict[str, Any]:
    return {
        "x": [row.name for row in rows],
        "series": [
            {"name": _("Accepted"), "data": [row.accepted for row in rows]},
            {"name": _("Resolved"), "data": [row.resolved for row in rows]},
        ],
    }
