from celery import shared_task
from django.utils import timezone

from reporting.services import watching


@shared_task
def watch() -> int:
    """Look for early warnings and repeated incidents of yesterday, once; safe to run twice at once."""
    return watching.watch(today=timezone.localdate())
