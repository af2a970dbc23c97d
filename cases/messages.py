"""What staff are told about cases."""

from django.utils.translation import gettext_lazy as _

from accounts.notifications import register

register("referral.new", _("Case %(number)s was referred to your department as the lead. Please sign for it."))
register("referral.assist", _("Case %(number)s was referred to your department to assist. Please sign for it."))
register("referral.opinion_asked", _("Your department is asked for its opinion on case %(number)s."))
register("case.to_decide", _("Case %(number)s waits for your decision on who leads."))
register("case.screened_out", _("Case %(number)s may not be mediated. Please decide what becomes of it."))
register("referral.screened_out", _("Case %(number)s, for which your department has signed, may not be mediated."))
register("case.reopened", _("Case %(number)s was reopened."))
register("limit.yellow", _("Most of a time limit of case %(number)s is gone; its last day is %(day)s."))
register("limit.red", _("A time limit of case %(number)s has passed; its last day was %(day)s."))
register("limits.yellow", _("Time limits most of which is gone: %(count)s. Open the list to see the cases."))
register("limits.red", _("Time limits that have passed: %(count)s. Open the list to see the cases."))
register("mediation.assigned", _("Case %(number)s was assigned to you for mediation."))
register("mediation.withdrew", _("The mediator withdrew from case %(number)s. Please choose another."))
register(
    "whistle.raised",
    _("Your department is called by a whistle: %(title)s. Please sign for it within the hour."),
    is_urgent=True,
)
register("whistle.reported", _("%(department)s reported in on the whistle “%(title)s”."))
register(
    "whistle.reminded", _("The dispatcher reminds you of the whistle “%(title)s”. Please report in."), is_urgent=True
)
register("whistle.closed", _("The whistle “%(title)s” was closed by the side that raised it."))
register("whistle.unanswered", _("The whistle “%(title)s” was not answered within its limits."), is_urgent=True)
register("supervision.issued", _("A supervision order was issued on %(subject)s. Please answer it with a measure."))
register("supervision.climbed", _("The supervision of %(department)s on %(subject)s climbed to: %(level)s"))
register("supervision.answered", _("%(department)s answered the supervision order on %(subject)s."))
register("supervision.lifted", _("The supervision of %(subject)s was lifted."))
register("case.high_risk", _("Case %(number)s is rated as high risk."), is_urgent=True)
register("case.handed_over", _("Case %(number)s was handed from %(origin)s to %(target)s."))
register("hand_up.asked", _("%(origin)s asks %(target)s to take over case %(number)s. Please answer within the limit."))
register("hand_up.declined", _("%(target)s did not take over case %(number)s; it stays with %(origin)s."))
register("hand_down.reported", _("%(target)s reported to %(origin)s on case %(number)s, which was handed down."))
register("expert.asked", _("You are asked for an opinion on case %(number)s, %(time)s."), is_urgent=True)
register("expert.answered", _("The expert has given an opinion on case %(number)s."))
register(
    "case.screened_in",
    _("Case %(number)s may be mediated after all. Look whether it was routed anew or waits for your decision."),
)
register("exclusion.asked", _("%(division)s asks to leave case %(number)s out of the adjusted rate. Please decide."))
register("exclusion.approved", _("Case %(number)s is left out of the adjusted rate, as you have asked."))
register(
    "exclusion.refused", _("Case %(number)s is not left out of the adjusted rate; the reason stands in its history.")
)
register("exclusion.lifted", _("Case %(number)s counts in the adjusted rate again; the reason stands in its history."))
register("case.merged", _("Case %(number)s was merged into the earlier case %(kept)s, which goes on."))
register("case.unmerged", _("The merging of case %(number)s into %(kept)s was undone; both go on."))
