from __future__ import annotations

import datetime as dt
import secrets

from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from departments.models.centre import Centre, Department, Window


class Half(models.TextChoices):
    """A shift is half a working day."""

    MORNING = "am", _("morning")
    AFTERNOON = "pm", _("afternoon")


class RotaWish(models.Model):
    """How often a rotating department can and must be at a centre, in half-days a calendar month."""

    centre = models.ForeignKey(Centre, models.CASCADE, related_name="rota_wishes", verbose_name=_("centre"))
    department = models.ForeignKey(Department, models.CASCADE, related_name="rota_wishes", verbose_name=_("department"))
    at_least = models.PositiveSmallIntegerField(_("half-days a month, at least"), default=2)
    at_most = models.PositiveSmallIntegerField(_("half-days a month, at most"), default=12)

    class Meta:
        verbose_name = _("rota wish")
        verbose_name_plural = _("rota wishes")
        constraints = (
            models.UniqueConstraint(fields=("centre", "department"), name="departments_rotawish_once"),
            models.CheckConstraint(
                condition=Q(at_most__gte=models.F("at_least")),
                name="departments_rotawish_sound",
                violation_error_message=_("The most cannot be less than the least."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.department_id} @ {self.centre_id}: {self.at_least}–{self.at_most}"


class RotaAbsence(models.Model):
    """Days on which a department cannot come to a centre."""

    centre = models.ForeignKey(Centre, models.CASCADE, related_name="rota_absences", verbose_name=_("centre"))
    department = models.ForeignKey(
        Department, models.CASCADE, related_name="rota_absences", verbose_name=_("department")
    )
    days = DateRangeField(_("days"))
    reason = models.CharField(_("reason"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("absence from the rota")
        verbose_name_plural = _("absences from the rota")
        ordering = ("days",)

    def __str__(self) -> str:
        return f"{self.department_id} @ {self.centre_id}: {self.days}"


class RotaPlan(models.Model):
    """A proposal of the optimiser for a centre and some months; in force once a dispatcher has said so.

    ``expected_share`` is the share of matters that meet their department on the day they come; ``_before`` is the
    same for the rota that was in force when it was made. ``unmet`` explains wishes that could not be met.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        SOLVING = "solving", _("being computed")
        PROPOSED = "proposed", _("proposed")
        IN_FORCE = "in_force", _("in force")
        REPLACED = "replaced", _("replaced")
        FAILED = "failed", _("not possible")

    centre = models.ForeignKey(Centre, models.CASCADE, related_name="rota_plans", verbose_name=_("centre"))
    first = models.DateField(_("first day"))
    last = models.DateField(_("last day"))
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.WAITING)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("made by"))
    made_at = models.DateTimeField(_("made at"), auto_now_add=True)
    seconds = models.FloatField(_("seconds"), null=True, blank=True)
    is_optimal = models.BooleanField(_("proved best"), default=False)
    gap = models.FloatField(_("gap to the bound"), null=True, blank=True)
    expected_share = models.FloatField(_("expected share met"), null=True, blank=True)
    expected_share_before = models.FloatField(_("expected share met before"), null=True, blank=True)
    unmet = models.JSONField(_("unmet wishes"), default=list)
    error = models.CharField(_("why it is not possible"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("rota plan")
        verbose_name_plural = _("rota plans")
        ordering = ("-made_at", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(last__gte=models.F("first")),
                name="departments_rotaplan_sound",
                violation_error_message=_("The last day lies before the first."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.centre_id} {self.first}–{self.last}"


class ShiftQuerySet(models.QuerySet["Shift"]):
    def in_force(self) -> ShiftQuerySet:
        """Those that hold: of the plan in force, or entered by hand."""
        return self.filter(Q(plan__isnull=True) | Q(plan__state=RotaPlan.State.IN_FORCE))

    def between(self, first: dt.date, last: dt.date) -> ShiftQuerySet:
        return self.filter(day__gte=first, day__lte=last)


class Shift(models.Model):
    """A rotating department at a window for half a day. ``plan`` None: entered by hand."""

    plan = models.ForeignKey(
        RotaPlan, models.CASCADE, null=True, blank=True, related_name="shifts", verbose_name=_("plan")
    )
    centre = models.ForeignKey(Centre, models.CASCADE, related_name="shifts", verbose_name=_("centre"))
    department = models.ForeignKey(Department, models.CASCADE, related_name="shifts", verbose_name=_("department"))
    window = models.ForeignKey(Window, models.PROTECT, related_name="shifts", verbose_name=_("window"))
    day = models.DateField(_("day"))
    half = models.CharField(_("half of the day"), max_length=2, choices=Half.choices)
    is_locked = models.BooleanField(_("locked"), default=False)
    checked_in_at = models.DateTimeField(_("checked in at"), null=True, blank=True)
    checked_in_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("checked in by")
    )
    checked_out_at = models.DateTimeField(_("checked out at"), null=True, blank=True)

    objects = ShiftQuerySet.as_manager()

    class Meta:
        verbose_name = _("shift")
        verbose_name_plural = _("shifts")
        ordering = ("day", "half", "window")
        constraints = (
            models.UniqueConstraint(
                fields=("plan", "window", "day", "half"), nulls_distinct=False, name="departments_shift_one_a_window"
            ),
            models.UniqueConstraint(
                fields=("plan", "centre", "department", "day", "half"),
                nulls_distinct=False,
                name="departments_shift_one_a_department",
            ),
        )
        indexes = (
            models.Index(fields=("centre", "day"), name="departments_shift_day"),
            models.Index(fields=("day", "id"), name="departments_shift_newest"),
        )

    def __str__(self) -> str:
        return f"{self.day} {self.half} {self.department_id}"

    @property
    def is_attended(self) -> bool:
        return self.checked_in_at is not None


def new_feed_code() -> str:
    """The unguessable part of a calendar's address."""
    return secrets.token_urlsafe(18)


class CalendarFeed(models.Model):
    """A secret link under which a calendar program reads the rota of a centre, or of one department there."""

    centre = models.ForeignKey(Centre, models.CASCADE, related_name="feeds", verbose_name=_("centre"))
    department = models.ForeignKey(
        Department, models.CASCADE, null=True, blank=True, related_name="feeds", verbose_name=_("department")
    )
    code = models.CharField(_("code"), max_length=30, unique=True, default=new_feed_code)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("made by"))
    made_at = models.DateTimeField(_("made at"), auto_now_add=True)

    class Meta:
        verbose_name = _("calendar link")
        verbose_name_plural = _("calendar links")
        constraints = (
            models.UniqueConstraint(
                fields=("centre", "department"), nulls_distinct=False, name="departments_calendarfeed_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.centre_id} {self.department_id or ''}"
