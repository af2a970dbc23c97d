"""Second calls: drawn once for each county and week, reproducibly, made by somebody else, and compared."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Notification, Role
from cases import ledger
from cases.models import Case, EventKind
from cases.states import State
from departments.models import Division
from governance_center.errors import GovernanceError, NotAllowed
from mediation.models import FollowUp, SecondCallDraw, SecondCallShare
from mediation.services.follow_ups import Findings, record_follow_up
from mediation.services.second_calls import draw_week, percent_of, pick
from mediation.services.visitors import CannotVisit, give_visit
from mediation.tasks import draw_second_calls
from tests.mediation.test_follow_ups import after, resolved
from tests.world import LONGJING, World, build, make_user

SignIn = Callable[..., Client]
LANGUAGES = ("zh-hans", "ko")


def visited_last_week(world: World, *, outcome: str = "performing", **fields: Any) -> FollowUp:
    visit = resolved(world).follow_ups.get(day=7)
    record_follow_up(follow_up=visit, by=world.other_mediator, outcome=outcome, **fields)
    FollowUp.objects.filter(pk=visit.pk).update(done_at=timezone.now() - dt.timedelta(days=7))
    visit.refresh_from_db()
    return visit


def drawn(world: World, **fields: Any) -> FollowUp:
    """A second call on a visit of last week, for the clerk."""
    SecondCallShare.objects.update(percent=100)
    first = visited_last_week(world, **fields)
    draw_week(today=timezone.localdate())
    return FollowUp.objects.get(second_of=first)


def test_a_share_is_drawn_for_somebody_who_neither_handled_it_nor_made_the_first(world: World) -> None:
    second = drawn(world, satisfaction="content")
    first = second.second_of
    assert first is not None
    assert (second.assignee, second.state, second.origin) == (world.clerk, "planned", "second")
    assert second.due_on == after(7)
    assert second.assignee not in (world.mediator, world.other_mediator)
    told = Notification.objects.get(kind="follow_up.second")
    assert told.recipient == world.clerk
    draw = SecondCallDraw.objects.get(division=LONGJING)
    assert (draw.visits, draw.drawn, draw.percent) == (1, 1, 100)
    entry = second.case.events.get(kind=EventKind.SECOND_CALL_DRAWN)
    assert (entry.data["second"], entry.data["seed"]) == (second.pk, draw.seed)
    assert pick([first.pk], percent=100, seed=draw.seed) == [first.pk]
    assert not list(ledger.verify())


def test_each_county_and_week_is_drawn_once(world: World) -> None:
    SecondCallShare.objects.update(percent=100)
    for _each in range(3):
        visited_last_week(world)
    assert [draw_second_calls() for _run in range(3)] == [3, 0, 0]
    visited_last_week(world)
    assert draw_second_calls() == 0, "the week is drawn already"
    assert SecondCallDraw.objects.count() == Division.objects.counties().count()


@pytest.mark.django_db(transaction=True)
def test_workers_at_once_draw_once() -> None:
    world = build()
    SecondCallShare.objects.update(percent=100)
    for _each in range(4):
        visited_last_week(world)

    def run(_worker: int) -> int:
        try:
            return draw_week(today=timezone.localdate())
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(run, range(4))) == 4
    assert FollowUp.objects.second_calls().count() == 4
    assert not list(ledger.verify())


def test_the_database_refuses_a_second_draw_of_a_week_and_a_second_call_twice(world: World) -> None:
    second = drawn(world)
    draw = SecondCallDraw.objects.get(division=LONGJING)
    with pytest.raises(IntegrityError), transaction.atomic():
        SecondCallDraw.objects.create(
            division_id=LONGJING, week=draw.week, seed="x", percent=5, visits=0, drawn=0, made_at=timezone.now()
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        FollowUp.objects.create(case=second.case, day=7, due_on=after(1), origin="second", second_of=second.second_of)


@pytest.mark.parametrize("outcome", ["relapse", "not_reached"])
def test_what_reached_nobody_or_came_back_already_is_not_called_again(world: World, outcome: str) -> None:
    SecondCallShare.objects.update(percent=100)
    visited_last_week(world, outcome=outcome, note="情况")
    assert draw_week(today=timezone.localdate()) == 0


def test_the_share_of_the_county_goes_before_that_of_the_prefecture(world: World) -> None:
    county = Division.objects.get(pk=LONGJING)
    assert percent_of(county) == 5
    SecondCallShare.objects.create(division=county, percent=20)
    assert percent_of(county) == 20
    SecondCallShare.objects.all().delete()
    assert percent_of(county) == 5


@given(st.lists(st.integers(1, 10**6), unique=True, max_size=60), st.integers(0, 100), st.text("0123456789abcdef"))
def test_a_draw_can_be_made_again_from_its_seed(keys: list[int], percent: int, seed: str) -> None:
    chosen = pick(keys, percent=percent, seed=seed)
    assert chosen == pick(list(reversed(keys)), percent=percent, seed=seed)
    assert set(chosen) <= set(keys)
    assert len(chosen) * 100 >= len(keys) * percent > (len(chosen) - 1) * 100 or not chosen


def test_a_second_call_changes_nothing_else_unless_it_finds_a_relapse(world: World) -> None:
    second = drawn(world)
    before = list(second.case.follow_ups.of_plan().values_list("day", "state"))
    with pytest.raises(NotAllowed):
        record_follow_up(follow_up=second, by=world.other_mediator, outcome="performing")
    for step in (Findings(next_step="close"), Findings(next_step="earlier", next_on=after(3))):
        with pytest.raises(GovernanceError):
            record_follow_up(follow_up=second, by=world.clerk, outcome="performed", findings=step)
    record_follow_up(follow_up=second, by=world.clerk, outcome="performed")
    assert list(second.case.follow_ups.of_plan().values_list("day", "state")) == before


def test_a_second_call_on_a_closed_case_uncovers_a_false_closing(world: World) -> None:
    second = drawn(world, outcome="performed", findings=Findings(next_step="close"))
    case = Case.objects.get(pk=second.case_id)
    assert case.state == State.CLOSED
    record_follow_up(follow_up=second, by=world.clerk, outcome="relapse", note="根本没有付款")
    case.refresh_from_db()
    assert (case.state, case.reopened_count) == (State.IN_HANDLING, 1)


def test_a_second_call_is_not_given_to_whoever_made_the_first(world: World) -> None:
    second = drawn(world)
    given = {"follow_up": second, "by": world.dispatcher, "on": after(3), "reason": "x"}
    with pytest.raises(CannotVisit):
        give_visit(to=world.other_mediator, **given)
    grid = make_user("grid", Role.CLERK, LONGJING)
    give_visit(to=grid, **given)
    second.refresh_from_db()
    assert second.assignee == grid


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_form_does_not_show_the_first_and_the_differences_are_told(
    world: World, sign_in: SignIn, language: str
) -> None:
    second = drawn(world, satisfaction="content", note="一切顺利")
    browser, url = sign_in(world.clerk, language), reverse("mediation:follow_up", args=[second.pk])
    page = browser.get(url).content.decode()
    assert "一切顺利" not in page
    assert 'value="earlier"' not in page
    data = {"outcome": "not_performed", "satisfaction": "not_content", "note": "未付款", "signs": ["threats"]}
    assert browser.post(url, {**data, "next_step": "keep", "channel": "phone"}).status_code == 302
    assert [row.recipient for row in Notification.objects.filter(kind="follow_up.differs")] == [world.dispatcher]
    for user in (world.dispatcher, world.official):
        browser = sign_in(user, language)
        listed = browser.get(reverse("mediation:second_calls"))
        assert second.case.number in listed.content.decode()
        page = browser.get(reverse("mediation:second_call", args=[second.pk])).content.decode()
        assert page.count("data-differs") == 3
        assert "一切顺利" in page
        assert "未付款" in page


def test_equal_answers_stand_only_in_the_list_of_all(world: World, sign_in: SignIn) -> None:
    second = drawn(world, satisfaction="content")
    record_follow_up(follow_up=second, by=world.clerk, outcome="performing")
    browser, url = sign_in(world.dispatcher), reverse("mediation:second_calls")
    assert second.case.number not in browser.get(url).content.decode()
    assert second.case.number in browser.get(url + "?show=all").content.decode()
    assert not Notification.objects.filter(kind="follow_up.differs").exists()


def test_others_see_no_second_calls(world: World, sign_in: SignIn) -> None:
    second = drawn(world)
    record_follow_up(follow_up=second, by=world.clerk, outcome="performed")
    for user in (world.clerk, world.mediator, world.tax):
        assert sign_in(user).get(reverse("mediation:second_calls")).status_code == 403
    yanji = make_user("yanji", Role.DISPATCHER, "222401")
    assert sign_in(yanji).get(reverse("mediation:second_call", args=[second.pk])).status_code == 404


def test_the_list_of_differences_asks_no_more_for_more_rows(
    world: World, sign_in: SignIn, django_assert_max_num_queries: Any
) -> None:
    SecondCallShare.objects.update(percent=100)
    for _each in range(6):
        visited_last_week(world)
    draw_week(today=timezone.localdate())
    for second in FollowUp.objects.second_calls():
        record_follow_up(follow_up=second, by=world.clerk, outcome="performed")
    browser = sign_in(world.dispatcher)
    with django_assert_max_num_queries(12):
        assert len(browser.get(reverse("mediation:second_calls")).context["pairs"]) == 6
