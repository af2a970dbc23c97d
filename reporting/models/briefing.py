from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from departments.models import Division
from governance_center.scope import within
from reporting.periods import Period

READERS = frozenset({Role.OFFICIAL, Role.DISPATCHER})


class PublishedQuerySet(models.QuerySet["PublishedFigures"]):
    def visible_to(self, user: User) -> PublishedQuerySet:
        """Officials and dispatchers read what their division and those below it published."""
        if user.role not in READERS:
            return self.none()
        return self.filter(within("scope__code", user.scope_code))


class PublishedFigures(models.Model):
    """One figure of a division and month as it was told: never changed (a trigger), never told twice.

    ``value`` is in the unit of the measure, None where nothing could be said. ``by`` is None where the clock did it.
    """

    scope = models.ForeignKey(Division, models.PROTECT, related_name="+", verbose_name=_("division"))
    first = models.DateField(_("first day"))
    last = models.DateField(_("last day"))
    measure = models.CharField(_("figure"), max_length=30)
    value = models.FloatField(_("value"), null=True)
    numerator = models.BigIntegerField(_("numerator"), null=True)
    denominator = models.BigIntegerField(_("denominator"), null=True)
    published_at = models.DateTimeField(_("published at"))
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("by"))

    objects = PublishedQuerySet.as_manager()

    class Meta:
        verbose_name = _("published figure")
        verbose_name_plural = _("published figures")
        constraints = (
            models.UniqueConstraint(
                fields=("scope", "first", "last", "measure"), name="reporting_publishedfigures_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.scope_id} {self.first:%Y-%m-%d} {self.measure}"


class BriefingQuerySet(models.QuerySet["Briefing"]):
    def visible_to(self, user: User) -> BriefingQuerySet:
        """Officials and dispatchers read the briefings of their division and those below it; drafts are read by the
        officials and dispatchers of the very division."""
        if user.role not in READERS:
            return self.none()
        mine = Q(published_at__isnull=False) | Q(scope_id=user.scope_code)
        return self.filter(mine, within("scope__code", user.scope_code))

    def published(self) -> BriefingQuerySet:
        return self.filter(published_at__isnull=False)

    def drafts(self) -> BriefingQuerySet:
        return self.filter(published_at__isnull=True)


class Briefing(models.Model):
    """A briefing (工作简报) of a division on a week, month or year: a draft, then published once and for all.

    ``figures`` is what it says, in codes and numbers: papers and pages are made from it and nothing else, so that they
    can be made again. ``sha256`` is the digest of ``figures``. Issues are numbered by division and year of publication.
    """

    class Kind(models.TextChoices):
        WEEKLY = "weekly", _("Weekly briefing")
        MONTHLY = "monthly", _("Monthly briefing")
        YEARLY = "yearly", _("Yearly briefing")

    scope = models.ForeignKey(Division, models.PROTECT, related_name="+", verbose_name=_("division"))
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    first = models.DateField(_("first day"))
    last = models.DateField(_("last day"))
    figures = models.JSONField(_("figures"))
    sha256 = models.CharField("SHA-256", max_length=64)
    gathered_at = models.DateTimeField(_("figures of"))
    words_zh_hans = models.TextField(_("own words in Chinese"), blank=True)
    words_ko = models.TextField(_("own words in Korean"), blank=True)
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("made by"))
    year = models.PositiveSmallIntegerField(_("year of the issue"), null=True)
    number = models.PositiveSmallIntegerField(_("number of the issue"), null=True)
    published_at = models.DateTimeField(_("published at"), null=True)
    published_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("published by"))

    objects = BriefingQuerySet.as_manager()

    class Meta:
        verbose_name = _("briefing")
        verbose_name_plural = _("briefings")
        ordering = ("-last", "-first", "scope_id")
        constraints = (
            models.UniqueConstraint(fields=("scope", "kind", "first"), name="reporting_briefing_once"),
            models.UniqueConstraint(fields=("scope", "year", "number"), name="reporting_briefing_number"),
            models.CheckConstraint(
                name="reporting_briefing_whole",
                condition=Q(published_at=None, published_by=None, year=None, number=None)
                | Q(published_at__isnull=False, published_by__isnull=False, year__isnull=False, number__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.scope_id} {self.kind} {self.first:%Y-%m-%d}"

    @property
    def period(self) -> Period:
        return Period(self.first, self.last)

    @property
    def is_published(self) -> bool:
        return self.published_at is not None


class BriefingPaper(models.Model):
    """A published briefing as PDF, as it was published: in Chinese, in Korean, and with both side by side."""

    briefing = models.ForeignKey(Briefing, models.PROTECT, related_name="papers", verbose_name=_("briefing"))
    language = models.CharField(_("language"), max_length=10)
    content = models.BinaryField(_("file"))
    sha256 = models.CharField("SHA-256", max_length=64)

    class Meta:
        verbose_name = _("paper of a briefing")
        verbose_name_plural = _("papers of briefings")
        constraints = (models.UniqueConstraint(fields=("briefing", "language"), name="reporting_briefingpaper_once"),)

    def __str__(self) -> str:
        return f"{self.briefing_id} {self.language}"
