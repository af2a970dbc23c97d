from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import OutgoingMessage, User
from mediation.models.session import Session


class Notice(models.Model):
    """That a party was told of a session: on paper by hand, by SMS or by e-mail.

    ``version`` counts how often the session was moved before; a party is told once of each version and channel.
    ``outgoing`` says whether it was delivered; what is given on paper is.
    """

    class Occasion(models.TextChoices):
        CALLED = "called", _("called to the session")
        MOVED = "moved", _("told of the new time or place")
        CANCELLED = "cancelled", _("told that it was cancelled")
        REMINDER = "reminder", _("reminded the day before")

    class Channel(models.TextChoices):
        PAPER = "paper", pgettext_lazy("notice", "on paper")
        SMS = "sms", _("SMS")
        EMAIL = "email", _("e-mail")

    session = models.ForeignKey(Session, models.CASCADE, related_name="notices", verbose_name=_("mediation session"))
    party = models.ForeignKey("cases.CaseParty", models.CASCADE, related_name="+", verbose_name=_("party"))
    occasion = models.CharField(_("occasion"), max_length=10, choices=Occasion.choices)
    channel = models.CharField(_("channel"), max_length=5, choices=Channel.choices)
    version = models.PositiveSmallIntegerField(_("times moved"), default=0)
    outgoing = models.ForeignKey(
        OutgoingMessage, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("outgoing message")
    )
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("notice to a party")
        verbose_name_plural = _("notices to parties")
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(
                fields=("session", "party", "occasion", "channel", "version"), name="mediation_notice_once"
            ),
            models.CheckConstraint(
                condition=Q(channel="paper", outgoing__isnull=True) | ~Q(channel="paper") & Q(outgoing__isnull=False),
                name="mediation_notice_has_its_message",
            ),
        )

    def __str__(self) -> str:
        return f"{self.session_id} {self.party_id} {self.occasion} {self.channel}"

    @property
    def fate(self) -> str:
        """``delivered``, ``waiting``, ``failed`` or ``overtaken``."""
        states = OutgoingMessage.State
        fates = {states.SENT: "delivered", states.DEAD: "failed", states.DROPPED: "overtaken"}
        return fates.get(states(self.outgoing.state), "waiting") if self.outgoing else "delivered"
