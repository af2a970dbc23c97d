"""What an administrator sets of reminders, and the history of it."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

LAST_DAY, LAST_HOUR = 60, 23


def _days(label: object, *, least: int = 0, help_text: object = "") -> models.PositiveSmallIntegerField:  # type: ignore[type-arg]
    limits = [MinValueValidator(least), MaxValueValidator(LAST_DAY)]
    return models.PositiveSmallIntegerField(label, null=True, blank=True, validators=limits, help_text=help_text)  # type: ignore[arg-type]


def _hour(label: object) -> models.PositiveSmallIntegerField:  # type: ignore[type-arg]
    limits = [MaxValueValidator(LAST_HOUR)]
    return models.PositiveSmallIntegerField(label, null=True, blank=True, validators=limits)  # type: ignore[arg-type]


def _switch(label: object) -> models.BooleanField:  # type: ignore[type-arg]
    return models.BooleanField(label, null=True, blank=True)  # type: ignore[arg-type]


class ReminderSettings(models.Model):
    """When reminders go out, and by which way: one row for the prefecture and one for each centre that differs.

    What is empty holds as in the row above: of a township's centre as for the county, of a county's as for the
    prefecture, of the prefecture as installed. :mod:`accounts.reminder_rules` reads it. Hours are full hours of the
    local day; two equal quiet hours mean never quiet.
    """

    DAYS = (
        "visit_days_before", "visit_overdue_days", "visit_escalated_days", "performance_days_before",
        "performance_overdue_days", "session_days_before",
    )  # fmt: skip
    HOURS = ("session_hour", "quiet_from", "quiet_until", "digest_hour")
    SWITCHES = ("visit_email", "escalation_email", "performance_email", "session_sms", "session_email")
    FIELDS = (*DAYS, *HOURS, *SWITCHES)

    centre = models.OneToOneField(
        "departments.Centre", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("centre"),
        help_text=_("Empty: for the whole prefecture. A centre's own hold for everything below it too."),
    )  # fmt: skip
    visit_days_before = _days(_("visit: days before it is due"), help_text=_("0: on the day itself."))
    visit_overdue_days = _days(_("visit: working days until it is overdue"))
    visit_escalated_days = _days(_("visit: working days from there until the dispatchers are told"))
    performance_days_before = _days(_("performance: days before it is due"), help_text=_("0: not before."))
    performance_overdue_days = _days(_("performance: days until it is overdue"), least=1)
    session_days_before = _days(_("session: days before it on which parties are reminded"))
    session_hour = _hour(_("session: hour at which parties are reminded"))
    quiet_from = _hour(_("quiet from (hour)"))
    quiet_until = _hour(_("quiet until (hour)"))
    digest_hour = _hour(_("hour of the e-mail of the morning"))
    visit_email = _switch(_("visits by e-mail"))
    escalation_email = _switch(_("to the dispatchers by e-mail"))
    performance_email = _switch(_("performance by e-mail"))
    session_sms = _switch(_("parties before a session by SMS"))
    session_email = _switch(_("parties before a session by e-mail"))

    class Meta:
        verbose_name = _("settings of reminders")
        verbose_name_plural = _("settings of reminders")
        ordering = (models.F("centre").asc(nulls_first=True),)
        constraints = (
            models.UniqueConstraint(fields=("centre",), nulls_distinct=False, name="accounts_remindersettings_once"),
            models.CheckConstraint(
                condition=Q(visit_days_before__lte=60, visit_overdue_days__lte=60, visit_escalated_days__lte=60)
                & Q(performance_days_before__lte=60, session_days_before__lte=60)
                & Q(performance_overdue_days__gte=1, performance_overdue_days__lte=60),
                name="accounts_remindersettings_days",
            ),
            models.CheckConstraint(
                condition=Q(session_hour__lte=23, quiet_from__lte=23, quiet_until__lte=23, digest_hour__lte=23),
                name="accounts_remindersettings_hours",
            ),
        )

    def __str__(self) -> str:
        return str(self.centre) if self.centre else str(_("the whole prefecture"))

    @property
    def scope(self) -> str:
        """Code of the division it holds for; empty for the prefecture."""
        return self.centre_id or ""


class ReminderSettingsVersion(models.Model):
    """What was set from ``at`` on, by whom; without content: the settings of a centre were taken back.

    It names the centre by its code and outlives the settings.
    """

    scope = models.CharField(_("division"), max_length=12, blank=True)
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+", verbose_name=_("by"))
    content = models.JSONField(_("content"))

    class Meta:
        verbose_name = _("version of the settings of reminders")
        verbose_name_plural = _("versions of the settings of reminders")
        ordering = ("-at", "-pk")
        indexes = (models.Index(fields=("scope", "-at"), name="accounts_remindersettings_of"),)

    def __str__(self) -> str:
        return f"{self.scope} {self.at:%Y-%m-%d %H:%M}"
