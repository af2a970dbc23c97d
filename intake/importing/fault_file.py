"""The rows that cannot be taken over, as they were, with line and reasons: to be corrected and sent again."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import xlsxwriter
from django.utils import translation

from cases.exports import defuse
from intake.importing.columns import COLUMNS, LINE, REASONS
from intake.importing.faults import Fault
from intake.importing.readers import as_text

FIRST = 50
"""So many faults are kept for the page, without a language."""


class FaultFile:
    """Collects faults into a CSV or XLSX file, which appears with the first one; one file for each language.

    The first :data:`FIRST` are also kept in ``first``, for a page that shows them in the reader's language.

    Args:
        path: where the file of the first language goes, those of others beside it (:func:`in_language`); None for
            no file at all.
    """

    def __init__(self, path: Path | None, kind: str, headings: Sequence[str], languages: Sequence[str]) -> None:
        self.kind, self.languages = kind, languages
        self.first: list[dict[str, Any]] = []
        self._path, self._headings = path, headings
        self._sinks: dict[str, _Csv | _Workbook] = {}

    def add(self, line: int, cells: Sequence[Any], faults: Sequence[Fault]) -> None:
        if len(self.first) < FIRST:
            self.first += [{"line": line, **fault.as_json()} for fault in faults]
        if self._path is None:
            return
        width = len(self._headings)
        shown = [as_text(cell) for cell in cells[:width]]
        shown += [""] * (width - len(shown))
        for language in self.languages:
            with translation.override(language):
                reasons = "; ".join(_told(fault) for fault in faults)
            self._sink(self._path, language).write([defuse(cell) for cell in (*shown, str(line), reasons)])

    def close(self) -> bool:
        """Finish the files; whether there are any."""
        for sink in self._sinks.values():
            sink.close()
        return bool(self._sinks)

    def _sink(self, path: Path, language: str) -> _Csv | _Workbook:
        if language not in self._sinks:
            where = path if language == self.languages[0] else in_language(path, language)
            sink = self._sinks[language] = (_Workbook if self.kind == "xlsx" else _Csv)(where)
            korean = language == "ko"
            sink.write([*self._headings, LINE[korean], REASONS[korean]])
        return self._sinks[language]


def in_language(path: Path, language: str) -> Path:
    """The file of faults in another language than the first, beside it."""
    return path.with_suffix(f".{language}{path.suffix}")


def _told(fault: Fault) -> str:
    column = COLUMNS.get(fault.column)
    return f"{column.heading}: {fault.reason}" if column else fault.reason


class _Csv:
    """UTF-8 with a byte-order mark, which spreadsheets need to read Chinese and Korean."""

    def __init__(self, path: Path) -> None:
        self._stream = path.open("w", encoding="utf-8-sig", newline="")
        self._writer = csv.writer(self._stream)

    def write(self, cells: Sequence[str]) -> None:
        self._writer.writerow(cells)

    def close(self) -> None:
        self._stream.close()


class _Workbook:
    """Cells are text and nothing else: no formula, no number that loses digits."""

    def __init__(self, path: Path) -> None:
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        self._book = xlsxwriter.Workbook(path, options)
        self._sheet = self._book.add_worksheet()
        self._row = 0

    def write(self, cells: Sequence[str]) -> None:
        for column, cell in enumerate(cells):
            self._sheet.write_string(self._row, column, cell[:32_000])
        self._row += 1

    def close(self) -> None:
        self._sheet.freeze_panes(1, 0)
        self._book.close()


def keep_report(path: Path, *, unknown: Sequence[str], first: Sequence[dict[str, Any]]) -> None:
    """Put what a page shows of a run beside its files: the headings that were not known, and the first faults."""
    path.write_text(json.dumps({"unknown": list(unknown), "first": list(first)}, ensure_ascii=False))


def read_report(path: Path) -> tuple[list[str], list[tuple[int, Fault]]]:
    """Unknown headings, and line and fault in the active language; nothing where nothing was kept."""
    try:
        stored = json.loads(path.read_text())
    except (OSError, ValueError):
        return [], []
    return stored["unknown"], [(row["line"], Fault.from_json(row)) for row in stored["first"]]
