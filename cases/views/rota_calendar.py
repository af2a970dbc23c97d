from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.access import role_required, staff
from accounts.models import Role, User
from cases import rota_calendar
from cases.views.rota import centre_of, centres_of
from departments import services
from departments.models import CalendarFeed, Department, Shift
from departments.presence import local_holidays_of
from governance_center.errors import GovernanceError

READERS = (Role.DISPATCHER, Role.CLERK, Role.OFFICER, Role.OFFICIAL)


@role_required(*READERS)
def calendar(request: HttpRequest) -> HttpResponse:
    """The rota in force, by week or month, of a centre or one department; an officer sees the own department's."""
    user = staff(request)
    centre = centre_of(user, request.GET.get("centre"))
    if centre is None:
        return render(request, "cases/rota_none.html")
    span = "month" if request.GET.get("span") == "month" else "week"
    first, last = _period(span, _day(request.GET.get("day")))
    departments = Department.objects.filter(shifts__in=Shift.objects.in_force().filter(centre=centre)).distinct()
    code = user.department_id if user.role == Role.OFFICER else request.GET.get("department") or None
    is_paper = request.GET.get("print") == "1"
    shifts = list(rota_calendar.shifts_of(centre.pk, code).between(first, last))  # type: ignore[attr-defined]
    for shift in shifts:
        is_today = shift.day == timezone.localdate()
        shift.may_check = is_today and not is_paper and services.may_check(user, shift)
    context = {
        "centre": centre,
        "centres": centres_of(user),
        "departments": departments if user.role != Role.OFFICER else (),
        "department": Department.objects.filter(pk=code).first() if code else None,
        "span": span,
        "first": first,
        "last": last,
        "earlier": first - dt.timedelta(days=1),
        "later": last + dt.timedelta(days=1),
        "today": timezone.localdate(),
        "weeks": rota_calendar.weeks(shifts, first, last, local_holidays_of(centre.pk)),
        "unpublished_years": rota_calendar.unpublished_years(first, last),
        "has_shifts": bool(shifts),
        **_feed(request, user, centre.pk, code),
    }
    return render(request, "cases/rota_paper.html" if is_paper else "cases/rota_calendar.html", context)


@role_required(Role.CLERK, Role.DISPATCHER, Role.OFFICER)
@require_POST
def check(request: HttpRequest, pk: int, what: str) -> HttpResponse:
    """Check a department in or out at its window."""
    user = staff(request)
    shift = get_object_or_404(Shift.objects.filter(centre__in=centres_of(user)), pk=pk)
    try:
        if what == "in":
            services.check_in(shift=shift, by=user)
        else:
            services.check_out(shift=shift, by=user)
    except GovernanceError as error:
        messages.warning(request, str(error))
    return redirect(f"{reverse('cases:rota_calendar')}?centre={shift.centre_id}")


@role_required(Role.DISPATCHER, Role.OFFICER)
@require_POST
def feed(request: HttpRequest) -> HttpResponse:
    """Make the secret link, or give it a new secret."""
    user = staff(request)
    centre = get_object_or_404(centres_of(user), pk=request.POST.get("centre", ""))
    code = user.department_id if user.role == Role.OFFICER else request.POST.get("department") or None
    department = get_object_or_404(Department, pk=code) if code else None
    made = services.make_feed(centre=centre, department=department, by=user)
    if request.POST.get("renew"):
        services.renew_feed(feed=made, by=user)
        messages.success(request, _("The link has a new secret; the old one no longer works."))
    return redirect(f"{reverse('cases:rota_calendar')}?centre={centre.pk}&department={code or ''}")


@login_not_required
@require_GET
def ics(request: HttpRequest, code: str) -> HttpResponse:
    """The calendar behind a secret link, for calendar programs; in the language of whoever made the link."""
    rows = CalendarFeed.objects.select_related("centre", "department", "made_by")
    found = get_object_or_404(rows, code=code)
    with translation.override(found.made_by.language):
        text = rota_calendar.feed_text(found)
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    response["Cache-Control"] = "private, max-age=900"
    response["X-Robots-Tag"] = "noindex"
    return response


def _feed(request: HttpRequest, user: User, centre_code: str, code: str | None) -> dict[str, Any]:
    """The link of this calendar, for those who may make one."""
    if user.role not in {Role.DISPATCHER, Role.OFFICER}:
        return {"may_feed": False}
    found = CalendarFeed.objects.filter(centre=centre_code, department=code).first()
    url = request.build_absolute_uri(reverse("cases:rota_ics", args=[found.code])) if found else ""
    return {"may_feed": True, "feed_url": url}


def _day(text: str | None) -> dt.date:
    try:
        return dt.date.fromisoformat(text or "")
    except ValueError:
        return timezone.localdate()


def _period(span: str, day: dt.date) -> tuple[dt.date, dt.date]:
    day = min(max(day, dt.date(2000, 1, 1)), dt.date(2999, 12, 1))
    if span == "week":
        monday = day - dt.timedelta(days=day.weekday())
        return monday, monday + dt.timedelta(days=6)
    first = day.replace(day=1)
    return first, (first + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)
