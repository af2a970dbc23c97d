"""What administrators are told by this room."""

from django.utils.translation import gettext_lazy as _

from accounts.notifications import register

register(
    "outgoing.failing_sms",
    _("No SMS has gone out since %(time)s: the gateway does not take them. Please look at the outgoing messages."),
    is_urgent=True,
)
register(
    "outgoing.failing_email",
    _(
        "No e-mail has gone out since %(time)s: the mail server does not take them. "
        "Please look at the outgoing messages."
    ),
    is_urgent=True,
)
