"""A party asks that a mediator withdraws, and the dispatcher decides."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Notification
from cases import ledger
from cases.models import Case
from governance_center.errors import GovernanceError, IllegalMove, MissingInput, NotAllowed
from mediation.models import Assignment, Conflict, Recusal
from mediation.services import add_assistant, assign_mediator, reach_agreement
from mediation.services.recusing import AlreadyDecided, NotMediating, ask_recusal, decide_recusal
from tests.mediation.sessions import mediated
from tests.mediation.test_agreements import handled
from tests.world import World


def asked(world: World, case: Case, part: str = "applicant", **fields: object) -> Recusal:
    values = {
        "case": case, "mediator": world.mediator.mediator, "by": world.clerk, "relation": "kin",
        "party": case.parties.get(part=part), "reason": "他是对方的亲戚", **fields,
    }  # fmt: skip
    return ask_recusal(**values)  # type: ignore[arg-type]


def test_what_a_party_asks_is_kept_and_told_once(world: World) -> None:
    case = mediated(world)
    first, again = asked(world, case), asked(world, case)
    assert (first.pk, first.reason.text, first.state) == (again.pk, "他是对方的亲戚", "asked")
    assert Notification.objects.get(kind="mediation.recusal_asked").recipient == world.dispatcher
    assert case.events.get(data__recusal=first.pk).data["state"] == "asked"
    assert asked(world, case, "respondent").pk != first.pk
    assert not list(ledger.verify())


def test_accepted_it_is_as_the_mediators_own_withdrawal(world: World) -> None:
    case = mediated(world)
    recusal, other = asked(world, case, "respondent"), asked(world, case)
    for _time in range(2):
        decided = decide_recusal(recusal=recusal, by=world.dispatcher, accept=True, reason="确有利害关系")
    assert (decided.state, decided.decision.text, decided.decided_by) == ("accepted", "确有利害关系", world.dispatcher)
    case.refresh_from_db()
    assert case.mediator is None
    row = Assignment.objects.get(case=case)
    assert (row.ended_as, row.end_reason) == ("withdrew", "确有利害关系")
    assert not Case.objects.visible_to(world.mediator).exists()
    assert Conflict.objects.get().organisation == case.parties.get(part="respondent").organisation
    assert case.events.get(kind="mediator.withdrew").data["recusal"] == recusal.pk
    other.refresh_from_db()
    assert (other.state, other.decided_by) == ("lapsed", None)
    told = Notification.objects.filter(kind="mediation.recusal_accepted")
    assert {one.recipient for one in told} == {world.clerk, world.mediator}
    assert not list(ledger.verify())


def test_refused_the_mediator_stays_with_the_reason(world: World) -> None:
    case = mediated(world)
    recusal = asked(world, case)
    decide_recusal(recusal=recusal, by=world.dispatcher, accept=False, reason="没有亲属关系")
    case.refresh_from_db()
    assert case.mediator == world.mediator
    assert not Conflict.objects.exists()
    assert Notification.objects.get(kind="mediation.recusal_refused").recipient == world.clerk
    with pytest.raises(AlreadyDecided):
        decide_recusal(recusal=recusal, by=world.dispatcher, accept=True, reason="x")
    assert asked(world, case).pk != recusal.pk, "it may be asked anew"
    assert not list(ledger.verify())


def test_an_assisting_mediator_may_be_asked_to_go(world: World) -> None:
    case = mediated(world)
    add_assistant(case=case, mediator=world.other_mediator.mediator, by=world.tax)
    recusal = asked(world, case, mediator=world.other_mediator.mediator)
    decide_recusal(recusal=recusal, by=world.dispatcher, accept=True, reason="属实")
    case.refresh_from_db()
    assert case.mediator == world.mediator
    assert Assignment.objects.get(case=case, mediator=world.other_mediator.mediator).ended_as == "withdrew"


@pytest.mark.parametrize("who", ["hr", "mediator", "other_mediator", "official"])
def test_who_may_record_and_who_decides(world: World, who: str) -> None:
    case, by = mediated(world), getattr(world, who)
    with pytest.raises(NotAllowed):
        asked(world, case, by=by)
    recusal = asked(world, case, by=world.tax)
    for other in (by, world.clerk, world.tax):
        with pytest.raises(NotAllowed):
            decide_recusal(recusal=recusal, by=other, accept=True, reason="x")


def test_what_is_missing_or_wrong_is_refused(world: World) -> None:
    case = mediated(world)
    for fields in ({"relation": "friend"}, {"reason": " "}):
        with pytest.raises(MissingInput):
            asked(world, case, **fields)
    with pytest.raises(GovernanceError) as refused:
        asked(world, case, party=handled(world).parties.get(part="applicant"))
    assert refused.value.code == "bad_choice"
    with pytest.raises(NotMediating):
        asked(world, case, mediator=world.other_mediator.mediator)
    recusal = asked(world, case)
    with pytest.raises(MissingInput):
        decide_recusal(recusal=recusal, by=world.dispatcher, accept=True, reason="")
    recusal.refresh_from_db()
    assert recusal.state == "asked"


def test_at_the_end_of_the_case_or_after_a_replacement_nothing_is_decided(world: World) -> None:
    case = mediated(world)
    recusal = asked(world, case)
    assign_mediator(case=case, mediator=world.other_mediator.mediator, by=world.tax)
    with pytest.raises(AlreadyDecided):
        decide_recusal(recusal=recusal, by=world.dispatcher, accept=True, reason="x")
    late = asked(world, case, mediator=world.other_mediator.mediator)
    reach_agreement(case=case, by=world.other_mediator, form="written", terms="补缴")
    with pytest.raises(IllegalMove):
        decide_recusal(recusal=late, by=world.dispatcher, accept=True, reason="x")
    with pytest.raises(IllegalMove):
        asked(world, case, mediator=world.other_mediator.mediator)


@pytest.mark.parametrize("language", ["zh-hans", "ko"])
def test_the_pages_record_and_decide(world: World, sign_in: Callable[..., Client], language: str) -> None:
    case = mediated(world)
    party = case.parties.get(part="applicant")
    client, url = sign_in(world.clerk, language), reverse("mediation:recusal_ask", args=[case.number])
    assert url in client.get(reverse("cases:detail", args=[case.number])).content.decode()
    assert client.get(url).context["form"].initial["mediator"] == world.mediator.mediator.pk
    data = {"mediator": world.mediator.mediator.pk, "party": party.pk, "relation": "kin", "reason": ""}
    refused = client.post(url, data)
    assert (refused.status_code, refused.context["form"]["relation"].value()) == (422, "kin")
    assert client.post(url, {**data, "reason": "他是对方的表弟"}).status_code == 302
    decide = reverse("mediation:recusal_decide", args=[Recusal.objects.get().pk])
    client = sign_in(world.dispatcher, language)
    assert decide in client.get(reverse("cases:detail", args=[case.number])).content.decode()
    assert "他是对方的表弟" in client.get(decide).content.decode()
    assert client.post(decide, {"reason": "属实"}).status_code == 422
    for _time in range(2):
        assert client.post(decide, {"accept": "1", "reason": "属实"}).status_code == 302
    assert client.get(decide).status_code == 302
    page = client.get(reverse("cases:detail", args=[case.number])).content.decode()
    assert str(Recusal.objects.get().get_state_display()) in page
    assert client.get(url).status_code == 302


@pytest.mark.parametrize(
    ("name", "ask", "decide"), [("mediator", 403, 403), ("official", 403, 403), ("clerk", 200, 403)]
)
def test_the_pages_keep_to_their_roles(
    world: World, sign_in: Callable[..., Client], name: str, ask: int, decide: int
) -> None:
    case = mediated(world)
    recusal = asked(world, case)
    client = sign_in(getattr(world, name))
    assert client.get(reverse("mediation:recusal_ask", args=[case.number])).status_code == ask
    assert client.get(reverse("mediation:recusal_decide", args=[recusal.pk])).status_code == decide
