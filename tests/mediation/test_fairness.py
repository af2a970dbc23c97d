"""What the data says against a mediator: kin, household, employer, an earlier part; found in words and refused."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cases import ledger
from cases.models import Case, CaseParty, Expert, ExpertAppointment, FamilyLink, Person
from cases.services import sign_referral
from mediation import candidates, fairness
from mediation.models import Assignment, Conflict, Mediator
from mediation.services import InConflict, add_assistant, assign_mediator, propose_backlog
from tests.mediation.sessions import mediated
from tests.mediation.test_agreements import handled
from tests.world import LONGJING, YANJI, World, make_case, make_person


@pytest.fixture
def own(world: World) -> Person:
    """The file of the mediator."""
    person = make_person("调解员", "")
    Mediator.objects.filter(user=world.mediator).update(person=person)
    return person


def applicant(case: Case) -> Person:
    person = case.parties.get(part="applicant").person
    assert person is not None
    return person


def against(world: World, case: Case) -> list[tuple[str, dict[str, object]]]:
    found = fairness.bars_of(case).get(world.mediator.mediator.pk, [])
    return [(bar.code, {key: str(value) for key, value in bar.params.items()}) for bar in found]


def refused(world: World, case: Case, **fields: object) -> str:
    with pytest.raises(InConflict) as error:
        assign_mediator(case=case, mediator=world.mediator.mediator, **{"by": world.dispatcher, **fields})  # type: ignore[arg-type]
    return str(error.value)


def link(world: World, person: Person, relative: Person, relation: str) -> None:
    FamilyLink.objects.create(person=person, relative=relative, relation=relation, noted_by=world.clerk)


def test_nothing_speaks_against_a_stranger(world: World, own: Person) -> None:
    assert fairness.bars_of(handled(world)) == {}


def test_nobody_mediates_in_the_own_matter(world: World, own: Person) -> None:
    case = handled(world)
    case.parties.filter(part="applicant").update(person=own)
    assert against(world, case) == [("own_party", {"who": str(own)})]
    assert str(own) in refused(world, case, despite="人手不够")


@pytest.mark.parametrize(
    ("relation", "from_mediator", "said"),
    [("child", True, "child"), ("child", False, "parent"), ("spouse", True, "spouse"), ("sibling", False, "sibling")],
)
def test_relatives_are_found_from_both_sides(
    world: World, own: Person, relation: str, from_mediator: bool, said: str
) -> None:
    case = handled(world)
    pair = (own, applicant(case)) if from_mediator else (applicant(case), own)
    link(world, *pair, relation)
    label = str(FamilyLink.Relation(said).label)
    assert against(world, case) == [("kin", {"who": str(applicant(case)), "relation": label})]
    assert label in refused(world, case, despite="人手不够"), "nobody goes on in spite of kin"
    assert world.mediator.mediator not in [one.mediator for one in candidates.suggestions(case)]


def test_files_that_are_one_persons_count_as_one(world: World, own: Person) -> None:
    case = handled(world)
    older = make_person("旧档案", "", merged_into=applicant(case))
    mine = make_person("调解员旧档案", "", merged_into=own)
    link(world, older, mine, "parent")
    assert [code for code, _params in against(world, case)] == ["kin"]


@pytest.mark.parametrize(
    ("address", "same"),
    [("梨园小区3号楼 2单元", True), ("梨园小区３号楼2单元", True), ("梨园小区5号楼", False), ("", False)],
)
def test_the_same_address_in_the_same_place_is_one_household(
    world: World, own: Person, address: str, same: bool
) -> None:
    case = handled(world)
    Person.objects.filter(pk=own.pk).update(division=world.village, address="梨园小区3号楼2单元")
    Person.objects.filter(pk=applicant(case).pk).update(division=world.village, address=address)
    expected = [("household", {"who": str(applicant(case))})] if same else []
    assert against(world, case) == expected
    Person.objects.filter(pk=applicant(case).pk).update(division=YANJI)
    assert against(world, case) == [], "the same street in another place"


def test_a_household_noted_in_the_file_is_found_as_such(world: World, own: Person) -> None:
    case = handled(world)
    link(world, own, applicant(case), "household")
    assert [code for code, _params in against(world, case)] == ["household"]


def test_the_employer_is_known_by_its_name(world: World) -> None:
    case = handled(world)
    firm = case.parties.get(part="respondent").organisation
    Mediator.objects.filter(user=world.mediator).update(employer=f" {firm[:2]} {firm[2:]}")
    assert against(world, case) == [("employer", {"who": firm})]


def test_a_declared_conflict_with_an_organisation_bars_its_next_case(world: World) -> None:
    case = handled(world)
    firm = case.parties.get(part="respondent").organisation
    Conflict.objects.create(
        mediator=world.mediator.mediator, organisation=firm, relation="employer", declared_at=timezone.now()
    )
    assert [code for code, _params in against(world, case)] == ["declared"]
    assert firm in refused(world, case, despite="x")


def test_an_earlier_part_on_the_same_matter_is_found_through_repeats(world: World, own: Person) -> None:
    first, second, third = handled(world), make_case(world), handled(world)
    Case.objects.filter(pk=second.pk).update(repeat_of=first)
    Case.objects.filter(pk=third.pk).update(repeat_of=second)
    third.refresh_from_db()
    CaseParty.objects.create(case=first, person=own, part="third")
    assert against(world, third) == [("earlier_party", {"number": first.number})]
    assert [code for code, _params in against(world, first)] == ["own_party"]


def test_who_was_asked_as_an_expert_does_not_mediate(world: World) -> None:
    case, now = handled(world), timezone.now()
    expert = Expert.objects.create(
        name="专家", user=world.mediator, division_id=LONGJING, languages=["zh-hans"]
    )  # fmt: skip
    time = DateTimeTZRange(now, now + dt.timedelta(hours=1))
    row = ExpertAppointment.objects.create(expert=expert, case=case, time=time, asked_by=world.tax, question="?")
    assert against(world, case) == [("earlier_expert", {"number": case.number})]
    ExpertAppointment.objects.filter(pk=row.pk).update(state="cancelled")
    assert against(world, case) == []


def test_who_handled_it_for_a_department_does_not_mediate(world: World) -> None:
    case = make_case(world)
    sign_referral(referral=case.referrals.get(role="lead"), by=world.tax)
    case.referrals.update(signed_by=world.mediator)
    assert against(world, case) == [("earlier_handler", {"number": case.number})]


def test_a_dispatcher_may_go_on_with_a_reason_where_it_is_not_absolute(world: World) -> None:
    case = handled(world)
    Mediator.objects.filter(user=world.mediator).update(employer=case.parties.get(part="respondent").organisation)
    refused(world, case)
    refused(world, case, by=world.tax, despite="人手不够")
    row = assign_mediator(case=case, mediator=world.mediator.mediator, by=world.dispatcher, despite="双方同意")
    assert row.despite == "双方同意"
    assert case.notes.get().text == "双方同意"
    assert "note_sha256" in case.events.get(kind="mediator.assigned").data
    assert not list(ledger.verify())


def test_an_assistant_is_held_to_the_same(world: World) -> None:
    case = mediated(world, world.other_mediator)
    Mediator.objects.filter(user=world.mediator).update(employer=case.parties.get(part="respondent").organisation)
    with pytest.raises(InConflict):
        add_assistant(case=case, mediator=world.mediator.mediator, by=world.tax)
    row = add_assistant(case=case, mediator=world.mediator.mediator, by=world.dispatcher, despite="双方同意")
    assert (row.role, row.despite) == ("assisting", "双方同意")


def test_the_backlog_leaves_them_out(world: World, own: Person) -> None:
    case = handled(world)
    link(world, own, applicant(case), "child")
    found = propose_backlog([case], list(candidates.of_counties([LONGJING])))
    assert [row.suggestion.mediator for row in found] == [world.other_mediator.mediator]


def test_many_cases_take_no_more_queries_than_one(world: World, own: Person) -> None:
    def queries(cases: list[Case]) -> int:
        with CaptureQueriesContext(connection) as found:
            assert all(fairness.bars(cases).values())
        return len(found)

    cases = [handled(world) for _number in range(4)]
    for case in cases:
        link(world, own, applicant(case), "relative")
    one = queries(cases[:1])
    assert one <= 12
    assert queries(cases) == one


@pytest.mark.parametrize("language", ["zh-hans", "ko"])
def test_the_pages_name_who_is_left_out_and_why(
    world: World, own: Person, sign_in: Callable[..., Client], language: str
) -> None:
    case = handled(world)
    link(world, own, applicant(case), "child")
    firm = case.parties.get(part="respondent").organisation
    Mediator.objects.filter(user=world.other_mediator).update(employer=firm)
    client, url = sign_in(world.dispatcher, language), reverse("mediation:assign", args=[case.number])
    page = client.get(url)
    assert page.context["page"].paginator.count == 0
    text = page.content.decode()
    for bar in (bar for out in page.context["left_out"] for bar in out.bars):
        assert bar.text in text
    assert text.count('name="despite"') == 1, "only where a dispatcher may go on"
    assert 'name="despite"' not in sign_in(world.tax, language).get(url).content.decode()
    proposal = sign_in(world.dispatcher, language).get(reverse("mediation:proposal")).content.decode()
    assert str(applicant(case)) in proposal
    key = world.other_mediator.mediator.pk
    kept = client.post(url, {"mediator": key, "despite": ""})
    assert (kept.status_code, firm in kept.content.decode()) == (422, True)
    assert client.post(url, {"mediator": key, "despite": "双方同意"}).status_code == 302
    assert Assignment.objects.get().despite == "双方同意"
