"""Papers of the file as PDF: the wording in force, filled with what a case holds.

``mediation/papers/paper.typ`` only sets the words that are made here.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from typing import Any

from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from governance_center import papers
from mediation import agreement_paper, letters, notice_paper, prescription_paper
from mediation.agreement_paper import LANGUAGES
from mediation.file_facts import FileFacts
from mediation.models import PaperKind, PaperTemplate
from mediation.paper_content import Content, common_words
from mediation.paper_kinds import Kind

PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
HEADING = "# "

MAKERS: Mapping[str, Callable[[Any, str, str], bytes]] = {
    PaperKind.AGREEMENT: lambda row, language, site: agreement_paper.make(row, language=language, site=site),
    PaperKind.PRESCRIPTION: lambda row, language, site: prescription_paper.make(row, language=language),
    PaperKind.SESSION_NOTICE: lambda row, language, site: notice_paper.again(row, language=language),
    PaperKind.URGING: lambda row, language, site: letters.urging(row, language=language),
    PaperKind.COURT_GUIDANCE: lambda row, language, site: letters.guidance(row, language=language),
    PaperKind.CONFIRMATION: lambda row, language, site: letters.application(row.agreement, row, language=language),
}
"""Who sets a paper without a wording of its own: what it tells of, the language, the address of this site."""


def make(
    facts: FileFacts, kind: Kind, about: Any, *, at: dt.datetime, language: str, template: PaperTemplate | None
) -> bytes:
    """Set a paper that has a wording as PDF.

    Args:
        about: what it tells of, one of ``kind.told(facts)``.
        at: the moment it speaks of; the same data and moment give the same bytes.
        language: a key of :data:`LANGUAGES`.
        template: its wording.

    Raises:
        governance_center.papers.PaperFailed: it could not be set.
    """
    parts = [part_of(facts, kind, about, at, template, spoken) for spoken in LANGUAGES[language]]
    return render(parts, number=facts.case.number, at=at)


def render(parts: list[dict[str, Any]], *, number: str, at: dt.datetime) -> bytes:
    """Set the parts, one a language, on paper."""
    title = " ".join([*(part["title"] for part in parts), number])
    data = {"title": title, "number": number, "parts": parts}
    return papers.render("mediation/papers/paper.typ", data, made_at=at)


def part_of(
    facts: FileFacts, kind: Kind, about: Any, at: dt.datetime, template: PaperTemplate | None, language: str
) -> dict[str, Any]:
    """Everything that one language says; the parts of two languages have the same shape."""
    with translation.override(language):
        content = kind.content(facts, about)
        words = {**common_words(facts), **content.words}
        if template is None:
            title, body, closing = str(kind.code.label), [], []
        else:
            title = template.words("title", language)
            body = paragraphs(template.words("body", language), words)
            closing = paragraphs(template.words("closing", language), words)
        return {
            "language": language,
            "title": title,
            "committee": facts.committee,
            "body": body,
            "closing": closing,
            "version": _("Wording, version %(number)s") % {"number": template.version} if template else "",
            **set_content(content, date_format(timezone.localdate(at))),
        }


def set_content(content: Content, made_on: str) -> dict[str, Any]:
    """The facts of a part, with the words of the lines to sign on."""
    return {
        "rows": content.rows,
        "sections": content.sections,
        "table": content.table,
        "is_table_last": content.is_table_last,
        "signatures": list(content.signatures),
        "sign": _("(signature)"),
        "date": _("Date"),
        "seal": _("(seal)") if content.has_seal else "",
        "made_on": made_on,
    }


def paragraphs(text: str, words: Mapping[str, str]) -> list[dict[str, Any]]:
    """The lines of a wording with their placeholders filled; a line that begins with a number sign is a heading."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return [
        {
            "is_heading": line.startswith(HEADING),
            "text": PLACEHOLDER.sub(lambda found: words[found[1]], line.removeprefix(HEADING)),
        }
        for line in lines
    ]


def file_name(kind: Kind, number: str, language: str, suffix: str = "pdf") -> str:
    """The name a saved copy gets, in the (first) language of the paper."""
    with translation.override(LANGUAGES[language][0]):
        return f"{kind.code.label}-{number}.{suffix}"
