from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Language, User
from mediation.models.committee import Committee, Mediator


class Agreement(models.Model):
    """What the parties agreed (人民调解法 arts. 28–31): in writing, or orally and registered.

    ``serial`` counts the agreements of a committee in a year without gaps. What was taken over from before
    numbers were given has none.
    """

    class Form(models.TextChoices):
        WRITTEN = "written", _("written")
        ORAL = "oral", _("oral")

    case = models.ForeignKey("cases.Case", models.CASCADE, related_name="agreements", verbose_name=_("case"))
    mediator = models.ForeignKey(
        Mediator, models.PROTECT, null=True, blank=True, related_name="agreements", verbose_name=_("mediator")
    )
    committee = models.ForeignKey(
        Committee, models.PROTECT, null=True, blank=True, related_name="agreements",
        verbose_name=_("mediation committee"),
    )  # fmt: skip
    year = models.PositiveSmallIntegerField(_("year"), null=True, blank=True)
    serial = models.PositiveIntegerField(_("serial number"), null=True, blank=True)
    form = models.CharField(_("form"), max_length=8, choices=Form.choices)
    responsibilities = models.TextField(_("facts, issues and responsibilities"), blank=True, default="")
    terms = models.TextField(_("terms"))
    terms_language = models.CharField(
        _("language of the terms"), max_length=10, choices=Language.choices, default=Language.CHINESE
    )
    if_not = models.TextField(_("what if it is not performed"), blank=True, default="")
    perform_by = models.DateField(_("to be performed by"), null=True, blank=True)
    reached_on = models.DateField(_("reached on"))
    recorded_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("recorded by"))
    recorded_at = models.DateTimeField(_("recorded at"))

    class Meta:
        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=("committee", "year", "serial"), name="mediation_agreement_number_once"),
            models.CheckConstraint(
                condition=models.Q(committee__isnull=True, year__isnull=True, serial__isnull=True)
                | models.Q(committee__isnull=False, year__isnull=False, serial__gte=1),
                name="mediation_agreement_number_whole",
            ),
            models.CheckConstraint(
                condition=models.Q(perform_by__isnull=True) | models.Q(perform_by__gte=models.F("reached_on")),
                name="mediation_agreement_performed_after",
                violation_error_message=_("It cannot be performed before it was reached."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.case_id} {self.form}"

    @property
    def number(self) -> str:
        """As on the paper, e.g. ``（2026）龙井人调字第12号``; empty where none was given."""
        if self.committee is None:
            return ""
        return f"（{self.year}）{self.committee.short_name}人调字第{self.serial}号"
