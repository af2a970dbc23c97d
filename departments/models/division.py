from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from governance_center.scope import within

CODE_LENGTHS = {"prefecture": 4, "county": 6, "township": 9, "village": 12}
"""Digits of the code of a division of each level."""


class DivisionQuerySet(models.QuerySet["Division"]):
    def within(self, scope_code: str) -> DivisionQuerySet:
        """The division ``scope_code`` itself and all below it."""
        return self.filter(within("code", scope_code))

    def counties(self) -> DivisionQuerySet:
        return self.filter(level=Division.Level.COUNTY)


class Division(models.Model):
    """An administrative division. Its code begins with its parent's code (statistical codes of 2023)."""

    class Level(models.TextChoices):
        PREFECTURE = "prefecture", _("prefecture")
        COUNTY = "county", _("county or city")
        TOWNSHIP = "township", _("township or street")
        VILLAGE = "village", _("village or community")

    class NameBasis(models.TextChoices):
        ESTABLISHED = "established", _("established")
        PRESS = "press", _("as the Korean-language press writes it")
        READING = "reading", _("reading of the characters, not reviewed")
        REVIEWED = "reviewed", _("reviewed")

    code = models.CharField(
        _("code"), max_length=12, primary_key=True, validators=[RegexValidator(r"^\d{4}(\d{2}(\d{3}(\d{3})?)?)?$")]
    )
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("parent")
    )
    level = models.CharField(_("level"), max_length=10, choices=Level.choices)
    name = models.CharField(_("name"), max_length=80)
    name_ko_basis = models.CharField(
        _("basis of the Korean name"), max_length=12, choices=NameBasis.choices, default=NameBasis.READING
    )

    objects = DivisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("division")
        verbose_name_plural = _("divisions")
        ordering = ("code",)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(parent__isnull=True) | models.Q(code__startswith=models.F("parent_id")),
                name="departments_division_code_extends_parent",
                violation_error_message=_("The code must begin with the parent's code."),
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def county_code(self) -> str:
        """The first six digits; for the prefecture its own four."""
        return self.code[:6]

    @property
    def township_code(self) -> str:
        """The first nine digits, shorter for a county or the prefecture."""
        return self.code[:9]


class LocalHoliday(models.Model):
    """A day off that a prefecture or county has given by notice; never inferred."""

    date = models.DateField(_("date"))
    name = models.CharField(_("name"), max_length=60)
    scope = models.ForeignKey(Division, models.PROTECT, verbose_name=_("scope"))
    source = models.CharField(_("notice"), max_length=200)

    class Meta:
        verbose_name = _("local holiday")
        verbose_name_plural = _("local holidays")
        ordering = ("date",)
        constraints = (models.UniqueConstraint(fields=("date", "scope"), name="departments_localholiday_once"),)

    def __str__(self) -> str:
        return f"{self.date} {self.name}"
