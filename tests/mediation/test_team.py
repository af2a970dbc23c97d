"""One to three mediators of a case: adding, releasing, changing the lead, and their sessions."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Notification, Role
from cases import ledger
from cases.models import Case
from cases.selectors import timeline
from governance_center.errors import IllegalMove, MissingInput, NotAllowed
from mediation.agreement_paper import _facts
from mediation.models import Assignment, Mediator, Session, SessionMediator
from mediation.services import (
    AlreadyAssigned,
    HasWithdrawn,
    NoLead,
    TeamFull,
    add_assistant,
    assign_mediator,
    make_lead,
    reach_agreement,
    recuse,
    release_assistant,
)
from mediation.services.clashes import MediatorTaken, free_slots
from mediation.services.holding import NoMediatorCame, hold_session, save_minutes
from mediation.services.sessions import Place, cancel_session, move_session
from mediation.services.team import NotInTeam
from mediation.session_calendar import calendar_file
from tests.mediation.sessions import at, call, let_it_begin, make_room, mediated, tell_rights
from tests.mediation.test_agreements import handled
from tests.world import LONGJING, World, make_user


def more(world: World, name: str) -> Mediator:
    committee = world.mediator.mediator.committee
    user = make_user(name, Role.MEDIATOR, LONGJING)
    return Mediator.objects.create(user=user, committee=committee, name=name, languages=["zh-hans"])


def assisted(world: World) -> Case:
    """A case led by ``mediator``, in which ``other_mediator`` assists."""
    case = mediated(world)
    add_assistant(case=case, mediator=world.other_mediator.mediator, by=world.tax)
    case.refresh_from_db()
    return case


def came(session: Session) -> dict[int, str]:
    return {one.party_id: "came" for one in session.attendances.all()}


def test_an_assistant_reads_the_case_is_told_and_stands_in_the_ledger(world: World) -> None:
    case = mediated(world)
    assert not Case.objects.visible_to(world.other_mediator).exists()
    row = add_assistant(case=case, mediator=world.other_mediator.mediator, by=world.dispatcher, named_by_parties=True)
    assert (row.role, row.seat, row.named_by_parties) == ("assisting", 1, True)
    assert row.suggestions["rank"] == 1
    assert Case.objects.visible_to(world.other_mediator).get() == case
    assert Notification.objects.get(kind="mediation.assisting").recipient == world.other_mediator
    kinds = [(one.data["mediator"], one.data["role"]) for one in case.events.filter(kind="mediator.assigned")]
    assert kinds == [(world.mediator.pk, "lead"), (world.other_mediator.pk, "assisting")]
    case.refresh_from_db()
    assert case.mediator == world.mediator
    assert not list(ledger.verify())


def test_three_at_most_and_nobody_twice(world: World) -> None:
    case = assisted(world)
    for twice in (world.mediator.mediator, world.other_mediator.mediator):
        with pytest.raises(AlreadyAssigned):
            add_assistant(case=case, mediator=twice, by=world.tax)
    add_assistant(case=case, mediator=more(world, "third"), by=world.tax)
    with pytest.raises(TeamFull):
        add_assistant(case=case, mediator=more(world, "fourth"), by=world.tax)


@pytest.mark.parametrize(
    ("role", "seat"), [("lead", 0), ("assisting", 1), ("lead", 1), ("assisting", 0), ("assisting", 3)]
)
def test_the_database_holds_the_seats(world: World, role: str, seat: int) -> None:
    case, third = assisted(world), more(world, "third")
    with pytest.raises(IntegrityError), transaction.atomic():
        Assignment.objects.create(case=case, mediator=third, role=role, seat=seat, assigned_at=timezone.now())


@pytest.mark.parametrize("who", ["clerk", "hr", "mediator", "official"])
def test_only_the_lead_department_or_a_dispatcher_changes_the_team(world: World, who: str) -> None:
    case, by = assisted(world), getattr(world, who)
    for deed in (
        lambda: add_assistant(case=case, mediator=more(world, "third"), by=by),
        lambda: release_assistant(case=case, mediator=world.other_mediator.mediator, by=by, reason="x"),
        lambda: make_lead(case=case, mediator=world.other_mediator.mediator, by=by, reason="x"),
    ):
        with pytest.raises(NotAllowed):
            deed()


def test_without_a_lead_or_after_the_end_nobody_joins(world: World) -> None:
    case = handled(world)
    with pytest.raises(NoLead):
        add_assistant(case=case, mediator=world.mediator.mediator, by=world.tax)
    ended = assisted(world)
    reach_agreement(case=ended, by=world.mediator, form="written", terms="补缴")
    with pytest.raises(IllegalMove):
        add_assistant(case=ended, mediator=more(world, "third"), by=world.dispatcher)


def test_a_released_assistant_goes_with_the_reason_and_may_come_again(world: World) -> None:
    case, other = assisted(world), world.other_mediator.mediator
    with pytest.raises(MissingInput):
        release_assistant(case=case, mediator=other, by=world.tax, reason=" ")
    for _time in range(2):
        row = release_assistant(case=case, mediator=other, by=world.tax, reason="另有任务")
    assert (row.ended_as, row.end_reason) == ("released", "另有任务")
    assert case.events.filter(kind="mediator.assigned", data__role="released").count() == 1
    assert Case.objects.visible_to(world.other_mediator).exists(), "what was seen may still be read"
    with pytest.raises(NotInTeam):
        release_assistant(case=case, mediator=more(world, "third"), by=world.tax, reason="x")
    assert add_assistant(case=case, mediator=other, by=world.tax).seat == 1
    assert not list(ledger.verify())


def test_making_an_assistant_lead_changes_the_two(world: World) -> None:
    case, other = assisted(world), world.other_mediator.mediator
    session = call(case, world.mediator)
    make_lead(case=case, mediator=other, by=world.tax, reason="熟悉行业")
    make_lead(case=case, mediator=other, by=world.tax, reason="熟悉行业")
    case.refresh_from_db()
    assert case.mediator == world.other_mediator
    now = {row.mediator_id: row.role for row in Assignment.objects.current().filter(case=case)}
    assert now == {other.pk: "lead", world.mediator.mediator.pk: "assisting"}
    ended = Assignment.objects.filter(case=case, ended_at__isnull=False)
    assert {(row.role, row.ended_as, row.end_reason) for row in ended} == {
        ("lead", "new_role", "熟悉行业"), ("assisting", "new_role", "熟悉行业"),
    }  # fmt: skip
    session.refresh_from_db()
    assert (session.mediator, session.seats.count()) == (other, 2)
    with pytest.raises(NotAllowed):
        reach_agreement(case=case, by=world.mediator, form="written", terms="补缴")
    assert not list(ledger.verify())


def test_replacing_the_lead_by_an_assistant_leaves_the_other_seat_free(world: World) -> None:
    case, other = assisted(world), world.other_mediator.mediator
    assign_mediator(case=case, mediator=other, by=world.tax, reason="换人")
    assert [(row.mediator, row.role) for row in Assignment.objects.current().filter(case=case)] == [(other, "lead")]
    assert Assignment.objects.get(case=case, ended_as="replaced").end_reason == "换人"


def test_only_the_lead_records_the_agreement_and_all_are_named_on_it(world: World) -> None:
    case = assisted(world)
    with pytest.raises(NotAllowed):
        reach_agreement(case=case, by=world.other_mediator, form="written", terms="补缴")
    agreement = reach_agreement(case=case, by=world.mediator, form="written", terms="补缴")
    agreement.case = case
    names = dict(_facts(agreement)).values()
    assert f"{world.mediator.mediator}、{world.other_mediator.mediator}" in names


def test_an_assistant_withdraws_and_the_lead_stays(world: World) -> None:
    case, other = assisted(world), world.other_mediator.mediator
    session = call(case, world.mediator)
    recuse(case=case, by=world.other_mediator, relation="kin", note="亲戚", party=case.parties.get(part="applicant"))
    case.refresh_from_db()
    assert case.mediator == world.mediator
    assert case.events.get(kind="mediator.withdrew").data["role"] == "assisting"
    assert not Case.objects.visible_to(world.other_mediator).exists()
    assert [one.mediator for one in session.seats.all()] == [world.mediator.mediator]
    other.conflicts.all().delete()
    with pytest.raises(HasWithdrawn):
        add_assistant(case=case, mediator=other, by=world.tax)
    assert not list(ledger.verify())


def test_withdrawing_from_an_organisation_bars_its_further_cases(world: World) -> None:
    case = mediated(world)
    firm = case.parties.get(part="respondent")
    recuse(case=case, by=world.mediator, relation="employer", note="曾在该企业工作", party=firm)
    declared = world.mediator.mediator.conflicts.get()
    assert (declared.person, declared.organisation) == (None, firm.organisation)


# ---- sessions of several mediators


def test_all_mediators_are_held_by_a_session(world: World) -> None:
    case, room = assisted(world), make_room()
    session = call(case, world.mediator, room)
    assert {one.mediator.user for one in session.seats.all()} == {world.mediator, world.other_mediator}
    theirs = mediated(world, world.other_mediator)
    with pytest.raises(MediatorTaken) as refused:
        call(theirs, world.other_mediator)
    assert str(world.other_mediator.mediator) in str(refused.value)
    team = [world.mediator.mediator, world.other_mediator.mediator]
    assert all(slot.start != at(9) for slot in free_slots(theirs, team))
    other = call(theirs, world.other_mediator, start=at(14))
    with pytest.raises(IntegrityError), transaction.atomic():
        SessionMediator.objects.filter(session=other).update(period=session.period)
    cancel_session(session=session, by=world.other_mediator, reason="改期")
    assert call(theirs, world.other_mediator).pk


def test_an_assistant_writes_the_minutes_and_records_the_session(world: World) -> None:
    case = assisted(world)
    tell_rights(case, world.other_mediator)
    session = call(case, world.other_mediator)
    move_session(
        session=session, by=world.other_mediator, start=at(15), minutes=60, place=Place(place="梨园社区活动室")
    )
    assert {one.period.lower for one in session.seats.all()} == {at(15)}
    let_it_begin(session)
    save_minutes(session=session, by=world.other_mediator, minutes="双方", language="zh-hans", revision=0)
    with pytest.raises(NoMediatorCame):
        hold_session(session=session, by=world.other_mediator, came=came(session), minutes="谈妥", mediators=[])
    only = [world.other_mediator.mediator.pk]
    hold_session(session=session, by=world.other_mediator, came=came(session), minutes="谈妥", mediators=only)
    there = {one.mediator.user: one.was_there for one in session.seats.all()}
    assert there == {world.mediator: False, world.other_mediator: True}
    assert case.events.get(kind="session.held").data["mediators"] == only


def test_who_joins_sits_in_sessions_to_come_where_free(world: World) -> None:
    case, other = mediated(world), world.other_mediator.mediator
    free, taken = call(case, world.mediator), call(case, world.mediator, start=at(14))
    call(mediated(world, world.other_mediator), world.other_mediator, start=at(14))
    add_assistant(case=case, mediator=other, by=world.tax)
    assert free.seats.filter(mediator=other).exists()
    assert not taken.seats.filter(mediator=other).exists()
    release_assistant(case=case, mediator=other, by=world.tax, reason="另有任务")
    assert not free.seats.filter(mediator=other).exists()


def test_a_new_lead_takes_over_the_sessions_or_they_are_cancelled(world: World) -> None:
    case, other = mediated(world), world.other_mediator.mediator
    free, taken = call(case, world.mediator), call(case, world.mediator, start=at(14))
    call(mediated(world, world.other_mediator), world.other_mediator, start=at(14))
    assign_mediator(case=case, mediator=other, by=world.tax)
    free.refresh_from_db()
    taken.refresh_from_db()
    assert (free.state, free.mediator, [one.mediator for one in free.seats.all()]) == ("planned", other, [other])
    assert (taken.state, taken.cancel_cause) == ("cancelled", "mediator_not_free")
    moved = case.events.get(kind="session.moved").data
    assert (moved["mediator"], moved["instead_of"]) == (other.pk, world.mediator.mediator.pk)
    assert case.events.get(kind="session.cancelled").data["cause"] == "mediator_not_free"
    assert Notification.objects.filter(kind="session.cancelled", recipient=world.other_mediator).exists()
    assert Notification.objects.filter(kind="session.new_lead", recipient=world.other_mediator).exists()
    assert not list(ledger.verify())


def test_after_a_withdrawal_the_session_waits_for_the_next_lead(world: World) -> None:
    case = mediated(world)
    session = call(case, world.mediator)
    recuse(case=case, by=world.mediator, relation="other", note="利害关系")
    assert not session.seats.exists()
    assert call(mediated(world), world.mediator).pk, "the time is free for other cases"
    assign_mediator(case=case, mediator=world.other_mediator.mediator, by=world.tax)
    session.refresh_from_db()
    assert (session.state, session.mediator) == ("planned", world.other_mediator.mediator)


def test_the_calendar_file_of_an_assistant_is_the_same_event(world: World, sign_in: Callable[..., Client]) -> None:
    session = call(assisted(world), world.mediator)
    answer = sign_in(world.other_mediator).get(reverse("mediation:session_calendar", args=[session.pk]))
    assert answer.status_code == 200
    assert b"UID:session-%d" % session.pk in answer.content
    assert b"BEGIN:VEVENT" in calendar_file(session)


# ---- pages


@pytest.mark.parametrize("language", ["zh-hans", "ko"])
def test_the_page_adds_an_assistant_and_shows_the_team(
    world: World, sign_in: Callable[..., Client], language: str
) -> None:
    case = mediated(world)
    client = sign_in(world.dispatcher, language)
    url = reverse("mediation:assign", args=[case.number]) + "?role=assisting"
    assert url in client.get(reverse("cases:detail", args=[case.number])).content.decode()
    page = client.get(url)
    assert [one.mediator.user for one in page.context["page"]] == [world.other_mediator], "who leads is not offered"
    key = world.other_mediator.mediator.pk
    assert client.post(url, {"mediator": key}).status_code == 302
    assert client.post(url, {"mediator": key}).status_code == 422
    row = Assignment.objects.assisting().get()
    for name in ("team_release", "team_lead"):
        assert reverse(f"mediation:{name}", args=[case.number, row.pk]) in client.get(url).content.decode()
    seen = sign_in(world.other_mediator, language).get(reverse("cases:detail", args=[case.number])).content.decode()
    assert str(row.get_role_display()) in seen
    assert reverse("mediation:session_call", args=[case.number]) in seen
    assert reverse("mediation:agreement", args=[case.number]) not in seen
    assert reverse("mediation:recuse", args=[case.number]) in seen
    assert case.number in sign_in(world.other_mediator, language).get(reverse("mediation:home")).content.decode()


def test_the_pages_release_and_change_the_lead_with_a_reason(world: World, sign_in: Callable[..., Client]) -> None:
    case, client = assisted(world), sign_in(world.dispatcher)
    row = Assignment.objects.current().assisting().get(case=case)
    lead = reverse("mediation:team_lead", args=[case.number, row.pk])
    assert client.get(lead).status_code == 200
    assert client.post(lead, {"reason": ""}).status_code == 422
    assert client.post(lead, {"reason": "熟悉行业"}).status_code == 302
    row = Assignment.objects.current().assisting().get(case=case)
    assert row.mediator == world.mediator.mediator
    release = reverse("mediation:team_release", args=[case.number, row.pk])
    for _time in range(2):
        assert client.post(release, {"reason": "另有任务"}).status_code == 302
    assert client.get(release).status_code == 302
    assert not Assignment.objects.current().assisting().exists()
    page = client.get(reverse("cases:detail", args=[case.number]))
    assert "另有任务" in page.content.decode()
    told = [[str(word) for word in entry.details] for entry in timeline(case) if entry.kind == "mediator.assigned"]
    names = str(world.mediator), str(world.other_mediator)
    assert [words[0] for words in told] == [names[0], names[0], names[1], names[1], names[0]]


@pytest.mark.parametrize("name", ["clerk", "mediator", "official"])
def test_others_do_not_open_the_pages_of_the_team(world: World, sign_in: Callable[..., Client], name: str) -> None:
    case = assisted(world)
    row = Assignment.objects.current().assisting().get(case=case)
    for page in ("team_release", "team_lead"):
        url = reverse(f"mediation:{page}", args=[case.number, row.pk])
        assert sign_in(getattr(world, name)).get(url).status_code == 403


def test_the_page_of_holding_asks_which_mediators_were_there(world: World, sign_in: Callable[..., Client]) -> None:
    case = assisted(world)
    tell_rights(case, world.mediator)
    session = let_it_begin(call(case, world.mediator))
    client, url = sign_in(world.other_mediator), reverse("mediation:session_hold", args=[session.pk])
    assert client.get(url).context["form"]["mediators"].initial == [
        world.mediator.mediator.pk, world.other_mediator.mediator.pk,
    ]  # fmt: skip
    answers = {f"party_{key}": "came" for key in came(session)}
    data = {**answers, "minutes": "谈妥", "language": "zh-hans", "revision": 0}
    refused = client.post(url, data)
    assert refused.status_code == 422
    assert refused.context["form"].errors["mediators"]
    assert client.post(url, {**data, "mediators": [world.other_mediator.mediator.pk]}).status_code == 302
