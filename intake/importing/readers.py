"""How a cell of each sort is read. A reader gets a cell that is not empty and the book, and says what it means."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.identity import check_identity_number, check_phone
from cases.models import Category
from cases.services.opening import MOST_PEOPLE, MOST_YUAN
from cases.states import State
from departments.models import Department
from governance_center.errors import GovernanceError
from intake.importing.dates import day_of, read_moment
from intake.importing.faults import Unfit
from intake.importing.lookups import Book, fold

Reader = Callable[[Any, Book], Any]

UNKEEPABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
"""Characters that mean nothing in a text; the database does not even keep the first of them."""

EXACT_DIGITS = 15
"""A spreadsheet keeps so many digits of a number; the rest become zeros."""

REFUSED = "refused:"
"""Before the reason, where the column of the outcome gives a reason of non-acceptance."""


def as_text(cell: object) -> str:
    """What stands in the cell, as one would type it."""
    if isinstance(cell, str):
        return cell.strip()
    if cell is None:
        return ""
    if isinstance(cell, dt.datetime):
        return f"{cell:%Y-%m-%d}" if cell.time() == dt.time.min else f"{cell:%Y-%m-%d %H:%M:%S}"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def line(longest: int) -> Reader:
    """One line of at most ``longest`` characters."""

    def read(cell: Any, book: Book) -> str:
        return " ".join(_fitting(as_text(cell), longest).split())

    return read


def text(longest: int) -> Reader:
    """A text of one or more lines."""

    def read(cell: Any, book: Book) -> str:
        return _fitting(as_text(cell).replace("\r\n", "\n").replace("\r", "\n"), longest)

    return read


def _fitting(found: str, longest: int) -> str:
    if UNKEEPABLE.search(found):
        raise Unfit(_("There are characters in it that are no text."))
    if len(found) > longest:
        raise Unfit(_("It is longer than %(longest)s characters."), longest=longest)
    return found


def moment(cell: Any, book: Book) -> dt.datetime | dt.date:
    """A day, or a local moment, that is not in the future."""
    found = read_moment(cell)
    if day_of(found) > book.today:
        raise Unfit(_("The date lies in the future."))
    return found


def identity_number(cell: Any, book: Book) -> str:
    _refuse_rounded(cell)
    return _by_rule(check_identity_number, as_text(cell))


def phone(cell: Any, book: Book) -> str:
    _refuse_rounded(cell)
    return _by_rule(check_phone, as_text(cell))


def amount(cell: Any, book: Book) -> Decimal:
    """Yuan with at most two decimals: 12000, 12,000.50, ￥12000, 12000元, 1.2万元."""
    written = unicodedata.normalize("NFKC", as_text(cell)).replace(",", "").replace(" ", "")
    found = re.fullmatch(r"[¥￥]?(\d{1,15}(?:\.\d{1,6})?)(万)?(?:元|원)?", written.replace("만", "万"))
    value = Decimal(found[1]) * (10_000 if found[2] else 1) if found else None
    if value is None or value != round(value, 2) or value >= MOST_YUAN:
        raise Unfit(_("Write an amount in yuan, such as 12000 or 12000.50."))
    return round(value, 2)


def people_involved(cell: Any, book: Book) -> int:
    """A number of people, as the desk takes it."""
    written = unicodedata.normalize("NFKC", as_text(cell)).replace(",", "")
    found = re.fullmatch(r"(\d{1,6})(?:人|名|명)?", written)
    if found is None or not 1 <= int(found[1]) <= MOST_PEOPLE:
        raise Unfit(_("Give a number of people between 1 and 100,000."))
    return int(found[1])


def degrees(cell: Any, book: Book) -> Decimal:
    """Degrees as a decimal number; where they lie is checked with the row."""
    written = unicodedata.normalize("NFKC", as_text(cell)).strip("°EN东经北纬 ")
    if not re.fullmatch(r"\d{1,3}(?:\.\d{1,16})?", written):
        raise Unfit(_("Write degrees as a number, such as 129.4271."))
    return Decimal(written)


def word(vocabulary: str) -> Reader:
    """A code or a word of one of the lists of words."""

    def read(cell: Any, book: Book) -> str:
        found = book.words[vocabulary].get(fold(as_text(cell)))
        if found is None:
            raise Unfit(_("“%(text)s” is not known here."), text=as_text(cell)[:40])
        return found

    return read


def category(cell: Any, book: Book) -> Category:
    return book.categories[word("category")(cell, book)]


def department(cell: Any, book: Book) -> Department:
    return book.departments[word("department")(cell, book)]


def state(cell: Any, book: Book) -> State:
    """The state; what has been closed or is followed up was resolved."""
    found = State(word("state")(cell, book))
    return State.RESOLVED if found in {State.CLOSED, State.FOLLOWING_UP} else found


def outcome(cell: Any, book: Book) -> str:
    """How it ended; a reason of non-acceptance is marked as one."""
    folded = fold(as_text(cell))
    if folded in book.words["outcome"]:
        return book.words["outcome"][folded]
    if folded in book.words["refusal"]:
        return REFUSED + book.words["refusal"][folded]
    raise Unfit(_("“%(text)s” is not known here."), text=as_text(cell)[:40])


def place(cell: Any, book: Book) -> str:
    """The code of the one division within the centre that is meant."""
    written = as_text(cell)
    codes = book.places(written)
    if not codes:
        raise Unfit(_("No place of this centre is called “%(text)s”."), text=written[:60])
    if len(codes) > 1:
        raise Unfit(
            _("Several places are called so: %(places)s. Write the township or street before it."),
            places=book.names_of(codes[:4]),
        )
    return codes[0]


def _refuse_rounded(cell: Any) -> None:
    if isinstance(cell, int | float) and not isinstance(cell, bool) and abs(cell) >= 10**EXACT_DIGITS:
        raise Unfit(_("The spreadsheet has kept it as a number and lost its last digits; make the column text."))


def _by_rule(check: Callable[[str], str], written: str) -> str:
    try:
        return check(written)
    except GovernanceError as error:
        raise Unfit(error.template, **error.params) from None
