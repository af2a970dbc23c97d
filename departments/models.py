from __future__ import annotations

import datetime as dt

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from governance_center.scope import within


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

    class Meta:
        verbose_name = _("window")
        verbose_name_plural = _("windows")
        ordering = ("centre", "number")
        constraints = (models.UniqueConstraint(fields=("centre", "number"), name="departments_window_number"),)

    def __str__(self) -> str:
        return str(_("Window %(number)s") % {"number": self.number})


class Mode(models.TextChoices):
    RESIDENT = "resident", _("resident")
    ROTATING = "rotating", _("rotating")
    ON_CALL = "on_call", _("on call")


class StationQuerySet(models.QuerySet["Station"]):
    def in_force(self, day: dt.date) -> StationQuerySet:
        """Those whose period holds ``day``."""
        return self.filter(period__contains=day)


class Station(models.Model):
    """How a department is stationed at a centre during a period; periods of one pair never overlap."""

    centre = models.ForeignKey(Centre, models.PROTECT, related_name="stations", verbose_name=_("centre"))
    department = models.ForeignKey(Department, models.PROTECT, related_name="stations", verbose_name=_("department"))
    mode = models.CharField(_("mode"), max_length=10, choices=Mode.choices)
    weekdays = ArrayField(
        models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(7)]),
        default=list,
        blank=True,
        verbose_name=_("weekdays"),
        help_text=_("For rotating departments: 1 is Monday, 7 is Sunday."),
    )
    period = DateRangeField(_("period"))
    window = models.ForeignKey(Window, models.PROTECT, null=True, blank=True, verbose_name=_("window"))
    response_minutes = models.PositiveSmallIntegerField(_("response time in minutes"), null=True, blank=True)
    contact = models.CharField(_("contact person"), max_length=60, blank=True)
    phone = models.CharField(_("phone"), max_length=30, blank=True)

    objects = StationQuerySet.as_manager()

    class Meta:
        verbose_name = _("stationing")
        verbose_name_plural = _("stationing")
        ordering = ("centre", "department")
        constraints = (
            ExclusionConstraint(
                name="departments_station_no_overlap",
                expressions=[
                    ("centre", RangeOperators.EQUAL),
                    ("department", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("This department is already stationed at this centre in that period."),
            ),
            models.CheckConstraint(
                condition=~models.Q(mode=Mode.ROTATING) | models.Q(weekdays__len__gt=0),
                name="departments_station_rotating_has_weekdays",
                violation_error_message=_("A rotating department needs the weekdays on which it is here."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.department_id} @ {self.centre_id}"


class ReferenceRow(models.Model):
    """What a row of a reference file said when it was last loaded.

    A row whose file has not changed is left alone, so that corrections made in the admin stay.
    """

    table = models.CharField(max_length=40)
    key = models.CharField(max_length=120)
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("table", "key"), name="departments_referencerow_once"),)

    def __str__(self) -> str:
        return f"{self.table} {self.key}"
