"""The ministry's form of people's mediation on screen, as a workbook, on paper, and the cases behind each figure."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from accounts.access import role_required, staff
from accounts.models import Role, User
from cases import selectors
from governance_center import papers
from reporting.forms import PeriodForm, presets
from reporting.ministry import figures, writing
from reporting.ministry.columns import COLUMNS, GROUPS, Column
from reporting.selectors import Period
from reporting.views.scope import division_of, path_to

PER_PAGE = 25
READERS = (Role.OFFICIAL, Role.DISPATCHER, Role.OFFICER)
JUSTICE = "justice"
"""The department that keeps the statistics of people's mediation (人民调解法 art. 10)."""


@role_required(*READERS)
def form(request: HttpRequest) -> HttpResponse:
    """One table of the form, its figures open to their cases; and the categories against its rows."""
    user, by = _reader(request), _by(request)
    division, period, asked = _asked(request, user)
    table = figures.table(division.pk, period, by)
    context = {
        "division": division,
        "path": path_to(division, user),
        "form": asked,
        "period": period,
        "presets": presets(timezone.localdate()),
        "by": by,
        "ways": figures.BY.items(),
        "groups": GROUPS,
        "rows": [_line("", _("Total"), table.total), *(_line(row.key, row.name, row.values) for row in table.rows)],
        "matrix": figures.matrix(division.pk, period, by) if by != "category" else None,
        "definitions": [(_title(column), column.definition) for column in COLUMNS.values()],
        "as_of": timezone.localtime(),
    }
    return render(request, "reporting/ministry_form.html", context)


@role_required(*READERS)
def form_cases(request: HttpRequest) -> HttpResponse:
    """The cases behind one figure, as far as the reader may see them; how many more there are is said."""
    user, by = _reader(request), _by(request)
    division, period, _asked_for = _asked(request, user)
    column, key = COLUMNS.get(request.GET.get("column", "")), request.GET.get("row", "")
    if column is None:
        raise Http404
    behind = figures.behind(figures.concluded(division.pk, period), column, by, key)
    if request.GET.get("category"):
        behind = figures.behind(behind, column, "category", request.GET["category"])
    rows = selectors.case_list(user).filter(pk__in=behind.values("pk")).order_by("-registered_at", "-pk")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    names = [dict(figures.units_of(division.pk, by)).get(key, ""), _category_name(request.GET.get("category", ""))]
    context = {
        "division": division,
        "period": period,
        "column": column,
        "title": _title(column),
        "names": [name for name in names if name],
        "page": page,
        "hidden": behind.count() - page.paginator.count,
    }
    return render(request, "reporting/ministry_cases.html", context)


@role_required(*READERS)
@never_cache
def form_file(request: HttpRequest, kind: str) -> HttpResponseBase:
    """The whole form as a workbook or on paper."""
    user = _reader(request)
    division, period, _asked_for = _asked(request, user)
    if kind not in {"xlsx", "pdf"}:
        raise Http404
    whole = writing.read(division, period)
    name = f"{whole.title}-{division.name}-{period.first}-{period.last}.{kind}"
    if kind == "xlsx":
        return FileResponse(writing.workbook(whole), as_attachment=True, filename=name)
    return papers.answer(writing.paper(whole, str(get_language())), name)


def _reader(request: HttpRequest) -> User:
    """Officials and dispatchers, and of the departments that of justice alone."""
    user = staff(request)
    if user.role == Role.OFFICER and user.department_id != JUSTICE:
        raise PermissionDenied
    return user


def _by(request: HttpRequest) -> str:
    by = request.GET.get("by", "category")
    if by not in figures.BY:
        raise Http404
    return by


def _asked(request: HttpRequest, user: User) -> tuple[Any, Period, PeriodForm]:
    """The division and period of the address; without days the present year."""
    division = division_of(user, request.GET.get("division"))
    if not {"first", "last"} & request.GET.keys():
        today = timezone.localdate()
        return (
            division,
            Period(today.replace(month=1, day=1), today),
            PeriodForm({"first": today.replace(month=1, day=1), "last": today}),
        )
    asked = PeriodForm(request.GET)
    return division, asked.period(), asked


def _line(key: str, name: str, values: dict[str, figures.Number]) -> dict[str, Any]:
    cells = zip(COLUMNS.values(), writing.cells(values), strict=True)
    return {"key": key, "name": name, "cells": list(cells)}


def _title(column: Column) -> str:
    """The heading of a column together with that of its group."""
    group = next(group for group in GROUPS if column in group.columns)
    return f"{group.label} · {column.label}" if group.label else str(column.label)


def _category_name(code: str) -> str:
    return dict(figures.units_of("", "category")).get(code, "")
