"""Bringing the petitioner and the lead together: accompanied today, appointed for a later day, or called in."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases import ledger, workflow
from cases.models import Appointment, Case, EventKind, OnCallCall, Referral
from cases.services.common import lock
from cases.states import OPEN_STATES
from departments.models import Mode, Shift, Station
from departments.presence import NO_ROTA, Presence, Rota, local_holidays_of, presence, rotas_of
from governance_center.calendar import local_day
from governance_center.errors import GovernanceError, NotAllowed
from governance_center.transactions import atomic

OFFERED_DAYS = 3
RESPONSE_MINUTES = 60
"""The response time of a department on call whose station names none."""


class NoSuchDay(GovernanceError):
    code = "no_such_day"
    message = _("The department is not here on that day. Choose one of the days offered.")


class AlreadyAppointed(GovernanceError):
    code = "already_appointed"
    message = _("There is an appointment already; cancel it first.")


class NotOnCall(GovernanceError):
    code = "not_on_call"
    message = _("The department is not on call at this centre.")


class AlreadyHere(GovernanceError):
    code = "already_here"
    message = _("The department has arrived already.")


class AppointmentOver(GovernanceError):
    code = "appointment_over"
    message = _("This appointment is no longer planned.")


@dataclass(frozen=True, slots=True)
class Offer:
    """A day on which the department can be met at its window."""

    day: dt.date
    half: str
    window: int | None


@dataclass(slots=True)
class Meeting:
    """How the lead of a case can be met, for the receipt and the case page."""

    referral: Referral
    presence: Presence | None
    may_act: bool
    days: list[Offer] = field(default_factory=list)
    appointment: Appointment | None = None
    call: OnCallCall | None = None

    @property
    def is_here(self) -> bool:
        return bool(self.presence and self.presence.here)

    @property
    def is_on_call(self) -> bool:
        return bool(self.presence and self.presence.mode == Mode.ON_CALL)

    @property
    def is_late(self) -> bool:
        """Called, not arrived, and the response time is over."""
        return bool(self.call and not self.call.arrived_at and self.call.answer_by <= timezone.now())


def meeting_of(case: Case, user: User) -> Meeting | None:
    """How the present lead can be met; None for a case without a lead or at its end."""
    if case.state not in OPEN_STATES:
        return None
    referral = Referral.objects.current().leading().filter(case=case).select_related("department").first()
    if referral is None:
        return None
    referral.case = case
    station = _station(referral, timezone.localdate())
    found = Meeting(referral, None, _may_act(case, user))
    found.appointment = referral.appointments.filter(state=Appointment.State.PLANNED).first()
    found.call = referral.calls.first()
    if station is not None:
        holidays = local_holidays_of(case.centre_id)
        rota = _rota(station, timezone.localdate())
        found.presence = presence(station, timezone.localdate(), holidays, rota)
        found.days = _days(station, timezone.localdate(), holidays, rota)
    return found


def next_days(referral: Referral, day: dt.date) -> list[Offer]:
    """The next days, at most :data:`OFFERED_DAYS`, on which a rotating department is at its window."""
    station = _station(referral, day)
    return _days(station, day, local_holidays_of(referral.case.centre_id), _rota(station, day)) if station else []


@atomic
def make_appointment(*, referral: Referral, by: User, day: dt.date) -> Appointment:
    """Appoint the petitioner with a rotating department on one of its next days. The same day twice is one.

    Raises:
        NotAllowed: only the desk and the dispatchers of the place.
        NoSuchDay: not one of the days offered.
        AlreadyAppointed: for another day.
    """
    case, referral = _lock_both(referral, by)
    planned = referral.appointments.filter(state=Appointment.State.PLANNED).first()
    if planned is not None:
        if planned.day == day:
            return planned
        raise AlreadyAppointed()
    now = timezone.now()
    offer = next((one for one in next_days(referral, local_day(now)) if one.day == day), None)
    if offer is None:
        raise NoSuchDay(field="day")
    made = Appointment.objects.create(
        case=case, referral=referral, department_id=referral.department_id, day=day, half=offer.half,
        window=offer.window, made_by=by, made_at=now,
    )  # fmt: skip
    _write(case, EventKind.APPOINTED, referral, by, {"appointment": made.pk, "day": day.isoformat()})
    return made


@atomic
def settle_appointment(*, appointment: Appointment, by: User, state: str) -> Appointment:
    """Note that the appointment was kept or missed, or cancel it.

    Raises:
        NotAllowed: only the desk and the dispatchers of the place.
        AppointmentOver: it was settled otherwise before.
    """
    case, referral = _lock_both(appointment.referral, by)
    fresh = Appointment.objects.select_for_update().get(pk=appointment.pk)
    if fresh.state == state:
        return fresh
    if fresh.state != Appointment.State.PLANNED or state not in Appointment.State.values:
        raise AppointmentOver()
    fresh.state = state
    fresh.save(update_fields=["state"])
    data = {"appointment": fresh.pk, "day": fresh.day.isoformat(), "state": state}
    _write(case, EventKind.APPOINTED, referral, by, data)
    return fresh


def cancel_appointment(*, appointment: Appointment, by: User) -> Appointment:
    """Cancel a planned appointment. Raises: as :func:`settle_appointment`."""
    return settle_appointment(appointment=appointment, by=by, state=Appointment.State.CANCELLED)


@atomic
def call_now(*, referral: Referral, by: User) -> OnCallCall:
    """Call a department that is on call; its response time runs from now. An open call is not made twice.

    Raises:
        NotAllowed: only the desk and the dispatchers of the place.
        NotOnCall: the department is not on call at this centre.
    """
    case, referral = _lock_both(referral, by)
    running = referral.calls.filter(arrived_at__isnull=True).first()
    if running is not None:
        return running
    now = timezone.now()
    minutes = _response_minutes(referral, now)
    call = OnCallCall.objects.create(
        referral=referral, called_at=now, called_by=by, answer_by=now + dt.timedelta(minutes=minutes)
    )
    _write(case, EventKind.CALLED, referral, by, {"call": call.pk, "minutes": minutes})
    return call


@atomic
def call_again(*, call: OnCallCall, by: User) -> OnCallCall:
    """Call a department again that did not come in time; its response time runs anew, the ledger keeps both calls.

    Within the response time nothing is changed: the department has still time to come.

    Raises:
        NotAllowed: only the desk and the dispatchers of the place.
        NotOnCall: the department is no longer on call at this centre.
        AlreadyHere: it has arrived.
    """
    case, referral = _lock_both(call.referral, by)
    fresh, now = OnCallCall.objects.select_for_update().get(pk=call.pk), timezone.now()
    if fresh.arrived_at is not None:
        raise AlreadyHere()
    if fresh.answer_by > now:
        return fresh
    minutes = _response_minutes(referral, now)
    fresh.called_at, fresh.called_by, fresh.answer_by = now, by, now + dt.timedelta(minutes=minutes)
    fresh.save(update_fields=["called_at", "called_by", "answer_by"])
    _write(case, EventKind.CALLED, referral, by, {"call": fresh.pk, "minutes": minutes})
    return fresh


@atomic
def note_arrival(*, call: OnCallCall, by: User) -> OnCallCall:
    """The department has arrived. Noting it twice changes nothing. Raises: NotAllowed."""
    case, referral = _lock_both(call.referral, by)
    fresh = OnCallCall.objects.select_for_update().get(pk=call.pk)
    if fresh.arrived_at is not None:
        return fresh
    now = timezone.now()
    fresh.arrived_at, fresh.arrived_noted_by = now, by
    fresh.save(update_fields=["arrived_at", "arrived_noted_by"])
    _write(case, EventKind.ARRIVED, referral, by, {"call": fresh.pk, "in_time": now <= fresh.answer_by})
    return fresh


def _may_act(case: Case, user: User) -> bool:
    return bool(workflow.relations(user, case) & {workflow.Actor.DESK, workflow.Actor.DISPATCH})


def _lock_both(referral: Referral, by: User) -> tuple[Case, Referral]:
    case = lock(Case(pk=referral.case_id))
    fresh = Referral.objects.select_for_update(of=("self",)).get(pk=referral.pk)
    fresh.case = case
    if not _may_act(case, by) or not fresh.is_current:
        raise NotAllowed()
    return case, fresh


def _response_minutes(referral: Referral, now: dt.datetime) -> int:
    station = _station(referral, local_day(now))
    if station is None or station.mode != Mode.ON_CALL:
        raise NotOnCall()
    return station.response_minutes or RESPONSE_MINUTES


def _station(referral: Referral, day: dt.date) -> Station | None:
    rows = Station.objects.in_force(day).filter(centre=referral.case.centre_id, department=referral.department_id)
    return rows.select_related("window").first()


def _rota(station: Station, day: dt.date) -> Rota:
    if station.mode != Mode.ROTATING:
        return NO_ROTA
    return rotas_of(station.centre_id, [station.department_id], day)[station.department_id]


def _days(station: Station, day: dt.date, holidays: frozenset[dt.date], rota: Rota) -> list[Offer]:
    if station.mode != Mode.ROTATING:
        return []
    found: list[tuple[dt.date, int | None]] = []
    while len(found) < OFFERED_DAYS:
        at = presence(station, day, holidays, rota)
        if at.next_day is None:
            break
        found.append((at.next_day, at.window))
        day = at.next_day + dt.timedelta(days=1)
    shifts = Shift.objects.in_force().filter(
        centre=station.centre_id, department=station.department_id, day__in=[one for one, _window in found]
    )
    halves = {shift.day: shift for shift in shifts.select_related("window").order_by("-half")}
    return [
        Offer(one, halves[one].half if one in halves else "", halves[one].window.number if one in halves else window)
        for one, window in found
    ]


def _write(case: Case, kind: str, referral: Referral, by: User, more: dict[str, object]) -> None:
    data = {"referral": referral.pk, "department": referral.department_id, **more}
    ledger.append(case, [ledger.Entry(kind, by, data)])
