"""Registering a matter that came in, whatever the channel."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from django.db import IntegrityError
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases.models import Case, CaseParty, Person
from cases.people_selectors import repeated
from cases.services import CaseInput, PartyInput, open_case, refuse_case
from cases.services.people import PersonInput, complete_more, find_or_create, know_in
from departments.models import Centre
from governance_center.errors import GovernanceError, MissingInput, NotAllowed
from governance_center.transactions import atomic
from intake.models import Origin, OutreachVisit, Purpose, Ticket, Visit
from intake.services.outreach_visits import RegisteredBefore, link_case, to_register
from intake.services.queue import finish_with_visit
from intake.services.queue_common import IllegalTicketMove
from intake.services.sources import SourceInput, write_source
from intake.services.visits import tell_of_group


@dataclass(frozen=True, slots=True)
class OtherParty:
    """A further petitioner or the other side: a person, or an organisation by name."""

    part: str
    organisation: str = ""
    person: PersonInput | None = None


@dataclass(frozen=True, slots=True)
class WalkIn:
    """All that one registration says.

    ``petitioner`` is somebody new (or found by the identity number); ``person`` is a file that was chosen.
    ``language`` is the one spoken; the petitioner's own where nothing is said. ``refusal`` (reason, note) is given
    when it is not accepted. ``origin`` (system, number there) is given by
    programs: the same matter of the same system makes one case. ``outreach`` is the visit at home that found it: it
    brings one case at most. ``education`` and ``person_kind`` fill in what a chosen file lacks.
    """

    case: CaseInput
    petitioner: PersonInput | None = None
    person: Person | None = None
    language: str = ""
    others: Sequence[OtherParty] = field(default_factory=tuple)
    accept: bool = True
    refusal: tuple[str, str] | None = None
    people_count: int = 1
    interpreter: str = ""
    companion: str = ""
    ticket: Ticket | None = None
    source: SourceInput | None = None
    origin: tuple[str, str] | None = None
    outreach: OutreachVisit | None = None
    education: str = ""
    person_kind: str = ""


class StrangeFile(GovernanceError):
    code = "strange_file"
    message = _("This file is not one that you may open.")


def register_walk_in(*, clerk: User, centre: Centre, data: WalkIn, submission_key: uuid.UUID) -> Visit:
    """Register a matter: person, visit, case and parties in one transaction; the same key makes one visit.

    Raises:
        NotAllowed: not a clerk or dispatcher of the centre, or a key that another clerk used.
        GovernanceError: something in the form does not fit; nothing is written then.
    """
    for attempt in (1, 2):
        try:
            return _register(clerk=clerk, centre=centre, data=data, submission_key=submission_key)
        except (IntegrityError, IllegalTicketMove, RegisteredBefore):
            # The same form was sent before: its visit is there, and its ticket or outreach visit is settled.
            earlier = Visit.objects.filter(submission_key=submission_key).select_related("case").first()
            if earlier and earlier.clerk_id != clerk.pk:
                raise NotAllowed() from None
            earlier = earlier or _of_origin(data.origin, clerk)
            if earlier:
                return earlier
            # Another desk has just put the same identity number on file: the second try finds it.
            if attempt == 2:
                raise
    raise AssertionError("unreachable")


def _of_origin(origin: tuple[str, str] | None, clerk: User) -> Visit | None:
    """The visit with which the same matter of the same system was registered, if ``clerk`` may see it."""
    if origin is None:
        return None
    case = Case.objects.filter(origin__system=origin[0], origin__source_id=origin[1])
    visits = Visit.objects.visible_to(clerk).filter(case__in=case)
    return visits.select_related("case").order_by("pk").first()


@atomic
def _register(*, clerk: User, centre: Centre, data: WalkIn, submission_key: uuid.UUID) -> Visit:
    county = centre.pk[:6]
    if data.ticket:
        finish_with_visit(ticket=data.ticket, by=clerk)
    outreach = to_register(data.outreach, clerk) if data.outreach else None
    petitioner = _petitioner(data, county, clerk)
    parties = [PartyInput(part=CaseParty.Part.APPLICANT, person=petitioner)]
    parties += [_party(other, county) for other in data.others]
    earlier = repeated(people_ids=[petitioner.pk], category=data.case.category, place_code=data.case.division.pk)
    accept = data.accept and data.refusal is None
    calls = data.source.police_calls if data.source else None
    facts = replace(data.case, police_calls=calls or data.case.police_calls)
    case = open_case(centre=centre, data=facts, parties=parties, by=clerk, accept=accept, repeat_of=earlier)
    if data.refusal is not None:
        reason, note = data.refusal
        case = refuse_case(case=case, by=clerk, reason=reason, note=note)
    if outreach:
        link_case(outreach, case)
    if data.origin:
        Origin.objects.create(system=data.origin[0], source_id=data.origin[1], case=case)
    visit = _visit(case, petitioner, clerk=clerk, data=data, submission_key=submission_key)
    _add_companions(visit, parties[1:])
    write_source(visit, data.source)
    tell_of_group(visit)
    return visit


def _petitioner(data: WalkIn, county: str, clerk: User) -> Person:
    if data.person is None:
        if data.petitioner is None:
            raise MissingInput(_("Give the name in at least one script."), field="name")
        return find_or_create(data.petitioner, county=county)
    person = Person.objects.visible_to(clerk).select_for_update(of=("self",)).filter(pk=data.person.pk).first()
    if person is None:
        raise StrangeFile(field="person")
    know_in(person, county)
    return complete_more(person, education=data.education, person_kind=data.person_kind)


def _visit(case: Case, petitioner: Person, *, clerk: User, data: WalkIn, submission_key: uuid.UUID) -> Visit:
    return Visit.objects.create(
        centre_id=case.centre_id,
        at=case.registered_at,
        channel=case.channel,
        purpose=data.ticket.service if data.ticket else Purpose.REGISTRATION,
        ticket=data.ticket,
        clerk=clerk,
        person=petitioner,
        people_count=data.people_count,
        interpreter=data.interpreter.strip(),
        companion=data.companion.strip(),
        language=data.language or petitioner.language,
        outcome=Visit.Outcome.NEW_CASE if data.refusal is None else Visit.Outcome.NOT_ACCEPTED,
        case=case,
        submission_key=submission_key,
    )


def _add_companions(visit: Visit, parties: Sequence[PartyInput]) -> None:
    """Further petitioners came along."""
    together = [party.person for party in parties if party.part == CaseParty.Part.APPLICANT and party.person]
    if not together:
        return
    visit.companions.set(together)
    if visit.people_count < len(together) + 1:
        visit.people_count = len(together) + 1
        visit.save(update_fields=["people_count"])


def _party(other: OtherParty, county: str) -> PartyInput:
    if other.organisation.strip():
        return PartyInput(part=other.part, organisation=other.organisation)
    if other.person is None:
        raise MissingInput(_("Name the other party."), field="others")
    return PartyInput(part=other.part, person=find_or_create(other.person, county=county))
