from celery import shared_task
from django.utils import timezone

from cases.services import supervision, whistles


@shared_task
def sweep_whistles() -> int:
    """Let unanswered whistles climb, and issue the supervision orders that the clock asks for."""
    now = timezone.now()
    return whistles.sweep_whistles(now=now) + supervision.sweep_supervision(now=now)
