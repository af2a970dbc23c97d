"""Opinions of assistants, appointments and calls: the small forms around one referral."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import role_required, staff
from accounts.models import Role
from cases import services
from cases.forms import ConfirmForm, DayForm, LiftForm, OpinionForm
from cases.models import Appointment, Case, OnCallCall, Referral
from governance_center.errors import GovernanceError
from governance_center.http import submit


@role_required(Role.OFFICER)
def give(request: HttpRequest, pk: int) -> HttpResponse:
    """The assisting department gives its opinion."""
    user, referral, form = staff(request), _referral(request, pk), OpinionForm(request.POST or None)
    if request.method == "POST" and submit(
        form, lambda: services.give_opinion(referral=referral, by=user, **form.cleaned_data)
    ):
        messages.success(request, _("The opinion was given."))
        return redirect("cases:detail", referral.case.number)
    context = {"case": referral.case, "title": _("Give the opinion"), "form": form, "icon": "pencil"}
    return render(request, "cases/action.html", context)


@role_required(Role.OFFICER, Role.DISPATCHER)
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """The lead or the dispatcher asks an assistant for its opinion."""
    user, referral, form = staff(request), _referral(request, pk), ConfirmForm(request.POST or None)
    if request.method == "POST" and submit(form, lambda: services.ask_opinion(referral=referral, by=user)):
        messages.success(request, _("The department was asked for its opinion."))
        return redirect("cases:detail", referral.case.number)
    context = {
        "case": referral.case,
        "title": _("Ask for an opinion"),
        "hint": referral.department.name,
        "form": form,
        "icon": "message",
    }
    return render(request, "cases/action.html", context)


@role_required(Role.DISPATCHER)
def lift(request: HttpRequest, pk: int) -> HttpResponse:
    """The dispatcher lifts the requirement, with a reason."""
    user, referral, form = staff(request), _referral(request, pk), LiftForm(request.POST or None)
    if request.method == "POST" and submit(
        form, lambda: services.lift_opinion(referral=referral, by=user, **form.cleaned_data)
    ):
        messages.success(request, _("The opinion is no longer required."))
        return redirect("cases:detail", referral.case.number)
    context = {
        "case": referral.case,
        "title": _("Lift the requirement"),
        "hint": referral.department.name,
        "form": form,
        "icon": "x",
    }
    return render(request, "cases/action.html", context)


@role_required(Role.CLERK, Role.DISPATCHER)
@require_POST
def appoint(request: HttpRequest, pk: int) -> HttpResponse:
    """Appoint the petitioner on one of the days offered."""
    user, referral, form = staff(request), _referral(request, pk), DayForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose one of the days offered."))
        return _back(request, referral.case)
    day = form.cleaned_data["day"]
    return _do(
        request,
        referral.case,
        lambda: services.make_appointment(referral=referral, by=user, day=day),
        _("The appointment was made."),
    )


@role_required(Role.CLERK, Role.DISPATCHER)
@require_POST
def settle(request: HttpRequest, pk: int, state: str) -> HttpResponse:
    """Kept, missed or cancelled."""
    user = staff(request)
    visible = Case.objects.visible_to(user)
    rows = Appointment.objects.filter(case__in=visible).select_related("referral", "case")
    appointment = get_object_or_404(rows, pk=pk)
    return _do(
        request,
        appointment.case,
        lambda: services.settle_appointment(appointment=appointment, by=user, state=state),
        _("The appointment was noted."),
    )


@role_required(Role.CLERK, Role.DISPATCHER)
@require_POST
def call(request: HttpRequest, pk: int) -> HttpResponse:
    """Call the department; its response time runs."""
    user, referral = staff(request), _referral(request, pk)
    return _do(
        request,
        referral.case,
        lambda: services.call_now(referral=referral, by=user),
        _("The call was noted; the response time runs."),
    )


@role_required(Role.CLERK, Role.DISPATCHER)
@require_POST
def arrived(request: HttpRequest, pk: int) -> HttpResponse:
    """The department has arrived."""
    user = staff(request)
    rows = OnCallCall.objects.filter(referral__case__in=Case.objects.visible_to(user))
    made = get_object_or_404(rows.select_related("referral__case"), pk=pk)
    return _do(
        request,
        made.referral.case,
        lambda: services.note_arrival(call=made, by=user),
        _("The arrival was noted."),
    )


def _referral(request: HttpRequest, pk: int) -> Referral:
    """A referral of a case that the user may see."""
    visible = Case.objects.visible_to(staff(request))
    rows = Referral.objects.filter(case__in=visible).select_related("case__category", "case__division", "department")
    return get_object_or_404(rows, pk=pk)


def _do(request: HttpRequest, case: Case, use_case: Callable[[], object], done: str) -> HttpResponse:
    try:
        use_case()
    except GovernanceError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done)
    return _back(request, case)


def _back(request: HttpRequest, case: Case) -> HttpResponse:
    """To the page of the button: the receipt, or the case."""
    wanted = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts=None):
        return redirect(wanted)
    return redirect("cases:detail", case.number)
