from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mediation.models.committee import Mediator
from mediation.models.session import Session


class SessionMediator(models.Model):
    """A mediator at a session. The period is a copy, so that nobody mediates twice at a time."""

    session = models.ForeignKey(Session, models.CASCADE, related_name="seats", verbose_name=_("mediation session"))
    mediator = models.ForeignKey(Mediator, models.PROTECT, related_name="seats", verbose_name=_("mediator"))
    period = DateTimeRangeField(_("time"))
    is_live = models.BooleanField(_("stands"), default=True)
    was_there = models.BooleanField(_("was there"), null=True, blank=True)

    class Meta:
        verbose_name = _("mediator of a session")
        verbose_name_plural = _("mediators of sessions")
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=("session", "mediator"), name="mediation_sessionmediator_once"),
            ExclusionConstraint(
                name="mediation_session_one_of_a_mediator",
                expressions=[("mediator", RangeOperators.EQUAL), ("period", RangeOperators.OVERLAPS)],
                condition=Q(is_live=True),
            ),
        )

    def __str__(self) -> str:
        return f"{self.session_id} {self.mediator_id}"
