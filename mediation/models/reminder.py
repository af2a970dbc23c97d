from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Reminder(models.Model):
    """That a stage of something due was told. The database keeps at most one row for each, whatever happens.

    ``subject_id`` names the visit, obligation or instalment without a foreign key: checking one would lock the
    row of each visit and so write it anew, which costs more than the telling; and a reminder outlives what was told.
    ``told_on`` is the day that the sweep took for today; the next stage is counted from it.
    """

    class Subject(models.TextChoices):
        VISIT = "visit", _("follow-up visit")
        OBLIGATION = "obligation", _("obligation")
        INSTALMENT = "instalment", _("instalment")

    class Stage(models.IntegerChoices):
        SOON = 0, _("falls due soon")
        DUE = 1, _("has fallen due")
        OVERDUE = 2, _("long overdue")
        ESCALATED = 3, _("told to the dispatchers")

    subject = models.CharField(_("what is due"), max_length=10, choices=Subject.choices)
    subject_id = models.BigIntegerField(_("number"))
    stage = models.SmallIntegerField(_("stage"), choices=Stage.choices)
    told_on = models.DateField(_("told on"))
    made_at = models.DateTimeField(_("told at"))

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        ordering = ("-pk",)
        constraints = (
            models.UniqueConstraint(fields=("subject", "subject_id", "stage"), name="mediation_reminder_once"),
            models.CheckConstraint(condition=Q(stage__gte=0) & Q(stage__lte=3), name="mediation_reminder_stage"),
        )

    def __str__(self) -> str:
        return f"{self.subject} {self.subject_id}: {self.get_stage_display()}"
