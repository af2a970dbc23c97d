"""What staff are told by the room of figures."""

from django.utils.translation import gettext_lazy as _

from accounts.notifications import register

register(
    "warning.opened",
    _("Early warning: %(place)s, %(category)s: %(count)s cases in %(days)s days, %(expected)s are usual."),
)
register(
    "warning.opened_several",
    _("%(warnings)s new early warnings; the clearest: %(place)s, %(category)s, %(count)s cases in %(days)s days."),
)
