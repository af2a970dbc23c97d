"""Rows in the making: unsaved instances with primary keys of their own, written by COPY."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db import models

from cases.models import (
    Case,
    CaseAccess,
    CaseEvent,
    CaseNumberSeries,
    CaseParty,
    Deadline,
    Note,
    Person,
    Referral,
    RoutingDecision,
)
from governance_center.copying import copy_rows, reserve_keys
from intake.models import Visit
from mediation.models import Agreement, Assignment, FollowUp

M = TypeVar("M", bound=models.Model)

ORDER: tuple[type[models.Model], ...] = (
    Person, Case, CaseParty, Note, Referral, Deadline, RoutingDecision, CaseEvent, CaseAccess, CaseNumberSeries,
    Visit, Assignment, Agreement, FollowUp,
)  # fmt: skip


class Rows:
    """Collects rows of every table; a row has its key as soon as it is added.

    Of ``workers`` that fill the tables side by side, number ``worker`` takes every ``workers``-th key.
    """

    def __init__(self, worker: int = 0, workers: int = 1) -> None:
        self._next = {model: reserve_keys(model) + worker for model in ORDER}
        self._step = workers
        self._rows: dict[type[models.Model], list[Any]] = {model: [] for model in ORDER}

    def add(self, row: M) -> M:
        model = type(row)
        row.pk = self._next[model]
        self._next[model] += self._step
        self._rows[model].append(row)
        return row

    def of(self, model: type[M]) -> list[M]:
        return self._rows[model]

    def write(self) -> None:
        """Write what has been collected, table after table, and forget it."""
        for model in ORDER:
            copy_rows(model, self._rows[model])
            self._rows[model].clear()
