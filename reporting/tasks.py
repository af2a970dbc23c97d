from celery import shared_task

from reporting.services import exports


@shared_task
def run_export(export_id: int) -> str:
    """Make the file of a request; safe to be sent any number of times."""
    return exports.run_export(export_id)


@shared_task
def sweep_exports() -> int:
    """Start exports that wait, take up those that lost their worker, remove old files; safe to run twice at once."""
    return exports.sweep_exports()
