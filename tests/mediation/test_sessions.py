"""Calling mediation sessions, every refusal, who is taken, and what became of them."""

from __future__ import annotations

import datetime as dt
from functools import partial

import pytest
from django.utils import timezone

from accounts.models import Notification, User
from cases import ledger
from cases.models import Case, CaseEvent, CaseParty
from cases.services import withdraw_case
from governance_center.errors import IllegalMove, MissingInput, NotAllowed
from mediation.models import RightsNotice, Session
from mediation.services import assign_mediator, reach_agreement, recuse
from mediation.services.clashes import MediatorTaken, PartyTaken, RoomTaken, free_slots
from mediation.services.holding import NobodyCame, NotYet, RightsNotTold, fail_session, hold_session
from mediation.services.sessions import (
    BadLength,
    BadTime,
    NoMediator,
    NotAParty,
    NotOurRoom,
    NotPlanned,
    OnePlace,
    Place,
    cancel_session,
    move_session,
    record_rights_told,
)
from tests.mediation.sessions import at, call, let_it_begin, make_room, mediated, tell_rights
from tests.together import at_once
from tests.world import YANJI, World, make_case


def came(session: Session, state: str = "came") -> dict[int, str]:
    return {one.party_id: state for one in session.attendances.all()}


def share_applicant(one: Case, other: Case) -> CaseParty:
    party = other.parties.get(part="applicant")
    party.person = one.parties.get(part="applicant").person
    party.save()
    return party


def test_a_session_calls_all_parties_and_stands_in_the_ledger(world: World) -> None:
    case, room = mediated(world), make_room()
    session = call(case, world.mediator, room)
    assert (session.state, session.where, session.mediator.user) == ("planned", str(room), world.mediator)
    assert {one.party_id for one in session.attendances.all()} == set(case.parties.values_list("pk", flat=True))
    assert call(case, world.mediator, room).pk == session.pk, "a repeated form has one effect"
    assert CaseEvent.objects.filter(case=case, kind="session.called").count() == 1
    assert not Notification.objects.filter(kind="session.called").exists()
    call(case, world.dispatcher, room, start=at(14))
    assert Notification.objects.get(kind="session.called").recipient == world.mediator
    assert not list(ledger.verify())


def test_a_person_with_two_parts_is_called_once(world: World) -> None:
    case = mediated(world)
    person = case.parties.get(part="applicant").person
    CaseParty.objects.create(case=case, person=person, part="representative")
    assert call(case, world.mediator).attendances.filter(person=person).count() == 1


@pytest.mark.parametrize("who", ["clerk", "tax", "hr", "other_mediator", "official"])
def test_only_the_mediator_or_a_dispatcher_calls(world: World, who: str) -> None:
    case = mediated(world)
    with pytest.raises(NotAllowed):
        call(case, getattr(world, who))
    with pytest.raises(NotAllowed):
        tell_rights(case, getattr(world, who))
    session = call(case, world.mediator)
    for deed in (
        lambda: cancel_session(session=session, by=getattr(world, who), reason="x"),
        lambda: move_session(session=session, by=getattr(world, who), start=at(10), minutes=30, place=Place(place="x")),
        lambda: hold_session(session=session, by=getattr(world, who), came=came(session), minutes="x"),
        lambda: fail_session(session=session, by=getattr(world, who), failure="refused", note="x"),
    ):
        with pytest.raises(NotAllowed):
            deed()


def test_a_session_needs_a_case_in_handling_with_a_mediator(world: World) -> None:
    with pytest.raises(IllegalMove):
        call(make_case(world), world.dispatcher)
    case = mediated(world)
    Case.objects.filter(pk=case.pk).update(mediator=None)
    with pytest.raises(NoMediator):
        call(case, world.dispatcher)


def test_time_and_length_have_bounds(world: World) -> None:
    case = mediated(world)
    for start in (timezone.now() - dt.timedelta(minutes=1), timezone.now() + dt.timedelta(days=181)):
        with pytest.raises(BadTime):
            call(case, world.mediator, start=start)
    for minutes in (14, 241):
        with pytest.raises(BadLength):
            call(case, world.mediator, minutes=minutes)
    assert call(case, world.mediator, minutes=240).pk


def test_exactly_one_place_and_a_room_of_the_county(world: World) -> None:
    case, room = mediated(world), make_room()
    for place in (Place(), Place(room=room, place="家"), Place(online_link="https://x.example", place="家")):
        with pytest.raises(OnePlace):
            call(case, world.mediator, place=place)
    for wrong in (make_room(YANJI), make_room(is_active=False)):
        with pytest.raises(NotOurRoom):
            call(case, world.mediator, wrong)
    assert call(case, world.mediator, place=Place(online_link="https://x.example/1")).where == "https://x.example/1"


def test_a_taken_room_is_named_with_the_time_it_is_free_again(world: World) -> None:
    room, other = make_room(), mediated(world, world.other_mediator)
    call(mediated(world), world.mediator, room)
    call(mediated(world), world.mediator, room, start=at(10))
    with pytest.raises(RoomTaken) as caught:
        call(other, world.other_mediator, room, start=at(9, 30))
    assert str(room) in str(caught.value)
    assert f"{at(11):%m-%d} 11:00" in str(caught.value), "not ten: another session follows at once"
    assert call(other, world.other_mediator, room, start=at(11)).pk


def test_a_taken_mediator_and_a_taken_party_are_named(world: World) -> None:
    case = mediated(world)
    call(case, world.mediator, "甲")
    with pytest.raises(MediatorTaken) as caught:
        call(mediated(world), world.mediator, "乙", start=at(9, 45))
    assert str(world.mediator.mediator) in str(caught.value)
    other = mediated(world, world.other_mediator)
    party = share_applicant(case, other)
    with pytest.raises(PartyTaken) as party_caught:
        call(other, world.other_mediator, "乙")
    assert str(party) in str(party_caught.value)
    assert "10:00" in str(party_caught.value)
    assert Session.objects.count() == 1


def test_moving_frees_the_old_time_and_clashes_as_calling_does(world: World) -> None:
    room, case = make_room(), mediated(world)
    session = call(case, world.mediator, room)
    moved = move_session(session=session, by=world.mediator, start=at(9, 30), minutes=60, place=Place(room=room))
    assert moved.period.lower == at(9, 30), "it does not clash with itself"
    assert {one.period for one in moved.attendances.all()} == {moved.period}
    other = call(mediated(world, world.other_mediator), world.other_mediator, room, start=at(14))
    with pytest.raises(RoomTaken):
        move_session(session=other, by=world.other_mediator, start=at(10), minutes=60, place=Place(room=room))
    with pytest.raises(OnePlace):
        move_session(session=other, by=world.other_mediator, start=at(15), minutes=60, place=Place())
    assert CaseEvent.objects.filter(case=case, kind="session.moved").count() == 1


def test_cancelling_needs_a_reason_and_frees_everybody(world: World) -> None:
    room, case = make_room(), mediated(world)
    session = call(case, world.mediator, room)
    with pytest.raises(MissingInput):
        cancel_session(session=session, by=world.mediator, reason=" ")
    cancel_session(session=session, by=world.mediator, reason="当事人住院")
    with pytest.raises(NotPlanned):
        cancel_session(session=session, by=world.mediator, reason="再")
    assert call(case, world.mediator, room).pk != session.pk
    assert "住院" not in str(case.events.get(kind="session.cancelled").data), "the ledger keeps the digest only"


def test_the_notice_of_rights_is_recorded_once_for_a_party(world: World) -> None:
    case, other = mediated(world), mediated(world)
    today = timezone.localdate()
    for wrong, error in (
        ({"parties": []}, MissingInput),
        ({"how": "wire"}, MissingInput),
        ({"parties": list(other.parties.all())}, NotAParty),
        ({"told_on": today + dt.timedelta(days=1)}, BadTime),
    ):
        right = {"parties": list(case.parties.all()), "how": "spoken", "told_on": today}
        with pytest.raises(error):
            record_rights_told(case=case, by=world.mediator, **{**right, **wrong})
    tell_rights(case, world.mediator)
    tell_rights(case, world.mediator)
    assert RightsNotice.objects.filter(case=case).count() == 2
    assert case.events.filter(kind="mediation.rights_told").count() == 1


def test_a_session_is_held_only_with_rights_told_people_and_minutes(world: World) -> None:
    case = mediated(world)
    session = call(case, world.mediator)
    with pytest.raises(NotYet):
        hold_session(session=session, by=world.mediator, came=came(session), minutes="x")
    let_it_begin(session)
    with pytest.raises(MissingInput) as missing:
        hold_session(session=session, by=world.mediator, came={}, minutes="x")
    assert missing.value.field == f"party_{session.attendances.first().party_id}"
    with pytest.raises(NobodyCame):
        hold_session(session=session, by=world.mediator, came=came(session, "absent"), minutes="x")
    with pytest.raises(RightsNotTold) as untold:
        hold_session(session=session, by=world.mediator, came=came(session), minutes="x")
    assert str(case.parties.get(part="applicant")) in str(untold.value)
    tell_rights(case, world.mediator)
    with pytest.raises(MissingInput):
        hold_session(session=session, by=world.mediator, came=came(session), minutes=" ")
    held = hold_session(session=session, by=world.mediator, came=came(session), minutes="双方同意再谈", language="ko")
    assert (held.state, held.minutes.text, held.minutes.language) == ("held", "双方同意再谈", "ko")
    assert set(held.attendances.values_list("state", flat=True)) == {"came"}
    with pytest.raises(NotPlanned):
        hold_session(session=session, by=world.mediator, came=came(session), minutes="x")
    assert "再谈" not in str(case.events.get(kind="session.held").data)
    assert not list(ledger.verify())


def test_the_end_of_a_case_cancels_what_has_not_begun(world: World) -> None:
    case, left = mediated(world), mediated(world)
    begun = let_it_begin(call(case, world.mediator))
    tell_rights(case, world.mediator)
    coming, given_up = call(case, world.mediator), call(left, world.mediator, start=at(14))
    case.refresh_from_db()
    reach_agreement(case=case, by=world.mediator, form="written", terms="补缴")
    withdraw_case(case=left, by=world.clerk, note="自愿撤回")
    for row in (begun, coming, given_up):
        row.refresh_from_db()
    assert (begun.state, coming.state, given_up.state) == ("planned", "cancelled", "cancelled")
    assert hold_session(session=begun, by=world.mediator, came=came(begun), minutes="达成协议").state == "held"
    assert not list(ledger.verify())


def test_free_slots_are_free_for_room_mediator_and_parties(world: World) -> None:
    case = mediated(world)
    assert free_slots(case, [world.mediator.mediator]) == []
    room = make_room()
    first = free_slots(case, [world.mediator.mediator], days=30)
    assert len(first) == 8
    assert all(slot.start > timezone.now() and slot.room == room for slot in first)
    call(mediated(world, world.other_mediator), world.other_mediator, room, start=first[0].start)
    second = free_slots(case, [world.mediator.mediator], days=30)
    assert first[0].start not in [slot.start for slot in second]
    for slot in second:  # late in the day two of them may overlap: each is free while none of the others is taken
        session = call(case, world.mediator, slot.room, start=slot.start)
        assert session.state == "planned"
        cancel_session(session=session, by=world.mediator, reason="另约")


@pytest.mark.django_db(transaction=True)
def test_of_two_who_call_into_one_room_at_once_one_gets_it(world: World) -> None:
    room = make_room()
    jobs = [(mediated(world), world.mediator), (mediated(world, world.other_mediator), world.other_mediator)]

    def run(case: Case, by: User) -> str:
        try:
            call(case, by, room)
        except RoomTaken:
            return "taken"
        return "called"

    results = at_once(*(partial(run, *job) for job in jobs))
    assert sorted(results) == ["called", "taken"]
    assert Session.objects.count() == 1
    assert CaseEvent.objects.filter(kind="session.called").count() == 1


def test_who_withdrew_settles_the_session_no_more_and_who_follows_does(world: World) -> None:
    case = mediated(world)
    session = call(case, world.mediator)
    recuse(case=case, by=world.mediator, relation="kin", note="亲属", party=case.parties.get(part="applicant"))
    with pytest.raises(NotAllowed):
        cancel_session(session=session, by=world.mediator, reason="x")
    assign_mediator(case=case, mediator=world.other_mediator.mediator, by=world.tax)
    assert cancel_session(session=session, by=world.other_mediator, reason="另约").state == "cancelled"
