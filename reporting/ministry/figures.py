"""The figures of the form, straight from the cases: a handful of queries for each table."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Case as DbCase
from django.db.models import CharField, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce, Substr
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.models import Case, CaseEvent, CaseParty, CodeEntry, EventKind
from departments.models import Division
from governance_center.scope import within
from mediation.models import Agreement, Assignment, Committee, FollowUp, Instalment, Obligation, Prevention
from mediation.services.statistics import SOURCES, Source
from reporting.ministry.columns import COLUMNS, Column
from reporting.selectors import Period

OTHER_CATEGORY = "18"
"""Where a local category has no code of the form, it counts as another dispute."""

BY: Mapping[str, str | Promise] = {
    "category": _("by category"),
    "place": _("by place"),
    "committee": _("by kind of committee"),
}
"""What the rows of a table may be."""

Number = int | Decimal


@dataclass(slots=True)
class Row:
    """One row: whose figures, by the codes of the columns."""

    key: str
    name: str
    values: dict[str, Number] = field(default_factory=lambda: defaultdict(int))


@dataclass(slots=True)
class Table:
    by: str
    rows: list[Row]

    @property
    def total(self) -> dict[str, Number]:
        """Every case stands in one row, so that the sums are those of all."""
        return {code: sum((row.values[code] for row in self.rows), start=0) for code in COLUMNS}


@dataclass(slots=True)
class Matrix:
    """The cases of each of the 18 categories for each unit of ``by``."""

    by: str
    units: list[tuple[str, str]]
    rows: list[tuple[str, str, list[int]]]

    @property
    def cells(self) -> list[tuple[str, str, list[tuple[str, int]]]]:
        """The rows, each number with the key of its unit."""
        keys = [key for key, _name in self.units]
        return [(code, name, list(zip(keys, numbers, strict=True))) for code, name, numbers in self.rows]

    @property
    def totals(self) -> list[int]:
        return [sum(row[2][place] for row in self.rows) for place in range(len(self.units))]


def concluded(scope_code: str, period: Period, today: dt.date | None = None) -> QuerySet[Case]:
    """The cases that the form is about, with what its columns ask: ``source``, ``is_due`` and ``is_performed``.

    ``today`` is the day by which agreements are due.
    """
    ends = CaseEvent.objects.filter(case=OuterRef("pk"), kind__in=(EventKind.UNRESOLVED, EventKind.WITHDRAWN))
    rows = Case.objects.filter(within("division__code", scope_code), merged_into__isnull=True).exclude(outcome="")
    rows = rows.filter(Exists(_leads("pk")))
    rows = rows.annotate(ended_at=Coalesce("resolved_at", Subquery(ends.order_by("-sequence").values("at")[:1])))
    return rows.filter(period.of("ended_at")).annotate(
        source=Coalesce(F("statistics_entry__source"), _by_channel()),
        is_due=Exists(_agreements().filter(perform_by__lte=today or timezone.localdate())),
        is_performed=_performed(),
    )


def behind(rows: QuerySet[Case], column: Column, by: str = "", key: str = "") -> QuerySet[Case]:
    """The cases behind a figure; of one row where ``by`` and ``key`` name it."""
    found = rows.filter(column.cases)
    return found.annotate(unit=_unit(by, len(key))).filter(unit=key) if by and key else found


def table(scope_code: str, period: Period, by: str, today: dt.date | None = None) -> Table:
    """A table of the form: a row for each category, place or kind of committee, also where it is 0."""
    rows, units = concluded(scope_code, period, today), units_of(scope_code, by)
    length = len(units[0][0]) if units else 0
    made = {key: Row(key, name) for key, name in units}
    counted = {
        column.code: Count("pk", filter=column.cases, distinct=True) for column in COLUMNS.values() if not column.sums
    }
    for found in rows.annotate(unit=_unit(by, length)).order_by().values("unit").annotate(**counted):
        _row(made, found.pop("unit"), by).values.update(found)
    for code, values in _sums(rows, by, length).items():
        for key, value in values.items():
            _row(made, key, by).values[code] = value
    return Table(by, list(made.values()))


def matrix(scope_code: str, period: Period, by: str, today: dt.date | None = None) -> Matrix:
    """How many cases of each category each place, or each kind of committee, has."""
    units = units_of(scope_code, by)
    length = len(units[0][0]) if units else 0
    found: dict[tuple[str, str], int] = {}
    rows = concluded(scope_code, period, today).annotate(unit=_unit(by, length), code=_unit("category", 0)).order_by()
    for row in rows.values("unit", "code").annotate(number=Count("pk")):
        found[row["code"], row["unit"]] = row["number"]
    for unit in sorted({unit for _code, unit in found} - {key for key, _name in units}):
        units.append((unit, _name_of(unit, by)))
    cells = [
        (code, name, [found.get((code, key), 0) for key, _name in units]) for code, name in units_of("", "category")
    ]
    return Matrix(by, units, cells)


def units_of(scope_code: str, by: str) -> list[tuple[str, str]]:
    """Key and name of the rows of a table, in the order of the form."""
    if by == "category":
        entries = CodeEntry.objects.filter(table=CodeEntry.Table.MEDIATION).order_by("code")
        return [(entry.code, entry.name) for entry in entries]
    if by == "committee":
        return [(str(kind), str(label)) for kind, label in Committee.Kind.choices]
    return [(one.pk, one.name) for one in Division.objects.filter(parent=scope_code).order_by("code")]


def _row(made: dict[str, Row], key: str, by: str) -> Row:
    """The row of a unit; one that lies right in the division, and in none below it, stands at the end."""
    if key not in made:
        made[key] = Row(key, _name_of(key, by))
    return made[key]


def _name_of(key: str, by: str) -> str:
    if by == "place":
        return Division.objects.get(pk=key).name
    return key


def _sums(rows: QuerySet[Case], by: str, length: int) -> dict[str, dict[str, Number]]:
    """What is added up rather than counted, by column and unit."""
    mine = rows.values("pk")
    parties = CaseParty.objects.filter(case__in=mine).exclude(part=CaseParty.Part.REPRESENTATIVE)
    people = Prevention.objects.filter(case__in=mine)
    amounts = rows.annotate(unit=_unit(by, length)).order_by().values_list("unit").annotate(Sum("amount"))
    found: dict[str, dict[str, Number]] = {
        "parties": _grouped(parties, by, length, Count("pk")),
        "amount": {unit: amount for unit, amount in amounts if amount is not None},
    }
    for kind in Prevention.Kind.values:
        found[f"{kind}_people"] = _grouped(people.filter(kind=kind), by, length, Sum("people"))
    return found


def _grouped(rows: QuerySet[Any], by: str, length: int, measure: Any) -> dict[str, Number]:
    unit = _unit(by, length, prefix="case__")
    return dict(rows.annotate(unit=unit).order_by().values_list("unit").annotate(number=measure))


def _unit(by: str, length: int, prefix: str = "") -> Any:
    """The key of the row to which a case belongs; ``length`` of a division's code."""
    if by == "category":
        return Coalesce(F(f"{prefix}category__mediation_statistics__code"), Value(OTHER_CATEGORY))
    if by == "committee":
        leads = _leads("case_id" if prefix else "pk").order_by("-pk")
        return Subquery(leads.values("mediator__committee__kind")[:1])
    return Substr(f"{prefix}division_id", 1, length or 12)


def _leads(case: str) -> QuerySet[Assignment]:
    return Assignment.objects.filter(case=OuterRef(case), role=Assignment.Role.LEAD)


def _agreements() -> QuerySet[Agreement]:
    return Agreement.objects.filter(case=OuterRef("pk")).newest()


def _by_channel() -> DbCase:
    whens = [When(channel=channel, then=Value(str(source))) for channel, source in SOURCES.items()]
    return DbCase(*whens, default=Value(str(Source.APPLICATION)), output_field=CharField())


def _performed() -> Any:
    """Nothing of what is listed is open; or nothing is listed, and the last visit found it performed."""
    duties = Obligation.objects.filter(agreement=OuterRef("pk"))
    open_duties = duties.filter(performed_on=None, instalments=None)
    open_parts = Instalment.objects.filter(obligation__agreement=OuterRef("pk"), performed_on=None)
    listed = _agreements().filter(Exists(duties), ~Exists(open_duties), ~Exists(open_parts))
    unlisted = _agreements().filter(~Exists(duties))
    return DbCase(
        When(Exists(listed), then=Value(True)),
        When(Q(Exists(unlisted)) & Q(Exists(_last_says_performed())), then=Value(True)),
        default=Value(False),
    )


def _last_says_performed() -> QuerySet[FollowUp]:
    done = FollowUp.objects.filter(state=FollowUp.State.DONE, second_of=None)
    later = done.filter(case=OuterRef("case"), done_at__gt=OuterRef("done_at"))
    return done.filter(~Exists(later), case=OuterRef("pk"), outcome=FollowUp.Outcome.PERFORMED)
