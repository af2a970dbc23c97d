"""How long somebody will have to wait, worked out from the queue as it is now.

**Formula.** Each open desk gets free after the rest of what it is doing: the mean time of that service minus the
time since the call, at least :data:`LEAST_REST` of the mean, zero when nobody is at the window. Those who wait
ahead go, in their order, each to the desk that is free first among those that serve them, and take the mean time
of their service there. The expected wait is the moment at which the first desk for the new ticket is free. With
equal desks this is the work ahead plus the rest of those being served, divided by the open desks; it is zero when
a desk is free and nobody is ahead.

**Mean time of a service**: seconds at the window (called and being served) per served ticket, from the rows of
:class:`~intake.models.Period`: of today from :data:`ENOUGH` served tickets on, else of the :data:`DAYS_BACK` days
before, else :data:`DEFAULT_SECONDS`. Intervals that run over midnight (a desk left open) do not count.

**Limits.** It knows means, not who is slow; tickets with priority that come later overtake and make it too short;
a desk that opens, closes or pauses changes it at once; a no-show makes it too long. It is None while no open desk
serves the service. On a simulated day of 400 visitors over 6 windows, with real waits of 26 minutes in the mean, it
is 1.5 minutes too short in the mean and a single forecast is 3 minutes off; ``tests/intake/test_simulated_day.py``
holds it to 2 and 5.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from django.core.cache import cache
from django.db.models import Count, F, Q, Sum

from governance_center.calendar import local_day
from intake.models import Desk, Period, Purpose, Ticket

DEFAULT_SECONDS: Mapping[str, int] = {
    Purpose.CONSULTATION.value: 6 * 60,
    Purpose.REGISTRATION.value: 15 * 60,
    Purpose.APPOINTMENT.value: 10 * 60,
    Purpose.RETURN.value: 10 * 60,
}
ENOUGH, DAYS_BACK = 5, 28
LEAST_REST = 0.25


@dataclass(frozen=True, slots=True)
class DeskNow:
    """An open desk: what it serves, and in how many seconds it is expected to be free."""

    window: int
    services: frozenset[str]
    rest: float

    def serves(self, service: str, for_window: int | None = None) -> bool:
        """Whether it calls tickets of this service, or those sent to one window."""
        return for_window == self.window if for_window is not None else service in self.services


@dataclass(frozen=True, slots=True)
class Waiting:
    """A waiting ticket, as far as the order matters."""

    pk: int
    service: str
    is_priority: bool
    for_window: int | None


@dataclass(frozen=True, slots=True)
class QueueNow:
    """The open desks and the waiting tickets of a centre, in the order in which they are called."""

    desks: tuple[DeskNow, ...]
    waiting: tuple[Waiting, ...]
    means: Mapping[str, float]

    @classmethod
    def of(cls, centre_code: str, *, at: dt.datetime) -> QueueNow:
        """Read the queue of a centre in two queries, and the mean times once a minute."""
        means = mean_seconds(centre_code, at)
        current = Ticket.objects.filter(centre=centre_code, state__in=("waiting", "called", "serving")).in_order()
        waiting, busy = [], dict[int, float]()
        for pk, state, service, is_priority, for_window, window, called_at in current.values_list(
            "pk", "state", "service", "is_priority", "for_window", "window", "called_at"
        ):
            if state == Ticket.State.WAITING:
                waiting.append(Waiting(pk, service, is_priority, for_window))
            else:
                elapsed = max((at - (called_at or at)).total_seconds(), 0)
                busy[window] = max(means[service] - elapsed, LEAST_REST * means[service])
        desks = Desk.objects.filter(window__centre=centre_code, closed_at__isnull=True).order_by("window")
        return cls(
            tuple(DeskNow(desk.window_id, frozenset(desk.services), busy.get(desk.window_id, 0)) for desk in desks),
            tuple(waiting),
            means,
        )

    def expected_wait(self, service: str, *, is_priority: bool = False) -> int | None:
        """Seconds that a ticket taken now would wait; None while no open desk serves it."""
        ahead = (ticket for ticket in self.waiting if ticket.is_priority or not is_priority)
        free = self._free_after(ahead)
        return min((round(free[desk.window]) for desk in self.desks if desk.serves(service)), default=None)

    def expected_waits(self) -> dict[str, int | None]:
        """:meth:`expected_wait` of every service."""
        return {service: self.expected_wait(service) for service in Purpose.values}

    def count(self, service: str) -> int:
        """How many wait for a service."""
        return sum(ticket.service == service for ticket in self.waiting)

    def ahead_of(self, pk: int) -> tuple[int, int | None]:
        """How many are called before a waiting ticket at the desks that serve it, and its expected wait now."""
        place = next((index for index, ticket in enumerate(self.waiting) if ticket.pk == pk), None)
        if place is None:
            return 0, 0
        ticket, before = self.waiting[place], self.waiting[:place]
        desks = [desk for desk in self.desks if desk.serves(ticket.service, ticket.for_window)]
        rivals = [
            other
            for other in before
            if other.service == ticket.service or any(desk.serves(other.service, other.for_window) for desk in desks)
        ]
        free = self._free_after(before)
        return len(rivals), min((round(free[desk.window]) for desk in desks), default=None)

    def _free_after(self, ahead: Iterable[Waiting]) -> dict[int, float]:
        """When each desk is free, in seconds from now, after those ahead were served."""
        free = {desk.window: desk.rest for desk in self.desks}
        for ticket in ahead:
            able = [desk.window for desk in self.desks if desk.serves(ticket.service, ticket.for_window)]
            if able:
                first = min(able, key=lambda window: free[window])
                free[first] += self.means[ticket.service]
        return free


def mean_seconds(centre_code: str, at: dt.datetime) -> dict[str, float]:
    """Seconds at the window per served ticket, for every service; see the head of this module.

    Measured once a minute, so that many displays cost no more than one.
    """
    day, minute = local_day(at), int(at.timestamp() // 60)
    today = _remembered(f"{centre_code}.{day}.{minute}", 2 * 60, lambda: _measured(centre_code, day, day))
    if all(service in today for service in Purpose.values):
        return today
    first, last = day - dt.timedelta(days=DAYS_BACK), day - dt.timedelta(days=1)
    before = _remembered(f"{centre_code}.{day}.before", 3600, lambda: _measured(centre_code, first, last))
    return {
        service: today.get(service) or before.get(service) or float(DEFAULT_SECONDS[service])
        for service in Purpose.values
    }


def _remembered(key: str, seconds: int, measure: Callable[[], dict[str, float]]) -> dict[str, float]:
    name = f"intake.queue_times.{key}"
    found: dict[str, float] | None = cache.get(name)
    if found is None:
        found = measure()
        cache.set(name, found, seconds)
    return found


def _measured(centre_code: str, first: dt.date, last: dt.date) -> dict[str, float]:
    """The means of services with at least :data:`ENOUGH` served tickets in these days."""
    rows = (
        Period.objects.filter(
            ticket__centre=centre_code,
            ticket__day__range=(first, last),
            kind__in=(Period.Kind.CALLED, Period.Kind.SERVING),
            started_at__date=F("ended_at__date"),
        )
        .order_by()
        .values("service")
        .annotate(
            seconds=Sum(F("ended_at") - F("started_at")),
            served=Count("pk", filter=Q(kind=Period.Kind.SERVING)),
        )
    )
    return {row["service"]: row["seconds"].total_seconds() / row["served"] for row in rows if row["served"] >= ENOUGH}
