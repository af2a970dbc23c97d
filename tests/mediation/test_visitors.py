"""Who visits: never the handler alone; given away, given back."""

from __future__ import annotations

import pytest
from django.utils import timezone

from accounts.models import Notification, Role
from accounts.navigation import FOLLOW_UPS, entries_of
from cases import ledger
from cases.models import Case, CaseAccess, EventKind
from departments.models import Department
from governance_center.errors import MissingInput, NotAllowed
from mediation.models import Committee, Conflict, FollowUp, FollowUpPlan, Mediator
from mediation.services import reach_agreement
from mediation.services.follow_ups import record_follow_up
from mediation.services.reminding import sweep
from mediation.services.visitors import (
    CannotVisit,
    HandlerAlone,
    NotPlanned,
    WrongVisitDay,
    choose,
    decline_visit,
    give_visit,
    handlers,
    people_for,
)
from mediation.visiting import Candidate, Choice, who_visits
from tests.mediation.sessions import mediated
from tests.mediation.test_follow_ups import after, resolved
from tests.world import LIYUAN, LONGJING, VILLAGE, World, make_user

VILLAGE_CLERK = Candidate(1, "village", 9, 12)
TOWNSHIP_CLERK = Candidate(2, "township", 0, 9)
COMMITTEE = Candidate(3, "committee", 5)
COUNTY = Candidate(4, "county", 0)
DESK, FAR_DESK = Candidate(5, "desk", 3, 6), Candidate(6, "desk", 0, 4)
DISPATCHER = Candidate(7, "dispatcher", 0, 6)
POLICE, HANDLING_POLICE = Candidate(8, "given", 4, 6), Candidate(9, "given", 0, 6)
ALL = [DISPATCHER, FAR_DESK, DESK, COUNTY, COMMITTEE, TOWNSHIP_CLERK, VILLAGE_CLERK]


@pytest.mark.parametrize(
    ("first", "barred", "expected"),
    [
        ("mediator", (), Choice(3, "committee")),
        ("mediator", {3}, Choice(4, "county")),
        ("mediator", {3, 4}, Choice(1, "village")),
        ("community", (), Choice(1, "village")),
        ("community", {1}, Choice(2, "township")),
        ("community", {1, 2}, Choice(3, "committee")),
        ("community", {1, 2, 3, 4}, Choice(5, "desk")),
        ("community", {1, 2, 3, 4, 5}, Choice(6, "desk")),
        ("community", {1, 2, 3, 4, 5, 6}, Choice(7, "dispatcher")),
        ("community", {1, 2, 3, 4, 5, 6, 7}, Choice(None)),
        ("police", (), Choice(1, "village", 8)),
        ("police", {8}, Choice(1, "village", 9)),
        ("police", {8, 9}, Choice(1, "village", 9)),
    ],
)
def test_the_order_of_those_who_are_asked(first: str, barred: set[int], expected: Choice) -> None:
    police = [POLICE, HANDLING_POLICE] if 8 in barred else [POLICE]
    assert who_visits(ALL, first=first, barred=set(barred), police=police) == expected


def test_among_equals_whoever_has_fewest_visits() -> None:
    three = [Candidate(1, "county", 2), Candidate(2, "county", 1), Candidate(3, "county", 1)]
    assert who_visits(three, first="mediator", barred=()) == Choice(2, "county")


def test_no_police_come_where_the_plan_does_not_ask_for_them() -> None:
    assert who_visits(ALL, first="community", barred=(), police=[POLICE]).companion is None


def plan(code: str) -> FollowUpPlan:
    return FollowUpPlan.objects.get(code=code)


def test_repeated_police_calls_are_visited_by_the_community_with_the_police(world: World) -> None:
    Department.objects.create(
        code="public_security", name_zh_hans="公安局", name_ko="공안국", short_zh_hans="公安", short_ko="공안",
        kind="government",
    )  # fmt: skip
    police = make_user("police", Role.OFFICER, LONGJING, "public_security")
    grid = make_user("grid", Role.CLERK, VILLAGE)
    case = mediated(world)
    calls = [{"code": "police_calls", "points": 20, "evidence": ["3"]}]
    Case.objects.filter(pk=case.pk).update(risk_parts=calls)
    reach_agreement(case=case, by=world.mediator, form="oral", terms="互不打扰")
    visit = case.follow_ups.first()
    assert (visit.assignee, visit.companion, visit.why_visitor, visit.channel) == (grid, police, "village", "visit")
    assert set(FollowUp.objects.visible_to(police)) == set(case.follow_ups.all())
    assert Case.objects.visible_to(police).get() == case
    record_follow_up(follow_up=visit, by=police, outcome="performing")


def test_a_restricted_case_is_visited_by_dispatchers_only(world: World) -> None:
    case = resolved(world)
    make_user("grid", Role.CLERK, VILLAGE)
    Case.objects.filter(pk=case.pk).update(is_restricted=True)
    case.refresh_from_db()
    assert choose(case, plan("high_risk")) == Choice(world.dispatcher.pk, "dispatcher")
    assert list(people_for(case)) == [world.dispatcher]


def test_officers_of_the_lead_and_mediators_who_withdrew_count_as_handlers(world: World) -> None:
    case = resolved(world)
    assert handlers(case) == {world.mediator.pk, world.tax.pk}


def test_whoever_is_close_to_a_party_does_not_visit(world: World) -> None:
    case = mediated(world)
    person = case.parties.get(part="applicant").person
    Conflict.objects.create(
        mediator=world.other_mediator.mediator, person=person, relation="kin", declared_at=timezone.now()
    )
    reach_agreement(case=case, by=world.mediator, form="oral", terms="约定")
    assert set(case.follow_ups.values_list("assignee__username", flat=True)) == {"clerk"}


def test_where_only_the_handler_is_left_the_dispatchers_are_asked(world: World) -> None:
    case, chief = mediated(world), make_user("chief", Role.DISPATCHER, "2224")
    for user in (world.other_mediator, world.clerk, world.dispatcher, chief):
        user.is_active = False
        user.save()
    reach_agreement(case=case, by=world.mediator, form="oral", terms="约定")
    assert set(case.follow_ups.values_list("assignee", flat=True)) == {None}
    chief.is_active = True
    chief.save()
    sweep(today=after(7))
    assert [row.recipient for row in Notification.objects.filter(kind="follow_up.due")] == [chief]


def test_the_dispatcher_gives_a_visit_to_somebody_and_another_day_with_a_reason(world: World) -> None:
    case = resolved(world)
    visit = case.follow_ups.get(day=7)
    sweep(today=after(7))
    give_visit(follow_up=visit, by=world.dispatcher, to=world.clerk, on=after(9), reason="朴调解出差")
    visit.refresh_from_db()
    assert (visit.assignee, visit.due_on, visit.why_visitor) == (world.clerk, after(9), "given")
    assert Notification.objects.filter(kind="follow_up.given", recipient=world.clerk).count() == 1
    sweep(today=after(9))
    assert Notification.objects.filter(kind="follow_up.due", recipient=world.clerk).count() == 1
    entry = case.events.filter(kind=EventKind.FOLLOW_UP_PLANNED).last()
    assert (entry.data["visitor"], entry.data["due_on"]) == (world.clerk.pk, after(9).isoformat())
    assert "朴调解出差" not in str(entry.data)
    assert not list(ledger.verify())


def test_never_the_handler_alone_but_the_handler_with_somebody(world: World) -> None:
    visit = resolved(world).follow_ups.get(day=7)
    given = {"follow_up": visit, "by": world.dispatcher, "on": visit.due_on, "reason": "熟悉情况"}
    with pytest.raises(HandlerAlone):
        give_visit(to=world.mediator, **given)
    with pytest.raises(HandlerAlone):
        give_visit(to=world.mediator, companion=world.tax, **given)
    give_visit(to=world.mediator, companion=world.clerk, **given)
    visit.refresh_from_db()
    assert (visit.assignee, visit.companion) == (world.mediator, world.clerk)


def test_what_giving_away_refuses(world: World) -> None:
    case = resolved(world)
    visit = case.follow_ups.get(day=7)
    given = {"follow_up": visit, "by": world.dispatcher, "to": world.clerk, "on": after(9), "reason": "x"}
    stranger = make_user("far", Role.CLERK, "222401")
    for changes, error in (
        ({"by": world.clerk}, NotAllowed),
        ({"by": world.mediator}, NotAllowed),
        ({"reason": " "}, MissingInput),
        ({"on": after(-1)}, WrongVisitDay),
        ({"on": after(400)}, WrongVisitDay),
        ({"to": stranger}, CannotVisit),
        ({"companion": stranger}, CannotVisit),
        ({"companion": world.clerk}, CannotVisit),
    ):
        with pytest.raises(error):
            give_visit(**{**given, **changes})
    visit.refresh_from_db()
    assert visit.assignee == world.other_mediator
    record_follow_up(follow_up=visit, by=world.dispatcher, outcome="performing")
    with pytest.raises(NotPlanned):
        give_visit(**given)


def test_a_visitor_who_cannot_gives_the_visit_back_and_the_dispatchers_hear_of_it(world: World) -> None:
    case = resolved(world)
    visit = case.follow_ups.get(day=7)
    with pytest.raises(NotAllowed):
        decline_visit(follow_up=visit, by=world.clerk, reason="x")
    with pytest.raises(MissingInput):
        decline_visit(follow_up=visit, by=world.other_mediator, reason="")
    decline_visit(follow_up=visit, by=world.other_mediator, reason="生病")
    visit.refresh_from_db()
    assert (visit.assignee, visit.state) == (None, "planned")
    assert [row.recipient for row in Notification.objects.filter(kind="follow_up.declined")] == [world.dispatcher]
    with pytest.raises(NotAllowed):
        decline_visit(follow_up=visit, by=world.other_mediator, reason="生病")


def test_a_mediator_of_another_committee_of_the_county_is_asked_after_the_own_committee(world: World) -> None:
    world.other_mediator.is_active = False
    world.other_mediator.save()
    committee = Committee.objects.create(division_id=LONGJING, name_zh_hans="龙井市", name_ko="룡정시", kind="county")
    user = make_user("far_mediator", Role.MEDIATOR, LONGJING)
    Mediator.objects.create(user=user, committee=committee, name="远", languages=["zh-hans"])
    visit = resolved(world).follow_ups.first()
    assert (visit.assignee, visit.why_visitor) == (user, "county")
    assert CaseAccess.objects.filter(user=user, case=visit.case).exists()


def test_a_township_officer_counts_as_the_community_and_finds_the_visits(world: World) -> None:
    officer = make_user("street", Role.OFFICER, LIYUAN, "township")
    case = resolved(world)
    assert choose(case, plan("high_risk")) == Choice(officer.pk, "township")
    assert [FOLLOW_UPS in entries_of(user) for user in (officer, world.tax)] == [True, False]
