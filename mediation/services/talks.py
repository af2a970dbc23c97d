"""Separate talks within a session (背对背调解): that they were held is recorded, what was said is not."""

from __future__ import annotations

import datetime as dt

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from cases import ledger
from cases.models import Case, CaseParty, EventKind
from cases.services.common import lock
from cases.states import State as CaseState
from governance_center.calendar import local_day
from governance_center.errors import GovernanceError, NotAllowed
from governance_center.transactions import atomic
from mediation.models import Assignment, Attendance, Mediator, Room, SeparateTalk, Session

State = Session.State


class NoSuchSide(GovernanceError):
    code = "no_such_side"
    status = 422
    message = _("This side was not called to the session, or did not come.")


class WrongTalkTime(GovernanceError):
    code = "wrong_talk_time"
    status = 422
    message = _("A talk begins before it ends, on the day of the session and not in the future.")


class TalkOverlaps(GovernanceError):
    code = "talk_overlaps"
    message = _("At that time a talk is recorded already with this side or of this mediator: %(when)s.")


class NotItsRoom(GovernanceError):
    code = "not_its_room"
    status = 422
    message = _("Choose a room of this session.")


def may_read_notes(case: Case, user: User) -> bool:
    """Who leads or assists in the case now; nobody else, whatever the role."""
    if user.role != Role.MEDIATOR or not user.is_active:
        return False
    return case.mediator_id == user.pk or Assignment.objects.current().filter(case=case, mediator__user=user).exists()


def takes_talks(session: Session) -> bool:
    """Whether a talk can belong to it: its day has come, and it was not cancelled and somebody was there."""
    without_end = session.state == State.FAILED and session.failure == Session.Failure.NO_AGREEMENT
    fits = session.state in {State.PLANNED, State.HELD} or without_end
    return fits and local_day(session.period.lower) <= timezone.localdate()


@atomic
def record_talk(
    *,
    session: Session,
    by: User,
    part: str,
    since: dt.datetime,
    until: dt.datetime,
    note: str = "",
    room: Room | None = None,
) -> SeparateTalk:
    """Record that a mediator talked with one side alone; the same talk sent twice is one.

    Args:
        part: the side, a ``CaseParty.Part`` of those who were called.
        since, until: aware, on the day of the session.
        note: for the mediators of the case alone; kept encrypted and in no paper, ledger or minutes.
        room: one of the rooms of the session; without one its first.

    Raises:
        NotAllowed: see :func:`may_read_notes`; or the case is not in mediation any more.
        NoSuchSide, WrongTalkTime, NotItsRoom. GovernanceError: the session takes no talks.
        TalkOverlaps: that side or that mediator is in another talk then.
    """
    case, now = lock(Case(pk=session.case_id)), timezone.now()
    row = Session.objects.select_related("room", "second_room").get(pk=session.pk)
    mediator = Mediator.objects.filter(user=by).first()
    if mediator is None or case.state != CaseState.IN_HANDLING or not may_read_notes(case, by):
        raise NotAllowed()
    if not takes_talks(row):
        raise GovernanceError(_("This session takes no talks: it was cancelled, or its day has not come."))
    if part not in sides_of(row):
        raise NoSuchSide(field="part")
    day = local_day(row.period.lower)
    if not since < until <= now or local_day(since) != day or local_day(until) != day:
        raise WrongTalkTime(field="until")
    if room is not None and room.pk not in {row.room_id, row.second_room_id}:
        raise NotItsRoom(field="room")
    period = DateTimeTZRange(since, until)
    same = SeparateTalk.objects.filter(session=row, mediator=mediator, part=part, period=period).first()
    if same is not None:
        return same
    _check_free(row, mediator, part, period)
    talk = SeparateTalk.objects.create(
        session=row, part=part, period=period, room=room or row.room, mediator=mediator, note=note.strip(),
        recorded_at=now,
    )  # fmt: skip
    facts = {
        "session": row.pk, "talk": talk.pk, "part": part, "since": since.isoformat(), "until": until.isoformat(),
    }  # fmt: skip
    ledger.append(case, [ledger.Entry(EventKind.PROGRESS, by, facts, now)])
    return talk


def sides_of(session: Session) -> list[str]:
    """The sides with whom one can talk: called and, where that is recorded, there."""
    there = Attendance.objects.filter(session=session, state__in=(Attendance.State.EXPECTED, Attendance.State.CAME))
    parts = set(there.values_list("party__part", flat=True))
    return [part for part in CaseParty.Part.values if part in parts and part != CaseParty.Part.REPRESENTATIVE]


def _check_free(session: Session, mediator: Mediator, part: str, period: DateTimeTZRange) -> None:
    talks = SeparateTalk.objects.filter(period__overlap=period)
    taken = talks.filter(session=session, part=part).first() or talks.filter(mediator=mediator).first()
    if taken is not None:
        first, last = (timezone.localtime(at) for at in (taken.period.lower, taken.period.upper))
        raise TalkOverlaps(when=f"{first:%H:%M}–{last:%H:%M}", field="since")
