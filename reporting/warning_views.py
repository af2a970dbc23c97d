"""Early warning: what stands out now, what is over, what comes back again and again, and what is done about it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import role_required, staff
from accounts.models import Role, User
from governance_center.http import submit
from reporting import warning_selectors as selectors
from reporting.forms import AcknowledgeForm, VerdictForm
from reporting.models import Alert, Repeat
from reporting.services import watching
from reporting.warning.assess import DAYS_TO_CLOSE, WINDOWS
from reporting.warning.repeats import BY_POLICE, IN_A_QUARTER, IN_A_YEAR

READERS = (Role.OFFICIAL, Role.DISPATCHER)
PER_PAGE, REPEATS_PER_PAGE = 12, 30


@role_required(*READERS)
def warnings(request: HttpRequest) -> HttpResponse:
    """The early warnings that are open, or with ``?show=closed`` those that are over; and how they are made."""
    user, closed = staff(request), request.GET.get("show") == "closed"
    page = Paginator(selectors.alerts_of(user, closed=closed), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "alerts": [_shown(alert, user) for alert in page],
        "tab": "closed" if closed else "open",
        **_about(user),
    }
    return render(request, "reporting/warnings.html", context)


@role_required(*READERS)
def warning(request: HttpRequest, pk: int) -> HttpResponse:
    """One early warning; its dispatchers say here what is done about it."""
    user = staff(request)
    alert = _alert(user, pk)
    form = AcknowledgeForm(request.POST or None, initial={"note": alert.note})
    if request.method == "POST" and submit(
        form, lambda: watching.acknowledge(attention=alert, by=user, note=form.cleaned_data["note"])
    ):
        messages.success(request, _("Kept."))
        return redirect("reporting:warning", pk)
    return _alert_page(
        request, alert, form, VerdictForm(initial={"verdict": alert.verdict, "note": alert.verdict_note})
    )


@require_POST
@role_required(Role.DISPATCHER)
def judge(request: HttpRequest, pk: int) -> HttpResponse:
    """Whether something was behind an early warning."""
    user, form = staff(request), VerdictForm(request.POST)
    alert = _alert(user, pk)
    if submit(form, lambda: watching.judge(alert=alert, by=user, **form.cleaned_data)):
        messages.success(request, _("Kept."))
        return redirect("reporting:warning", pk)
    return _alert_page(request, alert, AcknowledgeForm(initial={"note": alert.note}), form)


@role_required(*READERS)
def repeats(request: HttpRequest) -> HttpResponse:
    """People, households and addresses with cases again and again."""
    user = staff(request)
    rows = selectors.repeats_of(user, selectors.today())
    page = Paginator(rows, REPEATS_PER_PAGE).get_page(request.GET.get("page"))
    shown = [(row, selectors.names_of(row, user), watching.may_answer(row, user)) for row in page]
    return render(request, "reporting/repeats.html", {"page": page, "repeats": shown, "tab": "repeats", **_about(user)})


@role_required(Role.DISPATCHER)
def repeat(request: HttpRequest, pk: int) -> HttpResponse:
    """What is done about repeated incidents."""
    user = staff(request)
    row = get_object_or_404(selectors.repeats_of(user, selectors.today()), pk=pk)
    form = AcknowledgeForm(request.POST or None, initial={"note": row.note})
    if request.method == "POST" and submit(
        form,
        lambda: watching.acknowledge(attention=Repeat.objects.get(pk=row.pk), by=user, note=form.cleaned_data["note"]),
    ):
        messages.success(request, _("Kept."))
        return redirect("reporting:repeats")
    context = {"repeat": row, "names": selectors.names_of(row, user), "form": form}
    return render(request, "reporting/repeat.html", context, status=422 if form.errors else 200)


@require_POST
@role_required(Role.DISPATCHER)
def look_again(request: HttpRequest) -> HttpResponse:
    """Bring the numbers up to date with what was registered late; the last day looked at is yesterday."""
    opened = watching.look(day=selectors.today() - dt.timedelta(days=1))
    messages.success(request, _("Looked again; new early warnings: %(count)s.") % {"count": opened})
    return redirect("reporting:warnings")


def _alert(user: User, pk: int) -> Alert:
    return get_object_or_404(selectors.with_wider(Alert.objects.visible_to(user), user), pk=pk)


def _alert_page(request: HttpRequest, alert: Alert, form: AcknowledgeForm, verdict: VerdictForm) -> HttpResponse:
    user = staff(request)
    context = {**_shown(alert, user), "form": form, "verdict": verdict}
    return render(request, "reporting/warning.html", context, status=422 if form.errors or verdict.errors else 200)


def _shown(alert: Alert, user: User) -> dict[str, Any]:
    return {
        "alert": alert,
        "chart": selectors.chart_of(alert),
        "odds": selectors.odds_of(alert),
        "cases_url": selectors.cases_behind(alert),
        "outreach_url": selectors.outreach_for(alert),
        "may_answer": watching.may_answer(alert, user),
    }


def _about(user: User) -> dict[str, Any]:
    """When it was last looked, and the numbers by which it is decided."""
    return {
        "run": selectors.last_run(),
        "may_look": user.role == Role.DISPATCHER,
        "judged": selectors.judged(user),
        "rules": {
            "percent": round(100 * settings.WARNING_FALSE_RATE, 1), "least": settings.WARNING_LEAST_CASES,
            "times": settings.WARNING_LEAST_TIMES, "short": WINDOWS[0], "long": WINDOWS[1], "days": DAYS_TO_CLOSE,
            "year": IN_A_YEAR, "quarter": IN_A_QUARTER, "police": BY_POLICE,
        },
    }  # fmt: skip
