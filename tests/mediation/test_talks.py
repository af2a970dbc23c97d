"""Separate talks and the second room: what the minutes say, who reads the notes, and that no room is taken twice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases import ledger
from cases.models import Case, EventKind
from cases.selectors import timeline
from governance_center.calendar import LOCAL_ZONE
from governance_center.errors import GovernanceError, NotAllowed
from mediation import file_facts, paper_content
from mediation.models import Mediator, Room, SeparateTalk, Session, SessionRoom
from mediation.services import add_assistant, recuse
from mediation.services.clashes import RoomTaken, free_slots
from mediation.services.holding import hold_session
from mediation.services.sessions import BadSecondRoom, NotOurRoom, Place, cancel_session, move_session
from mediation.services.talks import NoSuchSide, NotItsRoom, TalkOverlaps, WrongTalkTime, may_read_notes, record_talk
from tests.mediation.sessions import at, call, make_room, mediated, tell_rights
from tests.world import YANJI, World, build

SignIn = Callable[..., Client]
SECRET = "他私下愿意让到三千"


def rooms(*names: str) -> list[Room]:
    return [make_room() for _name in names]


def begun(world: World, case: Case, *, second: bool = False) -> Session:
    """A session of yesterday at nine."""
    first, other = rooms("A", "B")
    place = Place(room=first, second_room=other if second else None)
    session = call(case, world.mediator, place)
    start = dt.datetime.combine(timezone.localdate() - dt.timedelta(days=1), dt.time(9, 0), LOCAL_ZONE)
    period = DateTimeTZRange(start, start + dt.timedelta(hours=1))
    session.attendances.update(period=period)
    session.seats.update(period=period)
    Session.objects.filter(pk=session.pk).update(period=period)
    session.refresh_from_db()
    return session


def talk(world: World, session: Session, part: str = "applicant", **changes: Any) -> SeparateTalk:
    """The first twenty minutes of the session."""
    start = session.period.lower
    values: dict[str, Any] = {
        "session": session, "by": world.mediator, "part": part, "since": start,
        "until": start + dt.timedelta(minutes=20), "note": SECRET,
    }  # fmt: skip
    return record_talk(**{**values, **changes})


def test_two_rooms_are_held_and_free_again(world: World) -> None:
    case = mediated(world)
    first, second = rooms("A", "B")
    session = call(case, world.mediator, Place(room=first, second_room=second))
    assert set(SessionRoom.objects.values_list("session", "room")) == {(session.pk, first.pk), (session.pk, second.pk)}
    other = mediated(world, world.other_mediator)
    for taken in (first, second):
        with pytest.raises(RoomTaken):
            call(other, world.other_mediator, taken)
        with pytest.raises(RoomTaken):
            call(other, world.other_mediator, Place(room=make_room(), second_room=taken), start=at(9, 30))
    slot = free_slots(other, [world.other_mediator.mediator])
    assert all(one.start != session.period.lower or one.room not in (first, second) for one in slot)
    move_session(session=session, by=world.mediator, start=at(14), minutes=60, place=Place(room=first))
    assert SessionRoom.objects.get().period.lower == at(14)
    here = call(other, world.other_mediator, Place(room=second, second_room=first))
    cancel_session(session=here, by=world.other_mediator, reason="x")
    assert SessionRoom.objects.get().session == session


def test_the_second_room_is_another_one_of_the_county(world: World) -> None:
    case, room = mediated(world), make_room()
    for place in (Place(room=room, second_room=room), Place(place="家", second_room=room)):
        with pytest.raises(BadSecondRoom):
            call(case, world.mediator, place)
    with pytest.raises(NotOurRoom):
        call(case, world.mediator, Place(room=room, second_room=make_room(YANJI)))
    session = call(case, world.mediator, room)
    with pytest.raises(IntegrityError), transaction.atomic():
        Session.objects.filter(pk=session.pk).update(second_room=room)


@pytest.mark.django_db(transaction=True)
def test_two_sessions_at_once_do_not_share_a_room_as_first_and_second() -> None:
    world = build()
    shared, one, two = make_room(), make_room(), make_room()
    wanted = (
        (mediated(world), world.mediator, Place(room=one, second_room=shared)),
        (mediated(world, world.other_mediator), world.other_mediator, Place(room=shared, second_room=two)),
    )

    def run(case: Case, by: Any, place: Place) -> str:
        try:
            call(case, by, place)
            return "called"
        except GovernanceError as refused:
            return refused.code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        found = sorted(pool.map(lambda args: run(*args), wanted))
    assert found == ["called", "room_taken"]
    assert SessionRoom.objects.filter(room=shared).count() == 1


def test_a_talk_is_in_the_minutes_and_what_was_said_is_not(world: World) -> None:
    case = mediated(world)
    session = begun(world, case, second=True)
    made = talk(world, session)
    assert talk(world, session) == made, "sent twice it is one"
    with connection.cursor() as cursor:
        cursor.execute("SELECT note FROM mediation_separatetalk")
        assert SECRET not in cursor.fetchone()[0]
    assert SECRET not in str(list(case.events.values_list("data", flat=True)))
    assert str(timeline(case)[0].label) != str(EventKind.PROGRESS.label), "the history says what it was"
    tell_rights(case, world.mediator)
    came = {one.party_id: "came" for one in session.attendances.all()}
    hold_session(session=session, by=world.mediator, came=came, minutes="双方到场")
    case.refresh_from_db()
    facts = file_facts.read(case)
    paper = str(paper_content.mediation(facts, facts.sessions[0]))
    assert "09:00–09:20" in paper
    assert SECRET not in paper
    assert not list(ledger.verify())


def test_two_mediators_talk_with_two_sides_at_once(world: World) -> None:
    case = mediated(world)
    add_assistant(case=case, mediator=world.other_mediator.mediator, by=world.tax)
    session = begun(world, case, second=True)
    talk(world, session, room=session.room)
    with pytest.raises(TalkOverlaps):
        talk(world, session, "respondent", room=session.second_room)
    with pytest.raises(TalkOverlaps):
        talk(world, session, by=world.other_mediator)
    other = talk(world, session, "respondent", by=world.other_mediator, room=session.second_room)
    assert other.room == session.second_room
    row = {"session": session, "part": "applicant", "mediator": other.mediator, "recorded_at": timezone.now()}
    with pytest.raises(IntegrityError), transaction.atomic():
        SeparateTalk.objects.create(**row, period=other.period)


def test_what_does_not_fit_is_refused(world: World) -> None:
    case = mediated(world)
    session = begun(world, case)
    start = session.period.lower
    with pytest.raises(NoSuchSide):
        talk(world, session, "third")
    with pytest.raises(NotItsRoom):
        talk(world, session, room=make_room())
    moment, day = dt.timedelta(hours=10), dt.timedelta(days=1)
    for since, until in ((start, start), (start - moment, start), (start, start + day), (start + day, start + 2 * day)):
        with pytest.raises(WrongTalkTime):
            talk(world, session, since=since, until=until)
    later = call(mediated(world), world.mediator, start=at(9, days=2))
    with pytest.raises(GovernanceError):
        talk(world, later)
    assert not SeparateTalk.objects.exists()


@pytest.mark.parametrize("who", ["clerk", "dispatcher", "tax", "other_mediator", "official", "administrator"])
def test_nobody_but_the_mediators_records_or_reads(world: World, who: str) -> None:
    case = mediated(world)
    session = begun(world, case)
    with pytest.raises(NotAllowed):
        talk(world, session, by=getattr(world, who))
    assert not may_read_notes(case, getattr(world, who))


def test_who_withdrew_reads_no_note_any_more(world: World) -> None:
    case = mediated(world)
    add_assistant(case=case, mediator=world.other_mediator.mediator, by=world.tax)
    assert may_read_notes(case, world.other_mediator)
    recuse(case=case, by=world.other_mediator, relation="kin", note="亲戚")
    assert not may_read_notes(case, world.other_mediator)
    assert Mediator.objects.filter(user=world.other_mediator).exists()


@pytest.mark.parametrize("language", ["zh-hans", "ko"])
def test_the_page_records_and_shows_notes_to_the_mediators_alone(
    world: World, sign_in: SignIn, language: str
) -> None:  # fmt: skip
    case = mediated(world)
    session = begun(world, case, second=True)
    page, url = reverse("cases:detail", args=[case.number]), reverse("mediation:session_talk", args=[session.pk])
    client = sign_in(world.mediator, language)
    assert url in client.get(page).content.decode()
    assert client.get(url).status_code == 200
    typed = {"part": "respondent", "since": "09:01", "until": "09:00", "room": session.second_room_id, "note": SECRET}
    wrong = client.post(url, typed)
    assert (wrong.status_code, SECRET in wrong.content.decode()) == (422, True)
    talk(world, session, "respondent", room=session.second_room)
    assert SECRET in client.get(page).content.decode()
    for who in (world.dispatcher, world.tax, world.clerk, world.official):
        other = sign_in(who, language)
        shown = other.get(page).content.decode()
        assert "09:00–09:20" in shown
        assert SECRET not in shown
        assert other.get(url).status_code == 403
    assert sign_in(world.other_mediator).get(url).status_code == 404
