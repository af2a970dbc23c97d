"""What the statistics of people's mediation ask of a case."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts.access import role_required, staff
from accounts.models import Role
from cases.models import Case
from governance_center.http import submit
from mediation.services import statistics as services
from mediation.statistics_forms import StatisticsForm

WRITERS = (Role.MEDIATOR, Role.DISPATCHER, Role.CLERK, Role.OFFICER)
"""Clerks and officers only of the cases that they visit afterwards."""


@role_required(*WRITERS)
def statistics(request: HttpRequest, number: str) -> HttpResponse:
    """Source, difficulty, and what was kept from growing worse."""
    user = staff(request)
    shown = Case.objects.visible_to(user).select_related("category", "division", "centre")
    case = get_object_or_404(shown, number=number)
    if not services.may_enter(case, user):
        messages.warning(request, _("This is not possible now; the case has moved on."))
        return redirect("cases:detail", case.number)
    form = StatisticsForm(request.POST or None, case=case)
    if request.method == "POST" and submit(
        form, lambda: services.enter_statistics(case=case, by=user, **form.values())
    ):
        messages.success(request, _("Kept for the statistics."))
        return redirect("cases:detail", case.number)
    context = {
        "case": case,
        "form": form,
        "title": _("Enter for the statistics"),
        "icon": "chart-dots",
        "hint": _("For the ministry's form of people's mediation. It may be corrected at any time."),
    }
    return render(request, "cases/action.html", context, status=422 if form.errors else 200)
