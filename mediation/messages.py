"""What staff are told by the mediation room."""

from django.utils.translation import gettext_lazy as _

from accounts.notifications import register

register("follow_up.due", _("A follow-up visit on case %(number)s is due (day %(day)s, planned for %(date)s)."))
register("session.called", _("A session on case %(number)s was called for %(time)s."))
register("session.moved", _("The session on case %(number)s was moved to %(time)s."))
register("session.cancelled", _("The session on case %(number)s of %(time)s was cancelled."))
register("session.new_lead", _("The session on case %(number)s of %(time)s has another lead mediator now."))
register("mediation.assisting", _("You assist in the mediation of case %(number)s."))
register("mediation.recusal_asked", _("On case %(number)s a party asks that a mediator withdraws. Please decide."))
register("mediation.recusal_accepted", _("On case %(number)s it was decided that the mediator withdraws."))
register("mediation.recusal_refused", _("On case %(number)s it was decided that the mediator stays."))
register("mediation.released", _("You no longer assist in the mediation of case %(number)s."))
