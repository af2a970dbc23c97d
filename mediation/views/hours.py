"""The hours of a mediator: the week in which they can be had."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from accounts.access import role_required, staff
from governance_center.http import submit
from mediation import register_selectors as selectors
from mediation.hours_forms import COPIES, WeekForm, copied
from mediation.services import hours as services
from mediation.services.weeks import as_week
from mediation.views.register_edit import NOTERS, noted_by
from mediation.week import OFFICE, spans_text


@role_required(*NOTERS)
def hours(request: HttpRequest, pk: int) -> HttpResponse:
    """The week of today, or with ``?on=`` the one of another day; with ``?new=1`` other hours for a time."""
    user = staff(request)
    row = noted_by(pk, user)
    noted = selectors.hours_of(row)
    chosen = _chosen(request, noted)
    week = as_week(chosen.rows) if chosen else {}
    copies = request.POST.get("copy") in COPIES
    if copies:
        form = WeekForm(copied(request.POST, request.POST["copy"]), week=week)
    elif request.method == "POST":
        form = WeekForm(request.POST, week=week)
        if submit(form, lambda: (services.set_hours(mediator=row, by=user, **form.values()),)):
            messages.success(request, _("The hours were kept; free times are offered within them."))
            return redirect("mediation:mediator", pk)
    else:
        initial = {"first": chosen.first, "last": chosen.last, "instead_of": chosen.any_day} if chosen else {}
        form = WeekForm(week=week, initial=initial)
    context = {
        "form": form,
        "mediator": row,
        "is_own": row.user_id == user.pk,
        "noted": noted,
        "chosen": chosen,
        "is_new": "new" in request.GET,
        "office": spans_text(OFFICE),
    }
    return render(request, "mediation/hours.html", context, status=422 if not copies and form.errors else 200)


def _chosen(request: HttpRequest, noted: Sequence[selectors.NotedWeek]) -> selectors.NotedWeek | None:
    """The week that the page is about: none for new hours."""
    if "new" in request.GET:
        return None
    day: dt.date = _day(request.GET.get("on", "")) or timezone.localdate()
    return next((one for one in noted if one.holds_on(day)), None)


def _day(text: str) -> dt.date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None
