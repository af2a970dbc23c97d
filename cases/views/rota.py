from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.access import role_required, staff
from accounts.models import Role, User
from cases import rota_calendar, rota_demand, rota_planning
from cases.rota_forms import AbsenceForm, PlanForm, WishForm
from departments import services
from departments.models import Centre, Department, Mode, RotaAbsence, RotaPlan, RotaWish, Shift, Station
from governance_center.errors import GovernanceError
from governance_center.http import submit
from governance_center.scope import within

REASONS = {
    "absence": gettext_lazy("The department is away on too many days of the month."),
    "closed": gettext_lazy("The windows are open on too few half-days of the month."),
    "capacity": gettext_lazy("There are more wishes than places at the windows."),
}
SHOWN_PLANS = 12


@role_required(Role.DISPATCHER)
def rota(request: HttpRequest) -> HttpResponse:
    """The rota of a centre: what is planned, the wishes and absences, and the form that asks for a proposal."""
    user = staff(request)
    centre = centre_of(user, request.GET.get("centre"))
    if centre is None:
        return render(request, "cases/rota_none.html")
    form = PlanForm(request.POST or None)
    if request.method == "POST":
        plan = submit(form, lambda: services.ask_plan(by=user, centre=centre, **form.cleaned_data))
        if plan:
            rota_planning.send(plan)
            return redirect("cases:rota_plan", plan.pk)
    return _rota_page(request, centre, form=form)


@role_required(Role.DISPATCHER)
@require_POST
def wish(request: HttpRequest) -> HttpResponse:
    """Change how often a department comes."""
    user, centre = staff(request), _centre_or_404(request)
    form = WishForm(request.POST)
    department = get_object_or_404(_rotating(centre), pk=request.POST.get("department", ""))
    changes = {"by": user, "centre": centre, "department": department}
    done = submit(
        form,
        lambda: services.set_wish(
            **changes, at_least=form.cleaned_data["at_least"], at_most=form.cleaned_data["at_most"]
        ),
    )
    if done:
        messages.success(request, _("Kept. It counts from the next computation on."))
        return redirect(_rota_url(centre))
    return _rota_page(request, centre, wish=form)


@role_required(Role.DISPATCHER)
@require_POST
def absence(request: HttpRequest) -> HttpResponse:
    """Note days on which a department cannot come."""
    user, centre = staff(request), _centre_or_404(request)
    form = AbsenceForm(request.POST, departments=_rotating(centre))
    if submit(form, lambda: services.add_absence(by=user, centre=centre, **form.cleaned_data)):
        messages.success(request, _("Kept. It counts from the next computation on."))
        return redirect(_rota_url(centre))
    return _rota_page(request, centre, absence=form)


@role_required(Role.DISPATCHER)
@require_POST
def absence_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an absence back."""
    user = staff(request)
    row = get_object_or_404(RotaAbsence.objects.filter(within("centre__division__code", user.scope_code)), pk=pk)
    services.remove_absence(by=user, absence=row)
    return redirect(_rota_url(row.centre))


@role_required(Role.DISPATCHER)
@never_cache
def plan(request: HttpRequest, pk: int) -> HttpResponse:
    """One plan: how good it is, what it cannot meet, its shifts month by month. A part of the page for htmx."""
    found = _plan(staff(request), pk)
    busy = found.state in {RotaPlan.State.WAITING, RotaPlan.State.SOLVING}
    if request.htmx:  # type: ignore[attr-defined]
        response = render(request, "cases/_rota_progress.html", {"plan": found, "busy": busy})
        if not busy:
            response["HX-Refresh"] = "true"
        return response
    context: dict[str, Any] = {
        "plan": found,
        "busy": busy,
        "unmet": _unmet(found),
        "share": rota_demand.percent(found.expected_share),
        "share_before": rota_demand.percent(found.expected_share_before),
        "gap": rota_demand.percent(found.gap),
    }
    if not busy:
        context |= _shares(found) | _month(request, found)
        context["chosen"] = _chosen(found, [request.GET.get("chosen", "")])[:1]
    return render(request, "cases/rota_plan.html", context)


@role_required(Role.DISPATCHER)
@require_POST
def plan_do(request: HttpRequest, pk: int, what: str) -> HttpResponse:
    """Compute again, put in force, or swap the two chosen shifts; one alone is kept while another month is opened."""
    user, found = staff(request), _plan(staff(request), pk)
    try:
        if what == "again":
            rota_planning.send(services.ask_again(by=user, plan=found))
        elif what == "in-force":
            services.put_in_force(plan=found, by=user)
            messages.success(request, _("The rota is in force. Windows, routing and calendars follow it."))
        else:
            _swap(request, found, user)
    except GovernanceError as error:
        messages.warning(request, str(error))
    return redirect(_back_to(request, found))


@role_required(Role.DISPATCHER)
@require_POST
def lock(request: HttpRequest, pk: int, what: str) -> HttpResponse:
    """Lock a shift or let it go."""
    user = staff(request)
    rows = Shift.objects.filter(within("centre__division__code", user.scope_code)).select_related("plan", "centre")
    shift = get_object_or_404(rows, pk=pk, plan__isnull=False)
    try:
        services.lock_shift(shift=shift, by=user, locked=what == "lock")
    except GovernanceError as error:
        messages.warning(request, str(error))
    return redirect(_back_to(request, shift.plan))


@role_required(Role.DISPATCHER)
def what_if(request: HttpRequest) -> HttpResponse:
    """The last year again, for each department: resident, or two days more."""
    centre = centre_of(staff(request), request.GET.get("centre"))
    if centre is None:
        return render(request, "cases/rota_none.html")
    now = rota_planning.situation(centre.pk)
    pattern = now.pattern()
    weekdays = dict(enumerate(WEEKDAYS, start=1))
    rows = [
        (station.department, answer, [weekdays[day] for day in answer.weekdays])
        for station in now.rotating
        for answer in (rota_demand.what_if(now.matters, pattern, station.department_id),)
    ]
    rows.sort(key=lambda row: -(row[1].resident.met - row[1].now.met))
    total = rota_demand.share(now.matters, pattern)
    context = {"centre": centre, "centres": centres_of(staff(request)), "rows": rows, "total": total}
    return render(request, "cases/rota_what_if.html", context)


WEEKDAYS = (
    gettext_lazy("Monday"),
    gettext_lazy("Tuesday"),
    gettext_lazy("Wednesday"),
    gettext_lazy("Thursday"),
    gettext_lazy("Friday"),
    gettext_lazy("Saturday"),
    gettext_lazy("Sunday"),
)


def centres_of(user: User) -> QuerySet[Centre]:
    """The centres with a rota that the user is concerned with: within the scope; an officer's own."""
    rows = Centre.objects.filter(windows__is_in_rota=True, is_active=True).distinct().order_by("pk")
    if user.role == Role.OFFICER:
        return rows.filter(pk=user.scope_code)
    return rows.filter(within("division__code", user.scope_code))


def centre_of(user: User, code: str | None) -> Centre | None:
    """The centre asked for, if the user may see it, else the first; None when there is none."""
    rows = centres_of(user)
    if code:
        return get_object_or_404(rows, pk=code)
    return rows.first()


def _rota_page(request: HttpRequest, centre: Centre, **forms: Any) -> HttpResponse:
    wishes = {row.department_id: row for row in RotaWish.objects.filter(centre=centre)}
    departments = _rotating(centre)
    sent = forms.get("wish")
    rows = []
    for department in departments:
        kept = wishes.get(department.pk)
        initial = {"department": department.pk, "at_least": getattr(kept, "at_least", 2)}
        initial["at_most"] = getattr(kept, "at_most", 12)
        mine = sent if sent and sent.data.get("department") == department.pk else WishForm(initial=initial)
        mine.auto_id = f"id_{department.pk}_%s"
        rows.append((department, mine))
    context = {
        "centre": centre,
        "centres": centres_of(staff(request)),
        "form": forms.get("form") or PlanForm(),
        "absence_form": forms.get("absence") or AbsenceForm(departments=departments, auto_id="id_absence_%s"),
        "wishes": rows,
        "absences": _absences(centre),
        "plans": RotaPlan.objects.filter(centre=centre).select_related("made_by")[:SHOWN_PLANS],
        "windows": centre.windows.filter(is_in_rota=True).order_by("number"),
    }
    is_refused = any(form is not None and form.errors for form in forms.values())
    return render(request, "cases/rota.html", context, status=422 if is_refused else 200)


def _absences(centre: Centre) -> list[RotaAbsence]:
    """Those that are not over, each with its last day."""
    rows = RotaAbsence.objects.filter(centre=centre, days__endswith__gt=timezone.localdate())
    found = list(rows.select_related("department"))
    for row in found:
        row.final_day = row.days.upper - dt.timedelta(days=1)
    return found


def _rotating(centre: Centre) -> QuerySet[Department]:
    today = timezone.localdate()
    here = Station.objects.in_force(today).filter(centre=centre, mode=Mode.ROTATING)
    return Department.objects.filter(pk__in=here.values("department"))


def _centre_or_404(request: HttpRequest) -> Centre:
    centre = centre_of(staff(request), request.GET.get("centre"))
    if centre is None:
        raise Http404
    return centre


def _rota_url(centre: Centre) -> str:
    return f"{reverse('cases:rota')}?centre={centre.pk}"


def _back_to(request: HttpRequest, found: RotaPlan) -> str:
    query = {"month": request.POST.get("month", "")[:7]}
    shifts = set(request.POST.getlist("shift"))
    if request.resolver_match and request.resolver_match.kwargs.get("what") == "swap" and len(shifts) == 1:
        query["chosen"] = shifts.pop()
    return f"{reverse('cases:rota_plan', args=[found.pk])}?{urlencode(query)}"


def _plan(user: User, pk: int) -> RotaPlan:
    rows = RotaPlan.objects.filter(within("centre__division__code", user.scope_code))
    return get_object_or_404(rows.select_related("centre", "made_by"), pk=pk)


def _swap(request: HttpRequest, found: RotaPlan, user: User) -> None:
    shifts = _chosen(found, request.POST.getlist("shift"))
    if len(shifts) == 1:
        messages.info(request, _("One shift is chosen. Choose the other, in this month or another, and swap."))
        return
    if len(shifts) != 2:
        raise services.SwapNotPossible(reason=_("choose exactly two shifts"))
    services.swap_shifts(first=shifts[0], second=shifts[1], by=user)
    messages.success(request, _("Swapped and locked."))


def _chosen(found: RotaPlan, keys: list[str]) -> list[Shift]:
    """The shifts of the plan by the keys that a form or an address gives."""
    rows = found.shifts.select_related("department", "window")
    return list(rows.filter(pk__in=[key for key in keys if key.isdigit() and len(key) < 18]))


def _unmet(found: RotaPlan) -> list[dict[str, Any]]:
    names = {row.pk: row for row in Department.objects.filter(pk__in={u["department"] for u in found.unmet})}
    return [
        {**row, "name": names.get(row["department"], row["department"]), "why": REASONS[row["reason"]]}
        for row in found.unmet
    ]


def _shares(found: RotaPlan) -> dict[str, Any]:
    """The expected shares of each rotating department, as things are and as proposed."""
    now = rota_planning.situation(found.centre_id)
    turns = rota_planning.turns_of(found.shifts.all())
    before = rota_demand.by_department(now.matters, now.pattern())
    after = rota_demand.by_department(
        now.matters, rota_demand.with_turns(now.stations, turns, rota_planning.problem_of(found, now).days())
    )
    counts: dict[str, int] = {}
    for turn in turns:
        counts[turn.department] = counts.get(turn.department, 0) + 1
    nobody = rota_demand.Share(0, 0.0)
    return {
        "shares": [
            (
                station.department,
                counts.get(station.department_id, 0),
                before.get(station.department_id, nobody),
                after.get(station.department_id, nobody),
            )
            for station in now.rotating
        ]
    }


def _month(request: HttpRequest, found: RotaPlan) -> dict[str, Any]:
    """The shifts of one month of the plan."""
    months = []
    day = found.first.replace(day=1)
    while day <= found.last:
        months.append(day)
        day = (day + dt.timedelta(days=31)).replace(day=1)
    wanted = request.GET.get("month", "")
    month = next((one for one in months if f"{one:%Y-%m}" == wanted), months[0])
    end = (month + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)
    first, last = max(month, found.first), min(end, found.last)
    shifts = found.shifts.select_related("department", "window").filter(day__gte=first, day__lte=last)
    days = rota_calendar.weeks(shifts, first, last, rota_planning.local_holidays_of(found.centre_id))
    may_change = found.state in {RotaPlan.State.PROPOSED, RotaPlan.State.IN_FORCE}
    return {
        "months": months,
        "month": month,
        "weeks": days,
        "unpublished_years": rota_calendar.unpublished_years(first, last),
        "may_change": may_change,
    }
