from __future__ import annotations

import datetime as dt

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, IntegerRangeField, RangeOperators
from django.db import models
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Q
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from mediation.models.committee import Mediator

DAY_MINUTES = 24 * 60


def always() -> DateRange:
    """Without a first and without a last day."""
    return DateRange(None, None)


class MediatorHoursQuerySet(models.QuerySet["MediatorHours"]):
    def from_day(self, day: dt.date) -> MediatorHoursQuerySet:
        """Those that hold on ``day`` or later."""
        return self.filter(valid__overlap=(day, None))


class MediatorHours(models.Model):
    """From when to when a mediator can be had on a day of the week, in minutes after local midnight.

    Who has no row on a day on which any row of theirs is valid cannot be had then; who has no valid row at all can be
    had in the office hours. All rows valid on one day were noted together and hold for the same days.
    """

    mediator = models.ForeignKey(Mediator, models.CASCADE, related_name="hours", verbose_name=_("mediator"))
    weekday = models.PositiveSmallIntegerField(
        _("day of the week"), choices=[(number + 1, name) for number, name in WEEKDAYS.items()]
    )
    minutes = IntegerRangeField(_("hours of the day"))
    valid = DateRangeField(_("valid"), default=always)
    noted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("noted by"))
    noted_at = models.DateTimeField(_("noted at"), auto_now_add=True)

    objects = MediatorHoursQuerySet.as_manager()

    class Meta:
        verbose_name = _("hours of a mediator")
        verbose_name_plural = _("hours of mediators")
        ordering = ("mediator", "valid", "weekday", "minutes")
        constraints = (
            ExclusionConstraint(
                name="mediation_hours_no_overlap",
                expressions=[
                    ("mediator", RangeOperators.EQUAL),
                    ("weekday", RangeOperators.EQUAL),
                    ("minutes", RangeOperators.OVERLAPS),
                    ("valid", RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(name="mediation_hours_weekday", condition=Q(weekday__gte=1, weekday__lte=7)),
            models.CheckConstraint(
                name="mediation_hours_within_a_day",
                condition=Q(minutes__isempty=False, minutes__lower_inf=False, minutes__upper_inf=False)
                & Q(minutes__startswith__gte=0, minutes__endswith__lte=DAY_MINUTES),
            ),
            models.CheckConstraint(name="mediation_hours_some_days", condition=Q(valid__isempty=False)),
        )

    def __str__(self) -> str:
        return f"{self.mediator_id} {self.weekday} {self.minutes.lower}–{self.minutes.upper}"
