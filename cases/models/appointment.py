from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User


class Appointment(models.Model):
    """A petitioner's appointment with a rotating department on its next shift."""

    class State(models.TextChoices):
        PLANNED = "planned", _("planned")
        KEPT = "kept", _("kept")
        MISSED = "missed", _("missed")
        CANCELLED = "cancelled", _("cancelled")

    case = models.ForeignKey("cases.Case", models.CASCADE, related_name="appointments", verbose_name=_("case"))
    referral = models.ForeignKey(
        "cases.Referral", models.CASCADE, related_name="appointments", verbose_name=_("referral")
    )
    department = models.ForeignKey(
        "departments.Department", models.PROTECT, related_name="+", verbose_name=_("department")
    )
    day = models.DateField(_("day"))
    half = models.CharField(_("half of the day"), max_length=2, blank=True)
    window = models.PositiveSmallIntegerField(_("window"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.PLANNED)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("made by"))
    made_at = models.DateTimeField(_("made at"))

    class Meta:
        verbose_name = _("appointment")
        verbose_name_plural = _("appointments")
        ordering = ("day", "half", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("referral",), condition=Q(state="planned"), name="cases_appointment_one_planned"
            ),
        )

    def __str__(self) -> str:
        return f"{self.case_id} {self.day}"


class OnCallCall(models.Model):
    """A call to a department that is on call; it answers within the response time of its station."""

    referral = models.ForeignKey("cases.Referral", models.CASCADE, related_name="calls", verbose_name=_("referral"))
    called_at = models.DateTimeField(_("called at"))
    called_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("called by"))
    answer_by = models.DateTimeField(_("to answer by"))
    arrived_at = models.DateTimeField(_("arrived at"), null=True, blank=True)
    arrived_noted_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("arrival noted by")
    )

    class Meta:
        verbose_name = _("call to a department")
        verbose_name_plural = _("calls to departments")
        ordering = ("-called_at", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=("referral",), condition=Q(arrived_at__isnull=True), name="cases_oncallcall_one_open"
            ),
        )

    def __str__(self) -> str:
        return f"{self.referral_id} {self.called_at:%Y-%m-%d %H:%M}"
