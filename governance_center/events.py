"""Domain events: how a lower floor tells an upper one that something happened.

``cases`` may not import ``mediation``, yet a resolution must make a follow-up plan. The lower floor
publishes a named event; the upper floor subscribes in its ``apps.py``. Subscribers run at once, in
the publisher's transaction: if one fails, nothing is written.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

Subscriber = Callable[..., None]

_subscribers: dict[str, list[Subscriber]] = defaultdict(list)


def subscribe(event: str, subscriber: Subscriber) -> None:
    """Call ``subscriber(**payload)`` whenever ``event`` is published. Subscribing twice counts once."""
    if subscriber not in _subscribers[event]:
        _subscribers[event].append(subscriber)


def publish(event: str, **payload: Any) -> None:
    """Tell every subscriber of ``event``, in the order in which they subscribed."""
    for subscriber in _subscribers[event]:
        subscriber(**payload)
