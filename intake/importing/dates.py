"""Days and moments as old registers write them."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata

from django.utils.translation import gettext_lazy as _
from openpyxl.utils.datetime import from_excel

from intake.importing.faults import Unfit

EARLIEST = dt.date(1949, 10, 1)

WRITTEN = re.compile(
    r"(\d{4})\s*[-/.年년]\s*(\d{1,2})\s*[-/.月월]\s*(\d{1,2})\s*[日일号.]?"
    r"(?:[T\s]\s*(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?)?"
)
COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
SERIALS = (10_000, 100_000)
"""Day numbers of a spreadsheet: 1927 to 2173. A number of eight digits is a date written without signs."""


def read_moment(cell: object) -> dt.datetime | dt.date:
    """The day that a cell names; a naive local moment where it tells the time of day too.

    Reads ``2024-03-05``, ``2024/3/5``, ``2024.3.5``, ``2024年3月5日``, ``2024년 3월 5일``, ``20240305``, each but the
    last also with a time of day, and the dates and day numbers of a spreadsheet.

    Raises:
        Unfit: no date, no real one, or one before :data:`EARLIEST`.
    """
    found = _of_spreadsheet(cell) or _written(str(cell))
    if found is None:
        raise Unfit(_("“%(text)s” is not a date; write it like 2024-03-05."), text=str(cell)[:40])
    if day_of(found) < EARLIEST:
        raise Unfit(_("The year %(year)s cannot be right."), year=found.year)
    return found


def day_of(moment: dt.datetime | dt.date) -> dt.date:
    return moment.date() if isinstance(moment, dt.datetime) else moment


def _of_spreadsheet(cell: object) -> dt.datetime | dt.date | None:
    if isinstance(cell, dt.datetime):
        return _plain(cell.replace(tzinfo=None))
    if isinstance(cell, dt.date):
        return cell
    if isinstance(cell, int | float) and not isinstance(cell, bool) and SERIALS[0] <= cell < SERIALS[1]:
        read = from_excel(cell)
        return _plain(read) if isinstance(read, dt.datetime) else None
    return None


def _written(text: str) -> dt.datetime | dt.date | None:
    plain = unicodedata.normalize("NFKC", text).strip()
    match = COMPACT.fullmatch(plain) or WRITTEN.fullmatch(plain)
    if match is None:
        return None
    numbers = [int(part) for part in match.groups() if part is not None]
    try:
        return dt.datetime(*numbers) if len(numbers) > 3 else dt.date(*numbers)  # type: ignore[arg-type]
    except ValueError:
        return None


def _plain(moment: dt.datetime) -> dt.datetime | dt.date:
    """A spreadsheet writes a day as its midnight."""
    return moment.date() if moment.time() == dt.time.min else moment.replace(microsecond=0)
