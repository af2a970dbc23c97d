"""Signing, returning and the dispatcher's ruling."""

from __future__ import annotations

import pytest

from accounts.models import Notification
from cases.models import Case, Referral
from cases.services import return_referral, rule_lead, sign_referral
from cases.services.referrals import AlreadyAnswered, Binding, NothingToRule
from cases.states import State
from departments.models import Department
from governance_center.errors import MissingInput, NotAllowed
from tests.world import World, make_case


def lead_of(case: Case) -> Referral:
    return case.referrals.current().get(role="lead")


def test_dispatch_starts_the_handling_limit_and_a_signing_limit_for_each_department(world: World) -> None:
    case = make_case(world)
    assert lead_of(case).department_id == "tax"
    assert list(case.referrals.filter(role="assist").values_list("department", flat=True)) == ["human_resources"]
    rules = sorted(case.deadlines.running().values_list("rule", flat=True))
    assert rules == ["handle_dispute", "sign_for_referral", "sign_for_referral"]
    handling = case.deadlines.get(rule="handle_dispute")
    assert (handling.started_at, handling.due_at) == (case.accepted_at, case.due_at)


def test_both_departments_are_told_and_only_of_their_county(world: World) -> None:
    case = make_case(world)
    told = set(Notification.objects.filter(params__number=case.number).values_list("recipient__username", "kind"))
    assert told == {("tax", "referral.new"), ("hr", "referral.assist")}


def test_signing_by_the_lead_starts_handling_and_meets_the_limit(world: World) -> None:
    case = make_case(world)
    referral = sign_referral(referral=lead_of(case), by=world.tax)
    case.refresh_from_db()
    assert (referral.status, referral.signed_by, case.state) == ("signed", world.tax, State.IN_HANDLING)
    assert case.deadlines.get(referral=referral).met_at is not None
    assert case.deadlines.get(rule="handle_dispute").met_at is None


def test_an_assistant_may_sign_first_and_handling_waits_for_the_lead(world: World) -> None:
    case = make_case(world)
    sign_referral(referral=case.referrals.get(role="assist"), by=world.hr)
    case.refresh_from_db()
    assert case.state == State.ACCEPTED


def test_signing_twice_is_refused(world: World) -> None:
    case = make_case(world)
    sign_referral(referral=lead_of(case), by=world.tax)
    with pytest.raises(AlreadyAnswered):
        sign_referral(referral=lead_of(case), by=world.tax)


@pytest.mark.parametrize("who", ["hr", "clerk", "dispatcher", "mediator", "official", "administrator"])
def test_nobody_else_signs_for_the_tax_bureau(world: World, who: str) -> None:
    case = make_case(world)
    with pytest.raises(NotAllowed):
        sign_referral(referral=lead_of(case), by=getattr(world, who))


def test_the_first_return_goes_to_the_next_candidate(world: World) -> None:
    case = make_case(world)
    due = case.due_at
    return_referral(referral=lead_of(case), by=world.tax, reason="not_competent", note="不属于征缴范围")
    case.refresh_from_db()
    assert lead_of(case).department_id == "human_resources"
    assert (case.returned_count, case.is_contested) == (1, False)
    assert case.due_at == due, "a return does not give time back"
    assert case.routing_decisions.first().reasons[0]["code"] == "returned_next"


def test_a_second_return_goes_to_the_dispatcher(world: World) -> None:
    case = make_case(world)
    return_referral(referral=lead_of(case), by=world.tax, reason="not_competent", note="一")
    return_referral(referral=lead_of(case), by=world.hr, reason="overlap", note="二")
    case.refresh_from_db()
    assert (case.returned_count, case.is_contested, case.lead) == (2, True, None)
    assert not case.referrals.current().exists()
    assert Notification.objects.filter(recipient=world.dispatcher, kind="case.to_decide").count() == 1


def test_a_return_without_another_candidate_goes_to_the_dispatcher_at_once(world: World) -> None:
    case = make_case(world, "neighbour")
    return_referral(referral=lead_of(case), by=world.justice, reason="wrong_place", note="不在辖区")
    case.refresh_from_db()
    assert (case.is_contested, case.lead) == (True, None)


def test_a_return_needs_a_reason_of_the_list_and_an_explanation(world: World) -> None:
    case = make_case(world)
    for reason, note in (("", "x"), ("because", "x"), ("overlap", " ")):
        with pytest.raises(MissingInput):
            return_referral(referral=lead_of(case), by=world.tax, reason=reason, note=note)
    assert lead_of(case).department_id == "tax"


def test_the_ruling_binds(world: World) -> None:
    case = make_case(world)
    return_referral(referral=lead_of(case), by=world.tax, reason="not_competent", note="一")
    return_referral(referral=lead_of(case), by=world.hr, reason="overlap", note="二")
    case = rule_lead(
        case=case, department=Department.objects.get(pk="tax"), by=world.dispatcher, note="社保费由税务征收"
    )
    assert (case.lead_id, case.is_contested) == ("tax", False)
    with pytest.raises(Binding):
        return_referral(referral=lead_of(case), by=world.tax, reason="overlap", note="三")
    sign_referral(referral=lead_of(case), by=world.tax)
    assert case.events.filter(kind="case.ruled").count() == 1


def test_only_a_dispatcher_rules_and_only_when_there_is_something_to_rule(world: World) -> None:
    case = make_case(world, "other")
    assert (case.lead, case.is_contested, case.due_at) == (None, True, None)
    tax = Department.objects.get(pk="tax")
    with pytest.raises(NotAllowed):
        rule_lead(case=case, department=tax, by=world.tax, note="x")
    case = rule_lead(case=case, department=tax, by=world.dispatcher, note="由税务牵头")
    assert case.due_at is not None, "the handling limit starts at dispatch"
    with pytest.raises(NothingToRule):
        rule_lead(case=case, department=tax, by=world.dispatcher, note="x")


def test_services_go_to_the_street_of_the_place(world: World) -> None:
    case = make_case(world, "public_service")
    referral = lead_of(case)
    assert (referral.department_id, referral.division_id) == ("township", "222405005")
