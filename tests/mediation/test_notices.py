"""Notices of a session to its parties: in their language, once, delivered or not, and overtaken by what changes."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from accounts.models import Notification, OutgoingMessage, Role
from accounts.outgoing import MAX_ATTEMPTS, deliver_outgoing
from cases.identity import BadEmail
from cases.models import CaseParty, EventKind
from governance_center.errors import MissingInput, NotAllowed
from mediation.models import Notice, Session
from mediation.services.notices import NoMobilePhone, NotCalled, NothingToTell, tell_party
from mediation.services.sessions import Place, cancel_session, move_session
from tests.mediation.sessions import at, call, let_it_begin, make_room, mediated
from tests.world import YANJI, World, make_user

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]


@pytest.fixture(autouse=True)
def by_day(settings: Any) -> None:
    settings.QUIET_FROM = settings.QUIET_UNTIL = 0


@pytest.fixture
def called(world: World) -> Session:
    """A session in three days, called by the mediator; the applicant speaks Korean and has a mobile phone."""
    case = mediated(world)
    person = case.parties.get(part="applicant").person
    assert person is not None
    person.name_hangul, person.language = "김순희", "ko"
    person.set_phone("138 0013 8000")
    person.save()
    return call(case, world.mediator, make_room(), start=at(9, days=3))


def applicant(session: Session) -> CaseParty:
    return session.case.parties.get(part="applicant")


def respondent(session: Session) -> CaseParty:
    return session.case.parties.get(part="respondent")


def move(session: Session, world: World, hour: int = 14) -> Session:
    return move_session(
        session=session, by=world.mediator, start=at(hour, days=3), minutes=60, place=Place(place="梨园社区")
    )


def outbox() -> list[tuple[str, str]]:
    return list(OutgoingMessage.objects.order_by("pk").values_list("key", "state"))


def test_a_party_is_told_by_sms_in_its_language_and_reminded_the_day_before(world: World, called: Session) -> None:
    party = applicant(called)
    notice = tell_party(session=called, party=party, by=world.mediator, channel="sms")
    first, reminder = OutgoingMessage.objects.order_by("pk")
    assert (first.address, first.language, notice.outgoing) == ("13800138000", "ko", first)
    for words in (called.case.number, "조정회의", "제1조정실", "09:00"):
        assert words in first.text
    assert called.case.title not in first.text, "others may read it too"
    assert timezone.localtime(reminder.next_try_at) == at(9, days=2)
    assert "래일" in reminder.text
    assert deliver_outgoing() == 1
    notice = Notice.objects.select_related("outgoing").get(pk=notice.pk)
    assert notice.fate == "delivered"
    entry = called.case.events.get(kind=EventKind.NOTICE_SENT)
    assert (entry.data["party"], entry.data["channel"], entry.data["occasion"]) == (party.pk, "sms", "called")


def test_told_twice_is_told_once(world: World, called: Session) -> None:
    first, second = (
        tell_party(session=called, party=applicant(called), by=world.mediator, channel="sms") for _each in range(2)
    )
    assert first == second
    assert len(outbox()) == 2, "the message and its reminder"
    assert called.case.events.filter(kind=EventKind.NOTICE_SENT).count() == 1


def test_a_moved_session_overtakes_what_still_waits_and_is_told_anew(world: World, called: Session) -> None:
    tell_party(session=called, party=applicant(called), by=world.mediator, channel="sms")
    session = move(called, world)
    assert {state for _key, state in outbox()} == {"dropped"}
    notice = tell_party(session=session, party=applicant(session), by=world.mediator, channel="sms")
    assert (notice.occasion, notice.version) == ("moved", 1)
    assert "14:00" in OutgoingMessage.objects.get(pk=notice.outgoing_id).text
    back = move(session, world, 15)
    again = tell_party(session=move(back, world), party=applicant(session), by=world.mediator, channel="sms")
    assert again.version == 3, "moved back to an earlier time is news again"


def test_a_cancelled_session_is_told_and_its_reminder_does_not_go_out(world: World, called: Session) -> None:
    tell_party(session=called, party=applicant(called), by=world.mediator, channel="sms")
    deliver_outgoing()
    session = cancel_session(session=called, by=world.mediator, reason="调解员生病")
    notice = tell_party(session=session, party=applicant(session), by=world.mediator, channel="sms")
    assert notice.occasion == "cancelled"
    states = dict(outbox())
    assert [states[key] for key in states if ":reminder:" in key] == ["dropped"]
    assert "调解员生病" not in OutgoingMessage.objects.get(pk=notice.outgoing_id).text


def test_paper_and_email_are_ways_too(world: World, called: Session) -> None:
    party = respondent(called)
    paper = tell_party(session=called, party=party, by=world.mediator, channel="paper")
    tell_party(session=called, party=party, by=world.mediator, channel="email", email="qiye@example.invalid")
    deliver_outgoing()
    assert paper.fate == "delivered"
    assert mail.outbox[0].to == ["qiye@example.invalid"]
    assert "调解会" in mail.outbox[0].body


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"channel": "sms"}, NoMobilePhone), ({"channel": "email"}, MissingInput),
        ({"channel": "email", "email": "nobody"}, BadEmail), ({"channel": "pigeon"}, MissingInput),
    ],
)  # fmt: skip
def test_without_an_address_nothing_is_sent(
    world: World, called: Session, fields: dict[str, str], error: type[Exception]
) -> None:
    with pytest.raises(error):
        tell_party(session=called, party=respondent(called), by=world.mediator, **fields)
    assert not Notice.objects.exists()


def test_only_who_has_the_case_in_hand_tells_and_only_who_was_called_is_told(world: World, called: Session) -> None:
    party = applicant(called)
    for user in (world.other_mediator, world.clerk, world.official):
        with pytest.raises(NotAllowed):
            tell_party(session=called, party=party, by=user, channel="paper")
    stranger = mediated(world).parties.first()
    assert stranger is not None
    with pytest.raises(NotCalled):
        tell_party(session=called, party=stranger, by=world.mediator, channel="paper")
    with pytest.raises(NothingToTell):
        tell_party(session=let_it_begin(called), party=party, by=world.mediator, channel="paper")


def test_staff_are_told_of_a_notice_that_could_not_be_delivered(world: World, called: Session) -> None:
    tell_party(session=called, party=applicant(called), by=world.dispatcher, channel="sms")
    OutgoingMessage.objects.filter(key__contains=":called:").update(attempts=MAX_ATTEMPTS)
    deliver_outgoing()
    rows = Notification.objects.filter(kind="notice.failed")
    assert {row.recipient for row in rows} == {world.dispatcher, world.mediator}
    assert all("金" in row.text or "申请人" in row.text for row in rows)
    assert {row.email_state for row in rows} == {"urgent"}


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh-hans", ("调解通知书", "收件人")),
        ("ko", ("조정통지서", "제1조정실")),
        ("both", ("调解通知书", "조정통지서")),
    ],
)
def test_the_paper_stands_on_one_page(
    world: World, called: Session, sign_in: SignIn, language: str, words: tuple[str, ...]
) -> None:
    url = reverse("mediation:session_notice_paper", args=[called.pk, applicant(called).pk])
    answer = sign_in(world.mediator).get(url, {"language": language})
    pages = PdfReader(io.BytesIO(answer.content)).pages
    text = "".join(pages[0].extract_text().split())
    assert len(pages) == 1
    assert all(word in text for word in (*words, called.case.number))
    assert sign_in(world.mediator).get(url, {"language": "en"}).status_code == 404
    assert sign_in(make_user("far", Role.DISPATCHER, YANJI)).get(url).status_code == 404


@pytest.mark.parametrize(
    ("language", "words"), [("zh-hans", ("已送达", "尚未通知")), ("ko", ("전달됨", "아직 통지하지 않았습니다"))]
)
def test_the_page_shows_for_each_party_what_it_was_told_and_the_ways(
    world: World, called: Session, sign_in: SignIn, language: str, words: tuple[str, ...]
) -> None:
    client = sign_in(world.mediator, language)
    url = reverse("mediation:session_notices", args=[called.pk])
    assert url in client.get(reverse("cases:detail", args=[called.case.number])).content.decode()
    data = {"party": applicant(called).pk, "channel": "sms"}
    assert client.post(url, data).status_code == 302
    deliver_outgoing()
    page = client.get(url).content.decode()
    assert all(word in page for word in words)
    assert "13800138000" not in page
    refused = client.post(url, {"party": respondent(called).pk, "channel": "email", "email": "typed@"})
    assert refused.status_code == 422
    assert "typed@" in refused.content.decode()


def test_the_page_asks_as_often_for_many_notices_as_for_few(
    world: World, called: Session, sign_in: SignIn, django_assert_max_num_queries: Any
) -> None:
    client = sign_in(world.mediator)
    url = reverse("cases:detail", args=[called.case.number])
    tell_party(session=called, party=applicant(called), by=world.mediator, channel="sms")
    client.get(url)
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as few:
        client.get(url)
    for party in (applicant(called), respondent(called)):
        for channel in ("paper", "email"):
            tell_party(session=called, party=party, by=world.mediator, channel=channel, email="a@example.invalid")
    with django_assert_max_num_queries(len(few)):
        client.get(url)


def test_an_address_the_party_agrees_to_is_typed_once(world: World, called: Session, sign_in: SignIn) -> None:
    party, client = applicant(called), sign_in(world.mediator)
    page = reverse("mediation:session_notices", args=[called.pk])
    typed = {"party": party.pk, "channel": "email", "email": "kim@example.invalid", "keep_email": "on"}
    assert client.post(page, typed).status_code == 302
    assert applicant(called).person.email == "kim@example.invalid"  # type: ignore[union-attr]
    shown = client.get(page).content.decode()
    assert "k***@example.invalid" in shown
    assert "kim@example.invalid" not in shown
    move(called, world)
    assert client.post(page, {"party": party.pk, "channel": "email", "email": ""}).status_code == 302
    addresses = [row.address for row in OutgoingMessage.objects.filter(state="waiting")]
    assert set(addresses) == {"kim@example.invalid"}


def test_an_address_for_this_notice_only_is_not_kept(world: World, called: Session) -> None:
    party = applicant(called)
    tell_party(session=called, party=party, by=world.mediator, channel="email", email="once@example.invalid")
    assert applicant(called).person.email == ""  # type: ignore[union-attr]
    tell_party(
        session=called, party=respondent(called), by=world.mediator, channel="email", email="firm@example.invalid",
        keep_email=True,
    )  # fmt: skip
    assert OutgoingMessage.objects.filter(key__contains=":called:").count() == 2, "an organisation has no file"
