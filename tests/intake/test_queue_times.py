"""The expected waiting time, worked out by hand."""

from __future__ import annotations

import datetime as dt
from typing import Any

from intake import services
from intake.queue_times import DEFAULT_SECONDS, ENOUGH, QueueNow, mean_seconds
from tests.intake.queueing import MORNING, after, call, called, desk, ticket
from tests.world import World


def expected(world: World, service: str = "registration", minutes: float = 0, **fields: Any) -> int | None:
    return QueueNow.of(world.centre.pk, at=after(minutes)).expected_wait(service, **fields)


def test_nobody_can_say_how_long_while_no_window_serves_it(world: World) -> None:
    assert expected(world) is None
    desk(world, services=["consultation"])
    assert expected(world) is None
    assert ticket(world).expected_wait is None


def test_it_is_zero_while_a_window_is_free(world: World) -> None:
    desk(world, 21)
    called(world, desk(world, 22))
    assert ticket(world, minutes=31).expected_wait == 0


def test_the_rest_of_those_served_and_the_work_ahead_are_shared_by_the_windows(world: World) -> None:
    first, second = desk(world, 21), desk(world, 22)
    mean = DEFAULT_SECONDS["registration"]
    for at_desk, minutes in ((first, 0), (second, 5)):
        ticket(world)
        call(at_desk, minutes)
    # At minute 9 the first window has 6 minutes left, the second 11.
    assert expected(world, minutes=9) == mean - 9 * 60
    ticket(world, "consultation", minutes=9)
    # The consultation takes the first window until minute 21; the second is free at minute 20.
    assert expected(world, minutes=9) == mean - 4 * 60
    ticket(world, minutes=9)
    assert expected(world, minutes=9) == (mean - 9 * 60) + DEFAULT_SECONDS["consultation"]
    assert expected(world, minutes=9, is_priority=True) == mean - 9 * 60


def test_a_service_that_takes_longer_than_usual_is_not_thought_to_end_at_once(world: World) -> None:
    called(world, desk(world))
    assert expected(world, minutes=30 + 60) == DEFAULT_SECONDS["registration"] // 4


def test_windows_for_other_services_do_not_count(world: World) -> None:
    called(world, desk(world, 21, services=["registration"]))
    desk(world, 22, services=["consultation"])
    ticket(world)
    assert expected(world, minutes=30) == 2 * DEFAULT_SECONDS["registration"]
    assert expected(world, "consultation", minutes=30) == 0


def test_it_is_measured_from_today_else_from_before_else_assumed(world: World) -> None:
    at_desk = desk(world, at=MORNING - dt.timedelta(days=3))

    def serve(day: int, minutes: float, count: int) -> None:
        for _each in range(count):
            start = MORNING + dt.timedelta(days=day)
            one = ticket(world, at=start)
            services.call_next(desk=at_desk, by=at_desk.clerk, at=start)
            services.start_serving(ticket=one, by=at_desk.clerk, at=start)
            services.finish_with_visit(ticket=one, by=at_desk.clerk, at=start + dt.timedelta(minutes=minutes))

    def mean(service: str = "registration", minutes: float = 0) -> float:
        return mean_seconds(world.centre.pk, after(minutes))[service]

    serve(-3, 20, ENOUGH)
    serve(-40, 1, ENOUGH)
    # A desk left open overnight says nothing about how long a service takes.
    serve(-2, 20 * 60, 1)
    assert mean() == 20 * 60
    assert mean("return") == DEFAULT_SECONDS["return"]
    serve(0, 30, ENOUGH - 1)
    assert mean(minutes=1) == 20 * 60
    serve(0, 30, 1)
    assert mean(minutes=1) == 20 * 60, "measured once a minute"
    assert mean(minutes=2) == 30 * 60


def test_who_is_ahead_is_counted_at_the_windows_that_serve_one(world: World) -> None:
    desk(world, 21, services=["registration"])
    desk(world, 22, services=["consultation", "return"])
    ticket(world, "registration")
    ticket(world, "consultation", minutes=1)
    mine = ticket(world, "return", minutes=2)
    now = QueueNow.of(world.centre.pk, at=after(3))
    assert now.ahead_of(mine.pk) == (1, DEFAULT_SECONDS["consultation"])
    assert (now.count("return"), now.count("appointment")) == (1, 0)


def test_reading_the_queue_takes_few_queries(world: World, django_assert_max_num_queries: Any) -> None:
    desk(world)
    for _each in range(6):
        ticket(world)
    with django_assert_max_num_queries(4):
        QueueNow.of(world.centre.pk, at=after(5)).expected_waits()
