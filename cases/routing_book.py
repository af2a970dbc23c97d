"""The book of routing in memory, for whoever routes a great many cases at once: the import and the demo."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence

from cases.models import Category, CategoryAssistant
from cases.routing import TOWNSHIP_DEPARTMENT
from departments.models import Department, Station


class MemoryBook:
    """What :func:`cases.routing.decide` looks up, read once in three queries."""

    def __init__(self) -> None:
        self._assistants: dict[str, list[Department]] = defaultdict(list)
        for row in CategoryAssistant.objects.select_related("department").order_by("order"):
            self._assistants[row.category_id].append(row.department)
        self._stations: dict[tuple[str, str], list[Station]] = defaultdict(list)
        for station in Station.objects.select_related("window"):
            self._stations[station.centre_id, station.department_id].append(station)
        self._township = Department.objects.get(pk=TOWNSHIP_DEPARTMENT)

    def assistants(self, category: Category) -> list[Department]:
        return self._assistants[category.pk]

    def stations(self, centre_code: str, departments: Sequence[Department], day: dt.date) -> dict[str, Station]:
        return {
            department.pk: station
            for department in departments
            for station in self._stations[centre_code, department.pk]
            if day in station.period
        }

    def township(self) -> Department:
        return self._township
