"""Campaigns of outreach (排查) and the groups that walk them: planning, starting, ending."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.db import connection
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from accounts.notifications import notify
from departments.models import Division
from governance_center.errors import GovernanceError, MissingInput, NotAllowed
from governance_center.transactions import atomic
from intake.models import Campaign, OutreachGroup
from intake.services.outreach_lists import CampaignOver, assign_open, lock

MEMBER_ROLES = (Role.CLERK, Role.DISPATCHER)
"""Who may belong to a group: those who may also register what they find."""


class WrongDays(GovernanceError):
    code = "wrong_days"
    status = 422
    message = _("The last day lies before the first.")


class SameName(GovernanceError):
    code = "same_name"
    status = 422
    message = _("There is a group of this name in this division already.")


class StrangeMember(GovernanceError):
    code = "strange_member"
    status = 422
    message = _("Members are active clerks and dispatchers who work in this county.")


def may_plan(user: User, division_code: str) -> bool:
    """The dispatchers of the division, and those above it, plan its outreach."""
    in_scope = bool(user.scope_code) and division_code.startswith(user.scope_code)
    return user.is_active and user.role == Role.DISPATCHER and in_scope


@atomic
def save_group(*, group: OutreachGroup, by: User, members: Iterable[User]) -> OutreachGroup:
    """Make a group, correct it or retire it. Households keep the group they have.

    Raises:
        NotAllowed: not a dispatcher of the division named, or of the one it had before.
        MissingInput: no name. SameName. StrangeMember: a member of another county or without the role.
    """
    before = OutreachGroup.objects.select_for_update(of=("self",)).filter(pk=group.pk).first()
    codes = [group.division_id, *([before.division_id] if before else [])]
    if not all(may_plan(by, code) for code in codes):
        raise NotAllowed()
    if not group.chinese_name:
        raise MissingInput(field="name_zh_hans")
    chosen = list(members)
    known = possible_members(group.division_id)
    if known.filter(pk__in=[user.pk for user in chosen]).count() != len(chosen):
        raise StrangeMember(field="members")
    # Whoever makes a group in the same division meanwhile waits, so that no name is given twice.
    Division.objects.select_for_update(no_key=True).get(pk=group.division_id)
    same = OutreachGroup.objects.filter(division=group.division_id, name_zh_hans=group.chinese_name)
    if same.exclude(pk=group.pk).exists():
        raise SameName(field="name_zh_hans")
    group.save()
    group.members.set(chosen)
    return group


def possible_members(division_code: str) -> QuerySet[User]:
    """The active clerks and dispatchers of the county (or of the prefecture, for a group of the prefecture)."""
    near = Q(division__code__startswith=division_code[:6])
    users = User.objects.filter(near, role__in=MEMBER_ROLES, is_active=True)
    return users.select_related("division").order_by("division", "display_name", "pk")


@atomic
def save_campaign(*, campaign: Campaign, by: User, submission_key: uuid.UUID | None = None) -> Campaign:
    """Plan a campaign or correct it; a new one is a draft. The same form sent twice plans one.

    Raises:
        NotAllowed: not a dispatcher of the division. CampaignOver.
        MissingInput: no name or no purpose. WrongDays: the last day lies before the first.
    """
    if not may_plan(by, campaign.division_id):
        raise NotAllowed()
    if campaign.pk:
        before = lock(campaign)
        if before.state == Campaign.State.ENDED:
            raise CampaignOver()
        if not may_plan(by, before.division_id):
            raise NotAllowed()
        campaign.state, campaign.submission_key = before.state, before.submission_key
    elif submission_key is not None:
        once(submission_key)
        earlier = Campaign.objects.filter(submission_key=submission_key).first()
        if earlier and earlier.made_by_id != by.pk:
            raise NotAllowed()
        if earlier:
            return earlier
    _check_words(campaign)
    if not campaign.pk:
        campaign.state, campaign.made_by = Campaign.State.DRAFT, by
        campaign.submission_key = submission_key or uuid.uuid4()
    campaign.save()
    return campaign


@atomic
def start_campaign(*, campaign: Campaign, by: User) -> Campaign:
    """Let the groups begin: households without a group are given to the nearest, members are told. Twice is once.

    Raises:
        NotAllowed: not a dispatcher of the division. CampaignOver.
        MissingInput: a list of households is planned, and there is none; or no active group in the division.
    """
    campaign = lock(campaign)
    if not may_plan(by, campaign.division_id):
        raise NotAllowed()
    if campaign.state == Campaign.State.ENDED:
        raise CampaignOver()
    if campaign.state == Campaign.State.RUNNING:
        return campaign
    if campaign.target == Campaign.Target.LIST and not campaign.households.exists():
        raise MissingInput(_("Add the households first."))
    groups = groups_of(campaign)
    if not groups:
        raise MissingInput(_("No active group with members works in this division. Make one first."))
    assign_open(campaign)
    campaign.state = Campaign.State.RUNNING
    campaign.save(update_fields=["state"])
    members = User.objects.filter(outreach_groups__in=groups, is_active=True).distinct()
    notify(
        members, "outreach.started", key=f"campaign:{campaign.pk}:started",
        params={"name": campaign.chinese_name, "from": str(campaign.starts_on), "to": str(campaign.ends_on)},
        url=reverse("intake:outreach_mine"),
    )  # fmt: skip
    return campaign


@atomic
def end_campaign(*, campaign: Campaign, by: User) -> Campaign:
    """No more visits are noted down; what was found can still be registered. Twice is once.

    Raises:
        NotAllowed: not a dispatcher of the division.
    """
    campaign = lock(campaign)
    if not may_plan(by, campaign.division_id):
        raise NotAllowed()
    if campaign.state != Campaign.State.ENDED:
        campaign.state, campaign.ended_at = Campaign.State.ENDED, timezone.now()
        campaign.save(update_fields=["state", "ended_at"])
    return campaign


def groups_of(campaign: Campaign) -> list[OutreachGroup]:
    """The active groups with members of the campaign's division, those below it and those above it."""
    code = campaign.division_id
    above = [code[:length] for length in (4, 6, 9, 12) if length <= len(code)]
    near = Q(division__code__startswith=code) | Q(division__in=above)
    return list(OutreachGroup.objects.active().filter(near, members__is_active=True).distinct())


def once(submission_key: uuid.UUID) -> None:
    """Whoever sends the same form a second time waits here for the first to end."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"outreach:{submission_key}"])


def _check_words(campaign: Campaign) -> None:
    if not campaign.chinese_name:
        raise MissingInput(field="name_zh_hans")
    if not campaign.purpose.strip():
        raise MissingInput(field="purpose")
    if campaign.ends_on < campaign.starts_on:
        raise WrongDays(field="ends_on")
