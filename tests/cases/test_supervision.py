"""Supervision orders: by hand and by the clock, only upwards, answered and lifted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone, translation

from accounts.models import Notification, User
from accounts.notifications import in_each_language, text_of
from cases import ledger
from cases.models import Case, CaseEvent, Deadline, SupervisionOrder
from cases.services import supervision
from departments.models import Department
from governance_center.calendar import due_at
from governance_center.errors import GovernanceError, MissingInput, NotAllowed
from tests.cases.whistling import LONG, blow, county_people, make_limits, make_street
from tests.world import World, make_case

DAY = dt.timedelta(days=1)


@pytest.fixture
def case(world: World) -> Case:
    return make_case(world)


def order(world: World, case: Case, level: int = 1, by: User | None = None, **fields: object) -> SupervisionOrder:
    values: dict[str, object] = {
        "department": Department.objects.get(pk="tax"), "reason": "not_handled", "text": "限期办理",
    }  # fmt: skip
    return supervision.issue_order(by=by or world.dispatcher, case=case, level=level, **{**values, **fields})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("before", "level", "goes"),
    [
        ((), 1, True), ((), 2, True), ((), 3, True), ((1,), 1, False), ((1,), 2, True), ((1,), 3, True),
        ((2,), 1, False), ((2,), 2, False), ((2,), 3, True), ((1, 2), 1, False), ((3,), 3, False), ((3,), 1, False),
    ],
)  # fmt: skip
def test_supervision_only_goes_upwards(
    world: World, case: Case, before: tuple[int, ...], level: int, goes: bool
) -> None:
    for earlier in before:
        order(world, case, earlier)
    if goes:
        assert order(world, case, level).level == level
    else:
        with pytest.raises(supervision.NotUpwards):
            order(world, case, level)
    assert not list(ledger.verify())


def test_after_lifting_it_may_begin_again(world: World, case: Case) -> None:
    order(world, case, 1)
    supervision.lift_order(order=order(world, case, 2), by=world.dispatcher, note="已整改")
    assert SupervisionOrder.objects.filter(lifted_at__isnull=True).count() == 0
    assert order(world, case, 1).level == 1


def test_it_concerns_each_department_by_itself(world: World, case: Case) -> None:
    order(world, case, 2)
    assert order(world, case, 1, department=Department.objects.get(pk="human_resources")).level == 1
    with pytest.raises(supervision.NotItsMatter):
        order(world, case, 1, department=Department.objects.get(pk="justice"))


def test_an_order_needs_a_reason_of_the_list_and_a_text(world: World, case: Case) -> None:
    for field, value in (("reason", "other"), ("text", " "), ("level", 4)):
        with pytest.raises(MissingInput) as refused:
            order(world, case, **{field: value})  # type: ignore[arg-type]
        assert refused.value.field == field


def test_only_dispatchers_and_officials_of_the_place_issue(world: World, case: Case) -> None:
    assert order(world, case, 1, by=world.official).issued_by == world.official
    for user in (world.clerk, world.tax, world.mediator, world.administrator):
        with pytest.raises(NotAllowed):
            order(world, case, 2, by=user)


def test_an_order_is_answered_with_a_measure_by_the_department(world: World, case: Case) -> None:
    first, second = order(world, case, 1), order(world, case, 2)
    with pytest.raises(NotAllowed):
        supervision.answer_order(order=second, by=world.hr, measure="x")
    with pytest.raises(MissingInput):
        supervision.answer_order(order=second, by=world.tax, measure=" ")
    supervision.answer_order(order=second, by=world.tax, measure="已约谈企业")
    first.refresh_from_db()
    assert first.measure == "已约谈企业", "the lower order is answered with it"
    with pytest.raises(supervision.AlreadyAnswered):
        supervision.answer_order(order=first, by=world.tax, measure="x")
    kinds = CaseEvent.objects.filter(case=case, kind__startswith="supervision").values_list("kind", flat=True)
    assert list(kinds) == ["supervision.issued", "supervision.issued", "supervision.answered"]
    assert not list(ledger.verify())


def test_the_clock_climbs_from_ordinary_to_yellow_to_red_and_each_once(world: World, case: Case) -> None:
    _dispatcher, leader = county_people(world)
    due = Deadline.objects.get(case=case, rule="handle_dispute").due_at
    assert supervision.sweep_supervision(now=due - DAY) == 0
    levels = []
    moment = due + DAY / 24
    for _step in range(3):
        assert supervision.sweep_supervision(now=moment) == 1
        assert supervision.sweep_supervision(now=moment) == 0
        newest = SupervisionOrder.objects.latest("pk")
        levels.append(newest.level)
        days = {1: 3, 2: 2, 3: 2}[newest.level]
        assert newest.answer_by == due_at(moment, length=days, unit="working_day").at
        moment = newest.answer_by + DAY / 24
    assert levels == [1, 2, 3]
    assert supervision.sweep_supervision(now=moment + LONG) == 0
    told = Notification.objects.filter(kind="supervision.climbed").order_by("pk")
    assert [row.recipient for row in told] == [world.dispatcher, world.dispatcher, leader]
    assert not list(ledger.verify())


@pytest.mark.parametrize(
    ("language", "words"),
    [("zh-hans", ("税务局", "红牌督办")), ("ko", ("세무국", "적색카드 독촉"))],
)
def test_who_is_told_reads_the_department_and_the_level_in_the_own_language(
    world: World, case: Case, language: str, words: tuple[str, ...]
) -> None:
    with translation.override("zh-hans"):
        order(world, case, 3)
        row = Notification.objects.get(kind="supervision.issued", recipient=world.tax)
        shown = SupervisionOrder.objects.get()
        params = {"subject": case.number, "department": in_each_language(lambda: shown.department.short)}
        params["level"] = in_each_language(shown.get_level_display)
    assert row.params["department"] == params["department"]
    with translation.override(language):
        text = text_of("supervision.climbed", params)
    assert [word for word in words if word not in text] == []


def test_a_name_that_was_kept_in_one_language_stays_as_it_is(world: World) -> None:
    assert "人社" in text_of("supervision.answered", {"subject": "1", "department": "人社"})


def test_an_answered_or_lifted_order_does_not_climb(world: World, case: Case) -> None:
    due = Deadline.objects.get(case=case, rule="handle_dispute").due_at + DAY
    supervision.sweep_supervision(now=due)
    supervision.answer_order(order=SupervisionOrder.objects.get(), by=world.tax, measure="已处理")
    assert supervision.sweep_supervision(now=due + LONG) == 0
    supervision.lift_order(order=SupervisionOrder.objects.get(), by=world.dispatcher, note="已整改")
    assert supervision.sweep_supervision(now=due + LONG) == 0, "one missed limit is supervised once"


def test_a_call_that_is_not_reported_on_is_supervised(world: World) -> None:
    make_limits()
    whistle = blow(make_street(), "tax")
    call = whistle.calls.get()
    assert supervision.sweep_supervision(now=call.report_by + DAY / 24) == 1
    made = SupervisionOrder.objects.get()
    assert (made.whistle, made.level, made.reason, made.issued_by) == (whistle, 1, "not_accepted", None)
    assert Notification.objects.get(kind="supervision.issued").recipient == world.tax


def test_the_month_counts_by_department_and_level_and_exports(
    world: World, case: Case, sign_in: Callable[..., Client], django_assert_max_num_queries: Callable[..., object]
) -> None:
    for level in (1, 2):
        order(world, case, level)
    month = f"{timezone.localdate():%Y-%m}"
    client = sign_in(world.dispatcher)
    with django_assert_max_num_queries(9):  # type: ignore[attr-defined]
        page = client.get("/supervision/", {"month": month})
    assert page.context["counts"][0]["yellow"] == 1
    assert page.context["page"].paginator.count == 2
    table = b"".join(client.get("/supervision/", {"month": month, "export": "csv"}).streaming_content).decode()  # type: ignore[attr-defined]
    assert table.count(case.number) == 2
    assert client.get("/supervision/", {"month": "2019-13"}).status_code == 200
    assert client.get("/supervision/", {"month": "2019-01"}).context["page"].paginator.count == 0


def test_the_paper_stands_in_both_languages_chinese_first(
    world: World, case: Case, sign_in: Callable[..., Client]
) -> None:
    made = order(world, case)
    page = sign_in(world.official, "ko").get(f"/supervision/{made.pk}/paper/").content.decode()
    assert page.index('lang="zh-hans"') < page.index('<article lang="ko"')
    assert page.count(case.number) == 2


def test_an_order_on_a_restricted_case_is_hidden_from_officials(world: World, sign_in: Callable[..., Client]) -> None:
    case = make_case(world, "petition")
    Case.objects.filter(pk=case.pk).update(is_restricted=True)
    made = order(world, case, department=Department.objects.get(pk="petitions"))
    assert sign_in(world.official).get(f"/supervision/{made.pk}/").status_code == 404
    assert sign_in(world.dispatcher).get(f"/supervision/{made.pk}/").status_code == 200
    assert issubclass(supervision.NotUpwards, GovernanceError)
