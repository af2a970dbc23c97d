from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases.models import CaseParty, Deadline


class ExtensionConsent(models.Model):
    """What one party said to a longer mediation: only with the consent of both sides it goes on past its limit."""

    class How(models.TextChoices):
        ORAL = "oral", _("orally")
        WRITTEN = "written", _("in writing")
        PHONE = "phone", _("by phone")

    deadline = models.ForeignKey(Deadline, models.CASCADE, related_name="+", verbose_name=_("limit"))
    party = models.ForeignKey(CaseParty, models.PROTECT, related_name="+", verbose_name=_("party"))
    agrees = models.BooleanField(_("agrees"))
    how = models.CharField(_("how"), max_length=8, choices=How.choices)
    said_on = models.DateField(_("said on"))
    until = models.DateField(_("until"))
    old_last_day = models.DateField(_("last day before"))
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("recorded by"))
    recorded_at = models.DateTimeField(_("recorded at"))

    class Meta:
        verbose_name = _("consent to a longer mediation")
        verbose_name_plural = _("consents to a longer mediation")
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(
                fields=("deadline", "party", "old_last_day"), name="mediation_extensionconsent_once"
            ),
            models.CheckConstraint(
                condition=Q(until__gt=models.F("old_last_day")), name="mediation_extensionconsent_longer"
            ),
        )

    def __str__(self) -> str:
        return f"{self.party_id} {self.agrees}"
