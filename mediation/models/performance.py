from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Language, User
from cases.models import CaseParty
from mediation.models.agreement import Agreement


class Urging(models.Model):
    """The committee urged a party to perform what is overdue (人民调解法 art. 31)."""

    class How(models.TextChoices):
        LETTER = "letter", _("by letter")
        PHONE = "phone", _("by phone")
        VISIT = "visit", _("by a visit")
        MESSAGE = "message", _("by a message")

    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="urgings", verbose_name=_("agreement"))
    party = models.ForeignKey(CaseParty, models.PROTECT, related_name="+", verbose_name=_("who was urged"))
    urged_on = models.DateField(_("urged on"))
    how = models.CharField(_("how"), max_length=8, choices=How.choices)
    perform_by = models.DateField(_("to be performed by"))
    text = models.TextField(_("what was said"))
    language = models.CharField(_("language"), max_length=10, choices=Language.choices, default=Language.CHINESE)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("recorded by"))
    recorded_at = models.DateTimeField(_("recorded at"))

    class Meta:
        verbose_name = _("urging")
        verbose_name_plural = _("urgings")
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=("agreement", "party", "urged_on", "how"), name="mediation_urging_once"),
        )

    def __str__(self) -> str:
        return f"{self.agreement_id} {self.urged_on}"


class CourtGuidance(models.Model):
    """The parties were told the way to the court (人民调解法 arts. 32–33) after urging had no effect; once."""

    agreement = models.OneToOneField(
        Agreement, models.CASCADE, related_name="court_guidance", verbose_name=_("agreement")
    )
    court = models.CharField(_("people's court"), max_length=120)
    guided_on = models.DateField(_("guided on"))
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("recorded by"))
    recorded_at = models.DateTimeField(_("recorded at"))

    class Meta:
        verbose_name = _("guidance to the court")
        verbose_name_plural = _("guidance to the court")
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.agreement_id} {self.court}"
