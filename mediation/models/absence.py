from __future__ import annotations

import datetime as dt

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from mediation.models.committee import Mediator


class MediatorAbsenceQuerySet(models.QuerySet["MediatorAbsence"]):
    def on(self, day: dt.date) -> MediatorAbsenceQuerySet:
        """Those that hold on ``day``."""
        return self.filter(period__contains=day)

    def from_day(self, day: dt.date) -> MediatorAbsenceQuerySet:
        """Those that hold on ``day`` or later, the earliest first."""
        return self.filter(period__overlap=(day, None)).order_by("period")


class MediatorAbsence(models.Model):
    """Days on which a mediator takes no new case. Without a last day it holds until further notice."""

    class Reason(models.TextChoices):
        LEAVE = "leave", _("on leave")
        ILLNESS = "illness", _("ill")
        TRAINING = "training", _("in training")
        DUTY = "duty", _("other duty")
        AWAY = "away", _("away from home")

    mediator = models.ForeignKey(Mediator, models.CASCADE, related_name="absences", verbose_name=_("mediator"))
    period = DateRangeField(_("days"))
    reason = models.CharField(_("reason"), max_length=10, choices=Reason.choices)
    noted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("noted by"))
    noted_at = models.DateTimeField(_("noted at"), auto_now_add=True)

    objects = MediatorAbsenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("absence of a mediator")
        verbose_name_plural = _("absences of mediators")
        ordering = ("-period", "-pk")
        constraints = (
            ExclusionConstraint(
                name="mediation_absence_no_overlap",
                expressions=[("mediator", RangeOperators.EQUAL), ("period", RangeOperators.OVERLAPS)],
                violation_error_message=_("An absence is already noted for some of these days."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.mediator_id} {self.first}"

    @property
    def first(self) -> dt.date:
        day: dt.date = self.period.lower
        return day

    @property
    def last(self) -> dt.date | None:
        """The last day; None until further notice."""
        return self.period.upper - dt.timedelta(days=1) if self.period.upper else None
