"""Screening, opinions of assistants, appointments, calls, precedents and the returns report."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from cases import ledger, precedents
from cases.board import not_arrived
from cases.models import Appointment, Case, Deadline, OnCallCall, Referral, Screening
from cases.routing_rules import Facts
from cases.services import (
    ask_opinion,
    call_now,
    give_opinion,
    give_to_mediator,
    lift_opinion,
    make_appointment,
    note_arrival,
    resolve_case,
    return_referral,
    rule_lead,
    screen_case,
    settle_appointment,
    sign_referral,
)
from cases.services.handling import NotMediable
from cases.services.meeting import AlreadyAppointed, NoSuchDay, NotOnCall, next_days
from cases.services.opinions import NoOpinionOpen, OpinionMissing
from cases.services.referrals import ReturnTooLate
from departments.models import Department, Shift, Window
from governance_center.errors import MissingInput, NotAllowed
from reporting.bounces import by_department, by_pair
from reporting.selectors import Period
from tests.cases.test_routing_rules import make_rule
from tests.world import LONGJING, VILLAGE, World, make_case

TODAY_ON = Period(dt.date(2023, 1, 1), dt.date(2099, 1, 1))


def part(case: Case, role: str) -> Referral:
    return case.referrals.current().get(role=role)


@pytest.fixture
def joint(world: World) -> Case:
    """Led by the tax bureau; human resources owes an opinion."""
    make_rule(categories=["social_insurance"], lead="tax", assistants=["human_resources"])
    case = make_case(world)
    sign_referral(referral=part(case, "lead"), by=world.tax)
    case.refresh_from_db()
    return case


def settle(case: Case, world: World) -> Case:
    return resolve_case(case=case, by=world.tax, outcome="settled", note="已补缴")


def test_a_required_opinion_has_its_own_limit_and_holds_up_the_resolution(joint: Case, world: World) -> None:
    referral = part(joint, "assist")
    assert Deadline.objects.running().filter(referral=referral, rule="assist_opinion").count() == 1
    with pytest.raises(OpinionMissing):
        settle(joint, world)
    give_opinion(referral=referral, by=world.hr, text="同意税务意见")
    assert Deadline.objects.get(referral=referral, rule="assist_opinion").is_met
    assert settle(joint, world).state == "resolved"
    assert not list(ledger.verify(case_ids=[joint.pk]))


def test_the_dispatcher_lifts_it_with_a_reason(joint: Case, world: World) -> None:
    referral = part(joint, "assist")
    with pytest.raises(MissingInput):
        lift_opinion(referral=referral, by=world.dispatcher, reason=" ")
    for user in (world.tax, world.hr, world.clerk, world.official):
        with pytest.raises(NotAllowed):
            lift_opinion(referral=referral, by=user, reason="x")
    lift_opinion(referral=referral, by=world.dispatcher, reason="事实已清楚")
    with pytest.raises(NoOpinionOpen):
        lift_opinion(referral=referral, by=world.dispatcher, reason="x")
    assert settle(joint, world).state == "resolved"


def test_without_a_rule_nothing_is_owed_until_it_is_asked_for(world: World) -> None:
    case = make_case(world)
    sign_referral(referral=part(case, "lead"), by=world.tax)
    referral = part(case, "assist")
    assert not referral.is_opinion_required
    with pytest.raises(NotAllowed):
        ask_opinion(referral=referral, by=world.hr)
    ask_opinion(referral=referral, by=world.tax)
    ask_opinion(referral=referral, by=world.dispatcher)
    assert Deadline.objects.filter(referral=referral, rule="assist_opinion").count() == 1
    with pytest.raises(OpinionMissing):
        settle(case, world)


def test_only_the_assisting_department_gives_it_and_only_once(joint: Case, world: World) -> None:
    referral = part(joint, "assist")
    for user in (world.tax, world.justice, world.dispatcher):
        with pytest.raises(NotAllowed):
            give_opinion(referral=referral, by=user, text="x")
    give_opinion(referral=referral, by=world.hr, text="一")
    with pytest.raises(NoOpinionOpen):
        give_opinion(referral=referral, by=world.hr, text="二")


def test_an_assistant_that_returns_its_part_owes_nothing_any_more(joint: Case, world: World) -> None:
    return_referral(referral=part(joint, "assist"), by=world.hr, reason="overlap", note="与我局无关")
    assert not Deadline.objects.running().filter(rule="assist_opinion", case=joint).exists()
    assert settle(joint, world).state == "resolved"


def test_a_return_after_the_signing_limit_is_refused(world: World) -> None:
    case = make_case(world)
    past = timezone.now() - dt.timedelta(hours=1)
    case.deadlines.filter(rule="sign_for_referral").update(due_at=past)
    with pytest.raises(ReturnTooLate):
        return_referral(referral=part(case, "lead"), by=world.tax, reason="overlap", note="x")


@pytest.mark.parametrize("question", ["is_administrative", "is_pending", "is_exclusive", "is_refused"])
def test_a_yes_keeps_the_case_out_of_mediation(world: World, question: str) -> None:
    case = make_case(world)
    with pytest.raises(MissingInput):
        screen_case(case=case, by=world.clerk, answers={question: True}, route="", reason="x")
    with pytest.raises(MissingInput):
        screen_case(case=case, by=world.clerk, answers={question: True}, route="court", reason="")
    screen_case(case=case, by=world.clerk, answers={question: True}, route="court", reason="法院已立案")
    with pytest.raises(NotMediable):
        give_to_mediator(case=case, mediator=world.mediator, by=world.dispatcher, facts={})
    screen_case(case=case, by=world.dispatcher, answers={})
    assert Screening.objects.get(case=case).route == ""
    assert (
        give_to_mediator(case=case, mediator=world.mediator, by=world.dispatcher, facts={}).mediator == world.mediator
    )


def test_only_desk_and_dispatcher_screen(world: World) -> None:
    case = make_case(world, accept=False)
    for user in (world.tax, world.mediator, world.official, world.administrator):
        with pytest.raises(NotAllowed):
            screen_case(case=case, by=user, answers={})
    screen_case(case=case, by=world.clerk, answers={})
    assert case.events.filter(kind="case.screened").count() == 1


def test_the_screening_form_works_and_shows_on_the_case_page(world: World, client: Client) -> None:
    case = make_case(world)
    client.force_login(world.clerk)
    page = f"/cases/{case.number}/screen/"
    answer = client.post(page, {"is_pending": "on", "reason": "已起诉"})
    assert "已起诉" in answer.content.decode()
    client.post(page, {"is_pending": "on", "route": "court", "reason": "已起诉"})
    assert "已起诉" in client.get(f"/cases/{case.number}/").content.decode()


def lead_rotating(world: World) -> Case:
    make_rule(categories=["neighbour"], lead="civil_affairs")
    return make_case(world, "neighbour")


def test_an_appointment_is_made_on_one_of_three_days_and_once(world: World, client: Client) -> None:
    case = lead_rotating(world)
    referral = part(case, "lead")
    days = next_days(referral, timezone.localdate())
    assert len(days) == 3
    assert all(offer.day.isoweekday() in {2, 4} for offer in days)
    wrong = days[0].day + dt.timedelta(days=1)
    with pytest.raises(NoSuchDay):
        make_appointment(referral=referral, by=world.clerk, day=wrong)
    client.force_login(world.clerk)
    for _turn in range(2):
        client.post(f"/referrals/{referral.pk}/appointment/", {"day": days[1].day.isoformat()})
    made = Appointment.objects.get()
    assert (made.day, made.window) == (days[1].day, 7)
    with pytest.raises(AlreadyAppointed):
        make_appointment(referral=referral, by=world.clerk, day=days[2].day)
    settle_appointment(appointment=made, by=world.clerk, state="kept")
    assert case.events.filter(kind="appointment.made").count() == 2
    with pytest.raises(NotAllowed):
        make_appointment(referral=referral, by=world.justice, day=days[2].day)


def test_appointments_follow_the_shifts_of_the_rota_in_force(world: World) -> None:
    referral, today = part(lead_rotating(world), "lead"), timezone.localdate()
    first, second, third = (offer.day for offer in next_days(referral, today))
    window = Window.objects.create(centre=world.centre, number=12)
    for code, day in (("tax", first), ("civil_affairs", second)):
        Shift.objects.create(centre=world.centre, department_id=code, window=window, day=day, half="pm")
    offers = [(offer.day, offer.half, offer.window) for offer in next_days(referral, today)]
    assert offers[:2] == [(second, "pm", 12), (third, "", 7)]
    with pytest.raises(NoSuchDay):
        make_appointment(referral=referral, by=world.clerk, day=first)
    made = make_appointment(referral=referral, by=world.clerk, day=second)
    assert (made.half, made.window) == ("pm", 12)


def test_a_call_runs_its_response_time_and_late_ones_are_on_the_board(world: World, client: Client) -> None:
    case = make_case(world, "psychological")
    referral = part(case, "lead")
    client.force_login(world.clerk)
    assert f"/referrals/{referral.pk}/call/" in client.get(f"/cases/{case.number}/").content.decode()
    client.post(f"/referrals/{referral.pk}/call/")
    client.post(f"/referrals/{referral.pk}/call/")
    call = OnCallCall.objects.get()
    assert call.answer_by - call.called_at == dt.timedelta(minutes=30)
    assert not not_arrived(world.dispatcher, timezone.now()).exists()
    OnCallCall.objects.update(answer_by=timezone.now() - dt.timedelta(minutes=1))
    assert list(not_arrived(world.dispatcher, timezone.now())) == [call]
    note_arrival(call=call, by=world.clerk)
    assert not not_arrived(world.dispatcher, timezone.now()).exists()
    assert case.events.get(kind="on_call.arrived").data["in_time"] is False


def test_a_resident_department_is_not_called(world: World) -> None:
    case = make_case(world, "neighbour")
    with pytest.raises(NotOnCall):
        call_now(referral=part(case, "lead"), by=world.clerk)


def bounced(world: World) -> Case:
    case = make_case(world, title="社保费由谁征收")
    return_referral(referral=part(case, "lead"), by=world.tax, reason="not_competent", note="一")
    return_referral(referral=part(case, "lead"), by=world.hr, reason="overlap", note="二")
    return rule_lead(case=case, department=Department.objects.get(pk="tax"), by=world.dispatcher, note="由税务征收")


def test_a_ruling_is_a_precedent_for_like_matters(world: World, client: Client) -> None:
    ruled = bounced(world)
    facts = Facts("social_insurance", VILLAGE, text="社保费征收问题")
    found = precedents.like(facts, world.dispatcher)
    assert [one.decision.case for one in found] == [ruled]
    assert found[0].is_same_township
    assert not precedents.like(Facts("neighbour", VILLAGE, text="社保费征收"), world.dispatcher)
    assert not precedents.like(Facts("social_insurance", VILLAGE, text="xyz"), world.dispatcher)
    case = make_case(world, title="社保费争议")
    return_referral(referral=part(case, "lead"), by=world.tax, reason="not_competent", note="一")
    return_referral(referral=part(case, "lead"), by=world.hr, reason="overlap", note="二")
    client.force_login(world.dispatcher)
    assert "由税务征收" in client.get(f"/cases/{case.number}/rule/").content.decode()


def test_returns_are_counted_by_department_and_pair(world: World, client: Client) -> None:
    bounced(world)
    make_case(world)
    rows = {row.code: row for row in by_department(LONGJING, TODAY_ON)}
    assert (rows["tax"].received, rows["tax"].returned, rows["tax"].taken_after) == (3, 1, 1)
    assert (rows["human_resources"].share.value, rows["human_resources"].taken_after) == (100, 0)
    assert list(rows) == sorted(rows, key=lambda code: -rows[code].received), "by number, never by rate"
    pairs = {(pair.giver, pair.taker): pair.count for pair in by_pair(LONGJING, TODAY_ON)}
    assert pairs == {("tax", "human_resources"): 1, ("human_resources", "tax"): 1}
    client.force_login(world.dispatcher)
    assert client.get("/dashboard/bounces/").status_code == 200
    for query, count in (
        ("returned_by=tax", 1),
        ("had_to_take=tax", 1),
        ("led_by=tax", 2),
        ("had_to_take=justice", 0),
        ("returned_by=tax&returned_to=human_resources", 1),
        ("returned_by=tax&returned_to=justice", 0),
        ("returned_by=tax&returned_to=nobody", 0),
    ):
        assert client.get(f"/cases/?{query}").context["page"].paginator.count == count
    client.force_login(world.clerk)
    assert client.get("/dashboard/bounces/").status_code == 403
