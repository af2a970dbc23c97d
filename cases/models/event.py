from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User


class EventKind(models.TextChoices):
    """Everything that can happen to a case, as the ledger writes it."""

    REGISTERED = "case.registered", _("registered")
    IMPORTED = "case.imported", _("taken over from an earlier register")
    VISITED = "visit.attached", _("another visit on this matter")
    ACCEPTED = "case.accepted", _("accepted")
    NOT_ACCEPTED = "case.not_accepted", _("not accepted")
    ROUTED = "case.routed", _("routed")
    RULED = "case.ruled", _("the dispatcher decided who leads")
    SIGNED = "referral.signed", _("signed for")
    RETURNED = "referral.returned", _("returned")
    HANDLING_STARTED = "case.handling_started", _("handling started")
    MEDIATOR_ASSIGNED = "mediator.assigned", _("mediator assigned")
    MEDIATOR_WITHDREW = "mediator.withdrew", _("mediator withdrew")
    PROGRESS = "case.progress", _("progress recorded")
    RESOLVED = "case.resolved", _("resolved")
    UNRESOLVED = "case.unresolved", _("ended without a solution")
    WITHDRAWN = "case.withdrawn", _("withdrawn")
    FOLLOW_UP_PLANNED = "follow_up.planned", _("follow-up planned")
    FOLLOW_UP_STARTED = "case.follow_up_started", _("follow-up started")
    FOLLOWED_UP = "follow_up.done", _("followed up")
    REOPENED = "case.reopened", _("reopened")
    CLOSED = "case.closed", pgettext_lazy("case", "closed")
    SCREENED = "case.screened", _("screened for mediation")
    OPINION = "referral.opinion", _("opinion given")
    OPINION_LIFTED = "referral.opinion_lifted", _("opinion no longer required")
    APPOINTED = "appointment.made", _("appointment made")
    CALLED = "on_call.called", _("department called")
    ARRIVED = "on_call.arrived", _("department arrived")
    PAUSED = "limit.paused", _("limit paused")
    RESUMED = "limit.resumed", _("limit goes on")
    EXTENDED = "limit.extended", _("limit extended")
    RECOMPUTED = "limit.recomputed", _("limit moved by the calendar")
    SUPERVISED = "supervision.issued", _("supervision order")
    SUPERVISION_ANSWERED = "supervision.answered", _("supervision order answered")
    SUPERVISION_LIFTED = "supervision.lifted", _("supervision order lifted")
    WHISTLED = "whistle.raised", _("whistle raised")
    HAND_UP_ASKED = "hand_up.asked", _("asked the level above to take it")
    HAND_UP_DECLINED = "hand_up.declined", _("the level above did not take it")
    HANDED_OVER = "case.handed_over", _("handed to another level")
    HAND_DOWN_REPORTED = "hand_down.reported", _("reported to the level above")
    RISK_RATED = "case.risk_rated", _("risk rated")
    EXPERT_ASKED = "expert.asked", _("expert asked")
    EXPERT_ANSWERED = "expert.answered", _("expert gave an opinion")
    RIGHTS_TOLD = "mediation.rights_told", _("parties told their rights")
    SESSION_CALLED = "session.called", _("session called")
    SESSION_MOVED = "session.moved", _("session moved")
    SESSION_CANCELLED = "session.cancelled", _("session cancelled")
    SESSION_HELD = "session.held", _("session held")
    SESSION_FAILED = "session.failed", _("session came to nothing")
    DOCUMENT_KEPT = "document.kept", _("paper kept")
    NOTICE_SENT = "notice.sent", _("notice given to a party")
    EXTENSION_AGREED = "mediation.extended", _("parties agreed to a longer mediation")
    AGREEMENT_SIGNED = "agreement.signed", _("agreement signed")
    AGREEMENT_SEALED = "agreement.sealed", _("agreement sealed")
    AGREEMENT_IN_FORCE = "agreement.in_force", _("agreement in force")
    PERFORMED = "agreement.performed", _("performance recorded")
    PERFORMANCE_URGED = "agreement.urged", _("performance urged")
    GUIDED_TO_COURT = "agreement.guided_to_court", _("guided to the court")
    CONFIRMATION_ASKED = "confirmation.asked", _("judicial confirmation applied for")
    CONFIRMATION_DECIDED = "confirmation.decided", _("court decided on the confirmation")
    FOLLOW_UP_CANCELLED = "follow_up.cancelled", _("follow-up cancelled")
    SECOND_CALL_DRAWN = "follow_up.second_call", _("drawn for a second call")
    PRESCRIBED = "case.prescribed", _("root diagnosed and remedy prescribed")
    FILE_MADE = "file.made", _("complete file made")
    OFFER_MADE = "offer.made", _("a side made an offer")
    OFFER_ANSWERED = "offer.answered", _("the other side answered an offer")
    CORRECTED = "case.corrected", _("entry corrected")
    MERGED = "case.merged", _("merged into an earlier case")
    UNMERGED = "case.unmerged", _("merging undone")
    EXCLUSION_ASKED = "exclusion.asked", _("asked to leave it out of the adjusted rate")
    EXCLUSION_DECIDED = "exclusion.decided", _("decided on leaving it out of the adjusted rate")


class CaseEvent(models.Model):
    """One entry of a case's ledger: append-only, hash-chained, guarded by database triggers.

    ``data`` holds codes, numbers and digests, never names or texts: what may have to be erased one day
    must not stand where nothing can be erased.
    """

    case = models.ForeignKey("cases.Case", models.PROTECT, related_name="events", verbose_name=_("case"))
    sequence = models.PositiveIntegerField(_("entry"))
    kind = models.CharField(_("event"), max_length=32, choices=EventKind.choices)
    at = models.DateTimeField(_("at"))
    actor = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by"))
    data = models.JSONField(_("details"), default=dict)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger entries")
        ordering = ("case", "sequence")
        constraints = (models.UniqueConstraint(fields=("case", "sequence"), name="cases_caseevent_sequence"),)

    def __str__(self) -> str:
        return f"{self.case_id}#{self.sequence} {self.kind}"
