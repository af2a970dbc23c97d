"""The project: settings, addresses, the Celery application, local servers, and the kernel everyone stands on.

The kernel (calendar, crypto, errors, events, ledger, scope, transactions) knows nothing of cases. Rules of
the domain stay out of this room.
"""

from governance_center.celery import app as celery_app

__all__ = ("celery_app",)
