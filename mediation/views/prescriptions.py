"""Diagnose, divide the responsibility, prescribe: the form, the paper, and what was done."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from accounts.access import role_required, staff
from accounts.models import Role
from cases.models import Case
from governance_center import papers
from governance_center.http import submit
from mediation import prescription_paper, selectors
from mediation.agreement_paper import LANGUAGES
from mediation.models import PrescribedStep, Prescription
from mediation.prescription_forms import (
    PREFIX,
    DoneForm,
    PrescriptionForm,
    StepRows,
    empty_rows,
    rows_sent,
)
from mediation.services import prescribing

PER_PAGE = 25
WRITERS = (Role.DISPATCHER, Role.OFFICER, Role.MEDIATOR)
READERS = (*WRITERS, Role.CLERK)


@role_required(*WRITERS)
def prescribe(request: HttpRequest, number: str) -> HttpResponse:
    """Root causes, diagnosis, and who does what by when."""
    user, case = staff(request), _case(request, number)
    if request.method != "POST":
        if not prescribing.may_prescribe(case, user):
            messages.warning(request, _("This is not possible now; the case has moved on."))
            return redirect("cases:detail", case.number)
        return _page(request, case, PrescriptionForm(), empty_rows(case))
    if "more" in request.POST:
        return _one_row_more(request, case)
    form, rows = PrescriptionForm(request.POST), rows_sent(case, request.POST)
    if rows.is_valid() and submit(
        form, lambda: prescribing.prescribe(case=case, by=user, steps=rows.steps(), **form.cleaned_data)
    ):
        messages.success(request, _("The prescription was kept."))
        return redirect("cases:detail", case.number)
    return _page(request, case, form, rows, status=422)


@role_required(*WRITERS)
def done(request: HttpRequest, pk: int) -> HttpResponse:
    """A prescribed step was done."""
    user = staff(request)
    step = get_object_or_404(PrescribedStep.objects.select_related("prescription__case"), pk=pk)
    case = _case(request, step.prescription.case.number)
    if not prescribing.may_mark(case, user):
        raise PermissionDenied
    form = DoneForm(request.POST or None, initial={"done_on": timezone.localdate()})
    if request.method == "POST" and submit(
        form, lambda: prescribing.mark_done(step=step, by=user, **form.cleaned_data)
    ):
        messages.success(request, _("The step was recorded as done."))
        return redirect("cases:detail", case.number)
    context = {"case": case, "form": form, "title": _("Record a step as done"), "icon": "checks", "hint": step.what}
    return render(request, "cases/action.html", context, status=422 if form.errors else 200)


@role_required(*READERS)
@never_cache
def paper(request: HttpRequest, pk: int) -> HttpResponse:
    """The prescription on paper, in the language asked for."""
    made = get_object_or_404(Prescription.objects.select_related("diagnosis", "by"), pk=pk)
    number = Case.objects.values_list("number", flat=True).get(pk=made.case_id)
    made.case = _case(request, number)
    language = request.GET.get("language", "zh-hans")
    if language not in LANGUAGES:
        raise Http404
    return papers.answer(prescription_paper.make(made, language=language), prescription_paper.file_name(made))


@role_required(Role.DISPATCHER)
def due_steps(request: HttpRequest) -> HttpResponse:
    """What was prescribed and is not done yet, the most urgent first."""
    rows = selectors.open_steps(staff(request))
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "mediation/due_steps.html", {"page": page})


def _case(request: HttpRequest, number: str) -> Case:
    shown = ("category", "division", "centre")
    return get_object_or_404(Case.objects.visible_to(staff(request)).select_related(*shown), number=number)


def _one_row_more(request: HttpRequest, case: Case) -> HttpResponse:
    """The page again with one row more, and everything typed."""
    typed, shown = request.POST, request.POST.get(f"{PREFIX}-TOTAL_FORMS", "")
    count = int(shown) if shown.isdigit() and len(shown) < 4 else 0
    names = ("diagnosis", "submission_key")
    form = PrescriptionForm(
        initial={"causes": typed.getlist("causes"), **{name: typed.get(name, "") for name in names}}
    )
    return _page(request, case, form, empty_rows(case, count + 1, typed))


def _page(
    request: HttpRequest, case: Case, form: PrescriptionForm, rows: StepRows, *, status: int = 200
) -> HttpResponse:
    return render(request, "mediation/prescribe.html", {"case": case, "form": form, "rows": rows}, status=status)
