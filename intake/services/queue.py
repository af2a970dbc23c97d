"""The queue: a ticket is taken, called, served and finished; it may come back, be sent on, or leave.

Two callers never get one ticket: the next one is picked with ``FOR UPDATE SKIP LOCKED``, and a partial unique
index holds one ticket to a window. Nothing ends at midnight: who still waits from a former day is still called.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Mapping
from typing import NamedTuple

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases.models import Person
from departments.models import Centre, Window
from governance_center.calendar import local_day
from governance_center.errors import MissingInput, NotAllowed
from governance_center.transactions import atomic
from intake.models import Desk, Period, Purpose, Ticket, Visit
from intake.services.queue_common import (
    DeskBusy,
    DeskClosed,
    IllegalTicketMove,
    OutsideQueue,
    check_own_window,
    check_staff,
    lock,
    lock_desk,
    next_period,
    now_or,
)

MAX_RETURNS = 2
"""So often a no-show goes back to the end of the queue; the next time the ticket ends."""

WAITING, CALLED, SERVING = Ticket.State.WAITING, Ticket.State.CALLED, Ticket.State.SERVING


class Move(NamedTuple):
    """What a move is called, and the states from which it is possible."""

    label: str | Promise
    states: frozenset[str]


MOVES: Mapping[str, Move] = {
    "recall": Move(_("call again"), frozenset({CALLED})),
    "no_show": Move(_("did not come"), frozenset({CALLED})),
    "start_serving": Move(_("start serving"), frozenset({CALLED})),
    "transfer": Move(_("send on"), frozenset({WAITING, CALLED, SERVING})),
    # Trivial visits need no "start": finishing counts as served since the call.
    "finish": Move(_("finish"), frozenset({CALLED, SERVING})),
    "leave": Move(_("has left"), frozenset({WAITING, CALLED})),
}


@atomic
def call_next(*, desk: Desk, by: User, at: dt.datetime | None = None) -> Ticket | None:
    """Call the next ticket to a window: those with priority first, then as they came; None when nobody waits.

    A window calls for the services of its desk, and tickets that were sent to just this window; a ticket that
    was sent to another window is left to that one.

    Raises:
        NotAllowed: not one's own desk.
        DeskClosed: the desk was closed.
        DeskBusy: a ticket is still at the window.
    """
    desk = lock_desk(desk)
    check_staff(by, desk.window.centre_id)
    if desk.clerk_id != by.pk:
        raise NotAllowed()
    current = Ticket.objects.at_windows().filter(window=desk.window_id).first()
    if current is not None:
        raise DeskBusy(ticket=current.label)
    for_this_desk = Q(for_window=desk.window_id) | Q(for_window__isnull=True, service__in=desk.services)
    waiting = Ticket.objects.waiting().filter(for_this_desk, centre=desk.window.centre_id).in_order()
    ticket = waiting.select_for_update(of=("self",), skip_locked=True).first()
    if ticket is None:
        return None
    ticket.state, ticket.window_id, ticket.clerk = CALLED, desk.window_id, by
    ticket.calls += 1
    ticket.called_at = next_period(ticket, Period.Kind.CALLED, at=now_or(at), by=by)
    ticket.save(update_fields=["state", "window", "clerk", "calls", "called_at"])
    return ticket


@atomic
def recall(*, ticket: Ticket, by: User, at: dt.datetime | None = None) -> Ticket:
    """Call the same ticket once more: the screen shows it on top and speaks again.

    Raises: as :func:`_at_own_window`.
    """
    ticket = _at_own_window(ticket, "recall", by)
    ticket.calls += 1
    ticket.called_at = now_or(at)
    ticket.save(update_fields=["calls", "called_at"])
    return ticket


@atomic
def no_show(*, ticket: Ticket, by: User, at: dt.datetime | None = None) -> Ticket:
    """Nobody came. The ticket goes behind all who wait now, :data:`MAX_RETURNS` times; then it ends as left.

    At the end of the queue nobody goes first, so that the same ticket is not called again at once.

    Raises: as :func:`_at_own_window`.
    """
    ticket = _at_own_window(ticket, "no_show", by)
    ticket.no_shows += 1
    if ticket.no_shows > MAX_RETURNS:
        return _end(ticket, Ticket.State.LEFT, at=now_or(at), also=["no_shows"])
    ticket.is_priority = False
    ticket.queued_at = _back_to_waiting(ticket, at=now_or(at))
    ticket.save(update_fields=["no_shows", "is_priority", "queued_at", "state", "window", "clerk"])
    return ticket


@atomic
def start_serving(*, ticket: Ticket, by: User, at: dt.datetime | None = None) -> Ticket:
    """The petitioner is at the window.

    Raises: as :func:`_at_own_window`.
    """
    ticket = _at_own_window(ticket, "start_serving", by)
    next_period(ticket, Period.Kind.SERVING, at=now_or(at), by=by)
    ticket.state = SERVING
    ticket.save(update_fields=["state"])
    return ticket


@atomic
def transfer(
    *, ticket: Ticket, by: User, service: str = "", window: Window | None = None, at: dt.datetime | None = None
) -> Ticket:
    """Send a ticket on, to another service, to one window, or both. It keeps its place by ``queued_at``.

    Args:
        service: empty keeps the service.
        window: an open window of the queue, which alone will call the ticket; None leaves it to any.

    Raises:
        NotAllowed, OtherWindow, IllegalTicketMove: as :func:`_movable`; a waiting ticket may be sent on by any desk.
        MissingInput: neither service nor window, or an unknown service.
        OutsideQueue, DeskClosed: not a window of this queue, or nobody sits there.
    """
    if not service and window is None:
        raise MissingInput(_("Choose a service or a window."), field="service")
    if service and service not in Purpose.values:
        raise MissingInput(field="service")
    if window is not None:
        _lock_open_desk(window)
    ticket = _movable(ticket, "transfer", by)
    if window is not None and window.centre_id != ticket.centre_id:
        raise OutsideQueue(field="window")
    if ticket.state != WAITING:
        check_own_window(ticket, by)
    ticket.service, ticket.for_window = service or ticket.service, window
    _back_to_waiting(ticket, at=now_or(at))
    ticket.save(update_fields=["service", "for_window", "state", "window", "clerk"])
    return ticket


@atomic
def finish(
    *,
    ticket: Ticket,
    by: User,
    outcome: str,
    submission_key: uuid.UUID,
    answer: str = "",
    person: Person | None = None,
    at: dt.datetime | None = None,
) -> Visit:
    """The quick path: the question was answered, or the petitioner guided elsewhere; ends the ticket as a visit.

    Args:
        outcome: ``answered`` or ``guided``. A matter that becomes a case ends by its registration, see
            :func:`finish_with_visit`.
        person: may stay unknown.

    Raises:
        NotAllowed: the key belongs to a visit of another ticket.
        MissingInput: another outcome.
        OtherWindow, IllegalTicketMove: as :func:`_at_own_window`.
    """
    if outcome not in {Visit.Outcome.ANSWERED, Visit.Outcome.GUIDED}:
        raise MissingInput(field="outcome")
    fresh = lock(ticket)
    earlier = Visit.objects.filter(submission_key=submission_key).first()
    if earlier is not None:
        if earlier.ticket_id != fresh.pk or earlier.clerk_id != by.pk:
            raise NotAllowed()
        return earlier
    fresh = finish_with_visit(ticket=fresh, by=by, at=at)
    return Visit.objects.create(
        centre_id=fresh.centre_id,
        at=fresh.ended_at or now_or(at),
        purpose=fresh.service,
        ticket=fresh,
        clerk=by,
        person=person,
        language=fresh.language,
        outcome=outcome,
        answer=answer.strip(),
        submission_key=submission_key,
    )


@atomic
def finish_with_visit(*, ticket: Ticket, by: User, at: dt.datetime | None = None) -> Ticket:
    """End a ticket in the transaction that writes its visit; the registration calls it. Returns it fresh.

    A ticket that was called and never started counts as served since the call.

    Raises: as :func:`_at_own_window`.
    """
    ticket = _at_own_window(ticket, "finish", by)
    if ticket.state == CALLED:
        Period.objects.filter(ticket=ticket, ended_at__isnull=True).update(kind=Period.Kind.SERVING)
    return _end(ticket, Ticket.State.DONE, at=now_or(at))


@atomic
def leave(*, ticket: Ticket, by: User, at: dt.datetime | None = None) -> Ticket:
    """The petitioner gave up. A waiting ticket may be ended by any desk, a called one by its own.

    Raises: as :func:`_movable`; OtherWindow.
    """
    ticket = _movable(ticket, "leave", by)
    if ticket.state != WAITING:
        check_own_window(ticket, by)
    return _end(ticket, Ticket.State.LEFT, at=now_or(at))


@atomic
def end_leftovers(
    *, centre: Centre, by: User, tickets: Collection[int] | None = None, at: dt.datetime | None = None
) -> int:
    """End the tickets of former days with which nobody waits any more; returns how many those were.

    Args:
        tickets: primary keys; None ends all of them. Tickets of today stay in any case.

    Raises:
        NotAllowed: not a clerk or dispatcher of the centre.
    """
    check_staff(by, centre.pk)
    moment = now_or(at)
    rows = Ticket.objects.waiting().filter(centre=centre, day__lt=local_day(moment))
    if tickets is not None:
        rows = rows.filter(pk__in=tickets)
    ended = [_end(row, Ticket.State.LEFT, at=moment) for row in rows.select_for_update(of=("self",), skip_locked=True)]
    return len(ended)


def _lock_open_desk(window: Window) -> None:
    """Before the ticket, as in close_desk: a window that closes meanwhile keeps no ticket waiting."""
    if Desk.objects.select_for_update().filter(window=window, closed_at__isnull=True).first() is None:
        raise DeskClosed(field="window")


def _movable(ticket: Ticket, move: str, by: User) -> Ticket:
    """The ticket, locked, if ``by`` works in its centre and the move is possible from its state.

    Raises:
        NotAllowed: not a clerk or dispatcher of the centre.
        IllegalTicketMove: not from this state.
    """
    ticket = lock(ticket)
    check_staff(by, ticket.centre_id)
    if ticket.state not in MOVES[move].states:
        raise IllegalTicketMove(move=MOVES[move].label, ticket=ticket.label, state=ticket.get_state_display())
    return ticket


def _at_own_window(ticket: Ticket, move: str, by: User) -> Ticket:
    """As :func:`_movable`, and the ticket is at the window of ``by``'s own open desk.

    Raises:
        NotAllowed, IllegalTicketMove: as :func:`_movable`.
        OtherWindow: it is at another window.
    """
    ticket = _movable(ticket, move, by)
    check_own_window(ticket, by)
    return ticket


def _back_to_waiting(ticket: Ticket, *, at: dt.datetime) -> dt.datetime:
    """Not saved yet; returns the moment from which the ticket waits again."""
    ticket.state, ticket.window, ticket.clerk = WAITING, None, None
    return next_period(ticket, Period.Kind.WAITING, at=at)


def _end(ticket: Ticket, state: str, *, at: dt.datetime, also: Collection[str] = ()) -> Ticket:
    ticket.state, ticket.ended_at = state, next_period(ticket, None, at=at)
    ticket.save(update_fields=["state", "ended_at", *also])
    return ticket
