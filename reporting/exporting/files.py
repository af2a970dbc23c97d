"""Rows of cells into a file on disk, batch by batch: memory holds one batch, however long the list is."""

from __future__ import annotations

import csv
import hashlib
import io
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import IO, Any, Protocol

import xlsxwriter

from accounts.models import Look
from cases.exports import defuse
from reporting.exporting.asked import Asked, Cell, ExportKind

BATCH = 2000
"""After so many rows the progress is told; so many are in memory at once."""

Progress = Callable[[int], bool]
"""Told the number of rows written after each batch; False stops."""


@dataclass(frozen=True, slots=True)
class Made:
    """A file that was written whole. ``size`` in bytes; the digest is lower-case hex."""

    rows: int
    size: int
    sha256: str


class Sheet(Protocol):
    def put(self, row: list[Cell]) -> None: ...

    def close(self) -> None: ...


class CsvSheet:
    """UTF-8 with a byte-order mark, which spreadsheets need to read Chinese and Korean."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="", write_through=False)
        self._writer = csv.writer(self._text)

    def put(self, row: list[Cell]) -> None:
        self._writer.writerow([defuse(cell) if isinstance(cell, str) else cell for cell in row])

    def close(self) -> None:
        self._text.flush()
        self._text.detach()


class XlsxSheet:
    """Text is text and never a formula; numbers are numbers. Each row goes to disk as it is written."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._book = xlsxwriter.Workbook(stream, {"constant_memory": True, "strings_to_formulas": False})
        self._sheet, self._bold = self._book.add_worksheet(), self._book.add_format({"bold": True})
        self._sheet.freeze_panes(1, 0)
        self._row = 0

    def put(self, row: list[Cell]) -> None:
        for column, cell in enumerate(row):
            if isinstance(cell, int | Decimal):
                self._sheet.write_number(self._row, column, cell)
            else:
                self._sheet.write_string(self._row, column, cell, None if self._row else self._bold)
        self._row += 1

    def close(self) -> None:
        self._book.close()


SHEETS: dict[str, Callable[[IO[bytes]], Sheet]] = {"csv": CsvSheet, "xlsx": XlsxSheet}


def make(
    kind: ExportKind, asked: Asked, stream: IO[bytes], file_format: str, *, progress: Progress = lambda done: True
) -> Made | None:
    """Write the list into ``stream``; every look at a number that stands in full is logged with its batch.

    Returns None when ``progress`` stopped it.
    """
    sheet, done = SHEETS[file_format](stream), 0
    sheet.put(list(kind.headings()))
    for batch in _batches(kind.rows(asked).iterator(chunk_size=BATCH)):
        for row in kind.cells(batch, asked):
            sheet.put(row)
        _log_looks(asked)
        done += len(batch)
        if not progress(done):
            return None
    sheet.close()
    return Made(done, *_measured(stream))


def _batches(rows: Iterator[Any]) -> Iterator[list[Any]]:
    while batch := list(itertools.islice(rows, BATCH)):
        yield batch


def _log_looks(asked: Asked) -> None:
    seen = dict.fromkeys(asked.seen)
    Look.objects.bulk_create(Look(user=asked.user, what=what, subject=f"person:{pk}") for what, pk in seen)
    asked.seen.clear()


def _measured(stream: IO[bytes]) -> tuple[int, str]:
    """Size and SHA-256 of what stands in the stream, which is at its beginning afterwards."""
    stream.seek(0)
    digest, size = hashlib.sha256(), 0
    while piece := stream.read(1 << 20):
        digest.update(piece)
        size += len(piece)
    stream.seek(0)
    return size, digest.hexdigest()
