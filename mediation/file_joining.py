"""The complete file (卷宗) as one PDF: cover, index with page numbers, and the papers in the prescribed order.

The same papers, data and moment give the same bytes. Memory grows with the size of the papers and no further:
each is read, set on A4 and let go.
"""

from __future__ import annotations

import base64
import datetime as dt
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pypdf import PdfReader, PdfWriter
from pypdf.generic import BooleanObject, DictionaryObject, NameObject, TextStringObject

from governance_center import papers
from governance_center.errors import GovernanceError
from mediation import scans
from mediation.agreement_paper import LANGUAGES
from mediation.file_contents import Item, PartContents
from mediation.file_facts import FileFacts
from mediation.models import CaseFile
from mediation.paper_content import EMPTY, Rows

LARGEST = 200_000_000
"""Bytes of all papers of a file together."""


class FileTooLarge(GovernanceError):
    code = "file_too_large"
    message = gettext_lazy("The papers of this file have more than 200 MB together; replace the largest scans.")


@dataclass(frozen=True, slots=True)
class Leaf:
    """A paper on its way into the file: its item, and how its bytes are had."""

    item: Item
    read: Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class Joined:
    """A complete file: its bytes, the PDF of cover and index, and the number of all pages."""

    content: bytes
    front: bytes
    pages: int


@dataclass(frozen=True, slots=True)
class Cover:
    """What the cover says beside the case."""

    language: str
    at: dt.datetime
    filed_by: str
    retention: str


def make(facts: FileFacts, parts: Sequence[PartContents], leaves: Sequence[Leaf], cover: Cover) -> Joined:
    """Join the leaves behind a cover and an index.

    Raises:
        FileTooLarge. PaperFailed: cover or index could not be set.
        UnfitDocument: a kept paper cannot be read any more.
    """
    writer, counts = _bodies([leaf.read for leaf in leaves], [leaf.item.title for leaf in leaves])
    # The index says on which pages the papers are, which hangs on its own length; that does not change with them.
    first = _front(facts, parts, leaves, counts, cover, before=0)
    front = _front(facts, parts, leaves, counts, cover, before=_length(first))
    titles = [leaf.item.title for leaf in leaves]
    return Joined(finish(writer, front, counts, titles), front, _length(front) + sum(counts))


def again(front: bytes, reads: Iterable[Callable[[], bytes]], titles: Sequence[str]) -> bytes:
    """The same file from the cover and index that were kept and the same papers."""
    writer, counts = _bodies(reads, titles)
    return finish(writer, front, counts, titles)


def finish(writer: PdfWriter, front: bytes, counts: Sequence[int], titles: Sequence[str]) -> bytes:
    """Put the front before the papers, a running number on every page, and a bookmark to each paper."""
    leading = PdfReader(io.BytesIO(front)).pages
    for place, page in enumerate(leading):
        writer.insert_page(page, place)
    total = len(writer.pages)
    sizes = [[float(page.mediabox.width), float(page.mediabox.height)] for page in writer.pages]
    made_at = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
    numbers = PdfReader(io.BytesIO(papers.render("mediation/papers/numbers.typ", {"pages": sizes}, made_at=made_at)))
    for page, number in zip(writer.pages, numbers.pages, strict=True):
        page.merge_page(number)
    _introduce(writer, front)
    place = len(leading)
    for title, count in zip(titles, counts, strict=True):
        writer.add_outline_item(title=title, page_number=place)
        place += count
    assert place == total  # noqa: S101
    writer.compress_identical_objects()
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def _introduce(writer: PdfWriter, front: bytes) -> None:
    """Title and language of the whole, as cover and index have them; a viewer shows the title in its bar."""
    leading = PdfReader(io.BytesIO(front))
    said = {name: str(value) for name, value in (leading.metadata or {}).items() if name in {"/Title", "/Author"}}
    writer.add_metadata(said)
    language = leading.root_object.get("/Lang")
    if language is not None:
        writer.root_object[NameObject("/Lang")] = TextStringObject(str(language))
    shown = DictionaryObject({NameObject("/DisplayDocTitle"): BooleanObject(value=True)})
    writer.root_object[NameObject("/ViewerPreferences")] = shown


def _bodies(reads: Iterable[Callable[[], bytes]], titles: Sequence[str]) -> tuple[PdfWriter, list[int]]:
    """The pages of the papers, and how many each has."""
    writer, counts, size = PdfWriter(), [], 0
    for read, title in zip(reads, titles, strict=True):
        content = read()
        size += len(content)
        if size > LARGEST:
            raise FileTooLarge()
        counts.append(scans.add_pages(writer, content, title))
    return writer, counts


def _length(pdf: bytes) -> int:
    return len(PdfReader(io.BytesIO(pdf)).pages)


def _front(
    facts: FileFacts,
    parts: Sequence[PartContents],
    leaves: Sequence[Leaf],
    counts: Sequence[int],
    cover: Cover,
    *,
    before: int,
) -> bytes:
    """Cover and index, where the first paper begins behind ``before`` pages."""
    starts, place = {}, before + 1
    for leaf, count in zip(leaves, counts, strict=True):
        starts[id(leaf.item)] = (place, place + count - 1)
        place += count
    said = []
    for language in LANGUAGES[cover.language]:
        with translation.override(language):
            said.append(_words(facts, parts, starts, cover, pages=place - 1, language=language))
    title = " ".join([*(part["title"] for part in said), facts.case.number])
    data = {"title": title, "number": facts.case.number, "parts": said}
    return papers.render("mediation/papers/front.typ", data, made_at=cover.at)


def _words(
    facts: FileFacts,
    parts: Sequence[PartContents],
    starts: dict[int, tuple[int, int]],
    cover: Cover,
    *,
    pages: int,
    language: str,
) -> dict[str, object]:
    """Everything that one language says on cover and index."""
    return {
        "language": language,
        "title": _("File of people's mediation"),
        "committee": facts.committee,
        "rows": _cover_rows(facts, cover, pages),
        "index_title": _("Index of the file"),
        "head": [_("No."), _("Paper"), _("Page"), _("Remark")],
        "index": _index(parts, starts),
        "version": "",
    }


def _cover_rows(facts: FileFacts, cover: Cover, pages: int) -> Rows:
    case = facts.case
    number = next((row.number for row in reversed(facts.agreements) if row.number), "")
    ended = case.closed_at or case.resolved_at
    return [
        (_("Name of the file"), case.title),
        (_("Number of the file"), number or case.number),
        (_("Case number"), case.number),
        (_("Category"), case.category.name),
        (_("Applicant"), facts.names("applicant") or EMPTY),
        (_("Other party"), facts.names("respondent", "third") or EMPTY),
        (_("Mediator"), str(facts.mediator or EMPTY)),
        (_("Mediated"), f"{_day(case.accepted_at)} – {_day(ended)}"),
        (_("Filed by"), cover.filed_by),
        (_("Filed on"), _day(cover.at)),
        (_("Retention"), str(CaseFile.Retention(cover.retention).label) if cover.retention else EMPTY),
        (_("Number of pages"), str(pages)),
    ]


def _index(parts: Sequence[PartContents], starts: dict[int, tuple[int, int]]) -> list[dict[str, object]]:
    """A row for each part, below it one for each paper; ``level`` 0 is a part, ``is_missing`` one to be found."""
    rows: list[dict[str, object]] = []
    for place, part in enumerate(parts, 1):
        remark = _("missing") if part.is_missing else "" if part.papers else part.need_label
        rows.append({"level": 0, "is_missing": part.is_missing, "cells": [str(place), part.label, "", remark]})
        for item in part.papers:
            first, last = starts[id(item)]
            page = str(first) if first == last else f"{first}–{last}"
            title = item.kind.title(item.about) if item.kind else item.title
            rows.append(
                {"level": 1, "is_missing": False, "cells": ["", title, page, timezone.localdate(item.at).isoformat()]}
            )
    return rows


def _day(moment: dt.datetime | None) -> str:
    return date_format(timezone.localdate(moment)) if moment else EMPTY


def packed(front: bytes) -> str:
    """The front as it is kept in an encrypted field."""
    return base64.b64encode(front).decode()


def unpacked(front: str) -> bytes:
    return base64.b64decode(front)
