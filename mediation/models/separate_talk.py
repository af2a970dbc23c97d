from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.models import CaseParty
from governance_center.crypto import EncryptedTextField
from mediation.models.committee import Mediator
from mediation.models.session import Room, Session


class SeparateTalk(models.Model):
    """A part of a session in which a mediator talks with one side alone (背对背调解).

    That it was held, with which side and from when to when, belongs to the minutes. ``note`` does not: it is
    encrypted, and only the mediators of the case read it. A mediator holds one talk at a time, a side is in one;
    two mediators may talk with two sides at once, each in a room of the session.
    """

    session = models.ForeignKey(Session, models.CASCADE, related_name="talks", verbose_name=_("mediation session"))
    part = models.CharField(_("side"), max_length=16, choices=CaseParty.Part.choices)
    period = DateTimeRangeField(_("time"))
    room = models.ForeignKey(Room, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("room"))
    mediator = models.ForeignKey(Mediator, models.PROTECT, related_name="+", verbose_name=_("mediator"))
    note = EncryptedTextField(_("private note"), blank=True, default="")
    recorded_at = models.DateTimeField(_("recorded at"))

    class Meta:
        verbose_name = _("separate talk")
        verbose_name_plural = _("separate talks")
        ordering = ("period", "pk")
        constraints = (
            ExclusionConstraint(
                name="mediation_separatetalk_one_of_a_side",
                expressions=[
                    ("session", RangeOperators.EQUAL), ("part", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
            ),
            ExclusionConstraint(
                name="mediation_separatetalk_one_of_a_mediator",
                expressions=[("mediator", RangeOperators.EQUAL), ("period", RangeOperators.OVERLAPS)],
            ),
            models.CheckConstraint(
                condition=~Q(part="representative"), name="mediation_separatetalk_with_a_side"
            ),
            models.CheckConstraint(
                condition=Q(period__isempty=False), name="mediation_separatetalk_lasts"
            ),
        )  # fmt: skip

    def __str__(self) -> str:
        return f"{self.session_id} {self.part}"
