"""What the page shows while the form is filled in is what registration decides."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from cases.models import Case, RoutingRule
from tests.world import VILLAGE, World

SignIn = Callable[..., Client]

RULES: list[dict[str, Any]] = [
    {"name": "law", "priority": 1, "keywords": ["行政复议"], "leads": "statutory", "statutory_route": "review"},
    {"name": "risk", "priority": 2, "risk_at_least": 40, "lead_id": "petitions", "assistants": ["justice"]},
    {"name": "large", "priority": 3, "amount_from": 100000, "leads": "dispatcher"},
    {"name": "small", "priority": 4, "amount_to": 1000, "lead_id": "civil_affairs"},
    {"name": "firm", "priority": 5, "party_kind": "organisation", "lead_id": "human_resources"},
    {"name": "line", "priority": 6, "channels": ["hotline"], "lead_id": "justice"},
]

FORMS: list[tuple[dict[str, str], str, str | None]] = [
    ({}, "", "tax"),
    ({"amount": "500"}, "small", "civil_affairs"),
    ({"amount": "1000"}, "", "tax"),
    ({"amount": "99999.99"}, "", "tax"),
    ({"amount": "100000"}, "large", None),
    ({"amount": "1000000", "people_involved": "10"}, "risk", "petitions"),
    ({"people_involved": "30"}, "", "tax"),
    ({"people_involved": "30", "amount": "120000"}, "risk", "petitions"),
    ({"others-0-organisation": "龙井建筑公司"}, "firm", "human_resources"),
    ({"others-0-name": "金某"}, "", "tax"),
    ({"channel": "hotline", "source-caller_phone": "13800000000"}, "line", "justice"),
    ({"title": "对行政复议决定不服"}, "law", None),
    ({"narrative": "扬言要杀人，还要集体上访"}, "risk", "petitions"),
    ({"narrative": "폭행을 당하였고 죽이겠다고 협박하였다", "people_involved": "30"}, "risk", "petitions"),
]


@pytest.fixture
def rules(world: World) -> None:
    for rule in RULES:
        RoutingRule.objects.create(scope_id="2224", **rule)


def form(**fields: str) -> dict[str, str]:
    base = {
        "submission_key": str(uuid.uuid4()), "name": "金美子", "language": "zh-hans", "category": "social_insurance",
        "division": VILLAGE, "title": "单位未缴社保费", "narrative": "", "narrative_language": "zh-hans",
        "channel": "walk_in", "decision": "accept", "others-TOTAL_FORMS": "1", "others-INITIAL_FORMS": "0",
        "others-0-part": "respondent",
    }  # fmt: skip
    return base | fields


@pytest.mark.parametrize(("fields", "rule", "lead"), FORMS, ids=[str(list(row[0].items())) for row in FORMS])
def test_preview_and_registration_agree(
    world: World, rules: None, sign_in: SignIn, fields: dict[str, str], rule: str, lead: str | None
) -> None:
    client, typed = sign_in(world.clerk), form(**fields)
    shown = client.post("/desk/register/route/", typed).context["decision"]
    answer = client.post("/desk/register/", typed)
    assert answer.status_code == 302, answer.context["form"].errors
    case = Case.objects.latest("pk")
    kept = case.routing_decisions.get()
    assert (shown.rule.name if shown.rule else "", shown.lead.department.pk if shown.lead else None) == (rule, lead)
    assert (kept.rule.name if kept.rule else "", case.lead_id) == (rule, lead)
    assert kept.reasons == shown.reasons
    assert kept.facts == shown.facts


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("amount", "-1"), ("amount", "1.234"), ("amount", "123456789012345"), ("amount", "abc"), ("amount", "NaN"),
        ("people_involved", "0"), ("people_involved", "100001"), ("people_involved", "1.5"), ("people_involved", "x"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("language", ["zh-hans", "ko"])
def test_what_does_not_fit_comes_back_and_the_preview_goes_on(
    world: World, sign_in: SignIn, field: str, value: str, language: str
) -> None:
    client, typed = sign_in(world.clerk, language), form(**{field: value})
    assert client.post("/desk/register/route/", typed).context["decision"].lead.department.pk == "tax"
    answer = client.post("/desk/register/", typed)
    assert answer.status_code == 422
    assert answer.context["form"].errors[field]
    assert f'value="{value}"' in answer.content.decode()
    assert not Case.objects.exists()


def test_amount_and_people_are_kept_and_shown(world: World, sign_in: SignIn) -> None:
    client = sign_in(world.clerk)
    client.post("/desk/register/", form(amount="12345.60", people_involved="7"))
    case = Case.objects.get()
    assert (str(case.amount), case.people_involved) == ("12345.60", 7)
    page = client.get(f"/cases/{case.number}/").content.decode()
    assert "12,345.60" in page
    assert 'name="amount"' in client.get("/desk/register/").content.decode()
