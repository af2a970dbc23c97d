"""The roll-ups equal a recount, folded or not."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from cases.models import Case, Deadline
from cases.services import end_unresolved, reopen_case, resolve_case, sign_referral, withdraw_case
from reporting.models import CaseFact, ChangedCase, DurationRollup, Rollup
from reporting.models.rollup import Dim
from reporting.periods import Period
from reporting.rollups.columns import COLUMNS
from reporting.rollups.folding import fold
from reporting.rollups.reading import reading
from reporting.rollups.rebuilding import differences, rebuild
from tests.world import LIYUAN, LONGJING, World, make_case

ROLLED = ("dim", "division", "grain", "start", "key")


def settle(world: World, case: Case) -> None:
    officer = {"tax": world.tax, "justice": world.justice}[case.lead_id or ""]
    sign_referral(referral=case.referrals.get(role="lead"), by=officer)
    resolve_case(case=case, by=officer, outcome="settled", note="办结")


def recent() -> Period:
    today = timezone.localdate()
    return Period(today - dt.timedelta(days=40), today)


def test_the_columns_of_models_and_sql_are_the_same() -> None:
    model = tuple(field.name for field in Rollup._meta.concrete_fields if field.name not in ROLLED)
    assert model == COLUMNS


def test_what_is_not_folded_is_read_as_well(world: World) -> None:
    settle(world, make_case(world, "neighbour"))
    make_case(world, "neighbour")
    assert not CaseFact.objects.exists()
    assert ChangedCase.objects.exists()
    with reading() as figures:
        before = figures.totals(LONGJING, recent())
        kinds = figures.by(Dim.CATEGORY, LONGJING, recent())
    assert (before["accepted"], before["resolved"], before["open"], before["resolved_in_period"]) == (2, 1, 1, 1)
    assert kinds["neighbour"]["accepted"] == 2
    assert fold() == 2
    assert not ChangedCase.objects.exists()
    with reading() as figures:
        assert figures.pending == 0
        assert figures.totals(LONGJING, recent()) == before
        assert figures.by(Dim.CATEGORY, LONGJING, recent()) == kinds


def test_a_change_after_folding_moves_the_counts(world: World) -> None:
    case = make_case(world, "neighbour")
    settle(world, case)
    fold()
    case.refresh_from_db()
    reopen_case(case=case, by=world.dispatcher, note="反复")
    for _folded in (False, True):
        with reading() as figures:
            found = figures.totals(LONGJING, recent())
        assert (found["resolved"], found["open"], found["reopened"], found["relapsed"]) == (0, 1, 1, 1)
        assert (found["once_resolved"], found["resolved_in_period"]) == (1, 0)
        fold()
    assert differences() == []


def test_a_limit_that_passes_is_late_without_anybody_writing(world: World) -> None:
    make_case(world, "neighbour")
    fold()
    due = Deadline.objects.order_by("due_at").first()
    assert due is not None
    with reading(now=due.due_at - dt.timedelta(seconds=1)) as figures:
        assert figures.totals(LONGJING, recent())["overdue"] == 0
    with reading(now=due.due_at) as figures:
        assert figures.totals(LONGJING, recent())["overdue"] == 1
    assert fold(now=due.due_at) == 1
    assert fold(now=due.due_at) == 0


def test_every_place_above_and_every_grain_adds_up(world: World) -> None:
    for _n in range(3):
        settle(world, make_case(world, "neighbour"))
    withdraw_case(case=make_case(world), by=world.clerk, note="撤回")
    ended = make_case(world, "neighbour")
    sign_referral(referral=ended.referrals.get(role="lead"), by=world.justice)
    end_unresolved(case=ended, by=world.justice, outcome="to_court", note="告知起诉")
    fold()
    today = timezone.localdate()
    whole = Period(dt.date(today.year - 2, 1, 1), today)
    with reading() as figures:
        for scope in ("2224", LONGJING, LIYUAN):
            found = figures.totals(scope, whole)
            assert (found["accepted"], found["resolved"], found["withdrawn"], found["guided"]) == (5, 3, 1, 1)
            assert sum(row["accepted"] for row in figures.days(scope, whole).values()) == 5
            assert figures.durations("r", scope, whole) == {0: 3}
            assert figures.durations("e", scope, whole) == {0: 2}
            if len(scope) <= 6:
                assert figures.durations("s", scope, whole) == figures.durations("s", scope, whole, "justice") == {0: 4}
            for dim in (Dim.CATEGORY, Dim.CHANNEL, Dim.LEVEL, Dim.DEPARTMENT):
                assert sum(row["accepted"] for row in figures.by(dim, scope, whole).values()) == 5


def test_a_rebuild_gives_what_folding_gives(world: World) -> None:
    for category in ("neighbour", "social_insurance", "legal_advice"):
        make_case(world, category)
    settle(world, make_case(world, "neighbour"))
    make_case(world, accept=False)
    fold()
    rows = set(Rollup.objects.filter(registered__gt=0).values_list(*ROLLED, *COLUMNS))
    lengths = set(
        DurationRollup.objects.filter(n__gt=0).values_list("kind", "division", "grain", "start", "length", "n")
    )
    assert rebuild() == 5
    assert set(Rollup.objects.filter(registered__gt=0).values_list(*ROLLED, *COLUMNS)) == rows
    again = DurationRollup.objects.values_list("kind", "division", "grain", "start", "length", "n")
    assert set(again) == lengths
    assert differences() == []


@pytest.mark.parametrize("harm", [
    "UPDATE reporting_rollup SET resolved = resolved + 1 WHERE dim = 0 AND grain = 'm' AND length(division) = 6",
    "DELETE FROM reporting_durationrollup",
    "UPDATE reporting_casefact SET contained = NOT contained",
    "UPDATE cases_case SET resolved_at = resolved_at - interval '1 day'",
])  # fmt: skip
def test_the_check_finds_what_is_wrong(world: World, harm: str) -> None:
    settle(world, make_case(world, "neighbour"))
    fold()
    call_command("rebuild_rollups", check=True)
    with connection.cursor() as cursor:
        cursor.execute(harm)
        if "casefact" in harm:
            cursor.execute("INSERT INTO reporting_changed (case_id) SELECT id FROM cases_case")
    with pytest.raises(CommandError):
        call_command("rebuild_rollups", check=True)
