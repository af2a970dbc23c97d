"""The form as it is handed in: a workbook with a sheet for each table, and a paper."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import IO, Any

import xlsxwriter
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from departments.models import Division
from governance_center import papers
from reporting.ministry.columns import COLUMNS, GROUPS
from reporting.ministry.figures import BY, Matrix, Number, Table, matrix, table
from reporting.selectors import Period

TEN_THOUSAND = Decimal(10_000)


@dataclass(slots=True)
class Form:
    """The whole form of a division and period."""

    division: Division
    period: Period
    tables: list[Table]
    matrices: list[Matrix]

    @property
    def title(self) -> str:
        return _("Statistics of people's mediation cases")

    @property
    def facts(self) -> str:
        return _("%(place)s · mediated from %(first)s to %(last)s · as of %(today)s") % {
            "place": self.division.name,
            "first": date_format(self.period.first),
            "last": date_format(self.period.last),
            "today": date_format(timezone.localdate()),
        }


def read(division: Division, period: Period, today: dt.date | None = None) -> Form:
    """Every table of the form, in a bounded number of queries."""
    tables = [table(division.pk, period, by, today) for by in BY]
    return Form(division, period, tables, [matrix(division.pk, period, by, today) for by in ("place", "committee")])


def shown(code: str, value: Number) -> Number:
    """A figure as the form writes it: amounts in 10,000 yuan with two decimals, everything else as counted."""
    if code != "amount":
        return value
    return (Decimal(value) / TEN_THOUSAND).quantize(Decimal("0.01"), ROUND_HALF_UP)


def cells(values: dict[str, Number]) -> list[Number]:
    """The figures of a row in the order of the columns."""
    return [shown(code, values[code]) for code in COLUMNS]


def workbook(form: Form) -> IO[bytes]:
    """The form as XLSX: a sheet for each table; numbers are numbers."""
    stream = tempfile.TemporaryFile()  # noqa: SIM115  the answer closes it
    book = xlsxwriter.Workbook(stream, {"strings_to_formulas": False})
    formats = {
        "title": book.add_format({"bold": True, "font_size": 14}),
        "head": book.add_format({"bold": True, "border": 1, "align": "center", "valign": "vcenter", "text_wrap": True}),
        "cell": book.add_format({"border": 1}),
        "money": book.add_format({"border": 1, "num_format": "0.00"}),
    }
    for one in form.tables:
        _table_sheet(book.add_worksheet(str(BY[one.by])), form, one, formats)
    for grid in form.matrices:
        _matrix_sheet(book.add_worksheet(_grid_name(grid)), form, grid, formats)
    book.close()
    stream.seek(0)
    return stream


def paper(form: Form, language: str) -> bytes:
    """The form as PDF, a page or more for each table.

    Raises:
        governance_center.papers.PaperFailed: it could not be set.
    """
    data = {
        "title": form.title,
        "language": language,
        "facts": form.facts,
        "page": _("Page"),
        "signers": [_("Filled in by"), _("Responsible"), _("Date"), _("Seal of the unit")],
        "tables": [_table_of(one) for one in form.tables],
        "matrices": [_matrix_of(one) for one in form.matrices],
    }
    return papers.render("reporting/papers/ministry_form.typ", data, made_at=timezone.now())


def _table_of(one: Table) -> dict[str, Any]:
    rows = [[_("Total"), *_words(one.total)], *([row.name, *_words(row.values)] for row in one.rows)]
    return {
        "name": str(BY[one.by]),
        "corner": _corner(one.by),
        "groups": [{"label": str(group.label), "columns": [str(c.label) for c in group.columns]} for group in GROUPS],
        "rows": rows,
    }


def _matrix_of(one: Matrix) -> dict[str, Any]:
    rows = [[_("Total"), *_sum_and(one.totals)], *([name, *_sum_and(numbers)] for _code, name, numbers in one.rows)]
    return {
        "name": _grid_name(one),
        "corner": _corner("category"),
        "heads": [_("Total"), *(name for _key, name in one.units)],
        "rows": rows,
    }


def _words(values: dict[str, Number]) -> list[str]:
    return [str(cell) if cell else "" for cell in cells(values)]


def _sum_and(numbers: Sequence[int]) -> list[str]:
    return [str(number) if number else "" for number in (sum(numbers), *numbers)]


def _corner(by: str) -> str:
    return {"category": _("Category"), "place": _("Place"), "committee": _("Kind of committee")}[by]


def _grid_name(one: Matrix) -> str:
    return f"{_('Category')} × {_corner(one.by)}"


def _table_sheet(sheet: Any, form: Form, one: Table, formats: dict[str, Any]) -> None:
    _heading(sheet, form, formats)
    sheet.merge_range(2, 0, 3, 0, _corner(one.by), formats["head"])
    column = 1
    for group in GROUPS:
        for place, each in enumerate(group.columns, start=column):
            if group.label:
                sheet.write_string(3, place, str(each.label), formats["head"])
            else:
                sheet.merge_range(2, place, 3, place, str(each.label), formats["head"])
        if group.label:
            sheet.merge_range(2, column, 2, column + len(group.columns) - 1, str(group.label), formats["head"])
        column += len(group.columns)
    for number, (name, values) in enumerate(
        [(_("Total"), one.total), *((r.name, r.values) for r in one.rows)], start=4
    ):
        sheet.write_string(number, 0, name, formats["cell"])
        for place, (code, cell) in enumerate(zip(COLUMNS, cells(values), strict=True), start=1):
            sheet.write_number(number, place, cell, formats["money" if code == "amount" else "cell"])
    sheet.freeze_panes(4, 1)


def _matrix_sheet(sheet: Any, form: Form, one: Matrix, formats: dict[str, Any]) -> None:
    _heading(sheet, form, formats)
    for place, name in enumerate([_corner("category"), _("Total"), *(name for _key, name in one.units)]):
        sheet.write_string(2, place, name, formats["head"])
    lines = [(_("Total"), one.totals), *((name, numbers) for _code, name, numbers in one.rows)]
    for number, (name, numbers) in enumerate(lines, start=3):
        sheet.write_string(number, 0, name, formats["cell"])
        for place, value in enumerate((sum(numbers), *numbers), start=1):
            sheet.write_number(number, place, value, formats["cell"])
    sheet.freeze_panes(3, 1)


def _heading(sheet: Any, form: Form, formats: dict[str, Any]) -> None:
    sheet.set_column(0, 0, 22)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.write_string(0, 0, form.title, formats["title"])
    sheet.write_string(1, 0, form.facts)
