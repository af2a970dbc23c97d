"""Whistles: the list, raising one, and the page on which both sides work."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import role_required, staff
from accounts.models import Role, User
from cases.clocks import clocks_of, next_clock, order_clock
from cases.forms import ConfirmForm
from cases.models import Case, Whistle, WhistleCall
from cases.services import supervision, whistles
from cases.whistle_forms import CloseForm, RateForm, ReportForm, WhistleForm
from governance_center.http import submit

PER_PAGE = 25
READERS = (Role.OFFICER, Role.CLERK, Role.DISPATCHER, Role.OFFICIAL)


@role_required(*READERS)
def whistle_list(request: HttpRequest) -> HttpResponse:
    """The whistles that the user may see: open, closed or all; each with the clock of every call."""
    user = staff(request)
    shown = request.GET.get("shown", "open")
    calls = WhistleCall.objects.select_related("department")
    rows = (
        Whistle.objects.visible_to(user)
        .select_related("division", "raised_by")
        .prefetch_related(Prefetch("calls", calls))
    )
    if shown == "open":
        rows = rows.open()
    elif shown == "closed":
        rows = rows.filter(closed_at__isnull=False)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    lines = [(whistle, [(call, _clock(whistle, call)) for call in whistle.calls.all()]) for whistle in page]
    choices = (("open", _("Open")), ("closed", _("Closed")), ("all", _("All")))
    context = {
        "page": page, "lines": lines, "shown": shown, "choices": choices, "may_raise": whistles.may_raise(user),
    }  # fmt: skip
    return render(request, "cases/whistles.html", context)


@role_required(Role.OFFICER, Role.CLERK, Role.DISPATCHER)
def raise_whistle(request: HttpRequest) -> HttpResponse:
    """Call departments."""
    user = staff(request)
    if not whistles.may_raise(user):
        raise PermissionDenied
    form = WhistleForm(request.POST or None, user=user, initial={"case": request.GET.get("case", "")})
    if request.method == "POST":
        whistle = submit(form, lambda: whistles.raise_whistle(by=user, **form.cleaned_data))
        if whistle:
            messages.success(request, _("The departments were called."))
            return redirect("cases:whistle", whistle.pk)
    return render(request, "cases/whistle_form.html", {"form": form}, status=422 if form.errors else 200)


@role_required(*READERS)
def whistle(request: HttpRequest, pk: int) -> HttpResponse:
    """One whistle: every call with its clocks and answer, and what the reader can do now."""
    return _page(request, _whistle(staff(request), pk))


@role_required(Role.OFFICER)
@require_POST
def sign(request: HttpRequest, pk: int) -> HttpResponse:
    return _act(request, pk, whistles.sign_call, _("Signed for."))


@role_required(Role.OFFICER)
@require_POST
def contact(request: HttpRequest, pk: int) -> HttpResponse:
    return _act(request, pk, whistles.note_contact, _("The contact was noted."))


@role_required(Role.OFFICER)
@require_POST
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """Report in with the four elements; a refused answer comes back with everything typed."""
    user, call = staff(request), _call(staff(request), pk)
    form = ReportForm(request.POST)
    if submit(form, lambda: whistles.report_in(call=call, by=user, **form.cleaned_data)):
        messages.success(request, _("Reported in; the street was told."))
        return redirect("cases:whistle", call.whistle_id)
    return _page(request, _whistle(user, call.whistle_id), report=(call.pk, form))


@role_required(Role.OFFICER, Role.CLERK, Role.DISPATCHER)
@require_POST
def rate(request: HttpRequest, pk: int) -> HttpResponse:
    user, call = staff(request), _call(staff(request), pk)
    form = RateForm(request.POST)
    if submit(form, lambda: whistles.rate_call(call=call, by=user, **form.cleaned_data)):
        messages.success(request, _("The answer was rated."))
        return redirect("cases:whistle", call.whistle_id)
    return _page(request, _whistle(user, call.whistle_id), rating=(call.pk, form))


@role_required(Role.OFFICER, Role.CLERK, Role.DISPATCHER)
@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    user, row = staff(request), _whistle(staff(request), pk)
    form = CloseForm(request.POST)
    if submit(form, lambda: whistles.close_whistle(whistle=row, by=user, **form.cleaned_data)):
        messages.success(request, _("The whistle was closed."))
        return redirect("cases:whistle", row.pk)
    return _page(request, row, closing=form)


def _page(
    request: HttpRequest,
    row: Whistle,
    *,
    report: tuple[int, ReportForm] | None = None,
    rating: tuple[int, RateForm] | None = None,
    closing: CloseForm | None = None,
) -> HttpResponse:
    user = staff(request)
    is_open = row.closed_at is None
    closes = is_open and whistles.may_close(row, user)
    lines = []
    for call in row.calls.select_related("department", "signed_by").all():
        call.whistle = row
        answers = is_open and whistles.may_answer(call, user)
        due_form = report[1] if report and report[0] == call.pk else ReportForm(auto_id=f"report{call.pk}_%s")
        rate_form = rating[1] if rating and rating[0] == call.pk else _rate_form(call)
        lines.append(
            {
                "call": call,
                "clocks": clocks_of(call),
                "signs": answers and call.signed_at is None,
                "contacts": answers and call.signed_at is not None and call.contacted_at is None,
                "report_form": due_form if answers and call.signed_at and not call.reported_at else None,
                "rate_form": rate_form if closes and call.reported_at else None,
            }
        )
    orders = supervision.visible_orders(user).filter(whistle=row).select_related("department", "issued_by")
    context = {
        "whistle": row,
        "lines": lines,
        "case": Case.objects.visible_to(user).filter(pk=row.case_id).first() if row.case_id else None,
        "orders": [(order, order_clock(order)) for order in orders],
        "close_form": (closing or CloseForm()) if closes else None,
        "may_order": is_open and supervision.may_issue(user, row.division_id),
    }
    refused = bool((report and report[1].errors) or (rating and rating[1].errors) or (closing and closing.errors))
    return render(request, "cases/whistle.html", context, status=422 if refused else 200)


def _rate_form(call: WhistleCall) -> RateForm:
    initial = {"rating": call.rating, "rating_note": call.rating_note}
    return RateForm(initial=initial, auto_id=f"rate{call.pk}_%s")


def _act(request: HttpRequest, pk: int, service: Callable[..., WhistleCall], done: str) -> HttpResponse:
    user, call = staff(request), _call(staff(request), pk)
    form = ConfirmForm(request.POST)
    if submit(form, lambda: service(call=call, by=user)):
        messages.success(request, done)
    else:
        messages.warning(request, " ".join(form.non_field_errors()))
    return redirect("cases:whistle", call.whistle_id)


def _clock(row: Whistle, call: WhistleCall) -> object:
    call.whistle = row
    return next_clock(call)


def _whistle(user: User, pk: int) -> Whistle:
    rows = Whistle.objects.visible_to(user).select_related("division", "raised_by", "closed_by")
    return get_object_or_404(rows, pk=pk)


def _call(user: User, pk: int) -> WhistleCall:
    visible = Whistle.objects.visible_to(user)
    return get_object_or_404(WhistleCall.objects.select_related("whistle", "department"), pk=pk, whistle__in=visible)
