from celery import shared_task

from intake.services import imports


@shared_task
def run_import(job_id: int) -> str:
    """Take over, or check, the register of a job; safe to be sent any number of times."""
    return imports.run_import(job_id)


@shared_task
def sweep_imports() -> int:
    """Start imports that wait and take up those that lost their worker; safe to run twice at once."""
    return imports.sweep_imports()
