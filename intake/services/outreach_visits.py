"""Noting down what an outreach visit found, and the one case that may come from it."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from accounts.notifications import notify
from cases.models import Case, Channel
from cases.services.dispatching import staff_for
from departments.models import Centre, Division
from governance_center.calendar import local_day
from governance_center.errors import GovernanceError, MissingInput, NotAllowed
from governance_center.transactions import atomic
from intake.models import Campaign, Household, OutreachGroup, OutreachVisit
from intake.services.outreach import once
from intake.services.outreach_lists import CampaignOver, OutsideCampaign, check_member

Found, Status = OutreachVisit.Found, Household.Status


class NotAhead(GovernanceError):
    code = "not_ahead"
    status = 422
    message = _("Choose a day after today.")


class RegisteredBefore(GovernanceError):
    code = "registered_before"
    message = _("This visit was registered already, as case %(number)s.")


class NothingToRegister(GovernanceError):
    code = "nothing_to_register"
    message = _("This visit found no dispute, or another channel is chosen.")


@dataclass(frozen=True, slots=True)
class VisitNote:
    """What was found; ``again_on`` is the local day on which to come again."""

    found: str
    note: str = ""
    again_on: dt.date | None = None


def may_register(user: User) -> bool:
    """Who works at a centre registers what they find; for others the dispatchers do it."""
    at_desk = user.role in {Role.CLERK, Role.DISPATCHER}
    return at_desk and Centre.objects.filter(pk=user.scope_code, is_active=True).exists()


@atomic
def record_visit(*, household: Household, by: User, data: VisitNote, submission_key: uuid.UUID) -> OutreachVisit:
    """Note down a visit to a household; the same form sent twice is one visit.

    Raises:
        NotAllowed: the household is not one that a group of ``by`` has to visit, or the campaign is not under way.
        CampaignOver. MissingInput: a dispute or advice without a word about it, or no day to come again.
        NotAhead: that day is not after today.
    """
    once(submission_key)
    if earlier := _earlier(submission_key, by):
        return earlier
    household = (
        Household.objects.select_for_update(of=("self",)).select_related("campaign", "group").get(pk=household.pk)
    )
    if household.group is None:
        raise NotAllowed()
    visit = _write(
        campaign=household.campaign, group=household.group, by=by, data=data, key=submission_key,
        division=household.division_id, household=household,
    )  # fmt: skip
    household.status, household.again_on = _status_after(household, data)
    household.tries += 1
    household.last_at = visit.at
    household.save(update_fields=["status", "again_on", "tries", "last_at"])
    return visit


@atomic
def record_talk(
    *, campaign: Campaign, group: OutreachGroup, division: Division, place: str, by: User, data: VisitNote,
    submission_key: uuid.UUID,
) -> OutreachVisit:  # fmt: skip
    """Note down a talk somewhere else than at a household (in a yard, at the market); the same form is one visit.

    Raises: as :func:`record_visit`; MissingInput without a place, OutsideCampaign for one elsewhere.
    """
    once(submission_key)
    if earlier := _earlier(submission_key, by):
        return earlier
    if not place.strip():
        raise MissingInput(field="place")
    reach = (campaign.division_id, group.division_id)
    if not all(division.pk.startswith(code) for code in reach):
        raise OutsideCampaign(field="division")
    return _write(
        campaign=campaign, group=group, by=by, data=data, key=submission_key, division=division.pk,
        place=place.strip(),
    )  # fmt: skip


def to_register(visit: OutreachVisit, by: User) -> OutreachVisit:
    """The visit, locked, if ``by`` may register a case from it and nobody has. Joins the caller's transaction.

    Raises:
        NotAllowed: neither the visitor nor a dispatcher of the campaign.
        RegisteredBefore: it has its case.
    """
    found = OutreachVisit.objects.select_for_update(of=("self",)).select_related("case", "group").filter(pk=visit.pk)
    visit = found.get()
    if not OutreachVisit.objects.visible_to(by).filter(pk=visit.pk).exists():
        raise NotAllowed()
    if visit.case:
        raise RegisteredBefore(number=visit.case.number)
    return visit


def link_case(visit: OutreachVisit, case: Case) -> None:
    """The case that came from a visit. Joins the caller's transaction, which holds the lock on the visit.

    Raises:
        NothingToRegister: the visit found no dispute, or the case did not come by outreach.
    """
    if visit.found != Found.DISPUTE or case.channel != Channel.OUTREACH:
        raise NothingToRegister(field="channel")
    visit.case = case
    visit.save(update_fields=["case"])


def join_case(visit: OutreachVisit, case: Case, by: User) -> None:
    """What a visit found belongs to a case that is registered already. Joins the caller's transaction.

    Raises:
        NotAllowed, RegisteredBefore: see :func:`to_register`. NothingToRegister: the visit found no dispute.
    """
    visit = to_register(visit, by)
    if visit.found != Found.DISPUTE:
        raise NothingToRegister()
    visit.case = case
    visit.save(update_fields=["case"])


def _earlier(submission_key: uuid.UUID, by: User) -> OutreachVisit | None:
    earlier = OutreachVisit.objects.filter(submission_key=submission_key).first()
    if earlier and earlier.by_id != by.pk:
        raise NotAllowed()
    return earlier


def _write(
    *, campaign: Campaign, group: OutreachGroup, by: User, data: VisitNote, key: uuid.UUID, division: str,
    household: Household | None = None, place: str = "",
) -> OutreachVisit:  # fmt: skip
    now = timezone.now()
    if campaign.state == Campaign.State.ENDED:
        raise CampaignOver()
    check_member(campaign, group, by)
    _check(data, local_day(now))
    visit = OutreachVisit.objects.create(
        campaign=campaign, household=household, division_id=division, place=place, group=group, by=by, at=now,
        found=data.found, again_on=data.again_on if data.found == Found.AGAIN else None, note=data.note.strip(),
        submission_key=key,
    )  # fmt: skip
    if data.found == Found.DISPUTE and not may_register(by):
        _tell_dispatchers(visit)
    return visit


def _check(data: VisitNote, today: dt.date) -> None:
    if data.found not in Found.values:
        raise MissingInput(field="found")
    if data.found in {Found.DISPUTE, Found.ADVICE} and not data.note.strip():
        raise MissingInput(field="note")
    if data.found == Found.AGAIN and data.again_on is None:
        raise MissingInput(field="again_on")
    if data.found == Found.AGAIN and data.again_on is not None and data.again_on <= today:
        raise NotAhead(field="again_on")


def _status_after(household: Household, data: VisitNote) -> tuple[str, dt.date | None]:
    """Nobody at home leaves things as they were."""
    if data.found == Found.AGAIN:
        return Status.AGAIN, data.again_on
    if data.found == Found.NOBODY:
        return household.status, household.again_on
    return Status.VISITED, None


def _tell_dispatchers(visit: OutreachVisit) -> None:
    """That something was found, not what: the page tells the rest to those who may see it."""
    notify(
        staff_for(Role.DISPATCHER, visit.campaign.division_id), "outreach.found", key=f"outreach:{visit.pk}",
        params={"name": visit.campaign.chinese_name},
        url=reverse("intake:outreach_campaign", args=[visit.campaign_id]),
    )  # fmt: skip
