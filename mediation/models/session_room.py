from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.utils.translation import gettext_lazy as _

from mediation.models.session import Room, Session


class SessionRoom(models.Model):
    """A room that a session takes, its first or its second. The database alone writes these rows.

    A trigger of the table of sessions keeps them: they are there while the session is planned or held, so that no
    room is taken twice at a time, whichever of its two rooms a session has it as.
    """

    session = models.ForeignKey(
        Session, models.CASCADE, related_name="rooms_taken", verbose_name=_("mediation session"), editable=False
    )
    room = models.ForeignKey(Room, models.PROTECT, related_name="+", verbose_name=_("room"), editable=False)
    period = DateTimeRangeField(_("time"), editable=False)

    class Meta:
        verbose_name = _("room of a session")
        verbose_name_plural = _("rooms of sessions")
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=("session", "room"), name="mediation_sessionroom_once"),
            ExclusionConstraint(
                name="mediation_sessionroom_one_session",
                expressions=[("room", RangeOperators.EQUAL), ("period", RangeOperators.OVERLAPS)],
            ),
        )

    def __str__(self) -> str:
        return f"{self.session_id} {self.room_id}"
