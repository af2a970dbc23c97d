from celery import shared_task
from django.utils import timezone

from mediation.services import follow_ups


@shared_task
def sweep_follow_ups() -> int:
    """Remind of the visits that have fallen due; safe to run twice at once."""
    return follow_ups.sweep(today=timezone.localdate())
