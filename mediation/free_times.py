"""When mediators and parties can be had: hours, absences, sessions elsewhere. Reads, in a bounded number of queries."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence

from django.db.models import Q
from django.utils import timezone

from cases.models import Case, CaseParty
from departments.presence import local_holidays_of
from governance_center.calendar import day_start, is_holiday, is_working_day, local_day
from mediation.fairness import same_organisation
from mediation.models import Attendance, Mediator, MediatorAbsence, MediatorHours, PartyAbsence, SessionMediator
from mediation.week import OFFICE, Minutes, common

Span = tuple[dt.datetime, dt.datetime]

STEP, AHEAD, LENGTH = dt.timedelta(minutes=30), 10, dt.timedelta(hours=1)
"""A session begins so long after the hours do, or twice so long …; so many days are looked ahead for one of an hour."""


class Hours:
    """When each of some mediators can be had on the days from ``first`` on; two queries.

    On a public or local holiday and on days of absence nobody can be had. Else the hours noted for the day of the week
    count; who has none that are valid then can be had in the office hours of a working day.
    """

    def __init__(
        self, mediators: Iterable[Mediator], first: dt.date, days: int, local_holidays: Collection[dt.date]
    ) -> None:
        self._keys = [one.pk for one in mediators]
        self._local_holidays = local_holidays
        self._hours: dict[int, list[MediatorHours]] = defaultdict(list)
        self._absences: dict[int, list[MediatorAbsence]] = defaultdict(list)
        window = (first, first + dt.timedelta(days=days))
        for row in MediatorHours.objects.filter(mediator__in=self._keys, valid__overlap=window).order_by("minutes"):
            self._hours[row.mediator_id].append(row)
        for away in MediatorAbsence.objects.filter(mediator__in=self._keys, period__overlap=window):
            self._absences[away.mediator_id].append(away)

    def of(self, mediator: int, day: dt.date) -> Sequence[Minutes]:
        """When the mediator of this key can be had on ``day``."""
        if day in self._local_holidays or is_holiday(day) or self.absence(mediator, day):
            return ()
        if self.has_own(mediator, day):
            rows = [row for row in self._hours[mediator] if day in row.valid]
            return tuple((row.minutes.lower, row.minutes.upper) for row in rows if row.weekday == day.isoweekday())
        return OFFICE if is_working_day(day, self._local_holidays)[0] else ()

    def has_own(self, mediator: int, day: dt.date) -> bool:
        """Whether hours of their own are valid then; else the office hours count."""
        return any(day in row.valid for row in self._hours.get(mediator, ()))

    def absence(self, mediator: int, day: dt.date) -> MediatorAbsence | None:
        return next((one for one in self._absences.get(mediator, ()) if day in one.period), None)

    def common(self, day: dt.date) -> Sequence[Minutes]:
        """When all of them can be had on ``day``."""
        return common(self.of(mediator, day) for mediator in self._keys)


def days_until_free(case: Case, mediators: Sequence[Mediator]) -> dict[int, int | None]:
    """In how many days each mediator has a free hour that suits all parties; None where in none of :data:`AHEAD`.

    By the key of the mediator; seven queries, however many they are. Rooms are not looked at.
    """
    now, holidays = timezone.now(), local_holidays_of(case.centre_id)
    first, window = local_day(now), (now, now + dt.timedelta(days=AHEAD + 1))
    hours, taken = Hours(mediators, first, AHEAD, holidays), taken_of(called(case), window)
    seats: dict[int, list[Span]] = defaultdict(list)
    rows = SessionMediator.objects.filter(is_live=True, mediator__in=mediators, period__overlap=window)
    for mediator, period in rows.values_list("mediator_id", "period"):
        seats[mediator].append((period.lower, period.upper))
    known: dict[tuple[dt.date, Sequence[Minutes]], list[dt.datetime]] = {}

    def suits(mediator: int, day: dt.date) -> bool:
        spans = hours.of(mediator, day)
        if (day, spans) not in known:
            starts = starts_in(day, spans, LENGTH)
            known[day, spans] = [at for at in starts if at > now and not meets(at, at + LENGTH, taken)]
        return any(not meets(at, at + LENGTH, seats.get(mediator, ())) for at in known[day, spans])

    days = [first + dt.timedelta(days=number) for number in range(AHEAD)]
    return {one.pk: next((number for number, day in enumerate(days) if suits(one.pk, day)), None) for one in mediators}


def starts_in(day: dt.date, spans: Sequence[Minutes], length: dt.timedelta) -> Iterator[dt.datetime]:
    """Each half-hour from the beginning of a span at which a session of this length fits into it."""
    for start, end in spans:
        at, closes = (day_start(day) + dt.timedelta(minutes=minute) for minute in (start, end))
        while at + length <= closes:
            yield at
            at += STEP


def meets(start: dt.datetime, end: dt.datetime, spans: Iterable[Span]) -> bool:
    """Whether any of the spans overlaps the time."""
    return any(start < to and end > since for since, to in spans)


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


def taken_of(parties: Collection[CaseParty], window: Span) -> list[Span]:
    """When the parties are called to any session, or said that they cannot come."""
    people = [party.person_id for party in parties if party.person_id]
    keys = [key for key in organisation_keys(parties) if key]
    rows = Attendance.objects.filter(is_live=True, period__overlap=window)
    rows = rows.filter(Q(person__in=people) | Q(organisation_key__in=keys))
    away = PartyAbsence.objects.to_come().of_parties(parties)
    periods = [*rows.values_list("period", flat=True), *away.values_list("period", flat=True)]
    return [(one.lower, one.upper) for one in periods]
