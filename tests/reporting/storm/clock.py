"""A clock that leaps while many work, the same in every process that knows when it began."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.utils import timezone

EVERY, LEAP = dt.timedelta(seconds=4), dt.timedelta(hours=30)
"""So often the clock leaps, and how far: limits of days run out and midnights pass under those who write and read."""


def leaping(began: dt.datetime) -> Callable[[], dt.datetime]:
    """What is to take the place of ``timezone.now``: right until ``began``, and ahead by a leap for each part of the
    time since."""
    real = timezone.now

    def now() -> dt.datetime:
        at = real()
        return at + LEAP * max(0, (at - began) // EVERY)

    return now
