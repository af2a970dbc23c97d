"""400 visitors over 6 windows: nobody is lost or called twice at once, and the expected waits hold."""

from __future__ import annotations

import datetime as dt
import statistics
from collections import Counter

import pytest
from django.db.models import F, Sum

from intake.models import Period, Purpose, Ticket, TicketSeries, Visit
from intake.services.queue import MAX_RETURNS
from tests.intake.simulated_day import Day, clock, simulate
from tests.world import World

VISITORS, WINDOWS, SEED = 400, 6, 20260304


@pytest.fixture
def day(world: World) -> Day:
    return simulate(world, visitors=VISITORS, windows=WINDOWS, seed=SEED)


def test_a_day_loses_and_doubles_no_ticket_and_says_how_long_it_takes(day: Day) -> None:
    # One long test: the day is run once, and everything is asked of it.
    _no_ticket_is_lost_or_doubled(day)
    _each_window_had_one_at_a_time()
    _intervals_add_up()
    _waits_were_foretold(day)


def _no_ticket_is_lost_or_doubled(day: Day) -> None:
    states = Counter(Ticket.objects.values_list("state", flat=True))
    assert states.keys() == {"done", "left"}
    assert sum(states.values()) == VISITORS
    assert sorted(day.served) == sorted(Visit.objects.values_list("ticket", flat=True)), "each served once, one visit"
    assert states["done"] == len(set(day.served)) == len(day.served)
    left = Ticket.objects.filter(state="left")
    assert all(one.no_shows == MAX_RETURNS + 1 or one.calls == 0 for one in left if one.service == one.taken_as)
    for service in Purpose.values:
        numbers = sorted(Ticket.objects.filter(taken_as=service).values_list("number", flat=True))
        assert numbers == list(range(1, len(numbers) + 1))
        assert TicketSeries.objects.get(service=service).last == len(numbers)
    assert states["done"] > VISITORS * 0.95


def _each_window_had_one_at_a_time() -> None:
    """No two intervals at one window overlap: the next is called when the last one is gone."""
    at_windows = Period.objects.filter(window__isnull=False).order_by("window", "started_at", "pk")
    ended: dict[int, dt.datetime] = {}
    for window, started, end in at_windows.values_list("window", "started_at", "ended_at"):
        assert started >= ended.get(window, started)
        ended[window] = end
    assert len(ended) == WINDOWS


def _intervals_add_up() -> None:
    """From taking the number to the end there is no gap and no overlap, to the microsecond."""
    sums = dict(
        Period.objects.order_by()
        .values("ticket")
        .annotate(sum=Sum(F("ended_at") - F("started_at")))
        .values_list("ticket", "sum")
    )
    rows = Ticket.objects.values_list("pk", "taken_at", "ended_at")
    assert {pk: ended - taken for pk, taken, ended in rows if ended} == sums
    assert len(sums) == VISITORS


def _waits_were_foretold(day: Day) -> None:
    """Of those called at least once: expected minus real seconds until the first call, the day's means in brackets.

    Stated: on average at most two minutes off, either way (bias); a single forecast at most five minutes off in
    the mean (mean absolute error), which is less than a third of what telling everybody the day's mean would be off;
    and no worse for those who go first.
    """
    first_call: dict[int, float] = {}
    for pk, _window, minute in day.calls:
        first_call.setdefault(pk, minute)
    pairs = [
        (one.expected_wait, (clock(first_call[one.pk]) - one.taken_at).total_seconds(), one.priority)
        for one in Ticket.objects.filter(pk__in=first_call)
    ]
    assert all(expected is not None for expected, _real, _priority in pairs)
    errors = [expected - real for expected, real, _priority in pairs if expected is not None]
    real = [waited for _expected, waited, _priority in pairs]
    bias, error = statistics.mean(errors), statistics.mean(map(abs, errors))
    naive = statistics.mean(abs(waited - statistics.mean(real)) for waited in real)
    assert statistics.mean(real) > 15 * 60, "a day without a queue would prove nothing"
    assert abs(bias) < 2 * 60
    assert error < 5 * 60
    assert error < naive / 3
    first = [expected - waited for expected, waited, priority in pairs if priority and expected is not None]
    assert statistics.mean(map(abs, first)) < 2.5 * 60
