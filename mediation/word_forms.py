"""Papers as Word files that offices go on editing: a form (``.docx``) filled with what the paper says.

A form is text with marks like ``{{ titles }}``; it runs in a sandbox that reaches nothing but the words given to it.
"""

from __future__ import annotations

import copy
import datetime as dt
import io
import re
import zipfile
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _
from docx import Document
from docx.document import Document as WordFile
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docxtpl import DocxTemplate
from jinja2 import StrictUndefined
from jinja2.exceptions import TemplateError, UndefinedError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from lxml.etree import XMLSyntaxError

from governance_center.errors import GovernanceError

SHIPPED = Path(__file__).parent / "word_forms"
LARGEST, LARGEST_UNPACKED, MOST_TEXT = 5_000_000, 30_000_000, 2_000_000
"""Bytes of a form as it is sent and unpacked, and of the text that filling it may give."""

HANGUL = re.compile(r"([가-힣ㄱ-ㆎ][가-힣ㄱ-ㆎ\s,.()·:?!“”-]*)|([^가-힣ㄱ-ㆎ]+)")
"""Pieces of a text: Hangul with the marks that follow it, and everything else."""

KOREAN_TYPEFACE = "Batang"
FORMAT = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
MACROS = ("vbaProject.bin", "activeX", "embeddings/")


class UnfitForm(GovernanceError):
    code = "unfit_form"
    status = 422
    message = _("This is not a Word form (.docx) of up to 5 MB without macros and embedded files.")


class WrongMark(GovernanceError):
    code = "wrong_mark"
    status = 422
    message = _("The form cannot be filled: %(why)s")


def shipped(kind: str) -> bytes:
    """The form that comes with the program."""
    return (SHIPPED / f"{kind}.docx").read_bytes()


def check(content: bytes, sample: list[dict[str, Any]]) -> None:
    """Whether a form can be filled with invented facts and gives a Word file again.

    Raises:
        UnfitForm, WrongMark.
    """
    if len(content) > LARGEST:
        raise UnfitForm(field="file")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            infos = packed.infolist()
    except (zipfile.BadZipFile, OSError, ValueError):
        raise UnfitForm(field="file") from None
    if sum(info.file_size for info in infos) > LARGEST_UNPACKED:
        raise UnfitForm(field="file")
    if any(mark in info.filename for info in infos for mark in MACROS):
        raise UnfitForm(field="file")
    fill(content, sample)


def fill(content: bytes, parts: list[dict[str, Any]]) -> bytes:
    """The form filled with the parts of a paper, one a language, Chinese first.

    Raises:
        UnfitForm: no Word file. WrongMark: a mark that is not known or not closed.
    """
    environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=True)
    environment.globals.clear()
    made = io.BytesIO()
    try:
        form = DocxTemplate(io.BytesIO(content))
        form.render(context(parts), jinja_env=environment)
        form.save(made)
        filled = Document(io.BytesIO(made.getvalue()))
    except UndefinedError as error:
        raise WrongMark(field="file", why=str(error)) from None
    except (TemplateError, ArithmeticError, TypeError, MemoryError, XMLSyntaxError) as error:
        raise WrongMark(field="file", why=str(error).splitlines()[0]) from None
    except (PackageNotFoundError, KeyError, ValueError, zipfile.BadZipFile, OSError):
        raise UnfitForm(field="file") from None
    set_hangul(filled)
    made = io.BytesIO()
    filled.save(made)
    return made.getvalue()


def packed(file: WordFile, moment: dt.datetime) -> bytes:
    """The file with one moment for all that it holds, so that the same words give the same bytes."""
    file.core_properties.created = file.core_properties.modified = moment.replace(tzinfo=None, microsecond=0)
    raw, made = io.BytesIO(), io.BytesIO()
    file.save(raw)
    with zipfile.ZipFile(raw) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in sorted(old.namelist(), key=lambda one: (one != "[Content_Types].xml", one)):
            info = zipfile.ZipInfo(name, moment.timetuple()[:6])
            info.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(info, old.read(name))
    return made.getvalue()


def set_hangul(filled: WordFile) -> None:
    """Give Hangul its own East Asian typeface: Word has one for Chinese and Korean in a run, and the Chinese one has
    no Hangul."""
    for text in list(filled.element.body.iter(qn("w:t"))):
        pieces = HANGUL.findall(text.text or "")
        run = text.getparent()
        if run is None or run.tag != qn("w:r") or not any(piece[0] for piece in pieces):
            continue
        others = [child for child in run if child.tag not in {qn("w:rPr"), qn("w:t")}]
        if others or len(run.findall(qn("w:t"))) > 1:
            _make_korean(run)
            continue
        for hangul, other in pieces:
            piece = copy.deepcopy(run)
            said = piece.find(qn("w:t"))
            said.text = hangul or other
            said.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
            if hangul:
                _make_korean(piece)
            run.addprevious(piece)
        run.getparent().remove(run)


def _make_korean(run: Any) -> None:
    """The typeface and the language of Hangul for a whole run."""
    looks = run.get_or_add_rPr()
    looks.get_or_add_rFonts().set(qn("w:eastAsia"), KOREAN_TYPEFACE)
    for old in looks.findall(qn("w:lang")):
        looks.remove(old)
    language = OxmlElement("w:lang")
    language.set(qn("w:eastAsia"), "ko-KR")
    looks.append(language)


def context(parts: list[dict[str, Any]]) -> dict[str, Any]:
    """What a form may name: ``committees``, ``titles``, ``rows`` (label, value), ``table`` (head, rows), ``body``
    and ``closing`` (lines), ``sections`` (heading, lines), ``signatures``, ``sign``, ``date``, ``seals``,
    ``made_on``. In two languages Chinese stands before, or above, Korean; equal words stand once."""
    first = parts[0]
    return {
        "committees": _once([part["committee"] for part in parts]),
        "titles": _once([part["title"] for part in parts]),
        "rows": [
            {"label": _line(parts, "rows", place, 0), "value": _line(parts, "rows", place, 1)}
            for place, _row in enumerate(first["rows"])
        ],
        "table": _table(parts),
        "body": [one for place, _l in enumerate(first["body"]) for one in _lines(parts, "body", place)],
        "sections": [
            {
                "heading": _line(parts, "sections", place, 0),
                "lines": [
                    line for text in _once([part["sections"][place][1] for part in parts]) for line in text.splitlines()
                ],
            }
            for place, _section in enumerate(first["sections"])
        ],
        "closing": [one for place, _l in enumerate(first["closing"]) for one in _lines(parts, "closing", place)],
        "signatures": [
            " ".join(_once([part["signatures"][place] for part in parts]))
            for place, _s in enumerate(first["signatures"])
        ],
        "sign": " ".join(_once([part["sign"] for part in parts])),
        "date": " ".join(_once([part["date"] for part in parts])),
        "seals": _once([part["committee"] + part["seal"] for part in parts]) if first["seal"] else [],
        "made_on": "  ".join(_once([part["made_on"] for part in parts])),
    }


def _table(parts: list[dict[str, Any]]) -> dict[str, Any]:
    """The table with at most eight columns; a form says ``table.head`` and ``table.rows``."""
    first = parts[0]["table"]
    cells = [[_line(parts, "table", y, x) for x, _cell in enumerate(row)] for y, row in enumerate(first)]
    return {"head": cells[0] if cells else [], "rows": cells[1:]}


def _line(parts: list[dict[str, Any]], name: str, y: int, x: int) -> str:
    return "  ".join(_once([part[name][y][x] for part in parts]))


def _lines(parts: list[dict[str, Any]], name: str, place: int) -> list[dict[str, Any]]:
    is_heading = parts[0][name][place]["is_heading"]
    return [{"text": text, "is_heading": is_heading} for text in _once([part[name][place]["text"] for part in parts])]


def _once(words: list[str]) -> list[str]:
    """Without what is said twice, in the same order."""
    return list(dict.fromkeys(words))
