"""What the page of departments shows: what each leads, what it was sent, how soon and how often it acted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from departments.models import Department
from reporting import selectors
from reporting.attendance import Attendance
from reporting.measures import MEASURES, Figure, figure
from reporting.models.rollup import Dim
from reporting.periods import Period
from reporting.rollups.by_key import signing_hours
from reporting.rollups.columns import COLUMNS
from reporting.rollups.reading import Counts, Reader
from reporting.statistics import median_of

COHORT = ("accepted", "resolved", "open", "overdue")
PERIOD = ("bounce_rate", "signing_hours", "on_time_rate", "attendance_rate")
MEASURED = ("accepted", "resolved", "resolution_rate", "open", "overdue", *PERIOD)
"""The measures of the page, in the order of its columns."""


@dataclass(frozen=True, slots=True)
class DepartmentRow:
    """One department. ``signing`` rests on ``signed`` referrals; ``attendance`` is None where it had no shifts."""

    key: str
    name: str
    counts: Counts
    signing: Figure
    signed: int
    attendance: Figure | None

    def figure(self, code: str) -> Figure:
        return figure(code, self.counts)

    @property
    def rate(self) -> Figure:
        return self.figure("resolution_rate")

    @property
    def bounced(self) -> Figure:
        return self.figure("bounce_rate")

    @property
    def on_time(self) -> Figure:
        return self.figure("on_time_rate")


def read_departments(
    reader: Reader, scope_code: str, period: Period, attended: list[Attendance]
) -> list[DepartmentRow]:
    """Each department that leads a case, was sent one or had shifts; those with most cases first, never by a rate."""
    departments = {one.pk: one for one in Department.objects.all()}
    counts = {row.key: row.counts for row in selectors.by_department(reader, scope_code, period)}
    hours = signing_hours(reader, scope_code, period)
    shifts = {row.department.pk: row for row in attended}
    rows = [
        _row(departments[key], counts.get(key), hours.get(key, {}), shifts.get(key))
        for key in {*counts, *shifts} & departments.keys()
    ]
    return sorted(rows, key=lambda row: (-row.counts["accepted"], -row.counts["referred"], row.key))


def whole(reader: Reader, scope_code: str, period: Period) -> Mapping[str, Figure]:
    """The same figures of all departments together: what each may be held against."""
    rows = reader.by(Dim.DEPARTMENT, scope_code, period)
    counts = {name: sum(row[name] for key, row in rows.items() if key) for name in COLUMNS}
    found = {code: figure(code, counts) for code in ("accepted", "resolved", "resolution_rate", "open", "overdue")}
    found |= {code: figure(code, counts) for code in ("bounce_rate", "on_time_rate")}
    return found | {"signing_hours": _signing(reader.durations("s", scope_code, period))}


def _row(
    department: Department, counts: Counts | None, hours: Mapping[int, int], shifts: Attendance | None
) -> DepartmentRow:
    attendance = None
    if shifts:
        attendance = figure("attendance_rate", {"shifts_attended": shifts.attended, "shifts_due": shifts.shifts})
    return DepartmentRow(
        department.pk, department.name, counts or dict.fromkeys(COLUMNS, 0), _signing(hours), sum(hours.values()),
        attendance,
    )  # fmt: skip


def _signing(hours: Mapping[int, int]) -> Figure:
    return Figure(MEASURES["signing_hours"], median_of(hours))
