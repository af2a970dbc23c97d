"""Use cases of the guide desk."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import IntegrityError
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases.identity import birth_date_of, check_identity_number, check_phone, gender_of
from cases.models import Case, CaseParty, Person
from cases.services import CaseInput, PartyInput, open_case, refuse_case
from departments.models import Centre
from governance_center.errors import GovernanceError, MissingInput, NotAllowed
from governance_center.transactions import atomic
from intake.models import Visit


@dataclass(frozen=True, slots=True)
class PersonInput:
    """A person as told at the desk: a name in at least one script, the rest as far as known."""

    name: str = ""
    name_hangul: str = ""
    identity_number: str = ""
    phone: str = ""
    language: str = "zh-hans"


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


class OtherName(GovernanceError):
    code = "identity_number_of_another"
    message = _("This identity number is on file under another name (%(name)s). Check the number and the name.")


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
    petitioner = find_or_create_person(data.petitioner)
    parties = [PartyInput(part=CaseParty.Part.APPLICANT, person=petitioner)]
    parties += [_party(other) for other in data.others]
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


def find_or_create_person(data: PersonInput) -> Person:
    """The person with this identity number, with blanks filled in; otherwise a new one.

    Raises:
        MissingInput: no name in either script.
        BadIdentityNumber, BadPhone: as typed they cannot be right.
        OtherName: the number is on file under another name.
    """
    name, hangul = data.name.strip(), data.name_hangul.strip()
    if not name and not hangul:
        raise MissingInput(_("Give the name in at least one script."), field="name")
    number = check_identity_number(data.identity_number) if data.identity_number.strip() else ""
    phone = check_phone(data.phone) if data.phone.strip() else ""
    known = Person.objects.with_identity_number(number).first() if number else None
    if known:
        return _complete(known, name=name, hangul=hangul, phone=phone)
    person = Person(name=name, name_hangul=hangul, language=data.language)
    if number:
        person.set_identity_number(number)
        person.birth_date, person.gender = birth_date_of(number), gender_of(number)
    if phone:
        person.set_phone(phone)
    person.save()
    return person


def _complete(person: Person, *, name: str, hangul: str, phone: str) -> Person:
    """Fill in what the file lacks; a different name is refused, not overwritten."""
    same = (name and name == person.name) or (hangul and hangul == person.name_hangul)
    clash = (name and person.name and name != person.name) or (
        hangul and person.name_hangul and hangul != person.name_hangul
    )
    if clash and not same:
        shown = person.name or person.name_hangul
        raise OtherName(field="identity_number", name=shown[:1] + "**")
    changed = []
    if name and not person.name:
        person.name = name
        changed.append("name")
    if hangul and not person.name_hangul:
        person.name_hangul = hangul
        changed.append("name_hangul")
    if phone and phone != person.phone:
        person.set_phone(phone)
        changed += ["phone", "phone_index"]
    if changed:
        person.save(update_fields=changed)
    return person


def _party(other: OtherParty) -> PartyInput:
    if other.organisation.strip():
        return PartyInput(part=other.part, organisation=other.organisation)
    if other.person is None:
        raise MissingInput(_("Name the other party."), field="others")
    return PartyInput(part=other.part, person=find_or_create_person(other.person))
