from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from departments.models import Division


class SecondCallShare(models.Model):
    """How many of a hundred visits of a week are called a second time, in a division and below it.

    The row of the county goes before that of the prefecture.
    """

    division = models.OneToOneField(Division, models.PROTECT, verbose_name=_("division"))
    percent = models.PositiveSmallIntegerField(
        _("of a hundred visits"), validators=[MinValueValidator(0), MaxValueValidator(100)]
    )

    class Meta:
        verbose_name = _("share of second calls")
        verbose_name_plural = _("shares of second calls")
        constraints = (models.CheckConstraint(condition=Q(percent__lte=100), name="mediation_secondcallshare_percent"),)

    def __str__(self) -> str:
        return f"{self.division_id}: {self.percent} %"


class SecondCallDraw(models.Model):
    """The draw of a county and week, made once. ``week`` is its Monday; ``seed`` lets anybody draw it again."""

    division = models.ForeignKey(Division, models.PROTECT, related_name="+", verbose_name=_("division"))
    week = models.DateField(_("week from"))
    seed = models.CharField(_("seed"), max_length=32)
    percent = models.PositiveSmallIntegerField(_("of a hundred visits"))
    visits = models.PositiveIntegerField(_("visits made"))
    drawn = models.PositiveIntegerField(_("drawn"))
    made_at = models.DateTimeField(_("drawn at"))

    class Meta:
        verbose_name = _("draw of second calls")
        verbose_name_plural = _("draws of second calls")
        ordering = ("-week", "division")
        constraints = (
            models.UniqueConstraint(fields=("week", "division"), name="mediation_secondcalldraw_once"),
            models.CheckConstraint(condition=Q(drawn__lte=F("visits")), name="mediation_secondcalldraw_drawn"),
        )

    def __str__(self) -> str:
        return f"{self.division_id} {self.week}"
