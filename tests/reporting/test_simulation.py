"""The demo prefecture: exact, repeatable, valid by the same rules, and only in an empty database."""

from __future__ import annotations

import datetime as dt
import io
import random

import pytest
from django.core.management import CommandError, call_command
from django.test import TestCase

from cases import ledger, workflow
from cases.models import Case, CaseEvent, CaseNumberSeries, Category, Person
from cases.states import State
from intake.models import Visit
from mediation.models import Assignment, FollowUp, Mediator
from reporting.periods import Period
from reporting.rollups.reading import reading
from reporting.rollups.rebuilding import differences, rebuild
from reporting.selectors import summary
from reporting.simulation import prefecture
from reporting.simulation import world as stage
from tests.world import World, make_case

UNTIL = dt.date(2025, 6, 30)


@pytest.fixture
def reference(db: None) -> None:
    call_command("load_reference", stdout=io.StringIO())


def simulate(seed: int = 7, accepted: int = 240, resolved: int = 228) -> list[str]:
    prefecture.build(seed=seed, until=UNTIL, accepted=accepted, resolved=resolved, workers=1)
    return list(Case.objects.order_by("pk").values_list("ledger_head", flat=True))


class Prefecture(TestCase):
    """One small prefecture for all that is asked of it."""

    @classmethod
    def setUpTestData(cls) -> None:
        call_command("load_reference", stdout=io.StringIO())
        simulate()

    def test_the_figures_are_exact_and_everything_holds(self) -> None:
        rebuild()
        with reading() as reader:
            found = {code: one.value for code, one in summary(reader, "2224", Period(prefecture.BEGIN, UNTIL)).items()}
        assert differences() == []
        assert (found["accepted"], found["resolved"], found["resolution_rate"]) == (240, 228, 95.0)
        solved = Case.objects.filter(resolved_at__isnull=False)
        assert set(solved.values_list("resolved_level", flat=True)) == {"county", "township"}
        assert not Case.objects.filter(resolved_at__isnull=True).exclude(resolved_level="").exists()
        assert found["consultations"] > 0
        assert found["refused"] > 0
        assert not list(ledger.verify())
        first, again = Visit.objects.exclude(outcome="attached"), Visit.objects.filter(outcome="attached")
        assert first.count() == Case.objects.count()
        assert set(again.values_list("case__events__kind", flat=True)) >= {"visit.attached"}
        assert 0 < found["one_trip_rate"] < 100
        assert 0 < found["satisfaction"] < 100
        assert 0 < found["answer_rate"] < 100
        assert 0 < found["on_time_rate"] < 100

    def test_every_chain_is_a_walk_through_the_workflow_table(self) -> None:
        moves = {(move.event, source): move.target for move in workflow.MOVES.values() for source in move.sources}
        state_of: dict[int, str] = {}
        for event in CaseEvent.objects.order_by("case_id", "sequence"):
            if event.kind == "case.registered":
                state_of[event.case_id] = State.REGISTERED
            elif "from" in event.data:
                assert state_of[event.case_id] == event.data["from"]
                assert moves[event.kind, State(event.data["from"])] == event.data["to"]
                state_of[event.case_id] = event.data["to"]
        assert state_of == dict(Case.objects.values_list("pk", "state"))

    def test_time_runs_forward_in_every_chain_and_nothing_happens_after_the_end(self) -> None:
        last: dict[int, dt.datetime] = {}
        for case, at in CaseEvent.objects.order_by("case_id", "sequence").values_list("case_id", "at"):
            assert last.get(case, at) <= at
            last[case] = at
        assert max(last.values()) < dt.datetime(2025, 6, 30, 16, tzinfo=dt.UTC)

    def test_numbers_have_no_gaps_and_real_ones_follow_on(self) -> None:
        for series in CaseNumberSeries.objects.all():
            prefix = f"{series.county_code}-{series.year}-"
            numbers = Case.objects.filter(number__startswith=prefix).values_list("number", flat=True)
            assert sorted(int(number[-6:]) for number in numbers) == list(range(1, series.last + 1))

    def test_invented_people_are_nobody(self) -> None:
        born = [person.birth_date for person in Person.objects.exclude(identity_index="")]
        assert born
        assert all(day is not None and day.year < 1900 for day in born)
        assert all(person.phone.startswith("100") for person in Person.objects.exclude(phone_index=""))

    def test_visits_are_made_by_somebody_else_than_the_mediator(self) -> None:
        for visit in FollowUp.objects.filter(case__mediator__isnull=False).select_related("case"):
            assert visit.assignee_id != visit.case.mediator_id

    def test_visits_carry_the_plan_by_which_they_are_made(self) -> None:
        assert not FollowUp.objects.filter(plan__isnull=True).exists()
        assert not FollowUp.objects.filter(why_visitor="").exists()
        for visit in FollowUp.objects.select_related("plan", "case"):
            wanted = "reopened" if visit.round else "default"
            assert visit.plan is not None
            assert (visit.plan.condition in {wanted, "repeated", "high_risk"}, visit.day in visit.plan.days) == (
                True,
                True,
            )

    def test_cases_are_spread_over_mediators_by_place_language_and_field(self) -> None:
        rows = Assignment.objects.select_related("case__division", "mediator__committee").prefetch_related(
            "mediator__specialties"
        )
        assert rows.values("mediator").distinct().count() > 40
        assert Mediator.objects.values("committee").distinct().count() > len(stage.COUNTIES)
        for row in rows:
            assert row.mediator.committee.division_id.startswith(row.case.county_code)
            assert row.case.mediator_id == row.mediator.user_id
            assert not row.mediator.user.has_usable_password()
        known = [row.case.category_id in {one.pk for one in row.mediator.specialties.all()} for row in rows]
        by_chance = Mediator.objects.first().specialties.count() / Category.objects.filter(is_mediable=True).count()
        assert sum(known) / len(known) > 1.3 * by_chance


def test_equal_seeds_make_equal_ledgers(reference: None) -> None:
    from django.db import transaction

    class Undo(Exception):
        pass

    def run(seed: int) -> tuple[list[str], list[str]]:
        texts: list[str] = []
        try:
            with transaction.atomic():
                simulate(seed)
                texts = [str(data) for data in CaseEvent.objects.order_by("pk").values_list("kind", "at")]
                heads = [str(row) for row in Case.objects.order_by("pk").values_list("number", "title", "state")]
                raise Undo
        except Undo:
            return texts, heads

    one, same, other = run(7), run(7), run(8)
    assert one == same
    assert one != other


def test_a_database_with_cases_is_refused(world: World) -> None:
    make_case(world)
    with pytest.raises(CommandError, match="holds cases"):
        call_command("simulate")
    call_command("simulate", if_empty=True)
    assert Case.objects.count() == 1


@pytest.mark.parametrize("options", [{"accepted": 5, "resolved": 6}, {"until": "2023-01-05"}, {"until": "soon"}])
def test_impossible_wishes_are_refused(reference: None, options: dict[str, object]) -> None:
    with pytest.raises(CommandError):
        call_command("simulate", **options)
    assert not Case.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_workers_commit_together_or_not_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    call_command("load_reference", stdout=io.StringIO())
    real = prefecture.Life.live

    def dies(life: prefecture.Life) -> Case:
        if life.serial == 151:
            raise MemoryError
        return real(life)

    with monkeypatch.context() as patch:
        patch.setattr(prefecture.Life, "live", dies)
        with pytest.raises(prefecture.NotBuilt):
            prefecture.build(seed=1, until=UNTIL, accepted=200, resolved=190, workers=2)
    assert not Case.objects.exists()
    prefecture.build(seed=1, until=UNTIL, accepted=200, resolved=190, workers=2)
    assert Case.objects.counted().count() == 200
    assert not list(ledger.verify())


def test_who_speaks_the_language_knows_the_field_or_is_near_is_likelier_to_be_given_a_case(reference: None) -> None:
    world = stage.build(random.Random(3))
    county, place = "222405", "222405005001"
    pool, weights = world.pool(place, "neighbour", "ko")
    assert pool
    assert all("ko" in one.languages for one in pool)
    assert len(world.pool(place, "neighbour", "zh-hans")[0]) == len(world.mediators[county]) == 40
    weight = dict(zip([one.pk for one in pool], weights, strict=True))
    for one in pool:
        near = {"222405005": 8, county: 3}.get(one.committee.division_id, 1)
        assert weight[one.pk] == near * (3 if "neighbour" in one.field_codes else 1)
