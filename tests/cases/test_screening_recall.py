"""A yes at the screening of a routed case, and what can no longer be returned."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Notification
from cases import ledger
from cases.models import Case, Deadline, Referral
from cases.services import return_referral, rule_lead, screen_case, sign_referral
from cases.services.referrals import ReturnTooLate
from cases.states import State
from departments.models import Department
from tests.cases.test_routing_rules import make_rule
from tests.world import World, make_case

YES = {"is_pending": True}


def screen(case: Case, world: World) -> Case:
    screen_case(case=case, by=world.clerk, answers=YES, route="court", reason="法院已立案")
    case.refresh_from_db()
    return case


def test_a_yes_recalls_what_is_not_signed_and_asks_the_dispatcher(world: World) -> None:
    case = make_case(world)
    screen(case, world)
    assert (case.lead, case.is_contested, case.state) == (None, True, State.ACCEPTED)
    assert {(row.status, row.is_current) for row in case.referrals.all()} == {("recalled", False)}
    signing = Deadline.objects.filter(case=case, rule="sign_for_referral")
    assert signing.count() == 2
    assert not signing.filter(cancelled_at=None).exists()
    latest = case.routing_decisions.first()
    assert latest is not None
    assert [reason["code"] for reason in latest.reasons] == ["screened_out", "statutory"]
    assert {one["code"] for one in latest.alternatives} == {"alt_recalled"}
    assert [event.kind for event in case.events.order_by("sequence")][-2:] == ["case.screened", "case.routed"]
    assert Notification.objects.filter(kind="case.screened_out").values_list(
        "recipient__username", flat=True
    ).get() == ("dispatcher")
    assert not list(ledger.verify())


def test_what_is_signed_stays_and_its_officers_are_told(world: World) -> None:
    case = make_case(world)
    kept = sign_referral(referral=case.referrals.get(role="assist"), by=world.hr)
    screen(case, world)
    assert list(case.referrals.filter(is_current=True)) == [kept]
    assert Notification.objects.get(kind="referral.screened_out").recipient == world.hr
    latest = case.routing_decisions.first()
    assert latest is not None
    assert [one["code"] for one in latest.alternatives] == ["alt_recalled", "alt_signed"]


def test_a_second_yes_changes_nothing_and_a_ruling_stands(world: World) -> None:
    case = make_case(world)
    screen(case, world)
    screen(case, world)
    assert case.routing_decisions.count() == 2
    rule_lead(case=case, department=Department.objects.get(pk="justice"), by=world.dispatcher, note="引导诉讼")
    screen(case, world)
    assert case.lead_id == "justice"
    assert case.referrals.filter(is_current=True, role="lead").count() == 1


@pytest.mark.parametrize("accept", [True, False])
def test_without_a_yes_or_before_routing_nothing_is_recalled(world: World, accept: bool) -> None:
    case = make_case(world, accept=accept)
    screen_case(case=case, by=world.clerk, answers={} if accept else YES, route="" if accept else "court", reason="无")
    case.refresh_from_db()
    assert (case.lead_id == "tax") is accept
    assert not case.referrals.filter(status="recalled").exists()


@pytest.mark.parametrize(("language", "words"), [("zh-hans", "不得调解"), ("ko", "조정할수 없음")])
def test_the_page_says_that_a_rule_keeps_the_matter_out(
    world: World, sign_in: Callable[..., Client], language: str, words: str
) -> None:
    make_rule(categories=["neighbour"], leads="statutory", statutory_route="court")
    case = make_case(world, "neighbour")
    assert case.is_contested
    assert words in sign_in(world.clerk, language).get(f"/cases/{case.number}/").content.decode()


def test_the_return_button_goes_when_the_limit_for_signing_has_passed(
    world: World, sign_in: Callable[..., Client]
) -> None:
    case = make_case(world)
    referral = Referral.objects.get(case=case, role="lead")
    url, page = f"/referrals/{referral.pk}/return/", f"/cases/{case.number}/"
    client = sign_in(world.tax)
    before = client.get(page)
    assert any(action.url.endswith("/return/") for action in before.context["actions"]), url
    assert before.context["return_notice"] == ""
    past = timezone.now() - dt.timedelta(days=1)
    Deadline.objects.filter(referral=referral).update(started_at=past, warn_at=past, due_at=past)
    after = client.get(page)
    assert not any(action.url.endswith("/return/") for action in after.context["actions"])
    assert str(ReturnTooLate.message) in after.content.decode()
    inbox = client.get("/referrals/").content.decode()
    assert url not in inbox
    assert f"/referrals/{referral.pk}/sign/" in inbox
    with pytest.raises(ReturnTooLate):
        return_referral(referral=referral, by=world.tax, reason="not_competent", note="不归我局管")


def test_only_noes_after_a_yes_route_the_case_anew_and_tell_the_dispatcher(world: World) -> None:
    case = make_case(world)
    due = case.due_at
    screen(case, world)
    for _time in range(2):
        screen_case(case=case, by=world.clerk, answers={})
    case.refresh_from_db()
    assert (case.lead_id, case.is_contested, case.due_at) == ("tax", False, due)
    assert case.referrals.filter(is_current=True, role="lead").count() == 1
    assert [event.kind for event in case.events.order_by("sequence")][-3:] == [
        "case.screened", "case.routed", "case.screened",
    ]  # fmt: skip
    assert Notification.objects.get(kind="case.screened_in").recipient == world.dispatcher
    assert not list(ledger.verify())


def test_what_somebody_has_signed_for_waits_for_the_dispatcher(world: World) -> None:
    case = make_case(world)
    kept = sign_referral(referral=case.referrals.get(role="assist"), by=world.hr)
    screen(case, world)
    screen_case(case=case, by=world.clerk, answers={})
    case.refresh_from_db()
    assert (case.lead_id, case.is_contested) == (None, True)
    assert list(case.referrals.filter(is_current=True)) == [kept]
    assert Notification.objects.filter(kind="case.screened_in", recipient=world.dispatcher).exists()


def test_a_first_no_changes_nothing(world: World) -> None:
    case = make_case(world)
    screen_case(case=case, by=world.clerk, answers={})
    case.refresh_from_db()
    assert (case.lead_id, case.routing_decisions.count()) == ("tax", 1)
    assert not Notification.objects.filter(kind="case.screened_in").exists()
