"""Whistles: who raises, who answers, what an answer needs, how it climbs, who closes."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Notification, Role, User
from cases import ledger
from cases.models import CaseEvent, Whistle
from cases.services import whistles
from governance_center.calendar import due_at
from governance_center.errors import GovernanceError, MissingInput, NotAllowed
from tests.cases.whistling import HOUR, LONG, answer, blow, call_of, county_people, make_limits, make_street
from tests.world import LIYUAN, LONGJING, World, make_case, make_user


@pytest.fixture
def street(world: World) -> User:
    make_limits()
    return make_street()


def test_a_whistle_calls_departments_with_three_limits_and_tells_their_officers(world: World, street: User) -> None:
    whistle = blow(street, "tax", "justice", kind="tough")

    call = call_of(whistle, "tax")
    assert call.sign_by - whistle.raised_at == HOUR
    assert call.contact_by - whistle.raised_at == 24 * HOUR
    assert call.report_by == due_at(whistle.raised_at, length=5, unit="working_day").at
    told = Notification.objects.filter(kind="whistle.raised").values_list("recipient__username", flat=True)
    assert set(told) == {"tax", "justice"}


def test_the_same_form_sent_twice_makes_one_whistle(street: User) -> None:
    key = uuid.uuid4()
    assert blow(street, submission_key=key).pk == blow(street, submission_key=key).pk
    assert Whistle.objects.count() == 1


def test_a_whistle_on_a_case_stands_in_its_ledger(world: World, street: User) -> None:
    case = make_case(world, "public_service")
    blow(street, "tax", case=case)
    assert CaseEvent.objects.get(case=case, kind="whistle.raised").data["departments"] == ["tax"]
    assert not list(ledger.verify())


@pytest.mark.parametrize(
    ("role", "division", "department", "may"),
    [
        (Role.OFFICER, LIYUAN, "township", True),
        (Role.CLERK, LIYUAN, None, True),
        (Role.DISPATCHER, LIYUAN, None, True),
        (Role.OFFICER, LIYUAN, "tax", False),
        (Role.OFFICER, LONGJING, "township", False),
        (Role.CLERK, LONGJING, None, False),
        (Role.DISPATCHER, LONGJING, None, False),
        (Role.OFFICIAL, LIYUAN, None, False),
        (Role.MEDIATOR, LIYUAN, None, False),
    ],
)
def test_only_a_street_or_township_raises(
    world: World, role: str, division: str, department: str | None, may: bool
) -> None:
    make_limits()
    user = make_user("somebody", role, division, department)
    assert whistles.may_raise(user) is may
    if not may:
        with pytest.raises(NotAllowed):
            blow(user)


def test_a_department_signs_makes_contact_and_reports_in(world: World, street: User) -> None:
    whistle = blow(street)
    call = call_of(whistle, "tax")
    with pytest.raises(whistles.SignFirst):
        answer(call, world.tax)
    whistles.sign_call(call=call, by=world.tax)
    with pytest.raises(whistles.AlreadyDone):
        whistles.sign_call(call=call, by=world.tax)
    whistles.note_contact(call=call, by=world.tax)
    call = answer(call, world.tax)
    assert call.is_answered
    assert call.signed_by == world.tax
    assert Notification.objects.get(kind="whistle.reported").recipient == street
    with pytest.raises(whistles.AlreadyDone):
        answer(call, world.tax)


def test_another_department_does_not_answer(world: World, street: User) -> None:
    with pytest.raises(NotAllowed):
        whistles.sign_call(call=call_of(blow(street, "tax"), "tax"), by=world.justice)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("taken_up_on", None), ("spoke_with", " "), ("measures", ""), ("done_by", None),
        ("taken_up_on", timezone.localdate() + dt.timedelta(days=2)),
        ("done_by", timezone.localdate() - dt.timedelta(days=2)),
    ],
)  # fmt: skip
def test_an_answer_has_four_elements(world: World, street: User, field: str, value: object) -> None:
    call = whistles.sign_call(call=call_of(blow(street, "tax"), "tax"), by=world.tax)
    with pytest.raises(MissingInput) as refused:
        answer(call, world.tax, **{field: value})
    assert refused.value.field == field


def test_only_the_raising_side_closes_and_says_why_when_somebody_is_missing(world: World, street: User) -> None:
    whistle = blow(street, "tax", "justice")
    whistles.sign_call(call=call_of(whistle, "tax"), by=world.tax)
    call = answer(call_of(whistle, "tax"), world.tax)
    with pytest.raises(MissingInput):
        whistles.rate_call(call=call, by=street, rating="poor")
    whistles.rate_call(call=call, by=street, rating="good")
    with pytest.raises(whistles.NotReported):
        whistles.rate_call(call=call_of(whistle, "justice"), by=street, rating="good")
    with pytest.raises(NotAllowed):
        whistles.close_whistle(whistle=whistle, by=world.dispatcher, note="x")
    with pytest.raises(whistles.StillWaiting):
        whistles.close_whistle(whistle=whistle, by=street)
    whistles.close_whistle(whistle=whistle, by=street, note="已另行解决")
    assert call_of(whistle, "justice").rating_note == "已另行解决"
    assert call_of(whistle, "tax").rating == "good"
    with pytest.raises(whistles.WhistleClosed):
        whistles.sign_call(call=call_of(whistle, "justice"), by=world.justice)


def test_an_unanswered_whistle_climbs_step_by_step_and_each_step_once(world: World, street: User) -> None:
    dispatcher, leader = county_people(world)
    whistle = blow(street)
    raised = whistle.raised_at

    def told() -> list[str]:
        rows = Notification.objects.filter(kind="whistle.unanswered").order_by("pk")
        return [row.recipient.username for row in rows]

    assert whistles.sweep_whistles(now=raised + HOUR / 2) == 0
    assert whistles.sweep_whistles(now=raised + 2 * HOUR) == 1
    assert told() == [dispatcher.username]
    assert whistles.sweep_whistles(now=raised + 3 * HOUR) == 0
    assert whistles.sweep_whistles(now=raised + LONG) == 1
    assert whistles.sweep_whistles(now=raised + LONG) == 0
    assert told() == [dispatcher.username, leader.username]


def test_an_answered_or_closed_whistle_does_not_climb(world: World, street: User) -> None:
    answered, closed = blow(street, "tax"), blow(street, "tax")
    whistles.sign_call(call=call_of(answered, "tax"), by=world.tax)
    answer(call_of(answered, "tax"), world.tax)
    whistles.close_whistle(whistle=closed, by=street, note="无需")
    assert whistles.sweep_whistles(now=timezone.now() + LONG) == 0


def test_the_list_shows_each_only_what_concerns_them_in_few_queries(
    world: World, street: User, sign_in: Callable[..., Client], django_assert_max_num_queries: Callable[..., object]
) -> None:
    for number in range(12):
        blow(street, "tax", title=f"第{number}哨")
    client = sign_in(world.tax)
    with django_assert_max_num_queries(8):  # type: ignore[attr-defined]
        page = client.get("/whistles/")
    assert page.context["page"].paginator.count == 12
    assert "第1哨" not in sign_in(world.justice).get("/whistles/").content.decode()
    assert sign_in(world.justice).get(f"/whistles/{Whistle.objects.first().pk}/").status_code == 404  # type: ignore[union-attr]


def test_a_refused_answer_comes_back_with_everything_typed(
    world: World, street: User, sign_in: Callable[..., Client]
) -> None:
    call = whistles.sign_call(call=call_of(blow(street, "tax"), "tax"), by=world.tax)
    client = sign_in(world.tax, "ko")
    page = client.post(f"/whistles/calls/{call.pk}/report/", {"spoke_with": "최주임", "measures": "래일 청소"})
    assert page.status_code == 422
    assert "최주임" in page.content.decode()
    assert issubclass(whistles.SignFirst, GovernanceError)
    call.refresh_from_db()
    assert call.reported_at is None
