"""Matters that programs bring: shape, rights, and the same number once."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.authtoken.models import Token
from rest_framework.test import APIClient

from cases import ledger
from cases.models import Case, Person
from intake.models import Origin, Source, Visit
from tests.world import VILLAGE, World

MATTER: dict[str, Any] = {
    "source_system": "12345", "source_id": "D-2026-0001", "channel": "hotline",
    "petitioner": {"name": "金顺姬", "phone": "138 0000 1234", "language": "ko"},
    "others": [{"organisation": "龙井市某企业"}],
    "category": "social_insurance", "place": VILLAGE, "title": "企业未缴社会保险费", "narrative": "전화로 접수",
    "caller_phone": "13800001234", "reference": "D-2026-0001",
}  # fmt: skip


@pytest.fixture
def program(world: World) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {Token.objects.create(user=world.clerk)}")
    return client


def send(program: APIClient, **changes: Any) -> Any:
    return program.post("/api/matters/", {**MATTER, **changes}, format="json")


def test_a_matter_is_registered_for_screening_with_its_origin(program: APIClient) -> None:
    answer = send(program)
    assert answer.status_code == 201, answer.content
    case = Case.objects.get()
    assert answer.json()["number"] == case.number
    assert (case.state, case.channel) == ("registered", "hotline")
    assert (case.origin.system, case.origin.source_id) == ("12345", "D-2026-0001")
    assert Source.objects.get().caller_phone == "13800001234"
    assert [str(party) for party in case.parties.all()] == ["金顺姬", "龙井市某企业"]
    assert not list(ledger.verify())


def test_the_same_number_of_the_same_system_makes_one_case(program: APIClient) -> None:
    first, again = send(program), send(program, title="另一标题")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["number"] == again.json()["number"]
    assert (Case.objects.count(), Visit.objects.count(), Origin.objects.count()) == (1, 1, 1)
    assert send(program, source_system="110").status_code == 201
    assert send(program, source_id="D-2026-0002").status_code == 201


def test_a_program_may_tell_place_and_kind_of_person(program: APIClient) -> None:
    petitioner = {**MATTER["petitioner"], "education": "20", "person_kind": "retired"}
    place = {"longitude": "129.42714999999999", "latitude": 42.7663}
    assert send(program, petitioner=petitioner, **place).status_code == 201
    assert [str(value) for value in Case.objects.values_list("longitude", "latitude").get()] == ["129.4271", "42.7663"]
    person = Person.objects.get()
    assert (person.education, person.person_kind) == ("20", "retired")
    outside = send(program, source_id="2", longitude="125.3", latitude="43.8")
    assert (outside.status_code, outside.json()["type"]) == (422, "urn:governance:outside_yanbian")
    assert send(program, source_id="3", longitude="129.4").status_code == 422
    assert send(program, source_id="4", petitioner={**petitioner, "person_kind": "king"}).status_code == 400


def test_an_accepted_matter_is_routed_at_once(program: APIClient) -> None:
    send(program, accept=True)
    assert Case.objects.get().lead_id == "tax"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"channel": "walk_in"}, "channel"), ({"channel": "pigeon"}, "channel"), ({"title": ""}, "title"),
        ({"category": "nothing"}, "category"), ({"place": "999"}, "place"), ({"source_id": ""}, "source_id"),
        ({"petitioner": {"name": "x" * 61}}, "petitioner"), ({"people_count": 0}, "people_count"),
        ({"sent_on": "yesterday"}, "sent_on"), ({"narrative": "\0"}, "narrative"),
    ],
)  # fmt: skip
def test_a_wrong_shape_names_its_field(program: APIClient, changes: dict[str, Any], field: str) -> None:
    answer = send(program, **changes)
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert field in answer.json()
    assert not Case.objects.exists()


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"petitioner": {"name": ""}}, "missing_input", "name"),
        ({"petitioner": {"name": "金", "phone": "call me"}}, "bad_phone", "phone"),
        ({"place": "222401001"}, "outside_centre", "division"),
        ({"channel": "police"}, "missing_input", "police_calls"),
    ],
)
def test_a_broken_rule_is_problem_details(program: APIClient, changes: dict[str, Any], code: str, field: str) -> None:
    answer = send(program, **changes)
    problem = answer.json()
    assert answer.status_code == problem["status"]
    assert (problem["type"], problem["field"]) == (f"urn:governance:{code}", field)
    assert not Person.objects.exists()


@pytest.mark.parametrize("who", ["tax", "mediator", "official", "administrator", None])
def test_only_tokens_of_the_desk_register(world: World, who: str | None) -> None:
    client = APIClient()
    if who:
        client.credentials(HTTP_AUTHORIZATION=f"Token {Token.objects.create(user=getattr(world, who))}")
    assert client.post("/api/matters/", MATTER, format="json").status_code in ({403} if who else {401, 403})
    assert not Case.objects.exists()
