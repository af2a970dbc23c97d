"""Papers put into the file of a case: scans, signed copies, records and powers of attorney."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import ProtectedError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Language, Look, Role, User
from cases import ledger, workflow
from cases.models import Case, CaseParty, Document, EventKind, Part
from cases.services.common import lock
from cases.services.documents import content_of, keep_document
from cases.workflow import Actor
from governance_center.errors import GovernanceError, MissingInput, NotAllowed
from governance_center.ledger import text_digest
from governance_center.transactions import atomic
from mediation import scans
from mediation.models import InvestigationRecord, MadePaper, PaperKind, PowerOfAttorney, Replacement

READERS = (Role.MEDIATOR, Role.DISPATCHER, Role.CLERK, Role.OFFICER)
"""Who may open the file of a case they see."""

KEEPERS = frozenset({Actor.DESK, Actor.DISPATCH, Actor.LEAD, Actor.MEDIATOR})
MOST_FILES = 20
MOST_BYTES = 60_000_000
"""Of what is sent at once."""


class NoFile(GovernanceError):
    code = "no_file"
    message = _("This matter has no mediation file: it was not accepted, or may not be mediated.")


class TooMuch(GovernanceError):
    code = "too_much_at_once"
    status = 422
    message = _("Send at most 20 files of together 60 MB at once.")


class NotByMistake(GovernanceError):
    code = "not_by_mistake"
    message = _(
        "Only who added a paper may remove it, and only on the same day. Afterwards put the right one in its place."
    )


class StandsElsewhere(GovernanceError):
    code = "stands_elsewhere"
    message = _("Another record or the archived file rests on this paper; it cannot be removed.")


class AlreadyReplaced(GovernanceError):
    code = "already_replaced"
    message = _("This paper was already replaced.")


class SamePaper(GovernanceError):
    code = "same_paper"
    message = _("This is the same file; it is in the file of the case already.")


class NotInFuture(GovernanceError):
    code = "not_in_future"
    status = 422
    message = _("This day or time has not come yet.")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was sent."""

    name: str
    content: bytes


def has_file(case: Case) -> bool:
    """Every accepted matter that may be mediated has a file."""
    return case.category.is_mediable and case.accepted_at is not None


def may_read(case: Case, user: User) -> bool:
    """Of the cases they see: the desk, the dispatchers, the departments and mediators concerned."""
    return user.role in READERS and user.is_active and has_file(case)


def may_keep(case: Case, user: User) -> bool:
    """Whoever registers, dispatches, leads or mediates the case; signed copies come in after its end too."""
    return has_file(case) and bool(workflow.relations(user, case) & KEEPERS)


def may_remove(document: Document, user: User) -> bool:
    """Who added it, on the same local day, by mistake."""
    same_day = timezone.localdate(document.added_at) == timezone.localdate()
    return document.added_by_id == user.pk and same_day


@atomic
def add_papers(
    *, case: Case, by: User, part: str, uploads: Sequence[Upload], title: str = "", stands_for: MadePaper | None = None
) -> list[Document]:
    """Put scans into a part of the file. The same file sent twice is kept once.

    Args:
        title: without one each paper has the name of its file.
        stands_for: the paper made here of which this one is the signed copy.

    Raises:
        NotAllowed, NoFile. TooMuch. MissingInput: no file, or no such part.
        UnfitDocument: of the first file that cannot be read; nothing is kept then.
    """
    case = lock_file(case, by)
    if part not in Part.values:
        raise MissingInput(field="part")
    if not uploads:
        raise MissingInput(field="file")
    if len(uploads) > MOST_FILES or sum(len(one.content) for one in uploads) > MOST_BYTES:
        raise TooMuch(field="file")
    for one in uploads:
        scans.check(one.content, one.name)
    now = timezone.now()
    kept = [
        keep_document(case=case, part=part, title=name, content=one.content, by=by, at=now)
        for one, name in zip(uploads, _titles(title, uploads), strict=True)
    ]
    if Replacement.objects.filter(old__in=kept).exists():
        raise AlreadyReplaced(field="file")
    if stands_for is not None:
        MadePaper.objects.filter(pk=stands_for.pk, case=case).update(document=kept[0])
    return kept


@atomic
def replace_paper(*, document: Document, by: User, upload: Upload, reason: str) -> Document:
    """Put a better copy in the place of a paper; the earlier one stays readable below it.

    Raises:
        NotAllowed, NoFile, UnfitDocument. MissingInput: no reason. AlreadyReplaced, SamePaper.
    """
    case = lock_file(document.case, by)
    if not reason.strip():
        raise MissingInput(field="reason")
    earlier = Replacement.objects.filter(old=document).select_related("new").first()
    scans.check(upload.content, upload.name)
    now = timezone.now()
    new = keep_document(case=case, part=document.part, title=document.title, content=upload.content, by=by, at=now)
    if earlier:
        if earlier.new_id == new.pk:
            return new
        raise AlreadyReplaced(field="file")
    if new.pk == document.pk:
        raise SamePaper(field="file")
    Replacement.objects.create(old=document, new=new, reason=reason.strip(), by=by, at=now)
    MadePaper.objects.filter(document=document).update(document=new)
    # The new paper has moved the head of the chain.
    case.refresh_from_db(fields=["ledger_length", "ledger_head"])
    facts = {"document": document.pk, "state": "replaced", "replaced_by": new.pk, "sha256": document.sha256}
    ledger.append(case, [ledger.Entry(EventKind.DOCUMENT_KEPT, by, facts, now)])
    return new


@atomic
def remove_paper(*, document: Document, by: User) -> None:
    """Take out what was added by mistake; its bytes are gone, its digests stay in the ledger.

    Raises:
        NotAllowed, NoFile. NotByMistake: somebody else's, or of another day. StandsElsewhere.
    """
    case = lock_file(document.case, by)
    row = Document.objects.select_for_update().filter(pk=document.pk).first()
    if row is None:
        return
    if not may_remove(row, by):
        raise NotByMistake()
    if Replacement.objects.filter(new=row).exists() or case.files.filter(documents__contains=[row.pk]).exists():
        raise StandsElsewhere()
    facts = {"document": row.pk, "state": "removed", "part": row.part, "sha256": row.sha256, "sm3": row.sm3}
    try:
        row.delete()
    except ProtectedError:
        raise StandsElsewhere() from None
    ledger.append(case, [ledger.Entry(EventKind.DOCUMENT_KEPT, by, facts, timezone.now())])


@atomic
def open_paper(*, document: Document, by: User, address: str | None) -> bytes:
    """The bytes of a kept paper; the look is recorded.

    Raises:
        NotAllowed: see :func:`may_read`; identities and powers of attorney only for :data:`KEEPERS`.
    """
    case = document.case
    if not may_read(case, by):
        raise NotAllowed()
    is_identity = document.part in {Part.IDENTITY, Part.POWER_OF_ATTORNEY}
    if is_identity and not may_keep(case, by):
        raise NotAllowed()
    what = Look.What.IDENTITY_NUMBER if is_identity else Look.What.EXPORT
    Look.objects.create(user=by, what=what, subject=f"document:{document.pk}", address=address)
    return content_of(document)


@atomic
def record_investigation(
    *,
    case: Case,
    by: User,
    asked_at: dt.datetime,
    minutes: int,
    place: str,
    asked: str,
    asked_who: str,
    asked_by: str,
    recorder: str,
    text: str,
    language: str = Language.CHINESE,
    submission_key: uuid.UUID,
) -> InvestigationRecord:
    """Write down whom somebody asked about the matter, and what was said.

    Args:
        asked_at: aware, not in the future. minutes: 1 to 1440.

    Raises:
        NotAllowed, NoFile, MissingInput, NotInFuture.
    """
    case, now = lock_file(case, by), timezone.now()
    earlier = InvestigationRecord.objects.filter(submission_key=submission_key, case=case).first()
    if earlier:
        return earlier
    words = {"place": place, "asked": asked, "asked_who": asked_who, "asked_by": asked_by, "recorder": recorder}
    words["text"] = text
    for name, value in words.items():
        if not value.strip():
            raise MissingInput(field=name)
    if asked_at > now:
        raise NotInFuture(field="asked_at")
    if not 1 <= minutes <= 1440:
        raise MissingInput(field="minutes")
    row = InvestigationRecord.objects.create(
        case=case, asked_at=asked_at, minutes=minutes, language=language, recorded_by=by, recorded_at=now,
        submission_key=submission_key, **{name: value.strip() for name, value in words.items()},
    )  # fmt: skip
    _write_made(case, by, PaperKind.INVESTIGATION, row.pk, row.text)
    return row


@atomic
def record_power(
    *,
    case: Case,
    by: User,
    principal: CaseParty,
    attorney: str,
    relation: str,
    scope: str,
    powers: str = "",
    given_on: dt.date,
    submission_key: uuid.UUID,
) -> PowerOfAttorney:
    """Write down who acts for a party and how far (民事诉讼法 art. 62).

    Raises:
        NotAllowed, NoFile, NotInFuture.
        MissingInput: no such party, or a special power that names nothing.
    """
    case, now = lock_file(case, by), timezone.now()
    earlier = PowerOfAttorney.objects.filter(submission_key=submission_key, case=case).first()
    if earlier:
        return earlier
    if principal.case_id != case.pk or principal.part == CaseParty.Part.REPRESENTATIVE:
        raise MissingInput(field="principal")
    if not attorney.strip():
        raise MissingInput(field="attorney")
    if relation not in PowerOfAttorney.Relation.values or scope not in PowerOfAttorney.Scope.values:
        raise MissingInput(field="scope")
    is_special = scope == PowerOfAttorney.Scope.SPECIAL
    if is_special and not powers.strip():
        raise MissingInput(_("A special power names what it is for."), field="powers")
    if given_on > timezone.localdate(now):
        raise NotInFuture(field="given_on")
    row = PowerOfAttorney.objects.create(
        case=case, principal=principal, attorney=attorney.strip(), relation=relation, scope=scope,
        powers=powers.strip() if is_special else "", given_on=given_on, recorded_by=by, recorded_at=now,
        submission_key=submission_key,
    )  # fmt: skip
    _write_made(case, by, PaperKind.POWER_OF_ATTORNEY, row.pk, row.powers)
    return row


def lock_file(case: Case, by: User) -> Case:
    """The case, locked, if ``by`` may put something into its file.

    Raises:
        NoFile, NotAllowed.
    """
    case = lock(case)
    if not has_file(case):
        raise NoFile()
    if not may_keep(case, by) or not Case.objects.visible_to(by).filter(pk=case.pk).exists():
        raise NotAllowed()
    return case


def _titles(title: str, uploads: Sequence[Upload]) -> list[str]:
    """The title given, numbered where there are several; else the names of the files without their endings."""
    title = title.strip()[:110]
    if title:
        return [title] if len(uploads) == 1 else [f"{title} {place}" for place, _one in enumerate(uploads, 1)]
    return [one.name.rsplit(".", 1)[0].strip()[:120] or str(place) for place, one in enumerate(uploads, 1)]


def _write_made(case: Case, by: User, kind: PaperKind, source: int, text: str) -> None:
    facts = {"paper": kind.value, "source": source, "text_sha256": text_digest(text)}
    ledger.append(case, [ledger.Entry(EventKind.DOCUMENT_KEPT, by, facts, timezone.now())])
