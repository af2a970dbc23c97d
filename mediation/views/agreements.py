from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts.access import role_required, staff
from accounts.models import Role
from cases.models import Case
from governance_center.http import submit
from mediation import case_page, services
from mediation.forms import AgreementForm


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
