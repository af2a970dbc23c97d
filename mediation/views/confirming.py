"""Judicial confirmation of an agreement: the application, its paper, and the court's decision."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from accounts.access import role_required, staff
from mediation import agreement_paper, letters
from mediation.life_forms import ConfirmForm, ResultForm
from mediation.services import confirming as services
from mediation.services.signing import signers
from mediation.views.agreements import agreement_of
from mediation.views.performing import DOERS, deed, letter


@role_required(*DOERS)
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Record the joint application, within thirty days from effect."""
    user = staff(request)
    row, _case = agreement_of(user, pk)
    parties = [one.party for one in signers(row) if one.party]
    initial = {"court": letters.court_of(row), "asked_on": timezone.localdate()}
    form = ConfirmForm(request.POST if request.method == "POST" else None, parties=parties, initial=initial)
    may = services.is_offered(row) and row.in_force_on is not None and services.standing(row) is None
    last = date_format(services.last_day(row.in_force_on)) if row.in_force_on else ""
    return deed(
        request, row, form, lambda: services.ask_confirmation(agreement=row, by=user, **form.values()),
        title=gettext_lazy("Judicial confirmation applied for"), icon="gavel", may=may,
        hint=_("The last day for it is %(day)s.") % {"day": last},
    )  # fmt: skip


@role_required(*DOERS)
def result(request: HttpRequest, pk: int) -> HttpResponse:
    """Record what the court decided."""
    user = staff(request)
    row, _case = agreement_of(user, pk)
    asked = services.standing(row)
    if asked is None:
        raise Http404
    asked.agreement = row
    sent = [request.POST, request.FILES] if request.method == "POST" else []
    form = ResultForm(*sent, initial={"decided_on": timezone.localdate()})
    return deed(
        request, row, form, lambda: services.record_decision(confirmation=asked, by=user, **form.values()),
        title=gettext_lazy("Record the court's decision"), icon="gavel", may=not asked.result,
    )  # fmt: skip


@role_required(*agreement_paper.READERS)
@never_cache
def application(request: HttpRequest, pk: int) -> HttpResponse:
    """The joint application as a paper to be signed."""
    row, _case = agreement_of(staff(request), pk)
    if not services.is_offered(row) or row.in_force_on is None:
        raise Http404
    return letter(request, row, row.terms_language, lambda language: letters.application(row, language=language))
