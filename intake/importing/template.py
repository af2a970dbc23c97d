"""The template of a register: the headings in one language, and what each column holds."""

from __future__ import annotations

import csv
import io
from typing import BinaryIO

import xlsxwriter
from django.utils import translation
from django.utils.translation import gettext as _

from intake.importing.columns import COLUMNS, NAMES, Column


def write_template(stream: BinaryIO, kind: str, language: str) -> None:
    """Write a template as ``csv`` or ``xlsx`` in ``zh-hans`` or ``ko``."""
    with translation.override(language):
        (_workbook if kind == "xlsx" else _text)(stream, language)


def _need(column: Column) -> str:
    if column.is_required:
        return _("needed")
    return _("one of the two names is needed") if column in NAMES else _("if known")


def _text(stream: BinaryIO, language: str) -> None:
    """Explanations, one a line, then the headings; what stands above the headings is passed over when it is read."""
    written = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(written)
    for column in COLUMNS.values():
        told = [f"# {column.heading} ({_need(column)}): {column.explanation}"]
        if column.example:
            told.append(_("Example: %(example)s") % {"example": column.example_in(language)})
        writer.writerow([" ".join(told)])
    writer.writerow([column.heading for column in COLUMNS.values()])
    written.detach()


def _workbook(stream: BinaryIO, language: str) -> None:
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    plain, wrapped = book.add_format({"num_format": "@"}), book.add_format({"text_wrap": True, "valign": "top"})
    needed = book.add_format({"bold": True, "bg_color": "#d9e8fb", "border": 1})
    other = book.add_format({"bold": True, "bg_color": "#f2f4f7", "border": 1})
    rows, words = book.add_worksheet(_("Register")), book.add_worksheet(_("Explanations"))
    for index, column in enumerate(COLUMNS.values()):
        rows.set_column(index, index, 18, plain)
        rows.write_string(0, index, column.heading, needed if column.is_required else other)
    rows.freeze_panes(1, 0)
    heads = (_("Column"), _("Needed"), _("What it holds"), _("Example"))
    for index, (head, width) in enumerate(zip(heads, (18, 16, 70, 30), strict=True)):
        words.set_column(index, index, width, wrapped)
        words.write_string(0, index, head, other)
    for line, column in enumerate(COLUMNS.values(), start=1):
        example = column.example_in(language) if column.example else ""
        for index, cell in enumerate((column.heading, _need(column), str(column.explanation), example)):
            words.write_string(line, index, cell, wrapped)
    words.freeze_panes(1, 0)
    book.close()
