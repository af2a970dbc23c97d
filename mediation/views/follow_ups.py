from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import role_required, staff
from accounts.models import Role
from governance_center.http import submit
from mediation import selectors
from mediation.forms import FollowUpForm
from mediation.models import FollowUp
from mediation.services import follow_ups

PER_PAGE = 25
SOON = dt.timedelta(days=7)


@role_required(Role.MEDIATOR, Role.CLERK, Role.DISPATCHER)
def follow_up_list(request: HttpRequest) -> HttpResponse:
    """Visits that are due, and those of the coming week."""
    user, today = staff(request), timezone.localdate()
    rows = selectors.follow_up_list(user, until=today + SOON)
    if request.GET.get("whose") == "mine":
        rows = rows.filter(assignee=user)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "today": today, "due": rows.filter(due_on__lte=today).count()}
    return render(request, "mediation/follow_ups.html", context)


@role_required(Role.MEDIATOR, Role.CLERK, Role.DISPATCHER)
def follow_up(request: HttpRequest, pk: int) -> HttpResponse:
    """Record what a visit found."""
    user = staff(request)
    visits = FollowUp.objects.visible_to(user).select_related("case__category", "case__division", "assignee")
    visit = get_object_or_404(visits, pk=pk)
    if not follow_ups.may_record(visit.case, visit, user):
        raise PermissionDenied
    form = FollowUpForm(request.POST or None)
    if request.method == "POST":
        if submit(form, lambda: follow_ups.record_follow_up(follow_up=visit, by=user, **form.cleaned_data)):
            messages.success(request, _("The visit was recorded."))
            return redirect("cases:detail", visit.case.number)
    elif visit.state != FollowUp.State.PLANNED:
        messages.warning(request, _("This visit was already recorded."))
        return redirect("cases:detail", visit.case.number)
    context = {
        "case": visit.case,
        "form": form,
        "icon": "phone-check",
        "title": _("Follow-up visit, day %(day)s") % {"day": visit.day},
    }
    return render(request, "cases/action.html", context)
