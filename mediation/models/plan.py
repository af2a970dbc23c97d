from __future__ import annotations

import datetime as dt
from itertools import pairwise

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.models import Category

LAST_DAY = 365
"""A plan ends with the year; what is owed later is visited by its own due dates."""


class VisitChannel(models.TextChoices):
    PHONE = "phone", _("by phone")
    VISIT = "visit", _("visit on the spot")
    ONLINE = "online", _("by video or chat")


class FollowUpPlanQuerySet(models.QuerySet["FollowUpPlan"]):
    def in_force(self, day: dt.date) -> FollowUpPlanQuerySet:
        """Of each code the newest version that has begun by ``day``, where that one is active; by priority."""
        newest = self.filter(since__lte=day).order_by("code", "-since").distinct("code")
        return self.filter(pk__in=newest.values("pk"), is_active=True).order_by("priority", "pk")


class FollowUpPlan(models.Model):
    """On which days after its resolution a matter of some kind is visited, by whom first and how.

    Of the plans that fit, the one with the lowest ``priority`` is taken. A change is a new version: the same
    ``code`` with a later ``since``. Visits that were planned stay as they were planned.
    """

    class Condition(models.TextChoices):
        DEFAULT = "default", _("every matter")
        HIGH_RISK = "high_risk", _("high risk")
        REPEATED = "repeated", _("the same matter came before")
        REOPENED = "reopened", _("reopened after a relapse")
        POLICE_CALLS = "police_calls", _("repeated police calls")
        CATEGORY = "category", _("matters of one category")

    class First(models.TextChoices):
        MEDIATOR = "mediator", _("another mediator")
        COMMUNITY = "community", _("community or grid clerk")
        POLICE = "police", _("community together with the police")

    code = models.SlugField(_("code"), max_length=30)
    since = models.DateField(_("in force from"))
    name = models.CharField(_("name"), max_length=60)
    days = ArrayField(
        models.PositiveSmallIntegerField(),
        verbose_name=_("days after the resolution"),
        help_text=_("Increasing, from 1 to 365, with commas between them: 7,30,90"),
    )
    condition = models.CharField(_("for"), max_length=14, choices=Condition.choices)
    category = models.ForeignKey(Category, models.PROTECT, null=True, blank=True, verbose_name=_("category"))
    priority = models.PositiveSmallIntegerField(
        _("priority"), default=50, help_text=_("Of the plans that fit, the one with the lowest number is taken.")
    )
    first = models.CharField(_("who visits first"), max_length=10, choices=First.choices, default=First.MEDIATOR)
    channel = models.CharField(
        _("way of visiting"), max_length=8, choices=VisitChannel.choices, default=VisitChannel.PHONE
    )
    is_active = models.BooleanField(pgettext_lazy("plan", "active"), default=True)

    objects = FollowUpPlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("follow-up plan")
        verbose_name_plural = _("follow-up plans")
        ordering = ("priority", "code", "-since")
        constraints = (
            models.UniqueConstraint(
                fields=("code", "since"),
                name="mediation_followupplan_version",
                violation_error_message=_("There is a version of this plan from this day on already."),
            ),
            models.CheckConstraint(
                condition=(Q(condition="category") & Q(category__isnull=False))
                | (~Q(condition="category") & Q(category__isnull=True)),
                name="mediation_followupplan_category",
                violation_error_message=_("Choose a category where the plan is for one, and only there."),
            ),
            models.CheckConstraint(
                condition=Q(days__len__gte=1),
                name="mediation_followupplan_has_days",
                violation_error_message=_("Give at least one day."),
            ),
        )

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """The days increase and lie within the year."""
        days = self.days or []
        if any(not 1 <= day <= LAST_DAY for day in days) or any(a >= b for a, b in pairwise(days)):
            raise ValidationError({"days": _("The days must increase and lie between 1 and 365.")})

    @property
    def why(self) -> str | Promise:
        """Why a case gets this plan, in words."""
        if self.category is not None:
            return self.category.name
        return self.Condition(self.condition).label


class FollowUpCode(models.Model):
    """An entry of one of the lists that are ticked after a visit: an administrator adds, words and withdraws them.

    A code that is used stays; one that is not active is no longer offered.
    """

    class Table(models.TextChoices):
        SIGN = "sign", _("signs of escalation")
        HELP = "help", _("help needed")
        CAUSE = "cause", _("root causes")

    table = models.CharField(_("list"), max_length=6, choices=Table.choices)
    code = models.SlugField(_("code"), max_length=20)
    name = models.CharField(_("name"), max_length=60)
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    is_active = models.BooleanField(pgettext_lazy("plan", "active"), default=True)

    class Meta:
        verbose_name = _("entry of the visit lists")
        verbose_name_plural = _("entries of the visit lists")
        ordering = ("table", "order", "code")
        constraints = (models.UniqueConstraint(fields=("table", "code"), name="mediation_followupcode_once"),)

    def __str__(self) -> str:
        return self.name
