"""Returns: how often a department sends matters back, to whom they go then, and who had to take one after all."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery

from cases.models import Referral
from departments.models import Department
from governance_center.scope import within
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


def leading(scope_code: str, period: Period) -> QuerySet[Referral]:
    """The referrals as lead that were dispatched in the period for places of the division."""
    rows = Referral.objects.leading().filter(within("case__division__code", scope_code))
    return rows.filter(period.of("dispatched_at"))


def by_department(scope_code: str, period: Period) -> list[Bounces]:
    """One row for each department that was given something to lead, the highest bounce rate first."""
    later = Referral.objects.leading().filter(
        case=OuterRef("case"), department=OuterRef("department"), pk__gt=OuterRef("pk")
    )
    returned = Q(status=Referral.Status.RETURNED)
    counted = (
        leading(scope_code, period)
        .annotate(had_to=Exists(later))
        .order_by()
        .values("department")
        .annotate(
            received=Count("pk"),
            returned=Count("pk", filter=returned),
            taken_after=Count("pk", filter=returned & Q(had_to=True)),
        )
    )
    names = {row.pk: row.name for row in Department.objects.all()}
    found = [
        Bounces(row["department"], names[row["department"]], row["received"], row["returned"], row["taken_after"])
        for row in counted
    ]
    return sorted(found, key=lambda row: (-(row.rate or 0), -row.received, row.code))


def by_pair(scope_code: str, period: Period) -> list[Pair]:
    """Who returned to whom: the department that led next in the same case; the most frequent first."""
    following = Referral.objects.leading().filter(case=OuterRef("case"), pk__gt=OuterRef("pk")).order_by("pk")
    counted = (
        leading(scope_code, period)
        .filter(status=Referral.Status.RETURNED)
        .annotate(taker=Subquery(following.values("department")[:1]))
        .order_by()
        .values("department", "taker")
        .annotate(count=Count("pk"))
    )
    names = {row.pk: row.name for row in Department.objects.all()}
    found = [
        Pair(row["department"], names[row["department"]], row["taker"] or "", names.get(row["taker"], ""), row["count"])
        for row in counted
    ]
    return sorted(found, key=lambda row: (-row.count, row.giver, row.taker))
