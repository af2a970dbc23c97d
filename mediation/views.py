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
from cases.models import Case
from governance_center.http import submit
from mediation import case_page, follow_ups, selectors, services
from mediation.forms import AgreementForm, AssignForm, FollowUpForm
from mediation.models import FollowUp

PER_PAGE = 25
SOON = dt.timedelta(days=7)


@role_required(Role.MEDIATOR)
def home(request: HttpRequest) -> HttpResponse:
    """The mediator's own cases and the visits that are due."""
    user, today = staff(request), timezone.localdate()
    cases = Paginator(selectors.my_mediations(user), PER_PAGE).get_page(request.GET.get("page"))
    visits = selectors.follow_up_list(user, until=today)
    return render(request, "mediation/home.html", {"page": cases, "visits": visits[:5], "due": visits.count()})


@role_required(Role.OFFICER, Role.DISPATCHER)
def assign(request: HttpRequest, number: str) -> HttpResponse:
    """Choose a mediator from a list that shows language, specialty and open load."""
    user = staff(request)
    case = get_object_or_404(Case.objects.visible_to(user).select_related("category", "division"), number=number)
    candidates = selectors.candidates(case)
    form = AssignForm(request.POST or None, candidates=candidates)
    if request.method == "POST":
        done = submit(
            form, lambda: services.assign_mediator(case=case, mediator=form.cleaned_data["mediator"], by=user)
        )
        if done:
            messages.success(request, _("The mediator was assigned and told."))
            return redirect("cases:detail", case.number)
    elif not case_page.may_assign(case, user):
        messages.warning(request, _("This is not possible now; the case has moved on."))
        return redirect("cases:detail", case.number)
    page = Paginator(candidates, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "mediation/assign.html", {"case": case, "form": form, "page": page})


@role_required(Role.MEDIATOR)
def agreement(request: HttpRequest, number: str) -> HttpResponse:
    """Record the agreement; it resolves the case."""
    user = staff(request)
    case = get_object_or_404(Case.objects.visible_to(user).select_related("category", "division"), number=number)
    form = AgreementForm(request.POST or None)
    if request.method == "POST":
        if submit(form, lambda: services.reach_agreement(case=case, by=user, **form.cleaned_data)):
            messages.success(request, _("The agreement was recorded; the case is resolved and visits are planned."))
            return redirect("cases:detail", case.number)
    elif not case_page.may_agree(case, user):
        messages.warning(request, _("This is not possible now; the case has moved on."))
        return redirect("cases:detail", case.number)
    context = {"case": case, "form": form, "title": _("Record the agreement"), "icon": "writing-sign"}
    return render(request, "cases/action.html", context)


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
