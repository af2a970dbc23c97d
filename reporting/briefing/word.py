"""A briefing as a Word file: the shipped form filled with what the parts say."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from docx import Document
from docx.document import Document as WordDocument
from docxtpl import DocxTemplate
from jinja2 import StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from mediation.word_forms import set_hangul

FORM = Path(__file__).parent.parent / "word_forms" / "briefing.docx"


def fill(parts: Sequence[dict[str, Any]]) -> bytes:
    """The form filled with the parts of a briefing: each language whole, one after the other, Chinese first."""
    whole, *others = [_filled(part) for part in parts]
    for other in others:
        _append(whole, other)
    set_hangul(whole)
    made = io.BytesIO()
    whole.save(made)
    return made.getvalue()


def _filled(part: dict[str, Any]) -> WordDocument:
    environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=True)
    form, made = DocxTemplate(FORM), io.BytesIO()
    form.render(context(part), jinja_env=environment)
    form.save(made)
    return Document(io.BytesIO(made.getvalue()))


def _append(whole: WordDocument, other: WordDocument) -> None:
    """Set another filling of the same form behind, from a new page on; its styles are the same."""
    other.paragraphs[0].paragraph_format.page_break_before = True
    for element in list(other.element.body.iterchildren()):
        if not element.tag.endswith("}sectPr"):
            whole.element.body.insert_element_before(element, "w:sectPr")


def context(part: dict[str, Any]) -> dict[str, Any]:
    """What the form names: lines of the head, the official's own lines, and sections of lines and a table."""
    return {
        "scope": part["scope"],
        "title": part["title"],
        "about": [part[name] for name in ("issue", "period", "as_of")],
        "own": part["own"],
        "sections": [
            {
                "heading": section["heading"],
                "lines": section["sentences"],
                "head": section["table"][0] if section["table"] else [],
                "rows": section["table"][1:],
            }
            for section in part["sections"]
        ],
        "notes": [part["note"]],
    }
