"""What staff are told by the room of figures."""

from django.utils.translation import gettext_lazy as _

from accounts.notifications import register

register("export.done", _("The list that you asked for is ready: %(rows)s rows. It is kept for seven days."))
register("export.failed", _("The list that you asked for could not be made. The page of your exports tells why."))
register(
    "warning.opened",
    _("Early warning: %(place)s, %(category)s: %(count)s cases in %(days)s days, %(expected)s are usual."),
)
register(
    "warning.opened_several",
    _("%(warnings)s new early warnings; the clearest: %(place)s, %(category)s, %(count)s cases in %(days)s days."),
)
