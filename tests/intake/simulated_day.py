"""A day at the desk by a virtual clock, through the real services: who comes when, and how long each takes."""

from __future__ import annotations

import datetime as dt
import heapq
import itertools
import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from django.db import connection

from intake import services
from intake.models import Desk, Ticket
from tests.intake.queueing import MORNING, desk
from tests.world import World

SHARES = {"consultation": 0.40, "registration": 0.30, "appointment": 0.15, "return": 0.15}
MINUTES = {"consultation": 4.0, "registration": 9.0, "appointment": 6.0, "return": 6.0}
"""Mean minutes at the window; what a visit takes is gamma-distributed around it (shape 4: half of it or double
is common)."""

WALK, LOOK_ROUND = 0.7, 3.0
"""Minutes from the call to the window, and after which a clerk gives up waiting for somebody who does not come."""

NO_SHOW, TRANSFER, GIVE_UP, PRIORITY = 0.05, 0.04, 0.03, 0.10
PEAKS = ((0, 90, 1.5), (90, 180, 1.0), (180, 270, 0.45), (270, 420, 1.15))
"""From minute to minute after nine, and how busy: the morning is full, noon is calm."""


@dataclass
class Day:
    """The events still to come, and what was seen."""

    world: World
    visitors: int
    random: random.Random
    desks: list[Desk]
    tickets: list[Ticket] = field(default_factory=list)
    calls: list[tuple[int, int, float]] = field(default_factory=list)
    served: list[int] = field(default_factory=list)
    _events: list[tuple[float, int, Callable[[float], None]]] = field(default_factory=list)
    _order: itertools.count[int] = field(default_factory=itertools.count)
    _idle: set[int] = field(default_factory=set)

    def run(self) -> None:
        """From the first visitor to the last one served."""
        for minute in self._arrivals():
            self._at(minute, self._arrive)
        self._idle = set(range(len(self.desks)))
        while self._events:
            minute, _number, event = heapq.heappop(self._events)
            event(minute)

    def _at(self, minute: float, event: Callable[[float], None]) -> None:
        heapq.heappush(self._events, (minute, next(self._order), event))

    def _arrivals(self) -> list[float]:
        lengths = [(end - begin) * busy for begin, end, busy in PEAKS]
        chosen = self.random.choices(PEAKS, lengths, k=self.visitors)
        return sorted(self.random.uniform(begin, end) for begin, end, _busy in chosen)

    def _arrive(self, minute: float) -> None:
        service = self.random.choices(list(SHARES), list(SHARES.values()))[0]
        one = services.take_ticket(
            centre=self.world.centre,
            service=service,
            language=self.random.choice(("zh-hans", "ko")),
            priority=self.random.choice(("old", "infant")) if self.random.random() < PRIORITY else "",
            submission_key=uuid.UUID(int=self.random.getrandbits(128)),
            at=clock(minute),
        )
        self.tickets.append(one)
        if len(self.tickets) == 40:
            _know_the_tables()
        if self.random.random() < GIVE_UP:
            self._at(minute + self.random.uniform(5, 20), partial(self._give_up, one))
        for number in sorted(self._idle):
            self._call(number, minute)

    def _give_up(self, one: Ticket, minute: float) -> None:
        one.refresh_from_db(fields=["state"])
        if one.state == Ticket.State.WAITING:
            services.leave(ticket=one, by=self.world.clerk, at=clock(minute))

    def _call(self, number: int, minute: float) -> None:
        at_desk = self.desks[number]
        one = services.call_next(desk=at_desk, by=at_desk.clerk, at=clock(minute))
        if one is None:
            self._idle.add(number)
            return
        self._idle.discard(number)
        self.calls.append((one.pk, at_desk.window_id, minute))
        comes = self.random.random() >= NO_SHOW
        if comes:
            self._at(minute + self.random.expovariate(1 / WALK), partial(self._serve, number, one))
        else:
            self._at(minute + LOOK_ROUND, partial(self._miss, number, one))

    def _miss(self, number: int, one: Ticket, minute: float) -> None:
        services.recall(ticket=one, by=self.desks[number].clerk, at=clock(minute - LOOK_ROUND / 2))
        services.no_show(ticket=one, by=self.desks[number].clerk, at=clock(minute))
        self._call(number, minute)

    def _serve(self, number: int, one: Ticket, minute: float) -> None:
        services.start_serving(ticket=one, by=self.desks[number].clerk, at=clock(minute))
        length = self.random.gammavariate(4, MINUTES[one.service] / 4)
        if self.random.random() < TRANSFER and one.service == "consultation":
            self._at(minute + length / 2, partial(self._send_on, number, one))
        else:
            self._at(minute + length, partial(self._finish, number, one))

    def _send_on(self, number: int, one: Ticket, minute: float) -> None:
        services.transfer(ticket=one, by=self.desks[number].clerk, service="registration", at=clock(minute))
        self._call(number, minute)

    def _finish(self, number: int, one: Ticket, minute: float) -> None:
        services.finish(
            ticket=one,
            by=self.desks[number].clerk,
            outcome=self.random.choice(("answered", "guided")),
            submission_key=uuid.UUID(int=self.random.getrandbits(128)),
            at=clock(minute),
        )
        self.served.append(one.pk)
        self._call(number, minute)


def _know_the_tables() -> None:
    """What the database does by itself after some rows, but not within the transaction of a test."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE intake_ticket")
        cursor.execute("ANALYZE intake_period")


def clock(minute: float) -> dt.datetime:
    """The virtual time, so many minutes after nine."""
    return MORNING + dt.timedelta(minutes=minute)


def simulate(world: World, *, visitors: int, windows: int, seed: int) -> Day:
    """Run a day; the same seed gives the same day."""
    desks = [desk(world, 21 + number) for number in range(windows)]
    day = Day(world, visitors, random.Random(seed), desks)
    day.run()
    return day
