"""Mediation sessions: telling the parties their rights, calling, moving and cancelling a session."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection
from dataclasses import dataclass

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases import ledger
from cases.models import Case, CaseParty, EventKind
from cases.services.common import lock
from cases.states import State as CaseState
from governance_center.errors import GovernanceError, IllegalMove, MissingInput, NotAllowed
from governance_center.ledger import text_digest
from governance_center.transactions import again_if_overtaken, atomic
from mediation.free_times import called, organisation_keys
from mediation.models import Attendance, Mediator, RightsNotice, Room, Session
from mediation.services.absences import refuse_absence
from mediation.services.clashes import Taken, refuse_clash
from mediation.services.hands import works_on
from mediation.services.hours import outside
from mediation.services.notices import overtake
from mediation.services.seating import cancel, seat, team_of, tell, write

State = Session.State

SHORTEST, LONGEST = 15, 240
"""A session lasts this many minutes."""

AHEAD = dt.timedelta(days=180)
"""A session is called at most this long before."""

CONSTRAINTS = (
    "mediation_sessionroom_one_session",
    "mediation_session_one_of_a_mediator",
    "mediation_attendance_one_of_a_person",
    "mediation_attendance_one_of_an_organisation",
)


class BadTime(GovernanceError):
    code = "bad_time"
    status = 422
    message = _("Choose a time in the future, at most half a year ahead.")


class BadLength(GovernanceError):
    code = "bad_length"
    status = 422
    message = _("A session lasts from 15 minutes to 4 hours.")


class OnePlace(GovernanceError):
    code = "one_place"
    status = 422
    message = _("Give exactly one: a room, a link, or a place.")


class NotOurRoom(GovernanceError):
    code = "not_our_room"
    message = _("This room is not in use, or belongs to another county.")


class BadSecondRoom(GovernanceError):
    code = "bad_second_room"
    status = 422
    message = _("A second room is for a session in a room, and another one than the first.")


class NoMediator(GovernanceError):
    code = "no_mediator"
    message = _("The case has no mediator yet; assign one first.")


class NotPlanned(GovernanceError):
    code = "not_planned"
    message = _("The session was already held or cancelled.")


class NotAParty(GovernanceError):
    code = "not_a_party"
    status = 422
    message = _("This is not a party of the case.")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a session is: exactly one of room, link and place; with a room maybe a second for separate talks."""

    room: Room | None = None
    online_link: str = ""
    place: str = ""
    second_room: Room | None = None

    def check(self, case: Case) -> None:
        """Raises OnePlace, BadSecondRoom, or NotOurRoom for a room out of use or of another county."""
        if sum(map(bool, (self.room, self.online_link.strip(), self.place.strip()))) != 1:
            raise OnePlace(field="room")
        if self.second_room and (self.room is None or self.room.pk == self.second_room.pk):
            raise BadSecondRoom(field="second_room")
        for name, room in (("room", self.room), ("second_room", self.second_room)):
            if room is None:
                continue
            fresh = Room.objects.filter(pk=room.pk, is_active=True)
            if not room.centre_id.startswith(case.county_code) or not fresh.exists():
                raise NotOurRoom(field=name)


def may_call(case: Case, user: User) -> bool:
    """A mediator of the case, or a dispatcher, while a mediator handles it."""
    return case.state == CaseState.IN_HANDLING and case.mediator_id is not None and works_on(case, user)


def may_settle(session: Session, user: User) -> bool:
    """A mediator of the case now, or a dispatcher, while it is planned; not who withdrew."""
    return session.state == State.PLANNED and works_on(session.case, user)


@atomic
def record_rights_told(
    *, case: Case, by: User, parties: Collection[CaseParty], how: str, told_on: dt.date
) -> list[RightsNotice]:
    """Write down that parties were told their rights (权利义务告知); who was told before stays as it is.

    Raises:
        NotAllowed: see :func:`may_call`. NotAParty: somebody else's case. MissingInput: nobody, or not how.
        BadTime: told in the future.
    """
    case, now = lock(case), timezone.now()
    if not may_call(case, by):
        raise NotAllowed()
    if not parties or how not in RightsNotice.How.values:
        raise MissingInput(field="how" if parties else "parties")
    if any(party.case_id != case.pk for party in parties):
        raise NotAParty(field="parties")
    if told_on > timezone.localdate():
        raise BadTime(_("The day lies in the future."), field="told_on")
    told = set(RightsNotice.objects.filter(case=case).values_list("party", flat=True))
    rows = RightsNotice.objects.bulk_create(
        RightsNotice(case=case, party=party, told_on=told_on, how=how, by=by)
        for party in parties
        if party.pk not in told
    )
    if rows:
        facts = {"parties": [row.party_id for row in rows], "how": how, "told_on": told_on.isoformat()}
        ledger.append(case, [ledger.Entry(EventKind.RIGHTS_TOLD, by, facts, now)])
    return rows


def warnings(
    case: Case,
    *,
    start: dt.datetime,
    minutes: int,
    room: Room | None,
    second_room: Room | None = None,
    session: Session | None = None,
) -> list[str]:
    """What stands against a time that somebody is typing: who or what is taken, who cannot come, whose hours it is not.

    Args:
        session: the one that is moved; its own mediators count, and its own time does not.
    """
    parties = called(case)
    team = team_of(case) if session is None else [one.mediator for one in session.seats.select_related("mediator")]
    period, found = DateTimeTZRange(start, start + dt.timedelta(minutes=minutes)), []
    but = session.pk if session else None
    checks: tuple[Callable[[], None], ...] = (
        lambda: refuse_clash(
            period=period, room=room, second_room=second_room, mediators=team, parties=parties, but=but
        ),
        lambda: refuse_absence(parties, period),
    )
    for check in checks:
        try:
            check()
        except GovernanceError as error:
            found.append(str(error))
    return found + outside(team, period, case)


def call_session(
    *, case: Case, by: User, start: dt.datetime, minutes: int, place: Place, all_the_same: bool = False
) -> Session:
    """Call the parties to a session with all mediators of the case. The same call sent twice is one session.

    Args:
        start: aware, in the future.
        minutes: from :data:`SHORTEST` to :data:`LONGEST`.
        all_the_same: although a party said that it cannot come then.

    Raises:
        NotAllowed, IllegalMove, NoMediator, BadTime, BadLength, OnePlace, NotOurRoom.
        PartyAway: a party said that it cannot come then.
        Taken: room, mediator or a party is taken then; nothing is written.
    """
    # Whoever was slower looks again, and is told who is taken.
    return again_if_overtaken(
        lambda: _call(case=case, by=by, start=start, minutes=minutes, place=place, all_the_same=all_the_same),
        CONSTRAINTS,
    )


@atomic
def _call(*, case: Case, by: User, start: dt.datetime, minutes: int, place: Place, all_the_same: bool) -> Session:
    case, now = lock(case), timezone.now()
    team = _team_for(case, by)
    period = _period(start, minutes, now)
    place.check(case)
    rooms = {"room": place.room, "second_room": place.second_room}
    mine = Session.objects.planned().filter(case=case, called_by=by, period=period, **rooms)
    if earlier := mine.filter(online_link=place.online_link.strip(), place=place.place.strip()).first():
        return earlier
    parties = called(case)
    refuse_clash(period=period, **rooms, mediators=team, parties=parties, but=None)
    if not all_the_same:
        refuse_absence(parties, period)
    session = Session.objects.create(
        case=case, round=case.reopened_count, period=period, mediator=team[0], **rooms,
        online_link=place.online_link.strip(), place=place.place.strip(), called_by=by, created_at=now,
    )  # fmt: skip
    Attendance.objects.bulk_create(
        Attendance(session=session, party=party, person=party.person, period=period, organisation_key=key)
        for party, key in zip(parties, organisation_keys(parties), strict=True)
    )
    seat(session, team)
    write(session, case, EventKind.SESSION_CALLED, by)
    tell(session, case, by, "session.called")
    return session


def move_session(
    *, session: Session, by: User, start: dt.datetime, minutes: int, place: Place, all_the_same: bool = False
) -> Session:
    """Put a planned session to another time or place.

    Raises:
        NotAllowed: see :func:`may_settle`. NotPlanned. The rest as :func:`call_session`.
    """
    # Whoever was slower looks again, and is told who is taken.
    return again_if_overtaken(
        lambda: _move(session=session, by=by, start=start, minutes=minutes, place=place, all_the_same=all_the_same),
        CONSTRAINTS,
    )


@atomic
def _move(*, session: Session, by: User, start: dt.datetime, minutes: int, place: Place, all_the_same: bool) -> Session:
    case, row = lock_planned(session, by)
    period = _period(start, minutes, timezone.now())
    place.check(case)
    attendances = list(row.attendances.select_related("party__person", "party__case"))
    parties = [one.party for one in attendances]
    team = [one.mediator for one in row.seats.select_related("mediator")]
    rooms = {"room": place.room, "second_room": place.second_room}
    refuse_clash(period=period, **rooms, mediators=team, parties=parties, but=row.pk)
    if not all_the_same:
        refuse_absence(parties, period)
    row.period, row.room, row.second_room = period, place.room, place.second_room
    row.online_link, row.place = place.online_link.strip(), place.place.strip()
    row.save(update_fields=["period", "room", "second_room", "online_link", "place"])
    row.attendances.update(period=period)
    row.seats.update(period=period)
    write(row, case, EventKind.SESSION_MOVED, by)
    overtake(row)
    tell(row, case, by, "session.moved")
    return row


@atomic
def cancel_session(*, session: Session, by: User, reason: str) -> Session:
    """Cancel a planned session and free room, mediators and parties.

    Raises:
        NotAllowed, NotPlanned. MissingInput: without a reason.
    """
    case, row = lock_planned(session, by)
    if not reason.strip():
        raise MissingInput(field="reason")
    cancel(row, case, by, reason=reason.strip(), reason_sha256=text_digest(reason.strip()))
    tell(row, case, by, "session.cancelled")
    return row


def on_ended(*, case: Case, by: User | None) -> None:
    """The case is resolved: sessions that did not begin yet are not needed any more."""
    for row in Session.objects.planned().filter(case=case, period__startswith__gt=timezone.now()):
        cancel(row, case, by)


def lock_planned(session: Session, by: User) -> tuple[Case, Session]:
    """The case and its planned session, locked.

    Raises:
        NotAllowed, NotPlanned.
    """
    case = lock(Case(pk=session.case_id))
    row = Session.objects.select_related("mediator", "case", "room").get(pk=session.pk)
    if row.state != State.PLANNED:
        raise NotPlanned()
    if not may_settle(row, by):
        raise NotAllowed()
    return case, row


def _team_for(case: Case, by: User) -> list[Mediator]:
    if case.state != CaseState.IN_HANDLING:
        raise IllegalMove(move=_("call a session"), state=case.get_state_display())
    if not works_on(case, by):
        raise NotAllowed()
    team = team_of(case) if case.mediator_id else []
    if not team or team[0].user_id != case.mediator_id:
        raise NoMediator()
    return team


def _period(start: dt.datetime, minutes: int, now: dt.datetime) -> DateTimeTZRange:
    if not now < start <= now + AHEAD:
        raise BadTime(field="start")
    if not SHORTEST <= minutes <= LONGEST:
        raise BadLength(field="minutes")
    return DateTimeTZRange(start, start + dt.timedelta(minutes=minutes))


__all__ = ("Place", "Taken", "call_session", "cancel_session", "move_session", "record_rights_told")
