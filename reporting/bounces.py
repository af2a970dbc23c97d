"""Returns: how often a department sends matters back, to whom they go then, and who had to take one after all."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, F

from departments.models import Department
from reporting import counted
from reporting.periods import Period


@dataclass(frozen=True, slots=True)
class Bounces:
    """One department: what it was given to lead in the period, what of it it returned, what it then had to take."""

    code: str
    name: str
    received: int
    returned: int
    taken_after: int

    @property
    def rate(self) -> float | None:
        """Share of the matters it was given to lead that it returned, in percent."""
        return 100 * self.returned / self.received if self.received else None


@dataclass(frozen=True, slots=True)
class Pair:
    """So many matters went from one department to another by a return; ``taker`` empty: nobody leads it yet."""

    giver: str
    giver_name: str
    taker: str
    taker_name: str
    count: int


def by_department(scope_code: str, period: Period) -> list[Bounces]:
    """One row for each department that was given something to lead, the highest bounce rate first."""
    names = {row.pk: row.name for row in Department.objects.all()}
    found = [
        Bounces(key, names[key], row["received"], row["returned"], row["taken_after"])
        for key, row in counted.totals_by("referrals", F("department"), scope_code, period).items()
    ]
    return sorted(found, key=lambda row: (-(row.rate or 0), -row.received, row.code))


def by_pair(scope_code: str, period: Period) -> list[Pair]:
    """Who returned to whom: the department that led next in the same case; the most frequent first."""
    names = {row.pk: row.name for row in Department.objects.all()}
    returned = counted.rows(counted.Asked("referrals", ("returned",), scope_code, period)).order_by()
    found = [
        Pair(giver, names[giver], taker or "", names.get(taker, ""), count)
        for giver, taker, count in returned.values_list("department", F("taker")).annotate(Count("pk"))
    ]
    return sorted(found, key=lambda row: (-row.count, row.giver, row.taker))
