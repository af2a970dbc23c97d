from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts.access import role_required, staff
from accounts.models import Role
from cases.models import Case
from governance_center.http import submit
from mediation import case_page, selectors, services
from mediation.forms import AssignForm

PER_PAGE = 25


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
