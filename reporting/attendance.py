"""Attendance of the rotating departments: shifts that are over, and those of them that were checked in."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from django.db.models import F

from departments.models import Department
from reporting import counted
from reporting.measures import Figure, figure
from reporting.periods import Period


class Attendance(NamedTuple):
    """One department: shifts before today (or attended today), and the attended ones."""

    department: Department
    shifts: int
    attended: int
    checked_out: int

    @property
    def share(self) -> Figure:
        """The attended ones of its shifts."""
        return figure("attendance_rate", {"shifts_attended": self.attended, "shifts_due": self.shifts})


def by_department(scope_code: str, period: Period, today: dt.date) -> list[Attendance]:
    """The attendance of each department that had shifts in force in the period, in two queries."""
    found = counted.totals_by("shifts", F("department"), scope_code, period, today)
    return [
        Attendance(one, row["shifts_due"], row["shifts_attended"], row["shifts_left"])
        for one in Department.objects.filter(pk__in=found)
        for row in (found[one.pk],)
    ]
