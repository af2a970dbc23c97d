from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from accounts.access import role_required, staff
from accounts.models import Role, User
from cases.models import Case
from cases.services.documents import content_of
from governance_center import papers
from governance_center.http import submit
from mediation import agreement_paper, case_page, selectors, services
from mediation.agreement_forms import (
    PREFIX,
    AgreementForm,
    CorrectionForm,
    PerformanceForm,
    TermFormSet,
    TermRows,
    empty_rows,
    filled_rows,
    initial_of,
    initial_of_offer,
    rows_of_offer,
)
from mediation.models import Agreement, Instalment, Obligation
from mediation.services import offers
from mediation.services.agreements import may_correct

DUE = {"obligation": Obligation, "instalment": Instalment}


@role_required(Role.MEDIATOR)
def agreement(request: HttpRequest, number: str) -> HttpResponse:
    """Record the agreement; it resolves the case."""
    user = staff(request)
    case = get_object_or_404(Case.objects.visible_to(user).select_related("category", "division"), number=number)
    if request.method != "POST":
        if not case_page.may_agree(case, user):
            messages.warning(request, _("This is not possible now; the case has moved on."))
            return redirect("cases:detail", case.number)
        offer = offers.accepted(case) if "offer" in request.GET else None
        if offer:
            return _form_page(request, case, AgreementForm(initial=initial_of_offer(offer)), rows_of_offer(offer))
        return _form_page(request, case, AgreementForm(), empty_rows(case, 1))
    if "more" in request.POST:
        return _one_row_more(request, case, AgreementForm)
    form = AgreementForm(request.POST)
    rows = TermFormSet(request.POST, prefix=PREFIX, form_kwargs={"case": case})
    made = _kept(form, rows, lambda **values: services.reach_agreement(case=case, by=user, **values))
    if made:
        messages.success(request, _("The agreement was recorded; the case is resolved and visits are planned."))
        if made.form == Agreement.Form.WRITTEN:
            return redirect("mediation:signing", made.pk)
        return redirect("cases:detail", case.number)
    return _form_page(request, case, form, rows)


@role_required(Role.MEDIATOR, Role.DISPATCHER)
def performance(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Record that an obligation or an instalment was performed."""
    user = staff(request)
    if kind not in DUE:
        raise Http404
    due = get_object_or_404(DUE[kind].objects.all(), pk=pk)
    agreement = (due.obligation if isinstance(due, Instalment) else due).agreement
    case = get_object_or_404(Case.objects.visible_to(user).select_related("category", "division"), pk=agreement.case_id)
    sent = [request.POST, request.FILES] if request.method == "POST" else []
    form = PerformanceForm(*sent, initial={"performed_on": timezone.localdate()})
    if request.method == "POST":
        if submit(form, lambda: services.record_performance(due=due, by=user, **form.values())):
            messages.success(request, _("The performance was recorded."))
            return redirect("cases:detail", case.number)
    elif not services.may_record_performance(case, user) or due.performed_on or agreement.in_force_on is None:
        messages.warning(request, _("This is not possible now; the case has moved on."))
        return redirect("cases:detail", case.number)
    agreement.case = case
    context = {"case": case, "agreement": agreement, "form": form, "title": _("Record performance"), "icon": "checks"}
    return render(request, "mediation/agreement_deed.html", context, status=422 if form.errors else 200)


@role_required(Role.MEDIATOR)
def correct(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct an agreement that nobody has signed yet."""
    user = staff(request)
    row, case = agreement_of(user, pk)
    if request.method != "POST":
        if not may_correct(row, user, case):
            messages.warning(request, _("This is not possible now; the case has moved on."))
            return redirect("mediation:signing", row.pk)
        return _form_page(request, case, CorrectionForm(initial=initial_of(row)), filled_rows(row), corrected=row)
    if "more" in request.POST:
        return _one_row_more(request, case, CorrectionForm, corrected=row)
    form = CorrectionForm(request.POST)
    rows = TermFormSet(request.POST, prefix=PREFIX, form_kwargs={"case": case})
    if _kept(form, rows, lambda **values: services.correct_agreement(agreement=row, by=user, **values)):
        messages.success(request, _("The agreement was corrected."))
        return redirect("mediation:signing", row.pk)
    return _form_page(request, case, form, rows, corrected=row)


@role_required(*agreement_paper.READERS)
@never_cache
def paper(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """A written agreement as PDF; ``?language=`` is ``zh-hans``, ``ko`` or ``both``, at first that of its terms.

    Once it is in force it is always the paper that was kept then, byte for byte.
    """
    cases = Case.objects.visible_to(staff(request)).select_related("category", "centre")
    case = get_object_or_404(cases, number=number)
    found = get_object_or_404(selectors.agreements_of(case), pk=pk)
    found.case = case
    language = request.GET.get("language", found.terms_language)
    if not agreement_paper.applies(found) or language not in agreement_paper.LANGUAGES:
        raise Http404
    if found.paper:
        return papers.answer(content_of(found.paper), agreement_paper.file_name(found, agreement_paper.BOTH))
    try:
        made = agreement_paper.make(found, language=language, site=request.build_absolute_uri("/"))
    except papers.PaperFailed as failure:
        messages.error(request, str(failure))
        return redirect("cases:detail", case.number)
    return papers.answer(made, agreement_paper.file_name(found, language))


def agreement_of(user: User, pk: int) -> tuple[Agreement, Case]:
    """An agreement of a case that ``user`` may see, or 404."""
    row = get_object_or_404(Agreement.objects.select_related("mediator", "committee", "paper"), pk=pk)
    cases = Case.objects.visible_to(user).select_related("category", "division", "centre")
    row.case = get_object_or_404(cases, pk=row.case_id)
    return row, row.case


def _kept(form: AgreementForm, rows: TermRows, use_case: Callable[..., Agreement]) -> Agreement | None:
    """The agreement, or None with the reasons in the forms, those of all fields at once."""
    if not (form.is_valid() & rows.is_valid()):
        return None

    def keep() -> Agreement | None:
        try:
            return use_case(obligations=rows.terms(), **form.cleaned_data)
        except services.UnclearAgreement as unclear:
            rows.mark(unclear.faults, form)
            return None

    return submit(form, keep)


def _one_row_more(
    request: HttpRequest, case: Case, shape: type[AgreementForm], corrected: Agreement | None = None
) -> HttpResponse:
    """The same page with a further row; nothing is judged yet and nothing is lost."""
    typed = request.POST.dict()
    count = typed.get(f"{PREFIX}-TOTAL_FORMS", "1")
    rows = empty_rows(case, int(count) + 1 if count.isdecimal() else 1, typed)
    return _form_page(request, case, shape(initial=typed), rows, corrected=corrected)


def _form_page(
    request: HttpRequest, case: Case, form: AgreementForm, rows: TermRows, corrected: Agreement | None = None
) -> HttpResponse:
    context = {"case": case, "form": form, "rows": rows, "corrected": corrected}
    return render(request, "mediation/agreement.html", context)
