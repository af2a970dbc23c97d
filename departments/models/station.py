from __future__ import annotations

import datetime as dt

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from departments.models.centre import Centre, Department, Window


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
