from celery import shared_task
from django.utils import timezone

from reporting.briefing import frozen, issuing
from reporting.rollups.folding import fold
from reporting.rollups.snapshots import take_backlog
from reporting.services import exports, watching


@shared_task
def fold_rollups() -> int:
    """Fold what has changed into the roll-ups; one worker at a time does it, the others go home."""
    return fold()


@shared_task
def snapshot_backlog() -> int:
    """Keep how many cases were open at the end of yesterday; a day is kept once."""
    return take_backlog()


@shared_task
def run_export(export_id: int) -> str:
    """Make the file of a request; safe to be sent any number of times."""
    return exports.run_export(export_id)


@shared_task
def sweep_exports() -> int:
    """Start exports that wait, take up those that lost their worker, remove old files; safe to run twice at once."""
    return exports.sweep_exports()


@shared_task
def watch() -> int:
    """Look for early warnings and repeated incidents of yesterday, once; safe to run twice at once."""
    return watching.watch(today=timezone.localdate())


@shared_task
def publish_months() -> int:
    """Freeze the figures of last month, once for each division; safe to run twice at once."""
    return frozen.freeze_due(today=timezone.localdate(), at=timezone.now())


@shared_task
def draft_briefings() -> int:
    """Draft the briefings that have fallen due, once for each division and period; safe to run twice at once."""
    return issuing.draft_due(today=timezone.localdate(), at=timezone.now())
