"""Registering a matter, and deciding at the door whether the centre takes it on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from cases import care, coordinates, deadlines, ledger, levels, numbers, routing, workflow
from cases.coordinates import Typed
from cases.models import Case, CaseParty, Category, Channel, EventKind, Kind, Person, PetitionClass
from cases.routing_rules import Facts, facts_of
from cases.services import dispatching, rating
from cases.services.common import lock, write_note
from departments.models import Centre, Division
from departments.presence import local_holidays_of
from governance_center.calendar import local_day
from governance_center.errors import GovernanceError, MissingInput, NotAllowed
from governance_center.events import publish
from governance_center.ledger import text_digest
from governance_center.transactions import atomic

MOST_YUAN = Decimal(10) ** 12
MOST_PEOPLE = 100_000


@dataclass(frozen=True, slots=True)
class PartyInput:
    """A person or the name of an organisation, and its part in the case."""

    part: str
    person: Person | None = None
    organisation: str = ""


@dataclass(frozen=True, slots=True)
class CaseInput:
    """What is known of a matter at the door."""

    kind: str
    category: Category
    division: Division
    title: str
    narrative: str = ""
    narrative_language: str = "zh-hans"
    petition_class: str = ""
    place_detail: str = ""
    wants_mediation: bool | None = None
    channel: str = Channel.WALK_IN
    amount: Decimal | None = None
    people_involved: int | None = None
    coordinates: Typed | None = None
    """Longitude and latitude in degrees, see :mod:`cases.coordinates`."""
    police_calls: int = 0
    """How often the police were called on the matter before; weighs in the risk score."""
    is_restricted: bool | None = None
    """Whether it leaves the general view; None: as the matter asks, see :mod:`cases.care`."""


class OutsideCentre(GovernanceError):
    code = "outside_centre"
    message = _(
        "%(place)s does not belong to this centre. Guide the petitioner to the centre there, or refuse with the "
        "reason “the place belongs to another centre”."
    )


class WrongCategory(GovernanceError):
    code = "wrong_category"
    status = 422
    message = _("This category belongs to another kind of matter.")


@atomic
def open_case(
    *,
    centre: Centre,
    data: CaseInput,
    parties: Sequence[PartyInput],
    by: User,
    accept: bool = True,
    repeat_of: Case | None = None,
) -> Case:
    """Register a matter and, with ``accept``, take it on and route it at once.

    Args:
        centre: where it is registered; the place must lie in its division.
        parties: at least one applicant.
        accept: False leaves it registered, for screening.
        repeat_of: an earlier case on the same matter, for the repeat rate.

    Raises:
        NotAllowed: only clerks and dispatchers of the centre's division register.
        OutsideCentre, WrongCategory, OutsideYanbian, MissingInput: the matter does not fit.
    """
    now = timezone.now()
    _check(centre=centre, data=data, parties=parties, by=by)
    is_restricted = _is_restricted(data, [party.person for party in parties if party.person], local_day(now))
    case = _create(centre=centre, data=data, by=by, now=now, repeat_of=repeat_of, is_restricted=is_restricted)
    CaseParty.objects.bulk_create(
        [
            CaseParty(case=case, person=party.person, organisation=party.organisation.strip(), part=party.part)
            for party in parties
        ]
    )
    entries, changed = [ledger.Entry(EventKind.REGISTERED, by, registered_facts(case), now)], set[str]()
    holidays = local_holidays_of(centre.pk)
    if case.kind == Kind.PETITION:
        rule = deadlines.rules(deadlines.PETITION_ROUTE)[deadlines.PETITION_ROUTE]
        deadlines.build(case, rule, start=now, local_holidays=holidays).save()
    # Rated before it is routed: rules may ask for the risk.
    people = [party.person for party in parties if party.person]
    rated, fields = rating.prepare(case, people=people, at=now, police_calls=data.police_calls)
    entries, changed = entries + rated, changed | fields
    if accept:
        facts = facts_of(case, has_organisation=any(party.organisation.strip() for party in parties))
        more, fields = _accept_and_route(case, facts, by=by, now=now, local_holidays=holidays)
        entries, changed = entries + more, changed | fields
    ledger.append(case, entries, update=changed)
    publish("case.opened", case=case)
    return case


@atomic
def accept_case(*, case: Case, by: User) -> Case:
    """Take on a matter that was registered for screening, and route it.

    Raises: as :func:`cases.workflow.check`.
    """
    case, now = lock(case), timezone.now()
    facts = facts_of(case, has_organisation=case.parties.exclude(organisation="").exists())
    holidays = local_holidays_of(case.centre_id)
    entries, changed = _accept_and_route(case, facts, by=by, now=now, local_holidays=holidays)
    ledger.append(case, entries, update=changed)
    return case


@atomic
def refuse_case(*, case: Case, by: User, reason: str, note: str) -> Case:
    """Do not take the matter on. ``note`` tells the petitioner which way is open instead.

    Raises: as :func:`cases.workflow.check`; MissingInput without a note.
    """
    case, now = lock(case), timezone.now()
    workflow.check(case, "refuse", by=by, data={"reason": reason})
    _note, facts = write_note(case, by=by, text=note, at=now)
    workflow.move(case, "refuse", by=by, data={"reason": reason, **facts}, at=now)
    deadlines.cancel(case, now)
    return case


def _check(*, centre: Centre, data: CaseInput, parties: Sequence[PartyInput], by: User) -> None:
    in_scope = bool(by.scope_code) and centre.pk.startswith(by.scope_code)
    if by.role not in {Role.CLERK, Role.DISPATCHER} or not in_scope or not by.is_active:
        raise NotAllowed()
    if not data.division.pk.startswith(centre.pk):
        raise OutsideCentre(field="division", place=data.division.name)
    if data.category.kind != data.kind:
        raise WrongCategory(field="category")
    if data.kind == Kind.PETITION and not data.petition_class:
        raise MissingInput(_("Choose the class of the petition."), field="petition_class")
    if not data.title.strip():
        raise MissingInput(field="title")
    if data.amount is not None and not 0 <= data.amount < MOST_YUAN:
        raise GovernanceError(_("Give an amount between 0 and one trillion yuan."), field="amount", code="bad_amount")
    if data.people_involved is not None and not 1 <= data.people_involved <= MOST_PEOPLE:
        raise GovernanceError(
            _("Give a number of people between 1 and 100,000."), field="people_involved", code="bad_number"
        )
    if not any(party.part == CaseParty.Part.APPLICANT for party in parties):
        raise MissingInput(_("A matter needs at least one applicant."), field="name")


def _is_restricted(data: CaseInput, people: Sequence[Person], day: dt.date) -> bool:
    """信访工作条例 art. 30: an informant's matter leaves the general view. So does what outreach finds in a family."""
    if data.kind == Kind.PETITION and data.petition_class == PetitionClass.ACCUSATION:
        return True
    if data.is_restricted is not None:
        return data.is_restricted
    texts = (data.title, data.narrative)
    return care.asks_for_restriction(
        data.channel, care.signs(category=data.category.pk, texts=texts, people=people, day=day)
    )


def _create(
    *, centre: Centre, data: CaseInput, by: User, now: dt.datetime, repeat_of: Case | None, is_restricted: bool
) -> Case:
    petition_class = data.petition_class if data.kind == Kind.PETITION else ""
    longitude, latitude = coordinates.checked(data.coordinates) or (None, None)
    return Case.objects.create(
        number=numbers.next_number(centre.pk[:6], local_day(now).year),
        centre=centre,
        division=data.division,
        place_detail=data.place_detail.strip(),
        longitude=longitude,
        latitude=latitude,
        kind=data.kind,
        petition_class=petition_class,
        category=data.category,
        channel=data.channel,
        title=data.title.strip(),
        narrative=data.narrative.strip(),
        narrative_language=data.narrative_language,
        wants_mediation=data.wants_mediation,
        amount=data.amount,
        people_involved=data.people_involved,
        held_level=levels.level_of(centre.pk),
        is_restricted=is_restricted,
        repeat_of=repeat_of,
        registered_at=now,
        registered_by=by,
        state_since=now,
    )


def registered_facts(case: Case) -> dict[str, Any]:
    """What the ledger says of a registration: codes and digests, no texts."""
    return {
        "number": case.number,
        "kind": case.kind,
        "category": case.category_id,
        "channel": case.channel,
        "centre": case.centre_id,
        "division": case.division_id,
        "title_sha256": text_digest(case.title),
        "narrative_sha256": text_digest(case.narrative),
        **({"repeat_of": case.repeat_of_id} if case.repeat_of_id else {}),
        **({"restricted": True} if case.is_restricted else {}),
    }


def _accept_and_route(
    case: Case, facts: Facts, *, by: User, now: dt.datetime, local_holidays: Collection[dt.date]
) -> tuple[list[ledger.Entry], set[str]]:
    accepted, changed = workflow.prepare(case, "accept", by=by, at=now)
    decision = routing.decide(
        category=case.category,
        centre_code=case.centre_id,
        place_code=case.division_id,
        day=local_day(now),
        local_holidays=local_holidays,
        facts=facts,
    )
    routed, more = dispatching.send(case, decision, by=by, at=now, local_holidays=local_holidays)
    return [accepted, routed], changed | more
