from celery import shared_task

from reporting.rollups.folding import fold
from reporting.rollups.snapshots import take_backlog


@shared_task
def fold_rollups() -> int:
    """Fold what has changed into the roll-ups; one worker at a time does it, the others go home."""
    return fold()


@shared_task
def snapshot_backlog() -> int:
    """Keep how many cases were open at the end of yesterday; a day is kept once."""
    return take_backlog()
