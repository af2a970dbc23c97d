"""The book of routing in memory, for whoever routes a great many cases at once: the import and the demo."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from cases.models import Category, CategoryAssistant
from cases.routing import TOWNSHIP_DEPARTMENT
from cases.routing_rules import Rule, chain, stored_rules
from departments.models import Department, Shift, Station
from departments.presence import LOOK_AHEAD_DAYS, Rota, Turn


class MemoryBook:
    """What :func:`cases.routing.decide` looks up, read once in a handful of queries."""

    def __init__(self) -> None:
        self._assistants: dict[str, list[Department]] = defaultdict(list)
        for row in CategoryAssistant.objects.select_related("department").order_by("order"):
            self._assistants[row.category_id].append(row.department)
        self._stations: dict[tuple[str, str], list[Station]] = defaultdict(list)
        for station in Station.objects.select_related("window"):
            self._stations[station.centre_id, station.department_id].append(station)
        self._departments = Department.objects.in_bulk()
        self._rules: list[Rule] = stored_rules()
        self._rules_of: dict[str, list[Rule]] = {}
        self._turns: dict[tuple[str, str], list[Turn]] = defaultdict(list)
        self._days: dict[str, set[dt.date]] = defaultdict(set)
        columns = ("centre_id", "department_id", "day", "half", "window__number", "window__zone")
        for centre, department, *turn in Shift.objects.in_force().values_list(*columns):
            self._turns[centre, department].append(Turn(*turn))
            self._days[centre].add(turn[0])

    def rules(self, centre_code: str) -> list[Rule]:
        if centre_code not in self._rules_of:
            scopes = chain(centre_code)
            self._rules_of[centre_code] = [rule for rule in self._rules if rule.scope in scopes]
        return self._rules_of[centre_code]

    def departments(self, codes: Sequence[str]) -> list[Department]:
        return [self._departments[code] for code in codes if code in self._departments]

    def assistants(self, category: Category) -> list[Department]:
        return self._assistants[category.pk]

    def stations(self, centre_code: str, departments: Sequence[Department], day: dt.date) -> dict[str, Station]:
        return {
            department.pk: station
            for department in departments
            for station in self._stations[centre_code, department.pk]
            if day in station.period
        }

    def rotas(self, centre_code: str, departments: Collection[str], day: dt.date) -> Mapping[str, Rota]:
        end = day + dt.timedelta(days=LOOK_AHEAD_DAYS)
        days = self._days[centre_code]
        return {
            code: Rota(days, [turn for turn in self._turns[centre_code, code] if day <= turn.day <= end])
            for code in departments
        }

    def township(self) -> Department:
        return self._departments[TOWNSHIP_DEPARTMENT]
