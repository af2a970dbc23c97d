"""What the demo has of its past: the backlog of each midnight, sessions, and people, households and addresses that come
again."""

from __future__ import annotations

import datetime as dt
import io
from collections import Counter

from django.core.management import call_command
from django.test import TestCase

from cases import ledger
from cases.models import Case, CaseEvent, Deadline, FamilyLink
from cases.states import OPEN_STATES
from governance_center.calendar import day_end, local_day
from mediation.models import Attendance, RightsNotice, Session, SessionMediator
from reporting.models import BacklogDay, Repeat
from reporting.rollups.snapshots import take_backlog
from reporting.services import repeating
from reporting.simulation import backlog, prefecture
from reporting.simulation.telling import Spec

UNTIL = dt.date(2025, 6, 30)
Counts = dict[tuple[str, str], tuple[int, int]]


def kept(day: dt.date) -> Counts:
    rows = BacklogDay.objects.filter(day=day).values_list("division", "category", "open", "overdue")
    return {(division, category): (count, late) for division, category, count, late in rows}


def recounted(day: dt.date) -> Counts:
    """Case by case: the state to which the last move before midnight led, and the limits that had run out by then."""
    midnight, is_open, is_late = day_end(day), Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    state: dict[int, str] = {}
    for event in CaseEvent.objects.filter(at__lt=midnight).order_by("case_id", "sequence"):
        state[event.case_id] = event.data.get("to", state.get(event.case_id, ""))
    late = {
        limit.case_id
        for limit in Deadline.objects.filter(due_at__lte=midnight)
        if not any(end is not None and end < midnight for end in (limit.met_at, limit.cancelled_at))
    }
    for case in Case.objects.exclude(kind="consultation"):
        if state.get(case.pk) in OPEN_STATES:
            keys = [(case.division_id[:length], case.category_id) for length in (4, 6, 9)]
            is_open.update(keys)
            is_late.update(keys if case.pk in late else [])
    return {key: (count, is_late[key]) for key, count in is_open.items()}


def test_the_cases_of_a_household_are_lived_by_one_worker() -> None:
    at = dt.datetime(2025, 6, 1, tzinfo=dt.UTC)
    specs = [Spec("222405", "neighbour", at, "resolved", household=turn % 4) for turn in range(40)]
    shares = prefecture._share_out(specs, 2)
    assert sum(map(len, shares)) == len(specs)
    homes = [{spec.household for spec in share} - {0} for share in shares]
    assert homes == [{2}, {1, 3}]


class History(TestCase):
    """One small demo for all."""

    @classmethod
    def setUpTestData(cls) -> None:
        call_command("load_reference", stdout=io.StringIO())
        prefecture.build(seed=7, until=UNTIL, accepted=400, resolved=380, workers=1)

    def test_the_backlog_of_a_day_equals_a_recount_from_the_ledger(self) -> None:
        days = sorted(set(BacklogDay.objects.values_list("day", flat=True)))
        assert days[-1] == UNTIL
        lates = 0
        for day in [*days[:: len(days) // 12], days[-1]]:
            assert kept(day) == recounted(day), day
            lates += sum(late for _count, late in kept(day).values())
        assert lates
        empty = next(day for day in (days[0] + dt.timedelta(days=n) for n in range(len(days) + 1)) if day not in days)
        assert recounted(empty) == {}, "a day without a row is one on which nothing was open"

    def test_the_last_midnight_is_what_the_use_case_counts_then(self) -> None:
        simulated = kept(UNTIL)
        BacklogDay.objects.filter(day=UNTIL).delete()
        assert take_backlog(now=day_end(UNTIL)) == len(simulated) > 10
        assert kept(UNTIL) == simulated
        assert backlog.keep(UNTIL) == 0, "what is kept is not made up again"

    def test_early_warning_finds_people_households_and_addresses_that_come_again(self) -> None:
        found = repeating.refresh(UNTIL)
        assert found == Repeat.objects.count()
        assert set(Repeat.objects.values_list("kind", flat=True)) == {"person", "household", "address"}
        for row in Repeat.objects.all():
            assert row.cases.count() >= 2
            assert all(local_day(case.registered_at) <= UNTIL for case in row.cases.all())
        household = Repeat.objects.filter(kind="household")[0]
        people = set(household.people.values_list("pk", flat=True))
        assert FamilyLink.objects.filter(person__in=people, relative__in=people).count() == len(people) - 1 >= 1
        assert len(set(household.people.values_list("division", "address"))) == 1
        assert all(case.division_id == household.division_id for case in household.cases.all())

    def test_sessions_are_held_or_come_to_nothing_with_who_came(self) -> None:
        states = Counter(Session.objects.values_list("state", flat=True))
        assert states.keys() == set(Session.State.values)
        assert states["held"] > states["failed"] + states["cancelled"]
        for session in Session.objects.prefetch_related("attendances", "seats", "case__events"):
            came = [one for one in session.attendances.all() if one.state == Attendance.State.CAME]
            events = [one for one in session.case.events.all() if one.data.get("session") == session.pk]
            assert events[0].kind == "session.called"
            assert events[0].at < session.period.lower
            if session.state == "planned":
                assert session.period.lower > day_end(UNTIL)
                assert len(events) == 1
                continue
            assert session.period.upper <= day_end(UNTIL)
            assert [one.kind for one in events[1:]] == [f"session.{session.state}"]
            assert [one.was_there for one in session.seats.all()] == [True if session.state == "held" else None]
            if session.state == "held":
                assert session.minutes.text
                told = RightsNotice.objects.filter(case=session.case, party__in=[one.party_id for one in came])
                assert told.count() == len(came) >= 2
        assert not list(ledger.verify())

    def test_nobody_sits_at_two_tables_at_once(self) -> None:
        """The database refuses it; here it is seen that more than one session of a mediator was there to be refused."""
        seats = Counter(SessionMediator.objects.filter(is_live=True).values_list("mediator", "period"))
        assert max(seats.values()) == 1
        assert max(Counter(mediator for mediator, _period in seats).values()) > 1
