"""What can be told to staff. The upper floors register their kinds here, each with its sentence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.functional import Promise

from accounts.models import Notification, User

_sentences: dict[str, Promise | str] = {}


def register(kind: str, sentence: Promise | str) -> None:
    """Make ``kind`` known; ``sentence`` is lazily translated and may hold ``%(name)s`` parameters."""
    _sentences[kind] = sentence


def text_of(kind: str, params: Mapping[str, Any]) -> str:
    """The sentence of ``kind`` in the active language."""
    return str(_sentences[kind]) % dict(params)


def notify(
    recipients: Iterable[User], kind: str, *, key: str, params: Mapping[str, Any] | None = None, url: str = ""
) -> None:
    """Tell each recipient once: a second call with the same ``key`` tells nobody again.

    Runs in the caller's transaction, so that nobody hears of what was rolled back. E-mails follow from
    :func:`accounts.services.deliver_notifications`.
    """
    if kind not in _sentences:
        raise LookupError(f"unknown notification kind {kind!r}")
    pending, none = Notification.EmailState.PENDING, Notification.EmailState.NONE
    rows = [
        Notification(
            recipient=user,
            kind=kind,
            params=dict(params or {}),
            url=url,
            key=key,
            email_state=pending if user.email else none,
        )
        for user in recipients
    ]
    if rows:
        Notification.objects.bulk_create(rows, ignore_conflicts=True)
