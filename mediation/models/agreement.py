from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Language, User
from mediation.models.committee import Mediator


class Agreement(models.Model):
    """What the parties agreed (人民调解法 arts. 28–31): in writing, or orally and registered."""

    class Form(models.TextChoices):
        WRITTEN = "written", _("written")
        ORAL = "oral", _("oral")

    case = models.ForeignKey("cases.Case", models.CASCADE, related_name="agreements", verbose_name=_("case"))
    mediator = models.ForeignKey(
        Mediator, models.PROTECT, null=True, blank=True, related_name="agreements", verbose_name=_("mediator")
    )
    form = models.CharField(_("form"), max_length=8, choices=Form.choices)
    terms = models.TextField(_("terms"))
    terms_language = models.CharField(
        _("language of the terms"), max_length=10, choices=Language.choices, default=Language.CHINESE
    )
    perform_by = models.DateField(_("to be performed by"), null=True, blank=True)
    reached_on = models.DateField(_("reached on"))
    recorded_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("recorded by"))
    recorded_at = models.DateTimeField(_("recorded at"))

    class Meta:
        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")
        ordering = ("pk",)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(perform_by__isnull=True) | models.Q(perform_by__gte=models.F("reached_on")),
                name="mediation_agreement_performed_after",
                violation_error_message=_("It cannot be performed before it was reached."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.case_id} {self.form}"
