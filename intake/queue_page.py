"""What the queue page of the desk shows, in a handful of queries however long the queue is."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from accounts.models import User
from departments.models import Centre, Window, Zone
from governance_center.calendar import local_day
from intake.hall import whole_minutes
from intake.models import Desk, Purpose, Ticket
from intake.queue_times import QueueNow


@dataclass(slots=True)
class Line:
    """Those who wait for one service, in the order in which they are called."""

    code: str
    label: str
    minutes: int | None
    tickets: list[Ticket] = field(default_factory=list)


@dataclass(slots=True)
class WindowNow:
    """A window of the queue, who sits there and which ticket is there."""

    window: Window
    desk: Desk | None
    ticket: Ticket | None


def desk_of(user: User, centre: Centre) -> Desk | None:
    """The user's open desk at the centre."""
    return (
        Desk.objects.filter(clerk=user, closed_at__isnull=True, window__centre=centre).select_related("window").first()
    )


def current_ticket(desk: Desk | None) -> Ticket | None:
    """The ticket that is at this window now."""
    return Ticket.objects.at_windows().filter(window=desk.window_id).first() if desk else None


def waiting(centre: Centre, at: dt.datetime) -> dict[str, Any]:
    """``lines`` by service and ``leftovers`` of former days; each ticket knows the minutes it has ``waited``."""
    now, today = QueueNow.of(centre.pk, at=at), local_day(at)
    waits = now.expected_waits()
    lines = {code: Line(code, str(label), whole_minutes(waits[code])) for code, label in Purpose.choices}
    leftovers = []
    for ticket in Ticket.objects.waiting().filter(centre=centre).select_related("for_window").in_order():
        ticket.waited = int((at - ticket.taken_at).total_seconds() // 60)  # type: ignore[attr-defined]
        if ticket.day < today:
            leftovers.append(ticket)
        else:
            lines[ticket.service].tickets.append(ticket)
    return {"lines": list(lines.values()), "leftovers": leftovers, "count": len(now.waiting)}


def windows(centre: Centre) -> list[WindowNow]:
    """Every window of the guide-and-intake zone with its desk and its ticket."""
    desks = {
        desk.window_id: desk
        for desk in Desk.objects.filter(window__centre=centre, closed_at__isnull=True).select_related("clerk")
    }
    tickets = {ticket.window_id: ticket for ticket in Ticket.objects.at_windows().filter(centre=centre)}
    return [
        WindowNow(window, desks.get(window.pk), tickets.get(window.pk))
        for window in Window.objects.filter(centre=centre, zone=Zone.INTAKE)
    ]
