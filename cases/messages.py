"""What staff are told about cases."""

from django.utils.translation import gettext_lazy as _

from accounts.notifications import register

register("referral.new", _("Case %(number)s was referred to your department as the lead. Please sign for it."))
register("referral.assist", _("Case %(number)s was referred to your department to assist. Please sign for it."))
register("referral.opinion_asked", _("Your department is asked for its opinion on case %(number)s."))
register("case.to_decide", _("Case %(number)s waits for your decision on who leads."))
register("case.reopened", _("Case %(number)s was reopened."))
register("limit.yellow", _("Most of a time limit of case %(number)s is gone; its last day is %(day)s."))
register("limit.red", _("A time limit of case %(number)s has passed; its last day was %(day)s."))
register("limits.yellow", _("Time limits most of which is gone: %(count)s. Open the list to see the cases."))
register("limits.red", _("Time limits that have passed: %(count)s. Open the list to see the cases."))
register("mediation.assigned", _("Case %(number)s was assigned to you for mediation."))
