from celery import shared_task

from accounts import services


@shared_task
def deliver_notifications() -> int:
    """Send the e-mails that wait; safe to run twice at once."""
    return services.deliver_notifications()
