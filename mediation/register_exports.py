"""The register as XLSX, exactly what is filtered, under the headings that the import reads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from django.http import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Language
from cases.exports import as_workbook
from mediation.models import Committee, Mediator
from mediation.register_columns import COMMITTEE, MEDIATOR, headings
from mediation.register_selectors import warnings_for
from mediation.services.weeks import week_of
from mediation.week import written


def export_committees(rows: Iterable[Committee], today: dt.date) -> HttpResponseBase:
    """The committees, with the number of members and the warnings of ``today`` at the end."""
    return as_workbook(_committees(rows, today), "committees")


def export_mediators(rows: Iterable[Mediator]) -> HttpResponseBase:
    """The mediators, with the hours of today (prefetched) and the open cases."""
    return as_workbook(_mediators(rows), "mediators")


def _committees(rows: Iterable[Committee], today: dt.date) -> Iterator[list[str]]:
    yield [*headings(COMMITTEE), _("Mediators"), _("Warnings")]
    for row in rows:
        working = row.working  # type: ignore[attr-defined]
        warned = "；".join(one.text for one in warnings_for(row, working, today)) if row.is_active else ""
        yield [
            row.division_id, row.name_zh_hans or "", row.name_ko or "",  # type: ignore[attr-defined]
            row.get_kind_display(), _day(row.founded_on), _day(row.term_start), row.phone, row.address,
            _yes(row.is_active), str(len(working)), warned,
        ]  # fmt: skip


def _mediators(rows: Iterable[Mediator]) -> Iterator[list[str]]:
    yield [*headings(MEDIATOR), _("Open cases")]
    languages, today = dict(Language.choices), timezone.localdate()
    for row in rows:
        group = row.ethnic_group
        yield [
            row.committee.division_id, row.committee.name_zh_hans or "",  # type: ignore[attr-defined]
            row.name, row.name_hangul, row.get_position_display(), row.get_employment_display(),
            row.get_gender_display(), group.name if group else "", str(row.birth_year or ""), row.phone,
            "、".join(str(languages[code]) for code in row.languages),
            "、".join(field.name for field in row.specialties.all()),
            row.get_qualification_display() if row.qualification else "", row.certificate_number,
            _day(row.certificate_until), str(row.capacity),
            written(week_of(row, today)) or _("office hours"), _yes(row.is_active),
            str(row.open_load),  # type: ignore[attr-defined]
        ]  # fmt: skip


def _day(day: dt.date | None) -> str:
    return day.isoformat() if day else ""


def _yes(flag: bool) -> str:
    return _("yes") if flag else _("no")


def mediator_table(rows: Iterable[Mediator]) -> Iterator[list[str]]:
    """The headings, then a row for each mediator, for whoever writes the list elsewhere."""
    return _mediators(rows)
