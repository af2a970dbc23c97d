from celery import shared_task
from django.utils import timezone

from mediation.services import reminding, second_calls


@shared_task
def sweep_follow_ups() -> int:
    """Remind of what has fallen due, by day only; safe to run twice at once."""
    return reminding.sweep(today=timezone.localdate(), at=timezone.now())


@shared_task
def draw_second_calls() -> int:
    """Draw the second calls of last week, once for each county; safe to run twice at once."""
    return second_calls.draw_week(today=timezone.localdate())
