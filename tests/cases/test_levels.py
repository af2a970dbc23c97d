"""Between the levels: who hands a case up or down, what it takes, its limits, and where a case was solved."""

# ruff: noqa: F401, F811  the fixtures come from levelling
from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from django.db import connection

from accounts.models import Role, User
from cases import ledger, levels, selectors
from cases.models import Case, CaseEvent, Deadline, HandOver, Referral
from cases.services import (
    answer_hand_up,
    end_unresolved,
    reopen_case,
    report_hand_down,
    return_referral,
    rule_lead,
    sign_referral,
    withdraw_case,
)
from cases.services import levels as hand_overs
from cases.services.levels import AlreadyAnswered, AlreadyAsked, MayNotDecline, NothingAbove, ReportFirst, WrongLevel
from departments.models import Department, Division
from governance_center.errors import GovernanceError, IllegalMove, MissingInput, NotAllowed
from tests.cases.levelling import above, ask, case, lead_of, limits, order, settle, street, told, township_case
from tests.together import at_once
from tests.world import LIYUAN, LONGJING, VILLAGE, YANJI, World, make_case, make_user

# --- the level at registration


def test_a_case_is_held_at_the_level_of_its_centre(case: Case, township_case: Case) -> None:
    assert (case.held_level, case.holder_code) == ("county", LONGJING)
    assert (township_case.held_level, township_case.holder_code) == ("township", LIYUAN)


def test_what_a_township_registers_it_leads_itself(township_case: Case) -> None:
    decision = township_case.routing_decisions.get()
    assert (lead_of(township_case).department_id, lead_of(township_case).division_id) == ("township", LIYUAN)
    assert "held_here" in [reason["code"] for reason in decision.reasons]
    assert decision.alternatives == [{"code": "alt_held_here", "department": "tax", "category": "social_insurance"}]


# --- up


@pytest.mark.parametrize(
    ("role", "division", "department", "may"),
    [
        (Role.CLERK, LONGJING, None, True),
        (Role.CLERK, LIYUAN, None, False),
        (Role.CLERK, "2224", None, False),
        (Role.CLERK, YANJI, None, False),
        (Role.DISPATCHER, LONGJING, None, True),
        (Role.DISPATCHER, "2224", None, True),
        (Role.DISPATCHER, LIYUAN, None, False),
        (Role.DISPATCHER, YANJI, None, False),
        (Role.OFFICER, LONGJING, "tax", True),
        (Role.OFFICER, LONGJING, "human_resources", False),
        (Role.OFFICER, LIYUAN, "township", False),
        (Role.OFFICIAL, LONGJING, None, False),
        (Role.MEDIATOR, LONGJING, None, False),
        (Role.ADMINISTRATOR, "2224", None, False),
    ],
)
def test_who_may_ask_the_level_above(
    case: Case, above: User, role: str, division: str, department: str | None, may: bool
) -> None:
    user = make_user("somebody", role, division, department)
    assert hand_overs.may_ask(case, user) is may
    if may:
        assert ask(case, user).to_division_id == "2224"
    else:
        with pytest.raises(NotAllowed):
            ask(case, user)


def test_the_officer_of_a_township_that_leads_asks_the_county(world: World, township_case: Case, street: User) -> None:
    row = ask(township_case, street)
    assert (row.from_division_id, row.to_division_id, row.state) == (LIYUAN, LONGJING, "asked")
    assert told("hand_up.asked") == {"dispatcher"}


@pytest.mark.parametrize("reason", HandOver.Reason.values)
def test_each_way_has_its_reasons(world: World, case: Case, above: User, reason: str) -> None:
    if reason in hand_overs.UP_REASONS:
        assert ask(case, world.clerk, reason=reason).reason == reason
        return
    with pytest.raises(MissingInput) as caught:
        ask(case, world.clerk, reason=reason)
    assert caught.value.field == "reason"
    assert order(case, world.dispatcher, reason=reason).reason == reason


@pytest.mark.parametrize("use", [ask, order])
def test_both_ways_want_an_explanation(world: World, case: Case, above: User, use: Callable[..., HandOver]) -> None:
    with pytest.raises(MissingInput) as caught:
        use(case, world.dispatcher, note="  ")
    assert caught.value.field == "note"
    assert not HandOver.objects.exists()


def test_asking_starts_the_limit_of_the_answer_and_leaves_that_of_handling(
    world: World, case: Case, above: User
) -> None:
    row = ask(case, world.clerk)
    after = Case.objects.get(pk=case.pk)
    assert (row.deadline.rule_id, row.deadline.is_running) == ("hand_up_answer", True)
    assert (after.due_at, after.held_level, after.lead_id) == (case.due_at, "county", "tax")
    assert told("hand_up.asked") == {"above"}
    entry = CaseEvent.objects.get(case=case, kind="hand_up.asked")
    assert (entry.data["origin"], entry.data["target"], entry.data["reason"]) == (LONGJING, "2224", "beyond_powers")
    assert not list(ledger.verify())


def test_a_question_is_asked_once(world: World, case: Case, above: User) -> None:
    first = ask(case, world.clerk)
    assert ask(case, world.clerk).pk == first.pk
    with pytest.raises(AlreadyAsked):
        ask(case, world.clerk, note="다른 말")
    with pytest.raises(AlreadyAsked):
        ask(case, world.dispatcher)
    assert HandOver.objects.count() == 1


def test_there_must_be_somebody_above(world: World, case: Case, limits: None) -> None:
    with pytest.raises(NothingAbove):
        ask(case, world.clerk)


@pytest.mark.parametrize("accept", [False, None])
def test_only_what_is_worked_on_is_handed_over(world: World, above: User, accept: bool | None) -> None:
    if accept is None:
        case = withdraw_case(case=make_case(world), by=world.clerk, note="撤回")
    else:
        case = make_case(world, accept=False)
    for use in (ask, order):
        with pytest.raises(IllegalMove):
            use(case, world.dispatcher)


# --- the answer


def test_the_prefecture_takes_over_and_its_dispatcher_decides(world: World, case: Case, above: User) -> None:
    sign_referral(referral=lead_of(case), by=world.tax)
    row = answer_hand_up(hand_over=ask(case, world.tax), by=above, take=True)

    after = Case.objects.get(pk=case.pk)
    assert (after.held_level, after.state, after.is_contested, after.lead) == ("prefecture", "in_handling", True, None)
    assert after.due_at == case.due_at
    assert not Referral.objects.current().filter(case=case).exists()
    assert (row.state, row.answered_by) == ("taken", above)
    assert Deadline.objects.get(pk=row.deadline_id).met_at is not None
    assert Deadline.objects.running().filter(case=case).count() == 1
    assert told("case.to_decide") == {"above"}
    assert told("case.handed_over") == {"dispatcher", "tax"}
    assert not list(ledger.verify())


def test_only_the_prefecture_rules_what_it_has_taken(world: World, case: Case, above: User) -> None:
    answer_hand_up(hand_over=ask(case, world.clerk), by=above, take=True)
    tax = Department.objects.get(pk="tax")
    with pytest.raises(NotAllowed):
        rule_lead(case=case, department=tax, by=world.dispatcher, note="税务局")
    rule_lead(case=case, department=tax, by=above, note="税务局")
    assert lead_of(case).division_id == "2224"
    officer = make_user("prefecture_tax", Role.OFFICER, "2224", "tax")
    assert settle(case, officer).resolved_level == "prefecture"


def test_the_county_routes_by_its_rules_what_a_township_hands_up(
    world: World, township_case: Case, street: User
) -> None:
    answer_hand_up(hand_over=ask(township_case, street), by=world.dispatcher, take=True, note="")
    after = Case.objects.get(pk=township_case.pk)
    assert (after.held_level, after.lead_id, after.due_at) == ("county", "tax", township_case.due_at)
    assert lead_of(after).division_id == LONGJING
    assert told("case.handed_over") == {"street"}


@pytest.mark.parametrize(
    ("role", "division", "may"),
    [
        (Role.DISPATCHER, "2224", True),
        (Role.DISPATCHER, LONGJING, False),
        (Role.CLERK, "2224", False),
        (Role.OFFICIAL, "2224", False),
        (Role.ADMINISTRATOR, "2224", False),
    ],
)
def test_who_may_answer(world: World, case: Case, above: User, role: str, division: str, may: bool) -> None:
    row = ask(case, world.clerk)
    user = make_user("somebody", role, division)
    assert hand_overs.may_answer(case, user) is may
    assert selectors.hand_ups_waiting(user).filter(pk=row.pk).exists() is may
    if may:
        assert answer_hand_up(hand_over=row, by=user, take=True).state == "taken"
    else:
        with pytest.raises(NotAllowed):
            answer_hand_up(hand_over=row, by=user, take=True)


def test_who_declines_says_why_and_can_do_it_once(world: World, case: Case, above: User) -> None:
    row = ask(case, world.clerk)
    with pytest.raises(MissingInput) as caught:
        answer_hand_up(hand_over=row, by=above, take=False, note=" ")
    assert caught.value.field == "note"
    declined = answer_hand_up(hand_over=row, by=above, take=False, note="请先行调解")
    assert (declined.state, Case.objects.get(pk=case.pk).held_level) == ("declined", "county")
    assert lead_of(case).department_id == "tax"
    assert told("hand_up.declined") == {"clerk"}

    again = ask(case, world.clerk, reason="tried")
    with pytest.raises(MayNotDecline):
        answer_hand_up(hand_over=again, by=above, take=False, note="请先行调解")
    assert answer_hand_up(hand_over=again, by=above, take=True).state == "taken"


def test_the_same_answer_sent_twice_is_given_once(world: World, case: Case, above: User) -> None:
    row = ask(case, world.clerk)
    assert answer_hand_up(hand_over=row, by=above, take=True).pk == row.pk
    assert answer_hand_up(hand_over=row, by=above, take=True).pk == row.pk
    with pytest.raises(AlreadyAnswered):
        answer_hand_up(hand_over=row, by=above, take=False, note="不接")
    assert CaseEvent.objects.filter(case=case, kind="case.handed_over").count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_answers_at_once_one_holds(world: World, case: Case, above: User) -> None:
    row = ask(case, world.clerk)
    other = make_user("above_too", Role.DISPATCHER, "2224")

    def answer(user: User, take: bool) -> str:
        try:
            return str(answer_hand_up(hand_over=row, by=user, take=take, note="说明").state)
        except AlreadyAnswered as error:
            return error.code

    results = at_once(partial(answer, above, True), partial(answer, other, False))
    assert len(results) == 2
    assert "hand_over_answered" in results
    assert set(results) & {"taken", "declined"} == {HandOver.objects.get().state}
    assert not list(ledger.verify())


# --- down


@pytest.mark.parametrize(("to_level", "code"), [("township", LIYUAN), ("village", VILLAGE)])
def test_a_township_or_village_leads_what_is_handed_down(
    world: World, case: Case, limits: None, street: User, to_level: str, code: str
) -> None:
    row = order(case, world.dispatcher, to_level)
    after = Case.objects.get(pk=case.pk)
    lead = lead_of(after)
    assert (after.held_level, after.lead_id, after.due_at) == (to_level, "township", case.due_at)
    assert (lead.division_id, lead.is_binding, lead.status) == (code, False, "dispatched")
    assert (row.state, row.deadline.rule_id) == ("ordered", "hand_down_report")
    assert Referral.objects.filter(case=case, status="recalled").count() == 2
    assert not CaseEvent.objects.get(case=case, kind="case.handed_over").data.get("text")
    assert not list(ledger.verify())


@pytest.mark.parametrize(
    ("role", "division", "department", "may"),
    [
        (Role.DISPATCHER, LONGJING, None, True),
        (Role.DISPATCHER, "2224", None, True),
        (Role.DISPATCHER, LIYUAN, None, False),
        (Role.DISPATCHER, YANJI, None, False),
        (Role.CLERK, LONGJING, None, False),
        (Role.OFFICER, LONGJING, "tax", False),
        (Role.OFFICIAL, LONGJING, None, False),
    ],
)
def test_who_may_hand_down(
    case: Case, limits: None, role: str, division: str, department: str | None, may: bool
) -> None:
    user = make_user("somebody", role, division, department)
    assert hand_overs.may_hand_down(case, user) is may
    if may:
        assert order(case, user).to_division_id == LIYUAN
    else:
        with pytest.raises(NotAllowed):
            order(case, user)


def test_a_case_goes_down_only_to_a_level_that_its_place_names(world: World, limits: None) -> None:
    case = make_case(world, division=Division.objects.get(pk=LIYUAN))
    assert levels.lower_levels(case) == ["township"]
    for level in ("village", "county", "prefecture", "moon"):
        with pytest.raises(WrongLevel) as caught:
            order(case, world.dispatcher, level)
        assert caught.value.field == "to_level"


def test_the_prefecture_hands_back_to_the_county_whose_rules_route_it(world: World, case: Case, above: User) -> None:
    answer_hand_up(hand_over=ask(case, world.clerk), by=above, take=True)
    order(case, above, "county", reason="competent")
    after = Case.objects.get(pk=case.pk)
    assert (after.held_level, after.lead_id, after.is_contested, after.due_at) == ("county", "tax", False, case.due_at)
    assert "dispatcher" in told("case.handed_over")


def test_the_same_order_sent_twice_is_given_once(world: World, case: Case, limits: None) -> None:
    assert order(case, world.dispatcher).pk == order(case, world.dispatcher).pk
    assert CaseEvent.objects.filter(case=case, kind="case.handed_over").count() == 1


def test_who_ordered_may_order_anew_but_the_level_below_reports_first(world: World, case: Case, limits: None) -> None:
    first = order(case, world.dispatcher)
    below = make_user("below", Role.DISPATCHER, LIYUAN)
    assert not hand_overs.may_hand_down(Case.objects.get(pk=case.pk), below)
    with pytest.raises(ReportFirst):
        order(case, below, "village")
    second = order(case, world.dispatcher, "village")
    first.refresh_from_db()
    assert (first.state, second.state) == ("ended", "ordered")
    assert Deadline.objects.get(pk=first.deadline_id).cancelled_at is not None
    assert Deadline.objects.get(pk=second.deadline_id).is_running


def test_an_order_ends_when_the_case_is_handed_up_again(world: World, case: Case, limits: None, street: User) -> None:
    ordered = order(case, world.dispatcher)
    asked = ask(case, street)
    ordered.refresh_from_db()
    assert (ordered.state, asked.from_division_id, asked.to_division_id) == ("ended", LIYUAN, LONGJING)
    assert Deadline.objects.get(pk=ordered.deadline_id).cancelled_at is not None


def test_what_a_township_returns_waits_for_the_dispatcher(world: World, case: Case, limits: None, street: User) -> None:
    order(case, world.dispatcher)
    return_referral(referral=lead_of(case), by=street, reason="not_competent", note="无权")
    after = Case.objects.get(pk=case.pk)
    assert after.is_contested
    rule_lead(case=after, department=Department.objects.get(pk="tax"), by=world.dispatcher, note="税务局")
    assert lead_of(case).division_id == LONGJING


@pytest.mark.parametrize(
    ("role", "division", "department", "may"),
    [
        (Role.OFFICER, LIYUAN, "township", True),
        (Role.CLERK, LIYUAN, None, True),
        (Role.DISPATCHER, LIYUAN, None, True),
        (Role.OFFICER, LONGJING, "tax", False),
        (Role.CLERK, LONGJING, None, False),
        (Role.CLERK, "222401001", None, False),
        (Role.OFFICIAL, LIYUAN, None, False),
    ],
)
def test_who_may_report(
    world: World, case: Case, limits: None, role: str, division: str, department: str | None, may: bool
) -> None:
    row = order(case, world.dispatcher)
    user = make_user("somebody", role, division, department)
    assert hand_overs.may_report(case, user) is may
    if not may:
        with pytest.raises(NotAllowed):
            report_hand_down(hand_over=row, by=user, note="已调处")
        return
    reported = report_hand_down(hand_over=row, by=user, note="已调处")
    assert report_hand_down(hand_over=row, by=user, note="已调处").pk == reported.pk
    assert reported.state == "reported"
    assert Deadline.objects.get(pk=row.deadline_id).met_at is not None
    assert told("hand_down.reported") == {"dispatcher"}
    with pytest.raises(AlreadyAnswered):
        report_hand_down(hand_over=row, by=user, note="再报")
    assert CaseEvent.objects.filter(case=case, kind="hand_down.reported").count() == 1


# --- the end


def test_a_solution_reports_on_the_order(world: World, case: Case, limits: None, street: User) -> None:
    row = order(case, world.dispatcher)
    settle(case, street)
    row.refresh_from_db()
    assert row.state == "reported"
    assert Deadline.objects.get(pk=row.deadline_id).met_at is not None


@pytest.mark.parametrize("end", ["unresolved", "withdrawn"])
def test_an_end_without_solution_ends_what_is_open(
    world: World, case: Case, above: User, end: str, street: User
) -> None:
    if end == "unresolved":
        row = order(case, world.dispatcher)
        sign_referral(referral=lead_of(case), by=street)
        end_unresolved(case=case, by=street, outcome="to_court", note="告知")
    else:
        row = ask(case, world.clerk)
        withdraw_case(case=case, by=world.clerk, note="撤回")
    row.refresh_from_db()
    assert row.state == "ended"
    assert not Deadline.objects.running().filter(case=case).exists()
    with pytest.raises(GovernanceError):
        answer_hand_up(hand_over=row, by=above, take=True)


@pytest.mark.parametrize(("to_level", "officer"), [("village", VILLAGE), ("township", LIYUAN), ("", LONGJING)])
def test_a_solution_is_stamped_with_the_level_that_found_it(
    world: World, case: Case, limits: None, to_level: str, officer: str
) -> None:
    if to_level:
        order(case, world.dispatcher, to_level)
    user = make_user("solver", Role.OFFICER, officer, "township" if to_level else "tax")
    solved = settle(case, user)
    assert solved.resolved_level == (to_level or "county")
    assert CaseEvent.objects.get(case=case, kind="case.resolved").data["level"] == solved.resolved_level
    reopened = reopen_case(case=solved, by=world.dispatcher, note="反复")
    assert (reopened.resolved_level, reopened.held_level) == ("", to_level or "county")


def test_a_service_led_by_the_township_is_solved_there(world: World, street: User) -> None:
    case = make_case(world, "public_service")
    assert (case.held_level, settle(case, street).resolved_level) == ("county", "township")
