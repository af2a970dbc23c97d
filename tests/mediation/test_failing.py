"""A session that came to nothing: why and on whose side, in the history and in the notice of the next one."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from importlib import import_module

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import translation
from pypdf import PdfReader

from accounts.models import OutgoingMessage
from cases import ledger
from cases.models import Case, CaseParty
from governance_center.errors import MissingInput
from mediation.called_again import failed_before
from mediation.models import Attendance, Session
from mediation.services.holding import NobodyToName, NotYet, RightsNotTold, fail_session, hold_session
from mediation.services.notices import NotCalled, tell_party
from mediation.services.sessions import NotPlanned
from tests.mediation.sessions import at, call, let_it_begin, mediated, tell_rights
from tests.world import World, make_person

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]
PARTS = ("applicant", "respondent", "third")


@pytest.fixture
def case(world: World) -> Case:
    """A case of three parties who know their rights, in the mediator's hands."""
    case = mediated(world)
    CaseParty.objects.create(case=case, part="third", person=make_person("金第三", ""))
    tell_rights(case, world.mediator)
    return case


def keys(case: Case, parts: Iterable[str]) -> list[int]:
    return [case.parties.get(part=part).pk for part in parts]


def fail(case: Case, world: World, failure: str, *parts: str) -> Session:
    session = let_it_begin(call(case, world.mediator))
    return fail_session(
        session=session, by=world.mediator, failure=failure, parties=keys(case, parts), note="打过三次电话"
    )


@pytest.mark.parametrize(
    ("failure", "named", "states"),
    [
        ("absent", ("applicant",), ("absent", "came", "came")),
        ("absent", ("respondent", "third"), ("came", "absent", "absent")),
        ("absent", PARTS, ("absent", "absent", "absent")),
        ("not_reached", ("third",), ("expected", "expected", "unreached")),
        ("refused", ("respondent",), ("expected", "expected", "expected")),
        ("no_agreement", (), ("came", "came", "came")),
    ],
)
def test_a_session_comes_to_nothing_on_the_side_of_those_named(
    world: World, case: Case, failure: str, named: tuple[str, ...], states: tuple[str, ...]
) -> None:
    failed = fail(case, world, failure, *named)
    found = dict(failed.attendances.values_list("party__part", "state"))
    assert (failed.state, found) == ("failed", dict(zip(PARTS, states, strict=True)))
    assert {party.part for party in failed.causes} == set(named)
    assert not Attendance.objects.filter(session=failed, is_live=True).exists()
    data = case.events.get(kind="session.failed").data
    assert (data["failure"], data["parties"]) == (failure, sorted(keys(case, named)))
    assert not list(ledger.verify())
    with pytest.raises(NotPlanned):
        fail_session(session=failed, by=world.mediator, failure=failure, parties=keys(case, named), note="x")


@pytest.mark.parametrize("failure", ["absent", "not_reached", "refused"])
def test_a_side_is_named_but_where_no_agreement_was_reached(world: World, case: Case, failure: str) -> None:
    session, one = let_it_begin(call(case, world.mediator)), keys(case, ["applicant"])
    stranger = mediated(world, world.other_mediator).parties.get(part="applicant").pk

    def refused(error: type[Exception], failure: str, parties: list[int], note: str = "x") -> None:
        with pytest.raises(error):
            fail_session(session=session, by=world.mediator, failure=failure, parties=parties, note=note)

    refused(MissingInput, failure, [])
    refused(NotCalled, failure, [*one, stranger])
    refused(MissingInput, failure, one, note=" ")
    refused(MissingInput, "rain", one)
    refused(NobodyToName, "no_agreement", one)
    session.refresh_from_db()
    assert (session.state, session.attendances.filter(is_cause=True).count()) == ("planned", 0)


def test_absence_is_not_known_before_the_day_and_no_agreement_needs_the_rights_told(world: World) -> None:
    case = mediated(world)
    session, one = call(case, world.mediator), keys(case, ["applicant"])
    with pytest.raises(NotYet):
        fail_session(session=session, by=world.mediator, failure="absent", parties=one, note="x")
    let_it_begin(session)
    with pytest.raises(RightsNotTold):
        fail_session(session=session, by=world.mediator, failure="no_agreement", note="x")
    other = mediated(world)
    early = call(other, world.mediator)
    one = keys(other, ["applicant"])
    done = fail_session(session=early, by=world.mediator, failure="refused", parties=one, note="不愿调解")
    assert done.state == "failed"


def test_the_database_names_nobody_who_was_there(world: World, case: Case) -> None:
    failed = fail(case, world, "absent", "applicant")
    with pytest.raises(IntegrityError), transaction.atomic():
        failed.attendances.filter(state="came").update(is_cause=True)


@pytest.mark.parametrize(
    ("failure", "own_words", "other_words"),
    [
        ("absent", "因您未到场", "당사자가 오지 않아"),
        ("not_reached", "因联系不上您", "관련 당사자와 련락이 되지 않아"),
    ],
)
def test_the_notice_of_the_next_session_says_why_it_is_called_again(
    world: World, case: Case, failure: str, own_words: str, other_words: str
) -> None:
    fail(case, world, failure, "third")
    again = call(case, world.mediator, start=at(9, days=3))
    for part, language, words in (("third", "zh-hans", own_words), ("applicant", "ko", other_words)):
        party = case.parties.get(part=part)
        assert party.person
        party.person.language = language
        party.person.set_phone("138 0013 8000")
        party.person.save()
        tell_party(session=again, party=party, by=world.mediator, channel="sms")
        text = OutgoingMessage.objects.get(key__contains=f":{party.pk}:called").text
        assert words in text
        assert "金第三" not in text or part == "third", "who stayed away is not said to others"


def test_only_a_session_called_after_the_failure_says_so(world: World, case: Case) -> None:
    first = let_it_begin(call(case, world.mediator))
    meanwhile = call(case, world.mediator, start=at(9, days=2))
    assert failed_before(meanwhile) is None
    fail_session(session=first, by=world.mediator, failure="absent", parties=keys(case, ["third"]), note="没来")
    assert failed_before(meanwhile) is None, "it was called before that was known"
    again = call(case, world.mediator, start=at(9, days=3))
    assert failed_before(again) == first
    let_it_begin(meanwhile)
    came = {one.party_id: "came" for one in meanwhile.attendances.all()}
    hold_session(session=meanwhile, by=world.mediator, came=came, minutes="谈过")
    assert failed_before(call(case, world.mediator, start=at(9, days=4))) is None, "they have met since"
    assert failed_before(again) == first, "a notice made again says what it said"


@pytest.mark.parametrize("failure", ["refused", "no_agreement"])
def test_a_session_after_another_end_is_called_as_any(world: World, case: Case, failure: str) -> None:
    fail(case, world, failure, *(["third"] if failure == "refused" else []))
    assert failed_before(call(case, world.mediator, start=at(9, days=3))) is None


@pytest.mark.parametrize(
    ("language", "words"), [("zh-hans", ("未到场", "金第三（第三人）")), ("ko", ("오지 않음", "金第三 (제3자)"))]
)
def test_history_notice_page_and_paper_name_the_side(
    world: World, case: Case, sign_in: SignIn, language: str, words: tuple[str, str]
) -> None:
    session = let_it_begin(call(case, world.mediator))
    client, third = sign_in(world.mediator, language), case.parties.get(part="third")
    url = reverse("mediation:session_fail", args=[session.pk])
    assert words[1] in client.get(url).content.decode(), "who may be ticked"
    answer = client.post(url, {"failure": "absent", "parties": [third.pk], "note": "没来"})
    assert answer.status_code == 302
    detail = client.get(reverse("cases:detail", args=[case.number])).content.decode()
    assert all(word in detail for word in words)
    again = call(case, world.mediator, start=at(9, days=3))
    page = client.get(reverse("mediation:session_notices", args=[again.pk])).content.decode()
    with translation.override(language):
        assert Session.objects.get(pk=session.pk).result in page
    paper = client.get(reverse("mediation:session_notice_paper", args=[again.pk, third.pk]), {"language": language})
    pages = PdfReader(io.BytesIO(paper.content)).pages
    text = "".join(pages[0].extract_text().split())
    assert len(pages) == 1
    assert {"zh-hans": "因您未到场", "ko": "귀하가오지않아"}[language] in text


@pytest.mark.parametrize("named", [("applicant",), ("respondent",), PARTS])
def test_the_words_of_earlier_times_are_brought_over_and_back(world: World, case: Case, named: tuple[str, ...]) -> None:
    migration = import_module("mediation.migrations.0017_left5")
    failed = fail(case, world, "absent", *named)
    before = list(failed.attendances.values_list("pk", "state", "is_cause"))
    with connection.cursor() as cursor:
        cursor.execute(migration.SIDES)
        failed.attendances.update(is_cause=False)
        failed.refresh_from_db()
        assert failed.failure == ("both_absent" if named == PARTS else f"{named[0]}_absent")
        cursor.execute(migration.NAME)
    failed.refresh_from_db()
    assert failed.failure == "absent"
    assert list(failed.attendances.values_list("pk", "state", "is_cause")) == before
