"""Plans as data: which plan a matter gets, on which days it is visited, and what ends the plan."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from cases import ledger
from cases.models import Case, EventKind
from cases.services import close_case, reopen_case, withdraw_case
from cases.services.rating import set_level
from mediation import planning
from mediation.instalments import Share
from mediation.models import FollowUp, FollowUpPlan
from mediation.planning import Facts, PlannedDay, choose, fits, visit_days
from mediation.services import Term, reach_agreement
from mediation.services.follow_ups import record_follow_up
from mediation.services.reminding import sweep
from tests.mediation.sessions import mediated
from tests.mediation.test_follow_ups import after, resolved
from tests.world import World

DENSE = [3, 7, 15, 30, 60, 90]


def plan(condition: str, **fields: Any) -> FollowUpPlan:
    return FollowUpPlan(code=condition, condition=condition, days=[7], **fields)


@pytest.mark.parametrize(
    ("condition", "facts", "expected"),
    [
        ("default", Facts("x"), True),
        ("high_risk", Facts("x"), False),
        ("high_risk", Facts("x", is_high_risk=True), True),
        ("repeated", Facts("x", is_repeated=True), True),
        ("repeated", Facts("x", reopened=1), False),
        ("reopened", Facts("x", reopened=1), True),
        ("police_calls", Facts("x", police_calls=1), False),
        ("police_calls", Facts("x", police_calls=2), True),
    ],
)
def test_a_plan_fits_what_it_is_for(condition: str, facts: Facts, expected: bool) -> None:
    assert fits(plan(condition), facts) is expected


def test_a_plan_of_a_category_fits_only_that() -> None:
    own = plan("category", category_id="neighbour")
    assert [fits(own, Facts(code)) for code in ("neighbour", "labour")] == [True, False]


def test_the_first_that_fits_is_taken_and_none_where_none_does() -> None:
    plans = [plan("police_calls"), plan("high_risk"), plan("default")]
    assert choose(plans, Facts("x", is_high_risk=True, police_calls=3)) is plans[0]
    assert choose(plans, Facts("x")) is plans[2]
    assert choose(plans[:2], Facts("x")) is None


@pytest.mark.parametrize(
    ("due", "expected"),
    [
        ([], [(7, "plan"), (30, "plan"), (90, "plan")]),
        ([31], [(7, "plan"), (31, "due"), (90, "plan")]),
        ([33], [(7, "plan"), (33, "due"), (90, "plan")]),
        ([34], [(7, "plan"), (30, "plan"), (34, "due"), (90, "plan")]),
        ([60, 61, 62], [(7, "plan"), (30, "plan"), (62, "due"), (90, "plan")]),
        ([0, -4], [(7, "plan"), (30, "plan"), (90, "plan")]),
        ([400], [(7, "plan"), (30, "plan"), (90, "plan"), (400, "due")]),
    ],
)
def test_due_dates_and_the_plan_make_one_course_of_visits(due: list[int], expected: list[tuple[int, str]]) -> None:
    assert visit_days((7, 30, 90), due) == [PlannedDay(*row) for row in expected]


@given(st.lists(st.integers(1, 365), min_size=1, max_size=8, unique=True).map(sorted), st.lists(st.integers(-5, 800)))
def test_every_due_date_is_asked_about_soon_and_no_visit_crowds_another(days: list[int], due: list[int]) -> None:
    found = visit_days(days, due)
    dues = [row.day for row in found if row.origin == "due"]
    assert sorted({row.day for row in found}) == [row.day for row in found]
    assert all(b - a > planning.GAP_DAYS for a, b in pairwise(dues))
    crowded = [row for row in found if row.origin == "plan" and any(abs(row.day - day) <= 3 for day in dues)]
    assert not crowded
    assert {day for day in days if all(abs(day - other) > 3 for other in dues)} <= {row.day for row in found}
    assert (not dues) == (not [day for day in due if day >= 1])


def test_instalments_bring_their_own_visits_in_the_same_course(world: World) -> None:
    case = mediated(world)
    applicant, respondent = case.parties.order_by("pk")[:2]
    shares = [Share(after(29), Decimal(400)), Share(after(150), Decimal(600))]
    term = Term(
        debtor=respondent, creditor=applicant, kind="pay", what="货款", amount=Decimal(1000), due_on=None, how="转账",
        instalments=shares,
    )  # fmt: skip
    reach_agreement(
        case=case, by=world.mediator, form="written", terms="", obligations=[term], responsibilities="责", if_not="诉"
    )
    rows = list(case.follow_ups.values_list("day", "due_on", "origin"))
    assert rows == [
        (7, after(7), "plan"), (30, after(30), "due"), (90, after(90), "plan"), (151, after(151), "due"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"risk_level": 2}, "high_risk"),
        ({"reopened_count": 1}, "reopened"),
        ({"risk_parts": [{"code": "police_calls", "points": 20, "evidence": ["3"]}]}, "police"),
        ({}, "default"),
    ],
)
def test_the_case_page_says_why_the_plan_is_dense(
    world: World, sign_in: Callable[..., Client], changes: dict[str, Any], code: str
) -> None:
    case = mediated(world)
    Case.objects.filter(pk=case.pk).update(**changes)
    reach_agreement(case=case, by=world.mediator, form="oral", terms="年底前补缴")
    chosen = FollowUpPlan.objects.get(code=code)
    assert list(case.follow_ups.order_by("day").values_list("day", flat=True)) == chosen.days
    assert set(case.follow_ups.values_list("plan__code", flat=True)) == {code}
    for language, name in (("zh-hans", chosen.name_zh_hans), ("ko", chosen.name_ko)):
        page = sign_in(world.dispatcher, language).get(reverse("cases:detail", args=[case.number])).content.decode()
        assert name in page


def test_a_repeated_matter_gets_its_plan(world: World) -> None:
    first = resolved(world)
    case = mediated(world)
    Case.objects.filter(pk=case.pk).update(repeat_of=first)
    reach_agreement(case=case, by=world.mediator, form="oral", terms="再约定")
    assert list(case.follow_ups.values_list("day", flat=True)) == DENSE
    entry = case.events.get(kind=EventKind.FOLLOW_UP_PLANNED)
    assert (entry.data["plan"], entry.data["condition"]) == ("repeated", "repeated")


def test_a_new_version_takes_effect_on_its_day_and_moves_no_visit_planned_before(world: World) -> None:
    case = resolved(world)
    today = timezone.localdate()
    default = FollowUpPlan.objects.get(code="default")
    values = {"code": "default", "condition": "default", "priority": default.priority, "name_zh_hans": "新"}
    FollowUpPlan.objects.create(since=today + dt.timedelta(days=1), days=[1, 2], **values)
    assert case_days(resolved(world)) == [7, 30, 90]
    FollowUpPlan.objects.create(since=today, days=[10, 20], **values)
    assert case_days(resolved(world)) == [10, 20]
    assert case_days(case) == [7, 30, 90]


def case_days(case: Case) -> list[int]:
    return list(case.follow_ups.order_by("day").values_list("day", flat=True))


def test_a_version_that_is_switched_off_is_not_replaced_by_an_older_one(world: World) -> None:
    FollowUpPlan.objects.create(
        code="default", since=timezone.localdate(), days=[1], condition="default", is_active=False, name_zh_hans="停"
    )
    case = resolved(world)
    assert case_days(case) == list(planning.DEFAULT_DAYS)
    assert case.follow_ups.filter(plan__isnull=False).count() == 0


@pytest.mark.parametrize(
    ("days", "message"), [("7,7", "1"), ("30,7", "1"), ("0,7", "1"), ("7,366", "1"), ("x", ""), ("", "")]
)
def test_the_admin_refuses_days_that_make_no_course(
    world: World, sign_in: Callable[..., Client], days: str, message: str
) -> None:
    form = {
        "code": "new", "since": "2026-01-01", "name_zh_hans": "新计划", "name_ko": "새 계획", "days": days,
        "condition": "default", "category": "", "priority": "5", "first": "mediator", "channel": "phone",
    }  # fmt: skip
    browser, url = sign_in(world.administrator), reverse("admin:mediation_followupplan_add")
    page = browser.post(url, form)
    assert page.status_code == 200
    assert "days" in page.context["adminform"].form.errors
    assert "新计划" in page.content.decode()
    assert browser.post(url, {**form, "days": "1,2,365"}).status_code == 302
    assert FollowUpPlan.objects.get(code="new").days == [1, 2, 365]


def test_the_admin_changes_no_plan_by_which_visits_were_planned(world: World, sign_in: Callable[..., Client]) -> None:
    resolved(world)
    used = FollowUpPlan.objects.get(code="default")
    url = reverse("admin:mediation_followupplan_change", args=[used.pk])
    form = {"name_zh_hans": "改名", "name_ko": "이름", "days": "1", "priority": "100", "is_active": "on"}
    assert sign_in(world.administrator).post(url, form).status_code == 302
    used.refresh_from_db()
    assert (used.days, used.name_zh_hans) == ([7, 30, 90], "改名")


def test_the_database_refuses_a_category_plan_without_a_category(db: None) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        FollowUpPlan.objects.create(code="c", since=timezone.localdate(), days=[1], condition="category")


def test_closing_early_cancels_what_was_planned_and_nobody_is_told_afterwards(world: World) -> None:
    case = resolved(world)
    record_follow_up(follow_up=case.follow_ups.get(day=7), by=world.other_mediator, outcome="performing")
    close_case(case=case, by=world.dispatcher)
    assert set(case.follow_ups.exclude(state="done").values_list("state", flat=True)) == {"cancelled"}
    entry = case.events.get(kind=EventKind.FOLLOW_UP_CANCELLED)
    assert sorted(entry.data["follow_ups"]) == sorted(
        case.follow_ups.filter(state="cancelled").values_list("pk", flat=True)
    )
    assert sweep(today=after(400)) == 0
    assert not list(ledger.verify())


def test_reopening_and_withdrawing_leave_no_visit(world: World) -> None:
    case = resolved(world)
    reopen_case(case=case, by=world.dispatcher, note="未补缴")
    assert case.events.filter(kind=EventKind.FOLLOW_UP_CANCELLED).count() == 1
    withdraw_case(case=case, by=world.dispatcher, note="撤回")
    assert case.events.filter(kind=EventKind.FOLLOW_UP_CANCELLED).count() == 1, "there was nothing left to cancel"
    assert FollowUp.objects.planned().count() == 0


def test_a_risk_raised_by_hand_makes_the_plan_dense(world: World) -> None:
    case = mediated(world)
    set_level(case=case, by=world.dispatcher, level=2, note="扬言")
    reach_agreement(case=case, by=world.mediator, form="oral", terms="年底前补缴")
    assert case_days(case) == DENSE
