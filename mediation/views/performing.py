"""Agreements that are due: the list, urging whoever is late, and the way to the court."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from accounts.access import role_required, staff
from accounts.models import Role
from governance_center import papers
from governance_center.http import submit
from mediation import agreement_paper, letters, selectors
from mediation.life_forms import CourtForm, DueFilter, UrgeForm
from mediation.models import Agreement, CourtGuidance, Instalment, Obligation, Urging
from mediation.services import may_record_performance
from mediation.services import performing as services
from mediation.views.agreements import agreement_of

DOERS = (Role.MEDIATOR, Role.DISPATCHER)
PER_PAGE = 25


@role_required(*DOERS)
def due_list(request: HttpRequest) -> HttpResponse:
    """The agreements in force and how far they are performed; first what is not. The filter lives in the address."""
    today = timezone.localdate()
    form = DueFilter(request.GET if "state" in request.GET else {"state": "open"})
    state = form.cleaned_data["state"] if form.is_valid() else ""
    rows = selectors.due_agreements(staff(request), today, state)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "mediation/due.html", {"page": page, "form": form})


@role_required(*DOERS)
def urge(request: HttpRequest, pk: int) -> HttpResponse:
    """Record that a party who is late was urged."""
    user = staff(request)
    row, _case = agreement_of(user, pk)
    late = {(due.obligation if isinstance(due, Instalment) else due).debtor for due in _overdue(row)}
    form = UrgeForm(request.POST if request.method == "POST" else None, late=sorted(late, key=lambda one: one.pk))
    return deed(
        request, row, form, lambda: services.urge(agreement=row, by=user, **form.cleaned_data),
        title=gettext_lazy("Urge performance"), icon="bell-ringing", may=bool(late),
        hint=gettext_lazy("The letter can be printed afterwards on the page of the case."),
    )  # fmt: skip


@role_required(*DOERS)
def court(request: HttpRequest, pk: int) -> HttpResponse:
    """Record that the parties were told the way to the court."""
    user = staff(request)
    row, _case = agreement_of(user, pk)
    initial = {"court": letters.court_of(row), "guided_on": timezone.localdate()}
    form = CourtForm(request.POST if request.method == "POST" else None, initial=initial)
    return deed(
        request, row, form, lambda: services.guide_to_court(agreement=row, by=user, **form.cleaned_data),
        title=gettext_lazy("Guide to the court"), icon="building-bank", may=bool(_overdue(row)),
        hint=gettext_lazy(
            "Where the agreement is not performed in spite of urging, a party may go to the people's court "
            "(People's Mediation Law, articles 32 and 33)."
        ),
    )  # fmt: skip


@role_required(*agreement_paper.READERS)
@never_cache
def urging_letter(request: HttpRequest, pk: int) -> HttpResponse:
    """The letter of an urging; at first in the language that was chosen for it."""
    row = get_object_or_404(Urging.objects.select_related("party__person"), pk=pk)
    row.agreement, _case = agreement_of(staff(request), row.agreement_id)
    return letter(request, row.agreement, row.language, lambda language: letters.urging(row, language=language))


@role_required(*agreement_paper.READERS)
@never_cache
def court_letter(request: HttpRequest, pk: int) -> HttpResponse:
    """What the parties are told of the court, as a paper."""
    agreement, _case = agreement_of(staff(request), pk)
    row = get_object_or_404(CourtGuidance, agreement=agreement)
    row.agreement = agreement
    return letter(
        request, agreement, agreement.terms_language, lambda language: letters.guidance(row, language=language)
    )  # fmt: skip


def letter(request: HttpRequest, row: Agreement, first: str, make: Callable[[str], bytes]) -> HttpResponse:
    """A letter as PDF in the language asked for by ``?language=``, at first in ``first``."""
    language = request.GET.get("language", first)
    if language not in agreement_paper.LANGUAGES:
        raise Http404
    try:
        made = make(language)
    except papers.PaperFailed as failure:
        messages.error(request, str(failure))
        return redirect("cases:detail", row.case.number)
    return papers.answer(made, f"{row.case.number}.pdf")


def deed(
    request: HttpRequest,
    row: Agreement,
    form: forms.Form,
    use_case: Callable[[], object],
    *,
    title: str | Promise,
    icon: str,
    may: bool,
    **context: Any,
) -> HttpResponse:
    """Show the form of a deed on an agreement in force, or do it and go back to the case."""
    if request.method == "POST":
        if submit(form, use_case):
            messages.success(request, _("Kept."))
            return redirect("cases:detail", row.case.number)
    elif not may or row.in_force_on is None or not may_record_performance(row.case, staff(request)):
        messages.warning(request, _("This is not possible now; the case has moved on."))
        return redirect("cases:detail", row.case.number)
    values = {"agreement": row, "case": row.case, "form": form, "title": title, "icon": icon, **context}
    return render(request, "mediation/agreement_deed.html", values, status=422 if form.errors else 200)


def _overdue(row: Agreement) -> list[Obligation | Instalment]:
    return services.overdue(row, timezone.localdate())
