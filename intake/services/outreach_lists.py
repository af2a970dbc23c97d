"""The households of a campaign: adding them one by one or by a list, and giving them to groups."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from cases.identity import check_phone
from cases.models import Person
from departments.models import Division
from governance_center.crypto import blind_index
from governance_center.errors import GovernanceError, MissingInput, NotAllowed
from governance_center.transactions import atomic
from intake.models import Campaign, Household, OutreachGroup

MOST_HOUSEHOLDS = 20_000
"""Households of one campaign."""


class CampaignOver(GovernanceError):
    code = "campaign_over"
    message = _("This campaign has ended.")


class HouseholdKnown(GovernanceError):
    code = "household_known"
    status = 422
    message = _("This household is on the list already.")


class TooManyHouseholds(GovernanceError):
    code = "too_many_households"
    status = 422
    message = _("A campaign takes at most 20,000 households. Divide it.")


class OutsideCampaign(GovernanceError):
    code = "outside_campaign"
    status = 422
    message = _("This place does not belong to the division of the campaign.")


class StrangeGroup(GovernanceError):
    code = "strange_group"
    status = 422
    message = _("Choose an active group that works in this place.")


@dataclass(frozen=True, slots=True)
class HouseholdInput:
    """A household as typed or read from a list."""

    division: Division
    address: str
    head: str = ""
    phone: str = ""
    note: str = ""


@dataclass(slots=True)
class Added:
    """What became of a list: how many households are new, how many were on it, how many have a file linked."""

    new: int = 0
    known: int = 0
    linked: int = 0


@atomic
def add_households(*, campaign: Campaign, by: User, rows: Sequence[HouseholdInput]) -> Added:
    """Put households on the list; those that are on it stay as they are. All or nothing.

    A household is given to the group nearest to its village. Where exactly one person known in the county has its
    phone, that file is linked.

    Raises:
        NotAllowed: not a dispatcher of the campaign's division. CampaignOver.
        MissingInput: a row without an address. OutsideCampaign: a place elsewhere. BadPhone. TooManyHouseholds.
    """
    campaign = _open_campaign(campaign)
    _check_planner(campaign, by)
    wanted: dict[tuple[str, str], HouseholdInput] = {}
    for row in rows:
        _check_row(campaign, row)
        wanted.setdefault((row.division.pk, row.address.strip()), row)
    have = set(Household.objects.filter(campaign=campaign).values_list("division_id", "address"))
    fresh = [row for key, row in wanted.items() if key not in have]
    if len(have) + len(fresh) > MOST_HOUSEHOLDS:
        raise TooManyHouseholds()
    made = Household.objects.bulk_create([_household(campaign, row) for row in fresh], batch_size=1000)
    linked = _link_files(made, by)
    assign_open(campaign)
    return Added(new=len(made), known=len(wanted) - len(fresh), linked=linked)


def assign_open(campaign: Campaign) -> int:
    """Give every household without a group to the active group nearest to its village; returns how many were given.

    Nearest is the group whose division holds the village most closely; of several the one with the fewest
    households of this campaign. Joins the caller's transaction.
    """
    groups = list(
        OutreachGroup.objects.active()
        .filter(members__is_active=True)
        .annotate(has=Count("households", filter=Q(households__campaign=campaign), distinct=True))
        .order_by("pk")
        .distinct()
    )
    load = {group.pk: group.has for group in groups}
    given = defaultdict[int, list[str]](list)
    waiting = Household.objects.filter(campaign=campaign, group__isnull=True)
    counted = waiting.order_by("division").values("division").annotate(number=Count("pk"))
    for code, number in counted.values_list("division", "number"):
        near = [group for group in groups if code.startswith(group.division_id)]
        if near:
            best = min(near, key=lambda group: (-len(group.division_id), load[group.pk], group.pk))
            load[best.pk] += number
            given[best.pk].append(code)
    return sum(waiting.filter(division__in=codes).update(group=group) for group, codes in given.items())


@atomic
def assign_households(*, campaign: Campaign, by: User, households: Collection[int], group: OutreachGroup) -> int:
    """Give chosen households to another group; returns how many. Each place must lie within reach of the group.

    Raises:
        NotAllowed: not a dispatcher of the campaign's division. CampaignOver.
        MissingInput: nothing chosen. StrangeGroup: the group is retired, or works elsewhere.
    """
    campaign = _open_campaign(campaign)
    _check_planner(campaign, by)
    rows = Household.objects.filter(campaign=campaign, pk__in=households)
    codes = set(rows.values_list("division", flat=True))
    if not codes:
        raise MissingInput(_("Tick at least one household."), field="households")
    is_near = all(code.startswith(group.division_id[:6]) for code in codes)
    if not is_near or not OutreachGroup.objects.active().filter(pk=group.pk).exists():
        raise StrangeGroup(field="group")
    return rows.update(group=group)


@atomic
def add_in_field(*, campaign: Campaign, by: User, group: OutreachGroup, row: HouseholdInput) -> Household:
    """A member of a group notes down a household that is on no list; one that is on it already is returned.

    Raises:
        NotAllowed: not a member of the group, or it works elsewhere. CampaignOver, MissingInput, OutsideCampaign,
        BadPhone. HouseholdKnown: another group has it.
    """
    campaign = _open_campaign(campaign)
    check_member(campaign, group, by)
    _check_row(campaign, row)
    if not row.division.pk.startswith(group.division_id):
        raise OutsideCampaign(field="division")
    made = _household(campaign, row)
    made.group = group
    household, is_new = Household.objects.get_or_create(
        campaign=campaign, division=row.division, address=made.address,
        defaults={"group": group, "head": made.head, "phone": made.phone, "note": made.note},
    )  # fmt: skip
    if not is_new and household.group_id != group.pk:
        raise HouseholdKnown(field="address")
    if is_new:
        _link_files([household], by)
    return household


def check_member(campaign: Campaign, group: OutreachGroup, by: User) -> None:
    """``by`` belongs to the group, which is active, and may note down visits of a campaign that is under way.

    Raises:
        NotAllowed: a stranger, a retired group, or a campaign that has not begun.
    """
    is_member = OutreachGroup.objects.active().filter(pk=group.pk, members=by).exists()
    if not by.is_active or not is_member or not Campaign.objects.under_way().filter(pk=campaign.pk).exists():
        raise NotAllowed()


def lock(campaign: Campaign) -> Campaign:
    """A fresh copy of the campaign, locked until the transaction ends."""
    return Campaign.objects.select_for_update(of=("self",)).get(pk=campaign.pk)


def _open_campaign(campaign: Campaign) -> Campaign:
    campaign = lock(campaign)
    if campaign.state == Campaign.State.ENDED:
        raise CampaignOver()
    return campaign


def _check_planner(campaign: Campaign, by: User) -> None:
    in_scope = bool(by.scope_code) and campaign.division_id.startswith(by.scope_code)
    if by.role != Role.DISPATCHER or not by.is_active or not in_scope:
        raise NotAllowed()


def _check_row(campaign: Campaign, row: HouseholdInput) -> None:
    if not row.address.strip():
        raise MissingInput(field="address")
    if not row.division.pk.startswith(campaign.division_id):
        raise OutsideCampaign(field="division")


def _household(campaign: Campaign, row: HouseholdInput) -> Household:
    return Household(
        campaign=campaign, division=row.division, address=row.address.strip(), head=row.head.strip(),
        phone=check_phone(row.phone) if row.phone.strip() else "", note=row.note.strip(),
    )  # fmt: skip


def _link_files(households: Iterable[Household], by: User) -> int:
    """Link the one file in reach of ``by`` that has a household's phone; two queries however many there are."""
    marks = {one.pk: blind_index(one.phone, purpose="phone") for one in households if one.phone}
    files = defaultdict[str, list[int]](list)
    found = Person.objects.visible_to(by).not_merged().filter(phone_index__in=set(marks.values()))
    for key, mark in found.values_list("pk", "phone_index"):
        files[mark].append(key)
    through = Household.people.through
    rows = [
        through(household_id=household, person_id=files[mark][0])
        for household, mark in marks.items()
        if len(files[mark]) == 1
    ]
    through.objects.bulk_create(rows)
    return len(rows)
