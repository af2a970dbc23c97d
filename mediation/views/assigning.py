from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts.access import role_required, staff
from accounts.models import Role, User
from cases import workflow
from cases.models import Case
from governance_center.http import submit
from mediation import candidates, case_page, selectors, services
from mediation.forms import AssignForm, RecuseForm
from mediation.models import Assignment, Mediator

PER_PAGE, ABSENT_SHOWN = 25, 20


@role_required(Role.OFFICER, Role.DISPATCHER)
def assign(request: HttpRequest, number: str) -> HttpResponse:
    """Choose the lead mediator, or with ``?role=assisting`` one more, from a ranking that gives its reasons."""
    user = staff(request)
    case = get_object_or_404(Case.objects.visible_to(user).select_related("category", "division"), number=number)
    assisting = request.GET.get("role") == Assignment.Role.ASSISTING
    allowed = Mediator.objects.assignable().of_county(case.county_code)
    form = AssignForm(request.POST or None, candidates=allowed)
    if request.method == "POST":
        if submit(form, lambda: _give(case, user, form.cleaned_data, assisting=assisting)):
            messages.success(request, _("The mediator was assigned and told."))
            return redirect("cases:detail", case.number)
    elif not (services.may_change_team(case, user) if assisting else case_page.may_assign(case, user)):
        messages.warning(request, _("This is not possible now; the case has moved on."))
        return redirect("cases:detail", case.number)
    return render(request, "mediation/assign.html", _choice(request, case, form, assisting=assisting),
                  status=422 if form.errors else 200)  # fmt: skip


def _give(case: Case, user: User, data: dict[str, Any], *, assisting: bool) -> Assignment:
    if not assisting:
        return services.assign_mediator(case=case, by=user, **data)
    del data["reason"]
    return services.add_assistant(case=case, by=user, **data)


def _choice(request: HttpRequest, case: Case, form: AssignForm, *, assisting: bool) -> dict[str, Any]:
    """The team now, and the ranking of those who could join or replace it."""
    team = list(selectors.team(case))
    seated = {row.mediator_id for row in team if assisting or row.role == Assignment.Role.LEAD}
    found = [one for one in candidates.suggestions(case) if one.mediator.pk not in seated]
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    return {
        "case": case,
        "form": form,
        "page": page,
        "chosen": form.data.get("mediator", ""),
        "team": team,
        "assisting": assisting,
        "absences": candidates.absent(case)[:ABSENT_SHOWN],
        "left_out": candidates.left_out([case])[case.pk],
        "may_insist": workflow.Actor.DISPATCH in workflow.relations(staff(request), case),
        "may_change": services.may_change_team(case, staff(request)),
    }


@role_required(Role.MEDIATOR)
def recuse(request: HttpRequest, number: str) -> HttpResponse:
    """The mediator withdraws from a case because of a relation to a party or the matter."""
    user = staff(request)
    case = Case.objects.visible_to(user).select_related("category", "division").filter(number=number).first()
    if case is None and _has_withdrawn(number, user):
        messages.info(request, _("You have withdrawn from this case; another mediator will be chosen."))
        return redirect("mediation:home")
    if case is None:
        raise Http404
    form = RecuseForm(request.POST or None, case=case)
    if request.method == "POST":
        if submit(form, lambda: services.recuse(case=case, by=user, **form.cleaned_data)):
            messages.success(request, _("You have withdrawn from this case; another mediator will be chosen."))
            return redirect("mediation:home")
    elif not case_page.may_withdraw(case, user):
        messages.warning(request, _("This is not possible now; the case has moved on."))
        return redirect("cases:detail", case.number)
    context = {"case": case, "form": form, "title": _("Withdraw from the case"), "icon": "user-off"}
    return render(request, "cases/action.html", context, status=422 if form.errors else 200)


def _has_withdrawn(number: str, user: User) -> bool:
    return Assignment.objects.withdrawn().filter(case__number=number, mediator__user=user).exists()
