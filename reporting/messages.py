"""What staff are told by this room."""

from django.utils.translation import gettext_lazy as _

from accounts.notifications import register

register("export.done", _("The list that you asked for is ready: %(rows)s rows. It is kept for seven days."))
register("export.failed", _("The list that you asked for could not be made. The page of your exports tells why."))
