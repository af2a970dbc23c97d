from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.access import role_required, staff
from accounts.models import Role
from mediation import next_step, selectors
from mediation.models import Mediator
from mediation.services import signing

PER_PAGE, SHOWN = 25, 8


@role_required(Role.MEDIATOR)
def home(request: HttpRequest) -> HttpResponse:
    """What waits for the mediator, the most pressing first, and the own cases each with its next step."""
    user, today = staff(request), timezone.localdate()
    cases = Paginator(selectors.my_mediations(user), PER_PAGE).get_page(request.GET.get("page"))
    steps = next_step.of_cases(cases, user)
    visits = selectors.follow_up_list(user, until=today)
    context = {
        "page": cases,
        "rows": [(case, steps.get(case.pk)) for case in cases],
        "visits": selectors.with_rights(visits[:5], user),
        "due": visits.count(),
        "unsigned": [(row, signing.lacking(row, row.case)) for row in selectors.my_unsigned(user)[:SHOWN]],
        "sessions": selectors.my_sessions(user)[:SHOWN],
        "overdue": selectors.due_agreements(user, today, "overdue").count(),
        "entry": Mediator.objects.filter(user=user).first(),
    }
    return render(request, "mediation/home.html", context)
