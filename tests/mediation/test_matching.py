"""The ranking of mediators: points, reasons, what is left out."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cases.models import Case, CaseParty, Person
from mediation import candidates
from mediation.matching import WEIGHTS, CaseFacts, MediatorFacts, common_digits, rank, score, shrunk
from mediation.models import Conflict, Mediator
from mediation.services import HasWithdrawn, InConflict, assign_mediator, recuse
from tests.mediation.test_agreements import handled
from tests.world import VILLAGE, World, make_person

CASE = CaseFacts({"ko", "zh-hans"}, "neighbour", VILLAGE)


def facts(name: str = "m", **given: object) -> MediatorFacts:
    values = {
        "languages": ["ko", "zh-hans"], "fields": ["neighbour"], "place": VILLAGE, "load": 0, "capacity": 10,
        "results": (0, 0),
    }  # fmt: skip
    return MediatorFacts(mediator=name, **{**values, **given})  # type: ignore[arg-type]


def test_the_weights_make_a_hundred_and_the_perfect_mediator_comes_near() -> None:
    assert sum(WEIGHTS.values()) == 100
    assert score(CASE, facts(results=(1000, 1000))).points == pytest.approx(99.9, abs=0.1)


@pytest.mark.parametrize(
    ("given", "code", "is_against"),
    [
        ({}, "speaks_all", False),
        ({"languages": ["ko"]}, "speaks_some", True),
        ({"languages": []}, "speaks_none", True),
        ({"fields": []}, "other_field", True),
        ({"load": 10}, "is_full", True),
        ({"capacity": 0}, "is_full", True),
        ({"results": (3, 4)}, "results", False),
        ({"place": VILLAGE[:9]}, "place_9", False),
        ({"place": VILLAGE[:6]}, "place_6", False),
        ({"place": VILLAGE[:4]}, "place_4", False),
        ({"place": "220101"}, "place_0", True),
    ],
)
def test_each_fact_is_a_reason(given: dict[str, object], code: str, is_against: bool) -> None:
    reasons = {reason.code: reason for reason in score(CASE, facts(**given)).reasons}
    assert reasons[code].is_against is is_against
    assert reasons[code].text


def test_a_neighbouring_township_shares_only_the_county() -> None:
    assert common_digits("222405006001", VILLAGE) == 6
    assert common_digits("222405005001", VILLAGE) == 9


def test_the_full_come_last_whatever_else_speaks_for_them() -> None:
    full, poor = facts("full", load=10), facts("poor", languages=[], fields=[], place="2224")
    assert [found.mediator for found in rank(CASE, [full, poor])] == ["poor", "full"]
    assert rank(CASE, [full, poor])[1].is_full


def test_of_equals_who_is_free_sooner_comes_first_and_points_go_before() -> None:
    never, late, today = (facts(str(free), free_in=free, looked_ahead=10) for free in (None, 4, 0))
    better = facts("better", results=(9, 9), looked_ahead=10)
    assert [found.mediator for found in rank(CASE, [never, late, today, better])] == ["better", "0", "4", "None"]
    codes = [score(CASE, one).reasons[-1].code for one in (never, late, today)]
    assert codes == ["never_free", "free_within", "free_today"]
    assert score(CASE, facts()).reasons[-1].code == "no_results", "nobody looked"


def test_small_samples_are_drawn_to_the_mean() -> None:
    assert shrunk(0, 0, 0.7) == pytest.approx(0.7)
    assert shrunk(1, 1, 0.7) < shrunk(80, 100, 0.7)
    assert shrunk(90, 100, 0.5) == pytest.approx(95 / 110)


def test_all_parties_count_and_without_files_the_narrative(world: World) -> None:
    case = handled(world)
    assert candidates.languages_of(case) == {"zh-hans"}
    other = make_person("朴顺姬", "박순희", language="ko")
    CaseParty.objects.create(case=case, person=other, part="respondent")
    assert candidates.languages_of(Case.objects.get(pk=case.pk)) == {"zh-hans", "ko"}
    case.parties.filter(person__isnull=False).delete()
    assert candidates.languages_of(Case.objects.get(pk=case.pk)) == {"ko"}


def test_results_are_counted_from_concluded_cases_of_two_years(world: World) -> None:
    now = timezone.now()
    rows = [("written_agreement", 10), ("settled", 10), ("to_court", 10), ("withdrawn", 10), ("oral_agreement", 900)]
    for outcome, days in rows:
        at = now - dt.timedelta(days=days)
        case = handled(world)
        resolved_at = at if outcome in {"written_agreement", "settled", "oral_agreement"} else None
        Case.objects.filter(pk=case.pk).update(
            mediator=world.mediator, outcome=outcome, resolved_at=resolved_at, state_since=at
        )
    results = candidates.results_of("222405", "social_insurance")
    assert results == {world.mediator.pk: (2, 3)}
    assert candidates.mean_of(results) == pytest.approx(2 / 3)
    assert candidates.results_of("222401", "social_insurance") == {}


def test_the_ranking_takes_a_fixed_number_of_queries(world: World) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            assert candidates.suggestions(Case.objects.get(pk=case.pk))
        return len(found)

    case = handled(world)
    before = queries()
    committee = world.mediator.mediator.committee
    for number in range(5):
        user = type(world.mediator).objects.create(username=f"more{number}", role="mediator", division_id="222405")
        extra = Mediator.objects.create(user=user, committee=committee, name=f"多{number}", languages=["ko"])
        extra.specialties.set(["neighbour"])
    assert queries() == before


def test_a_declared_conflict_excludes_and_is_refused(world: World) -> None:
    case = handled(world)
    mediator = world.mediator.mediator
    person = case.parties.get(part="applicant").person
    Conflict.objects.create(
        mediator=mediator, person=person, relation="kin", declared_by=world.mediator, declared_at=timezone.now()
    )
    assert [found.mediator for found in candidates.suggestions(case)] == [world.other_mediator.mediator]
    with pytest.raises(InConflict):
        assign_mediator(case=case, mediator=mediator, by=world.tax)


def test_a_conflict_holds_for_all_files_of_the_person(world: World) -> None:
    case = handled(world)
    person = case.parties.get(part="applicant").person
    earlier = make_person("申请人", "", merged_into=person)
    Conflict.objects.create(
        mediator=world.mediator.mediator, person=earlier, relation="kin", declared_at=timezone.now()
    )
    with pytest.raises(InConflict):
        assign_mediator(case=case, mediator=world.mediator.mediator, by=world.tax)


def test_the_assignment_keeps_rank_reasons_and_alternatives(world: World) -> None:
    case = handled(world)
    world.other_mediator.mediator.specialties.clear()
    row = assign_mediator(case=case, mediator=world.other_mediator.mediator, by=world.tax, named_by_parties=True)
    assert row.named_by_parties
    assert row.suggestions["rank"] == 2
    assert "other_field" in row.suggestions["reasons"]
    assert [other["mediator"] for other in row.suggestions["alternatives"]] == [world.mediator.mediator.pk]


def test_who_withdrew_is_neither_suggested_nor_taken_again(world: World) -> None:
    case = handled(world)
    assign_mediator(case=case, mediator=world.mediator.mediator, by=world.tax)
    recuse(case=case, by=world.mediator, relation="other", note="与企业有往来")
    assert not Conflict.objects.exists()
    assert [found.mediator for found in candidates.suggestions(case)] == [world.other_mediator.mediator]
    with pytest.raises(HasWithdrawn):
        assign_mediator(case=case, mediator=world.mediator.mediator, by=world.dispatcher)


def test_the_parties_own_language_decides_the_order(world: World) -> None:
    case = handled(world)
    Person.objects.filter(parts__case=case).update(language="ko")
    Mediator.objects.filter(pk=world.mediator.mediator.pk).update(languages=["zh-hans"])
    ranking = candidates.suggestions(Case.objects.get(pk=case.pk))
    assert [found.mediator for found in ranking] == [world.other_mediator.mediator, world.mediator.mediator]
