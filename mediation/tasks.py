from celery import shared_task
from django.utils import timezone

from mediation.services import reminding


@shared_task
def sweep_follow_ups() -> int:
    """Remind of the visits that have fallen due; safe to run twice at once."""
    return reminding.sweep(today=timezone.localdate())
