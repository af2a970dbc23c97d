"""What the pages of figures show, read from one :class:`~reporting.rollups.reading.Reader`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cases.models import Category, Channel
from departments.models import Department, Division
from reporting.measures import MEASURES, Figure, figure
from reporting.models.rollup import Dim
from reporting.periods import Period, months
from reporting.rollups import desk
from reporting.rollups.columns import COHORT, COLUMNS
from reporting.rollups.reading import Counts, Reader
from reporting.statistics import Standardised, Survival, median_of, standardise, survival

SLICE = tuple(COHORT)
"""What tables of categories, channels and levels ask: what became of the accepted cases."""

__all__ = ("Period", "Row", "by_category", "by_division", "summary", "trend")


@dataclass(slots=True)
class Row:
    """The counts of one place or one key of a dimension; ``key`` and ``name`` say whose.

    ``adjusted`` is the resolution rate that it would have with the case mix of the division above.
    """

    key: str
    name: str
    counts: Counts
    adjusted: Standardised | None = None

    def figure(self, code: str) -> Figure:
        """The figure of a measure that is made of counts."""
        return figure(code, self.counts)

    @property
    def accepted(self) -> int:
        return self.counts["accepted"]

    @property
    def resolved(self) -> int:
        return self.counts["resolved"]

    @property
    def open(self) -> int:
        return self.counts["open"]

    @property
    def overdue(self) -> int:
        return self.counts["overdue"]

    @property
    def rate(self) -> float | None:
        """Resolution rate in percent; None where nothing was accepted."""
        return self.rate_figure.value

    @property
    def rate_figure(self) -> Figure:
        return self.figure("resolution_rate")


def summary(reader: Reader, scope_code: str, period: Period) -> dict[str, Figure]:
    """All figures of a division by code, but for attendance (which is not about cases)."""
    counts = reader.totals(scope_code, period) | {"answered": answered_at_the_desk(reader, scope_code, period)}
    curve = time_to_resolution(reader, scope_code, period)
    signing = median_of(reader.durations("s", scope_code, period)) if len(scope_code) <= 6 else None
    medians = {
        "median_days": median_of(reader.durations("r", scope_code, period)),
        "time_to_resolution": curve.median,
        "signing_hours": signing,
    }
    found = {code: figure(code, counts) for code in MEASURES if MEASURES[code].numerator and code != "attendance_rate"}
    return found | {code: Figure(MEASURES[code], value) for code, value in medians.items()}


def restricted(reader: Reader, scope_code: str, period: Period) -> int:
    """How many of the accepted cases are restricted: counted, but not opened from here."""
    return reader.totals(scope_code, period)["restricted"]


def answered_at_the_desk(reader: Reader, scope_code: str, period: Period) -> int:
    """Questions answered at the desk, for which no case was made."""
    return desk.answered(reader, scope_code, period)


def by_division(reader: Reader, scope_code: str, period: Period) -> list[Row]:
    """One row for each division right below the scope, also where it is 0, and one for what lies in the scope itself.

    Rows of places above a village have the rate adjusted to the case mix of the scope as well.
    """
    children = list(Division.objects.filter(parent=scope_code).order_by("code"))
    found = reader.places([scope_code, *(child.pk for child in children)], period)
    adjusted = _adjusted(reader, scope_code, [child.pk for child in children], period)
    rows = [Row(child.pk, child.name, found[child.pk], adjusted.get(child.pk)) for child in children]
    whole = found[scope_code]
    own = {name: whole[name] - sum(row.counts[name] for row in rows) for name in whole}
    if any(own.values()):
        rows.append(Row(scope_code, Division.objects.get(pk=scope_code).name, own))
    return rows


def _adjusted(reader: Reader, scope_code: str, places: Sequence[str], period: Period) -> dict[str, Standardised | None]:
    own: dict[str, dict[str, tuple[int, int]]] = {}
    for (place, category), counts in reader.by_both(
        Dim.CATEGORY, [scope_code, *places], period, ("accepted", "resolved")
    ).items():
        own.setdefault(place, {})[category] = counts["resolved"], counts["accepted"]
    standard = {category: accepted for category, (_resolved, accepted) in own.pop(scope_code, {}).items()}
    return {place: standardise(shares, standard) for place, shares in own.items()}


def by_category(reader: Reader, scope_code: str, period: Period, columns: Sequence[str] = COLUMNS) -> list[Row]:
    """One row for each category that occurs, the most frequent first."""
    names = {category.pk: category.name for category in Category.objects.all()}
    return [row for row in _by(reader, Dim.CATEGORY, scope_code, period, names, columns) if row.accepted]


def by_channel(reader: Reader, scope_code: str, period: Period, columns: Sequence[str] = COLUMNS) -> list[Row]:
    """One row for each way by which cases came in, the most frequent first."""
    names = {value: str(label) for value, label in Channel.choices}
    return [row for row in _by(reader, Dim.CHANNEL, scope_code, period, names, columns) if row.accepted]


def by_level(reader: Reader, scope_code: str, period: Period, columns: Sequence[str] = COLUMNS) -> list[Row]:
    """One row for each level that resolved cases or has them in hand."""
    names = {value: str(label) for value, label in Division.Level.choices}
    return [row for row in _by(reader, Dim.LEVEL, scope_code, period, names, columns) if row.accepted]


def by_department(reader: Reader, scope_code: str, period: Period) -> list[Row]:
    """One row for each department that leads a case or was given one to lead."""
    names = {one.pk: one.name for one in Department.objects.all()}
    return [row for row in _by(reader, Dim.DEPARTMENT, scope_code, period, names) if row.key]


def _by(
    reader: Reader, dim: Dim, scope_code: str, period: Period, names: Mapping[str, str],
    columns: Sequence[str] = COLUMNS,
) -> list[Row]:  # fmt: skip
    found = reader.by(dim, scope_code, period, columns)
    rows = [Row(key, names.get(key, key), counts) for key, counts in found.items()]
    return sorted(rows, key=lambda row: (-row.accepted, -row.counts.get("referred", 0), row.key))


def trend(reader: Reader, scope_code: str, period: Period) -> list[dict[str, Any]]:
    """Accepted and resolved of the same cohort for each month of the period, without gaps."""
    found = reader.days(scope_code, period, "m")
    return [
        {
            "month": f"{month:%Y-%m}",
            "accepted": found[month]["accepted"] if month in found else 0,
            "resolved": found[month]["resolved"] if month in found else 0,
        }
        for month in months(period)
    ]


def time_to_resolution(reader: Reader, scope_code: str, period: Period) -> Survival:
    """The curve of the time from acceptance to resolution; whatever is not resolved is censored."""
    censored = dict(reader.durations("e", scope_code, period))
    for age, count in reader.open_ages(scope_code, period).items():
        censored[age] = censored.get(age, 0) + count
    return survival(reader.durations("r", scope_code, period), censored)


def as_of(reader: Reader) -> dt.datetime:
    """The moment to which the figures belong."""
    return reader.now
