from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User


class RoutingDecision(models.Model):
    """Why a case went where it went: the reasons as codes and parameters, shown in either language."""

    case = models.ForeignKey("cases.Case", models.CASCADE, related_name="routing_decisions", verbose_name=_("case"))
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by"))
    lead = models.ForeignKey(
        "departments.Department", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("lead")
    )
    reasons = models.JSONField(_("reasons"), default=list)
    rule = models.ForeignKey(
        "cases.RoutingRule", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("rule")
    )
    facts = models.JSONField(_("facts that were seen"), default=dict, blank=True)
    alternatives = models.JSONField(_("alternatives and why not"), default=list, blank=True)
    station = models.ForeignKey(
        "departments.Station", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("stationing")
    )
    shift = models.ForeignKey(
        "departments.Shift", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("shift")
    )
    is_precedent = models.BooleanField(_("kept as a precedent"), default=False)
    is_ruling = models.BooleanField(_("final ruling"), default=False)
    note = models.ForeignKey(
        "cases.Note", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("explanation")
    )

    class Meta:
        verbose_name = _("routing decision")
        verbose_name_plural = _("routing decisions")
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return f"{self.case_id} → {self.lead_id or '?'}"
