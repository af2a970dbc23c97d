from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from mediation.models.committee import Mediator


class Conflict(models.Model):
    """Why a mediator takes no case of a person or organisation (回避): a declared relation that may affect fairness."""

    class Relation(models.TextChoices):
        KIN = "kin", _("relative")
        EMPLOYER = "employer", _("employer or employee")
        EARLIER_ROLE = "earlier_role", _("earlier part in the matter")
        HOUSEHOLD = "household", _("same household")
        OTHER = "other", _("other relation that may affect fairness")

    mediator = models.ForeignKey(Mediator, models.CASCADE, related_name="conflicts", verbose_name=_("mediator"))
    person = models.ForeignKey(
        "cases.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("person")
    )
    organisation = models.CharField(_("organisation"), max_length=120, blank=True)
    relation = models.CharField(_("relation"), max_length=16, choices=Relation.choices)
    note = models.TextField(_("note"), blank=True)
    declared_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("declared by"))
    declared_at = models.DateTimeField(_("declared at"))

    class Meta:
        verbose_name = _("conflict of interest")
        verbose_name_plural = _("conflicts of interest")
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=("mediator", "person"), name="mediation_conflict_once"),
            models.UniqueConstraint(
                fields=("mediator", "organisation"),
                condition=~models.Q(organisation=""),
                name="mediation_conflict_organisation_once",
            ),
            models.CheckConstraint(
                condition=models.Q(person__isnull=False) ^ ~models.Q(organisation=""),
                name="mediation_conflict_person_or_organisation",
            ),
        )

    def __str__(self) -> str:
        return f"{self.mediator_id} – {self.person_id or self.organisation} {self.relation}"
