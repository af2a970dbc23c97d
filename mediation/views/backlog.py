from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.access import role_required, staff
from accounts.models import Role
from cases.models import Case
from mediation import candidates, selectors, services
from mediation.backlog_filter import BacklogFilter
from mediation.forms import BacklogForm
from mediation.models import Mediator

PER_PAGE = 25
AT_ONCE = 500
"""So many cases, the most urgent, are proposed in one round; narrower filters make the round smaller."""


@role_required(Role.DISPATCHER)
def backlog(request: HttpRequest) -> HttpResponse:
    """The cases of the scope that wait for a mediator."""
    filters = _narrowed(request)
    page = Paginator(filters.qs, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "mediation/backlog.html", {"page": page, "at_once": AT_ONCE, "filter": filters})


@role_required(Role.DISPATCHER)
def proposal(request: HttpRequest) -> HttpResponse:
    """Preview the best assignment of all that the filters of the list leave; a POST applies what is still ticked."""
    user = staff(request)
    form = BacklogForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        pairs = form.cleaned_data["pairs"][:AT_ONCE]
        cases = Case.objects.visible_to(user).in_bulk([case for case, _mediator in pairs])
        mediators = Mediator.objects.select_related("user").in_bulk([mediator for _case, mediator in pairs])
        known = [(cases[case], mediators[other]) for case, other in pairs if case in cases and other in mediators]
        done, failed = services.apply_backlog(pairs=known, by=user)
        for failure in failed:
            messages.warning(request, f"{failure.case.number}: {failure.error}")
        messages.success(request, _("Cases that have their mediator now: %(count)s.") % {"count": done})
        return redirect("mediation:backlog")
    waiting = list(_narrowed(request).qs[:AT_ONCE])
    mediators_there = list(candidates.of_counties({case.county_code for case in waiting}))
    found = services.propose_backlog(waiting, mediators_there)
    placed = {row.case.pk for row in found}
    out, left = candidates.left_out(waiting), [case for case in waiting if case.pk not in placed]
    context = {
        "proposals": [(row, out[row.case.pk]) for row in found],
        "form": form,
        "left": left,
        "left_out": [(case, out[case.pk]) for case in left if out[case.pk]],
    }
    return render(request, "mediation/proposal.html", context, status=422 if form.errors else 200)


def _narrowed(request: HttpRequest) -> BacklogFilter:
    user = staff(request)
    return BacklogFilter(request.GET, queryset=selectors.backlog(user), request=request, root=user.scope_code)
