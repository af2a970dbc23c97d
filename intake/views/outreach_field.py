"""Outreach as a member of a group walks it, on a phone: my households, what was found, registering from it."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.access import role_required, staff
from accounts.models import Role, User
from governance_center.errors import GovernanceError
from governance_center.http import submit
from intake import outreach_figures as figures
from intake.forms.outreach import FieldHouseholdForm, MineFilter, TalkForm, VisitForm
from intake.models import Campaign, Household, OutreachGroup, OutreachVisit
from intake.services.outreach_lists import add_in_field
from intake.services.outreach_visits import may_register, record_talk, record_visit

PER_PAGE = 20
MEMBERS = (Role.CLERK, Role.DISPATCHER)
QUICK = (OutreachVisit.Found.NOTHING, OutreachVisit.Found.NOBODY)
"""What one tap notes down; the rest needs a word or a day."""


@role_required(*MEMBERS)
@never_cache
def mine(request: HttpRequest) -> HttpResponse:
    """My households today, and what I found that is no case yet."""
    user = staff(request)
    everything = request.GET.get("all") == "on"
    filters = MineFilter(request.GET, queryset=figures.today_list(user, everything=everything), request=request)
    page = Paginator(filters.qs, PER_PAGE).get_page(request.GET.get("page"))
    for household in page.object_list:
        household.submission_key = uuid.uuid4()
    context = {
        "page": page,
        "filter": filters,
        "today": timezone.localdate(),
        "found": figures.to_register(user)[:20],
        "may_register": may_register(user),
        "campaigns": figures.member_campaigns(user),
    }
    return render(request, "intake/outreach_mine.html", context)


@role_required(*MEMBERS)
@never_cache
def household(request: HttpRequest, pk: int) -> HttpResponse:
    """A household: what is known before the door opens, and what was found behind it."""
    user = staff(request)
    row = get_object_or_404(_households(user), pk=pk)
    initial = {"found": request.GET["found"]} if request.GET.get("found") in OutreachVisit.Found.values else None
    form = VisitForm(request.POST or None, initial=initial)
    if request.method == "POST":
        done = submit(
            form,
            lambda: record_visit(
                household=row, by=user, data=form.visit(), submission_key=form.cleaned_data["submission_key"]
            ),
        )
        if done:
            return _after(request, done)
    context = {
        "household": row,
        "form": form,
        "may_visit": Household.objects.of_member(user).filter(pk=row.pk).exists(),
        "history": figures.history(row, user),
        "people": row.people.visible_to(user),
    }
    return render(request, "intake/outreach_household.html", context, status=422 if form.errors else 200)


@role_required(*MEMBERS)
@require_POST
def quick(request: HttpRequest, pk: int) -> HttpResponse:
    """One tap: nothing found, or nobody at home."""
    user = staff(request)
    row = get_object_or_404(_households(user), pk=pk)
    form = VisitForm(request.POST)
    if not form.is_valid() or form.cleaned_data["found"] not in QUICK:
        return redirect("intake:outreach_household", pk)
    try:
        done = record_visit(
            household=row, by=user, data=form.visit(), submission_key=form.cleaned_data["submission_key"]
        )
    except GovernanceError as error:
        messages.warning(request, str(error))
        return redirect("intake:outreach_mine")
    return _after(request, done)


@role_required(*MEMBERS)
@never_cache
def talk(request: HttpRequest, pk: int) -> HttpResponse:
    """A talk in a yard, at the market, or elsewhere than at a household."""
    user = staff(request)
    campaign = get_object_or_404(figures.member_campaigns(user), pk=pk)
    form = TalkForm(request.POST or None, groups=_groups(user), root=campaign.division_id)
    if request.method == "POST":
        done = submit(
            form,
            lambda: record_talk(
                campaign=campaign, by=user, data=form.visit(), submission_key=form.cleaned_data["submission_key"],
                **{name: form.cleaned_data[name] for name in ("group", "division", "place")},
            ),
        )  # fmt: skip
        if done:
            return _after(request, done)
    return _form_page(request, campaign, form, _("A talk elsewhere"))


@role_required(*MEMBERS)
@never_cache
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """A household that is on no list."""
    user = staff(request)
    campaign = get_object_or_404(figures.member_campaigns(user), pk=pk)
    form = FieldHouseholdForm(request.POST or None, groups=_groups(user), root=campaign.division_id)
    if request.method == "POST":
        done = submit(
            form,
            lambda: add_in_field(campaign=campaign, by=user, group=form.cleaned_data["group"], row=form.household()),
        )
        if done:
            return redirect("intake:outreach_household", done.pk)
    return _form_page(request, campaign, form, _("Another household"))


def _form_page(
    request: HttpRequest, campaign: Campaign, form: TalkForm | FieldHouseholdForm, title: str
) -> HttpResponse:
    context = {"campaign": campaign, "form": form, "title": title}
    return render(request, "intake/outreach_field_form.html", context, status=422 if form.errors else 200)


def _households(user: User) -> QuerySet[Household]:
    return Household.objects.visible_to(user).select_related("division", "campaign", "group")


def _groups(user: User) -> QuerySet[OutreachGroup]:
    return OutreachGroup.objects.active().filter(members=user)


def _after(request: HttpRequest, visit: OutreachVisit) -> HttpResponse:
    """Noted down: on to the registration of a dispute, where this member may register; else back to the list."""
    user = staff(request)
    if visit.found != OutreachVisit.Found.DISPUTE:
        messages.success(request, _("Noted down: %(address)s.") % {"address": visit.address})
    elif may_register(user) and visit.case_id is None:
        messages.success(request, _("Noted down. Register the dispute now, or later from your list."))
        return redirect(f"{reverse('intake:register')}?outreach={visit.pk}")
    else:
        messages.success(request, _("Noted down. The dispatcher was told and registers the dispute."))
    return redirect("intake:outreach_mine")
