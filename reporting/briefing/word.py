"""A briefing as a Word file: the shipped form filled with what the parts say."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from docx import Document
from docxtpl import DocxTemplate
from jinja2 import StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from mediation.word_forms import set_hangul

FORM = Path(__file__).parent.parent / "word_forms" / "briefing.docx"


def fill(parts: Sequence[dict[str, Any]]) -> bytes:
    """The form filled with the parts of a briefing, one a language, Chinese above Korean."""
    environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=True)
    form, made = DocxTemplate(FORM), io.BytesIO()
    form.render(context(parts), jinja_env=environment)
    form.save(made)
    filled = Document(io.BytesIO(made.getvalue()))
    set_hangul(filled)
    made = io.BytesIO()
    filled.save(made)
    return made.getvalue()


def context(parts: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What the form names: lines of the head, the official's own lines, and sections of lines and a table."""
    return {
        "scope": _once(part["scope"] for part in parts),
        "title": _once(part["title"] for part in parts),
        "about": [_once(part[name] for part in parts) for name in ("issue", "period", "as_of")],
        "own": [line for part in parts for line in part["own"]],
        "sections": [
            _section([part["sections"][place] for part in parts]) for place in range(len(parts[0]["sections"]))
        ],
        "notes": [part["note"] for part in parts],
    }


def _section(same: Sequence[dict[str, Any]]) -> dict[str, Any]:
    rows = [
        [_once(one["table"][y][x] for one in same) for x in range(len(row))] for y, row in enumerate(same[0]["table"])
    ]
    return {
        "heading": _once(one["heading"] for one in same),
        "lines": [
            text
            for place in range(len(same[0]["sentences"]))
            for text in dict.fromkeys(one["sentences"][place] for one in same)
        ],
        "head": rows[0] if rows else [],
        "rows": rows[1:],
    }


def _once(words: Any) -> str:
    """The same in each language, equal words once."""
    return "  ".join(dict.fromkeys(words))
