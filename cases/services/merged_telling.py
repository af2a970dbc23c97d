"""Telling of two cases that were merged, or are two again."""

from __future__ import annotations

from django.urls import reverse

from accounts.notifications import notify
from cases.models import Case, Referral
from cases.services.dispatching import officers_of


def tell_both(case: Case, into: Case, kind: str, key: str) -> None:
    """Tell whoever has either of them in hand: the officers of the departments and the mediators.

    Args:
        kind: of the notification; ``key``: what makes it one.
    """
    people = [one.mediator for one in (case, into) if one.mediator]
    for referral in Referral.objects.current().leading().filter(case__in=[case, into]):
        people += officers_of(referral)
    notify(
        {user.pk: user for user in people}.values(),
        kind,
        key=key,
        params={"number": case.number, "kept": into.number},
        url=reverse("cases:detail", args=[case.number]),
    )
