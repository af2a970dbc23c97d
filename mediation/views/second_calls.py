"""Second calls: what they heard beside what the first visit heard."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from accounts.access import role_required, staff
from accounts.models import Role
from mediation import selectors

PER_PAGE = 25
READERS = (Role.DISPATCHER, Role.OFFICIAL)


@role_required(*READERS)
def second_calls(request: HttpRequest) -> HttpResponse:
    """The second calls that heard something else; on request all that were made."""
    rows = selectors.second_calls(staff(request))
    if request.GET.get("show") != "all":
        rows = rows.differing()
    page, names = Paginator(rows, PER_PAGE).get_page(request.GET.get("page")), selectors.code_names()
    context = {
        "page": page,
        "pairs": [(row, selectors.compare(row, names)) for row in page],
        "draws": selectors.draws(staff(request))[:8],
    }
    return render(request, "mediation/second_calls.html", context)


@role_required(*READERS)
def second_call(request: HttpRequest, pk: int) -> HttpResponse:
    """Both calls side by side."""
    row = get_object_or_404(selectors.second_calls(staff(request)), pk=pk)
    context = {"visit": row, "case": row.case, "answers": selectors.compare(row, selectors.code_names())}
    return render(request, "mediation/second_call.html", context)
