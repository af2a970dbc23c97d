"""Papers as Word files, and the forms they are made with: versions, one in force, else the shipped one."""

from __future__ import annotations

from django.db.models import Max
from django.utils import timezone, translation
from django.utils.formats import date_format

from accounts.models import User
from governance_center.crypto import sha256_hex
from governance_center.errors import NotAllowed
from governance_center.transactions import atomic
from mediation import word_forms
from mediation.agreement_paper import LANGUAGES
from mediation.file_contents import Item
from mediation.file_facts import FileFacts
from mediation.models import DocxTemplate
from mediation.paper_kinds import KINDS
from mediation.paper_making import part_of, set_content
from mediation.paper_samples import sample_content, sample_words
from mediation.services.filing import may_read
from mediation.services.papers import remember
from mediation.services.wordings import may_edit


def make_word(*, facts: FileFacts, item: Item, by: User, language: str) -> bytes:
    """A paper of the file as a Word file, in the same wording as its PDF.

    Raises:
        NotAllowed: see :func:`mediation.services.filing.may_read`, or the paper has no Word form.
        WrongMark, UnfitForm: the form in force cannot be filled any more.
    """
    if not may_read(facts.case, by) or item.kind is None or not item.kind.has_docx:
        raise NotAllowed()
    made = remember(facts.case, item, by=by)
    parts = [part_of(facts, item.kind, item.about, item.at, made.template, spoken) for spoken in LANGUAGES[language]]
    return word_forms.fill(form_of(item.kind.code), parts)


def form_of(kind: str) -> bytes:
    """The form in force."""
    row = DocxTemplate.objects.filter(kind=kind, is_in_force=True).first()
    return bytes(row.content) if row else word_forms.shipped(kind)


@atomic
def save_form(*, kind: str, by: User, content: bytes) -> DocxTemplate:
    """Keep a changed form as the next version and put it in force; the same file again is the same version.

    Raises:
        NotAllowed. UnfitForm, WrongMark: it cannot be filled with invented facts.
    """
    if not may_edit(by) or kind not in KINDS or not KINDS[kind].has_docx:
        raise NotAllowed()
    word_forms.check(content, samples("both"))
    rows = DocxTemplate.objects.select_for_update().filter(kind=kind)
    digest = sha256_hex(content)
    row = next((one for one in rows if one.sha256 == digest), None)
    if row is None:
        last = rows.aggregate(last=Max("version"))["last"] or 0
        row = DocxTemplate.objects.create(
            kind=kind, version=last + 1, content=content, sha256=digest, made_by=by, made_at=timezone.now()
        )
    return _switch(kind, row) or row


@atomic
def choose_form(*, kind: str, by: User, version: int) -> DocxTemplate | None:
    """Put a kept version in force again; 0 is the form that comes with the program.

    Raises:
        NotAllowed: not an administrator, or no such version.
    """
    if not may_edit(by):
        raise NotAllowed()
    row = DocxTemplate.objects.filter(kind=kind, version=version).first()
    if version and row is None:
        raise NotAllowed()
    return _switch(kind, row)


def samples(language: str) -> list[dict[str, object]]:
    """The parts of an invented paper."""
    found = []
    for spoken in LANGUAGES[language]:
        with translation.override(spoken):
            words = sample_words()
            line = {"is_heading": False, "text": words["title"]}
            found.append(
                {
                    "language": spoken, "title": words["title"], "committee": words["committee"], "body": [line],
                    "closing": [line], "version": "",
                    **set_content(sample_content(), date_format(timezone.localdate())),
                }
            )  # fmt: skip
    return found


def _switch(kind: str, row: DocxTemplate | None) -> DocxTemplate | None:
    DocxTemplate.objects.filter(kind=kind, is_in_force=True).update(is_in_force=False)
    if row is not None:
        row.is_in_force = True
        row.save(update_fields=["is_in_force"])
    return row
