"""Taking a ticket: numbers of a centre, day and service, without gaps and never given twice."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import IntegrityError, connection

from accounts.models import Language, User
from departments.models import Centre
from governance_center.calendar import local_day
from governance_center.errors import MissingInput, NotAllowed
from governance_center.transactions import atomic
from intake.models import Hall, Period, Purpose, Ticket
from intake.queue_times import QueueNow
from intake.services.queue_common import TooManyTickets, check_staff, now_or

KIOSK_PER_MINUTE = 30
"""More tickets than people can press buttons for: somebody plays with the address of the kiosk."""


def take_ticket(
    *,
    centre: Centre,
    service: str,
    language: str,
    submission_key: uuid.UUID,
    priority: str = "",
    by: User | None = None,
    at: dt.datetime | None = None,
) -> Ticket:
    """Give out the next number of the day and service; the same key gives the same ticket again.

    Args:
        priority: a code of ``Ticket.Priority``, empty for none. Those who have one go first.
        by: who takes it for the petitioner at the desk; None is the kiosk.

    Raises:
        NotAllowed: ``by`` is no clerk or dispatcher of the centre, or the key belongs to another centre.
        MissingInput: no such service, language or priority.
    """
    earlier = _taken_before(centre, submission_key)
    if earlier is not None:
        return earlier
    try:
        return _take(
            centre=centre, service=service, language=language, key=submission_key, priority=priority, by=by, at=at
        )
    except IntegrityError:
        earlier = _taken_before(centre, submission_key)
        if earlier is None:
            raise
        return earlier


def take_at_kiosk(*, hall: Hall, service: str, language: str, submission_key: uuid.UUID, priority: str = "") -> Ticket:
    """:func:`take_ticket` without signing in.

    Raises:
        MissingInput: as there.
        TooManyTickets: more than :data:`KIOSK_PER_MINUTE` within a minute.
    """
    minute_ago = now_or(None) - dt.timedelta(minutes=1)
    recent = Ticket.objects.filter(centre=hall.centre_id, day=local_day(now_or(None)), taken_at__gte=minute_ago)
    if recent.count() >= KIOSK_PER_MINUTE:
        raise TooManyTickets()
    return take_ticket(
        centre=hall.centre, service=service, language=language, submission_key=submission_key, priority=priority
    )


def _taken_before(centre: Centre, key: uuid.UUID) -> Ticket | None:
    ticket = Ticket.objects.filter(submission_key=key).first()
    if ticket is not None and ticket.centre_id != centre.pk:
        raise NotAllowed()
    return ticket


@atomic
def _take(
    *,
    centre: Centre,
    service: str,
    language: str,
    key: uuid.UUID,
    priority: str,
    by: User | None,
    at: dt.datetime | None,
) -> Ticket:
    if by is not None:
        check_staff(by, centre.pk)
    for field, value, known in (
        ("service", service, Purpose.values),
        ("language", language, Language.values),
        ("priority", priority, Ticket.Priority.values),
    ):
        if value not in known:
            raise MissingInput(field=field)
    expected = QueueNow.of(centre.pk, at=now_or(at)).expected_wait(service, is_priority=bool(priority))
    day = local_day(now_or(at))
    number = _next_number(centre.pk, day, service)
    # Only now, with the series locked: who has the lower number also stands before the other.
    moment = now_or(at)
    ticket = Ticket.objects.create(
        centre=centre,
        day=day,
        service=service,
        taken_as=service,
        number=number,
        language=language,
        priority=priority,
        is_priority=bool(priority),
        taken_at=moment,
        queued_at=moment,
        expected_wait=expected,
        submission_key=key,
    )
    Period.objects.create(ticket=ticket, kind=Period.Kind.WAITING, service=service, started_at=moment)
    return ticket


def _next_number(centre_code: str, day: dt.date, service: str) -> int:
    """The next number of the series; its row stays locked until the transaction ends, a rollback gives it back."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO intake_ticketseries AS series (centre_id, day, service, last) VALUES (%s, %s, %s, 1) "
            "ON CONFLICT (centre_id, day, service) DO UPDATE SET last = series.last + 1 RETURNING last",
            [centre_code, day, service],
        )
        return int(cursor.fetchone()[0])
