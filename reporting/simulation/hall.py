"""The last days in the hall of Longjing: tickets taken, called and served at one window, by the clock of those days."""

from __future__ import annotations

import datetime as dt
import random
import uuid

from django.utils import timezone

from accounts.models import User
from departments.models import Window, Zone
from departments.presence import local_holidays_of
from governance_center.calendar import is_working_day
from intake import services
from intake.models import Desk, Ticket
from reporting.simulation.telling import at_hour

LONGJING = "222405"
DAYS, TICKETS, GIVE_UP = 6, 18, 0.2
"""Working days, tickets of a day, and the part of those who wait longer than :data:`PATIENCE` that gives up then."""

PATIENCE, WALK = dt.timedelta(minutes=12), dt.timedelta(seconds=40)
SERVICES = (("consultation", 45, 4.0), ("registration", 30, 9.0), ("appointment", 15, 6.0), ("return", 10, 6.0))
"""Services, how often each is asked for, and the mean of its minutes at the window."""


def build(rng: random.Random) -> int:
    """Let the last working days pass in the hall, if nobody was there yet; returns how many tickets were taken."""
    window = Window.objects.filter(centre=LONGJING, zone=Zone.INTAKE).order_by("number").first()
    if window is None or Ticket.objects.exists():
        return 0
    holidays, today = local_holidays_of(LONGJING), timezone.localdate()
    past = (today - dt.timedelta(days=n) for n in range(1, 30))
    for day in sorted([day for day in past if is_working_day(day, holidays)[0]][:DAYS]):
        _day(rng, window, User.objects.get(username="clerk.longjing"), day)
    return Ticket.objects.count()


def _day(rng: random.Random, window: Window, clerk: User, day: dt.date) -> None:
    """Who comes takes a ticket, and is served in the order of coming."""
    free = at_hour(day, 9)
    comes = sorted(free + dt.timedelta(minutes=rng.triangular(0, 400, 60)) for _each in range(TICKETS))
    desk = services.open_desk(window=window, clerk=clerk, at=free)
    waiting: list[Ticket] = []
    while comes or waiting:
        if not waiting:
            free = max(free, comes[0])
        while comes and comes[0] <= free:
            waiting += _take(rng, desk, comes.pop(0), free)
        if waiting:
            free = _serve(rng, desk, free)
            waiting.pop()
    services.close_desk(desk=desk, by=clerk, at=free)


def _take(rng: random.Random, desk: Desk, at: dt.datetime, free: dt.datetime) -> list[Ticket]:
    """The ticket of somebody who stays until the window is free; nobody where they give up before."""
    names, weights, _minutes = zip(*SERVICES, strict=True)
    ticket = services.take_ticket(
        centre=desk.window.centre, service=rng.choices(names, weights)[0], language=rng.choice(["zh-hans", "ko"]),
        submission_key=uuid.UUID(int=rng.getrandbits(128), version=4), at=at,
    )  # fmt: skip
    if at + PATIENCE < free and rng.random() < GIVE_UP:
        services.leave(ticket=ticket, by=desk.clerk, at=at + PATIENCE)
        return []
    return [ticket]


def _serve(rng: random.Random, desk: Desk, at: dt.datetime) -> dt.datetime:
    """Call the next one and answer; returns when the window is free again."""
    ticket = services.call_next(desk=desk, by=desk.clerk, at=at)
    assert ticket is not None  # noqa: S101  somebody waits
    services.start_serving(ticket=ticket, by=desk.clerk, at=at + WALK)
    mean = next(minutes for name, _weight, minutes in SERVICES if name == ticket.service)
    end = at + WALK + dt.timedelta(minutes=rng.gammavariate(4, mean / 4))
    services.finish(
        ticket=ticket, by=desk.clerk, outcome=rng.choice(["answered", "answered", "guided"]),
        submission_key=uuid.UUID(int=rng.getrandbits(128), version=4), at=end,
    )  # fmt: skip
    return end
