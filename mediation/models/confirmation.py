from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from mediation.models.agreement import Agreement


class Confirmation(models.Model):
    """A joint application to the court for confirmation of an agreement (民事诉讼法 arts. 205–206).

    ``last_day`` is the last day of the thirty on which it could be made, as it was counted then.
    """

    class Result(models.TextChoices):
        CONFIRMED = "confirmed", _("confirmed")
        REFUSED = "refused", _("application refused")
        WITHDRAWN = "withdrawn", _("application withdrawn")

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="confirmations", verbose_name=_("agreement"))
    court = models.CharField(_("people's court"), max_length=120)
    asked_on = models.DateField(_("applied on"))
    last_day = models.DateField(_("last day for it"))
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("recorded by"))
    asked_at = models.DateTimeField(_("recorded at"))
    result = models.CharField(_("result"), max_length=10, choices=Result.choices, blank=True)
    ruling_number = models.CharField(_("number of the ruling"), max_length=60, blank=True)
    decided_on = models.DateField(_("decided on"), null=True, blank=True)
    scan = models.ForeignKey(
        "cases.Document", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("ruling")
    )
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("result recorded by")
    )
    decided_at = models.DateTimeField(_("result recorded at"), null=True, blank=True)

    class Meta:
        verbose_name = _("judicial confirmation")
        verbose_name_plural = _("judicial confirmations")
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(
                fields=("agreement",), condition=~Q(result="withdrawn"), name="mediation_confirmation_once"
            ),
            models.CheckConstraint(
                condition=Q(asked_on__lte=models.F("last_day")), name="mediation_confirmation_in_time"
            ),
            models.CheckConstraint(
                condition=Q(result="", decided_on__isnull=True) | (~Q(result="") & Q(decided_on__isnull=False)),
                name="mediation_confirmation_dated",
            ),
            models.CheckConstraint(
                condition=Q(result__in=("", "withdrawn")) | ~Q(ruling_number=""), name="mediation_confirmation_numbered"
            ),
        )

    def __str__(self) -> str:
        return f"{self.agreement_id} {self.result}"
