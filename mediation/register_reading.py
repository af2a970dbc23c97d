"""Reading a list of committees or mediators, XLSX or CSV: its rows by the codes of their columns.

The whole list is held in memory; it is bounded by :data:`MOST_BYTES` and :data:`MOST_ROWS`.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import itertools
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from python_calamine import CalamineError, CalamineWorkbook

from governance_center.errors import GovernanceError
from mediation.register_columns import Column

MOST_BYTES, MOST_UNPACKED, MOST_ROWS = 5 << 20, 60 << 20, 10_000
LOOK_FOR_HEADINGS = 20
"""The headings stand in one of the first so many rows; what is above is a title."""

ENCODINGS = ("utf-8-sig", "gb18030")
ZIPPED = b"PK\x03\x04"
LONGEST_CELL = 500
UNKEEPABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")

Row = tuple[int, dict[str, str]]
"""The number of the line, and the cells by code of their column."""


class Unreadable(GovernanceError):
    """The file as a whole cannot be taken over; one sentence says why."""

    code = "unreadable_file"
    status = 422


def read_list(content: bytes, columns: Sequence[Column]) -> list[Row]:
    """The rows below the headings, blank ones left out; only columns that the file has are in them.

    Raises:
        Unreadable: empty, too large, of another kind or encoding, or without the columns that are needed.
    """
    if not content:
        raise Unreadable(_("The file is empty."), field="file")
    if len(content) > MOST_BYTES:
        raise Unreadable(_("The file is larger than 5 MB."), field="file")
    for table in _tables(content):
        found = _with_headings(table, columns)
        if found is not None:
            return found
    raise Unreadable(
        _("No line of headings was found. Export the list to see how the columns are called."), field="file"
    )


def fold(text: str) -> str:
    """One spelling for what means the same: full-width and half-width, blanks, signs and case do not matter."""
    return re.sub(r"[\s*:_\-/>·,，、.。|()\[\]]+", "", unicodedata.normalize("NFKC", text).casefold())


def words_of(columns: Sequence[Column]) -> dict[str, str]:
    """Every heading that stands for a column: its name in each language, its code, and what lists call it."""
    found = {fold(word): column.code for column in columns for word in (column.code, *column.also)}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            found |= {fold(str(column.heading)): column.code for column in columns}
    return found


def _with_headings(table: Iterator[tuple[int, list[str]]], columns: Sequence[Column]) -> list[Row] | None:
    """The rows of a table that has the headings; None where it has none."""
    words, needed = words_of(columns), [column for column in columns if column.is_required]
    begin = list(itertools.islice(table, LOOK_FOR_HEADINGS))
    counted = [len({words.get(fold(cell)) for cell in cells} - {None}) for _line, cells in begin]
    if not counted or max(counted) < 2:
        return None
    at = counted.index(max(counted))
    codes = [words.get(fold(cell)) for cell in begin[at][1]]
    lacking = [str(column.heading) for column in needed if column.code not in codes]
    if lacking:
        raise Unreadable(
            _("These columns are needed and are not there: %(names)s."), names="、".join(lacking), field="file"
        )
    rows = [
        (line, {code: cell for code, cell in zip(codes, cells, strict=False) if code})
        for line, cells in itertools.chain(begin[at + 1 :], table)
    ]
    if len(rows) > MOST_ROWS:
        raise Unreadable(_("The list has more than 10,000 rows; send it in parts."), field="file")
    return rows


def _tables(content: bytes) -> Iterator[Iterator[tuple[int, list[str]]]]:
    """The tables that the file can be read as: its sheets, or the text by each delimiter."""
    if content.startswith(ZIPPED):
        yield from _sheets(content)
        return
    text = _decoded(content)
    for delimiter in (",", "\t", ";"):
        yield _lines(text, delimiter)


def _sheets(content: bytes) -> Iterator[Iterator[tuple[int, list[str]]]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(member.file_size for member in archive.infolist()) > MOST_UNPACKED:
                raise Unreadable(_("The workbook unpacks to more than can be taken at once."), field="file")
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheets = [book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names]
    except (CalamineError, zipfile.BadZipFile, OSError, ValueError):
        raise Unreadable(_("The workbook is damaged or is none. Open it and save it again."), field="file") from None
    for rows in sheets:
        yield _filled((number, [as_text(cell) for cell in row]) for number, row in enumerate(rows, start=1))


def _lines(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        yield from _filled((reader.line_num, [as_text(cell) for cell in row]) for row in reader)
    except csv.Error:
        raise Unreadable(_("A quotation mark is opened or closed wrongly."), field="file") from None


def _filled(rows: Iterable[tuple[int, list[str]]]) -> Iterator[tuple[int, list[str]]]:
    return ((line, cells) for line, cells in rows if any(cells))


def _decoded(content: bytes) -> str:
    for encoding in ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unreadable(_("This is neither a workbook nor a text in UTF-8 or GB18030."), field="file")


def as_text(cell: Any) -> str:
    """What stands in the cell, as one would type it, without what is no text and not longer than is sensible."""
    if isinstance(cell, dt.datetime | dt.date):
        return f"{cell:%Y-%m-%d}"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    text = UNKEEPABLE.sub("", str(cell)).strip()
    return text.removeprefix("'")[:LONGEST_CELL]
