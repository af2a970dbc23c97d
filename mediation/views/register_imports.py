"""Sending in a list of committees or mediators, looking at it row by row, and taking it over."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import role_required, staff
from accounts.models import Role
from governance_center.errors import GovernanceError
from governance_center.http import submit
from mediation.models import RegisterImport
from mediation.register_columns import COMMITTEE, MEDIATOR
from mediation.register_forms import ListForm
from mediation.services import register_imports as services

PER_PAGE, FAULTS_SHOWN = 10, 100


@role_required(Role.DISPATCHER)
def imports(request: HttpRequest) -> HttpResponse:
    """The form to send a list, what its columns hold, and the user's own lists."""
    user = staff(request)
    form = ListForm(request.POST or None, request.FILES or None)
    if request.method == "POST":
        job = submit(
            form,
            lambda: services.send_list(
                by=user, kind=form.cleaned_data["kind"], file_name=form.cleaned_data["file"].name,
                content=form.cleaned_data["file"].read(), submission_key=form.cleaned_data["submission_key"],
            ),
        )  # fmt: skip
        if job:
            return redirect("mediation:register_import", job.pk)
    rows = RegisterImport.objects.filter(asked_by=user).defer("content")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "columns": (COMMITTEE, MEDIATOR)}
    return render(request, "mediation/register_imports.html", context, status=422 if form.errors else 200)


@role_required(Role.DISPATCHER)
def register_import(request: HttpRequest, pk: int) -> HttpResponse:
    """What a list would add and change, and its faults line by line; once taken over, what came of it."""
    user = staff(request)
    job = get_object_or_404(RegisterImport, pk=pk, asked_by=user)
    context: dict[str, object] = {"job": job}
    if job.done_at is None:
        checked = services.look_at(job, user)
        context |= {
            "checked": checked,
            "faults": checked.faults[:FAULTS_SHOWN],
            "more": max(len(checked.faults) - FAULTS_SHOWN, 0),
        }
    return render(request, "mediation/register_import.html", context)


@role_required(Role.DISPATCHER)
@require_POST
def take_over(request: HttpRequest, pk: int) -> HttpResponse:
    """Take over the whole list."""
    user = staff(request)
    job = get_object_or_404(RegisterImport, pk=pk, asked_by=user)
    try:
        done = services.take_over(job=job, by=user)
    except GovernanceError as error:
        messages.error(request, str(error))
        return redirect("mediation:register_import", pk)
    counts = {"added": done.added, "changed": done.changed}
    messages.success(request, _("Taken over: %(added)s added, %(changed)s changed.") % counts)
    return redirect("mediation:register_import", pk)


@role_required(Role.DISPATCHER)
@require_POST
def give_up(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget a list that was not taken over."""
    user = staff(request)
    job = RegisterImport.objects.filter(pk=pk, asked_by=user).first()
    if job is not None:
        services.give_up(job=job, by=user)
    return redirect("mediation:register_imports")
