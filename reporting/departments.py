"""What the page of departments shows: what each leads, what it was sent, how soon and how often it acted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from departments.models import Department
from reporting.attendance import Attendance
from reporting.drill import NOBODY
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
    """One department; ``code`` is empty for the cases that no department leads yet. ``signing`` rests on ``signed``
    referrals; ``attendance`` is None where it had no shifts."""

    code: str
    name: str
    counts: Counts
    signing: Figure
    signed: int
    attendance: Figure | None

    @property
    def key(self) -> str:
        """What the row is called by in the page."""
        return self.code or NOBODY

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
    """Each department that leads a case, was sent one or had shifts; those with most cases first, never by a rate.

    The last row, where there is any, is what no department leads: with it the rows add up to the whole.
    """
    names = {one.pk: one.name for one in Department.objects.all()} | {"": _("no department yet")}
    counts = reader.by(Dim.DEPARTMENT, scope_code, period)
    hours = signing_hours(reader, scope_code, period)
    shifts = {row.department.pk: row for row in attended}
    rows = [
        _row(key, names[key], counts.get(key), hours.get(key, {}), shifts.get(key))
        for key in {*counts, *shifts} & names.keys()
    ]
    return sorted(rows, key=lambda row: (not row.code, -row.counts["accepted"], -row.counts["referred"], row.code))


def whole(reader: Reader, scope_code: str, period: Period, attended: list[Attendance]) -> Mapping[str, Figure]:
    """The same figures of all rows together: what each department may be held against."""
    counts = reader.totals(scope_code, period)
    found = {code: figure(code, counts) for code in ("accepted", "resolved", "resolution_rate", "open", "overdue")}
    found |= {code: figure(code, counts) for code in ("bounce_rate", "on_time_rate")}
    found["attendance_rate"] = _attendance(sum(row.attended for row in attended), sum(row.shifts for row in attended))
    return found | {"signing_hours": _signing(reader.durations("s", scope_code, period))}


def _row(
    code: str, name: str, counts: Counts | None, hours: Mapping[int, int], shifts: Attendance | None
) -> DepartmentRow:
    attendance = _attendance(shifts.attended, shifts.shifts) if shifts else None
    nothing = dict.fromkeys(COLUMNS, 0)
    return DepartmentRow(code, name, counts or nothing, _signing(hours), sum(hours.values()), attendance)


def _attendance(attended: int, due: int) -> Figure:
    return figure("attendance_rate", {"shifts_attended": attended, "shifts_due": due})


def _signing(hours: Mapping[int, int]) -> Figure:
    return Figure(MEASURES["signing_hours"], median_of(hours))
