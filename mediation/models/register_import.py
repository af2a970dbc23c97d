from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User


class RegisterImport(models.Model):
    """A list of committees or mediators that was sent in, looked at first and then taken over as a whole.

    ``content`` is the file until it was taken over or given up; afterwards it is empty.
    """

    class Kind(models.TextChoices):
        COMMITTEES = "committees", _("committees")
        MEDIATORS = "mediators", _("mediators")

    kind = models.CharField(_("kind of list"), max_length=10, choices=Kind.choices)
    file_name = models.CharField(_("file"), max_length=200)
    content = models.BinaryField(editable=False)
    submission_key = models.UUIDField(unique=True, editable=False)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("asked for by"))
    asked_at = models.DateTimeField(_("asked for at"), auto_now_add=True)
    done_at = models.DateTimeField(_("taken over at"), null=True, blank=True)
    added = models.PositiveIntegerField(_("entries added"), default=0)
    changed = models.PositiveIntegerField(_("entries changed"), default=0)

    class Meta:
        verbose_name = _("import of the register")
        verbose_name_plural = _("imports of the register")
        ordering = ("-asked_at", "-pk")

    def __str__(self) -> str:
        return self.file_name
