"""The figures for programs: what an answer holds, who gets one, and what is said of bad questions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from rest_framework.authtoken.models import Token
from rest_framework.test import APIClient

from accounts.models import Role
from cases.services import resolve_case, sign_referral
from reporting.measures import MEASURES
from tests.world import LIYUAN, LONGJING, YANJI, World, make_case, make_user

SignIn = Callable[..., Client]
PATH = "/api/figures/"


@pytest.fixture
def two(world: World) -> World:
    """Two disputes of neighbours, one of them settled."""
    for settled in (True, False):
        case = make_case(world, "neighbour")
        if settled:
            sign_referral(referral=case.referrals.get(role="lead"), by=world.justice)
            resolve_case(case=case, by=world.justice, outcome="settled", note="办结")
    return world


def figures(answer: Any) -> dict[str, dict[str, Any]]:
    return {one["code"]: one for one in answer.json()["figures"]}


def test_every_figure_comes_with_its_definition_and_what_it_is_made_of(two: World, sign_in: SignIn) -> None:
    answer = sign_in(two.official).get(PATH)
    found = figures(answer)
    assert set(found) == set(MEASURES) - {"attendance_rate"}
    rate = found["resolution_rate"]
    assert rate["name"] == "化解率"
    assert rate["definition"]
    assert rate["guards"] == list(MEASURES["resolution_rate"].guards)
    assert (rate["basis"], rate["unit"], rate["direction"]) == ("cohort", "percent", "up")
    assert (rate["numerator"], rate["denominator"], rate["value"], rate["small"]) == (1, 2, 50.0, True)
    # Wilson for 1 of 2: (0.5 + z2/4 -+ z * sqrt(1/8 + z2/16)) / (1 + z2/2), z2 = 3.8415.
    assert (rate["low"], rate["high"]) == (pytest.approx(9.45, abs=0.01), pytest.approx(90.55, abs=0.01))
    assert found["satisfaction"]["value"] is None
    assert found["answer_rate"]["denominator"] == 0
    assert found["accepted"]["low"] is None
    body = answer.json()
    assert (body["division"], body["first"]) == ("2224", "2023-01-01")
    assert body["as_of"].endswith("+08:00")


def test_names_are_in_the_language_of_the_request(two: World, sign_in: SignIn) -> None:
    assert figures(sign_in(two.official, "ko").get(PATH))["resolution_rate"]["name"] == "해소률"


@pytest.mark.parametrize(("by", "key"), [("division", LONGJING), ("category", "neighbour"), ("channel", "walk_in"),
                                         ("level", "county"), ("department", "justice")])  # fmt: skip
def test_each_breakdown(two: World, sign_in: SignIn, by: str, key: str) -> None:
    answer = sign_in(two.official).get(PATH, {"by": by}).json()["by"]
    assert answer["dimension"] == by
    row = {row["key"]: row for row in answer["rows"]}[key]
    assert row["name"]
    rate = row["figures"]["resolution_rate"]
    assert (rate["numerator"], rate["denominator"]) == (1, 2)
    assert "consultations" not in row["figures"], "questions answered at the desk belong to no row"
    assert ("standardised" in row) == (by == "division")


def test_places_come_by_their_code_and_not_by_their_rate(two: World, sign_in: SignIn) -> None:
    rows = sign_in(two.official).get(PATH, {"by": "division"}).json()["by"]["rows"]
    assert [row["key"] for row in rows] == sorted(row["key"] for row in rows)
    assert len(rows) == 2


@pytest.mark.parametrize(("compare", "first", "last"), [("before", "2024-02-01", "2024-02-29"),
                                                        ("year", "2023-03-01", "2023-03-31")])  # fmt: skip
def test_the_period_compared(two: World, sign_in: SignIn, compare: str, first: str, last: str) -> None:
    question = {"first": "2024-03-01", "last": "2024-03-31", "compare": compare}
    answer = sign_in(two.official).get(PATH, question).json()["compared"]
    assert (answer["compare"], answer["first"], answer["last"]) == (compare, first, last)
    assert len(answer["figures"]) == len(MEASURES) - 1


@pytest.mark.parametrize(
    ("question", "field"),
    [({"first": "2026-02-30"}, "first"), ({"last": "yesterday"}, "last"),
     ({"first": "2026-12-01", "last": "2026-01-01"}, "last"), ({"by": "mood"}, "by"), ({"compare": "best"}, "compare"),
     ({"division": "2" * 40}, "division")],
)  # fmt: skip
def test_a_bad_question_is_answered_with_what_is_wrong(
    two: World, sign_in: SignIn, question: dict[str, str], field: str
) -> None:
    answer = sign_in(two.official).get(PATH, question)
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == 400
    assert answer.json()[field]


@pytest.mark.parametrize(("who", "status"), [("official", 200), ("dispatcher", 200), ("clerk", 403), ("tax", 403),
                                             ("mediator", 403), ("administrator", 403)])  # fmt: skip
def test_who_gets_the_figures(two: World, sign_in: SignIn, who: str, status: int) -> None:
    answer = sign_in(getattr(two, who)).get(PATH)
    assert answer.status_code == status
    assert (answer["Content-Type"] == "application/problem+json") == (status != 200)


def test_nobody_gets_figures_outside_the_own_division(two: World, sign_in: SignIn) -> None:
    client = sign_in(make_user("county", Role.OFFICIAL, LONGJING))
    assert client.get(PATH).json()["division"] == LONGJING
    assert client.get(PATH, {"division": LIYUAN}).status_code == 200
    assert client.get(PATH, {"division": YANJI}).status_code == 403
    assert client.get(PATH, {"division": "2224"}).status_code == 403
    assert client.get(PATH, {"division": "222405999"}).status_code == 404


def test_a_program_asks_with_a_token_and_a_stranger_not_at_all(two: World) -> None:
    program = APIClient()
    assert program.get(PATH).status_code == 401
    program.credentials(HTTP_AUTHORIZATION=f"Token {Token.objects.create(user=two.official)}")
    assert program.get(PATH).json()["division"] == "2224"
    assert program.post(PATH, {}).status_code == 405
