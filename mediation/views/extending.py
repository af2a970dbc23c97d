"""Asking the parties for a longer mediation."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.access import role_required, staff
from accounts.models import Role
from cases.models import Case
from cases.states import State
from governance_center.calendar import last_day
from governance_center.http import submit
from mediation import case_page
from mediation.extending_forms import LongerForm
from mediation.services import extending as services


@role_required(Role.MEDIATOR)
def longer(request: HttpRequest, number: str) -> HttpResponse:
    """What each party says; with the consent of all the limit moves, with one refusal the mediation ends."""
    user = staff(request)
    case = get_object_or_404(Case.objects.visible_to(user).select_related("category", "division"), number=number)
    limit = services.limit_of(case)
    if limit is None or not case_page.may_agree(case, user):
        messages.warning(request, _("This is not possible now; the case has moved on."))
        return redirect("cases:detail", case.number)
    last = last_day(limit.due_at)
    sent = request.POST if request.method == "POST" else None
    form = LongerForm(sent, parties=services.asked(case), last_day=last)
    if request.method == "POST":
        done = submit(form, lambda: services.ask_for_longer(case=case, by=user, **form.values()))
        if done:
            ended = done.state != State.IN_HANDLING
            told = _("A party refused: the mediation has ended.") if ended else _("The mediation goes on longer.")
            messages.success(request, told)
            return redirect("cases:detail", case.number)
    hint = _("The last day now is %(day)s. It goes on longer only if every party wants it.") % {
        "day": date_format(last)
    }
    context = {"case": case, "form": form, "title": _("Ask for a longer mediation"), "icon": "calendar-plus"}
    return render(request, "cases/action.html", {**context, "hint": hint}, status=422 if form.errors else 200)
