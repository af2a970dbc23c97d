"""The legal workers' home (法律工作者之家): asking experts for their time and their written opinion."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.db import IntegrityError
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from accounts.notifications import notify
from cases import ledger, workflow
from cases.models import Case, Category, EventKind, Expert, ExpertAppointment
from cases.services.common import lock, write_note
from cases.workflow import Actor
from departments.models import Division
from departments.presence import local_holidays_of
from governance_center.calendar import LOCAL_ZONE, is_working_day, local_day
from governance_center.errors import GovernanceError, IllegalMove, MissingInput, NotAllowed
from governance_center.transactions import again_if_overtaken, atomic

State = ExpertAppointment.State

OPENS, CLOSES = dt.time(8, 30), dt.time(17, 30)
"""Experts are met within these local hours of a working day."""

MINUTES = (30, 60, 90, 120)
ASKERS = frozenset({Actor.DESK, Actor.DISPATCH, Actor.LEAD, Actor.MEDIATOR})


class ExpertBusy(GovernanceError):
    code = "expert_busy"
    message = _("The expert has another appointment at this time.")


class OutsideHours(GovernanceError):
    code = "outside_hours"
    status = 422
    message = _("Choose a time between 8:30 and 17:30 of a working day, not in the past.")


class NotOurExpert(GovernanceError):
    code = "not_our_expert"
    message = _("This expert is not active, or belongs to another county.")


class AlreadySettled(GovernanceError):
    code = "appointment_settled"
    message = _("The opinion was already given, or the appointment cancelled.")


def may_ask(case: Case, user: User) -> bool:
    """Whoever registers, dispatches, leads or mediates the case, while it is open."""
    return case.is_open and bool(workflow.relations(user, case) & ASKERS)


def may_answer(appointment: ExpertAppointment, user: User) -> bool:
    """The expert, or whoever may ask about the case and writes the expert's opinion down."""
    own = appointment.expert.user_id is not None and appointment.expert.user_id == user.pk and user.is_active
    return appointment.state == State.PLANNED and (own or bool(workflow.relations(user, appointment.case) & ASKERS))


def may_maintain(user: User, division_code: str) -> bool:
    """The dispatchers of the division, and those above it, keep its list of experts."""
    in_scope = bool(user.scope_code) and division_code.startswith(user.scope_code)
    return user.is_active and user.role == Role.DISPATCHER and in_scope


def serves(expert: Expert, case: Case) -> bool:
    """Experts serve their own county, those of the prefecture every county."""
    return case.division_id.startswith(expert.division_id[:6])


def ask_expert(
    *, case: Case, expert: Expert, by: User, start: dt.datetime, minutes: int, question: str
) -> ExpertAppointment:
    """Take an expert's time for a case. The same question of the same person for the same time is asked once.

    An expert with an account reads the case as long as the appointment stands; of a restricted one only the question.

    Args:
        start: aware; within office hours of a working day of the case's county.
        minutes: one of :data:`MINUTES`.

    Raises:
        NotAllowed: see :func:`may_ask`. IllegalMove: the case is at its end.
        NotOurExpert, OutsideHours, MissingInput.
        ExpertBusy: somebody else has this time; nothing is written.
    """
    try:
        return again_if_overtaken(
            lambda: _ask(case=case, expert=expert, by=by, start=start, minutes=minutes, question=question), ()
        )
    except IntegrityError as error:
        if "cases_expertappointment_no_overlap" not in str(error):
            raise
    mine = expert.appointments.standing().filter(case=case, asked_by=by, question=question.strip())
    earlier = mine.filter(time__startswith=start).first()
    if earlier is None:
        raise ExpertBusy(field="start")
    return earlier


@atomic
def _ask(*, case: Case, expert: Expert, by: User, start: dt.datetime, minutes: int, question: str) -> ExpertAppointment:
    case, now = lock(case), timezone.now()
    if not case.is_open:
        raise IllegalMove(move=_("ask an expert"), state=case.get_state_display())
    if not may_ask(case, by):
        raise NotAllowed()
    if not Expert.objects.filter(pk=expert.pk, is_active=True).exists() or not serves(expert, case):
        raise NotOurExpert(field="expert")
    if minutes not in MINUTES:
        raise MissingInput(field="minutes")
    if not question.strip():
        raise MissingInput(field="question")
    end = start + dt.timedelta(minutes=minutes)
    if start <= now or not _in_hours(start, end, local_holidays_of(case.centre_id)):
        raise OutsideHours(field="start")
    row = ExpertAppointment.objects.create(
        expert=expert, case=case, time=DateTimeTZRange(start, end), asked_by=by, question=question.strip()
    )
    ledger.append(case, [ledger.Entry(EventKind.EXPERT_ASKED, by, _facts(row), now)])
    told = f"{timezone.localtime(start):%m-%d %H:%M}"
    _tell([expert.user] if expert.user else [], "expert.asked", row, case, time=told)
    return row


@atomic
def cancel_appointment(*, appointment: ExpertAppointment, by: User) -> ExpertAppointment:
    """Give the time back; a second time changes nothing.

    Raises:
        NotAllowed: see :func:`may_answer`. AlreadySettled: the opinion was given.
    """
    case, row = _lock_both(appointment)
    if row.state == State.CANCELLED:
        return row
    if row.state != State.PLANNED:
        raise AlreadySettled()
    if not may_answer(row, by):
        raise NotAllowed()
    row.state = State.CANCELLED
    row.save(update_fields=["state"])
    data = {**_facts(row), "state": str(row.state)}
    ledger.append(case, [ledger.Entry(EventKind.EXPERT_ASKED, by, data, timezone.now())])
    return row


@atomic
def give_opinion(*, appointment: ExpertAppointment, by: User, text: str) -> ExpertAppointment:
    """Attach the expert's written opinion to the case; whoever asked is told. The same text sent twice is one.

    Raises:
        NotAllowed: see :func:`may_answer`. AlreadySettled: given or cancelled before.
        MissingInput: an empty opinion.
    """
    case, row = _lock_both(appointment)
    now = timezone.now()
    if row.state == State.HELD and row.opinion and row.opinion.author_id == by.pk and row.opinion.text == text.strip():
        return row
    if row.state != State.PLANNED:
        raise AlreadySettled()
    if not may_answer(row, by):
        raise NotAllowed()
    note, digest = write_note(case, by=by, text=text, at=now, field="text")
    row.state, row.opinion, row.opinion_at = State.HELD, note, now
    row.save(update_fields=["state", "opinion", "opinion_at"])
    ledger.append(case, [ledger.Entry(EventKind.EXPERT_ANSWERED, by, {**_facts(row), **digest}, now)])
    if row.asked_by_id != by.pk:
        _tell([row.asked_by], "expert.answered", row, case)
    return row


@atomic
def save_expert(*, expert: Expert, by: User, fields: Iterable[Category]) -> Expert:
    """Put an expert on the list, or correct the entry.

    Args:
        fields: the categories in which the expert is asked.

    Raises:
        NotAllowed: neither a dispatcher of the division named, nor of the one it had before.
        MissingInput: without a name or a language.
    """
    before = Expert.objects.select_for_update(of=("self",)).filter(pk=expert.pk).first()
    codes = [expert.division_id, *([before.division_id] if before else [])]
    if not all(may_maintain(by, code) for code in codes):
        raise NotAllowed()
    if not expert.name.strip():
        raise MissingInput(field="name")
    if not expert.languages:
        raise MissingInput(field="languages")
    expert.save()
    expert.fields.set(fields)
    return expert


def _in_hours(start: dt.datetime, end: dt.datetime, local_holidays: Collection[dt.date]) -> bool:
    first, last = start.astimezone(LOCAL_ZONE), end.astimezone(LOCAL_ZONE)
    works, _provisional = is_working_day(local_day(start), local_holidays)
    return works and first.date() == last.date() and first.time() >= OPENS and last.time() <= CLOSES


def _lock_both(appointment: ExpertAppointment) -> tuple[Case, ExpertAppointment]:
    """The case first, as everywhere."""
    case = lock(Case(pk=appointment.case_id))
    rows = ExpertAppointment.objects.select_related("expert", "asked_by", "opinion", "case")
    return case, rows.get(pk=appointment.pk)


def _facts(row: ExpertAppointment) -> dict[str, object]:
    return {"appointment": row.pk, "expert": row.expert_id, "start": row.time.lower.isoformat()}


def _tell(people: Sequence[User], kind: str, row: ExpertAppointment, case: Case, **params: Any) -> None:
    notify(
        people,
        kind,
        key=f"expert_appointment:{row.pk}:{row.state}",
        params={"number": case.number, **params},
        url=reverse("cases:expert_opinion", args=[row.pk])
        if kind == "expert.asked"
        else reverse("cases:detail", args=[case.number]),
    )


def divisions_of(user: User) -> object:
    """Where a dispatcher may put an expert: the prefecture and counties in reach."""
    levels = (Division.Level.PREFECTURE, Division.Level.COUNTY)
    return Division.objects.within(user.scope_code).filter(level__in=levels)
