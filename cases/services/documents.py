"""Papers kept with a case: scans, and what was made here and must not change any more."""

from __future__ import annotations

import base64
import datetime as dt

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases import ledger
from cases.models import Case, Document, DocumentContent, EventKind
from cases.services.common import lock
from governance_center.crypto import sha256_hex, sm3_hex
from governance_center.errors import GovernanceError, MissingInput
from governance_center.transactions import atomic

LARGEST = 15_000_000
"""Bytes of the largest document."""

MARKS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", Document.ContentType.PDF),
    (b"\xff\xd8\xff", Document.ContentType.JPEG),
    (b"\x89PNG\r\n\x1a\n", Document.ContentType.PNG),
)
"""How files of the kinds that are taken begin."""


class UnfitDocument(GovernanceError):
    code = "unfit_document"
    message = _("Only PDF, JPEG and PNG files of up to 15 MB are taken.")


def kind_of(content: bytes) -> str:
    """The content type by the first bytes, whatever the file's name says.

    Raises:
        UnfitDocument: another kind of file, or one of more than :data:`LARGEST` bytes.
    """
    kind = next((kind for mark, kind in MARKS if content.startswith(mark)), None)
    if kind is None or len(content) > LARGEST:
        raise UnfitDocument(field="file")
    return kind


@atomic
def keep_document(*, case: Case, part: str, title: str, content: bytes, by: User | None, at: dt.datetime) -> Document:
    """Keep ``content`` as a paper of ``case`` with its digests, and write them to the ledger.

    The same bytes for the same part are kept once: the earlier document is returned. Who may add what is asked by
    the use case that calls this.

    Raises:
        UnfitDocument: neither PDF, JPEG nor PNG, or too large.
        MissingInput: no title.
    """
    if not title.strip():
        raise MissingInput(field="title")
    content_type, case = kind_of(content), lock(case)
    digest = sha256_hex(content)
    earlier = Document.objects.filter(case=case, part=part, sha256=digest).first()
    if earlier:
        return earlier
    document = Document.objects.create(
        case=case, part=part, title=title.strip(), content_type=content_type, size=len(content),
        sha256=digest, sm3=sm3_hex(content), added_by=by, added_at=at,
    )  # fmt: skip
    DocumentContent.objects.create(document=document, encoded=base64.b64encode(content).decode())
    facts = {"document": document.pk, "part": part, "sha256": digest, "sm3": document.sm3}
    ledger.append(case, [ledger.Entry(EventKind.DOCUMENT_KEPT, by, facts, at)])
    return document


def content_of(document: Document) -> bytes:
    """The bytes of a document as they were given."""
    return DocumentContent.objects.get(pk=document.pk).content
