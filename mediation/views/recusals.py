"""A party asks that a mediator withdraws: writing it down, and deciding on it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts.access import role_required, staff
from accounts.models import Role
from cases.models import Case
from governance_center.http import submit
from mediation.forms import AskRecusalForm, DecideRecusalForm
from mediation.models import Recusal
from mediation.services import recusing
from mediation.services.seating import team_of


@role_required(Role.CLERK, Role.OFFICER, Role.DISPATCHER)
def ask(request: HttpRequest, number: str) -> HttpResponse:
    """Write down what a party says against a mediator."""
    user = staff(request)
    case = get_object_or_404(Case.objects.visible_to(user).select_related("category", "division"), number=number)
    team = team_of(case)
    form = AskRecusalForm(request.POST or None, case=case, mediators=team)
    if request.method == "POST":
        if submit(form, lambda: recusing.ask_recusal(case=case, by=user, **form.cleaned_data)):
            messages.success(request, _("The request was recorded; the dispatcher decides."))
            return redirect("cases:detail", case.number)
    elif not team or not recusing.may_ask(case, user):
        messages.warning(request, _("This is not possible now; the case has moved on."))
        return redirect("cases:detail", case.number)
    context = {"case": case, "form": form, "title": _("Record the request to withdraw"), "icon": "user-question"}
    return render(request, "cases/action.html", context, status=422 if form.errors else 200)


@role_required(Role.DISPATCHER)
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the mediator withdraw, or stay, with the reason."""
    user = staff(request)
    rows = Recusal.objects.filter(case__in=Case.objects.visible_to(user))
    recusal = get_object_or_404(
        rows.select_related("case__category", "case__division", "mediator", "party__person", "reason"), pk=pk
    )
    case, form = recusal.case, DecideRecusalForm(request.POST or None)
    if request.method == "POST":
        if submit(form, lambda: recusing.decide_recusal(recusal=recusal, by=user, **form.cleaned_data)):
            messages.success(request, _("The decision was recorded and told."))
            return redirect("cases:detail", case.number)
    elif recusal.state != Recusal.State.ASKED or not recusing.may_decide(case, user):
        messages.warning(request, _("This is not possible now; the case has moved on."))
        return redirect("cases:detail", case.number)
    hint = _("%(party)s asks that %(mediator)s withdraws (%(relation)s): %(reason)s") % {
        "party": recusal.party,
        "mediator": recusal.mediator,
        "relation": recusal.get_relation_display(),
        "reason": recusal.reason.text,
    }
    title = _("Decide on the request to withdraw")
    context = {"case": case, "form": form, "title": title, "icon": "scale", "hint": hint}
    return render(request, "cases/action.html", context, status=422 if form.errors else 200)
