"""Use cases of the guide desk."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import IntegrityError
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases.models import Case, CaseParty, Person
from cases.services import CaseInput, PartyInput, open_case, refuse_case
from cases.services.people import PersonInput, find_or_create
from departments.models import Centre
from governance_center.errors import MissingInput, NotAllowed
from governance_center.transactions import atomic
from intake.models import Visit


@dataclass(frozen=True, slots=True)
class OtherParty:
    """The other side: a person, or an organisation by name."""

    part: str
    organisation: str = ""
    person: PersonInput | None = None


@dataclass(frozen=True, slots=True)
class WalkIn:
    """All that one registration form says. ``refusal`` (reason, note) is given when it is not accepted."""

    petitioner: PersonInput
    case: CaseInput
    others: Sequence[OtherParty] = field(default_factory=tuple)
    accept: bool = True
    refusal: tuple[str, str] | None = None


def register_walk_in(*, clerk: User, centre: Centre, data: WalkIn, submission_key: uuid.UUID) -> Visit:
    """Register a walk-in: person, visit, case and parties in one transaction; the same key makes one visit.

    Raises:
        NotAllowed: not a clerk or dispatcher of the centre, or a key that another clerk used.
        GovernanceError: something in the form does not fit; nothing is written then.
    """
    for attempt in (1, 2):
        try:
            return _register(clerk=clerk, centre=centre, data=data, submission_key=submission_key)
        except IntegrityError:
            earlier = Visit.objects.filter(submission_key=submission_key).select_related("case").first()
            if earlier and earlier.clerk_id != clerk.pk:
                raise NotAllowed() from None
            if earlier:
                return earlier
            # Another desk has just put the same identity number on file: the second try finds it.
            if attempt == 2:
                raise
    raise AssertionError("unreachable")


@atomic
def _register(*, clerk: User, centre: Centre, data: WalkIn, submission_key: uuid.UUID) -> Visit:
    county = centre.pk[:6]
    petitioner = find_or_create(data.petitioner, county=county)
    parties = [PartyInput(part=CaseParty.Part.APPLICANT, person=petitioner)]
    parties += [_party(other, county) for other in data.others]
    accept = data.accept and data.refusal is None
    case = open_case(centre=centre, data=data.case, parties=parties, by=clerk, accept=accept)
    if data.refusal is not None:
        reason, note = data.refusal
        case = refuse_case(case=case, by=clerk, reason=reason, note=note)
    return _visit(case, petitioner, clerk=clerk, data=data, submission_key=submission_key)


def _visit(case: Case, petitioner: Person, *, clerk: User, data: WalkIn, submission_key: uuid.UUID) -> Visit:
    return Visit.objects.create(
        centre_id=case.centre_id,
        at=case.registered_at,
        channel=case.channel,
        clerk=clerk,
        person=petitioner,
        language=data.petitioner.language,
        outcome=Visit.Outcome.NEW_CASE if data.refusal is None else Visit.Outcome.NOT_ACCEPTED,
        case=case,
        submission_key=submission_key,
    )


def _party(other: OtherParty, county: str) -> PartyInput:
    if other.organisation.strip():
        return PartyInput(part=other.part, organisation=other.organisation)
    if other.person is None:
        raise MissingInput(_("Name the other party."), field="others")
    return PartyInput(part=other.part, person=find_or_create(other.person, county=county))
