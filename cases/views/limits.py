from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts.access import role_required, staff
from accounts.models import Role
from cases.limit_page import ACTIONS
from cases.models import Case, Deadline
from governance_center.http import submit


@role_required(Role.OFFICER, Role.DISPATCHER)
def change(request: HttpRequest, number: str, pk: int, code: str) -> HttpResponse:
    """Pause a limit of a case, let it go on or extend it. A refused form comes back with everything typed."""
    user, action = staff(request), ACTIONS.get(code)
    if action is None:
        raise Http404
    cases = Case.objects.visible_to(user).select_related("category", "centre", "division")
    case = get_object_or_404(cases, number=number)
    deadline = get_object_or_404(Deadline.objects.select_related("rule"), pk=pk, case=case)
    deadline.case = case
    form = action.form(deadline)(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        if submit(form, lambda: action.run(deadline, user, form.cleaned_data)):
            messages.success(request, str(action.done))
            return redirect("cases:detail", case.number)
    elif not action.may(deadline, user):
        messages.warning(request, _("This is not possible now; the case has moved on."))
        return redirect("cases:detail", case.number)
    context = {
        "case": case, "deadline": deadline, "title": action.label, "hint": action.hint, "form": form,
        "icon": action.icon,
    }  # fmt: skip
    return render(request, "cases/limit.html", context)
