"""A mediator withdraws from a case; the pages of assigning and withdrawing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Notification
from cases import ledger
from cases.models import Case
from cases.states import State
from governance_center.errors import GovernanceError, MissingInput, NotAllowed
from mediation.models import Assignment, Conflict
from mediation.services import assign_mediator, recuse
from tests.mediation.test_agreements import handled
from tests.world import World


def given(world: World) -> Case:
    case = handled(world)
    assign_mediator(case=case, mediator=world.mediator.mediator, by=world.tax)
    case.refresh_from_db()
    return case


def test_withdrawing_ends_the_assignment_and_tells_lead_and_dispatcher(world: World) -> None:
    case = given(world)
    party = case.parties.get(part="applicant")
    row = recuse(case=case, by=world.mediator, relation="kin", note="申请人是我的表弟", party=party)
    case.refresh_from_db()
    assert (case.mediator, case.state) == (None, State.IN_HANDLING)
    assert row.ended_at is not None
    assert row.end_reason == "申请人是我的表弟"
    conflict = Conflict.objects.get()
    assert (conflict.person, conflict.relation, conflict.declared_by) == (party.person, "kin", world.mediator)
    told = set(Notification.objects.filter(kind="mediation.withdrew").values_list("recipient__username", flat=True))
    assert told == {"dispatcher", "tax"}
    assert case.events.get(kind="mediator.withdrew").data["relation"] == "kin"
    assert not list(ledger.verify())
    assert not Case.objects.visible_to(world.mediator).exists()


def test_only_the_mediator_who_has_the_case_withdraws_and_says_why(world: World) -> None:
    case = given(world)
    for stranger in (world.other_mediator, world.tax, world.dispatcher):
        with pytest.raises(NotAllowed):
            recuse(case=case, by=stranger, relation="kin", note="x")
    with pytest.raises(MissingInput):
        recuse(case=case, by=world.mediator, relation="kin", note=" ")
    with pytest.raises(MissingInput):
        recuse(case=case, by=world.mediator, relation="friend", note="x")
    foreign = handled(world).parties.get(part="applicant")
    with pytest.raises(GovernanceError) as refused:
        recuse(case=case, by=world.mediator, relation="kin", note="x", party=foreign)
    assert refused.value.code == "bad_choice"
    case.refresh_from_db()
    assert case.mediator == world.mediator
    assert not Conflict.objects.exists()


def test_the_page_takes_it_once_and_the_history_shows_it(world: World, sign_in: Callable[..., Client]) -> None:
    case = given(world)
    url = reverse("mediation:recuse", args=[case.number])
    client = sign_in(world.mediator)
    assert url in client.get(reverse("cases:detail", args=[case.number])).content.decode()
    refused = client.post(url, {"relation": "kin", "note": ""})
    assert refused.status_code == 422
    party = case.parties.get(part="applicant")
    for _time in range(2):
        answer = client.post(url, {"relation": "kin", "note": "我的表弟", "party": party.pk})
        assert (answer.status_code, answer["Location"]) == (302, reverse("mediation:home"))
    assert Assignment.objects.filter(case=case).count() == 1
    page = sign_in(world.dispatcher).get(reverse("cases:detail", args=[case.number])).content.decode()
    assert "我的表弟" in page


@pytest.mark.parametrize("name", ["clerk", "tax", "dispatcher", "official"])
def test_others_do_not_open_the_page_of_withdrawing(world: World, sign_in: Callable[..., Client], name: str) -> None:
    case = given(world)
    assert sign_in(getattr(world, name)).get(reverse("mediation:recuse", args=[case.number])).status_code == 403


def test_a_mediator_without_the_case_does_not_find_it(world: World, sign_in: Callable[..., Client]) -> None:
    case = given(world)
    url = reverse("mediation:recuse", args=[case.number])
    assert sign_in(world.other_mediator).get(url).status_code == 404


def test_the_page_of_assigning_gives_reasons_and_keeps_the_parties_choice(
    world: World, sign_in: Callable[..., Client]
) -> None:
    case = handled(world)
    client = sign_in(world.dispatcher)
    url = reverse("mediation:assign", args=[case.number])
    page = client.get(url)
    assert [reason.code for reason in page.context["page"][0].reasons if not reason.code.startswith("free_")] == [
        "speaks_all", "knows_field", "place_9", "has_room", "no_results",
    ]  # fmt: skip
    assert page.context["page"][0].reasons[0].text in page.content.decode()
    answer = client.post(url, {"mediator": world.mediator.mediator.pk, "named_by_parties": "on"})
    assert answer.status_code == 302
    assert Assignment.objects.get(case=case).named_by_parties
    assert client.post(url, {"mediator": world.mediator.mediator.pk}).status_code == 422
