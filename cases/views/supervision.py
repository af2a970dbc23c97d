"""Supervision orders: the list of a month, one order, its paper."""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import role_required, staff
from accounts.models import Role, User
from cases.clocks import order_clock
from cases.exports import export_orders
from cases.models import Case, SupervisionOrder, Whistle
from cases.services import supervision
from cases.whistle_forms import LiftForm, MeasureForm, OrderForm
from departments.models import Department
from governance_center.calendar import day_start
from governance_center.http import submit

PER_PAGE = 25
READERS = (Role.OFFICER, Role.CLERK, Role.DISPATCHER, Role.OFFICIAL)
SHOWN = ("case", "whistle__division", "department", "division", "issued_by", "answered_by", "lifted_by")


@role_required(*READERS)
def order_list(request: HttpRequest) -> HttpResponseBase:
    """The orders of a month: counts by department and level, the rows, and the same as CSV."""
    first = _month(request.GET.get("month", ""))
    after = (first + dt.timedelta(days=32)).replace(day=1)
    rows = supervision.visible_orders(staff(request)).filter(
        issued_at__gte=day_start(first), issued_at__lt=day_start(after)
    )
    if request.GET.get("export") == "csv":
        return export_orders(rows.select_related(*SHOWN), f"{first:%Y-%m}")
    page = Paginator(rows.select_related(*SHOWN), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "lines": [(order, order_clock(order)) for order in page],
        "counts": _counts(rows),
        "month": f"{first:%Y-%m}",
        "before": f"{first - dt.timedelta(days=1):%Y-%m}",
        "after": f"{after:%Y-%m}",
    }
    return render(request, "cases/supervision.html", context)


@role_required(Role.DISPATCHER, Role.OFFICIAL)
def issue(request: HttpRequest, subject: str, pk: int) -> HttpResponse:
    """Issue an order by hand; ``subject`` is ``case`` or ``whistle``."""
    user = staff(request)
    thing: Case | Whistle
    if subject == "case":
        thing = get_object_or_404(Case.objects.visible_to(user), pk=pk)
    else:
        thing = get_object_or_404(Whistle.objects.visible_to(user), pk=pk)
    if not supervision.may_issue(user, thing.division_id):
        raise PermissionDenied
    form = OrderForm(request.POST or None, codes=supervision.departments_of(thing))
    if request.method == "POST":
        on = {"case": thing} if isinstance(thing, Case) else {"whistle": thing}
        order = submit(form, lambda: supervision.issue_order(by=user, **on, **form.cleaned_data))
        if order:
            messages.success(request, _("The supervision order was issued and the department told."))
            return redirect("cases:order", order.pk)
    context = {"form": form, "title": _("Issue a supervision order"), "icon": "urgent", "about": str(thing)}
    context["back"] = _page_of(thing)
    return render(request, "cases/supervision_form.html", context, status=422 if form.errors else 200)


@role_required(*READERS)
def order(request: HttpRequest, pk: int) -> HttpResponse:
    """One order: what is ordered, until when, the answer; answering and lifting."""
    user = staff(request)
    row = _order(user, pk)
    answer = MeasureForm(request.POST if "answer" in request.POST else None)
    lift = LiftForm(request.POST if "lift" in request.POST else None)
    if request.method == "POST":
        if "answer" in request.POST and submit(
            answer, lambda: supervision.answer_order(order=row, by=user, **answer.cleaned_data)
        ):
            messages.success(request, _("The order was answered."))
            return redirect("cases:order", pk)
        if "lift" in request.POST and submit(
            lift, lambda: supervision.lift_order(order=row, by=user, **lift.cleaned_data)
        ):
            messages.success(request, _("The supervision was lifted."))
            return redirect("cases:order", pk)
    context = {
        "order": row,
        "clock": order_clock(row),
        "answer_form": answer if supervision.may_answer(row, user) else None,
        "lift_form": lift if row.lifted_at is None and supervision.may_issue(user, row.division_id) else None,
        "subject_url": _page_of(row.case or row.whistle),
    }
    return render(request, "cases/order.html", context, status=422 if answer.errors or lift.errors else 200)


@role_required(*READERS)
def order_paper(request: HttpRequest, pk: int) -> HttpResponse:
    """The order as a paper in both languages, Chinese first."""
    return render(request, "cases/order_paper.html", {"order": _order(staff(request), pk)})


def _counts(rows: QuerySet[SupervisionOrder]) -> list[dict[str, object]]:
    level = SupervisionOrder.Level
    counts = list(
        rows.order_by("department__order", "department")
        .values("department")
        .annotate(
            ordinary=Count("pk", filter=Q(level=level.ORDINARY)),
            yellow=Count("pk", filter=Q(level=level.YELLOW)),
            red=Count("pk", filter=Q(level=level.RED)),
            answered=Count("pk", filter=Q(answered_at__isnull=False)),
            total=Count("pk"),
        )
    )
    departments = Department.objects.in_bulk([row["department"] for row in counts])
    return [{**row, "department": departments[row["department"]]} for row in counts]


def _month(text: str) -> dt.date:
    """The first day of the month ``YYYY-MM``; of this month where it is none."""
    try:
        return dt.datetime.strptime(text, "%Y-%m").date()
    except ValueError:
        return timezone.localdate().replace(day=1)


def _page_of(thing: Case | Whistle | None) -> str:
    if isinstance(thing, Case):
        return reverse("cases:detail", args=[thing.number])
    return reverse("cases:whistle", args=[thing.pk]) if thing else reverse("cases:supervision")


def _order(user: User, pk: int) -> SupervisionOrder:
    return get_object_or_404(supervision.visible_orders(user).select_related(*SHOWN), pk=pk)
