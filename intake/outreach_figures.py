"""What the pages of outreach show: figures as counts only, and lists without what was found at home."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Role, User
from departments.models import Division
from intake.models import Campaign, Household, OutreachGroup, OutreachVisit

Status, Found = Household.Status, OutreachVisit.Found

VISITED = Count("pk", filter=Q(status=Status.VISITED))
AGAIN = Count("pk", filter=Q(status=Status.AGAIN))
FOUND = Count("pk", filter=Q(found=Found.DISPUTE))
REGISTERED = Count("pk", filter=Q(case__isnull=False))


@dataclass(slots=True)
class Progress:
    """A line of the progress table: counts of households, and of disputes found and registered."""

    code: str
    name: str
    planned: int = 0
    visited: int = 0
    again: int = 0
    found: int = 0
    registered: int = 0

    @property
    def percent(self) -> int:
        """Visited of planned, 0 to 100."""
        return 100 * self.visited // self.planned if self.planned else 0


def campaigns(user: User) -> QuerySet[Campaign]:
    """The campaigns that ``user`` may see, with the counts of a row."""
    return (
        Campaign.objects.visible_to(user)
        .select_related("division", "made_by")
        .annotate(planned=Count("households"), visited=Count("households", filter=Q(households__status=Status.VISITED)))
    )


def by_village(campaign: Campaign) -> list[Progress]:
    """A line for each village with households or visits; of a whole division for every village. Three queries."""
    counts = _counts(campaign, "division")
    places = Division.objects.filter(pk__in=list(counts))
    if campaign.target == Campaign.Target.DIVISION:
        places = places | Division.objects.within(campaign.division_id).filter(level=Division.Level.VILLAGE)
    return [_line(place.pk, place.name, counts) for place in places.order_by("pk")]


def by_group(campaign: Campaign) -> list[Progress]:
    """A line for each group that has households or made visits, and one for households without a group."""
    counts = _counts(campaign, "group")
    groups = OutreachGroup.objects.filter(pk__in=[key for key in counts if key]).order_by("division", "pk")
    lines = [_line(group.pk, group.name, counts) for group in groups]
    return [*lines, _line(None, _("no group"), counts)] if None in counts else lines


def total(lines: Iterable[Progress]) -> Progress:
    whole = Progress("", "")
    for line in lines:
        for name in ("planned", "visited", "again", "found", "registered"):
            setattr(whole, name, getattr(whole, name) + getattr(line, name))
    return whole


def _counts(campaign: Campaign, key: str) -> dict[object, dict[str, int]]:
    """Counts of households and of visits by ``key``; two queries."""
    found: dict[object, dict[str, int]] = {}
    homes = Household.objects.filter(campaign=campaign).order_by(key).values(key)
    for row in homes.annotate(planned=Count("pk"), visited=VISITED, again=AGAIN):
        found.setdefault(row.pop(key), {}).update(row)
    visits = OutreachVisit.objects.filter(campaign=campaign).order_by(key).values(key)
    for row in visits.annotate(number=FOUND, registered=REGISTERED):
        found.setdefault(row.pop(key), {}).update(found=row["number"], registered=row["registered"])
    return found


def _line(key: object, name: str, counts: dict[object, dict[str, int]]) -> Progress:
    return Progress("" if key is None else str(key), name, **counts.get(key, {}))


def to_register(user: User, campaign: Campaign | None = None) -> QuerySet[OutreachVisit]:
    """Disputes that were found and are no cases yet: a visitor's own, and for a dispatcher all of the campaign."""
    rows = OutreachVisit.objects.visible_to(user).to_register()
    rows = rows.filter(campaign=campaign) if campaign else rows.filter(by=user)
    return rows.select_related("household", "division", "group", "by", "campaign").order_by("at", "pk")


def member_campaigns(user: User) -> QuerySet[Campaign]:
    """The campaigns under way in which a group of the user takes part: it has households, or its place lies within."""
    groups = OutreachGroup.objects.active().filter(members=user)
    has = Exists(Household.objects.filter(campaign=OuterRef("pk"), group__in=groups))
    near = Q(pk__in=())
    for code in groups.values_list("division", flat=True):
        near |= Q(division__code__startswith=code)
        near |= Q(division__in=[code[:length] for length in (4, 6, 9, 12) if length <= len(code)])
    return Campaign.objects.under_way().filter(Q(has) | near).order_by("ends_on", "pk")


def today_list(user: User, *, day: dt.date | None = None, everything: bool = False) -> QuerySet[Household]:
    """The households of the user's groups that are to be visited: those promised for today first, then by address.

    Args:
        everything: also those visited or promised for a later day.
    """
    rows = Household.objects.of_member(user)
    rows = rows if everything else rows.to_visit(day or timezone.localdate())
    return rows.select_related("division", "campaign", "group").order_by(
        F("again_on").asc(nulls_last=True), "division", "address", "pk"
    )


def household_rows(user: User, campaign: Campaign) -> QuerySet[Household]:
    """The list of a campaign for its dispatchers."""
    return Household.objects.visible_to(user).filter(campaign=campaign).select_related("division", "group")


def history(household: Household, user: User) -> list[OutreachVisit]:
    """The visits to a household, the last first. What was found stands only on those that ``user`` may see."""
    may_see = Q(by=user) if user.role != Role.DISPATCHER else Q(campaign__in=Campaign.objects.visible_to(user))
    rows = household.visits.select_related("by", "case").annotate(is_open=Exists(_same().filter(may_see)))
    return list(rows.order_by("-at", "-pk")[:50])


def _same() -> QuerySet[OutreachVisit]:
    return OutreachVisit.objects.filter(pk=OuterRef("pk"))


def household_table(rows: QuerySet[Household]) -> Iterator[list[str]]:
    """The list as rows of text for a download: where and whether visited, nothing of what was found or noted."""
    yield [
        _("Village or community"), _("Address"), _("Head of the household"), _("Group"), _("State"),
        _("Times visited"), _("Last visited"), _("Visit again on"),
    ]  # fmt: skip
    for row in rows.iterator(chunk_size=2000):
        yield [
            row.division.name, row.address, row.head, row.group.name if row.group else "",
            str(Status(row.status).label), str(row.tries),
            f"{timezone.localtime(row.last_at):%Y-%m-%d}" if row.last_at else "", str(row.again_on or ""),
        ]  # fmt: skip
