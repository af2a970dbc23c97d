"""What staff are told by the mediation room."""

from django.utils.translation import gettext_lazy as _

from accounts.notifications import register

register("follow_up.due", _("A follow-up visit on case %(number)s is due (day %(day)s, planned for %(date)s)."))
register("session.called", _("A session on case %(number)s was called for %(time)s."))
register("session.moved", _("The session on case %(number)s was moved to %(time)s."))
register("session.cancelled", _("The session on case %(number)s of %(time)s was cancelled."))
register("follow_up.given", _("A follow-up visit on case %(number)s was given to you (planned for %(date)s)."))
register(
    "follow_up.declined", _("Nobody is asked to make the follow-up visit on case %(number)s of %(date)s any more.")
)
register("follow_up.signs", _("A follow-up visit on case %(number)s found signs of escalation."))
register("follow_up.help", _("A follow-up visit on case %(number)s found that help is needed."))
register("follow_up.second", _("A second call on case %(number)s was drawn for you (until %(date)s)."))
register("follow_up.differs", _("A second call on case %(number)s heard something else than the first visit."))
