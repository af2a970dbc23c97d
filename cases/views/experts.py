"""The legal workers' home: the list of experts, asking one about a case, and the written opinion."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import role_required, staff
from accounts.models import Role
from cases import expert_selectors as selectors
from cases.expert_forms import AskForm, ExpertFilter, ExpertForm, OpinionForm
from cases.exports import export_experts
from cases.models import Case, Expert, ExpertAppointment
from cases.services import experts as services
from governance_center.http import submit

PER_PAGE = 25
READERS = (Role.CLERK, Role.OFFICER, Role.MEDIATOR, Role.DISPATCHER)


@role_required(*READERS)
def expert_list(request: HttpRequest) -> HttpResponseBase:
    """The experts within reach: filter, page, count, export of exactly what is filtered."""
    user = staff(request)
    filters = ExpertFilter(request.GET, queryset=selectors.experts(user), request=request)
    rows = filters.qs.order_by("-is_active", "division", "name", "pk").distinct()
    if request.GET.get("export") == "csv":
        return export_experts(rows)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    may_add = services.may_maintain(user, user.scope_code) and len(user.scope_code) <= 6
    return render(request, "cases/experts.html", {"filter": filters, "page": page, "may_add": may_add})


@role_required(*READERS)
def expert(request: HttpRequest, pk: int) -> HttpResponse:
    """One expert: fields, languages, what is planned, and the opinions on cases that the reader may see."""
    user = staff(request)
    row = get_object_or_404(selectors.page_of(user, pk))
    planned = [one for one in row.seen if one.state == ExpertAppointment.State.PLANNED]
    context = {
        "expert": row,
        "planned": planned[::-1],
        "opinions": [one for one in row.seen if one.opinion_id],
        "may_edit": services.may_maintain(user, row.division_id),
    }
    return render(request, "cases/expert.html", context)


@role_required(*READERS)
def appointments(request: HttpRequest) -> HttpResponse:
    """What is planned with experts from today on, on cases that the reader may see."""
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    rows = selectors.appointments(staff(request)).filter(
        state=ExpertAppointment.State.PLANNED, time__endswith__gte=today
    )
    page = Paginator(rows.order_by("time", "pk"), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "cases/expert_appointments.html", {"page": page})


@role_required(*READERS)
def ask(request: HttpRequest, number: str) -> HttpResponse:
    """Choose an expert for a case, with the reasons; then a time and the question."""
    user = staff(request)
    case = get_object_or_404(Case.objects.visible_to(user).select_related("category", "division"), number=number)
    if request.method != "POST" and not services.may_ask(case, user):
        messages.warning(request, _("This is not possible now; the case has moved on."))
        return redirect("cases:detail", case.number)
    suggestions = selectors.suggest(case)
    key = request.GET.get("expert", "")
    chosen = next((one for one in suggestions if str(one.expert.pk) == key), None)
    form = None
    if chosen:
        form = AskForm(request.POST or None, slots=selectors.free_slots(chosen.expert, case))
        if request.method == "POST" and submit(
            form,
            lambda: services.ask_expert(
                case=case, expert=chosen.expert, by=user,
                **{name: form.cleaned_data[name] for name in ("start", "minutes", "question")},
            ),
        ):  # fmt: skip
            messages.success(request, _("The appointment was made."))
            return redirect("cases:detail", case.number)
    context = {"case": case, "suggestions": suggestions, "chosen": chosen, "form": form}
    return render(request, "cases/expert_ask.html", context, status=422 if form and form.errors else 200)


@role_required(*READERS)
def opinion(request: HttpRequest, pk: int) -> HttpResponse:
    """Write the expert's opinion; it attaches to the case."""
    user = staff(request)
    row = get_object_or_404(selectors.appointments(user), pk=pk)
    form = OpinionForm(request.POST or None)
    if request.method == "POST":
        if submit(form, lambda: services.give_opinion(appointment=row, by=user, **form.cleaned_data)):
            messages.success(request, _("The opinion was attached to the case."))
            return _back(row)
    elif not services.may_answer(row, user):
        messages.warning(request, _("This is not possible now; the case has moved on."))
        return _back(row)
    context = {"appointment": row, "form": form}
    return render(request, "cases/expert_opinion.html", context, status=422 if form.errors else 200)


@role_required(*READERS)
@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Give an expert's time back."""
    user = staff(request)
    row = get_object_or_404(selectors.appointments(user), pk=pk)
    services.cancel_appointment(appointment=row, by=user)
    messages.success(request, _("The appointment was cancelled."))
    return _back(row)


@role_required(Role.DISPATCHER)
def edit(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Put an expert on the list, correct or retire an entry."""
    user = staff(request)
    row = get_object_or_404(Expert, pk=pk) if pk else Expert()
    if pk and not services.may_maintain(user, row.division_id):
        raise PermissionDenied
    form = ExpertForm(request.POST or None, instance=row, user=user)
    if request.method == "POST":
        done = submit(
            form,
            lambda: services.save_expert(expert=form.expert(), by=user, fields=form.cleaned_data["fields_known"]),
        )
        if done:
            messages.success(request, _("Kept."))
            if not done.is_active and done.appointments.filter(state=ExpertAppointment.State.PLANNED).exists():
                messages.warning(request, _("Appointments with this expert are still planned; hold or cancel them."))
            return redirect("cases:expert", done.pk)
    return render(request, "cases/expert_form.html", {"form": form, "expert": row}, status=422 if form.errors else 200)


def _back(row: ExpertAppointment) -> HttpResponse:
    """The page of the case; the list for an expert who may not open it."""
    if row.may_open:  # type: ignore[attr-defined]
        return redirect("cases:detail", row.case.number)
    return redirect("cases:expert_appointments")
