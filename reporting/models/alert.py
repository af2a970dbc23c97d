from __future__ import annotations

from typing import TypeVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Role, User
from cases.models import Category
from governance_center.scope import within

A = TypeVar("A", bound="Attention")


class AttentionQuerySet(models.QuerySet[A]):
    """What the centre's attention is drawn to."""

    def visible_to(self, user: User) -> AttentionQuerySet[A]:
        """Officials and dispatchers see what concerns their division or a place below it; nobody else sees any."""
        if user.role not in {Role.DISPATCHER, Role.OFFICIAL}:
            return self.none()
        return self.filter(within("division__code", user.scope_code))

    def open(self) -> AttentionQuerySet[A]:
        return self.filter(closed_on__isnull=True)

    def closed(self) -> AttentionQuerySet[A]:
        return self.filter(closed_on__isnull=False)

    def unanswered(self) -> AttentionQuerySet[A]:
        """Open, and no dispatcher has said yet what is done about it."""
        return self.open().filter(acknowledged_at__isnull=True)


class Attention(models.Model):
    """Something that stands out: since when, until when, and what a dispatcher does about it."""

    division = models.ForeignKey("departments.Division", models.PROTECT, related_name="+", verbose_name=_("place"))
    opened_on = models.DateField(_("since"))
    held_on = models.DateField(_("last held on"))
    closed_on = models.DateField(_("closed on"), null=True, blank=True)
    acknowledged_at = models.DateTimeField(_("taken note of at"), null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("taken note of by")
    )
    note = models.TextField(_("what is done"), blank=True)

    class Meta:
        abstract = True


class AlertQuerySet(AttentionQuerySet["Alert"]):
    def wider_than(self, alert: Alert) -> AlertQuerySet:
        """Of the same category, for places that hold that of ``alert``."""
        code = alert.division_id
        return self.filter(category=alert.category_id, division__in=[code[:length] for length in range(2, len(code))])


class Alert(Attention):
    """More cases of a category at a place than its history lets expect. The numbers are those of the last night on
    which it held; ``weeks`` are the last 26 weeks (first day, seen, expected, bounds) for the chart."""

    class Verdict(models.TextChoices):
        REAL = "real", pgettext_lazy("early warning", "right: something was behind it")
        FALSE = "false", pgettext_lazy("early warning", "false: nothing was behind it")

    category = models.ForeignKey(Category, models.PROTECT, related_name="+", verbose_name=_("category"))
    window = models.PositiveSmallIntegerField(_("days looked at"))
    observed = models.PositiveIntegerField(_("cases"))
    expected = models.FloatField(_("expected"))
    dispersion = models.FloatField(_("dispersion"), default=0)
    tail = models.FloatField(_("probability by chance"))
    weeks = models.JSONField(_("weeks"), default=list)
    verdict = models.CharField(_("judged"), max_length=8, choices=Verdict.choices, blank=True)
    judged_at = models.DateTimeField(_("judged at"), null=True, blank=True)
    judged_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("judged by")
    )
    verdict_note = models.TextField(_("why"), blank=True)

    objects = AlertQuerySet.as_manager()

    class Meta:
        verbose_name = _("early warning")
        verbose_name_plural = _("early warnings")
        ordering = ("-opened_on", "tail", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("division", "category"), condition=Q(closed_on__isnull=True), name="reporting_alert_once_open"
            ),
        )
        indexes = (models.Index(fields=("closed_on",), name="reporting_alert_closed"),)

    def __str__(self) -> str:
        return f"{self.division.name} · {self.category.name}"

    @property
    def chart_id(self) -> str:
        """The id of the chart's data on a page."""
        return f"weeks-{self.pk}"

    @property
    def ratio(self) -> float:
        """How many times the expected number."""
        return self.observed / max(self.expected, 0.01)

    @property
    def expected_text(self) -> str:
        """The expected number, of two figures behind the point where it is below one."""
        return f"{self.expected:.2f}" if self.expected < 1 else f"{self.expected:.1f}"

    @property
    def ratio_text(self) -> str:
        return f"{self.ratio:.0f}" if self.ratio >= 10 else f"{self.ratio:.1f}"


class WatchRun(models.Model):
    """A day was looked at. Its row is the lock that lets one worker do it at a time."""

    day = models.DateField(_("day"), unique=True)
    made_at = models.DateTimeField(_("made at"), null=True, blank=True)
    cells = models.PositiveIntegerField(_("places and categories looked at"), default=0)
    held = models.PositiveIntegerField(_("early warnings that held"), default=0)
    repeats = models.PositiveIntegerField(_("repeated incidents"), default=0)

    class Meta:
        verbose_name = _("nightly look")
        verbose_name_plural = _("nightly looks")
        ordering = ("-day",)

    def __str__(self) -> str:
        return str(self.day)
