"""Leaving a case out of the adjusted rate takes two people of two levels, and a reason from both."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Notification, Role, User
from cases import ledger
from cases.models import Case, Exclusion
from cases.services import ask_exclusion, decide_exclusion, lift_exclusion
from cases.services.excluding import AskedBefore, DecidedBefore, NobodyAbove, NotCounted
from governance_center.errors import MissingInput, NotAllowed
from tests.world import LIYUAN, World, make_case, make_user


def ask(world: World, case: Case, by: User | None = None) -> Exclusion:
    return ask_exclusion(case=case, by=by or world.dispatcher, ground="unreasonable_demand", note="多次调解，诉求无据")


def test_asked_approved_and_lifted(world: World) -> None:
    case = make_case(world)
    row = ask(world, case)
    case.refresh_from_db()
    assert (row.state, case.is_excluded) == ("asked", False)
    assert Notification.objects.get(kind="exclusion.asked").recipient == world.official
    decide_exclusion(exclusion=row, by=world.official, approve=True, note="同意")
    case.refresh_from_db()
    assert case.is_excluded
    assert Notification.objects.get(kind="exclusion.approved").recipient == world.dispatcher
    lift_exclusion(exclusion=row, by=world.official, note="情况有变")
    case.refresh_from_db()
    assert not case.is_excluded
    said = [event.data["state"] for event in case.events.filter(kind="exclusion.decided").order_by("sequence")]
    assert said == ["approved", "lifted"]
    ask(world, case)
    assert not list(ledger.verify())


def test_a_refusal_leaves_the_case_as_it_is(world: World) -> None:
    case = make_case(world)
    row = decide_exclusion(exclusion=ask(world, case), by=world.official, approve=False, note="理由不足")
    case.refresh_from_db()
    assert (row.state, case.is_excluded) == ("refused", False)
    with pytest.raises(DecidedBefore):
        decide_exclusion(exclusion=row, by=world.official, approve=True, note="改变")


def test_the_same_form_sent_twice_has_one_effect(world: World) -> None:
    case = make_case(world)
    row = ask(world, case)
    assert ask(world, case) == row
    with pytest.raises(AskedBefore):
        ask_exclusion(case=case, by=world.dispatcher, ground="outside_duties", note="另一理由")
    for _time in range(2):
        decide_exclusion(exclusion=row, by=world.official, approve=True, note="同意")
    for _time in range(2):
        lift_exclusion(exclusion=row, by=world.official, note="变化")
    assert case.events.filter(kind__startswith="exclusion.").count() == 3


@pytest.mark.parametrize("who", ["clerk", "tax", "mediator", "official", "administrator"])
def test_only_a_dispatcher_of_the_place_asks(world: World, who: str) -> None:
    with pytest.raises(NotAllowed):
        ask(world, make_case(world), getattr(world, who))


def test_only_the_level_above_decides_and_never_who_asked(world: World) -> None:
    row = ask(world, make_case(world))
    beside = make_user("beside", Role.DISPATCHER, "222405")
    same_level = make_user("county_official", Role.OFFICIAL, "222405")
    below = make_user("below", Role.DISPATCHER, LIYUAN)
    elsewhere = make_user("elsewhere", Role.OFFICIAL, "222401")
    for user in (world.dispatcher, beside, same_level, below, elsewhere, world.clerk, world.administrator):
        with pytest.raises(NotAllowed):
            decide_exclusion(exclusion=row, by=user, approve=True, note="x")
    with pytest.raises(MissingInput):
        decide_exclusion(exclusion=row, by=world.official, approve=True, note=" ")
    above = make_user("above", Role.DISPATCHER, "2224")
    assert decide_exclusion(exclusion=row, by=above, approve=True, note="同意").decided_by == above


def test_the_highest_level_cannot_ask_itself(world: World) -> None:
    with pytest.raises(NotAllowed):
        ask(world, make_case(world), make_user("above", Role.DISPATCHER, "2224"))
    User.objects.filter(division="2224").update(is_active=False)
    with pytest.raises(NobodyAbove):
        ask(world, make_case(world))


def test_only_what_counts_can_be_left_out(world: World) -> None:
    for case in (make_case(world, accept=False), make_case(world, "legal_advice")):
        with pytest.raises(NotCounted):
            ask(world, case)
    with pytest.raises(MissingInput):
        ask_exclusion(case=make_case(world), by=world.dispatcher, ground="", note="x")


def test_the_database_holds_the_two_people_and_the_one_open(world: World) -> None:
    row = ask(world, make_case(world))
    with pytest.raises(IntegrityError), transaction.atomic():
        Exclusion.objects.filter(pk=row.pk).update(
            state="approved", decided_by=world.dispatcher, decided_at=timezone.now(), decision=row.note
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        Exclusion.objects.create(
            case=row.case, ground=row.ground, note=row.note, asked_by=world.dispatcher, asked_for_id="222405",
            asked_at=timezone.now(),
        )  # fmt: skip


@pytest.mark.parametrize("language", ["zh-hans", "ko"])
def test_the_list_leads_the_decider_to_the_decision(
    world: World, sign_in: Callable[..., Client], language: str
) -> None:
    case = make_case(world)
    page = reverse("cases:detail", args=[case.number])
    form, decision = (
        reverse("cases:action", args=[case.number, code]) for code in ("ask_exclusion", "decide_exclusion")
    )
    client = sign_in(world.dispatcher, language)
    assert form in client.get(page).content.decode()
    assert client.post(form, {"ground": "outside_duties", "note": "不属本中心职责"}).status_code == 302
    shown = client.get(reverse("cases:exclusions")).content.decode()
    assert "不属本中心职责" in shown
    assert decision not in shown
    client = sign_in(world.official, language)
    shown = client.get(reverse("cases:exclusions"), {"state": "mine"}).content.decode()
    assert decision in shown
    assert "不属本中心职责" in client.get(decision).content.decode()
    assert "approve" in client.post(decision, {"note": "同意"}).context["form"].errors
    assert client.post(decision, {"approve": "approve", "note": "同意"}).status_code == 302
    case.refresh_from_db()
    assert case.is_excluded
    assert reverse("cases:action", args=[case.number, "lift_exclusion"]) in client.get(page).content.decode()
    assert sign_in(world.clerk).get(reverse("cases:exclusions")).status_code == 403


def test_the_list_takes_the_same_queries_for_many(
    world: World, sign_in: Callable[..., Client], django_assert_max_num_queries: Callable[..., object]
) -> None:
    for _n in range(6):
        ask(world, make_case(world))
    client = sign_in(world.official)
    with django_assert_max_num_queries(14):  # type: ignore[attr-defined]
        assert client.get(reverse("cases:exclusions")).status_code == 200
