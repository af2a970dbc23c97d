from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from mediation.models.committee import Mediator


class Assignment(models.Model):
    """A case in a mediator's hands, from ``assigned_at`` until ``ended_at``; replaced, never changed.

    ``suggestions`` is what the ranking said then: ``rank`` (None: not among those ranked), ``points``, codes of the
    ``reasons``, and the best five ``alternatives``. ``end_reason`` is set where the mediator withdrew.
    """

    case = models.ForeignKey("cases.Case", models.CASCADE, related_name="assignments", verbose_name=_("case"))
    mediator = models.ForeignKey(Mediator, models.PROTECT, related_name="assignments", verbose_name=_("mediator"))
    assigned_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("assigned by")
    )
    assigned_at = models.DateTimeField(_("assigned at"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    end_reason = models.TextField(_("reason of the end"), blank=True)
    suggestions = models.JSONField(_("suggestions at the time"), default=dict, blank=True)
    named_by_parties = models.BooleanField(_("named by the parties"), default=False)

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(
                fields=("case",), condition=models.Q(ended_at__isnull=True), name="mediation_assignment_one_current"
            ),
        )

    def __str__(self) -> str:
        return f"{self.case_id} → {self.mediator_id}"
