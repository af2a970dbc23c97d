"""Streaming a register, CSV or XLSX: what is recognised of its columns, and its rows one after the other.

A file is looked through once before its first row is taken (is it whole, in which encoding, how many rows), so that
a broken one is refused before anything is written. Of a text neither pass holds more than a piece; the sheet of a
workbook is held while it is read, which is why a workbook that unpacks to too much is refused.
"""

from __future__ import annotations

import codecs
import csv
import io
import itertools
import xml.parsers.expat
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from django.utils.translation import gettext_lazy as _
from python_calamine import CalamineSheet, CalamineWorkbook

from governance_center.errors import GovernanceError
from intake.importing import columns
from intake.importing.readers import as_text

BLOCK = 1 << 20
LOOK_FOR_HEADINGS = 60
"""The headings stand in one of the first so many rows; what is above is a title or an explanation."""

ENOUGH_HEADINGS = 3
ENCODINGS = ("utf-8", "gb18030")
DELIMITERS = (",", ";", "\t")
LONGEST_CELL = 200_000
MOST_UNPACKED, MOST_WORDS = 400 << 20, 200 << 20
"""A workbook that unpacks to more bytes than this is refused, or whose table of texts does: it is held in memory. A
hundred thousand rows stay far below either; a larger register comes as CSV."""

OLD_WORKBOOK, ZIPPED = b"\xd0\xcf\x11\xe0", b"PK\x03\x04"

Row = tuple[int, Sequence[Any]]
"""The number of the line (or row of the sheet) where it begins, and its cells."""


class Unreadable(GovernanceError):
    """The file as a whole cannot be taken over; one sentence says why."""

    code = "unreadable_file"
    status = 422


@dataclass(slots=True)
class Register:
    """A file that can be read. ``total`` is the number of its rows, as far as that is known beforehand."""

    kind: str
    headings: list[str]
    columns: dict[str, int]
    unknown: list[str]
    total: int | None
    _rows: Iterator[Row] = field(repr=False)

    def rows(self) -> Iterator[Row]:
        """The rows below the headings, blank ones left out. Can be walked once."""
        return self._rows


@contextmanager
def open_register(path: Path) -> Iterator[Register]:
    """Open a register, whatever its name ends with.

    Raises:
        Unreadable: empty, broken, of another kind or encoding, or without the columns that are needed.
    """
    with path.open("rb") as stream:
        begin = stream.read(4)
        stream.seek(0)
        if not begin:
            raise Unreadable(_("The file is empty."))
        if begin == OLD_WORKBOOK:
            raise Unreadable(_("This is a workbook of the old kind (.xls). Save it as .xlsx or as CSV."))
        with _workbook(stream) if begin == ZIPPED else _text(path, stream) as register:
            lacking = columns.missing(register.columns)
            if lacking:
                names = "、".join(column.heading for column in lacking)
                raise Unreadable(_("These columns are needed and are not there: %(names)s."), names=names)
            yield register


def plain_rows(stream: BinaryIO) -> list[Row]:
    """The rows of a short list, headings and all: of the first sheet of a workbook, or of a text.

    Raises:
        Unreadable: empty, broken, or of another kind or encoding.
    """
    begin = stream.read(4)
    stream.seek(0)
    if not begin.strip():
        raise Unreadable(_("The file is empty."))
    if begin == OLD_WORKBOOK:
        raise Unreadable(_("This is a workbook of the old kind (.xls). Save it as .xlsx or as CSV."))
    if begin != ZIPPED:
        encoding = _encoding(stream)
        stream.seek(0)
        text = stream.read().decode(encoding)
        first = next((line for line in text.splitlines() if line.strip()), "")
        delimiter = max(DELIMITERS, key=first.count)
        return list(_records(io.StringIO(text, newline=""), delimiter))
    try:
        _look_through(stream)
        stream.seek(0)
        with CalamineWorkbook.from_filelike(stream) as book:
            return list(_cells(book.get_sheet_by_index(0)))
    except Unreadable:
        raise
    except Exception as error:  # whatever a broken workbook makes the reader stumble over
        raise _broken() from error


# --- text


@contextmanager
def _text(path: Path, stream: BinaryIO) -> Iterator[Register]:
    encoding = _encoding(stream)
    csv.field_size_limit(LONGEST_CELL)
    with path.open(encoding=encoding, newline="") as lines:
        delimiter, above = _layout(lines)
    with path.open(encoding=encoding, newline="") as lines:
        total = sum(1 for _row in itertools.islice(_records(lines, delimiter), above + 1, None))
    with path.open(encoding=encoding, newline="") as lines:
        records = _records(lines, delimiter)
        _line, headings = next(itertools.islice(records, above, None))
        found, unknown = columns.recognise(headings)
        yield Register("csv", [as_text(cell) for cell in headings], found, unknown, total, records)


def _encoding(stream: BinaryIO) -> str:
    """``utf-8-sig``, ``utf-8`` or ``gb18030``: the first in which the whole file can be read, strictly.

    Raises:
        Unreadable: none of them.
    """
    if stream.read(3) == codecs.BOM_UTF8:
        candidates: tuple[str, ...] = ("utf-8-sig",)
    else:
        candidates = ENCODINGS
    for name in candidates:
        stream.seek(0)
        decoder = codecs.getincrementaldecoder(name)(errors="strict")
        try:
            while block := stream.read(BLOCK):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return name
    raise Unreadable(_("This is neither a workbook nor a text in UTF-8 or GB18030."))


def _layout(lines: Any) -> tuple[str, int]:
    """The delimiter, and how many records that are not blank stand above the headings.

    Raises:
        Unreadable: no heading is known here.
    """
    begin = list(itertools.islice(lines, LOOK_FOR_HEADINGS))
    best = (0, ",", 0)
    for delimiter in DELIMITERS:
        try:
            for index, (_line, cells) in enumerate(_records(iter(begin), delimiter)):
                known = len(columns.recognise(cells)[0])
                best = max(best, (known, delimiter, index), key=lambda found: found[0])
        except Unreadable:
            continue
    if best[0] < ENOUGH_HEADINGS:
        raise _no_headings()
    return best[1], best[2]


def _records(lines: Iterator[str], delimiter: str) -> Iterator[Row]:
    """The records that are not blank, with the number of the line in which each begins."""
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error:
        raise Unreadable(
            _("Line %(line)s is broken: a quotation mark is opened or closed wrongly."), line=line
        ) from None


# --- workbooks


@contextmanager
def _workbook(stream: BinaryIO) -> Iterator[Register]:
    try:
        _look_through(stream)
        stream.seek(0)
        book = CalamineWorkbook.from_filelike(stream)
        register = _sheet(book)
    except Unreadable:
        raise
    except Exception as error:  # whatever a broken workbook makes the reader stumble over
        raise _broken() from error
    try:
        yield register
    finally:
        book.close()


def _look_through(stream: BinaryIO) -> None:
    """Refuse what is no workbook, is damaged or unpacks to too much; read in pieces."""
    with zipfile.ZipFile(stream) as archive:
        members = archive.infolist()
        words = sum(member.file_size for member in members if member.filename == "xl/sharedStrings.xml")
        if sum(member.file_size for member in members) > MOST_UNPACKED or words > MOST_WORDS:
            raise Unreadable(_("The workbook unpacks to more than can be taken at once. Save it as CSV."))
        if "xl/workbook.xml" not in archive.namelist():
            raise _broken()
        for member in members:
            parser = xml.parsers.expat.ParserCreate() if member.filename.endswith((".xml", ".rels")) else None
            with archive.open(member) as part:
                while block := part.read(BLOCK):
                    if parser:
                        parser.Parse(block, False)
                if parser:
                    parser.Parse(b"", True)


def _sheet(book: CalamineWorkbook) -> Register:
    """The first sheet that has headings."""
    for name in book.sheet_names:
        sheet = book.get_sheet_by_name(name)
        most = sheet.end[0] + 1 if sheet.end else 0
        rows = _cells(sheet)
        begin = list(itertools.islice(rows, LOOK_FOR_HEADINGS))
        counted = [len(columns.recognise(cells)[0]) for _line, cells in begin]
        if not counted or max(counted) < ENOUGH_HEADINGS:
            continue
        at = counted.index(max(counted))
        line, headings = begin[at]
        found, unknown = columns.recognise(headings)
        names = [as_text(cell) for cell in headings]
        while names and not names[-1]:
            names.pop()
        total = max(most - line, 0) if most else None
        return Register("xlsx", names, found, unknown, total, itertools.chain(begin[at + 1 :], rows))
    raise _no_headings()


def _cells(sheet: CalamineSheet) -> Iterator[Row]:
    """The rows that are not blank; whole numbers as whole numbers, as one sees them."""
    for line, cells in enumerate(sheet.iter_rows(), start=1):
        if any(cell != "" for cell in cells):
            yield line, [int(c) if isinstance(c, float) and c.is_integer() else c for c in cells]


def _broken() -> Unreadable:
    return Unreadable(_("The workbook is damaged or is none. Open it and save it again as .xlsx or as CSV."))


def _no_headings() -> Unreadable:
    return Unreadable(_("No line of headings was found. Download the template to see how the columns are called."))
