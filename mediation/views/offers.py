"""Offers of the sides in a mediation, and the answers to them. For the mediators of the case alone."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.access import role_required, staff
from accounts.models import Role
from cases.models import Case
from governance_center.http import submit
from mediation import conversation
from mediation.agreement_forms import PREFIX, TermFormSet, TermRows, empty_rows, rows_of_offer
from mediation.models import Offer
from mediation.offer_forms import AnswerForm, OfferForm
from mediation.services import UnclearAgreement
from mediation.services import offers as services


@role_required(Role.MEDIATOR)
def make(request: HttpRequest, number: str) -> HttpResponse:
    """Record what a side offers; ``?counters=`` names the offer that it answers, whose terms stand there to change."""
    user, case = staff(request), _case(request, number)
    if not services.may_negotiate(case, user):
        return _moved_on(request, case)
    counters = _counters(request, case)
    if request.method != "POST":
        if (counters is None and services.standing(case)) or (counters and counters.state != Offer.State.OPEN):
            return _moved_on(request, case)
        initial = {"language": counters.language} if counters else {}
        rows = rows_of_offer(counters) if counters else empty_rows(case, 1)
        return _page(request, case, OfferForm(case=case, counters=counters, initial=initial), rows, counters)
    if "more" in request.POST:
        typed = request.POST.dict()
        count = typed.get(f"{PREFIX}-TOTAL_FORMS", "1")
        rows = empty_rows(case, int(count) + 1 if count.isdecimal() else 1, typed)
        return _page(request, case, OfferForm(case=case, counters=counters, initial=typed), rows, counters)
    form = OfferForm(request.POST, case=case, counters=counters)
    rows = TermFormSet(request.POST, prefix=PREFIX, form_kwargs={"case": case})

    def keep() -> Offer | None:
        try:
            return services.make_offer(
                case=case, by=user, obligations=rows.terms(), counters=counters, **form.cleaned_data
            )
        except UnclearAgreement as unclear:
            rows.mark(unclear.faults, form)
            return None

    if form.is_valid() & rows.is_valid() and submit(form, keep):
        messages.success(request, _("The offer was recorded."))
        return redirect(_back(case))
    return _page(request, case, form, rows, counters, status=422)


@role_required(Role.MEDIATOR)
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Record what the other side says, or that the offer was taken back."""
    user = staff(request)
    row = get_object_or_404(Offer.objects.select_related("case"), pk=pk)
    case = _case(request, row.case.number)
    if not services.may_read(case, user):
        raise PermissionDenied
    form = AnswerForm(request.POST or None, offer=row)
    said = next(one for one in conversation.of(case, user) if one.offer.pk == row.pk)
    if request.method == "POST":
        if submit(form, lambda: services.answer_offer(offer=row, by=user, **form.values())):
            messages.success(request, _("The answer was recorded."))
            return redirect(_back(case))
    elif not said.may_answer:
        return _moved_on(request, case)
    context = {"case": case, "form": form, "one": said, "offer": row}
    return render(request, "mediation/offer_answer.html", context, status=422 if form.errors else 200)


def _page(
    request: HttpRequest, case: Case, form: OfferForm, rows: TermRows, counters: Offer | None, status: int = 200
) -> HttpResponse:
    said = conversation.of(case, staff(request)) if counters else []
    one = next((one for one in said if counters and one.offer.pk == counters.pk), None)
    context = {"case": case, "form": form, "rows": rows, "one": one}
    return render(request, "mediation/offer.html", context, status=status)


def _counters(request: HttpRequest, case: Case) -> Offer | None:
    """The offer that is countered, or 404 for one of another case."""
    key = request.GET.get("counters", "")
    if not key:
        return None
    if not key.isdecimal():
        raise Http404
    return get_object_or_404(services.offers_of(case), pk=key)


def _case(request: HttpRequest, number: str) -> Case:
    rows = Case.objects.visible_to(staff(request)).select_related("category", "division")
    return get_object_or_404(rows, number=number)


def _back(case: Case) -> str:
    return reverse("cases:detail", args=[case.number]) + "#offers"


def _moved_on(request: HttpRequest, case: Case) -> HttpResponse:
    messages.warning(request, _("This is not possible now; the case has moved on."))
    return redirect("cases:detail", case.number)
