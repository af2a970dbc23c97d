"""Assigning a mediator and recording an agreement."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from accounts.models import Notification, Role
from cases.models import Case
from cases.services import record_progress, resolve_case, sign_referral
from cases.services.handling import NotMediable, WrongOutcome
from cases.states import State
from governance_center.errors import IllegalMove, MissingInput, NotAllowed
from mediation.models import Assignment, Committee, Mediator
from mediation.services import AlreadyAssigned, NoAgreement, NotAssignable, assign_mediator, reach_agreement
from tests.world import YANJI, World, make_case, make_user


def handled(world: World, category: str = "social_insurance") -> Case:
    case = make_case(world, category)
    officer = {"social_insurance": world.tax}.get(category, world.justice)
    sign_referral(referral=case.referrals.get(role="lead"), by=officer)
    case.refresh_from_db()
    return case


def test_the_lead_assigns_and_the_mediator_is_told(world: World) -> None:
    case = handled(world)
    assign_mediator(case=case, mediator=world.mediator.mediator, by=world.tax)
    case.refresh_from_db()
    assert (case.mediator, case.state) == (world.mediator, State.IN_HANDLING)
    assert Notification.objects.filter(recipient=world.mediator, kind="mediation.assigned").count() == 1
    assert Case.objects.visible_to(world.mediator).get() == case


def test_a_replaced_mediator_keeps_reading_and_the_history_stays(world: World) -> None:
    case = handled(world)
    assign_mediator(case=case, mediator=world.mediator.mediator, by=world.tax)
    assign_mediator(case=case, mediator=world.other_mediator.mediator, by=world.dispatcher)
    assert [bool(a.ended_at) for a in Assignment.objects.filter(case=case)] == [True, False]
    assert Case.objects.visible_to(world.mediator).exists()
    with pytest.raises(NotAllowed):
        record_progress(case=case, by=world.mediator, note="x")


def test_nobody_gets_the_same_case_twice(world: World) -> None:
    case = handled(world)
    assign_mediator(case=case, mediator=world.mediator.mediator, by=world.tax)
    with pytest.raises(AlreadyAssigned):
        assign_mediator(case=case, mediator=world.mediator.mediator, by=world.tax)


def test_a_mediator_of_another_county_or_without_account_is_refused(world: World) -> None:
    case = handled(world)
    committee = Committee.objects.create(name_zh_hans="延吉", name_ko="연길", division_id=YANJI, kind="county")
    far = Mediator.objects.create(
        user=make_user("far", Role.MEDIATOR, YANJI), committee=committee, name="远", languages=[]
    )
    silent = Mediator.objects.create(committee=world.mediator.mediator.committee, name="无账号", languages=[])
    for mediator in (far, silent):
        with pytest.raises(NotAssignable):
            assign_mediator(case=case, mediator=mediator, by=world.tax)


@pytest.mark.parametrize("who", ["clerk", "hr", "justice", "mediator", "official"])
def test_only_the_lead_or_a_dispatcher_assigns(world: World, who: str) -> None:
    case = handled(world)
    with pytest.raises(NotAllowed):
        assign_mediator(case=case, mediator=world.mediator.mediator, by=getattr(world, who))


def test_what_may_not_be_mediated_is_not_assigned(world: World) -> None:
    case = make_case(world, "legal_advice")
    sign_referral(referral=case.referrals.get(role="lead"), by=world.justice)
    with pytest.raises(NotMediable):
        assign_mediator(case=case, mediator=world.mediator.mediator, by=world.justice)


@pytest.mark.parametrize(("form", "outcome"), [("written", "written_agreement"), ("oral", "oral_agreement")])
def test_an_agreement_resolves_the_case(world: World, form: str, outcome: str) -> None:
    case = handled(world)
    assign_mediator(case=case, mediator=world.mediator.mediator, by=world.tax)
    agreement = reach_agreement(case=case, by=world.mediator, form=form, terms="年底前补缴")
    case.refresh_from_db()
    assert (case.state, case.outcome) == (State.RESOLVED, outcome)
    assert agreement.mediator == world.mediator.mediator
    entry = case.events.get(kind="case.resolved")
    assert entry.data["agreement"] == agreement.pk
    assert "年底前补缴" not in str(entry.data)


def test_an_agreement_needs_terms_and_a_future_date(world: World) -> None:
    case = handled(world)
    assign_mediator(case=case, mediator=world.mediator.mediator, by=world.tax)
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    with pytest.raises(MissingInput):
        reach_agreement(case=case, by=world.mediator, form="written", terms=" ")
    with pytest.raises(NoAgreement):
        reach_agreement(case=case, by=world.mediator, form="written", terms="x", perform_by=yesterday)
    with pytest.raises(NoAgreement):
        reach_agreement(case=case, by=world.mediator, form="shouted", terms="x")
    case.refresh_from_db()
    assert (case.state, case.agreements.count()) == (State.IN_HANDLING, 0)


def test_a_mediator_does_not_settle_and_a_department_makes_no_agreement(world: World) -> None:
    case = handled(world)
    assign_mediator(case=case, mediator=world.mediator.mediator, by=world.tax)
    with pytest.raises(WrongOutcome):
        resolve_case(case=case, by=world.mediator, outcome="settled", note="x")
    with pytest.raises(WrongOutcome):
        resolve_case(case=case, by=world.tax, outcome="written_agreement", note="x")


def test_an_agreement_reached_twice_is_refused(world: World) -> None:
    case = handled(world)
    assign_mediator(case=case, mediator=world.mediator.mediator, by=world.tax)
    reach_agreement(case=case, by=world.mediator, form="oral", terms="x")
    with pytest.raises(IllegalMove):
        reach_agreement(case=case, by=world.mediator, form="oral", terms="x")
