"""State changes of accounts: reading notifications, choosing a language."""

from __future__ import annotations

from django.utils import timezone

from accounts.models import Notification, User


def mark_read(*, user: User, notification_ids: list[int] | None = None) -> int:
    """Mark the user's notifications (all, or those named) as read; returns how many were unread."""
    unread = Notification.objects.filter(recipient=user).unread()
    if notification_ids is not None:
        unread = unread.filter(pk__in=notification_ids)
    return unread.update(read_at=timezone.now())


def choose_language(*, user: User, language: str) -> None:
    """Remember the language a user works in; reminders and e-mails use it."""
    User.objects.filter(pk=user.pk).update(language=language)
