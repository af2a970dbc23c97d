from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User


class Origin(models.Model):
    """The number a case had in the system it came from; the same number of the same system makes one case."""

    system = models.CharField(_("source system"), max_length=40)
    source_id = models.CharField(_("number there"), max_length=80)
    case = models.OneToOneField("cases.Case", models.PROTECT, related_name="origin", verbose_name=_("case"))

    class Meta:
        verbose_name = _("origin")
        verbose_name_plural = _("origins")
        constraints = (models.UniqueConstraint(fields=("system", "source_id"), name="intake_origin_once"),)

    def __str__(self) -> str:
        return f"{self.system} {self.source_id}"


class ImportJob(models.Model):
    """A register that is taken over in the background, with its progress and what became of its rows."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        RUNNING = "running", pgettext_lazy("import", "running")
        DONE = "done", _("finished")
        CANCELLED = "cancelled", _("cancelled")
        FAILED = "failed", pgettext_lazy("import", "failed")

    centre = models.ForeignKey("departments.Centre", models.PROTECT, verbose_name=_("centre"))
    system = models.CharField(_("source system"), max_length=40)
    file = models.FileField(_("file"), upload_to="imports/%Y/%m/")
    file_name = models.CharField(_("file name"), max_length=200)
    is_dry_run = models.BooleanField(_("only check"), default=True)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("asked for by"))
    asked_at = models.DateTimeField(_("asked for at"), auto_now_add=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.WAITING)
    is_cancel_asked = models.BooleanField(_("to be cancelled"), default=False)
    total = models.PositiveIntegerField(_("rows"), null=True, blank=True)
    done = models.PositiveIntegerField(_("rows looked at"), default=0)
    imported = models.PositiveIntegerField(_("taken over"), default=0)
    known = models.PositiveIntegerField(_("taken over before"), default=0)
    failed = models.PositiveIntegerField(_("with faults"), default=0)
    faults = models.FileField(_("rows with faults"), upload_to="imports/%Y/%m/", blank=True)
    error = models.CharField(_("why it failed"), max_length=300, blank=True)
    beat_at = models.DateTimeField(_("last sign of life"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ("-asked_at", "-pk")

    def __str__(self) -> str:
        return self.file_name

    @property
    def percent(self) -> int:
        """How far it is, 0 to 100."""
        return min(100, 100 * self.done // self.total) if self.total else 0

    @property
    def is_over(self) -> bool:
        return self.state in {self.State.DONE, self.State.CANCELLED, self.State.FAILED}
