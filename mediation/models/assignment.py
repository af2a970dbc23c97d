from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from mediation.models.committee import Mediator

LEAD_SEAT, ASSISTING_SEATS = 0, (1, 2)
"""One to three people mediate a case (人民调解法 art. 19): one leads, two assist at most."""


class AssignmentQuerySet(models.QuerySet["Assignment"]):
    def current(self) -> AssignmentQuerySet:
        """Those that did not end."""
        return self.filter(ended_at__isnull=True)

    def assisting(self) -> AssignmentQuerySet:
        return self.filter(role=Assignment.Role.ASSISTING)

    def withdrawn(self) -> AssignmentQuerySet:
        """Ended by a withdrawal (回避), the mediator's own or one that a party asked for."""
        return self.filter(ended_as=Assignment.End.WITHDREW)

    def at(self, moment: dt.datetime) -> AssignmentQuerySet:
        """Those that stood at a moment, the lead first."""
        since = self.filter(Q(ended_at__isnull=True) | Q(ended_at__gt=moment), assigned_at__lte=moment)
        return since.order_by("seat", "pk")


class Assignment(models.Model):
    """A case in a mediator's hands, from ``assigned_at`` until ``ended_at``; replaced, never changed.

    ``seat`` is 0 for the lead, 1 or 2 for those who assist; no seat is taken twice at a time.
    ``suggestions`` is what the ranking said then: ``rank`` (None: not among those ranked), ``points``, codes of the
    ``reasons`` with the figures of their sentences in ``params``, and the best five ``alternatives``. ``despite`` is
    a dispatcher's reason for a choice that the data spoke against.
    """

    class Role(models.TextChoices):
        LEAD = "lead", _("lead mediator")
        ASSISTING = "assisting", _("assisting mediator")

    class End(models.TextChoices):
        REPLACED = "replaced", _("replaced")
        RELEASED = "released", _("released")
        NEW_ROLE = "new_role", _("took another part")
        WITHDREW = "withdrew", _("withdrew")

    case = models.ForeignKey("cases.Case", models.CASCADE, related_name="assignments", verbose_name=_("case"))
    mediator = models.ForeignKey(Mediator, models.PROTECT, related_name="assignments", verbose_name=_("mediator"))
    role = models.CharField(_("role"), max_length=10, choices=Role.choices, default=Role.LEAD)
    seat = models.PositiveSmallIntegerField(_("seat"), default=LEAD_SEAT)
    assigned_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("assigned by")
    )
    assigned_at = models.DateTimeField(_("assigned at"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    ended_as = models.CharField(_("how it ended"), max_length=10, choices=End.choices, blank=True)
    end_reason = models.TextField(_("reason of the end"), blank=True)
    suggestions = models.JSONField(_("suggestions at the time"), default=dict, blank=True)
    named_by_parties = models.BooleanField(_("named by the parties"), default=False)
    despite = models.TextField(_("why in spite of what spoke against"), blank=True)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(
                fields=("case", "seat"), condition=Q(ended_at__isnull=True), name="mediation_assignment_seat_once"
            ),
            models.UniqueConstraint(
                fields=("case", "mediator"),
                condition=Q(ended_at__isnull=True),
                name="mediation_assignment_mediator_once",
            ),
            models.CheckConstraint(
                condition=Q(role="lead", seat=LEAD_SEAT) | Q(role="assisting", seat__in=ASSISTING_SEATS),
                name="mediation_assignment_role_of_seat",
            ),
        )

    def __str__(self) -> str:
        return f"{self.case_id} → {self.mediator_id}"
