from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from governance_center.calendar import Due, due_at, last_day


class LimitRule(models.Model):
    """A time limit as data: how long, from when, on what legal basis."""

    class Unit(models.TextChoices):
        HOUR = "hour", _("hours")
        WORKING_DAY = "working_day", _("working days")
        CALENDAR_DAY = "calendar_day", _("calendar days")
        MONTH = "month", _("months")

    class Basis(models.TextChoices):
        LAW = "law", _("law")
        PRACTICE = "practice", _("practice")
        POLICY = "policy", _("policy of the centre")

    code = models.CharField(_("code"), max_length=40, primary_key=True)
    name = models.CharField(_("name"), max_length=80)
    length = models.PositiveSmallIntegerField(_("length"))
    unit = models.CharField(_("unit"), max_length=12, choices=Unit.choices)
    starts = models.CharField(_("starts with"), max_length=30)
    applies_to = models.CharField(_("applies to"), max_length=30)
    basis = models.CharField(_("legal basis"), max_length=200)
    basis_kind = models.CharField(_("kind of basis"), max_length=10, choices=Basis.choices)
    local_holidays = models.BooleanField(
        _("local holidays count"),
        default=False,
        help_text=_("Local holidays move in-house limits, not statutory ones."),
    )
    warn_at = models.PositiveSmallIntegerField(
        _("yellow at percent"), default=80, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )

    class Meta:
        verbose_name = _("time limit")
        verbose_name_plural = _("time limits")
        ordering = ("code",)

    def __str__(self) -> str:
        return self.name

    def due(self, start: dt.datetime, local_holidays: Collection[dt.date]) -> Due:
        """When a limit under this rule that starts at ``start`` ends."""
        holidays = local_holidays if self.local_holidays else ()
        return due_at(start, length=self.length, unit=self.unit, local_holidays=holidays)


class Colour(models.TextChoices):
    GREEN = "green", _("in time")
    YELLOW = "yellow", _("much of the time is gone")
    RED = "red", _("past due")


class DeadlineQuerySet(models.QuerySet["Deadline"]):
    def running(self) -> DeadlineQuerySet:
        return self.filter(met_at__isnull=True, cancelled_at__isnull=True)

    def overdue(self, now: dt.datetime | None = None) -> DeadlineQuerySet:
        """Past due and not met. A limit that stands still since before its end is not."""
        stood_still = models.Q(paused_at__isnull=False, paused_at__lt=models.F("due_at"))
        return self.running().filter(due_at__lte=now or timezone.now()).exclude(stood_still)

    def turning(self, now: dt.datetime | None = None) -> DeadlineQuerySet:
        """Yellow: much of the time is gone, but not all; the exact time counts, not the stored colour."""
        now = now or timezone.now()
        at_pause = models.Q(paused_at__gte=models.F("warn_at"), paused_at__lt=models.F("due_at"))
        running_out = models.Q(paused_at__isnull=True, warn_at__lte=now, due_at__gt=now)
        return self.running().filter(at_pause | running_out)

    def paused(self) -> DeadlineQuerySet:
        return self.running().filter(paused_at__isnull=False)


class Deadline(models.Model):
    """A limit that runs for a case (or for one department's referral of it)."""

    case = models.ForeignKey("cases.Case", models.CASCADE, related_name="deadlines", verbose_name=_("case"))
    referral = models.ForeignKey(
        "cases.Referral", models.CASCADE, null=True, blank=True, related_name="deadlines", verbose_name=_("referral")
    )
    rule = models.ForeignKey(LimitRule, models.PROTECT, related_name="+", verbose_name=_("rule"))
    started_at = models.DateTimeField(_("started at"))
    warn_at = models.DateTimeField(_("yellow from"))
    due_at = models.DateTimeField(_("due"))
    is_provisional = models.BooleanField(_("provisional"), default=False)
    met_at = models.DateTimeField(_("met at"), null=True, blank=True)
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, blank=True)
    paused_at = models.DateTimeField(_("paused since"), null=True, blank=True)
    shown = models.CharField(_("colour"), max_length=6, choices=Colour.choices, default=Colour.GREEN)

    objects = DeadlineQuerySet.as_manager()

    class Meta:
        verbose_name = _("deadline")
        verbose_name_plural = _("deadlines")
        ordering = ("due_at",)
        indexes = (
            models.Index(
                fields=("due_at",),
                name="cases_deadline_running",
                condition=models.Q(met_at__isnull=True, cancelled_at__isnull=True),
            ),
            models.Index(
                fields=("warn_at",),
                name="cases_deadline_to_yellow",
                condition=models.Q(
                    met_at__isnull=True, cancelled_at__isnull=True, paused_at__isnull=True, shown="green"
                ),
            ),
            models.Index(
                fields=("due_at",),
                name="cases_deadline_to_red",
                condition=models.Q(met_at__isnull=True, cancelled_at__isnull=True, paused_at__isnull=True)
                & ~models.Q(shown="red"),
            ),
        )

    def __str__(self) -> str:
        return f"{self.rule_id} {self.due_at:%Y-%m-%d}"

    @property
    def is_met(self) -> bool:
        return self.met_at is not None

    @property
    def colour(self) -> str:
        """``green``, ``yellow`` (much of the time is gone) or ``red`` (past due, or met too late), by exact time.

        While it is paused it keeps the colour that it had when it was paused.
        """
        return self.colour_at(self.met_at or timezone.now())

    def colour_at(self, now: dt.datetime) -> str:
        """The colour at a moment, given how it stands now."""
        moment = self.paused_at or now
        if moment >= self.due_at:
            return "red"
        return "yellow" if moment >= self.warn_at and not self.is_met else "green"

    @property
    def days_left(self) -> int:
        """Local days from today to the last day of the limit; 0 on that day, negative after it.

        While it is paused: from the day of the pause.
        """
        return (self.last_day - timezone.localdate(self.paused_at or timezone.now())).days

    @property
    def is_paused(self) -> bool:
        return self.paused_at is not None and self.is_running

    @property
    def is_running(self) -> bool:
        """Neither met nor cancelled; a paused limit is still asked for."""
        return self.met_at is None and self.cancelled_at is None

    @property
    def last_day(self) -> dt.date:
        """The last local day of the limit: a limit in days ends with the end of it."""
        return last_day(self.due_at)


class DeadlinePause(models.Model):
    """The clock stood still, with the reason; the due moment moves by what was left when it goes on."""

    deadline = models.ForeignKey(Deadline, models.CASCADE, related_name="pauses", verbose_name=_("deadline"))
    started_at = models.DateTimeField(_("from"))
    ended_at = models.DateTimeField(_("until"), null=True, blank=True)
    reason = models.ForeignKey("cases.Note", models.PROTECT, related_name="+", verbose_name=_("reason"))
    by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name=_("by"))
    ended_by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("ended by")
    )

    class Meta:
        verbose_name = _("pause of a limit")
        verbose_name_plural = _("pauses of limits")
        ordering = ("started_at", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("deadline",), condition=models.Q(ended_at__isnull=True), name="cases_deadlinepause_one_open"
            ),
        )

    def __str__(self) -> str:
        return f"{self.deadline_id} {self.started_at:%Y-%m-%d}"


class DeadlineExtension(models.Model):
    """A limit was extended (or moved because a calendar was published or a local holiday entered)."""

    class Cause(models.TextChoices):
        CONSENT = "consent", _("both parties agreed")
        APPROVAL = "approval", _("approved")
        CALENDAR = "calendar", _("the calendar changed")

    deadline = models.ForeignKey(Deadline, models.CASCADE, related_name="extensions", verbose_name=_("deadline"))
    cause = models.CharField(_("cause"), max_length=10, choices=Cause.choices)
    old_due_at = models.DateTimeField(_("due before"))
    new_due_at = models.DateTimeField(_("due now"))
    reason = models.ForeignKey(
        "cases.Note", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("reason")
    )
    by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by")
    )
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("extension of a limit")
        verbose_name_plural = _("extensions of limits")
        ordering = ("at", "pk")

    def __str__(self) -> str:
        return f"{self.deadline_id} → {self.new_due_at:%Y-%m-%d}"

    @property
    def old_day(self) -> dt.date:
        """The last day before."""
        return last_day(self.old_due_at)

    @property
    def new_day(self) -> dt.date:
        """The last day now."""
        return last_day(self.new_due_at)
