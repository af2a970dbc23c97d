"""What the service of whistles refuses, and that each refusal leaves nothing behind."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import Notification, Role, User
from cases.models import Whistle, WhistleCall
from cases.services import whistles
from governance_center.calendar import due_at
from governance_center.errors import GovernanceError, MissingInput, NotAllowed
from tests.cases.whistling import HOUR, LONG, answer, blow, call_of, county_people, make_limits, make_street
from tests.world import LONGJING, YANJI, World, make_case, make_user


@pytest.fixture
def street(world: World) -> User:
    make_limits()
    return make_street()


@pytest.fixture
def called(street: User) -> WhistleCall:
    return call_of(blow(street, "tax"), "tax")


@pytest.fixture
def signed(world: World, called: WhistleCall) -> WhistleCall:
    return whistles.sign_call(call=called, by=world.tax)


def unchanged(call: WhistleCall) -> bool:
    before = {field.attname: getattr(call, field.attname) for field in call._meta.concrete_fields}
    return WhistleCall.objects.filter(pk=call.pk).values().get() == before


@pytest.mark.parametrize(("kind", "days"), [("work", 3), ("tough", 5)])
def test_the_limits_of_each_kind(street: User, kind: str, days: int) -> None:
    whistle = blow(street, "tax", kind=kind)
    call = call_of(whistle, "tax")
    assert (call.sign_by, call.contact_by) == (whistle.raised_at + HOUR, whistle.raised_at + 24 * HOUR)
    assert call.report_by == due_at(whistle.raised_at, length=days, unit="working_day").at


@pytest.mark.parametrize("field", ["kind", "title", "text"])
def test_a_whistle_needs_kind_title_and_text(street: User, field: str) -> None:
    with pytest.raises(MissingInput) as refused:
        blow(street, **{field: " "})
    assert refused.value.field == field
    assert not Whistle.objects.exists()


def test_a_whistle_needs_a_department_other_than_a_township(street: User) -> None:
    with pytest.raises(MissingInput) as refused:
        blow(street, "township")
    assert refused.value.field == "departments"


def test_a_case_that_one_may_not_see_cannot_be_named(world: World, street: User) -> None:
    case = make_case(world, "petition", petition_class="accusation")
    with pytest.raises(NotAllowed):
        blow(street, "tax", case=case)


def test_another_one_s_form_key_is_refused(world: World, street: User) -> None:
    key = uuid.uuid4()
    blow(street, submission_key=key)
    other = make_user("street_clerk", Role.CLERK, "222405005")
    with pytest.raises(NotAllowed):
        blow(other, submission_key=key)
    assert Whistle.objects.count() == 1


@pytest.mark.parametrize(
    ("role", "division", "department"),
    [
        (Role.OFFICER, LONGJING, "justice"), (Role.OFFICER, YANJI, "tax"), (Role.CLERK, LONGJING, None),
        (Role.DISPATCHER, LONGJING, None), (Role.OFFICIAL, LONGJING, None), (Role.MEDIATOR, LONGJING, None),
    ],
)  # fmt: skip
def test_only_the_called_department_of_the_county_answers(
    called: WhistleCall, role: str, division: str, department: str | None
) -> None:
    stranger = make_user("stranger", role, division, department)
    acts: list[Callable[..., object]] = [whistles.sign_call, whistles.note_contact]
    for act in acts:
        with pytest.raises(NotAllowed):
            act(call=called, by=stranger)
    with pytest.raises(NotAllowed):
        answer(called, stranger)
    assert unchanged(called)


def test_signing_comes_first_and_each_step_once(world: World, called: WhistleCall) -> None:
    with pytest.raises(whistles.SignFirst):
        whistles.note_contact(call=called, by=world.tax)
    with pytest.raises(whistles.SignFirst):
        answer(called, world.tax)
    assert unchanged(called)
    call = whistles.sign_call(call=called, by=world.tax)
    with pytest.raises(whistles.AlreadyDone):
        whistles.sign_call(call=call, by=world.tax)
    call = whistles.note_contact(call=call, by=world.tax)
    with pytest.raises(whistles.AlreadyDone):
        whistles.note_contact(call=call, by=world.tax)
    call = answer(call, world.tax)
    with pytest.raises(whistles.AlreadyDone):
        answer(call, world.tax)
    assert unchanged(call)


@pytest.mark.parametrize("field", ["taken_up_on", "spoke_with", "measures", "done_by"])
def test_each_of_the_four_elements_is_needed(world: World, signed: WhistleCall, field: str) -> None:
    with pytest.raises(MissingInput) as refused:
        answer(signed, world.tax, **{field: None if field in {"taken_up_on", "done_by"} else "  "})
    assert refused.value.field == field
    assert unchanged(signed)


@pytest.mark.parametrize("who", ["tax", "clerk", "dispatcher", "official", "mediator"])
def test_only_the_whistle_blower_rates_and_closes(world: World, signed: WhistleCall, who: str) -> None:
    call, user = answer(signed, world.tax), getattr(world, who)
    with pytest.raises(NotAllowed):
        whistles.rate_call(call=call, by=user, rating="good")
    with pytest.raises(NotAllowed):
        whistles.close_whistle(whistle=call.whistle, by=user, note="x")
    assert unchanged(call)


@pytest.mark.parametrize(
    ("rating", "note", "field"), [("", "", "rating"), ("best", "", "rating"), ("poor", " ", "rating_note")]
)
def test_a_rating_is_of_the_list_and_a_poor_one_says_why(
    world: World, street: User, signed: WhistleCall, rating: str, note: str, field: str
) -> None:
    call = answer(signed, world.tax)
    with pytest.raises(MissingInput) as refused:
        whistles.rate_call(call=call, by=street, rating=rating, rating_note=note)
    assert refused.value.field == field
    assert unchanged(call)


def test_closing_with_open_calls_needs_a_reason_and_a_closed_one_takes_nothing_more(
    world: World, street: User, signed: WhistleCall
) -> None:
    for note in ("", "  "):
        with pytest.raises(whistles.StillWaiting) as refused:
            whistles.close_whistle(whistle=signed.whistle, by=street, note=note)
        assert refused.value.field == "note"
    whistles.close_whistle(whistle=signed.whistle, by=street, note="已自行解决")
    signed.refresh_from_db()
    assert (signed.rating, signed.rating_note) == ("poor", "已自行解决")
    acts: list[Callable[[], object]] = [
        lambda: whistles.sign_call(call=signed, by=world.tax),
        lambda: whistles.note_contact(call=signed, by=world.tax),
        lambda: answer(signed, world.tax),
        lambda: whistles.rate_call(call=signed, by=street, rating="good"),
        lambda: whistles.close_whistle(whistle=signed.whistle, by=street, note="x"),
    ]
    for act in acts:
        with pytest.raises(whistles.WhistleClosed):
            act()
    assert unchanged(signed)


def test_a_missed_report_climbs_over_both_steps_at_once_and_only_once(world: World, street: User) -> None:
    dispatcher, leader = county_people(world)
    whistle = blow(street, "tax")
    for _again in range(3):
        whistles.sweep_whistles(now=whistle.raised_at + LONG)
    told = Notification.objects.filter(kind="whistle.unanswered").values_list("recipient", flat=True)
    assert sorted(told) == sorted([dispatcher.pk, leader.pk])


def test_a_signed_whistle_without_contact_climbs_after_a_day_to_the_dispatcher_only(
    world: World, street: User, signed: WhistleCall
) -> None:
    dispatcher, _leader = county_people(world)
    raised = signed.whistle.raised_at
    assert whistles.sweep_whistles(now=raised + dt.timedelta(hours=23)) == 0
    assert whistles.sweep_whistles(now=raised + dt.timedelta(hours=25)) == 1
    assert Notification.objects.get(kind="whistle.unanswered").recipient == dispatcher


def test_a_post_sent_twice_has_one_effect(world: World, street: User, sign_in: Callable[..., Client]) -> None:
    client = sign_in(street)
    typed = {
        "kind": "work", "title": "消防通道", "text": "请共同清理", "departments": ["tax"],
        "submission_key": str(uuid.uuid4()),
    }  # fmt: skip
    first, again = client.post("/whistles/new/", typed), client.post("/whistles/new/", typed)
    assert first.headers["Location"] == again.headers["Location"]
    call = WhistleCall.objects.get()
    client = sign_in(world.tax)
    for _again in range(2):
        assert client.post(f"/whistles/calls/{call.pk}/sign/").status_code in {302, 409, 422}
    call.refresh_from_db()
    assert call.signed_by == world.tax
    assert Notification.objects.filter(kind="whistle.raised").count() == 1
    assert issubclass(whistles.AlreadyDone, GovernanceError)
