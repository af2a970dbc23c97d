from __future__ import annotations

import base64

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Language, User
from governance_center.crypto import EncryptedTextField


class ExportQuerySet(models.QuerySet["Export"]):
    def visible_to(self, user: User) -> ExportQuerySet:
        """One's own, and nobody else's: a file holds what its owner may see."""
        return self.filter(asked_by=user)

    def unfinished(self) -> ExportQuerySet:
        return self.filter(state__in=Export.UNFINISHED)


class Export(models.Model):
    """A list that is made into a file in the background, with its progress; the file is kept for some days.

    ``filters`` are those of the list by name, each with its values. ``role``, ``scope_code`` and ``department_code``
    are what the owner was when asking: a file is made and handed out only while that is still so. ``opens`` says
    that identity numbers and phones stand in it in full, ``reason`` why.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        RUNNING = "running", pgettext_lazy("export", "being made")
        DONE = "done", _("finished")
        CANCELLED = "cancelled", _("cancelled")
        FAILED = "failed", pgettext_lazy("import", "failed")

    class Format(models.TextChoices):
        XLSX = "xlsx", "XLSX"
        CSV = "csv", "CSV"

    UNFINISHED = (State.WAITING, State.RUNNING)

    asked_by = models.ForeignKey(User, models.PROTECT, related_name="exports", verbose_name=_("asked for by"))
    asked_at = models.DateTimeField(_("asked for at"), auto_now_add=True)
    kind = models.CharField(pgettext_lazy("export", "list"), max_length=20)
    format = models.CharField(_("kind of file"), max_length=4, choices=Format.choices, default=Format.XLSX)
    filters = models.JSONField(_("filters"), default=dict, blank=True)
    language = models.CharField(_("language"), max_length=10, choices=Language.choices, default=Language.CHINESE)
    role = models.CharField(_("role"), max_length=16)
    scope_code = models.CharField(_("division"), max_length=12, blank=True)
    department_code = models.CharField(_("department"), max_length=40, blank=True)
    opens = models.BooleanField(_("with identity numbers and phones in full"), default=False)
    reason = models.CharField(_("what it is needed for"), max_length=200, blank=True)
    submission_key = models.UUIDField(_("submission key"), unique=True, editable=False)

    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.WAITING)
    is_cancel_asked = models.BooleanField(_("to be cancelled"), default=False)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    total = models.PositiveIntegerField(_("rows"), default=0)
    done = models.PositiveIntegerField(_("rows written"), default=0)
    started_at = models.DateTimeField(_("begun at"), null=True, blank=True)
    beat_at = models.DateTimeField(_("last sign of life"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    expires_at = models.DateTimeField(_("kept until"), null=True, blank=True)
    removed_at = models.DateTimeField(_("removed at"), null=True, blank=True)
    size = models.PositiveIntegerField(_("size in bytes"), default=0)
    sha256 = models.CharField("SHA-256", max_length=64, blank=True)
    error = models.CharField(_("why it failed"), max_length=300, blank=True)

    objects = ExportQuerySet.as_manager()

    class Meta:
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        ordering = ("-asked_at", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=("asked_by",),
                condition=Q(state__in=("waiting", "running")),
                name="reporting_export_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(state="done") | (~Q(sha256="") & Q(expires_at__isnull=False)),
                name="reporting_export_done_has_file",
            ),
            models.CheckConstraint(condition=Q(opens=False) | ~Q(reason=""), name="reporting_export_opened_has_reason"),
        )
        indexes = (
            models.Index(
                fields=("expires_at",),
                name="reporting_export_to_remove",
                condition=Q(state="done", removed_at__isnull=True),
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def is_over(self) -> bool:
        return self.state not in self.UNFINISHED

    @property
    def has_file(self) -> bool:
        return self.state == self.State.DONE and self.removed_at is None

    @property
    def percent(self) -> int:
        """How far it is, 0 to 100."""
        return min(100, 100 * self.done // self.total) if self.total else 0

    @property
    def label(self) -> str:
        """The name of the list in the reader's language."""
        from reporting.exporting.kinds import KINDS

        return str(KINDS[self.kind].label) if self.kind in KINDS else self.kind


class ExportPart(models.Model):
    """A piece of a file, encrypted; in a table of its own, so that lists never read it and nothing is held whole."""

    ROTATION_BATCH = 4
    """Rows that a turn of the keys holds in memory at once: each is about a megabyte."""

    export = models.ForeignKey(Export, models.CASCADE, related_name="parts", verbose_name=_("export"))
    position = models.PositiveIntegerField(_("position"))
    encoded = EncryptedTextField(_("content"))

    class Meta:
        verbose_name = _("part of an export")
        verbose_name_plural = _("parts of exports")
        ordering = ("export", "position")
        constraints = (models.UniqueConstraint(fields=("export", "position"), name="reporting_exportpart_once"),)

    def __str__(self) -> str:
        return f"{self.export_id}.{self.position}"

    @property
    def content(self) -> bytes:
        """The bytes as they were written."""
        return base64.b64decode(self.encoded)


class ExportEntry(models.Model):
    """The log of exports (PIPL arts. 51, 54): who had which rows made into a file or took it. Append-only by trigger.

    It outlives the files. ``export`` is empty for a short list, which goes straight to the reader.
    """

    class What(models.TextChoices):
        MADE = "made", pgettext_lazy("export", "made")
        TAKEN = "taken", pgettext_lazy("export", "downloaded")
        AT_ONCE = "at_once", pgettext_lazy("export", "made and downloaded at once")

    export = models.ForeignKey(
        Export, models.PROTECT, null=True, blank=True, related_name="entries", verbose_name=_("export")
    )
    user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("user"))
    at = models.DateTimeField(_("at"), auto_now_add=True)
    what = models.CharField(_("what"), max_length=8, choices=What.choices)
    kind = models.CharField(pgettext_lazy("export", "list"), max_length=20)
    format = models.CharField(_("kind of file"), max_length=4, choices=Export.Format.choices)
    filters = models.JSONField(_("filters"), default=dict, blank=True)
    opens = models.BooleanField(_("with identity numbers and phones in full"), default=False)
    reason = models.CharField(_("what it is needed for"), max_length=200, blank=True)
    rows = models.PositiveIntegerField(_("rows"))
    sha256 = models.CharField("SHA-256", max_length=64)
    address = models.GenericIPAddressField(_("network address"), null=True, blank=True)

    class Meta:
        verbose_name = _("entry of the log of exports")
        verbose_name_plural = _("log of exports")
        ordering = ("-at", "-pk")
        indexes = (models.Index(fields=("user", "-at"), name="reporting_exportentry_user"),)

    def __str__(self) -> str:
        return f"{self.user_id} {self.what} {self.kind}"
