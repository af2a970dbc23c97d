"""The case list as CSV or XLSX: exactly what is filtered, in bounded memory, safe to open."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator, Sequence

import xlsxwriter
from django.db.models import QuerySet
from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Language
from cases.models import Case, Expert, SupervisionOrder
from cases.states import State

MOST_ROWS = 100_000

Cell = str | int | float


def export_cases(rows: QuerySet[Case], kind: str) -> HttpResponseBase:
    """The rows as a download; at most :data:`MOST_ROWS`. ``kind`` is ``csv`` or ``xlsx``."""
    return export_table(_table(rows[:MOST_ROWS]), "cases", kind)


def export_table(table: Iterable[Sequence[Cell]], stem: str, kind: str) -> HttpResponseBase:
    """Rows, the headings first, as a download called ``stem`` with today's day; ``csv`` or ``xlsx``. Numbers stay
    numbers."""
    name = f"{stem}-{timezone.localdate()}.{kind}"
    if kind == "xlsx":
        return FileResponse(_workbook(table), as_attachment=True, filename=name)
    response = StreamingHttpResponse(_csv(table), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def export_orders(rows: QuerySet[SupervisionOrder], month: str) -> HttpResponseBase:
    """The supervision orders of a month as CSV; ``month`` (YYYY-MM) goes into the name of the file."""
    response = StreamingHttpResponse(_csv(_orders(rows[:MOST_ROWS])), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="supervision-{month}.csv"'
    return response


def export_experts(rows: QuerySet[Expert]) -> HttpResponseBase:
    """The list of experts as CSV."""
    response = StreamingHttpResponse(_csv(_experts(rows[:MOST_ROWS])), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="experts-{timezone.localdate()}.csv"'
    return response


def as_workbook(table: Iterable[Sequence[Cell]], name: str) -> HttpResponseBase:
    """Any table, its headings first, as an XLSX download; cells are text or numbers, never formulas."""
    return FileResponse(_workbook(table), as_attachment=True, filename=f"{name}-{timezone.localdate()}.xlsx")


def defuse(text: str) -> str:
    """A cell that a spreadsheet would take for a formula gets an apostrophe before it."""
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text


def _table(rows: QuerySet[Case]) -> Iterator[list[str]]:
    yield [
        _("Case number"), _("Registered"), _("Accepted"), _("State"), _("Kind"), _("Category"), _("Place"),
        _("Summary"), _("Lead"), _("Handling limit"), _("Resolved"), _("Outcome"),
        _("Resolved at level"), _("Times reopened"),
    ]  # fmt: skip
    for case in rows.iterator(chunk_size=2000):
        yield [
            case.number, _moment(case.registered_at), _moment(case.accepted_at), State(case.state).label,
            case.get_kind_display(), case.category.name, case.division.name, case.title,
            case.lead.name if case.lead else "", _moment(case.due_at), _moment(case.resolved_at),
            case.get_outcome_display() if case.outcome else "", case.get_resolved_level_display(),
            str(case.reopened_count),
        ]  # fmt: skip


def _orders(rows: QuerySet[SupervisionOrder]) -> Iterator[list[str]]:
    yield [
        _("Number"), _("Department"), _("Level"), _("Reason"), _("Case or whistle"), _("Place"), _("Issued"),
        _("To be answered by"), _("Answered"), _("Measure taken"), _("Lifted"),
    ]  # fmt: skip
    for order in rows.iterator(chunk_size=2000):
        yield [
            str(order.pk), order.department.name, order.get_level_display(), order.get_reason_display(),
            str(order.case or order.whistle), order.division.name, _moment(order.issued_at),
            _moment(order.answer_by), _moment(order.answered_at), order.measure, _moment(order.lifted_at),
        ]  # fmt: skip


def _experts(rows: QuerySet[Expert]) -> Iterator[list[str]]:
    yield [
        _("Name in Chinese characters"), _("Name in Korean letters"), _("Organisation"), _("Place"), _("Fields"),
        _("Languages"), _("Phone"), _("Active"),
    ]  # fmt: skip
    languages = dict(Language.choices)
    for expert in rows:
        yield [
            expert.name, expert.name_hangul, expert.organisation, expert.division.name,
            "、".join(field.name for field in expert.fields.all()),
            "、".join(str(languages[code]) for code in expert.languages), expert.phone,
            str(_("yes") if expert.is_active else _("no")),
        ]  # fmt: skip


def _moment(value: object) -> str:
    return f"{timezone.localtime(value):%Y-%m-%d %H:%M}" if value else ""  # type: ignore[arg-type]


def _is_number(cell: object) -> bool:
    return isinstance(cell, int | float) and not isinstance(cell, bool)


def _csv(table: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """UTF-8 with a byte-order mark, which spreadsheets need to read Chinese and Korean."""
    yield "\ufeff"
    for row in table:
        line = io.StringIO()
        csv.writer(line).writerow([cell if _is_number(cell) else defuse(str(cell)) for cell in row])
        yield line.getvalue()


def _workbook(table: Iterable[Sequence[Cell]]) -> io.BufferedRandom:
    stream = tempfile.TemporaryFile()  # noqa: SIM115  the response closes it
    book = xlsxwriter.Workbook(stream, {"constant_memory": True, "strings_to_formulas": False})
    sheet, bold = book.add_worksheet(), book.add_format({"bold": True})
    for number, row in enumerate(table):
        for column, cell in enumerate(row):
            look = bold if number == 0 else None
            if _is_number(cell):
                sheet.write_number(number, column, cell, look)
            else:
                sheet.write_string(number, column, str(cell), look)
    sheet.freeze_panes(1, 0)
    book.close()
    stream.seek(0)
    return stream  # type: ignore[return-value]
