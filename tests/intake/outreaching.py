"""A street with an outreach group and a campaign, and the moves in one line each."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.utils import timezone

from accounts.models import Role, User
from departments.models import Division
from intake.models import Campaign, Household, OutreachGroup, OutreachVisit
from intake.services.outreach import save_campaign, save_group, start_campaign
from intake.services.outreach_lists import HouseholdInput, add_households
from intake.services.outreach_visits import VisitNote, record_visit
from tests.world import LIYUAN, LONGJING, VILLAGE, World, make_user


def walker(name: str = "walker") -> User:
    """A clerk of the street, who goes from house to house."""
    return make_user(name, Role.CLERK, LIYUAN)


def group_of(world: World, *members: User, division: str = LIYUAN, name: str = "梨园摸排一组") -> OutreachGroup:
    group = OutreachGroup(division_id=division, name_zh_hans=name, name_ko="리원 방문조사 1조")
    return save_group(group=group, by=world.dispatcher, members=members)


def plan(world: World, **fields: Any) -> Campaign:
    today = timezone.localdate()
    values = {
        "division_id": LONGJING, "name_zh_hans": "秋冬排查", "name_ko": "가을겨울 방문조사", "purpose": "挨家走访",
        "starts_on": today, "ends_on": today + dt.timedelta(days=30),
    }  # fmt: skip
    return save_campaign(campaign=Campaign(**{**values, **fields}), by=world.dispatcher, submission_key=uuid.uuid4())


def homes(*addresses: str, division: str = VILLAGE, **fields: Any) -> list[HouseholdInput]:
    place = Division.objects.get(pk=division)
    return [HouseholdInput(division=place, address=address, **fields) for address in addresses]


def running(world: World, *addresses: str, **fields: Any) -> Campaign:
    """A campaign that runs, with households; a group must be there."""
    campaign = plan(world)
    add_households(campaign=campaign, by=world.dispatcher, rows=homes(*(addresses or ("1号楼101",)), **fields))
    return start_campaign(campaign=campaign, by=world.dispatcher)


def note(household: Household, by: User, found: str, text: str = "", **fields: Any) -> OutreachVisit:
    key = fields.pop("key", None) or uuid.uuid4()
    return record_visit(household=household, by=by, data=VisitNote(found, text, **fields), submission_key=key)
