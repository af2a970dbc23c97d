from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Language, User


class Expert(models.Model):
    """A member of the legal workers' home (法律工作者之家): lawyer, judge, notary, scholar, psychologist."""

    user = models.OneToOneField(
        User, models.PROTECT, null=True, blank=True, related_name="expert", verbose_name=_("account")
    )
    name = models.CharField(_("name in Chinese characters"), max_length=60)
    name_hangul = models.CharField(_("name in Korean letters"), max_length=60, blank=True)
    organisation = models.CharField(_("organisation"), max_length=120, blank=True)
    division = models.ForeignKey("departments.Division", models.PROTECT, related_name="+", verbose_name=_("division"))
    fields = models.ManyToManyField("cases.Category", blank=True, related_name="experts", verbose_name=_("fields"))
    languages = ArrayField(
        models.CharField(max_length=10, choices=Language.choices), default=list, verbose_name=_("languages")
    )
    phone = models.CharField(_("office phone"), max_length=30, blank=True)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("expert")
        verbose_name_plural = _("experts")
        ordering = ("division", "name", "pk")

    def __str__(self) -> str:
        return f"{self.name} {self.name_hangul}".strip()


class ExpertAppointmentQuerySet(models.QuerySet["ExpertAppointment"]):
    def standing(self) -> ExpertAppointmentQuerySet:
        """Planned or held."""
        return self.exclude(state=ExpertAppointment.State.CANCELLED)


class ExpertAppointment(models.Model):
    """An expert's time for a case; no expert twice at one time."""

    class State(models.TextChoices):
        PLANNED = "planned", _("planned")
        HELD = "held", _("held")
        CANCELLED = "cancelled", _("cancelled")

    expert = models.ForeignKey(Expert, models.PROTECT, related_name="appointments", verbose_name=_("expert"))
    case = models.ForeignKey("cases.Case", models.CASCADE, related_name="expert_appointments", verbose_name=_("case"))
    time = DateTimeRangeField(_("time"))
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.PLANNED)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("asked for by"))
    question = models.TextField(_("question"))
    opinion = models.ForeignKey(
        "cases.Note", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("written opinion")
    )
    opinion_at = models.DateTimeField(_("opinion given at"), null=True, blank=True)

    objects = ExpertAppointmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("appointment with an expert")
        verbose_name_plural = _("appointments with experts")
        ordering = ("time", "pk")
        constraints = (
            ExclusionConstraint(
                name="cases_expertappointment_no_overlap",
                expressions=[("expert", RangeOperators.EQUAL), ("time", RangeOperators.OVERLAPS)],
                condition=~Q(state="cancelled"),
                violation_error_message=_("The expert has another appointment at this time."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.expert_id} {self.case_id}"
