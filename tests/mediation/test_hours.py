"""The weekly hours of mediators: kept, cut, refused by the database; free times, warnings and the ranking by them."""

from __future__ import annotations

import datetime as dt
from functools import partial

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange, DateTimeTZRange, NumericRange
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Role
from cases.models import Case
from departments.models import LocalHoliday
from governance_center.calendar import LOCAL_ZONE, is_holiday, is_working_day
from governance_center.errors import NotAllowed
from mediation import candidates
from mediation.free_times import AHEAD, Hours
from mediation.matching import Reason
from mediation.models import Mediator, MediatorAbsence, MediatorHours, PartyAbsence
from mediation.services.clashes import free_slots
from mediation.services.hours import HoursOver, set_hours
from mediation.services.register import WrongPeriod, save_mediator
from mediation.services.sessions import warnings
from mediation.services.weeks import week_of
from mediation.week import OFFICE, BadSpan, SpansMeet, Week
from tests.mediation.sessions import call, make_room, mediated
from tests.mediation.test_agreements import handled
from tests.mediation.test_team import assisted
from tests.together import at_once
from tests.world import LONGJING, YANJI, World, make_user

NINE, TEN, NOON, TWO, FIVE = 540, 600, 720, 840, 1020


def daily(start: int, end: int) -> Week:
    return {day: [(start, end)] for day in range(1, 8)}


EVERY_DAY = daily(NINE, NOON)


def today(days: int = 0) -> dt.date:
    return timezone.localdate() + dt.timedelta(days=days)


def workday() -> dt.date:
    """The next Monday to Friday on which offices work."""
    return next(day for day in map(today, range(1, 30)) if day.isoweekday() <= 5 and is_working_day(day)[0])


def moment(day: dt.date, minute: int) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(minute // 60, minute % 60), LOCAL_ZONE)


def keep(world: World, week: Week, mediator: Mediator | None = None, **given: dt.date | None) -> None:
    set_hours(mediator=mediator or world.mediator.mediator, by=world.dispatcher, week=week, **given)


def noted(mediator: Mediator) -> list[tuple[dt.date | None, dt.date | None, int, int]]:
    rows = mediator.hours.order_by("valid", "weekday", "minutes")
    return [(row.valid.lower, row.valid.upper, row.weekday, row.minutes.lower) for row in rows]


def test_the_mediator_and_the_keeper_note_hours_and_twice_is_once(world: World) -> None:
    own = world.mediator.mediator
    set_hours(mediator=own, by=world.mediator, week={1: [(NINE, NOON)]})
    for _number in range(2):
        keep(world, {1: [(NINE, NOON), (TWO, FIVE)], 6: [(NINE, NOON)]})
    assert noted(own) == [(None, None, 1, NINE), (None, None, 1, TWO), (None, None, 6, NINE)]
    assert week_of(own, today()) == {1: [(NINE, NOON), (TWO, FIVE)], 6: [(NINE, NOON)]}
    keep(world, {})
    assert noted(own) == []


def test_others_may_not(world: World) -> None:
    elsewhere = make_user("elsewhere", Role.DISPATCHER, YANJI)
    for user in (world.other_mediator, world.clerk, elsewhere):
        with pytest.raises(NotAllowed):
            set_hours(mediator=world.mediator.mediator, by=user, week=EVERY_DAY)
    assert not MediatorHours.objects.exists()


def test_hours_for_a_time_part_those_before_and_give_way_to_those_after(world: World) -> None:
    own, first, last = world.mediator.mediator, today(10), today(19)
    keep(world, {1: [(NINE, NOON)]})
    keep(world, {1: [(TEN, NOON)]}, first=first, last=last)
    after = last + dt.timedelta(days=1)
    parted = [(None, first, 1, NINE), (first, after, 1, TEN), (after, None, 1, NINE)]
    assert sorted(noted(own), key=lambda row: row[0] or dt.date.min) == parted
    assert week_of(own, first) == {1: [(TEN, NOON)]}
    keep(world, {2: [(TWO, FIVE)]}, first=today(5), instead_of=first)
    assert set(noted(own)) == {(None, today(5), 1, NINE), (today(5), None, 2, TWO)}


def test_changing_hours_with_their_days_leaves_nothing_of_them(world: World) -> None:
    own = world.mediator.mediator
    keep(world, {1: [(NINE, NOON)]})
    for _number in range(2):
        keep(world, {1: [(NINE, NOON)]}, last=today(30), instead_of=today())
    assert noted(own) == [(None, today(31), 1, NINE)]


def test_what_makes_no_sense_is_refused(world: World) -> None:
    with pytest.raises(WrongPeriod):
        keep(world, EVERY_DAY, first=today(5), last=today(4))
    with pytest.raises(HoursOver):
        keep(world, EVERY_DAY, last=today(-1))
    with pytest.raises(BadSpan):
        keep(world, {1: [(NOON, NINE)]})
    with pytest.raises(SpansMeet):
        keep(world, {1: [(NINE, NOON), (TEN, FIVE)]})
    assert not MediatorHours.objects.exists()


@pytest.mark.parametrize(
    ("minutes", "valid", "weekday"),
    [
        ((TEN, FIVE), (None, None), 1),
        ((NINE, TEN), (today(), today(3)), 1),
        ((FIVE, FIVE), (None, None), 1),
        ((-5, 5), (None, None), 2),
        ((1430, 1450), (None, None), 2),
        ((None, NOON), (None, None), 2),
        ((NINE, NOON), (today(), today()), 2),
        ((NINE, NOON), (None, None), 8),
        ((NINE, NOON), (None, None), 0),
    ],
)
def test_the_database_refuses_what_overlaps_is_empty_or_no_time_of_a_week(
    world: World, minutes: tuple[int, int], valid: tuple[dt.date | None, dt.date | None], weekday: int
) -> None:
    keep(world, {1: [(NINE, NOON)]})
    row = MediatorHours(
        mediator=world.mediator.mediator,
        weekday=weekday,
        minutes=NumericRange(*minutes),
        valid=DateRange(*valid),
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()
    assert MediatorHours.objects.count() == 1


def test_two_rows_of_other_hours_days_or_mediators_stand_beside_each_other(world: World) -> None:
    keep(world, {1: [(NINE, NOON)]})
    keep(world, {1: [(NINE, NOON)]}, world.other_mediator.mediator)
    own = world.mediator.mediator
    for weekday, start in ((1, NOON), (2, NINE)):
        MediatorHours.objects.create(mediator=own, weekday=weekday, minutes=NumericRange(start, FIVE))
    assert MediatorHours.objects.count() == 4


@pytest.mark.django_db(transaction=True)
def test_of_two_who_keep_hours_at_once_the_later_ones_stand_whole(world: World) -> None:
    weeks: list[Week] = [{1: [(NINE, NOON)], 2: [(NINE, NOON)]}, {1: [(TEN, FIVE)], 3: [(TEN, FIVE)]}]
    at_once(*(partial(keep, world, week) for week in weeks))
    assert week_of(world.mediator.mediator, today()) in weeks


def test_the_entry_keeps_hours_and_leaves_those_that_are_the_same(world: World) -> None:
    row = world.mediator.mediator
    keep(world, EVERY_DAY, last=today(9))
    save_mediator(mediator=row, by=world.dispatcher, specialties=(), hours=EVERY_DAY)
    assert {upper for _lower, upper, _day, _start in noted(row)} == {today(10)}
    save_mediator(mediator=row, by=world.dispatcher, specialties=())
    assert len(noted(row)) == 7
    save_mediator(mediator=row, by=world.dispatcher, specialties=(), hours={2: [(NINE, NOON)]})
    assert noted(row) == [(None, None, 2, NINE)]


def test_hours_count_on_their_days_and_office_hours_for_who_has_none(world: World) -> None:
    one, other, day = world.mediator.mediator, world.other_mediator.mediator, workday()
    saturday = next(found for found in map(today, range(1, 60)) if found.isoweekday() == 6 and not is_holiday(found))
    keep(world, {day.isoweekday(): [(NINE, NOON)], 6: [(TWO, FIVE)]})
    hours = Hours([one, other], today(), 60, ())
    assert (hours.of(one.pk, day), hours.of(other.pk, day)) == (((NINE, NOON),), OFFICE)
    assert hours.common(day) == ((NINE, NOON),)
    assert hours.of(one.pk, saturday) == ((TWO, FIVE),)
    assert Hours([one], today(), 60, {day}).of(one.pk, day) == ()


@pytest.mark.parametrize(("day", "holds"), [("2026-10-03", False), ("2026-10-17", True), ("2026-10-10", True)])
def test_no_hours_on_a_public_holiday(world: World, day: str, holds: bool) -> None:
    keep(world, {6: [(NINE, NOON)]})
    when = dt.date.fromisoformat(day)
    assert when.isoweekday() == 6
    assert bool(Hours([world.mediator.mediator], when, 1, ()).of(world.mediator.mediator.pk, when)) is holds


def test_free_times_lie_in_the_hours_that_all_mediators_have_in_common(world: World) -> None:
    make_room()
    case = assisted(world)
    team = [world.mediator.mediator, world.other_mediator.mediator]
    keep(world, EVERY_DAY)
    keep(world, daily(TEN, FIVE), team[1])
    slots = free_slots(case, team, days=30)
    assert slots
    assert {timezone.localtime(slot.start).hour for slot in slots} <= {10, 11}
    assert all(timezone.localtime(slot.start).time() <= dt.time(11) for slot in slots)
    assert free_slots(case, team, days=30, minutes=120)[0].start.astimezone(LOCAL_ZONE).time() == dt.time(10)
    assert free_slots(case, team, days=30, minutes=180) == []
    keep(world, daily(TWO, FIVE), team[1])
    assert free_slots(case, team, days=30) == []
    assert free_slots(case, team[:1], days=30)


def test_no_free_time_on_a_day_of_absence_or_a_local_holiday(world: World) -> None:
    make_room()
    case, own = mediated(world), world.mediator.mediator
    day = timezone.localdate(free_slots(case, [own], days=30)[-1].start)
    MediatorAbsence.objects.create(mediator=own, period=DateRange(day, day + dt.timedelta(days=1)), reason="leave")
    assert day not in {timezone.localdate(slot.start) for slot in free_slots(case, [own], days=30)}
    holiday = timezone.localdate(free_slots(case, [own], days=30)[-1].start)
    keep(world, EVERY_DAY)
    LocalHoliday.objects.create(date=holiday, scope_id=LONGJING[:6], name="州庆")
    assert holiday not in {timezone.localdate(slot.start) for slot in free_slots(case, [own], days=30)}


def test_free_times_take_the_same_queries_for_one_mediator_and_for_two(world: World) -> None:
    make_room()
    case = assisted(world)
    for team in ([world.mediator.mediator], [world.mediator.mediator, world.other_mediator.mediator]):
        with CaptureQueriesContext(connection) as found:
            free_slots(case, team)
        assert len(found) == 9


def test_outside_the_hours_is_warned_of_and_not_refused(world: World) -> None:
    case, own, day = mediated(world), world.mediator.mediator, workday()

    def told(minute: int) -> list[str]:
        return warnings(case, start=moment(day, minute), minutes=60, room=None)

    assert told(NINE) == []
    assert "08:30–12:00" in told(20 * 60)[0]
    keep(world, {day.isoweekday(): [(NINE, NOON)]})
    assert told(NINE) == []
    assert told(NOON - 60) == []
    (text,) = told(NOON - 30)
    assert str(own) in text
    assert "09:00–12:00" in text
    assert call(case, world.mediator, start=moment(day, 20 * 60)).state == "planned"
    MediatorAbsence.objects.create(mediator=own, period=DateRange(day, None), reason="illness")
    assert str(own) in told(TEN)[0]


def reason_of(case: Case, mediator: Mediator) -> Reason:
    found = next(one for one in candidates.suggestions(Case.objects.get(pk=case.pk)) if one.mediator == mediator)
    return found.reasons[-1]


def test_the_ranking_says_when_a_mediator_is_free_and_excludes_nobody(world: World) -> None:
    case, own, day = handled(world), world.mediator.mediator, workday()
    keep(world, {day.isoweekday(): [(NINE, TEN)]})
    first = reason_of(case, own)
    days = (day - today()).days
    assert (first.code, first.params, first.points) == ("free_within", {"days": days}, 0)
    assert not first.is_against
    assert str(days) in first.text
    party = case.parties.get(part="applicant")
    PartyAbsence.objects.create(
        party=party, period=DateTimeTZRange(moment(today(), 0), moment(today(AHEAD + 1), 0)),
        recorded_by=world.clerk, recorded_at=timezone.now(),
    )  # fmt: skip
    never = reason_of(case, own)
    assert (never.code, never.is_against, never.params) == ("never_free", True, {"days": AHEAD})


def test_a_mediator_who_sits_elsewhere_in_all_own_hours_is_free_never(world: World) -> None:
    case, own, day = handled(world), world.mediator.mediator, workday()
    keep(world, {day.isoweekday(): [(NINE, TEN)]}, first=day, last=day)
    keep(world, {day.isoweekday(): [(FIVE, FIVE + 30)]}, last=day - dt.timedelta(days=1))
    keep(world, {day.isoweekday(): [(FIVE, FIVE + 30)]}, first=day + dt.timedelta(days=1))
    assert reason_of(case, own).code == "free_within"
    call(mediated(world), world.mediator, start=moment(day, NINE))
    assert reason_of(case, own).code == "never_free"
