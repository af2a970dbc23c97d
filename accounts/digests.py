"""E-mails to staff: one in the morning with everything new for the reader; what is urgent goes at once.

Both become outgoing messages under keys that exist once: ``digest:<person>:<day>`` and ``notification:<number>``.
"""

from __future__ import annotations

import datetime as dt

from django.db.models import BooleanField, CharField, Exists, OuterRef, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Notification, OutgoingMessage, User
from accounts.outgoing import queue
from accounts.reminder_rules import load
from governance_center.transactions import atomic

EmailState = Notification.EmailState

LINES = 50
"""Messages that a digest spells out; of the others it tells how many."""


def hand_over(*, now: dt.datetime | None = None, limit: int = 500) -> int:
    """Make outgoing messages of what staff are to be mailed; returns how many. Safe to run twice at once."""
    moment = now or timezone.now()
    made = sum(_urgent(pk) for pk in Notification.objects.urgent().order_by("pk").values_list("pk", flat=True)[:limit])
    return made + _digests(moment, limit)


def _digests(moment: dt.datetime, limit: int) -> int:
    """For readers in whose division the hour has come; what holds there is read once."""
    day, book = timezone.localdate(moment), load()
    if not any(rules.sends_digest(moment) for rules in book.rules.values()):
        return 0
    has_come = book.by_place("division__code", lambda rules: rules.sends_digest(moment), BooleanField())
    pending = Notification.objects.awaiting_email().filter(recipient=OuterRef("pk"))
    key = Concat(Value("digest:"), Cast(OuterRef("pk"), CharField()), Value(f":{day.isoformat()}"))
    mailed = OutgoingMessage.objects.filter(key=key)
    readers = User.objects.alias(has_come=has_come).filter(Exists(pending), ~Exists(mailed), has_come=True)
    return sum(_digest(pk, day) for pk in readers.order_by("pk").values_list("pk", flat=True)[:limit])


@atomic
def _digest(reader_id: int, day: dt.date) -> bool:
    """Make the one e-mail of a reader and day; the lock on the reader makes a second scheduler wait its turn."""
    reader = User.objects.select_for_update(no_key=True).get(pk=reader_id)
    key = f"digest:{reader_id}:{day.isoformat()}"
    if OutgoingMessage.objects.filter(key=key).exists():
        return False
    rows = Notification.objects.filter(recipient=reader).awaiting_email()
    if not reader.is_active or not reader.email:
        rows.update(email_state=EmailState.NONE)
        return False
    last = rows.order_by("-pk").values_list("pk", flat=True).first()
    rows = rows.filter(pk__lte=last or 0)
    rows.filter(read_at__isnull=False).update(email_state=EmailState.READ)
    count = rows.count()
    if not count:
        return False
    with translation.override(reader.language):
        subject, text = _written(rows, count)
    message = queue(
        key=key, channel=OutgoingMessage.Channel.EMAIL, address=reader.email, language=reader.language,
        subject=subject, text=text, place=reader.scope_code,
    )  # fmt: skip
    rows.update(email_state=EmailState.QUEUED, outgoing=message)
    return True


def _written(rows: QuerySet[Notification], count: int) -> tuple[str, str]:
    """Subject and text in the active language, the oldest message first."""
    subject = ngettext(
        "Governance centre: %(count)s new message", "Governance centre: %(count)s new messages", count
    ) % {"count": count}
    lines = [f"- {row.text}" for row in rows.order_by("pk")[:LINES]]
    if count > LINES:
        lines.append(_("… and %(count)s more on your page of notifications.") % {"count": count - LINES})
    return subject, "\n".join([_("New since your last e-mail:"), "", *lines])


@atomic
def _urgent(pk: int) -> bool:
    rows = Notification.objects.urgent().select_for_update(of=("self",), skip_locked=True)
    row = rows.select_related("recipient").filter(pk=pk).first()
    if row is None:
        return False
    with translation.override(row.recipient.language):
        subject, text = _("Governance centre: a message for you"), row.text
    row.outgoing = queue(
        key=f"notification:{row.pk}", channel=OutgoingMessage.Channel.EMAIL, address=row.recipient.email,
        language=row.recipient.language, subject=subject, text=text, is_urgent=True,
    )  # fmt: skip
    row.email_state = EmailState.QUEUED
    row.save(update_fields=["email_state", "outgoing"])
    return True
