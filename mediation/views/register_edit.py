"""Entering and correcting committees and mediators; phones and absences."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.access import role_required, staff
from accounts.models import Role, User
from cases.people_selectors import search
from cases.states import OPEN_STATES
from governance_center.http import submit
from mediation import register_selectors as selectors
from mediation.committee_search import search as search_committees
from mediation.models import Committee, Mediator, MediatorAbsence
from mediation.register_forms import AbsenceForm, CommitteeForm, MediatorForm, OwnFileForm, PhoneForm
from mediation.services import register as services
from mediation.views.register import profile

NOTERS = (Role.MEDIATOR, Role.DISPATCHER)


@role_required(Role.DISPATCHER)
def edit_committee(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Enter a committee, correct or retire its entry."""
    user = staff(request)
    row = get_object_or_404(selectors.committees(user), pk=pk) if pk else Committee()
    if pk and not services.may_keep_committee(row, user):
        raise PermissionDenied
    form = CommitteeForm(request.POST or None, instance=row, user=user)
    if request.method == "POST":
        done = submit(form, lambda: services.save_committee(committee=form.committee(), by=user))
        if done:
            messages.success(request, _("Kept."))
            return redirect("mediation:committee", done.pk)
    back = reverse("mediation:committee", args=[pk]) if pk else reverse("mediation:committees")
    context = {"form": form, "title": _entry_of(row) if pk else _("Add a committee"), "back": back}
    return render(request, "mediation/register_form.html", context, status=422 if form.errors else 200)


@role_required(Role.DISPATCHER)
def edit_mediator(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Enter a mediator, correct or retire the entry. ``?committee=`` says where a new one belongs."""
    user = staff(request)
    row = get_object_or_404(selectors.mediators(user), pk=pk) if pk else Mediator()
    if pk and not services.may_keep(row, user):
        raise PermissionDenied
    there = request.GET.get("committee", "")
    initial = {"committee": there} if there.isdecimal() and not pk else {}
    form = MediatorForm(request.POST or None, instance=row, user=user, initial=initial)
    if request.method == "POST":
        done = submit(
            form,
            lambda: services.save_mediator(
                mediator=form.mediator(), by=user, specialties=form.cleaned_data["fields_known"],
                hours=form.cleaned_data["hours"],
            ),
        )  # fmt: skip
        if done:
            messages.success(request, _("Kept."))
            if not done.is_active and done.user and done.user.mediated_cases.filter(state__in=OPEN_STATES).exists():
                messages.warning(request, _("Open cases are still in the hands of this mediator; assign them anew."))
            return redirect("mediation:mediator", done.pk)
    back = reverse("mediation:mediator", args=[pk]) if pk else reverse("mediation:mediators")
    context = {"form": form, "title": _entry_of(row) if pk else _("Add a mediator"), "back": back}
    return render(request, "mediation/register_form.html", context, status=422 if form.errors else 200)


@role_required(Role.DISPATCHER)
@require_GET
def committee_choices(request: HttpRequest) -> HttpResponse:
    """The committees found while a part of the name is typed."""
    name, chosen = request.GET.get("name", "committee"), request.GET.get("chosen", "")
    rows = selectors.committees_kept_by(staff(request))
    found = search_committees(rows, request.GET.get(f"{name}_q", "")[:80], chosen)
    return render(request, "mediation/_committee_choices.html", {"name": name, "chosen": chosen, **found})


@role_required(Role.DISPATCHER)
@never_cache
def own_file(request: HttpRequest, pk: int) -> HttpResponse:
    """Find the mediator among the people on file. What is typed to find them comes in the body, never in an address."""
    user = staff(request)
    row = _kept_by(pk, user)
    text = request.POST.get("q", "")[:80]
    found = search(user, text).people
    is_chosen = "person" in request.POST or "choose" in request.POST
    form = OwnFileForm(request.POST if is_chosen else None, found=found)
    if is_chosen and submit(form, lambda: services.link_file(mediator=row, by=user, **form.cleaned_data)):
        messages.success(request, _("Kept."))
        return redirect("mediation:mediator", pk)
    context = {"form": form, "mediator": row, "found": found, "text": text}
    return render(request, "mediation/own_file.html", context, status=422 if form.errors else 200)


@role_required(Role.DISPATCHER)
@require_POST
def forget_file(request: HttpRequest, pk: int) -> HttpResponse:
    """No file is noted as the mediator's own any more."""
    user = staff(request)
    services.link_file(mediator=_kept_by(pk, user), by=user, person=None)
    messages.success(request, _("Kept."))
    return redirect("mediation:mediator", pk)


@role_required(*NOTERS)
@require_POST
def phone(request: HttpRequest, pk: int) -> HttpResponse:
    """The phone under which a mediator is reached."""
    user = staff(request)
    row = noted_by(pk, user)
    form = PhoneForm(request.POST)
    if submit(form, lambda: services.set_phone(mediator=row, by=user, **form.cleaned_data)):
        messages.success(request, _("Kept."))
        return redirect("mediation:mediator", pk)
    return _again(request, row, phone_form=form)


@role_required(*NOTERS)
@require_POST
def absence(request: HttpRequest, pk: int) -> HttpResponse:
    """Days on which a mediator takes no new case."""
    user = staff(request)
    row = noted_by(pk, user)
    form = AbsenceForm(request.POST)
    if submit(form, lambda: services.note_absence(mediator=row, by=user, **form.cleaned_data)):
        messages.success(request, _("The absence was noted; no case is suggested on these days."))
        return redirect("mediation:mediator", pk)
    return _again(request, row, absence_form=form)


@role_required(*NOTERS)
@require_POST
def end_absence(request: HttpRequest, pk: int) -> HttpResponse:
    """A mediator is back, or does not go."""
    user = staff(request)
    row = MediatorAbsence.objects.filter(pk=pk, mediator__in=selectors.mediators(user).values("pk")).first()
    if row is None:
        messages.info(request, _("This absence has ended."))
        return redirect("mediation:mediators")
    noted_by(row.mediator_id, user)
    services.end_absence(absence=row, by=user)
    messages.success(request, _("This absence has ended."))
    return redirect("mediation:mediator", row.mediator_id)


def _kept_by(pk: int, user: User) -> Mediator:
    """The mediator, if the user keeps the whole entry."""
    row = get_object_or_404(selectors.mediators(user).select_related("committee__division", "person"), pk=pk)
    if not services.may_keep(row, user):
        raise PermissionDenied
    return row


def noted_by(pk: int, user: User) -> Mediator:
    """The mediator, if the user notes absences and the phone."""
    row = get_object_or_404(selectors.mediators(user).select_related("committee__division", "ethnic_group"), pk=pk)
    if not services.may_note(row, user):
        raise PermissionDenied
    return row


def _again(request: HttpRequest, row: Mediator, **forms: object) -> HttpResponse:
    """The page of the mediator with the form as it was typed and what is wrong with it."""
    context = {**profile(row, staff(request)), **forms}
    return render(request, "mediation/mediator.html", context, status=422)


def _entry_of(row: Committee | Mediator) -> str:
    """The heading above the form of an entry that is there already."""
    return _("Correct the entry: %(name)s") % {"name": row}
