from celery import shared_task
from django.utils import timezone

from mediation.services import reminding, second_calls


@shared_task
def sweep_follow_ups() -> int:
    """Remind of the visits that have fallen due; safe to run twice at once."""
    return reminding.sweep(today=timezone.localdate())


@shared_task
def draw_second_calls() -> int:
    """Draw the second calls of last week, once for each county; safe to run twice at once."""
    return second_calls.draw_week(today=timezone.localdate())
