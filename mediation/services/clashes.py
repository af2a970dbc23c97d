"""Who or what is taken at a time: rooms, mediators, parties; and the free times of all of them together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models import Case, CaseParty
from departments.presence import local_holidays_of
from governance_center.calendar import local_day
from governance_center.errors import GovernanceError
from mediation.free_times import Hours, Span, called, meets, organisation_keys, starts_in, taken_of
from mediation.models import Attendance, Mediator, Room, SessionMediator, SessionRoom

SLOTS_A_DAY, SHOWN_SLOTS = 2, 8


class Taken(GovernanceError):
    code = "taken"


class RoomTaken(Taken):
    code = "room_taken"
    message = _("This room is taken: %(who)s. Free again from %(free)s.")


class MediatorTaken(Taken):
    code = "mediator_taken"
    message = _("A mediator has another session: %(who)s. Free again from %(free)s.")


class PartyTaken(Taken):
    code = "party_taken"
    message = _("A party is called to another session: %(who)s. Free again from %(free)s.")


@dataclass(frozen=True, slots=True)
class Slot:
    """A free time with a room that is free then."""

    start: dt.datetime
    room: Room


def refuse_clash(
    *,
    period: DateTimeTZRange,
    room: Room | None,
    second_room: Room | None = None,
    mediators: Iterable[Mediator],
    parties: Collection[CaseParty],
    but: int | None,
) -> None:
    """Say who or which room is taken, and from when it is free.

    Args:
        but: the key of a session that does not count, since it is the one moved.

    Raises:
        RoomTaken, MediatorTaken, PartyTaken.
    """
    taken = SessionRoom.objects.filter(period__endswith__gt=period.lower).exclude(session=but or 0)
    for name, one in (("room", room), ("second_room", second_room)):
        if one:
            _check(RoomTaken, name, str(one), period, taken.filter(room=one).values_list("period", flat=True))
    for mediator in mediators:
        seats = SessionMediator.objects.filter(is_live=True, mediator=mediator, period__endswith__gt=period.lower)
        seats = seats.exclude(session=but or 0)
        _check(MediatorTaken, "start", str(mediator), period, seats.values_list("period", flat=True))
    live = Attendance.objects.filter(is_live=True, period__endswith__gt=period.lower).exclude(session=but or 0)
    for party, key in zip(parties, organisation_keys(parties), strict=True):
        if party.person_id or key:
            rows = live.filter(person=party.person_id) if party.person_id else live.filter(organisation_key=key)
            _check(PartyTaken, "start", str(party), period, rows.values_list("period", flat=True))


def _check(error: type[Taken], field: str, who: str, period: DateTimeTZRange, taken: Iterable[DateTimeTZRange]) -> None:
    length, spans = period.upper - period.lower, sorted((one.lower, one.upper) for one in taken)
    if not meets(period.lower, period.upper, spans):
        return
    free = period.lower
    for since, to in spans:
        if since < free + length and to > free:
            free = to
    raise error(who=who, free=f"{timezone.localtime(free):%m-%d %H:%M}", field=field)


def free_slots(case: Case, mediators: Collection[Mediator], days: int = 10, *, minutes: int = 60) -> list[Slot]:
    """The next times at which the mediators, all parties and a room of the county are free; nine queries.

    Only hours are offered that all the mediators have in common (:class:`mediation.free_times.Hours`). Times at which a
    party said that it cannot come are left out.

    Args:
        days: how many calendar days to look ahead.
        minutes: how long the session is to last.
    """
    now, length = timezone.now(), dt.timedelta(minutes=minutes)
    window = (now, now + dt.timedelta(days=days + 1))
    rooms = list(Room.objects.filter(is_active=True, centre__division__code__startswith=case.county_code))
    rooms.sort(key=lambda room: (case.centre_id != room.centre_id, room.pk))
    spans = taken_of(called(case), window)
    seats = SessionMediator.objects.filter(is_live=True, mediator__in=mediators, period__overlap=window)
    spans += [(one.lower, one.upper) for one in seats.values_list("period", flat=True)]
    by_room: dict[int | None, list[Span]] = {}
    near = SessionRoom.objects.filter(room__in=rooms, period__overlap=window)
    for room, period in near.values_list("room", "period"):
        by_room.setdefault(room, []).append((period.lower, period.upper))
    first = local_day(now)
    hours = Hours(mediators, first, days, local_holidays_of(case.centre_id))
    found: list[Slot] = []
    for day in (first + dt.timedelta(days=number) for number in range(days)):
        starts = starts_in(day, hours.common(day), length)
        free = [slot for at in starts if at > now and (slot := _slot(at, at + length, spans, rooms, by_room))]
        found += free[:: max(1, -(-len(free) // SLOTS_A_DAY))][:SLOTS_A_DAY]
    return found[:SHOWN_SLOTS]


def _slot(
    start: dt.datetime,
    end: dt.datetime,
    spans: Sequence[Span],
    rooms: Sequence[Room],
    by_room: dict[int | None, list[Span]],
) -> Slot | None:
    if meets(start, end, spans):
        return None
    room = next((one for one in rooms if not meets(start, end, by_room.get(one.pk, []))), None)
    return Slot(start, room) if room else None
