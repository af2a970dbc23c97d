"""The stored colours: exact to the second, each turn once, told once, also when two sweep or one is killed."""

from __future__ import annotations

import datetime as dt
import threading
from functools import partial

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import Notification
from accounts.notifications import text_of
from cases import tasks
from cases.models import Case, Deadline
from cases.services import colouring, pause_limit, resume_limit
from cases.services.colouring import Counts, colour_due
from governance_center.calendar import LOCAL_ZONE
from tests.cases.test_limits import limit_of
from tests.together import at_once, beside
from tests.world import World, build, make_case

SECOND = dt.timedelta(seconds=1)
WARN = dt.datetime(2026, 3, 26, tzinfo=LOCAL_ZONE)
DUE = dt.datetime(2026, 4, 1, tzinfo=LOCAL_ZONE)


def handled_until(world: World, count: int = 1, *, warn_at: dt.datetime = WARN, due_at: dt.datetime = DUE) -> list[int]:
    """Cases of which only the handling limit runs, with these ends; keys of the limits."""
    cases = [make_case(world) for _ in range(count)]
    Deadline.objects.exclude(rule="handle_dispute").update(cancelled_at=WARN)
    mine = Deadline.objects.filter(case__in=cases, rule="handle_dispute")
    mine.update(warn_at=warn_at, due_at=due_at)
    Notification.objects.all().delete()
    return list(mine.order_by("pk").values_list("pk", flat=True))


def told() -> list[tuple[str, str]]:
    return sorted(Notification.objects.values_list("recipient__username", "kind"))


def test_it_turns_at_the_second_and_not_before(world: World) -> None:
    (key,) = handled_until(world)
    steps = (WARN - SECOND, WARN, WARN, DUE - SECOND, DUE, DUE + SECOND)
    assert [colour_due(now) for now in steps] == [
        Counts(0, 0), Counts(1, 0), Counts(0, 0), Counts(0, 0), Counts(0, 1), Counts(0, 0),
    ]  # fmt: skip
    assert Deadline.objects.get(pk=key).shown == "red"
    assert told() == [("dispatcher", "limit.red"), ("tax", "limit.yellow")]


def test_stored_and_exact_colour_agree_after_a_sweep(world: World) -> None:
    keys = handled_until(world, 3)
    Deadline.objects.filter(pk=keys[0]).update(due_at=WARN)
    Deadline.objects.filter(pk=keys[2]).update(warn_at=WARN + SECOND)
    colour_due(WARN)
    limits = Deadline.objects.filter(pk__in=keys).order_by("pk")
    assert [limit.shown for limit in limits] == ["red", "yellow", "green"]
    assert [limit.colour_at(WARN) for limit in limits] == ["red", "yellow", "green"]


def test_past_due_turns_red_at_once_and_only_the_dispatcher_is_told(world: World) -> None:
    handled_until(world)
    assert colour_due(DUE) == Counts(0, 1)
    assert told() == [("dispatcher", "limit.red")]


def test_the_mediator_is_told_of_yellow_when_there_is_one(world: World) -> None:
    handled_until(world)
    Case.objects.update(mediator=world.mediator)
    colour_due(WARN)
    assert told() == [("mediator", "limit.yellow")]


def test_the_department_that_must_sign_is_told_of_its_own_limit(world: World) -> None:
    case = make_case(world)
    Notification.objects.all().delete()
    signing = Deadline.objects.filter(case=case, referral__department="human_resources")
    Deadline.objects.exclude(pk__in=signing).update(cancelled_at=WARN)
    signing.update(warn_at=WARN, due_at=DUE)
    Case.objects.update(mediator=world.mediator)
    colour_due(WARN)
    assert told() == [("hr", "limit.yellow")]


def test_a_case_that_nobody_leads_turns_yellow_before_the_dispatcher(world: World) -> None:
    handled_until(world)
    Case.objects.get().referrals.update(is_current=False)
    colour_due(WARN)
    assert told() == [("dispatcher", "limit.yellow")]


def test_nobody_there_to_tell_is_no_fault(world: World) -> None:
    handled_until(world)
    type(world.dispatcher).objects.update(is_active=False)
    assert colour_due(WARN) == Counts(1, 0)
    assert told() == []


def test_five_are_told_one_by_one_and_six_as_one_message(world: World) -> None:
    handled_until(world, 5)
    colour_due(WARN)
    assert told() == [("tax", "limit.yellow")] * 5
    handled_until(world, 6)
    colour_due(WARN)
    message = Notification.objects.get()
    assert (message.kind, message.params, message.url) == ("limits.yellow", {"count": 6}, "/cases/?colour=yellow")
    assert "6" in text_of(message.kind, message.params)


def test_one_message_over_several_batches(world: World) -> None:
    handled_until(world, 16)
    assert colour_due(WARN, batch=8) == Counts(16, 0)
    assert [row.params for row in Notification.objects.all()] == [{"count": 16}]


def test_met_cancelled_and_paused_limits_do_not_turn(world: World) -> None:
    keys = handled_until(world, 3)
    Deadline.objects.filter(pk=keys[0]).update(met_at=WARN - SECOND)
    Deadline.objects.filter(pk=keys[1]).update(cancelled_at=WARN - SECOND)
    Deadline.objects.filter(pk=keys[2]).update(paused_at=WARN - SECOND)
    assert colour_due(DUE) == Counts(0, 0)
    assert set(Deadline.objects.filter(pk__in=keys).values_list("shown", flat=True)) == {"green"}


def test_a_limit_that_was_given_time_is_told_of_again(world: World) -> None:
    (key,) = handled_until(world)
    colour_due(WARN)
    Deadline.objects.filter(pk=key).update(shown="green", due_at=DUE + 9 * SECOND, warn_at=WARN + 9 * SECOND)
    assert colour_due(WARN) == Counts(0, 0)
    assert colour_due(WARN + 9 * SECOND) == Counts(1, 0)
    assert told() == [("tax", "limit.yellow")] * 2


def test_a_pause_and_going_on_keep_the_stored_colour_right(world: World) -> None:
    case = make_case(world)
    limit = pause_limit(deadline=limit_of(case, "handle_dispute"), by=world.dispatcher, reason="等待")
    assert colour_due(limit.due_at + dt.timedelta(days=9)).red == 2, "only the limits for signing"
    limit = resume_limit(deadline=limit, by=world.dispatcher)
    assert limit.shown == limit.colour == "green"


def test_the_minute_task_sweeps(world: World) -> None:
    handled_until(world)
    assert tuple(tasks.colour_limits()) == (0, 1), "those ends passed long ago"


def fill_with_others(key: int, count: int = 2000) -> None:
    """Limits that are not to turn, as many of each: red long ago, and not due for a year; the planner knows of them."""
    limit = Deadline.objects.get(pk=key)
    for shown, shift in (("red", -400), ("green", 400)):
        ends = {"warn_at": WARN + dt.timedelta(days=shift), "due_at": DUE + dt.timedelta(days=shift)}
        Deadline.objects.bulk_create(
            Deadline(case_id=limit.case_id, rule_id=limit.rule_id, started_at=limit.started_at, shown=shown, **ends)
            for _each in range(count)
        )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE cases_deadline")


def test_the_sweep_reads_the_partial_indexes(world: World) -> None:
    (key,) = handled_until(world)
    fill_with_others(key)
    with CaptureQueriesContext(connection) as captured:
        colour_due(WARN)
    plans = []
    for statement in (query["sql"] for query in captured if "UPDATE cases_deadline SET" in query["sql"]):
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN {statement}")
            plans.append("\n".join(line for (line,) in cursor.fetchall()))
    assert len(plans) == 3, "red once, yellow until nothing is left"
    assert "cases_deadline_to_red" in plans[0]
    assert "cases_deadline_to_yellow" in plans[1]


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_turn_and_tell_each_once() -> None:
    keys = handled_until(build(), 40)
    counts = at_once(*(partial(colour_due, DUE + n * SECOND, batch=3) for n in range(2)))
    assert sum(count.red for count in counts) == 40
    assert Deadline.objects.filter(pk__in=keys, shown="red").count() == 40
    singles = Notification.objects.filter(kind="limit.red").count()
    digests = list(Notification.objects.filter(kind="limits.red").values_list("params__count", flat=True))
    assert singles <= 2 * colouring.FEW
    assert len(digests) <= 2
    assert sum(digests) + singles >= 40, "every limit is in a message"


@pytest.mark.django_db(transaction=True)
def test_a_row_that_somebody_holds_is_left_to_the_next_sweep() -> None:
    keys = handled_until(build(), 2)
    holds, release = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            Deadline.objects.select_for_update().get(pk=keys[0])
            holds.set()
            release.wait(30)

    with beside(hold):
        try:
            assert holds.wait(30)
            assert colour_due(DUE) == Counts(0, 1)
        finally:
            release.set()
    assert colour_due(DUE) == Counts(0, 1)
    assert told() == [("dispatcher", "limit.red")] * 2


@pytest.mark.django_db(transaction=True)
def test_killed_between_two_batches_nothing_is_lost_or_told_twice() -> None:
    keys = handled_until(build(), 5)

    class Killed(Exception):
        """The end of the process."""

    with pytest.raises(Killed):  # noqa: PT012
        for number, _batch in enumerate(iter(lambda: one_batch(), 0)):
            if number == 1:
                raise Killed
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM cases_deadline WHERE shown = 'red'")
        done = cursor.fetchone()[0]
    assert done == Notification.objects.count() == 4, "colours and messages of a batch are written together"
    assert colour_due(DUE, batch=2) == Counts(0, 1)
    assert told() == [("dispatcher", "limit.red")] * len(keys)


def one_batch() -> int:
    return colouring._turn(colouring._RED, "red", DUE, 2, colouring._Telling(DUE))
