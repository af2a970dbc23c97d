"""What the use cases of the queue share: who may, the refusals, locks, and the rows of intervals."""

from __future__ import annotations

import datetime as dt

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from governance_center.errors import GovernanceError, NotAllowed
from intake.models import Desk, Period, Ticket

DESK_ROLES = frozenset({Role.CLERK, Role.DISPATCHER})


class IllegalTicketMove(GovernanceError):
    code = "illegal_ticket_move"
    message = _("“%(move)s” is not possible: ticket %(ticket)s is “%(state)s”.")


class OtherWindow(GovernanceError):
    code = "other_window"
    status = 403
    message = _("Ticket %(ticket)s is not at your window.")


class DeskBusy(GovernanceError):
    code = "desk_busy"
    message = _("Ticket %(ticket)s is still at this window. Finish with it first.")


class DeskClosed(GovernanceError):
    code = "desk_closed"
    message = _("This window is closed. Open it first.")


class WindowTaken(GovernanceError):
    code = "window_taken"
    message = _("Somebody else sits at this window. Choose another one, or let a dispatcher close it.")


class OutsideQueue(GovernanceError):
    code = "outside_queue"
    status = 422
    message = _("Tickets are called at the windows of the guide-and-intake zone of this centre only.")


class TooManyTickets(GovernanceError):
    code = "too_many_tickets"
    status = 429
    message = _("Too many tickets were taken within a minute. Please ask at the guide desk.")


def check_staff(by: User, centre_code: str) -> None:
    """Raise NotAllowed unless ``by`` is a clerk or dispatcher in office whose division holds the centre."""
    in_scope = bool(by.scope_code) and centre_code.startswith(by.scope_code)
    if by.role not in DESK_ROLES or not by.is_active or not in_scope:
        raise NotAllowed()


def lock(ticket: Ticket) -> Ticket:
    """A fresh copy of the ticket, locked until the transaction ends. Every move begins with it."""
    return Ticket.objects.select_for_update(of=("self",)).get(pk=ticket.pk)


def lock_desk(desk: Desk) -> Desk:
    """A fresh copy of the desk, locked: at one window one thing happens after the other.

    Raises:
        DeskClosed: it was closed in the meantime.
    """
    fresh = Desk.objects.select_for_update(of=("self",)).select_related("window").get(pk=desk.pk)
    if fresh.closed_at is not None:
        raise DeskClosed()
    return fresh


def check_own_window(ticket: Ticket, by: User) -> None:
    """Raise OtherWindow unless ``by`` has the open desk at the window where the ticket is."""
    if not Desk.objects.filter(clerk=by, window=ticket.window_id, closed_at__isnull=True).exists():
        raise OtherWindow(ticket=ticket.label)


def now_or(at: dt.datetime | None) -> dt.datetime:
    return at if at is not None else timezone.now()


def next_period(ticket: Ticket, kind: str | None, *, at: dt.datetime, by: User | None = None) -> dt.datetime:
    """End the ticket's running interval at ``at`` and begin the next without a gap; ``kind`` None begins none.

    Returns the moment of the change: it never lies before the start of the running interval, even when the
    clocks of two servers disagree.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE intake_period SET ended_at = greatest(%s, started_at) "
            "WHERE ticket_id = %s AND ended_at IS NULL RETURNING ended_at",
            [at, ticket.pk],
        )
        row = cursor.fetchone()
    moment: dt.datetime = row[0] if row else at
    if kind is not None:
        Period.objects.create(
            ticket=ticket,
            kind=kind,
            service=ticket.service,
            window_id=ticket.window_id,
            clerk=by,
            started_at=moment,
        )
    return moment
