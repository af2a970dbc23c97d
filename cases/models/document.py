from __future__ import annotations

import base64

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases.models.case import Case
from governance_center.crypto import EncryptedTextField


class Part(models.TextChoices):
    """The parts of a mediation file (人民调解卷宗) in their prescribed order (司法部 人民调解文书格式)."""

    APPLICATION = "application", _("application or acceptance form")
    RIGHTS = "rights", _("notice of rights and duties")
    IDENTITY = "identity", _("identity of the parties")
    POWER_OF_ATTORNEY = "power_of_attorney", _("power of attorney")
    INVESTIGATION = "investigation", _("investigation record")
    EVIDENCE = "evidence", _("evidence")
    MEDIATION = "mediation", _("mediation record")
    AGREEMENT = "agreement", _("agreement, or register of an oral one")
    PERFORMANCE = "performance", _("proof of performance")
    FOLLOW_UP = "follow_up", _("follow-up record")
    CONFIRMATION = "confirmation", _("papers of judicial confirmation")
    CLOSING = "closing", _("closing report")


class Document(models.Model):
    """A paper kept with a case, scanned or made here; never changed, replaced by a later one.

    ``sha256`` and ``sm3`` (GB/T 32905) are lower-case hex digests of the bytes; the ledger keeps them too.
    """

    class ContentType(models.TextChoices):
        PDF = "application/pdf", "PDF"
        JPEG = "image/jpeg", "JPEG"
        PNG = "image/png", "PNG"

    case = models.ForeignKey(Case, models.CASCADE, related_name="documents", verbose_name=_("case"))
    part = models.CharField(_("part of the file"), max_length=20, choices=Part.choices)
    title = models.CharField(_("title"), max_length=120)
    content_type = models.CharField(_("kind of file"), max_length=20, choices=ContentType.choices)
    size = models.PositiveIntegerField(_("size in bytes"))
    sha256 = models.CharField("SHA-256", max_length=64)
    sm3 = models.CharField("SM3", max_length=64)
    added_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("added by"))
    added_at = models.DateTimeField(_("added at"))

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ("pk",)
        indexes = (models.Index(fields=["sha256"], name="cases_document_sha256"),)

    def __str__(self) -> str:
        return self.title


class DocumentContent(models.Model):
    """The bytes of a document, encrypted; in a table of their own, so that lists never read them."""

    ROTATION_BATCH = 4
    """Rows that a turn of the keys holds in memory at once: a scan has up to 15 MB."""

    document = models.OneToOneField(
        Document, models.CASCADE, primary_key=True, related_name="stored", verbose_name=_("document")
    )
    encoded = EncryptedTextField(_("content"))

    class Meta:
        verbose_name = _("content of a document")
        verbose_name_plural = _("contents of documents")

    def __str__(self) -> str:
        return str(self.document_id)

    @property
    def content(self) -> bytes:
        """The bytes as they were given."""
        return base64.b64decode(self.encoded)
