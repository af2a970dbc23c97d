"""What staff are told by the mediation room."""

from django.utils.translation import gettext_lazy as _

from accounts.notifications import register

register("follow_up.due", _("A follow-up visit on case %(number)s is due (day %(day)s, planned for %(date)s)."))
register("session.called", _("A session on case %(number)s was called for %(time)s."), is_urgent=True)
register("session.moved", _("The session on case %(number)s was moved to %(time)s."), is_urgent=True)
register("session.cancelled", _("The session on case %(number)s of %(time)s was cancelled."), is_urgent=True)
register(
    "session.new_lead", _("The session on case %(number)s of %(time)s has another lead mediator now."), is_urgent=True
)
register(
    "follow_up.overdue",
    _("The follow-up visit on case %(number)s was not made yet (day %(day)s, planned for %(date)s)."),
)
register(
    "follow_up.escalated",
    _("Nobody has made the follow-up visit on case %(number)s (day %(day)s, planned for %(date)s)."),
)
register("performance.soon", _("On %(date)s something agreed in case %(number)s is to be performed."))
register("performance.due", _("Today, %(date)s, something agreed in case %(number)s is to be performed."))
register("performance.overdue", _("What was agreed in case %(number)s should have been performed by %(date)s."))
register(
    "notice.failed",
    _(
        "A notice of the session on case %(number)s could not be delivered to %(party)s. "
        "Please reach the party otherwise."
    ),
    is_urgent=True,
)
register("mediation.assisting", _("You assist in the mediation of case %(number)s."))
register("mediation.recusal_asked", _("On case %(number)s a party asks that a mediator withdraws. Please decide."))
register("mediation.recusal_accepted", _("On case %(number)s it was decided that the mediator withdraws."))
register("mediation.recusal_refused", _("On case %(number)s it was decided that the mediator stays."))
register("mediation.released", _("You no longer assist in the mediation of case %(number)s."))
register("follow_up.given", _("A follow-up visit on case %(number)s was given to you (planned for %(date)s)."))
register(
    "follow_up.declined", _("Nobody is asked to make the follow-up visit on case %(number)s of %(date)s any more.")
)
register("follow_up.signs", _("A follow-up visit on case %(number)s found signs of escalation."))
register("follow_up.help", _("A follow-up visit on case %(number)s found that help is needed."))
register("follow_up.second", _("A second call on case %(number)s was drawn for you (until %(date)s)."))
register("follow_up.differs", _("A second call on case %(number)s heard something else than the first visit."))
