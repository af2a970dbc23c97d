"""Corrections, mergings, exclusions and late withdrawals change the past, and every figure follows at once."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from cases.models import Case, CaseEvent
from cases.services import (
    ask_exclusion,
    correct_case,
    decide_exclusion,
    lift_exclusion,
    mark_repeat,
    merge_case,
    withdraw_case,
)
from intake.services.visits import VisitInput, attach_visit
from reporting.models.rollup import Dim
from reporting.periods import Period
from reporting.rollups.folding import fold
from reporting.rollups.reading import reading
from reporting.rollups.rebuilding import differences
from tests.cases.test_correcting import other_village, right
from tests.reporting.test_rollups import recent, settle
from tests.world import LONGJING, World, make_case

Deed = Callable[[World, Case], object]


def _correct(world: World, case: Case) -> None:
    changes = {"category": "psychological", "division": other_village(), "channel": "letter"}
    correct_case(case=case, by=world.dispatcher, correction=right(case, **changes), note="选错")


def _exclude(world: World, case: Case) -> None:
    row = ask_exclusion(case=case, by=world.dispatcher, ground="outside_duties", note="x")
    decide_exclusion(exclusion=row, by=world.official, approve=True, note="同意")


def _merge(world: World, case: Case) -> None:
    kept = Case.objects.order_by("pk").first()
    assert kept is not None
    assert kept.pk != case.pk
    merge_case(case=case, into=kept, by=world.dispatcher, note="同一事项")


def _repeat(world: World, case: Case) -> None:
    earlier = Case.objects.order_by("pk").first()
    assert earlier is not None
    mark_repeat(case=case, of=earlier, by=world.dispatcher, note="再次发生")


def _withdraw(world: World, case: Case) -> None:
    withdraw_case(case=case, by=world.clerk, note="撤回")


@pytest.mark.parametrize("deed", [_correct, _exclude, _merge, _repeat, _withdraw])
@pytest.mark.parametrize("folded", [False, True])
def test_the_roll_ups_equal_a_recount_after_each(world: World, deed: Deed, folded: bool) -> None:
    make_case(world, "neighbour")
    case = make_case(world, "neighbour")
    if folded:
        fold()
    deed(world, case)
    assert differences() == []
    fold()
    assert differences() == []
    call_command("rebuild_rollups", check=True)


@pytest.mark.parametrize("deed", [_correct, _exclude, _merge])
def test_the_roll_ups_equal_a_recount_after_each_on_a_resolved_case(world: World, deed: Deed) -> None:
    for _n in range(2):
        settle(world, make_case(world, "neighbour"))
    fold()
    case = Case.objects.order_by("-pk").first()
    assert case is not None
    deed(world, case)
    assert differences() == []
    fold()
    assert differences() == []


def test_a_correction_moves_the_counts_between_the_keys(world: World) -> None:
    case = make_case(world, "neighbour")
    fold()
    _correct(world, case)
    for _folded in (False, True):
        with reading() as figures:
            kinds = figures.by(Dim.CATEGORY, LONGJING, recent())
            channels = figures.by(Dim.CHANNEL, LONGJING, recent())
        assert kinds["psychological"]["accepted"] == channels["letter"]["accepted"] == 1
        assert kinds.get("neighbour", {}).get("accepted", 0) == 0
        fold()


def test_a_merged_case_counts_neither_as_accepted_nor_as_resolved(world: World) -> None:
    settle(world, make_case(world, "neighbour"))
    settle(world, make_case(world, "neighbour"))
    case = Case.objects.order_by("-pk").first()
    assert case is not None
    fold()
    _merge(world, case)
    for _folded in (False, True):
        with reading() as figures:
            found = figures.totals(LONGJING, recent())
        assert (found["accepted"], found["resolved"], found["merged"]) == (1, 1, 1)
        assert found["resolved_in_period"] == 1
        fold()


def test_visits_to_a_merged_case_are_trips_of_the_one_that_goes_on(world: World) -> None:
    cases = [make_case(world, "neighbour") for _n in range(2)]
    for case in cases:
        attach_visit(case=case, centre=world.centre, clerk=world.clerk, data=VisitInput(), submission_key=uuid.uuid4())
    merge_case(case=cases[1], into=cases[0], by=world.dispatcher, note="同一事项")
    settle(world, cases[0])
    with reading() as figures:
        found = figures.totals(LONGJING, recent())
    assert (found["resolved"], found["one_trip"]) == (1, 0)
    assert differences() == []


def test_the_adjusted_rate_leaves_out_what_was_approved_and_takes_it_back(world: World) -> None:
    case = make_case(world, "neighbour")
    make_case(world, "neighbour")
    row = ask_exclusion(case=case, by=world.dispatcher, ground="outside_duties", note="x")
    counts = []
    for step in (
        lambda: decide_exclusion(exclusion=row, by=world.official, approve=True, note="同意"),
        lambda: lift_exclusion(exclusion=row, by=world.official, note="变化"),
    ):
        step()
        with reading() as figures:
            found = figures.totals(LONGJING, recent())
        counts.append((found["accepted"], found["excluded"]))
        fold()
    assert counts == [(2, 1), (2, 0)]


def test_a_withdrawal_months_later_changes_the_month_of_acceptance(world: World) -> None:
    case = make_case(world, "neighbour")
    then = timezone.now() - dt.timedelta(days=100)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        CaseEvent.objects.filter(case=case).update(at=then)
        cursor.execute("SET session_replication_role = origin")
    Case.objects.filter(pk=case.pk).update(registered_at=then, accepted_at=then)
    fold()
    assert differences() == []
    _withdraw(world, case)
    day = timezone.localdate(then)
    month = Period(day, day)
    for _folded in (False, True):
        with reading() as figures:
            found = figures.totals(LONGJING, month)
        assert (found["accepted"], found["withdrawn"], found["open"]) == (1, 1, 0)
        assert differences() == []
        fold()
