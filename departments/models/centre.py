from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from departments.models.division import Division


class Department(models.Model):
    """A department, mass organisation or social organisation by its function, e.g. ``tax``.

    Which body it is follows from the division: ``tax`` in Longjing is the Longjing city tax bureau.
    """

    class Kind(models.TextChoices):
        GOVERNMENT = "government", _("government department")
        MASS = "mass_organisation", _("mass organisation")
        SOCIAL = "social_organisation", _("social organisation")
        TOWNSHIP = "township", _("township or street")

    code = models.CharField(_("code"), max_length=40, primary_key=True)
    name = models.CharField(_("name"), max_length=80)
    short = models.CharField(_("short name"), max_length=40)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("department")
        verbose_name_plural = _("departments")
        ordering = ("order", "code")

    def __str__(self) -> str:
        return self.name


class Centre(models.Model):
    """A comprehensive governance centre of a division."""

    division = models.OneToOneField(Division, models.PROTECT, primary_key=True, verbose_name=_("division"))
    name = models.CharField(_("name"), max_length=120)
    address = models.CharField(_("address"), max_length=200, blank=True)
    phone = models.CharField(_("phone"), max_length=30, blank=True)
    is_active = models.BooleanField(_("running"), default=True)

    class Meta:
        verbose_name = _("centre")
        verbose_name_plural = _("centres")
        ordering = ("division",)

    def __str__(self) -> str:
        return self.name


class Zone(models.TextChoices):
    """The three zones of a centre."""

    INTAKE = "intake", _("guide-and-intake zone")
    RESOLUTION = "resolution", _("diversified resolution zone")
    COMMAND = "command", _("command-and-dispatch zone")


class Window(models.Model):
    centre = models.ForeignKey(Centre, models.PROTECT, related_name="windows", verbose_name=_("centre"))
    number = models.PositiveSmallIntegerField(_("number"))
    zone = models.CharField(_("zone"), max_length=12, choices=Zone.choices, default=Zone.RESOLUTION)
    is_in_rota = models.BooleanField(
        _("in the rota"), default=False, help_text=_("Rotating departments take turns at this window.")
    )
    closed_halves = ArrayField(
        models.CharField(max_length=3),
        default=list,
        blank=True,
        verbose_name=_("closed half-days"),
        help_text=_("Weekday and half, e.g. 5pm for Friday afternoon."),
    )

    class Meta:
        verbose_name = _("window")
        verbose_name_plural = _("windows")
        ordering = ("centre", "number")
        constraints = (models.UniqueConstraint(fields=("centre", "number"), name="departments_window_number"),)

    def __str__(self) -> str:
        return str(_("Window %(number)s") % {"number": self.number})
