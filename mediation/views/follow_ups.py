"""Follow-up visits: the list of what is due, the form of a visit, giving it away and giving it back."""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.access import role_required, staff
from accounts.models import Look, Role
from cases.models import Case, CaseParty
from cases.services import people
from cases.states import State
from governance_center.errors import GovernanceError
from governance_center.http import submit
from mediation import selectors
from mediation.models import FollowUp
from mediation.models.agreement import AFTER_AGREEMENT
from mediation.services import follow_ups, visitors
from mediation.visit_forms import DeclineForm, GiveForm, VisitFilter, VisitForm

PER_PAGE = 25
SOON = dt.timedelta(days=7)
VISITORS = (Role.MEDIATOR, Role.CLERK, Role.OFFICER, Role.DISPATCHER)
SHOWN_STEPS = 5
"""How many prescribed steps stand above the list of a dispatcher; the others on their own page."""

ONE_TAP = (FollowUp.Outcome.PERFORMING, FollowUp.Outcome.PERFORMED)
"""What needs no more words than its name."""


@role_required(*VISITORS)
def follow_up_list(request: HttpRequest) -> HttpResponse:
    """Visits that are due, and those of the coming week; the plain case is recorded with one tap."""
    user, today = staff(request), timezone.localdate()
    rows = selectors.follow_up_list(user, until=today + SOON)
    filters = VisitFilter(request.GET, queryset=rows, request=request)
    page = Paginator(filters.qs, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": selectors.with_rights(page, user),
        "filter": filters,
        "due": filters.qs.filter(due_on__lte=today).count(),
        "sees_differences": user.role == Role.DISPATCHER,
        "steps": selectors.open_steps(user).filter(due_on__lte=today + SOON)[:SHOWN_STEPS],
    }
    return render(request, "mediation/follow_ups.html", context)


@role_required(*VISITORS)
def follow_up(request: HttpRequest, pk: int) -> HttpResponse:
    """Record what a visit found."""
    user, visit = staff(request), _visit(request, pk)
    may_give = visitors.may_give(visit, user)
    if not follow_ups.may_record(visit.case, visit, user) and not may_give:
        raise PermissionDenied
    if request.method != "POST" and visit.state != FollowUp.State.PLANNED:
        return _moved_on(request, visit)
    form = VisitForm(request.POST or None, visit=visit, initial={"outcome": request.GET.get("outcome")})
    if request.method == "POST" and submit(
        form, lambda: follow_ups.record_follow_up(follow_up=visit, by=user, **form.values())
    ):
        messages.success(request, " ".join((_("The visit was recorded."), _what_follows(visit))))
        return redirect("cases:detail", visit.case.number)
    context = {
        "visit": visit,
        "case": visit.case,
        "form": form,
        "parties": visit.case.parties.select_related("person"),
        "earlier": selectors.earlier_visits(visit),
        "may_give": may_give,
        "may_decline": visitors.may_decline(visit, user),
    }
    return render(request, "mediation/visit.html", context, status=422 if form.errors else 200)


@role_required(*VISITORS)
@require_POST
def one_tap(request: HttpRequest, pk: int) -> HttpResponse:
    """Record the plain case from the list: it is being performed, or it is performed."""
    visit, outcome = _visit(request, pk), request.POST.get("outcome", "")
    if outcome not in ONE_TAP:
        return redirect("mediation:follow_up", visit.pk)
    try:
        follow_ups.record_follow_up(follow_up=visit, by=staff(request), outcome=outcome)
    except GovernanceError as error:
        messages.error(request, str(error))
    else:
        done = _("The visit on case %(number)s was recorded.") % {"number": visit.case.number}
        messages.success(request, " ".join((done, _what_follows(visit))))
    return redirect(_back(request))


@role_required(*VISITORS)
def give(request: HttpRequest, pk: int) -> HttpResponse:
    """The dispatcher gives a visit to somebody else, or puts it to another day."""
    user, visit = staff(request), _visit(request, pk)
    if not visitors.may_give(visit, user):
        return _moved_on(request, visit)
    initial = {"to": visit.assignee_id, "companion": visit.companion_id, "on": visit.due_on}
    form = GiveForm(request.POST or None, people=visitors.people_for(visit.case), initial=initial)
    if request.method == "POST" and submit(
        form, lambda: visitors.give_visit(follow_up=visit, by=user, **form.cleaned_data)
    ):
        messages.success(request, _("The visit was given away; whoever makes it was told."))
        return redirect("cases:detail", visit.case.number)
    return _action(request, visit, form, _("Who visits, and when"), "user-share")


@role_required(*VISITORS)
def decline(request: HttpRequest, pk: int) -> HttpResponse:
    """The visitor cannot: back to the dispatchers."""
    user, visit = staff(request), _visit(request, pk)
    if not visitors.may_decline(visit, user):
        return _moved_on(request, visit)
    form = DeclineForm(request.POST or None)
    if request.method == "POST" and submit(
        form, lambda: visitors.decline_visit(follow_up=visit, by=user, **form.cleaned_data)
    ):
        messages.success(request, _("The dispatchers were told and give the visit to somebody else."))
        return redirect("mediation:follow_ups")
    return _action(request, visit, form, _("I cannot make this visit"), "user-off")


@role_required(*VISITORS)
@require_POST
@never_cache
def phone(request: HttpRequest, pk: int, party: int) -> HttpResponse:
    """Open the phones of a party for whoever makes the visit, to be tapped; the look is logged."""
    visit, user = _visit(request, pk), staff(request)
    row = get_object_or_404(CaseParty.objects.select_related("person"), pk=party, case=visit.case_id)
    try:
        opened = people.reveal_party(
            party=row, what=Look.What.PHONE, by=user, address=request.META.get("REMOTE_ADDR") or None
        )
    except GovernanceError:
        raise PermissionDenied from None
    return render(request, "mediation/_phones.html", {"phones": opened.split()})


def _visit(request: HttpRequest, pk: int) -> FollowUp:
    visits = FollowUp.objects.visible_to(staff(request))
    shown = ("case__category", "case__division", "assignee", "companion", "plan__category", "second_of")
    return get_object_or_404(visits.select_related(*shown), pk=pk)


def _action(request: HttpRequest, visit: FollowUp, form: object, title: str, icon: str) -> HttpResponse:
    context = {"case": visit.case, "form": form, "icon": icon, "title": title}
    return render(request, "cases/action.html", context, status=422 if form.errors else 200)  # type: ignore[attr-defined]


def _moved_on(request: HttpRequest, visit: FollowUp) -> HttpResponse:
    messages.warning(request, _("This visit was already recorded, or it is not yours to change."))
    return redirect("cases:detail", visit.case.number)


def _what_follows(visit: FollowUp) -> str:
    """Where a recorded visit leads: to the next one, to the end, or back to the work."""
    case = Case.objects.get(pk=visit.case_id)
    if case.state == State.CLOSED:
        return _("The case is closed.")
    if case.state not in AFTER_AGREEMENT:
        return _("The case is open again, with its whole history.")
    planned = FollowUp.objects.planned().of_plan().filter(case=case).order_by("due_on").first()
    return _("The next visit is planned for %(day)s.") % {"day": date_format(planned.due_on)} if planned else ""


def _back(request: HttpRequest) -> str:
    """The list with the filters it had."""
    back = request.POST.get("back", "")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return back if safe else reverse("mediation:follow_ups")
