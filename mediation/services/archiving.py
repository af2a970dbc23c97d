"""The complete file of a case: looked at as it stands, and made once and for all when the case is closed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import partial

from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from accounts.models import Look, User
from cases import ledger
from cases.models import Case, Document, EventKind
from cases.services.documents import content_of, keep_document
from cases.states import State
from governance_center.crypto import sha256_hex, sm3_hex
from governance_center.errors import GovernanceError, MissingInput, NotAllowed
from governance_center.listing import enumerated
from governance_center.transactions import atomic
from mediation import file_contents, file_facts, file_joining
from mediation.agreement_paper import LANGUAGES
from mediation.file_contents import Item, PartContents
from mediation.file_facts import FileFacts
from mediation.file_joining import Cover, Joined, Leaf
from mediation.models import CaseFile, MadePaper
from mediation.services.filing import lock_file, may_keep
from mediation.services.papers import remember, set_paper


class NotClosed(GovernanceError):
    code = "not_closed"
    message = _("The file goes to the archive when the case is closed; until then it can be looked at and printed.")


class PapersMissing(GovernanceError):
    code = "papers_missing"
    message = _("Required papers are missing: %(parts)s.")


class FileChanged(GovernanceError):
    code = "file_changed"
    status = 500
    message = _(
        "A part of the archived file does not have the digest that was kept with it. Please tell the administrator."
    )


def look_at_file(*, case: Case, by: User, language: str, address: str | None, site: str) -> bytes:
    """The complete file as it stands now; nothing is archived, the look is recorded.

    Args:
        site: address of this site, for the code on an agreement that is not in force yet.

    Raises:
        NotAllowed: see :func:`mediation.services.filing.may_keep`: identities are in it.
        FileTooLarge, PaperFailed, UnfitDocument.
    """
    if not may_keep(case, by):
        raise NotAllowed()
    facts = file_facts.read(case)
    parts = file_contents.contents(facts)
    for item in _papers(parts):
        if item.kind and item.document is None and item.made is None:
            facts.made[item.kind.code, item.source] = remember(case, item, by=by)
    Look.objects.create(user=by, what=Look.What.EXPORT, subject=f"case:{case.pk}", address=address)
    cover = Cover(language, _moment(facts), str(facts.mediator or by), "")
    return _join(facts, parts, cover, site).content


@atomic
def archive_file(
    *, case: Case, by: User, language: str, retention: str, site: str, accept_missing: bool = False
) -> CaseFile:
    """Make the complete file of a closed case: what was made here is kept as it is now, and the file's digests go
    into the ledger. The same papers archived twice in the same way are one file.

    Raises:
        NotAllowed, NoFile. NotClosed. MissingInput: no such language or retention.
        PapersMissing: unless ``accept_missing``; the index names them then.
        FileTooLarge, PaperFailed, UnfitDocument.
    """
    lock_file(case, by)
    case = Case.objects.select_related("category", "division", "centre", "lead").get(pk=case.pk)
    if case.state != State.CLOSED:
        raise NotClosed()
    if language not in LANGUAGES or retention not in CaseFile.Retention.values:
        raise MissingInput(field="language" if language not in LANGUAGES else "retention")
    facts = file_facts.read(case)
    gaps = file_contents.missing(file_contents.contents(facts))
    if gaps and not accept_missing:
        raise PapersMissing(parts=enumerated(part.label for part in gaps), field="accept_missing")
    now = timezone.now()
    _freeze(facts, by, language, now, site)
    facts = file_facts.read(case)
    parts = file_contents.contents(facts)
    documents = [item.document.pk for item in _papers(parts) if item.document]
    earlier = case.files.filter(language=language, retention=retention).last()
    if earlier and earlier.documents == documents:
        return earlier
    joined = _join(facts, parts, Cover(language, now, str(by), retention), site)
    return _write(case, by, now, joined, documents, [part.part.value for part in gaps], language, retention)


def open_file(*, file: CaseFile, by: User, address: str | None) -> bytes:
    """An archived file, put together again from its kept papers; the look is recorded.

    Raises:
        NotAllowed. FileChanged: a part of it does not have the digest that was kept with it. The whole is not
            compared: a later version of the joining library may write the same pages in other bytes.
    """
    if not may_keep(file.case, by):
        raise NotAllowed()
    rows = {row.pk: row for row in Document.objects.filter(case=file.case, pk__in=file.documents)}
    if set(rows) != set(file.documents):
        raise FileChanged()
    kept = [rows[pk] for pk in file.documents]
    front = file_joining.unpacked(file.front)
    if sha256_hex(front) != _front_in_ledger(file):
        raise FileChanged()
    made = file_joining.again(front, [partial(_unchanged, row) for row in kept], [row.title for row in kept])
    Look.objects.create(user=by, what=Look.What.EXPORT, subject=f"case:{file.case_id}", address=address)
    return made


def _unchanged(document: Document) -> bytes:
    """The bytes of a kept paper, if they still have their digest."""
    content = content_of(document)
    if sha256_hex(content) != document.sha256:
        raise FileChanged()
    return content


def _front_in_ledger(file: CaseFile) -> str:
    """The digest of cover and index that the ledger knows."""
    event = file.case.events.filter(kind=EventKind.FILE_MADE, data__file=file.pk).first()
    return str(event.data["front_sha256"]) if event else ""


def _papers(parts: Sequence[PartContents]) -> list[Item]:
    return [item for part in parts for item in part.papers]


def _join(facts: FileFacts, parts: Sequence[PartContents], cover: Cover, site: str) -> Joined:
    leaves = [Leaf(item, partial(_read, facts, item, cover.language, site)) for item in _papers(parts)]
    return file_joining.make(facts, parts, leaves, cover)


def _read(facts: FileFacts, item: Item, language: str, site: str) -> bytes:
    if item.document:
        return content_of(item.document)
    made = item.made or facts.made[item.kind.code if item.kind else "", item.source]
    return set_paper(facts, item, made, language, site)


def _freeze(facts: FileFacts, by: User, language: str, now: dt.datetime, site: str) -> None:
    """Keep what is made here as it is now, unless a signed copy stands for it."""
    for part in file_contents.contents(facts):
        for item in part.papers:
            if item.document or item.kind is None:
                continue
            made = remember(facts.case, item, by=by)
            with translation.override(LANGUAGES[language][0]):
                title = item.kind.title(item.about)[:120]
            content = set_paper(facts, item, made, language, site)
            document = keep_document(case=facts.case, part=part.part, title=title, content=content, by=by, at=now)
            MadePaper.objects.filter(pk=made.pk).update(document=document)


def _write(
    case: Case,
    by: User,
    now: dt.datetime,
    joined: Joined,
    documents: list[int],
    gaps: list[str],
    language: str,
    retention: str,
) -> CaseFile:
    row = CaseFile.objects.create(
        case=case, language=language, retention=retention, pages=joined.pages, documents=documents, missing=gaps,
        front=file_joining.packed(joined.front), sha256=sha256_hex(joined.content), sm3=sm3_hex(joined.content),
        made_by=by, made_at=now,
    )  # fmt: skip
    facts = {
        "file": row.pk, "pages": row.pages, "documents": documents, "missing": gaps, "sha256": row.sha256,
        "sm3": row.sm3, "front_sha256": sha256_hex(joined.front),
    }  # fmt: skip
    # The papers kept on the way have moved the head of the chain.
    case.refresh_from_db(fields=["ledger_length", "ledger_head"])
    ledger.append(case, [ledger.Entry(EventKind.FILE_MADE, by, facts, now)])
    return row


def _moment(facts: FileFacts) -> dt.datetime:
    """The newest thing in the file, so that the same papers give the same bytes."""
    case = facts.case
    moments = [row.added_at for row in facts.documents] + [row.made_at for row in facts.made.values()]
    return max([*moments, case.closed_at or case.state_since])
