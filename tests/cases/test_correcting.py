"""A wrong entry is put right, also long after: who may, what stays, what follows, and what the history shows."""

# ruff: noqa: F401, F811  the fixture comes from levelling
from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from cases import ledger
from cases.models import Case, Category, Deadline, Referral
from cases.services import Correction, correct_case, give_to_mediator, hand_down, resolve_case, sign_referral
from cases.services.correcting import CannotRoute, NothingToCorrect, OtherProcedure, PlaceOutOfReach, may_correct
from cases.services.handling import NotMediable
from departments.models import Division
from governance_center.errors import MissingInput, NotAllowed
from tests.cases.levelling import limits
from tests.world import LIYUAN, YANJI, World, make_case, make_user


def right(case: Case, **changes: str) -> Correction:
    """The entry as it is, with some values changed."""
    return Correction(
        category=Category.objects.get(pk=changes.get("category", case.category_id)),
        division=Division.objects.get(pk=changes.get("division", case.division_id)),
        channel=changes.get("channel", case.channel),
        place_detail=changes.get("place_detail", case.place_detail),
    )


def other_village() -> str:
    return Division.objects.create(
        code="222405005006", parent_id=LIYUAN, level="village", name_zh_hans="文化社区", name_ko="문화사회구역"
    ).pk


def test_the_entry_changes_and_the_ledger_keeps_both(world: World) -> None:
    case, village = make_case(world, place_detail="幸福路1号"), other_village()
    number, referrals = case.number, set(Referral.objects.filter(case=case).values_list("pk", "status"))
    correction = right(case, category="neighbour", division=village, channel="letter", place_detail="幸福路2号")
    case = correct_case(case=case, by=world.dispatcher, correction=correction, note="登记时选错")
    case.refresh_from_db()
    assert (case.number, case.category_id, case.division_id, case.channel) == (number, "neighbour", village, "letter")
    assert case.place_detail == "幸福路2号"
    assert set(Referral.objects.filter(case=case).values_list("pk", "status")) == referrals
    data = case.events.get(kind="case.corrected").data
    assert (data["category"], data["division"], data["channel"]) == ("neighbour", village, "letter")
    assert data["was"]["category"] == "social_insurance"
    assert case.notes.get(pk=data["was"]["place_note"]).text == "幸福路1号"
    assert "幸福路" not in str(data), "the ledger holds codes and digests"
    assert not list(ledger.verify())


def test_the_same_form_sent_twice_corrects_once_and_no_change_is_refused(world: World) -> None:
    case = make_case(world)
    correction = right(case, channel="letter")
    for _time in range(2):
        correct_case(case=case, by=world.dispatcher, correction=correction, note="来信")
    assert case.events.filter(kind="case.corrected").count() == 1
    case.refresh_from_db()
    with pytest.raises(NothingToCorrect):
        correct_case(case=case, by=world.dispatcher, correction=right(case), note="另一个理由")
    with pytest.raises(MissingInput):
        correct_case(case=case, by=world.dispatcher, correction=right(case, channel="hotline"), note=" ")


@pytest.mark.parametrize(("who", "allowed"), [
    ("clerk", True), ("dispatcher", True), ("tax", False), ("mediator", False), ("official", False),
    ("administrator", False),
])  # fmt: skip
def test_who_may_correct_on_the_day(world: World, who: str, allowed: bool) -> None:
    case, user = make_case(world), getattr(world, who)
    assert may_correct(case, user) is allowed
    if not allowed:
        with pytest.raises(NotAllowed):
            correct_case(case=case, by=user, correction=right(case, channel="letter"), note="x")


def test_a_clerk_corrects_only_the_own_registration_of_the_day(world: World) -> None:
    case = make_case(world)
    assert not may_correct(case, make_user("clerk2", Role.CLERK, "222405"))
    Case.objects.filter(pk=case.pk).update(registered_at=timezone.now() - dt.timedelta(days=1))
    case.refresh_from_db()
    assert not may_correct(case, world.clerk)
    assert may_correct(case, world.dispatcher)
    assert not may_correct(case, make_user("elsewhere", Role.DISPATCHER, YANJI))


def test_a_closed_case_is_corrected_and_no_limit_moves(world: World) -> None:
    case = make_case(world)
    sign_referral(referral=case.referrals.get(role="lead"), by=world.tax)
    resolve_case(case=case, by=world.tax, outcome="settled", note="办结")
    before = set(Deadline.objects.filter(case=case).values_list("pk", "rule", "due_at"))
    case.refresh_from_db()
    correct_case(case=case, by=world.dispatcher, correction=right(case, category="public_service"), note="属服务事项")
    case.refresh_from_db()
    assert (case.kind, case.state) == ("service", "resolved")
    assert set(Deadline.objects.filter(case=case).values_list("pk", "rule", "due_at")) == before


def test_another_kind_counts_the_running_limit_anew_from_its_start(world: World) -> None:
    case = make_case(world)
    before = Deadline.objects.get(case=case, rule="handle_dispute")
    case = correct_case(case=case, by=world.dispatcher, correction=right(case, category="psychological"), note="服务")
    after = Deadline.objects.get(pk=before.pk)
    assert (after.rule_id, after.started_at) == ("handle_service", before.started_at)
    assert after.due_at < before.due_at
    case.refresh_from_db()
    assert case.due_at == after.due_at
    data = case.events.get(kind="case.corrected").data
    assert (data["kind"], data["was"]["kind"]) == ("service", "dispute")
    assert data["old_due"] != data["new_due"]


def test_a_category_of_the_same_kind_leaves_every_limit(world: World) -> None:
    case = make_case(world)
    before = set(Deadline.objects.filter(case=case).values_list("pk", "due_at"))
    correct_case(case=case, by=world.dispatcher, correction=right(case, category="neighbour"), note="x")
    assert set(Deadline.objects.filter(case=case).values_list("pk", "due_at")) == before


@pytest.mark.parametrize(("old", "new"), [("social_insurance", "petition"), ("petition", "neighbour")])
def test_a_petition_stays_one(world: World, old: str, new: str) -> None:
    case = make_case(world, old)
    with pytest.raises(OtherProcedure) as error:
        correct_case(case=case, by=world.dispatcher, correction=right(case, category=new), note="x")
    assert error.value.field == "category"


def test_what_a_mediator_has_stays_mediable(world: World) -> None:
    case = make_case(world)
    sign_referral(referral=case.referrals.get(role="lead"), by=world.tax)
    give_to_mediator(case=case, mediator=world.mediator, by=world.dispatcher, facts={})
    Category.objects.filter(pk="neighbour").update(is_mediable=False)
    with pytest.raises(NotMediable):
        correct_case(case=case, by=world.dispatcher, correction=right(case, category="neighbour"), note="x")


def test_a_place_stays_in_reach_of_whoever_corrects_and_of_the_level_that_has_it(world: World, limits: None) -> None:
    case = make_case(world)
    with pytest.raises(PlaceOutOfReach):
        correct_case(case=case, by=world.dispatcher, correction=right(case, division=YANJI), note="x")
    above = make_user("above", Role.DISPATCHER, "2224")
    with pytest.raises(PlaceOutOfReach):
        correct_case(case=case, by=above, correction=right(case, division=YANJI), note="x")
    hand_down(case=case, by=world.dispatcher, to_level="township", reason="near", note="就近")
    case.refresh_from_db()
    with pytest.raises(PlaceOutOfReach):
        correct_case(case=case, by=world.dispatcher, correction=right(case, division="222405"), note="x")


def test_routing_anew_recalls_what_was_sent_and_follows_the_new_category(world: World) -> None:
    case = make_case(world)
    correction = right(case, category="neighbour")
    case = correct_case(case=case, by=world.dispatcher, correction=correction, note="选错", reroute=True)
    case.refresh_from_db()
    assert case.lead_id == "justice"
    assert Referral.objects.get(case=case, department="tax").status == "recalled"
    assert Referral.objects.current().leading().get(case=case).department_id == "justice"
    kinds = list(case.events.order_by("sequence").values_list("kind", flat=True))
    assert kinds[-2:] == ["case.corrected", "case.routed"]
    assert Deadline.objects.filter(case=case, rule="handle_dispute").count() == 1, "no time is given back"


def test_who_may_route_anew(world: World) -> None:
    case = make_case(world)
    sign_referral(referral=case.referrals.get(role="lead"), by=world.tax)
    with pytest.raises(CannotRoute):
        correct_case(case=case, by=world.clerk, correction=right(case, category="neighbour"), note="x", reroute=True)
    resolve_case(case=case, by=world.tax, outcome="settled", note="办结")
    with pytest.raises(CannotRoute):
        correct_case(
            case=case, by=world.dispatcher, correction=right(case, category="neighbour"), note="x", reroute=True
        )


@pytest.mark.parametrize("language", ["zh-hans", "ko"])
def test_the_page_keeps_what_was_typed_and_the_history_shows_both(
    world: World, sign_in: Callable[..., Client], language: str
) -> None:
    case = make_case(world, place_detail="旧地址")
    client = sign_in(world.dispatcher, language)
    url = reverse("cases:action", args=[case.number, "correct"])
    assert client.get(url).context["form"].initial["category"] == "social_insurance"
    typed = {
        "category": "neighbour", "division": case.division_id, "channel": "letter", "place_detail": "新地址",
        "note": "",
    }  # fmt: skip
    again = client.post(url, typed).context["form"]
    assert "note" in again.errors
    assert again["place_detail"].value() == "新地址"
    assert client.post(url, {**typed, "note": "选错"}).status_code == 302
    shown = client.get(reverse("cases:detail", args=[case.number])).content.decode()
    word = "类" if language == "zh-hans" else "류"
    assert f"social_insurance {word} → neighbour {word}" in shown
    assert "旧地址" in shown
    assert sign_in(world.official).get(url).status_code == 302
