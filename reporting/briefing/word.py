"""A briefing as a Word file: the shipped form filled with what the parts say, and the charts as pictures.

Each picture has the words that stand for it where it is not seen.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from docx import Document
from docx.document import Document as WordDocument
from docx.oxml.ns import qn
from docx.shared import Mm
from docxtpl import DocxTemplate, InlineImage
from jinja2 import StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from governance_center import papers
from mediation.word_forms import packed, set_hangul

FORM = Path(__file__).parent.parent / "word_forms" / "briefing.docx"
PICTURES = "reporting/papers/briefing_pictures.typ"
WIDTH = Mm(170)
"""Of a picture: that of the page without its margins."""

Part = dict[str, Any]


def fill(parts: Sequence[Part], *, made_at: dt.datetime) -> bytes:
    """The form filled with the parts of a briefing: each language whole, one after the other, Chinese first.

    Args:
        made_at: the moment that the file names as its date; the same parts and moment give the same bytes.

    Raises:
        governance_center.papers.PaperFailed: a chart could not be drawn.
    """
    whole, *others = [_filled(part) for part in parts]
    for other in others:
        _append(whole, other)
    _describe(whole, [section["chart"]["alt"] for part in parts for section in _charted(part)])
    set_hangul(whole)
    whole.core_properties.title = " ".join((parts[0]["scope"], parts[0]["title"], parts[0]["period"]))
    return packed(whole, made_at)


def _charted(part: Part) -> list[Part]:
    """The sections that have a chart."""
    return [section for section in part["sections"] if section["chart"] and section["chart"]["labels"]]


def _filled(part: Part) -> WordDocument:
    environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=True)
    form, made = DocxTemplate(FORM), io.BytesIO()
    drawn = papers.pictures(PICTURES, {"parts": [part]}) if _charted(part) else []
    pictures = {
        section["code"]: InlineImage(form, io.BytesIO(picture), width=WIDTH)
        for section, picture in zip(_charted(part), drawn, strict=True)
    }
    form.render(context(part, pictures), jinja_env=environment)
    form.save(made)
    return Document(io.BytesIO(made.getvalue()))


def _append(whole: WordDocument, other: WordDocument) -> None:
    """Set another filling of the same form behind, from a new page on; its styles are the same."""
    other.paragraphs[0].paragraph_format.page_break_before = True
    for element in list(other.element.body.iterchildren()):
        for shown in element.iter(qn("a:blip")):
            picture = other.part.related_parts[shown.get(qn("r:embed"))]
            shown.set(qn("r:embed"), whole.part.get_or_add_image(io.BytesIO(picture.blob))[0])
        if not element.tag.endswith("}sectPr"):
            whole.element.body.insert_element_before(element, "w:sectPr")


def _describe(whole: WordDocument, words: Sequence[str]) -> None:
    """Give each picture its number and the words that stand for it."""
    pictures = whole.element.body.iter(qn("wp:docPr"))
    for number, (picture, said) in enumerate(zip(pictures, words, strict=True), start=1):
        picture.set("id", str(number))
        picture.set("name", f"Picture {number}")
        picture.set("descr", said)


def context(part: Part, pictures: dict[str, InlineImage]) -> Part:
    """What the form names: lines of the head, the official's own lines, and sections of lines, a picture and a table.

    Args:
        pictures: the chart of each section that has one, by the code of the section.
    """
    return {
        "scope": part["scope"],
        "title": part["title"],
        "about": [part[name] for name in ("issue", "period", "as_of")],
        "own_heading": part["own_heading"],
        "own": part["own"],
        "sections": [
            {
                "heading": section["heading"],
                "lines": [line for sentence in section["sentences"] for line in sentence.splitlines()],
                "picture": pictures.get(section["code"]),
                "caption": section["chart"]["title"] if section["chart"] else "",
                "head": section["table"][0] if section["table"] else [],
                "rows": section["table"][1:],
            }
            for section in part["sections"]
        ],
        "notes": [part["note"]],
    }
