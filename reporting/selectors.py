"""The figures of the dashboard, straight from the cases; each page needs a handful of queries."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Aggregate, Count, Exists, FloatField, Func, IntegerField, OuterRef, Q, QuerySet
from django.db.models.functions import Substr, TruncDate, TruncMonth

from cases.models import Case, Category, Deadline, Kind
from cases.states import OPEN_STATES, State
from departments.models import Division
from governance_center.calendar import LOCAL_ZONE, day_end, day_start
from governance_center.scope import within
from intake.models import Visit

BELOW_COUNTY = (Division.Level.TOWNSHIP, Division.Level.VILLAGE)


@dataclass(frozen=True, slots=True)
class Period:
    """Local days, both included."""

    first: dt.date
    last: dt.date

    def of(self, field: str) -> Q:
        """Rows whose ``field`` falls into the period."""
        return Q(**{f"{field}__gte": day_start(self.first), f"{field}__lt": day_end(self.last)})


@dataclass(slots=True)
class Figures:
    """The figures of one cohort; ``key`` and ``name`` say whose."""

    key: str
    name: str
    accepted: int
    resolved: int
    open: int
    overdue: int

    @property
    def rate(self) -> float | None:
        """Resolution rate in percent; None where nothing was accepted."""
        return 100 * self.resolved / self.accepted if self.accepted else None


class Median(Aggregate):
    """``percentile_cont(0.5)``: None for no rows."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()


def cohort(scope_code: str, period: Period) -> QuerySet[Case]:
    """The cases accepted in the period in a division; all cohort figures are about exactly these."""
    return Case.objects.counted().filter(within("division__code", scope_code)).filter(period.of("accepted_at"))


def summary(scope_code: str, period: Period) -> dict[str, Any]:
    """The headline figures by code of :data:`reporting.measures.MEASURES`."""
    rows = cohort(scope_code, period)
    figures = rows.aggregate(
        accepted=Count("pk"),
        resolved=_resolved(),
        open=_open(),
        overdue=Count("pk", filter=Q(state__in=OPEN_STATES) & Q(_late())),
        reopened=Count("pk", filter=Q(reopened_count__gt=0)),
        restricted=Count("pk", filter=Q(is_restricted=True)),
        contained=Count("pk", filter=Q(resolved_at__isnull=False, resolved_level__in=BELOW_COUNTY)),
        median_days=Median(_whole_days(), filter=Q(resolved_at__isnull=False)),
    )
    figures["ended_otherwise"] = figures["accepted"] - figures["resolved"] - figures["open"]
    accepted = figures["accepted"]
    figures["resolution_rate"] = 100 * figures["resolved"] / accepted if accepted else None
    resolved = figures["resolved"]
    figures["contained_rate"] = 100 * figures["contained"] / resolved if resolved else None
    in_scope = Case.objects.filter(within("division__code", scope_code))
    apart = in_scope.aggregate(
        resolved_in_period=Count("pk", filter=period.of("resolved_at") & ~Q(kind=Kind.CONSULTATION)),
        consultations=Count("pk", filter=Q(kind=Kind.CONSULTATION) & period.of("accepted_at")),
        refused=Count("pk", filter=Q(state=State.NOT_ACCEPTED) & period.of("registered_at")),
    )
    answered = Visit.objects.answered().filter(within("centre__division__code", scope_code)).filter(period.of("at"))
    apart["consultations"] += answered.count()
    return {**figures, **apart}


def by_division(scope_code: str, period: Period) -> list[Figures]:
    """One row for each division right below the scope (counties, townships, villages), also where it is 0."""
    children = list(Division.objects.filter(parent=scope_code).order_by("code"))
    length = len(children[0].code) if children else len(scope_code)
    grouped = _grouped(cohort(scope_code, period).annotate(part=Substr("division_id", 1, length)), "part")
    rows = [_figures(child.code, child.name, grouped.pop(child.code, {})) for child in children]
    if scope_code in grouped:
        own = Division.objects.get(pk=scope_code)
        rows.append(_figures(own.code, own.name, grouped[scope_code]))
    return rows


def by_category(scope_code: str, period: Period) -> list[Figures]:
    """One row for each category that occurs, the most frequent first."""
    grouped = _grouped(cohort(scope_code, period), "category_id")
    names = {category.pk: category.name for category in Category.objects.filter(pk__in=grouped)}
    rows = [_figures(code, names[code], values) for code, values in grouped.items()]
    return sorted(rows, key=lambda row: (-row.accepted, row.key))


def trend(scope_code: str, period: Period) -> list[dict[str, Any]]:
    """Accepted and resolved of the same cohort for each month of the period, without gaps."""
    counted = (
        cohort(scope_code, period)
        .annotate(month=TruncMonth("accepted_at", tzinfo=LOCAL_ZONE))
        .values("month")
        .annotate(accepted=Count("pk"), resolved=_resolved())
        .order_by("month")
    )
    found = {(row["month"].year, row["month"].month): row for row in counted}
    return [
        {
            "month": f"{year}-{month:02d}",
            "accepted": found[year, month]["accepted"] if (year, month) in found else 0,
            "resolved": found[year, month]["resolved"] if (year, month) in found else 0,
        }
        for year, month in _months(period)
    ]


def _grouped(rows: QuerySet[Any], key: str) -> dict[str, dict[str, int]]:
    counted = (
        rows.order_by()
        .values(key)
        .annotate(
            n_accepted=Count("pk"),
            n_resolved=_resolved(),
            n_open=_open(),
            n_overdue=Count("pk", filter=Q(state__in=OPEN_STATES) & Q(_late())),
        )
    )
    return {row.pop(key): {name[2:]: value for name, value in row.items()} for row in counted}


def _figures(key: str, name: str, values: dict[str, int]) -> Figures:
    empty = {"accepted": 0, "resolved": 0, "open": 0, "overdue": 0}
    return Figures(key=key, name=name, **{**empty, **values})


def _resolved() -> Count:
    return Count("pk", filter=Q(resolved_at__isnull=False))


def _open() -> Count:
    return Count("pk", filter=Q(state__in=OPEN_STATES))


def _late() -> Exists:
    return Exists(Deadline.objects.overdue().filter(case=OuterRef("pk")))


def _whole_days() -> Func:
    """Local days between acceptance and resolution, 0 on the same day."""
    return Func(
        TruncDate("resolved_at", tzinfo=LOCAL_ZONE),
        TruncDate("accepted_at", tzinfo=LOCAL_ZONE),
        template="(%(expressions)s)",
        arg_joiner=" - ",
        output_field=IntegerField(),
    )


def _months(period: Period) -> Iterable[tuple[int, int]]:
    first, last = period.first.year * 12 + period.first.month - 1, period.last.year * 12 + period.last.month - 1
    for index in range(first, last + 1):
        yield index // 12, index % 12 + 1
