"""State changes of accounts: reading and delivering notifications, choosing a language."""

from __future__ import annotations

from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import Notification, User

MAX_EMAIL_ATTEMPTS = 5


def mark_read(*, user: User, notification_ids: list[int] | None = None) -> int:
    """Mark the user's notifications (all, or those named) as read; returns how many were unread."""
    unread = Notification.objects.filter(recipient=user).unread()
    if notification_ids is not None:
        unread = unread.filter(pk__in=notification_ids)
    return unread.update(read_at=timezone.now())


def choose_language(*, user: User, language: str) -> None:
    """Remember the language a user works in; reminders and e-mails use it."""
    User.objects.filter(pk=user.pk).update(language=language)


def deliver_notifications(*, limit: int = 500) -> int:
    """Send the e-mails that are still to be sent; returns how many went out.

    Each notification is locked while it is sent (``SKIP LOCKED``: two workers never take the same one)
    and committed by itself. A failure is counted and tried again by the next sweep; after
    :data:`MAX_EMAIL_ATTEMPTS` it is marked failed, which the administrator sees.
    """
    sent = 0
    connection = get_connection()
    for pk in Notification.objects.awaiting_email().order_by("pk").values_list("pk", flat=True)[:limit]:
        sent += _deliver_one(pk, connection)
    return sent


def send_again(*, notification_ids: list[int]) -> int:
    """Put the failed e-mails among these back into the outbox with all attempts anew; returns how many."""
    failed = Notification.objects.filter(pk__in=notification_ids, email_state=Notification.EmailState.FAILED)
    return failed.update(email_state=Notification.EmailState.PENDING, email_attempts=0)


@transaction.atomic
def _deliver_one(pk: int, connection: BaseEmailBackend) -> bool:
    row = (
        Notification.objects.awaiting_email()
        .select_for_update(of=("self",), skip_locked=True)
        .select_related("recipient")
        .filter(pk=pk)
        .first()
    )
    if row is None:
        return False
    row.email_attempts += 1
    try:
        _email(row, connection).send()
    except Exception as error:  # whatever a mail server does, the next sweep tries again
        row.email_error = type(error).__name__
        if row.email_attempts >= MAX_EMAIL_ATTEMPTS:
            row.email_state = Notification.EmailState.FAILED
    else:
        row.email_state, row.emailed_at, row.email_error = Notification.EmailState.SENT, timezone.now(), ""
    row.save(update_fields=["email_attempts", "email_error", "email_state", "emailed_at"])
    return row.email_state == Notification.EmailState.SENT


def _email(row: Notification, connection: BaseEmailBackend) -> EmailMessage:
    with translation.override(row.recipient.language):
        return EmailMessage(
            subject=_("Governance centre: a message for you"),
            body=row.text,
            to=[row.recipient.email],
            headers={"Message-ID": f"<notification-{row.pk}@governance-centre.invalid>"},
            connection=connection,
        )
