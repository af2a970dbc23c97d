"""Who or what is taken at a time: rooms, mediators, parties; and the free times of all of them together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models import Case, CaseParty
from departments.presence import local_holidays_of
from governance_center.calendar import LOCAL_ZONE, is_working_day, local_day
from governance_center.errors import GovernanceError
from mediation.fairness import same_organisation
from mediation.models import Attendance, Mediator, Room, SessionMediator, SessionRoom
from mediation.services.absences import absences_of

OPENS, CLOSES, NOON = dt.time(8, 30), dt.time(17, 30), (dt.time(12, 0), dt.time(13, 0))
"""Within these local hours of a working day free times are proposed, but for the rest at noon."""

STEP, SLOTS_A_DAY, SHOWN_SLOTS = dt.timedelta(minutes=30), 2, 8

Span = tuple[dt.datetime, dt.datetime]


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


def called(case: Case) -> list[CaseParty]:
    """The parties who are called, a person or an organisation with two parts only once."""
    found: dict[object, CaseParty] = {}
    for party in CaseParty.objects.filter(case=case).select_related("person", "case"):
        found.setdefault(party.person_id or same_organisation(party.organisation), party)
    return list(found.values())


def organisation_keys(parties: Collection[CaseParty]) -> list[str]:
    """By what each party is held, if not as a person: county and name of an organisation that nobody represents.

    Empty for people, and where somebody represents: then it is the representative who is held.
    """
    if any(party.part == CaseParty.Part.REPRESENTATIVE and party.person_id for party in parties):
        return [""] * len(parties)
    return [
        f"{party.case.county_code} {same_organisation(party.organisation)}" if party.organisation else ""
        for party in parties
    ]


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
    if not _meets(period.lower, period.upper, spans):
        return
    free = period.lower
    for since, to in spans:
        if since < free + length and to > free:
            free = to
    raise error(who=who, free=f"{timezone.localtime(free):%m-%d %H:%M}", field=field)


def free_slots(case: Case, mediators: Collection[Mediator], days: int = 10, *, minutes: int = 60) -> list[Slot]:
    """The next times at which the mediators, all parties and a room of the county are free; six queries.

    Times at which a party said that it cannot come are left out.

    Args:
        days: how many calendar days to look ahead.
        minutes: how long the session is to last.
    """
    now, length = timezone.now(), dt.timedelta(minutes=minutes)
    window = (now, now + dt.timedelta(days=days + 1))
    rooms = list(Room.objects.filter(is_active=True, centre__division__code__startswith=case.county_code))
    rooms.sort(key=lambda room: (case.centre_id != room.centre_id, room.pk))
    parties = called(case)
    spans = _taken_of(parties, window)
    spans += [(one.period.lower, one.period.upper) for one in absences_of(parties)]
    seats = SessionMediator.objects.filter(is_live=True, mediator__in=mediators, period__overlap=window)
    spans += [(one.lower, one.upper) for one in seats.values_list("period", flat=True)]
    by_room: dict[int | None, list[Span]] = {}
    near = SessionRoom.objects.filter(room__in=rooms, period__overlap=window)
    for room, period in near.values_list("room", "period"):
        by_room.setdefault(room, []).append((period.lower, period.upper))
    found: list[Slot] = []
    for starts in _days(now, days, length, local_holidays_of(case.centre_id)):
        free = [slot for at in starts if at > now and (slot := _slot(at, at + length, spans, rooms, by_room))]
        found += free[:: max(1, -(-len(free) // SLOTS_A_DAY))][:SLOTS_A_DAY]
    return found[:SHOWN_SLOTS]


def _taken_of(parties: Collection[CaseParty], window: Span) -> list[Span]:
    """When the parties are called to any session."""
    people = [party.person_id for party in parties if party.person_id]
    keys = [key for key in organisation_keys(parties) if key]
    rows = Attendance.objects.filter(is_live=True, period__overlap=window)
    rows = rows.filter(Q(person__in=people) | Q(organisation_key__in=keys))
    return [(one.lower, one.upper) for one in rows.values_list("period", flat=True)]


def _slot(
    start: dt.datetime,
    end: dt.datetime,
    spans: Sequence[Span],
    rooms: Sequence[Room],
    by_room: dict[int | None, list[Span]],
) -> Slot | None:
    if _meets(start, end, spans):
        return None
    room = next((one for one in rooms if not _meets(start, end, by_room.get(one.pk, []))), None)
    return Slot(start, room) if room else None


def _meets(start: dt.datetime, end: dt.datetime, spans: Iterable[Span]) -> bool:
    return any(start < to and end > since for since, to in spans)


def _days(
    now: dt.datetime, days: int, length: dt.timedelta, holidays: frozenset[dt.date]
) -> Iterator[list[dt.datetime]]:
    """The half-hours of each working day at which a session of this length fits into the hours."""
    for offset in range(days):
        day = local_day(now) + dt.timedelta(days=offset)
        if not is_working_day(day, holidays)[0]:
            continue
        opens, noon, after, closes = (dt.datetime.combine(day, time, LOCAL_ZONE) for time in (OPENS, *NOON, CLOSES))
        times = [opens + STEP * number for number in range((closes - opens) // STEP)]
        yield [at for at in times if at + length <= closes and not _meets(at, at + length, [(noon, after)])]
