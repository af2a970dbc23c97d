"""Visits that need no new case, visits of groups, and what every channel brings along."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.models import Notification
from cases import ledger
from cases.models import Case, Channel, EventKind
from cases.services import resolve_case, sign_referral
from cases.services.people import PersonInput, find_or_create
from departments.models import Centre
from governance_center.errors import GovernanceError, MissingInput, NotAllowed
from intake import services
from intake.channels import CHANNELS
from intake.models import Source, Visit
from intake.services import OtherParty, SourceInput, VisitInput, WalkIn
from reporting import selectors
from reporting.periods import Period
from reporting.rollups.reading import reading
from tests.intake.test_registration import FORM
from tests.world import LONGJING, World, make_case, make_person


def attach(world: World, case: Case, **fields: Any) -> Visit:
    values = {"centre": world.centre, "clerk": world.clerk, "data": VisitInput(), "submission_key": uuid.uuid4()}
    return services.attach_visit(case=case, **{**values, **fields})


def answer(world: World, **fields: Any) -> Visit:
    values = {
        "centre": world.centre, "clerk": world.clerk, "data": VisitInput(), "outcome": "answered",
        "answer": "带身份证到税务窗口", "submission_key": uuid.uuid4(),
    }  # fmt: skip
    return services.answer_visit(**{**values, **fields})


def walk_in(world: World, **fields: Any) -> WalkIn:
    from cases.models import Category
    from cases.services import CaseInput

    category = Category.objects.get(pk="social_insurance")
    case = CaseInput(
        kind="dispute", category=category, division=world.village, title="欠缴社保费",
        channel=fields.pop("channel", Channel.WALK_IN),
    )  # fmt: skip
    return WalkIn(petitioner=PersonInput(name="金顺姬"), case=case, **fields)


def register(world: World, **fields: Any) -> Visit:
    return services.register_walk_in(
        clerk=world.clerk, centre=world.centre, data=walk_in(world, **fields), submission_key=uuid.uuid4()
    )


# --- attaching


def test_an_attached_visit_is_in_the_ledger_and_the_workers_are_told(world: World) -> None:
    case = make_case(world)
    person = find_or_create(PersonInput(name="金顺姬"), county=LONGJING)
    visit = attach(world, case, data=VisitInput(person=person, language="ko"), note="又来询问进展")
    assert (visit.case, visit.outcome, visit.person) == (case, Visit.Outcome.ATTACHED, person)
    event = case.events.latest("sequence")
    assert (event.kind, event.data["visit"]) == (EventKind.VISITED, visit.pk)
    assert not list(ledger.verify())
    assert [row.recipient for row in Notification.objects.filter(kind="visit.attached")] == [world.tax]


def test_the_same_form_attaches_once(world: World) -> None:
    case, key = make_case(world), uuid.uuid4()
    assert attach(world, case, submission_key=key) == attach(world, case, submission_key=key)
    with pytest.raises(NotAllowed):
        attach(world, case, submission_key=key, clerk=world.dispatcher)
    assert Visit.objects.count() == 1


def test_a_case_that_came_back_is_reopened_at_the_desk(world: World) -> None:
    case = make_case(world, "neighbour")
    sign_referral(referral=case.referrals.get(), by=world.justice)
    resolve_case(case=case, by=world.justice, outcome="settled", note="已协调")
    with pytest.raises(MissingInput):
        attach(world, case, reopen=True, note=" ")
    attach(world, case, reopen=True, note="又漏水了")
    case.refresh_from_db()
    assert (case.state, case.reopened_count) == ("in_handling", 1)


def test_an_open_case_cannot_be_reopened_and_nothing_is_written(world: World) -> None:
    case = make_case(world)
    with pytest.raises(GovernanceError):
        attach(world, case, reopen=True, note="又来")
    assert not Visit.objects.exists()


@pytest.mark.parametrize("role", ["tax", "mediator", "official", "administrator"])
def test_only_the_desk_attaches_and_answers(world: World, role: str) -> None:
    case = make_case(world)
    for use_case in (lambda by: attach(world, case, clerk=by), lambda by: answer(world, clerk=by)):
        with pytest.raises(NotAllowed):
            use_case(getattr(world, role))


def test_an_accusation_of_somebody_else_cannot_be_attached_to(world: World) -> None:
    from tests.world import make_user

    case = make_case(world, "petition", petition_class="accusation")
    other = make_user("clerk2", "clerk", LONGJING)
    with pytest.raises(NotAllowed):
        attach(world, case, clerk=other)


# --- answering


def test_an_answer_is_counted_as_a_consultation_and_makes_no_case(world: World) -> None:
    answer(world)
    answer(world, outcome="guided", answer="到法院立案庭")
    assert not Case.objects.exists()
    today = timezone.localdate()
    with reading() as reader:
        figures = selectors.summary(reader, LONGJING, Period(today, today))
    assert (figures["consultations"].value, figures["accepted"].value) == (1, 0)


@pytest.mark.parametrize(
    "fields", [{"answer": " "}, {"outcome": "new_case"}, {"outcome": ""}, {"data": VisitInput(people_count=0)}]
)
def test_an_answer_says_what_was_answered(world: World, fields: dict[str, Any]) -> None:
    with pytest.raises(MissingInput):
        answer(world, **fields)
    assert not Visit.objects.exists()


# --- groups


@pytest.mark.parametrize(("count", "told"), [(4, 0), (5, 1), (40, 1)])
def test_a_group_of_five_is_told_to_the_dispatcher(world: World, count: int, told: int) -> None:
    register(world, people_count=count)
    told_of = Notification.objects.filter(kind="visit.group", recipient=world.dispatcher)
    assert told_of.count() == told


def test_further_petitioners_are_parties_and_came_along(world: World) -> None:
    others = [OtherParty(part="applicant", person=PersonInput(name=f"朴银{c}")) for c in "甲乙丙丁"]
    visit = register(world, others=others)
    assert visit.people_count == 5
    assert visit.companions.count() == 4
    assert visit.case is not None
    assert visit.case.parties.filter(part="applicant").count() == 5
    assert Notification.objects.filter(kind="visit.group").count() == 1


# --- the same matter


def test_a_matter_that_comes_again_is_counted_as_a_repeat(world: World) -> None:
    person = find_or_create(PersonInput(name="金顺姬"), county=LONGJING)
    first = register(world, person=person).case
    second = register(world, person=person).case
    assert first is not None
    assert second is not None
    assert (first.repeat_of, second.repeat_of) == (None, first)
    Case.objects.filter(pk=first.pk).update(registered_at=timezone.now() - dt.timedelta(days=731))
    Case.objects.filter(pk=second.pk).update(registered_at=timezone.now() - dt.timedelta(days=731))
    third = register(world, person=person).case
    assert third is not None
    assert third.repeat_of is None, "two years are over"


def test_the_desk_sees_the_same_matter_while_it_types(world: World, sign_in: Any) -> None:
    person = find_or_create(PersonInput(name="金顺姬"), county=LONGJING)
    case = register(world, person=person).case
    other = make_case(world, "neighbour")
    other.parties.filter(part="applicant").update(person=person)
    query = {"person": person.pk, "category": "social_insurance", "division": world.village.pk}
    page = sign_in(world.clerk).post("/desk/register/same-matter/", query).content.decode()
    assert case is not None
    assert page.index(case.number) < page.index(other.number), "the same matter first"
    assert page.count("ti-repeat") == 1
    assert sign_in(world.tax).post("/desk/register/same-matter/", query).status_code == 403


def test_the_desk_sees_who_is_on_file_while_it_types(world: World, sign_in: Any) -> None:
    person = find_or_create(PersonInput(name="金顺姬", phone="13800001234"), county=LONGJING)
    client = sign_in(world.clerk)
    for query in ({"phone": "138 0000 1234"}, {"name": "金顺姬"}):
        assert f"person={person.pk}" in client.post("/desk/register/known/", query).content.decode()
    assert "person=" not in client.post("/desk/register/known/", {"name": "金", "phone": "138"}).content.decode()


def test_name_and_phone_are_enough_to_see_the_same_matter(world: World, sign_in: Any) -> None:
    person = find_or_create(PersonInput(name="金顺姬", phone="13800001234"), county=LONGJING)
    case = register(world, person=person).case
    assert case is not None
    client = sign_in(world.clerk)
    query = {"name": "金顺姬", "phone": "138 0000 1234", "category": "social_insurance", "division": world.village.pk}
    assert case.number in client.post("/desk/register/same-matter/", query).content.decode()
    for changes in ({"name": "别人"}, {"phone": "13900000000"}, {"phone": ""}):
        assert case.number not in client.post("/desk/register/same-matter/", query | changes).content.decode()


def test_a_scanned_number_that_nobody_has_leads_to_the_registration(world: World, sign_in: Any) -> None:
    client = sign_in(world.clerk)
    found = client.post("/search/", {"q": "222405 18730512 0046"}).content.decode()
    assert "/desk/register/number/" in found
    page = client.post("/desk/register/number/", {"identity_number": "222405187305120046"}).content.decode()
    assert 'value="222405187305120046"' in page
    assert 'action="/desk/register/"' in page


def test_a_chosen_file_is_registered_without_typing_it_again(world: World, sign_in: Any) -> None:
    person = find_or_create(PersonInput(name="金顺姬", phone="13800001234"), county=LONGJING)
    client = sign_in(world.clerk)
    page = client.get("/desk/register/", {"person": person.pk}).content.decode()
    assert "13800001234" not in page
    data = FORM | {"person": person.pk, "name": "", "name_hangul": "", "identity_number": "", "phone": ""}
    assert client.post("/desk/register/", data).status_code == 302
    visit = Visit.objects.get()
    assert visit.person == person


# --- channels

FACTS: dict[str, Any] = {
    "sender": "龙井市公安局", "reference": "J2026-88", "sent_on": dt.date(2026, 1, 5), "caller_phone": "139 0000 1111",
    "police_calls": 3, "identity_checked": True,
}  # fmt: skip


@pytest.mark.parametrize("channel", [c for c in Channel.values if CHANNELS[c].fields])
def test_a_channel_keeps_what_it_asks_for_and_nothing_else(world: World, channel: str) -> None:
    facts = dict(FACTS, from_centre=world.yanji, scan=SimpleUploadedFile("letter.pdf", b"%PDF-1.7 x"))
    visit = register(world, channel=channel, source=SourceInput(**facts))
    source = Source.objects.get(visit=visit)
    assert visit.channel == channel
    for name in FACTS:
        stored, asked = getattr(source, name), name in CHANNELS[channel].fields
        assert bool(stored) is asked, name
    assert (source.from_centre == world.yanji) is ("from_centre" in CHANNELS[channel].fields)


@pytest.mark.parametrize("channel", [c for c in Channel.values if CHANNELS[c].needs])
def test_a_channel_without_what_it_needs_is_refused_whole(world: World, channel: str) -> None:
    with pytest.raises(MissingInput) as refused:
        register(world, channel=channel, source=SourceInput())
    assert refused.value.field == CHANNELS[channel].needs[0]
    assert not Case.objects.exists()
    assert not Visit.objects.exists()


def test_nothing_is_sent_tomorrow(world: World) -> None:
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    with pytest.raises(GovernanceError) as refused:
        register(world, channel="transfer", source=SourceInput(sender="法院", sent_on=tomorrow))
    assert refused.value.field == "sent_on"


def test_a_call_back_is_noted_once(world: World, sign_in: Any) -> None:
    soon = timezone.now() + dt.timedelta(hours=2)
    visit = register(world, channel="hotline", source=SourceInput(caller_phone="13900001111", call_back_by=soon))
    client = sign_in(world.clerk)
    assert "13900001111" in client.get("/desk/call-backs/").content.decode()
    client.post(f"/desk/call-backs/{visit.pk}/")
    source = Source.objects.get(visit=visit)
    assert source.called_back_by == world.clerk
    with pytest.raises(GovernanceError):
        services.call_back(source=source, by=world.clerk)
    assert "13900001111" not in client.get("/desk/call-backs/").content.decode()


@pytest.mark.parametrize(
    ("name", "content", "taken"),
    [("a.pdf", b"%PDF-1.7 body", True), ("a.png", b"\x89PNG\r\n\x1a\nxx", True), ("a.pdf", b"<html>", False),
     ("a.exe", b"MZ\x90\x00", False)],
)  # fmt: skip
def test_a_letter_brings_a_scan_that_is_one(
    world: World, sign_in: Any, settings: Any, tmp_path: Any, name: str, content: bytes, taken: bool
) -> None:
    settings.MEDIA_ROOT = tmp_path
    client = sign_in(world.clerk)
    data = FORM | {
        "channel": "letter", "source-sent_on": "2026-01-05", "source-scan": SimpleUploadedFile(name, content),
    }  # fmt: skip
    response = client.post("/desk/register/", data)
    assert response.status_code == (302 if taken else 422)
    assert Visit.objects.exists() is taken
    if not taken:
        assert "金顺姬" in response.content.decode(), "everything typed is still there"
        return
    scan = client.get(f"/desk/letters/{Visit.objects.get().pk}/")
    assert b"".join(scan.streaming_content) == content
    assert scan.headers["Content-Disposition"].startswith("attachment")
    assert sign_in(world.tax).get(f"/desk/letters/{Visit.objects.get().pk}/").status_code == 403


def test_the_pages_of_the_desk_attach_and_answer(world: World, sign_in: Any) -> None:
    case, person = make_case(world), find_or_create(PersonInput(name="金顺姬"), county=LONGJING)
    client = sign_in(world.clerk)
    page = client.get(f"/desk/attach/{case.number}/", {"person": person.pk}).content.decode()
    assert "autofocus" in page
    typed = {"person": person.pk, "language": "ko", "people_count": "1", "submission_key": str(uuid.uuid4())}
    for _twice in range(2):
        assert client.post(f"/desk/attach/{case.number}/", typed).status_code == 302
    assert Visit.objects.filter(case=case, person=person).count() == 1
    refused = client.post("/desk/answer/", {"language": "ko", "outcome": "answered", "answer": ""})
    assert refused.status_code == 422
    assert client.post("/desk/answer/", {"language": "ko", "outcome": "answered", "answer": "답복"}).status_code == 302
    assert "답복" in client.get("/desk/").content.decode()


def test_centres_other_than_ones_own_are_not_served(world: World) -> None:
    with pytest.raises(NotAllowed):
        answer(world, centre=Centre.objects.get(pk="222401"))


def test_an_unknown_person_stays_unknown(world: World) -> None:
    assert answer(world).person is None
    assert answer(world, data=VisitInput(petitioner=PersonInput(name="金顺姬"))).person is not None
    make_person()


# --- tickets


@pytest.fixture
def served(world: World) -> Any:
    """A ticket that is being served at the clerk's own window."""
    from departments.models import Window

    window = Window.objects.create(centre=world.centre, number=21, zone="intake")
    desk = services.open_desk(
        window=window, clerk=world.clerk, services=["consultation", "registration", "appointment", "return"]
    )
    ticket = services.take_ticket(
        centre=world.centre, service="registration", language="ko", by=world.clerk, submission_key=uuid.uuid4()
    )
    assert services.call_next(desk=desk, by=world.clerk) == ticket
    return services.start_serving(ticket=ticket, by=world.clerk)


def test_a_ticket_becomes_the_visit_of_a_registration(world: World, served: Any, sign_in: Any) -> None:
    client = sign_in(world.clerk)
    page = client.get("/desk/register/").content.decode()
    assert served.label in page, "the ticket at one's own window is at hand"
    key = str(uuid.uuid4())
    for _twice in range(2):
        answered = client.post("/desk/register/", FORM | {"ticket": served.pk, "submission_key": key})
        assert answered.status_code == 302, answered.content.decode()
    visit = Visit.objects.get()
    assert (visit.ticket, visit.purpose) == (served, "registration")
    served.refresh_from_db()
    assert served.state == "done"
    assert not served.periods.filter(ended_at=None).exists()


def test_a_ticket_becomes_an_attached_visit_or_an_answer(world: World, served: Any) -> None:
    case, key = make_case(world), uuid.uuid4()
    for _twice in range(2):
        visit = attach(world, case, data=VisitInput(ticket=served), submission_key=key)
    assert (visit.ticket, Visit.objects.count()) == (served, 1)
    with pytest.raises(GovernanceError):
        answer(world, data=VisitInput(ticket=served))


def test_a_refused_registration_leaves_the_ticket_at_the_window(world: World, served: Any, sign_in: Any) -> None:
    answered = sign_in(world.clerk).post("/desk/register/", FORM | {"ticket": served.pk, "title": ""})
    assert answered.status_code == 422
    assert served.label in answered.content.decode()
    served.refresh_from_db()
    assert served.state == "serving"
