"""Messages to the outside: queued once for a key, delivered at least once, given up visibly.

An attempt is counted and the time of the next one written before the gateway is called. A worker that is killed
while sending therefore holds nothing, the message is tried again with the same key, and one that kills every worker
ends among the dead letters.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterable

from django.db.models import BooleanField, Q
from django.utils import timezone

from accounts import streaks
from accounts.gateways import Gateway, Message, Refused, gateway_for
from accounts.models import Notification, OutgoingMessage
from accounts.reminder_rules import Book, load
from governance_center import events
from governance_center.transactions import atomic

State = OutgoingMessage.State

MAX_ATTEMPTS = 8
LEASE = dt.timedelta(minutes=1)
"""An attempt is over after this long; nobody else tries the message before."""

FIRST_WAIT, LONGEST_WAIT = dt.timedelta(minutes=1), dt.timedelta(hours=6)
"""The wait after a failure doubles from the first to the longest; how much of it is waited is chance."""


def is_quiet(moment: dt.datetime, place: str = "") -> bool:
    """Whether nobody in a division is told anything but what is urgent at this hour of the local day."""
    return load().of(place).is_quiet(moment)


def queue(
    *,
    key: str,
    channel: str,
    address: str,
    language: str,
    text: str,
    subject: str = "",
    is_urgent: bool = False,
    not_before: dt.datetime | None = None,
    place: str = "",
) -> OutgoingMessage:
    """Have a message sent; a second call with the same key is the same message. Joins the caller's transaction.

    Args:
        place: code of the division whose quiet hours hold.
    """
    moment = not_before or timezone.now()
    row = OutgoingMessage(
        key=key, channel=channel, address=address, language=language, subject=subject, text=text,
        is_urgent=is_urgent, place=place,
        next_try_at=moment if is_urgent else load().of(place).after_quiet(moment),
    )  # fmt: skip
    OutgoingMessage.objects.bulk_create([row], ignore_conflicts=True)
    return OutgoingMessage.objects.get(key=key)


@atomic
def drop(keys: Iterable[str]) -> int:
    """Do not send what is still waiting under these keys: something newer is told instead; returns how many."""
    return OutgoingMessage.objects.waiting().filter(key__in=list(keys)).update(state=State.DROPPED)


def deliver_outgoing(*, limit: int = 500) -> int:
    """Send what waits and whose time has come, at most ``limit``; returns how many were taken by their gateway.

    Each message is claimed and settled in transactions of its own (``SKIP LOCKED``: two workers share the work).
    """
    sent, gateways, book = 0, dict[str, Gateway](), load()
    for _each in range(limit):
        row = _claim(timezone.now(), book)
        if row is None:
            break
        if row.state == State.WAITING:
            gateway = gateways.setdefault(row.channel, gateway_for(row.channel))
            sent += _attempt(row, gateway)
    return sent


@atomic
def send_again(*, message_ids: Iterable[int]) -> int:
    """Give the dead letters among these all their attempts anew, under their old keys; returns how many."""
    dead = OutgoingMessage.objects.dead().filter(pk__in=list(message_ids))
    keys = list(dead.select_for_update().values_list("pk", flat=True))
    Notification.objects.filter(outgoing__in=keys).update(email_state=Notification.EmailState.QUEUED)
    rows = OutgoingMessage.objects.filter(pk__in=keys)
    return rows.update(state=State.WAITING, attempts=0, error="", next_try_at=timezone.now())


def backoff(attempts: int) -> dt.timedelta:
    """How long to wait after so many attempts: any time up to a bound that doubles (exponential, full jitter)."""
    doubled: int = 2 ** (attempts - 1)
    bound = min(LONGEST_WAIT, FIRST_WAIT * doubled)
    return bound * random.random()  # noqa: S311  spreads the load, keeps no secret


@atomic
def _claim(now: dt.datetime, book: Book) -> OutgoingMessage | None:
    """The next message to be tried, its attempt counted; what died with its last worker is given up here."""
    # What lies further ahead than any wait was written before the clock went back.
    has_come = Q(next_try_at__lte=now) | Q(attempts__gt=0, next_try_at__gt=now + LEASE + LONGEST_WAIT)
    quiet = book.by_place("place", lambda rules: rules.is_quiet(now), BooleanField())
    rows = OutgoingMessage.objects.waiting().alias(quiet=quiet).filter(has_come, Q(is_urgent=True) | Q(quiet=False))
    row = rows.select_for_update(skip_locked=True).order_by("next_try_at", "pk").first()
    if row is None:
        return None
    if row.attempts >= MAX_ATTEMPTS:
        _give_up(row, row.error or "no answer")
        return row
    row.attempts += 1
    row.next_try_at = now + LEASE + backoff(row.attempts)
    row.save(update_fields=["attempts", "next_try_at"])
    return row


def _attempt(row: OutgoingMessage, gateway: Gateway) -> bool:
    try:
        gateway.send(Message(row.address, row.language, row.subject, row.text), row.key)
    except Refused as error:
        _failed(row, f"refused: {error}", is_final=True)
    except Exception as error:  # whatever a gateway does, the message is tried again
        _failed(row, type(error).__name__, is_final=row.attempts >= MAX_ATTEMPTS)
    else:
        _sent(row)
        return True
    return False


@atomic
def _sent(row: OutgoingMessage) -> None:
    OutgoingMessage.objects.filter(pk=row.pk).update(state=State.SENT, sent_at=timezone.now(), error="")
    Notification.objects.filter(outgoing=row).update(email_state=Notification.EmailState.SENT)
    streaks.on_success(row.channel)


@atomic
def _failed(row: OutgoingMessage, error: str, *, is_final: bool) -> None:
    """Remember why; a message that was sent or dropped meanwhile stays so."""
    fresh = OutgoingMessage.objects.waiting().select_for_update().filter(pk=row.pk).first()
    if fresh is None:
        return
    if is_final:
        _give_up(fresh, error)
        return
    fresh.error = error[:200]
    fresh.save(update_fields=["error"])
    streaks.on_failure(fresh.channel)


def _give_up(row: OutgoingMessage, error: str) -> None:
    row.state, row.error = State.DEAD, error[:200]
    row.save(update_fields=["state", "error"])
    Notification.objects.filter(outgoing=row).update(email_state=Notification.EmailState.FAILED)
    streaks.on_failure(row.channel)
    events.publish("outgoing.dead", message=row)
