from __future__ import annotations

import datetime as dt
import math
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from accounts.access import role_required, staff
from accounts.models import Role, User
from cases import routing
from cases.models import Case, Category
from cases.selectors import public_status
from departments.models import Centre, Division
from departments.presence import local_holidays_of
from governance_center.calendar import day_start
from governance_center.http import submit
from intake import notices, receipts, services, throttle
from intake.forms.registration import OtherPartyFormSet, WalkInForm
from intake.models import Visit

PER_PAGE = 25
DESK_ROLES = (Role.CLERK, Role.DISPATCHER)


@role_required(*DESK_ROLES)
def desk(request: HttpRequest) -> HttpResponse:
    """Today at the desk: who came, what became of it, where to accompany them."""
    user = staff(request)
    day = _day(request.GET.get("day"))
    visits = (
        Visit.objects.visible_to(user)
        .filter(at__gte=day_start(day), at__lt=day_start(day + dt.timedelta(days=1)))
        .select_related("person", "case__category", "case__lead", "case__division", "clerk")
    )
    page = Paginator(visits, PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "day": day, "today": timezone.localdate(), "centre": _centre(user)}
    return render(request, "intake/desk.html", context)


@role_required(*DESK_ROLES)
def register(request: HttpRequest) -> HttpResponse:
    """A walk-in on one page. What was typed comes back with the reasons when something does not fit."""
    user = staff(request)
    centre = _centre(user)
    if request.method != "POST":
        form = WalkInForm(centre_code=centre.pk)
        return _registration_page(request, form, OtherPartyFormSet(prefix="others"), centre)
    form = WalkInForm(request.POST, centre_code=centre.pk)
    others = OtherPartyFormSet(request.POST, prefix="others")
    if others.is_valid() and form.is_valid():
        named = [other for row in others if (other := row.other_party())]
        visit = submit(
            form,
            lambda: services.register_walk_in(
                clerk=user,
                centre=centre,
                data=form.walk_in(named),
                submission_key=form.cleaned_data["submission_key"],
            ),
        )
        if visit:
            return redirect("intake:receipt", visit.pk)
    return _registration_page(request, form, others, centre)


@role_required(*DESK_ROLES)
def route_preview(request: HttpRequest) -> HttpResponse:
    """Which department will take it, why, and whether it is here today; shown while the form is filled in."""
    centre = _centre(staff(request))
    category = Category.objects.in_use().select_related("lead").filter(pk=request.GET.get("category", "")).first()
    place = Division.objects.within(centre.pk).filter(pk=request.GET.get("division", "")).first()
    decision = None
    if category:
        decision = routing.decide(
            category=category,
            centre_code=centre.pk,
            place_code=place.pk if place else centre.pk,
            day=timezone.localdate(),
            local_holidays=local_holidays_of(centre.pk),
        )
    reasons = routing.describe(decision.reasons) if decision else []
    return render(request, "intake/_route_preview.html", {"decision": decision, "reasons": reasons})


@role_required(*DESK_ROLES)
@never_cache
def receipt(request: HttpRequest, pk: int) -> HttpResponse:
    """The receipt in both languages, to be printed, and where to accompany the petitioner."""
    visits = Visit.objects.visible_to(staff(request)).select_related(
        "person", "centre", "case__category", "case__division", "case__lead", "case__centre", "clerk"
    )
    visit = get_object_or_404(visits, pk=pk)
    url = request.build_absolute_uri(receipts.status_path(visit.case))
    context = {"visit": visit, **notices.offer(visit.case), **receipts.receipt(visit, url)}
    return render(request, "intake/receipt.html", context)


@login_not_required
@never_cache
def status(request: HttpRequest, code: str) -> HttpResponse:
    """Where a case stands, for whoever holds its code; no personal data. Opened very often, it makes them wait."""
    if wait := throttle.opening(request):
        paused = render(request, "intake/status_paused.html", {"minutes": math.ceil(wait / 60)}, status=429)
        paused["Retry-After"] = wait
        return paused
    case = Case.objects.select_related("lead", "centre").filter(public_code=code).first()
    if case is None:
        throttle.opening(request, weight=throttle.UNKNOWN_CODE - 1)
        raise Http404
    response = render(request, "intake/status.html", {"status": public_status(case)})
    response["X-Robots-Tag"] = "noindex"
    response["Referrer-Policy"] = "no-referrer"
    return response


def _registration_page(request: HttpRequest, form: WalkInForm, others: Any, centre: Centre) -> HttpResponse:
    invalid = form.is_bound
    context = {"form": form, "others": others, "centre": centre, "kinds": _kinds_by_category()}
    return render(request, "intake/register.html", context, status=422 if invalid else 200)


def _kinds_by_category() -> dict[str, str]:
    """So that the page can show the class of petition as soon as a petition category is chosen."""
    return dict(Category.objects.in_use().values_list("pk", "kind"))


def _centre(user: User) -> Centre:
    centre = Centre.objects.filter(pk=user.scope_code, is_active=True).first()
    if centre is None:
        raise PermissionDenied
    return centre


def _day(text: str | None) -> dt.date:
    try:
        return dt.date.fromisoformat(text or "")
    except ValueError:
        return timezone.localdate()
