"""Attendance of the rotating departments: shifts that are over, and those of them that were checked in."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from django.db.models import Count, Q, QuerySet

from departments.models import Department, Shift
from governance_center.scope import within
from reporting.periods import Period


class Attendance(NamedTuple):
    """One department: shifts before today (or attended today), attended ones, and the rate in percent."""

    department: Department
    shifts: int
    attended: int
    checked_out: int

    @property
    def rate(self) -> float:
        return 100 * self.attended / self.shifts


def by_department(scope_code: str, period: Period, today: dt.date) -> list[Attendance]:
    """The attendance of each department that had shifts in force in the period, in two queries."""
    rows = (
        _over(scope_code, period, today)
        .order_by()
        .values("department")
        .annotate(
            shifts=Count("pk"),
            attended=Count("pk", filter=Q(checked_in_at__isnull=False)),
            checked_out=Count("pk", filter=Q(checked_out_at__isnull=False)),
        )
    )
    found = {row["department"]: row for row in rows}
    return [
        Attendance(one, found[one.pk]["shifts"], found[one.pk]["attended"], found[one.pk]["checked_out"])
        for one in Department.objects.filter(pk__in=found)
    ]


def total_of(scope_code: str, period: Period, today: dt.date) -> tuple[int, int]:
    """The shifts of all departments in the period that are over, and how many of them were attended."""
    found = _over(scope_code, period, today).aggregate(
        shifts=Count("pk"), attended=Count("pk", filter=Q(checked_in_at__isnull=False))
    )
    return found["shifts"], found["attended"]


def _over(scope_code: str, period: Period, today: dt.date) -> QuerySet[Shift]:
    over = Q(day__lt=today) | Q(day=today, checked_in_at__isnull=False)
    rows: QuerySet[Shift] = Shift.objects.in_force().between(period.first, period.last)
    return rows.filter(over, within("centre__division__code", scope_code))
