"""The second calls of the demo: drawn of the visits of two weeks, half of them made already."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from mediation.models import FollowUp
from mediation.services.follow_ups import record_follow_up
from mediation.services.second_calls import draw_week

MADE, DIFFERING = 2, 12
"""One in so many is made already; one in so many heard that less is performed than the first visit had been told."""


def build() -> int:
    """Draw as the beat did on the last two Mondays, and make some of the calls; returns how many were made."""
    today, made = timezone.localdate(), 0
    monday = today - dt.timedelta(days=today.weekday())
    for drawn_on in (monday - dt.timedelta(days=7), monday):
        draw_week(today=drawn_on)
    calls = FollowUp.objects.second_calls().planned().select_related("second_of", "assignee").order_by("pk")
    for number, call in enumerate(calls):
        first = call.second_of
        if number % MADE or call.assignee is None or first is None:
            continue
        heard = FollowUp.Outcome.PERFORMING if number % DIFFERING == 0 else first.outcome
        record_follow_up(follow_up=call, by=call.assignee, outcome=heard, satisfaction=first.satisfaction)
        made += 1
    return made
