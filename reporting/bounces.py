"""Returns: how often a department sends matters back, to whom they go then, and who had to take one after all."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, F
from django.utils.translation import gettext_lazy as _

from departments.models import Department
from reporting import counted
from reporting.measures import Basis, Figure, Measure, Unit, figure_of
from reporting.periods import Period

SHARE = Measure(
    "sent_back_rate", _("Bounce rate"),
    _("Of the matters that were given to a department to lead in the period, those that it returned."),
    Basis.PERIOD, ("returned",), ("received",), Unit.PERCENT, "down",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Bounces:
    """One department: what it was given to lead in the period, what of it it returned, what it then had to take."""

    code: str
    name: str
    received: int
    returned: int
    taken_after: int

    @property
    def share(self) -> Figure:
        """Of the matters it was given to lead, those that it returned."""
        return figure_of(SHARE, {"returned": self.returned, "received": self.received})


@dataclass(frozen=True, slots=True)
class Pair:
    """So many matters went from one department to another by a return; ``taker`` empty: nobody leads it yet."""

    giver: str
    giver_name: str
    taker: str
    taker_name: str
    count: int


def by_department(scope_code: str, period: Period) -> list[Bounces]:
    """One row for each department that was given something to lead, by number, the most first; never by rate."""
    names = {row.pk: row.name for row in Department.objects.all()}
    found = [
        Bounces(key, names[key], row["received"], row["returned"], row["taken_after"])
        for key, row in counted.totals_by("referrals", F("department"), scope_code, period).items()
    ]
    return sorted(found, key=lambda row: (-row.received, row.code))


def by_pair(scope_code: str, period: Period) -> list[Pair]:
    """Who returned to whom: the department that led next in the same case; the most frequent first."""
    names = {row.pk: row.name for row in Department.objects.all()}
    returned = counted.rows(counted.Asked("referrals", ("returned",), scope_code, period)).order_by()
    found = [
        Pair(giver, names[giver], taker or "", names.get(taker, ""), count)
        for giver, taker, count in returned.values_list("department", F("taker")).annotate(Count("pk"))
    ]
    return sorted(found, key=lambda row: (-row.count, row.giver, row.taker))
