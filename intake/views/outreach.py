"""Outreach as the dispatchers plan it: groups, campaigns, households, progress."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import role_required, staff
from accounts.models import Role, User
from cases.exports import export_table
from governance_center.errors import GovernanceError
from governance_center.http import submit
from intake import outreach_figures as figures
from intake.forms.outreach import (
    AssignForm,
    CampaignFilter,
    CampaignForm,
    GroupForm,
    HouseholdFilter,
    HouseholdForm,
    ListForm,
)
from intake.models import Campaign, OutreachGroup
from intake.outreach_list import HouseholdList, RowFault, read_list
from intake.services import outreach as services
from intake.services.outreach_lists import Added, add_households, assign_households

PER_PAGE, HOUSEHOLDS, VILLAGES = 25, 50, 60
READERS = (Role.DISPATCHER, Role.OFFICIAL)


@role_required(*READERS)
def campaigns(request: HttpRequest) -> HttpResponse:
    """The campaigns of the scope, the newest first."""
    user = staff(request)
    filters = CampaignFilter(request.GET, queryset=figures.campaigns(user), request=request)
    page = Paginator(filters.qs, PER_PAGE).get_page(request.GET.get("page"))
    context = {"filter": filters, "page": page, "may_plan": services.may_plan(user, user.scope_code)}
    return render(request, "intake/outreach_campaigns.html", context)


@role_required(Role.DISPATCHER)
def campaign_form(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Plan a campaign, with what the address proposes for a new one, or correct its plan."""
    user = staff(request)
    row = _own(user, pk) if pk else Campaign()
    if pk and row.state == Campaign.State.ENDED:
        messages.warning(request, _("This campaign has ended."))
        return redirect("intake:outreach_campaign", pk)
    form = CampaignForm(request.POST or None, instance=row, user=user, proposed=request.GET.dict())
    if request.method == "POST":
        key = form.cleaned_data["submission_key"] if form.is_valid() else None
        done = submit(form, lambda: services.save_campaign(campaign=form.campaign(), by=user, submission_key=key))
        if done:
            messages.success(request, _("Kept."))
            return redirect("intake:outreach_campaign", done.pk)
    context = {"form": form, "is_new": pk is None, "pk": pk}
    return render(request, "intake/outreach_campaign_form.html", context, status=422 if form.errors else 200)


@role_required(*READERS)
def campaign(request: HttpRequest, pk: int) -> HttpResponse:
    """The progress of a campaign by village and group, and for its dispatchers what waits to be registered."""
    user = staff(request)
    row = get_object_or_404(figures.campaigns(user), pk=pk)
    villages = figures.by_village(row)
    page = Paginator(villages, VILLAGES).get_page(request.GET.get("page"))
    may_plan = services.may_plan(user, row.division_id)
    context = {
        "campaign": row,
        "whole": figures.total(villages),
        "page": page,
        "groups": figures.by_group(row),
        "may_plan": may_plan,
        "waiting": figures.to_register(user, row)[:50] if may_plan else (),
        "has_groups": bool(services.groups_of(row)),
    }
    return render(request, "intake/outreach_campaign.html", context)


@role_required(Role.DISPATCHER)
@require_POST
def start(request: HttpRequest, pk: int) -> HttpResponse:
    """The groups begin."""
    row = _own(staff(request), pk)
    try:
        services.start_campaign(campaign=row, by=staff(request))
        messages.success(request, _("The campaign runs. The members of the groups were told."))
    except GovernanceError as error:
        messages.warning(request, str(error))
    return redirect("intake:outreach_campaign", pk)


@role_required(Role.DISPATCHER)
@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """The campaign is over."""
    services.end_campaign(campaign=_own(staff(request), pk), by=staff(request))
    messages.success(request, _("The campaign has ended."))
    return redirect("intake:outreach_campaign", pk)


@role_required(Role.DISPATCHER)
def households(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The households of a campaign: filter, page, export; a POST gives the ticked ones to a group."""
    user = staff(request)
    row = _own(user, pk)
    rows = figures.household_rows(user, row)
    filters = HouseholdFilter(request.GET, queryset=rows, request=request, root=row.division_id)
    kind = request.GET.get("export")
    if kind in {"csv", "xlsx"}:
        return export_table(figures.household_table(filters.qs), "households", kind)
    page = Paginator(filters.qs, HOUSEHOLDS).get_page(request.GET.get("page"))
    groups = OutreachGroup.objects.visible_to(user).active()
    form = AssignForm(request.POST or None, groups=groups, keys=[one.pk for one in page.object_list])
    if request.method == "POST":
        done = submit(
            form,
            lambda: assign_households(
                campaign=row, by=user, households=form.cleaned_data["households"], group=form.cleaned_data["group"]
            ),
        )
        if done:
            messages.success(request, _("Households given to the group: %(count)s.") % {"count": done})
            return redirect(request.get_full_path())
    context = {"campaign": row, "filter": filters, "page": page, "form": form}
    return render(request, "intake/outreach_households.html", context, status=422 if form.errors else 200)


@role_required(Role.DISPATCHER)
def add_household(request: HttpRequest, pk: int) -> HttpResponse:
    """Put one household on the list."""
    user = staff(request)
    row = _own(user, pk)
    form = HouseholdForm(request.POST or None, root=row.division_id)
    if request.method == "POST":
        done = submit(form, lambda: add_households(campaign=row, by=user, rows=[form.household()]))
        if done:
            _say_added(request, done)
            return redirect("intake:outreach_households", pk)
    context = {"campaign": row, "form": form}
    return render(request, "intake/outreach_add.html", context, status=422 if form.errors else 200)


@role_required(Role.DISPATCHER)
def import_households(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a list of households on the list; with one fault nothing is taken, and every fault is named."""
    user = staff(request)
    row = _own(user, pk)
    form = ListForm(request.POST, request.FILES) if request.method == "POST" else ListForm()
    faults: list[RowFault] = []
    if request.method == "POST":
        read: HouseholdList | None = submit(form, lambda: read_list(form.stream(), row))
        faults = read.faults if read else []
        if read and not faults:
            done = submit(form, lambda: add_households(campaign=row, by=user, rows=read.rows))
            if done:
                _say_added(request, done)
                return redirect("intake:outreach_households", pk)
    context = {"campaign": row, "form": form, "faults": faults}
    status = 422 if form.errors or faults else 200
    return render(request, "intake/outreach_import.html", context, status=status)


@role_required(Role.DISPATCHER)
def groups(request: HttpRequest) -> HttpResponse:
    """The outreach groups of the scope."""
    rows = OutreachGroup.objects.visible_to(staff(request)).select_related("division").prefetch_related("members")
    page = Paginator(rows.order_by("-is_active", "division", "pk"), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "intake/outreach_groups.html", {"page": page})


@role_required(Role.DISPATCHER)
def group_form(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Make a group, correct or retire one."""
    user = staff(request)
    row = get_object_or_404(OutreachGroup.objects.visible_to(user), pk=pk) if pk else OutreachGroup()
    form = GroupForm(request.POST or None, instance=row, user=user)
    if request.method == "POST":
        done = submit(
            form, lambda: services.save_group(group=form.group(), by=user, members=form.cleaned_data["members"])
        )
        if done:
            messages.success(request, _("Kept."))
            return redirect("intake:outreach_groups")
    context = {"form": form, "group": row}
    return render(request, "intake/outreach_group_form.html", context, status=422 if form.errors else 200)


def _own(user: User, pk: int) -> Campaign:
    """A campaign that this dispatcher plans."""
    row = get_object_or_404(Campaign.objects.visible_to(user).select_related("division"), pk=pk)
    if not services.may_plan(user, row.division_id):
        raise PermissionDenied
    return row


def _say_added(request: HttpRequest, done: Added) -> None:
    text = _("New on the list: %(new)s; on it already: %(known)s; with a file of a person: %(linked)s.")
    messages.success(request, text % {"new": done.new, "known": done.known, "linked": done.linked})
