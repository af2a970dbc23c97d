"""Opening and closing the windows of the queue, and the code of a hall's displays."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.db import IntegrityError
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from departments.models import Centre, Window, Zone
from governance_center.calendar import local_day
from governance_center.errors import MissingInput, NotAllowed
from governance_center.transactions import atomic
from intake.models import Desk, Hall, Purpose, Ticket
from intake.services.queue_common import DeskBusy, OutsideQueue, WindowTaken, check_staff, lock_desk, now_or

ALL_SERVICES = frozenset(Purpose.values)


def hall_of(*, centre: Centre) -> Hall:
    """The hall of a centre; it is made, with its code, when it is first asked for."""
    hall, _made = Hall.objects.get_or_create(centre=centre)
    return hall


def open_desk(
    *, window: Window, clerk: User, services: Collection[str] = ALL_SERVICES, at: dt.datetime | None = None
) -> Desk:
    """Sit down at a window and serve these services; at one's own window it changes the services.

    A desk that was left open on a former day makes way. A ticket that is still at the window is taken over.

    Raises:
        NotAllowed: not a clerk or dispatcher of the centre.
        OutsideQueue: not a window of the guide-and-intake zone.
        MissingInput: no service, or one that does not exist.
        WindowTaken: somebody sits there today.
        DeskBusy: a ticket is at the clerk's own other window.
    """
    try:
        return _open(window=window, clerk=clerk, services=services, at=at)
    except IntegrityError:
        # Another clerk sat down, or this one opened another window, at the same instant.
        raise WindowTaken(field="window") from None


@atomic
def _open(*, window: Window, clerk: User, services: Collection[str], at: dt.datetime | None) -> Desk:
    check_staff(clerk, window.centre_id)
    if window.zone != Zone.INTAKE:
        raise OutsideQueue(field="window")
    chosen = frozenset(services)
    if not chosen or not chosen <= ALL_SERVICES:
        raise MissingInput(_("Choose at least one service."), field="services")
    moment = now_or(at)
    flags = {
        "consultation": Purpose.CONSULTATION in chosen,
        "registration": Purpose.REGISTRATION in chosen,
        "appointment": Purpose.APPOINTMENT in chosen,
        "accompanied": Purpose.RETURN in chosen,
    }
    in_the_way = Desk.objects.filter(Q(clerk=clerk) | Q(window=window), closed_at__isnull=True)
    for desk in in_the_way.select_for_update(of=("self",)).order_by("pk"):
        is_of_today = local_day(desk.opened_at) >= local_day(moment)
        if desk.window_id == window.pk and desk.clerk_id == clerk.pk and is_of_today:
            Desk.objects.filter(pk=desk.pk).update(**flags)
            return Desk.objects.select_related("window").get(pk=desk.pk)
        if desk.clerk_id != clerk.pk and is_of_today:
            raise WindowTaken(field="window")
        if desk.window_id != window.pk:
            _check_empty(desk)
        _close(desk, moment)
    return Desk.objects.create(window=window, clerk=clerk, opened_at=moment, **flags)


@atomic
def close_desk(*, desk: Desk, by: User, at: dt.datetime | None = None) -> Desk:
    """Close a window. Tickets that were to wait for just this window may go to any other.

    A dispatcher may close anybody's; a ticket that is at the window then stays there for whoever opens it next.

    Raises:
        NotAllowed: not one's own desk and not a dispatcher of the centre.
        DeskClosed: closed before.
        DeskBusy: a ticket is at one's own window.
    """
    desk = lock_desk(desk)
    check_staff(by, desk.window.centre_id)
    if desk.clerk_id == by.pk:
        _check_empty(desk)
    elif by.role != Role.DISPATCHER:
        raise NotAllowed()
    _close(desk, now_or(at))
    return desk


def _close(desk: Desk, moment: dt.datetime) -> None:
    desk.closed_at = max(moment, desk.opened_at)
    desk.save(update_fields=["closed_at"])
    Ticket.objects.waiting().filter(for_window=desk.window_id).update(for_window=None)


def _check_empty(desk: Desk) -> None:
    ticket = Ticket.objects.at_windows().filter(window=desk.window_id).first()
    if ticket is not None:
        raise DeskBusy(ticket=ticket.label)
