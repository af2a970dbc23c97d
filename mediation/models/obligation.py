from __future__ import annotations

from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models import CaseParty
from mediation.models.agreement import Agreement

CENT = Decimal("0.01")


class Performable(models.Model):
    """Something due on a day, and when it was performed, with the note of the proof and maybe a paper."""

    due_on = models.DateField(_("due on"))
    performed_on = models.DateField(_("performed on"), null=True, blank=True)
    proof = models.ForeignKey(
        "cases.Note", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("proof")
    )
    proof_paper = models.ForeignKey(
        "cases.Document",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("paper that proves it"),
    )

    class Meta:
        abstract = True

    @property
    def is_overdue(self) -> bool:
        """Whether the last day has passed (Asia/Shanghai) without performance."""
        return self.performed_on is None and self.due_on < timezone.localdate()

    @property
    def due_state(self) -> str:
        """``performed``, ``overdue`` or ``open``."""
        if self.performed_on:
            return "performed"
        return "overdue" if self.is_overdue else "open"


class Owed(models.Model):
    """What one party owes: who, what, to whom, how much and how; the same in an offer and in an agreement."""

    class Kind(models.TextChoices):
        PAY = "pay", _("pay money")
        ACT = "act", _("do something")
        REFRAIN = "refrain", _("refrain from something")
        APOLOGISE = "apologise", _("apologise")

    position = models.PositiveSmallIntegerField(_("position"))
    debtor = models.ForeignKey(CaseParty, models.PROTECT, related_name="+", verbose_name=_("who performs"))
    creditor = models.ForeignKey(
        CaseParty, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("to whom")
    )
    kind = models.CharField(_("kind of obligation"), max_length=10, choices=Kind.choices)
    what = models.TextField(_("what"))
    amount = models.DecimalField(
        _("amount in yuan"), max_digits=12, decimal_places=2, null=True, blank=True,
        validators=[MinValueValidator(CENT)],
    )  # fmt: skip
    how = models.CharField(_("how"), max_length=300, blank=True)

    class Meta:
        abstract = True
        constraints = (
            models.CheckConstraint(
                condition=(Q(kind="pay") & Q(amount__isnull=False) & Q(amount__gt=0))
                | (~Q(kind="pay") & Q(amount__isnull=True)),
                name="%(app_label)s_%(class)s_money_has_amount",
            ),
            models.CheckConstraint(
                condition=Q(creditor__isnull=True) | ~Q(creditor=F("debtor")),
                name="%(app_label)s_%(class)s_not_to_oneself",
            ),
        )


class Obligation(Owed, Performable):
    """What one party owes under an agreement, by when, and whether it was performed."""

    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="obligations", verbose_name=_("agreement"))

    class Meta:
        verbose_name = _("obligation")
        verbose_name_plural = _("obligations")
        ordering = ("agreement", "position")
        constraints = (
            models.UniqueConstraint(fields=("agreement", "position"), name="mediation_obligation_position"),
            *Owed.Meta.constraints,
        )

    def __str__(self) -> str:
        return f"{self.agreement_id}.{self.position} {self.kind}"


class Instalment(Performable):
    """A part of a sum of money with a day of its own; the parts of an obligation make its amount."""

    obligation = models.ForeignKey(Obligation, models.CASCADE, related_name="instalments", verbose_name=_("obligation"))
    position = models.PositiveSmallIntegerField(_("position"))
    amount = models.DecimalField(_("amount in yuan"), max_digits=12, decimal_places=2)

    class Meta:
        verbose_name = _("instalment")
        verbose_name_plural = _("instalments")
        ordering = ("obligation", "position")
        constraints = (
            models.UniqueConstraint(fields=("obligation", "position"), name="mediation_instalment_position"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="mediation_instalment_amount"),
        )

    def __str__(self) -> str:
        return f"{self.obligation_id}.{self.position}"
