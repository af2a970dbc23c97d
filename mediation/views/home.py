from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.access import role_required, staff
from accounts.models import Role
from mediation import selectors
from mediation.models import Mediator
from mediation.services import signing

PER_PAGE, SHOWN = 25, 8


@role_required(Role.MEDIATOR)
def home(request: HttpRequest) -> HttpResponse:
    """The mediator's own cases and sessions, and the visits that are due."""
    user, today = staff(request), timezone.localdate()
    cases = Paginator(selectors.my_mediations(user), PER_PAGE).get_page(request.GET.get("page"))
    visits = selectors.follow_up_list(user, until=today)
    context = {
        "page": cases,
        "visits": selectors.with_rights(visits[:5], user),
        "due": visits.count(),
        "unsigned": [(row, signing.lacking(row, row.case)) for row in selectors.my_unsigned(user)[:SHOWN]],
        "sessions": selectors.my_sessions(user)[:SHOWN],
        "entry": Mediator.objects.filter(user=user).first(),
    }
    return render(request, "mediation/home.html", context)
