from celery import shared_task

from accounts import digests, outgoing


@shared_task
def deliver_notifications() -> int:
    """Make e-mails of what staff are to be told; safe to run twice at once."""
    return digests.hand_over()


@shared_task
def deliver_outgoing() -> int:
    """Send what waits for the outside; safe to run twice at once."""
    return outgoing.deliver_outgoing()
