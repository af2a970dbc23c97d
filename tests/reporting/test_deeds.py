"""Agreements, sessions and visits in the roll-ups equal what their tables say, folded or not, whatever is changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.db.models.functions import Left
from django.utils import timezone

from cases.models import Case, Referral
from departments.models import Division
from mediation.models import Agreement, FollowUp, Session
from reporting import counted
from reporting.models import Deed
from reporting.periods import Period
from reporting.rollups import deeds
from reporting.rollups.folding import fold
from reporting.rollups.reading import reading
from reporting.rollups.rebuilding import differences, rebuild
from tests.reporting.storm.comparing import lists_equal_tables
from tests.reporting.test_counted import day_by_hand, days, some_of_each
from tests.world import LIYUAN, LONGJING, VILLAGE, YANJI, World

__all__ = ("day_by_hand", "some_of_each")

DAY = dt.timedelta(days=1)
SCOPES = ("2224", LONGJING, LIYUAN, VILLAGE, YANJI)


def periods() -> list[Period]:
    """Whole months and days, what is over, what lies ahead, and none at all."""
    today = timezone.localdate()
    return [
        days(), Period(today - 40 * DAY, today), Period(today - 9 * DAY, today + 2 * DAY), Period(today, today),
        Period(today + DAY, today + 60 * DAY), Period(dt.date(today.year - 1, 1, 1), today), Period(today, today - DAY),
    ]  # fmt: skip


def compare() -> None:
    """Each column of each kind, of each place and period, and by place."""
    with reading() as reader:
        for scope in SCOPES:
            for period in periods():
                for kind in deeds.KINDS:
                    found = deeds.totals(reader, kind, scope, period)
                    assert found == counted.totals(kind, scope, period), (kind, scope, period)
            for period in periods()[:2]:
                lists_equal_tables(scope, period, reader.today)
        for scope, digits in (("2224", 6), (LONGJING, 9), (LIYUAN, 12)):
            below = Division.objects.filter(parent=scope).values_list("pk", flat=True)
            for kind in deeds.KINDS:
                rows = deeds.by_place(reader, kind, scope, below, days())
                live = counted.totals_by(kind, Left("case__division_id", digits), scope, days())
                assert {place: row for place, row in rows.items() if any(row.values())} == {
                    place: row for place, row in live.items() if any(row.values())
                }, (kind, scope)
                assert rows.keys() == {scope, *below}


def move_a_case() -> None:
    Case.objects.filter(pk=Session.objects.earliest("pk").case_id).update(division_id=YANJI)


def change_sessions() -> None:
    held, failed = (Session.objects.filter(state=state).earliest("pk") for state in ("held", "failed"))
    Session.objects.filter(pk=held.pk).update(state="cancelled")
    Session.objects.filter(pk=failed.pk).update(failure="refused")
    Session.objects.filter(state="cancelled").latest("pk").delete()


def change_agreements() -> None:
    Agreement.objects.filter(form="written").update(reached_on=timezone.localdate() - 30 * DAY)
    Agreement.objects.filter(form="oral").earliest("pk").delete()


def change_visits() -> None:
    planned = FollowUp.objects.planned().earliest("pk")
    FollowUp.objects.filter(pk=planned.pk).update(
        state="done", outcome="performing", done_at=timezone.now(), due_on=timezone.localdate()
    )
    FollowUp.objects.filter(state="covered").update(state="cancelled")
    FollowUp.objects.filter(state="done", origin="plan").update(done_at=timezone.now() - 90 * DAY)


def change_the_visit_before_a_second_call() -> None:
    call = FollowUp.objects.second_calls().earliest("pk")
    assert call.second_of is not None
    other = "not_performed" if call.second_of.outcome == call.outcome else call.outcome
    FollowUp.objects.filter(pk=call.second_of_id).update(outcome=other)


def change_referrals() -> None:
    """One more is sent back, another was not but is dispatched again, and one goes."""
    back = Referral.objects.leading().filter(status="returned").earliest("pk")
    Referral.objects.leading().filter(status="signed").update(status="returned")
    Referral.objects.filter(pk=back.pk).update(status="done", dispatched_at=timezone.now() - 3 * DAY)
    Referral.objects.leading().latest("pk").delete()


def merge() -> None:
    first, second = Case.objects.filter(sessions__isnull=False).distinct().order_by("pk")[:2]
    Case.objects.filter(pk=second.pk).update(merged_into=first, state="closed", outcome="merged")


@pytest.mark.parametrize("is_folded", [False, True])
@pytest.mark.parametrize(
    "change",
    [
        move_a_case,
        change_sessions,
        change_agreements,
        change_visits,
        change_the_visit_before_a_second_call,
        change_referrals,
        merge,
    ],
)
def test_the_roll_ups_say_what_the_tables_say(some_of_each: World, change: Callable[[], None], is_folded: bool) -> None:
    """Whatever was written, by whatever way: the triggers tell of rows that were written without their case."""
    fold()
    compare()
    change()
    if is_folded:
        assert fold() > 0
    compare()


def test_what_is_not_folded_is_read_as_well(some_of_each: World) -> None:
    compare()
    with reading() as reader:
        assert reader.pending > 0
        assert deeds.totals(reader, "sessions", LONGJING, days())["held"] == 3


def test_a_deed_that_stands_otherwise_than_its_row_is_told(some_of_each: World) -> None:
    fold()
    assert [row for row in differences() if row.what == "list"] == []
    visit = FollowUp.objects.earliest("pk")
    Deed.objects.filter(kind="v", row_id=visit.pk).update(code="visit_relapse_late")
    Deed.objects.filter(kind="s").order_by("row_id").last().delete()  # type: ignore[union-attr]
    found = [row.where for row in differences() if row.what == "list"]
    assert sum(where.startswith(f"v {visit.pk} ") for where in found) == 2
    assert sum(where.startswith("s ") for where in found) == 1
    rebuild()
    assert [row for row in differences() if row.what == "list"] == []


def test_counting_everything_anew_says_the_same(some_of_each: World) -> None:
    rebuild()
    compare()
    assert [row for row in differences() if row.what != "ledger"] == []
    change_visits()
    move_a_case()
    assert [row for row in differences() if row.what != "ledger"] == []
    fold()
    compare()
