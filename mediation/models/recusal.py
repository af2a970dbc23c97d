from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from mediation.models.committee import Mediator
from mediation.models.conflict import Conflict


class Recusal(models.Model):
    """A party asks that a mediator withdraws (申请回避); a dispatcher decides, and both reasons are kept."""

    class State(models.TextChoices):
        ASKED = "asked", _("to be decided")
        ACCEPTED = "accepted", _("the mediator withdraws")
        REFUSED = "refused", _("the mediator stays")
        LAPSED = "lapsed", _("no longer needed")

    case = models.ForeignKey("cases.Case", models.CASCADE, related_name="recusals", verbose_name=_("case"))
    mediator = models.ForeignKey(Mediator, models.PROTECT, related_name="recusals", verbose_name=_("mediator"))
    party = models.ForeignKey("cases.CaseParty", models.CASCADE, related_name="+", verbose_name=_("who asks"))
    relation = models.CharField(_("relation"), max_length=16, choices=Conflict.Relation.choices)
    reason = models.ForeignKey("cases.Note", models.PROTECT, related_name="+", verbose_name=_("reason"))
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("recorded by"))
    recorded_at = models.DateTimeField(_("recorded at"))
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.ASKED)
    decision = models.ForeignKey(
        "cases.Note", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("reason of the decision")
    )
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)

    class Meta:
        verbose_name = _("request that a mediator withdraws")
        verbose_name_plural = _("requests that a mediator withdraws")
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(
                fields=("case", "mediator", "party"), condition=Q(state="asked"), name="mediation_recusal_one_open"
            ),
            models.CheckConstraint(
                condition=Q(state="asked", decided_at__isnull=True) | (Q(decided_at__isnull=False) & ~Q(state="asked")),
                name="mediation_recusal_decided_with_day",
            ),
        )

    def __str__(self) -> str:
        return f"{self.case_id} – {self.mediator_id} {self.state}"
