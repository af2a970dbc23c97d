"""The register of committees and mediators: lists and pages."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from accounts.access import role_required, staff
from accounts.models import User
from mediation import fair
from mediation import register_selectors as selectors
from mediation.models import Mediator, Session
from mediation.models.committee import READERS
from mediation.register_exports import export_committees, export_mediators
from mediation.register_forms import AbsenceForm, CommitteeFilter, MediatorFilter, PhoneForm
from mediation.services import register as services
from mediation.week import OFFICE, spans_text

PER_PAGE, AGREEMENTS_SHOWN = 25, 10


@role_required(*READERS)
def committee_list(request: HttpRequest) -> HttpResponse:
    """The committees within reach: filter, page, count, export of exactly what is filtered."""
    user, today = staff(request), timezone.localdate()
    filters = CommitteeFilter(request.GET, queryset=selectors.committees(user), request=request)
    if request.GET.get("export") == "xlsx":
        return export_committees(filters.qs, today)  # type: ignore[return-value]
    page = Paginator(filters.qs, PER_PAGE).get_page(request.GET.get("page"))
    rows = [(row, selectors.warnings_for(row, row.working, today) if row.is_active else []) for row in page]
    context = {"filter": filters, "page": page, "rows": rows, "may_add": services.may_enter(user)}
    return render(request, "mediation/committees.html", context)


@role_required(*READERS)
def committee(request: HttpRequest, pk: int) -> HttpResponse:
    """One committee: facts, what the law asks and is not so, members, agreements, figures."""
    user, today = staff(request), timezone.localdate()
    row = get_object_or_404(selectors.committees(user), pk=pk)
    agreements = selectors.agreements_of(row, user)
    may_see = selectors.may_see_figures(row, user)
    context = {
        "committee": row,
        "warnings": selectors.warnings_for(row, row.working, today) if row.is_active else [],
        "members": selectors.members_of(row),
        "agreements": agreements[:AGREEMENTS_SHOWN],
        "agreement_count": agreements.count(),
        "may_edit": services.may_keep_committee(row, user),
        "may_see": may_see,
        **(_figures(selectors.strata_of_committee(row)) if may_see else {}),
    }
    return render(request, "mediation/committee.html", context)


@role_required(*READERS)
def mediator_list(request: HttpRequest) -> HttpResponse:
    """The mediators within reach: filter, page, count, export of exactly what is filtered."""
    user = staff(request)
    filters = MediatorFilter(request.GET, queryset=selectors.mediators(user), request=request)
    if request.GET.get("export") == "xlsx":
        return export_mediators(filters.qs.select_related("committee", "ethnic_group").prefetch_related("hours"))  # type: ignore[return-value]
    page = Paginator(filters.qs, PER_PAGE).get_page(request.GET.get("page"))
    context = {"filter": filters, "page": page, "may_add": services.may_enter(user)}
    return render(request, "mediation/mediators.html", context)


@role_required(*READERS)
def mediator(request: HttpRequest, pk: int) -> HttpResponse:
    """One mediator on one page: facts, load, absences, and results that can be compared fairly."""
    user = staff(request)
    row = get_object_or_404(
        selectors.mediators(user).select_related("committee__division", "ethnic_group", "person"), pk=pk
    )
    return render(request, "mediation/mediator.html", profile(row, user))


def profile(row: Mediator, user: User) -> dict[str, object]:
    """What the page of a mediator shows to ``user``; forms with faults may take the place of the empty ones."""
    today = timezone.localdate()
    may_note = services.may_note(row, user)
    is_own = row.user_id is not None and row.user_id == user.pk
    may_see = is_own or selectors.may_see_figures(row.committee, user)
    return {
        "mediator": row,
        "absences": row.absences.from_day(today),
        "hours": selectors.hours_of(row),
        "office": spans_text(OFFICE),
        "sessions": Session.objects.planned().filter(mediator=row).count(),
        "certificate_is_out": bool(row.certificate_until and row.certificate_until < today),
        "may_edit": services.may_keep(row, user),
        "may_note": may_note,
        "may_see": may_see,
        "phone_form": PhoneForm(initial={"phone": row.phone}) if may_note else None,
        "absence_form": AbsenceForm() if may_note else None,
        **(_figures(selectors.strata_of_mediator(row)) if may_see else {}),
    }


def _figures(strata: list[fair.Stratum]) -> dict[str, object]:
    """The figures as a whole, by category where there are enough cases, and the categories with too few."""
    rows = fair.by_category(strata)
    return {
        "figures": fair.figures(strata),
        "compared": [row for row in rows if row[1].verdict != "too_few"],
        "few": [row for row in rows if row[1].verdict == "too_few"],
        "enough": fair.ENOUGH,
    }
