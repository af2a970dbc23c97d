"""Mediation sessions: calling, moving, holding, cancelling; and the notice of rights before them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from accounts.access import role_required, staff
from accounts.models import Role
from cases.models import Case, CaseParty
from governance_center.errors import GovernanceError
from governance_center.http import submit
from mediation import selectors
from mediation.free_times import called
from mediation.models import Mediator, Session
from mediation.services import holding
from mediation.services import sessions as services
from mediation.services.absences import absences_of
from mediation.services.clashes import free_slots
from mediation.services.hours import outside
from mediation.services.seating import team_of
from mediation.services.weeks import week_of
from mediation.session_calendar import calendar_file
from mediation.session_forms import LENGTHS, CancelForm, FailForm, HoldForm, MinutesForm, RightsForm, WhenForm
from mediation.week import lines

CALLERS = (Role.MEDIATOR, Role.DISPATCHER)


@role_required(*CALLERS)
def call(request: HttpRequest, number: str) -> HttpResponse:
    """Choose how long, then a free time with one tap, or an own time and place."""
    user, case = staff(request), _case(request, number)
    if request.method != "POST" and not services.may_call(case, user):
        return _moved_on(request, case)
    minutes, team = _minutes(request, 60), team_of(case) if case.mediator_id else []
    form, shown = _when_form(request, case, team, {"minutes": minutes})
    if request.method == "POST":
        called_now = submit(form, lambda: services.call_session(case=case, by=user, **form.values()))
        if called_now:
            messages.success(request, _("The session was called. Now tell the parties."))
            _warned(request, called_now)
            return redirect("mediation:session_notices", called_now.pk)
    untold = holding.untold(case, CaseParty.objects.filter(case=case).select_related("person"))
    return _page(request, case, form, _("Call a session"), "calendar-plus", untold=untold, **shown)


@role_required(*CALLERS)
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a planned session to another time or place."""
    user, session = staff(request), _session(request, pk)
    case, period = session.case, session.period
    lasts = int((period.upper - period.lower).total_seconds() // 60)
    initial = {
        "minutes": _minutes(request, min(LENGTHS, key=lambda one: abs(one - lasts))),
        "room": session.room,
        "second_room": session.second_room,
        "online_link": session.online_link,
        "place": session.place,
    }
    form, shown = _when_form(request, case, _seated(session), initial, session)

    def put() -> Session:
        return _warned(request, services.move_session(session=session, by=user, **form.values()))

    return _deed(
        request, session, form, put,
        title=gettext_lazy("Move the session"), icon="calendar-event", done=gettext_lazy("The session was moved."),
        then="mediation:session_notices", **shown,
    )  # fmt: skip


@role_required(*CALLERS)
@require_GET
def when(request: HttpRequest, number: str) -> HttpResponse:
    """What stands against a time while it is typed."""
    case = _case(request, number)
    form = WhenForm(request.GET, slots=(), rooms=selectors.rooms_for(case))
    form.is_valid()
    start, rooms = form.cleaned_data.get("start"), {one: form.cleaned_data.get(one) for one in ("room", "second_room")}
    key = request.GET.get("session", "")
    session = Session.objects.filter(case=case, pk=key).first() if key.isdecimal() else None
    minutes = _minutes(request, 60)
    found = services.warnings(case, start=start, minutes=minutes, session=session, **rooms) if start else []
    return render(request, "mediation/_when.html", {"warnings": found})


def _when_form(
    request: HttpRequest,
    case: Case,
    team: Sequence[Mediator],
    initial: dict[str, Any],
    session: Session | None = None,
) -> tuple[WhenForm, dict[str, Any]]:
    """The form of time and place with the free times for the length chosen, and what its page shows beside it."""
    minutes, away = initial["minutes"], absences_of(called(case))
    slots = free_slots(case, team, minutes=minutes) if team else []
    if slots:
        initial["room"] = None
    rooms = selectors.rooms_for(case)
    check = reverse("mediation:session_when", args=[case.number]) + (f"?session={session.pk}" if session else "")
    form = WhenForm(
        request.POST or None, slots=slots, rooms=rooms, may_be_away=bool(away), check_url=check, initial=initial
    )
    today = timezone.localdate()
    weeks = [(one, lines(week_of(one, today))) for one in team]
    shown = {"hours": [(one, week) for one, week in weeks if week], "nothing_free": bool(team) and not slots}
    return form, {"lengths": LENGTHS, "minutes": minutes, "away": away, **shown}


def _warned(request: HttpRequest, session: Session) -> Session:
    """The session, once it is said for whom it is outside the hours."""
    for text in outside(_seated(session), session.period, session.case):
        messages.warning(request, text)
    return session


def _minutes(request: HttpRequest, otherwise: int) -> int:
    """The length chosen, if it is one of those offered."""
    chosen = request.POST.get("minutes") or request.GET.get("minutes", "")
    return int(chosen) if chosen in {str(one) for one in LENGTHS} else otherwise


@role_required(*CALLERS)
def hold(request: HttpRequest, pk: int) -> HttpResponse:
    """Record who came, and the minutes."""
    user, session = staff(request), _session(request, pk)
    attendances = list(session.attendances.select_related("party__person"))
    form = HoldForm(
        request.POST or None,
        attendances=attendances,
        mediators=_seated(session),
        initial=holding.kept_minutes(session),
    )
    untold = holding.untold(session.case, [one.party for one in attendances])
    return _deed(
        request, session, form, lambda: holding.hold_session(session=session, by=user, **form.values()),
        title=gettext_lazy("The session was held"), icon="check", done=gettext_lazy("The session was recorded."),
        untold=untold, saves_minutes=True,
    )  # fmt: skip


@role_required(*CALLERS)
def fail(request: HttpRequest, pk: int) -> HttpResponse:
    """Record that it came to nothing, on which side and why."""
    user, session = staff(request), _session(request, pk)
    form = FailForm(request.POST or None, attendances=session.attendances.select_related("party__person"))
    return _deed(
        request, session, form, lambda: holding.fail_session(session=session, by=user, **form.cleaned_data),
        title=gettext_lazy("The session came to nothing"), icon="circle-x",
        done=gettext_lazy("The session was recorded."),
    )  # fmt: skip


@role_required(*CALLERS)
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Cancel a planned session."""
    user, session = staff(request), _session(request, pk)
    form = CancelForm(request.POST or None)
    return _deed(
        request, session, form, lambda: services.cancel_session(session=session, by=user, **form.cleaned_data),
        title=gettext_lazy("Cancel the session"), icon="calendar-x", done=gettext_lazy("The session was cancelled."),
    )  # fmt: skip


@role_required(*CALLERS)
def rights(request: HttpRequest, number: str) -> HttpResponse:
    """Write down that parties were told their rights."""
    user, case = staff(request), _case(request, number)
    if request.method != "POST" and not services.may_call(case, user):
        return _moved_on(request, case)
    parties = CaseParty.objects.filter(case=case).select_related("person")
    form = RightsForm(request.POST or None, parties=parties, initial={"parties": holding.untold(case, parties)})
    done = request.method == "POST" and submit(
        form, lambda: (services.record_rights_told(case=case, by=user, **form.cleaned_data),)
    )
    if done:
        messages.success(request, _("The notice of rights was recorded."))
        return redirect("cases:detail", case.number)
    return _page(request, case, form, _("Record the notice of rights"), "file-certificate")


@role_required(*CALLERS)
def calendar(request: HttpRequest, pk: int) -> HttpResponse:
    """The session as a file for calendar programs."""
    session = _session(request, pk)
    response = HttpResponse(calendar_file(session), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{session.case.number}.ics"'
    return response


@role_required(*CALLERS)
@require_POST
def minutes(request: HttpRequest, pk: int) -> JsonResponse:
    """Keep the minutes while they are typed; 409 with the reason where another window was faster."""
    user, session = staff(request), _session(request, pk)
    form = MinutesForm(request.POST)
    if not form.is_valid():
        return JsonResponse({"message": " ".join(str(one) for row in form.errors.values() for one in row)}, status=422)
    try:
        row = holding.save_minutes(session=session, by=user, **form.cleaned_data)
    except GovernanceError as error:
        return JsonResponse({"message": str(error)}, status=error.status)
    return JsonResponse({"revision": row.revision, "at": f"{timezone.localtime(row.saved_at):%H:%M:%S}"})


def _deed(
    request: HttpRequest,
    session: Session,
    form: forms.Form,
    use_case: Callable[[], object],
    *,
    title: str | Promise,
    icon: str,
    done: str | Promise,
    then: str = "",
    **context: Any,
) -> HttpResponse:
    """Show the form of a deed on a planned session, or do it and go back to the case, or on to another page of it."""
    if request.method == "POST":
        if submit(form, use_case):
            messages.success(request, str(done))
            return redirect(then, session.pk) if then else redirect("cases:detail", session.case.number)
    elif session.state != Session.State.PLANNED:
        return _moved_on(request, session.case)
    elif not services.may_settle(session, staff(request)):
        raise PermissionDenied
    return _page(request, session.case, form, title, icon, session=session, **context)


def _page(
    request: HttpRequest, case: Case, form: forms.Form, title: str | Promise, icon: str, **context: Any
) -> HttpResponse:
    values = {"case": case, "form": form, "title": title, "icon": icon, **context}
    return render(request, "mediation/session_form.html", values, status=422 if form.errors else 200)


def _moved_on(request: HttpRequest, case: Case) -> HttpResponse:
    messages.warning(request, _("This is not possible now; the case has moved on."))
    return redirect("cases:detail", case.number)


def _seated(session: Session) -> list[Mediator]:
    return [seat.mediator for seat in session.seats.select_related("mediator")]


def _case(request: HttpRequest, number: str) -> Case:
    rows = Case.objects.visible_to(staff(request)).select_related("category", "division")
    return get_object_or_404(rows, number=number)


def _session(request: HttpRequest, pk: int) -> Session:
    rows = Session.objects.visible_to(staff(request))
    return get_object_or_404(
        rows.select_related("case__category", "case__division", "mediator", "room__centre", "second_room", "minutes"),
        pk=pk,
    )
