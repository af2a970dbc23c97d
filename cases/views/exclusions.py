"""What was asked to be left out of the adjusted rate: what waits for the reader first, then all of it."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.access import role_required, staff
from accounts.models import Role
from cases.correction_actions import SHOWN
from cases.models import Exclusion

PER_PAGE = 25
MINE = "mine"


@role_required(Role.DISPATCHER, Role.OFFICIAL)
def exclusion_list(request: HttpRequest) -> HttpResponse:
    """The exclusions of the cases that the reader may see, by state; ``mine`` are those the reader decides."""
    user = staff(request)
    rows = Exclusion.objects.visible_to(user)
    to_decide = rows.waiting().decided_by_level_of(user)
    state = request.GET.get("state", "")
    if state not in {MINE, *Exclusion.State.values}:
        state = ""
    shown = to_decide if state == MINE else rows.filter(state=state) if state else rows
    shown = shown.select_related("case__category", "case__division", *SHOWN)
    page = Paginator(shown, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "state": state,
        "states": Exclusion.State.choices,
        "to_decide": to_decide.count(),
        "mine": set(to_decide.filter(pk__in=[row.pk for row in page]).values_list("pk", flat=True)),
    }
    return render(request, "cases/exclusions.html", context)
