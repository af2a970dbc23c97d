from __future__ import annotations

import datetime as dt
import math
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.access import role_required, staff
from accounts.models import Role, User
from cases import precedents, routing
from cases.models import Case, Category, Channel, Person, RiskLevel
from cases.risk import level_of
from cases.selectors import public_status
from cases.services.meeting import meeting_of
from departments.models import Centre, Division
from departments.presence import local_holidays_of
from governance_center import throttle
from governance_center.calendar import day_start
from governance_center.http import submit
from intake import notices, outreach_start, receipts, services
from intake.channels import CHANNELS
from intake.forms.registration import OtherPartyFormSet, WalkInForm
from intake.forms.sources import SourceForm
from intake.models import Ticket, Visit
from intake.preview import facts_of_form

PER_PAGE = 25
DESK_ROLES = (Role.CLERK, Role.DISPATCHER)


@role_required(*DESK_ROLES)
def desk(request: HttpRequest) -> HttpResponse:
    """Today at the desk: who came, what became of it, where to accompany them."""
    user = staff(request)
    day = _day(request.GET.get("day"))
    visits = (
        Visit.objects.visible_to(user)
        .filter(at__gte=day_start(day), at__lt=day_start(day + dt.timedelta(days=1)))
        .select_related("person", "case__category", "case__lead", "case__division", "clerk", "ticket")
    )
    page = Paginator(visits, PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "day": day, "today": timezone.localdate(), "centre": centre_of(user)}
    return render(request, "intake/desk.html", context)


@role_required(*DESK_ROLES)
def register(request: HttpRequest) -> HttpResponse:
    """A matter on one page. What was typed comes back with the reasons when something does not fit."""
    user = staff(request)
    centre = centre_of(user)
    if request.method != "POST":
        form = WalkInForm(centre_code=centre.pk, user=user, initial=_initial(request, user, centre))
        source = SourceForm(
            prefix="source",
            channel=form["channel"].value(),
            initial=outreach_start.source(form.initial.get("outreach")),
        )
        return _registration_page(request, form, OtherPartyFormSet(prefix="others"), source, centre)
    form = WalkInForm(request.POST, centre_code=centre.pk, user=user)
    others = OtherPartyFormSet(request.POST, prefix="others")
    source = SourceForm(
        request.POST, request.FILES, prefix="source", channel=request.POST.get("channel") or Channel.WALK_IN
    )
    if others.is_valid() & source.is_valid() & form.is_valid():
        named = [other for row in others if (other := row.other_party())]
        visit = submit(
            form,
            lambda: services.register_walk_in(
                clerk=user,
                centre=centre,
                data=form.walk_in(named, source.source()),
                submission_key=form.cleaned_data["submission_key"],
            ),
        )
        if visit:
            warn_of_group(request, visit)
            outreach_start.say_restricted(request, visit)
            return redirect("intake:receipt", visit.pk)
    return _registration_page(request, form, others, source, centre)


@role_required(*DESK_ROLES)
@require_POST
def register_number(request: HttpRequest) -> HttpResponse:
    """The registration page with an identity number that was scanned or typed into the search box."""
    user = staff(request)
    centre = centre_of(user)
    initial = _initial(request, user, centre) | {"identity_number": request.POST.get("identity_number", "")[:40]}
    form = WalkInForm(centre_code=centre.pk, user=user, initial=initial)
    source = SourceForm(prefix="source", channel=form["channel"].value())
    return _registration_page(request, form, OtherPartyFormSet(prefix="others"), source, centre)


@role_required(*DESK_ROLES)
def route_preview(request: HttpRequest) -> HttpResponse:
    """Which department will take it, why, and whether it is here today; shown while the form is filled in."""
    centre, given = centre_of(staff(request)), request.POST or request.GET
    category = Category.objects.in_use().select_related("lead").filter(pk=given.get("category", "")).first()
    place = Division.objects.within(centre.pk).filter(pk=given.get("division", "")).first()
    decision = None
    if category:
        facts = facts_of_form(given, centre=centre, user=staff(request), category=category, place=place)
        decision = routing.decide(
            category=category,
            centre_code=centre.pk,
            place_code=place.pk if place else centre.pk,
            day=timezone.localdate(),
            local_holidays=local_holidays_of(centre.pk),
            facts=facts,
        )
    level = level_of(facts.risk) if decision else RiskLevel.LOW
    context = {
        "decision": decision,
        "reasons": routing.describe(decision.reasons) if decision else [],
        "risk": level.label if level != RiskLevel.LOW else "",
        "is_high": level == RiskLevel.HIGH,
        "care": outreach_start.care_of(given, facts) if decision else [],
        "precedents": precedents.like(facts, staff(request)) if decision else [],
    }
    return render(request, "intake/_route_preview.html", context)


@role_required(*DESK_ROLES)
@never_cache
def receipt(request: HttpRequest, pk: int) -> HttpResponse:
    """The receipt in both languages, to be printed, and where to accompany the petitioner."""
    visits = Visit.objects.visible_to(staff(request)).select_related(
        "person", "centre", "case__category", "case__division", "case__lead", "case__centre", "clerk", "source"
    )
    visit = get_object_or_404(visits, pk=pk, case__isnull=False)
    url = request.build_absolute_uri(receipts.status_path(visit.case))
    context = {
        "visit": visit,
        "meeting": meeting_of(visit.case, staff(request)),
        **notices.offer(visit.case),
        **receipts.receipt(visit, url),
    }
    return render(request, "intake/receipt.html", context)


@login_not_required
@never_cache
def status(request: HttpRequest, code: str) -> HttpResponse:
    """Where a case stands, for whoever holds its code; no personal data. Opened very often, it makes them wait."""
    if wait := throttle.opening(request):
        paused = render(request, "intake/status_paused.html", {"minutes": math.ceil(wait / 60)}, status=429)
        paused["Retry-After"] = wait
        return paused
    case = Case.objects.select_related("lead", "centre").filter(public_code=code).first()
    if case is None:
        throttle.opening(request, weight=throttle.UNKNOWN_CODE - 1)
        raise Http404
    response = render(request, "intake/status.html", {"status": public_status(case)})
    response["X-Robots-Tag"] = "noindex"
    response["Referrer-Policy"] = "no-referrer"
    return response


def centre_of(user: User) -> Centre:
    """The centre at which somebody works."""
    centre = Centre.objects.filter(pk=user.scope_code, is_active=True).first()
    if centre is None:
        raise PermissionDenied
    return centre


def chosen_person(request: HttpRequest, user: User) -> Person | None:
    """The file named in the address, if it is one that ``user`` may open."""
    key = request.GET.get("person", "")
    people = Person.objects.visible_to(user).not_merged().select_related("division")
    return people.filter(pk=key).first() if key.isdecimal() and len(key) < 18 else None


def ticket_at_hand(request: HttpRequest, user: User) -> Ticket | None:
    """The ticket named in the address, otherwise the one at the clerk's own window; only while it is there."""
    mine = Ticket.objects.visible_to(user).at_windows().filter(window__desks__clerk=user, window__desks__closed_at=None)
    key = request.GET.get("ticket", "")
    if key.isdecimal() and len(key) < 18:
        mine = mine.filter(pk=key)
    return mine.first()


def warn_of_group(request: HttpRequest, visit: Visit) -> None:
    """A group visit is said aloud, with the rule."""
    if visit.is_group:
        text = _("A group of %(count)s: at most five may speak for it. The dispatcher was told.")
        messages.warning(request, text % {"count": visit.people_count})


def _initial(request: HttpRequest, user: User, centre: Centre) -> dict[str, Any]:
    """What is known before anything is typed: a chosen file, a ticket, a channel."""
    initial: dict[str, Any] = {}
    person = chosen_person(request, user)
    if person:
        initial |= {"person": person, "language": person.language, "narrative_language": person.language}
        if person.division_id and person.division_id.startswith(centre.pk):
            initial["division"] = person.division_id
    initial |= outreach_start.initial(request, user)
    ticket = None if initial.get("outreach") else ticket_at_hand(request, user)
    if ticket:
        initial["ticket"] = ticket
        initial.setdefault("language", ticket.language)
    if request.GET.get("channel") in CHANNELS:
        initial["channel"] = request.GET["channel"]
    return initial


def _registration_page(
    request: HttpRequest, form: WalkInForm, others: Any, source: SourceForm, centre: Centre
) -> HttpResponse:
    invalid = form.is_bound
    key = str(form["person"].value() or "")
    known = form.initial.get("person") or (
        form.fields["person"].queryset.filter(pk=key).first() if key.isdecimal() else None  # type: ignore[attr-defined]
    )
    context = {
        "form": form,
        "others": others,
        "source": source,
        "centre": centre,
        "person": known,
        "ticket": form.initial.get("ticket") or _typed_ticket(form),
        "outreach": outreach_start.visit_of(form),
        "kinds": dict(Category.objects.in_use().values_list("pk", "kind")),
        "channels": {code: list(facts.fields) for code, facts in CHANNELS.items()},
        "hints": [(code, facts.hint) for code, facts in CHANNELS.items() if facts.hint],
    }
    return render(request, "intake/register.html", context, status=422 if invalid else 200)


def _typed_ticket(form: WalkInForm) -> Ticket | None:
    """The ticket of a form that came back."""
    key = str(form["ticket"].value() or "")
    return form.fields["ticket"].queryset.filter(pk=key).first() if key.isdecimal() else None  # type: ignore[attr-defined,no-any-return]


def _day(text: str | None) -> dt.date:
    try:
        return dt.date.fromisoformat(text or "")
    except ValueError:
        return timezone.localdate()
