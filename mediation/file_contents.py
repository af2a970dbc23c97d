"""What is in the file of a case, part by part in the prescribed order: the same for the page, the index and the PDF."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.models import Document, Part
from mediation import paper_kinds
from mediation.file_facts import FileFacts
from mediation.file_rules import Need, needs, standing_of
from mediation.models import Agreement, MadePaper
from mediation.paper_kinds import Kind

NEED_LABELS = {
    Need.REQUIRED: _("required part"),
    Need.LATER: _("required later"),
    Need.AS_NEEDED: _("as needed"),
}


@dataclass(frozen=True, slots=True)
class Item:
    """A paper of the file: made here (``kind`` with what it tells of), kept (``document``), or both."""

    title: str
    at: dt.datetime
    kind: Kind | None = None
    about: Any = None
    made: MadePaper | None = None
    document: Document | None = None
    is_settled: bool = False
    """the paper of an agreement in force, which nothing made later takes the place of"""

    @property
    def source(self) -> int:
        return paper_kinds.source_of(self.about)

    @property
    def in_file(self) -> bool:
        """A form that is only printed to be signed is not."""
        return self.document is not None or (self.kind is not None and self.kind.in_file)


@dataclass(frozen=True, slots=True)
class PartContents:
    """A part of the file: what it needs and what is there."""

    part: Part
    need: Need
    items: list[Item] = field(default_factory=list)

    @property
    def label(self) -> str:
        return str(self.part.label)

    @property
    def need_label(self) -> str:
        return str(NEED_LABELS[self.need])

    @property
    def is_missing(self) -> bool:
        return self.need == Need.REQUIRED and not self.papers

    @property
    def papers(self) -> list[Item]:
        """What goes into the complete file."""
        return [item for item in self.items if item.in_file]


def contents(facts: FileFacts) -> list[PartContents]:
    """All parts; in each first what is made here, then what was added, by its time."""
    found = {part: PartContents(part, need) for part, need in needs(standing_of(facts)).items()}
    standing = set()
    for kind, about, at in paper_kinds.offers(facts):
        made = facts.made.get((kind.code, paper_kinds.source_of(about)))
        settled = _kept_paper(facts, about)
        document = settled or (made.document if made else None)
        standing.add(document.pk if document else None)
        item = Item(kind.title(about), at, kind, about, made, document, is_settled=settled is not None)
        found[kind.part].items.append(item)
    for document in facts.documents:
        if document.pk not in standing and document.part in found:
            found[Part(document.part)].items.append(Item(document.title, document.added_at, document=document))
    return list(found.values())


def _kept_paper(facts: FileFacts, about: Any) -> Document | None:
    """Of an agreement in force the paper that was kept then."""
    if not isinstance(about, Agreement) or about.paper_id is None:
        return None
    return next((document for document in facts.documents if document.pk == about.paper_id), None)


def missing(parts: list[PartContents]) -> list[PartContents]:
    """The required parts of which nothing is there."""
    return [part for part in parts if part.is_missing]


def find(facts: FileFacts, kind: str, source: int) -> Item | None:
    """The paper of a kind that tells of the row with this key; None where there is none such now."""
    items = [item for part in contents(facts) for item in part.items]
    return next((item for item in items if item.kind and item.kind.code == kind and item.source == source), None)
