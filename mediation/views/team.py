"""The mediators of a case: who of those who assist goes, and who leads."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access import role_required, staff
from accounts.models import Role
from cases.models import Case
from governance_center.http import submit
from mediation import services
from mediation.forms import TeamForm
from mediation.models import Assignment

CHANGERS = (Role.OFFICER, Role.DISPATCHER)


@role_required(*CHANGERS)
def release(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """An assisting mediator is no longer needed."""
    return _change(
        request, number, pk, services.release_assistant, icon="user-minus", title=gettext_lazy("Release %(mediator)s"),
        done=gettext_lazy("The mediator was released and told."),
    )  # fmt: skip


@role_required(*CHANGERS)
def lead(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """An assisting mediator leads from now on, and the lead assists."""
    return _change(
        request, number, pk, services.make_lead, icon="user-star", title=gettext_lazy("%(mediator)s leads from now on"),
        done=gettext_lazy("The lead was changed and told."),
    )  # fmt: skip


def _change(
    request: HttpRequest,
    number: str,
    pk: int,
    use_case: Callable[..., Assignment],
    *,
    icon: str,
    title: str | Promise,
    done: str | Promise,
) -> HttpResponse:
    user = staff(request)
    case = get_object_or_404(Case.objects.visible_to(user).select_related("category", "division"), number=number)
    row = get_object_or_404(Assignment.objects.assisting().select_related("mediator__user"), case=case, pk=pk)
    form = TeamForm(request.POST or None)
    if request.method == "POST":
        if submit(form, lambda: use_case(case=case, mediator=row.mediator, by=user, **form.cleaned_data)):
            messages.success(request, str(done))
            return redirect("cases:detail", case.number)
    elif row.ended_at is not None or not services.may_change_team(case, user):
        messages.warning(request, _("This is not possible now; the case has moved on."))
        return redirect("cases:detail", case.number)
    context = {"case": case, "form": form, "title": str(title) % {"mediator": row.mediator}, "icon": icon}
    return render(request, "cases/action.html", context, status=422 if form.errors else 200)
