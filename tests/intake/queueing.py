"""What the tests of the queue share: windows of the intake zone, clerks at them, a clock that is moved by hand."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from accounts.models import Role, User
from departments.models import Centre, Window, Zone
from governance_center.calendar import LOCAL_ZONE
from intake import services
from intake.models import Desk, Ticket, Visit
from intake.services import open_desk, take_ticket
from tests.world import World, make_user

MORNING = dt.datetime(2026, 3, 4, 9, 0, tzinfo=LOCAL_ZONE)
"""A Wednesday."""


def after(minutes: float) -> dt.datetime:
    return MORNING + dt.timedelta(minutes=minutes)


def window(centre: Centre, number: int) -> Window:
    found, _made = Window.objects.get_or_create(centre=centre, number=number, defaults={"zone": Zone.INTAKE})
    return found


def desk(world: World, number: int = 21, *, services: Any = None, at: dt.datetime = MORNING) -> Desk:
    """An open desk of Longjing with a clerk of its own: ``clerk21`` at window 21."""
    clerk = make_user(f"clerk{number}", Role.CLERK, world.centre.pk)
    extra = {} if services is None else {"services": services}
    return open_desk(window=window(world.centre, number), clerk=clerk, at=at, **extra)


def ticket(world: World, service: str = "registration", *, minutes: float = 0, **fields: Any) -> Ticket:
    """A ticket taken so many minutes after nine."""
    values: dict[str, Any] = {"language": "zh-hans", "submission_key": uuid.uuid4(), "at": after(minutes)}
    return take_ticket(centre=world.centre, service=service, **{**values, **fields})


def call(at_desk: Desk, minutes: float = 30) -> Ticket | None:
    return services.call_next(desk=at_desk, by=at_desk.clerk, at=after(minutes))


def called(world: World, at_desk: Desk, **fields: Any) -> Ticket:
    ticket(world, **fields)
    found = call(at_desk)
    assert found is not None
    return found


def finish(one: Ticket, by: User, minutes: float = 40, **fields: Any) -> Visit:
    values: dict[str, Any] = {"outcome": "answered", "submission_key": uuid.uuid4()}
    return services.finish(ticket=one, by=by, at=after(minutes), **{**values, **fields})
