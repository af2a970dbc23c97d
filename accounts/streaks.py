"""A way to the outside that fails: told to the administrators once, until something goes out by it again."""

from __future__ import annotations

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from accounts.models import FailingStreak, Role, User
from accounts.notifications import notify

TELL_AFTER = 3
"""Failed attempts in a row after which it is no longer one bad number or one short break."""


def on_failure(channel: str) -> None:
    """Count a failed attempt; the third in a row is told. Joins the caller's transaction."""
    rows = FailingStreak.objects.select_for_update()
    streak, _is_new = rows.get_or_create(channel=channel, ended_at=None, defaults={"began_at": timezone.now()})
    streak.failures += 1
    is_news = streak.told_at is None and streak.failures >= TELL_AFTER
    if is_news:
        streak.told_at = timezone.now()
    streak.save(update_fields=["failures", "told_at"])
    if is_news:
        _tell(streak)


def on_success(channel: str) -> None:
    """Something went out: whatever failed before is over. Joins the caller's transaction."""
    FailingStreak.objects.filter(channel=channel, ended_at=None).update(ended_at=timezone.now())


def _tell(streak: FailingStreak) -> None:
    address = reverse("admin:accounts_outgoingmessage_changelist")
    notify(
        User.objects.filter(Q(role=Role.ADMINISTRATOR) | Q(is_superuser=True), is_active=True, is_staff=True),
        f"outgoing.failing_{streak.channel}",
        key=f"outgoing.failing:{streak.pk}",
        params={"time": f"{timezone.localtime(streak.began_at):%m-%d %H:%M}"},
        url=f"{address}?channel__exact={streak.channel}&unsent=yes",
    )
