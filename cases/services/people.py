"""The file of a person: making it, correcting it, merging two that are one, and looking at what is masked."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Look, Role, User
from cases import search_keys
from cases.identity import (
    birth_date_of,
    check_email,
    check_identity_number,
    check_phone,
    gender_of,
    normalise_identity_number,
)
from cases.models import (
    Case,
    CaseParty,
    Education,
    FamilyLink,
    IdentityDocument,
    Need,
    Person,
    PersonKey,
    PersonKind,
    PersonMerge,
    PersonPhone,
)
from governance_center.errors import GovernanceError, MissingInput, NotAllowed
from governance_center.transactions import atomic


@dataclass(frozen=True, slots=True)
class PersonInput:
    """A person as told at the desk: a name in at least one script, the rest as far as known."""

    name: str = ""
    name_hangul: str = ""
    identity_number: str = ""
    phone: str = ""
    language: str = "zh-hans"
    identity_document: str = IdentityDocument.IDENTITY_CARD
    education: str = ""
    person_kind: str = ""


@dataclass(frozen=True, slots=True)
class FileInput:
    """All that a person's file says, as it is typed on the page of the file."""

    person: PersonInput
    other_names: Sequence[str] = ()
    further_phones: Sequence[tuple[str, str]] = ()
    """Pairs of phone and note."""
    birth_date: object = None
    gender: str = "0"
    ethnic_group: object = None
    division: object = None
    address: str = ""
    needs: Sequence[str] = field(default_factory=tuple)
    needs_note: str = ""
    email: str | None = None
    """None leaves the address as it is; an empty one strikes it out."""
    agrees_to_email: bool = False


class OtherName(GovernanceError):
    code = "identity_number_of_another"
    message = _("This identity number is on file under another name (%(name)s). Check the number and the name.")


class NumberTaken(GovernanceError):
    code = "identity_number_taken"
    message = _("This identity number is already on another file (%(name)s). If both are one person, merge the files.")


class NotAgreed(GovernanceError):
    code = "not_agreed"
    status = 422
    message = _("Keep an address only of a person who agrees to be told by e-mail.")


class NotMergeable(GovernanceError):
    code = "not_mergeable"


def find_or_create(data: PersonInput, *, county: str) -> Person:
    """The person with this identity number, with blanks filled in; otherwise a new file. Known in ``county`` then.

    Joins the caller's transaction.

    Raises:
        MissingInput: no name in either script.
        BadIdentityNumber, BadPhone: as typed they cannot be right.
        OtherName: the number is on file under another name.
    """
    name, hangul = data.name.strip(), data.name_hangul.strip()
    if not name and not hangul:
        raise MissingInput(_("Give the name in at least one script."), field="name")
    number = checked_number(data)
    phone = check_phone(data.phone) if data.phone.strip() else ""
    known = Person.objects.with_identity_number(number).select_for_update().first() if number else None
    if known:
        known = _complete(known, name=name, hangul=hangul, phone=phone, county=county)
        return complete_more(known, education=data.education, person_kind=data.person_kind)
    person = Person(
        name=name, name_hangul=hangul, language=data.language, identity_document=data.identity_document,
        counties=[county], education=_known(Education, data.education, "education"),
        person_kind=_known(PersonKind, data.person_kind, "person_kind"),
    )  # fmt: skip
    _put_number(person, number)
    if phone:
        person.set_phone(phone)
    person.save()
    PersonKey.objects.bulk_create(key_rows(person))
    return person


def complete_more(person: Person, *, education: str = "", person_kind: str = "") -> Person:
    """Fill in what the file lacks of what GB/T 31000 asks besides; what is on file stays. Joins the caller's
    transaction.

    Raises:
        GovernanceError: no such value.
    """
    told = {
        "education": _known(Education, education, "education"),
        "person_kind": _known(PersonKind, person_kind, "person_kind"),
    }
    lacking = [name for name, value in told.items() if value and not getattr(person, name)]
    for name in lacking:
        setattr(person, name, told[name])
    if lacking:
        person.save(update_fields=lacking)
    return person


def checked_number(data: PersonInput) -> str:
    """The normalised number of the document; a resident identity card's is checked (GB 11643).

    Raises:
        BadIdentityNumber: wrong length, letters, check digit, or no real past birth date.
    """
    if not data.identity_number.strip():
        return ""
    if data.identity_document == IdentityDocument.IDENTITY_CARD:
        return check_identity_number(data.identity_number)
    return normalise_identity_number(data.identity_number)[:40]


def know_in(person: Person, county: str) -> None:
    """Make the person findable in a county, once. Joins the caller's transaction."""
    if county in person.counties:
        return
    person.counties = sorted({*person.counties, county})
    person.save(update_fields=["counties"])
    PersonKey.objects.bulk_create(key_rows(person, counties=[county]), ignore_conflicts=True)


def key_rows(person: Person, *, counties: Iterable[str] | None = None, phones: Iterable[str] = ()) -> list[PersonKey]:
    """The unsaved search keys of a saved person; ``phones`` are those besides the main one."""
    values = key_values(person, counties=counties, phones=phones)
    return [PersonKey(county, key, pk) for county, key, pk in values]


def key_values(
    person: Person, *, counties: Iterable[str] | None = None, phones: Iterable[str] = ()
) -> list[tuple[str, str, int]]:
    """What :func:`key_rows` makes, in the order of the model's fields: imports write more keys than all else."""
    keys = search_keys.name_keys(person.name, person.name_hangul, *person.other_names)
    keys |= search_keys.number_keys(identity_number=person.identity_number, phones=[person.phone, *phones])
    pk = person.pk
    return [(county, key, pk) for county in (person.counties if counties is None else counties) for key in sorted(keys)]


def refresh_keys(person: Person) -> None:
    """Write the search keys anew after names or numbers changed. Joins the caller's transaction."""
    PersonKey.objects.filter(person=person).delete()
    phones = [row.phone for row in person.phones.all()]
    PersonKey.objects.bulk_create(key_rows(person, phones=phones))


@atomic
def update_file(*, person: Person, data: FileInput, by: User) -> Person:
    """Correct or complete a person's file.

    Raises:
        NotAllowed: the file is not one that ``by`` may open.
        MissingInput, BadIdentityNumber, BadPhone: as for a new file.
        NumberTaken: another file has this number.
        BadEmail, NotAgreed: see :func:`put_email`.
    """
    person = _locked(person, by)
    typed = data.person
    person.name, person.name_hangul = typed.name.strip(), typed.name_hangul.strip()
    if not person.name and not person.name_hangul:
        raise MissingInput(_("Give the name in at least one script."), field="name")
    number = checked_number(typed)
    other = Person.objects.with_identity_number(number).exclude(pk=person.pk).first() if number else None
    if other:
        raise NumberTaken(field="identity_number", name=masked_name(other))
    person.identity_document, person.language = typed.identity_document, typed.language
    person.birth_date, person.gender = data.birth_date, data.gender  # type: ignore[assignment]
    _put_number(person, number)
    person.set_phone(check_phone(typed.phone) if typed.phone.strip() else "")
    person.other_names = [name.strip() for name in data.other_names if name.strip()]
    person.education = _known(Education, typed.education, "education")
    person.person_kind = _known(PersonKind, typed.person_kind, "person_kind")
    person.ethnic_group, person.division = data.ethnic_group, data.division  # type: ignore[assignment]
    person.address, person.needs_note = data.address.strip(), data.needs_note.strip()
    person.needs = [code for code in data.needs if code in Need.values]
    if data.email is not None:
        put_email(person, data.email, agrees=data.agrees_to_email)
    person.save()
    _write_phones(person, data.further_phones)
    refresh_keys(person)
    return person


def put_email(person: Person, typed: str, *, agrees: bool) -> None:
    """Put the address on the unsaved file with the day of the consent; an empty one strikes both out.

    Raises:
        BadEmail: it cannot be one.
        NotAgreed: the person was not asked, or does not agree.
    """
    if not typed.strip():
        person.email, person.email_agreed_on = "", None
        return
    if not agrees:
        raise NotAgreed(field="agrees_to_email")
    person.email, person.email_agreed_on = check_email(typed), timezone.localdate()


@atomic
def keep_party_email(*, party: CaseParty, email: str, by: User) -> Person:
    """Whoever works on a case keeps the address of a party who agrees to be told by e-mail.

    Raises:
        NotAllowed: see :func:`reveal_party`.
        BadEmail: it cannot be one.
    """
    if party.person_id is None or not _works_with(party, by):
        raise NotAllowed()
    person = Person.objects.select_for_update(of=("self",)).get(pk=party.person_id)
    put_email(person, email, agrees=True)
    person.save(update_fields=["email", "email_agreed_on"])
    return person


@atomic
def merge_people(*, kept: Person, merged: Person, by: User, reason: str) -> PersonMerge:
    """Say that two files are one person's; ``merged`` leads to ``kept`` from now on. Nothing is moved or lost.

    Raises:
        NotAllowed: one of the files is not one that ``by`` may open.
        NotMergeable: the same file, one merged already, or two different identity numbers.
        MissingInput: without a reason.
    """
    first, second = sorted((kept, merged), key=lambda person: person.pk)
    locked = {person.pk: person for person in (_locked(first, by), _locked(second, by))}
    kept, merged = locked[kept.pk], locked[merged.pk]
    if kept.pk == merged.pk or merged.merged_into_id or kept.merged_into_id:
        raise NotMergeable(_("One of these files is merged already, or both are the same."), field="other")
    numbers = {
        (person.identity_document, person.identity_number) for person in (kept, merged) if person.identity_number
    }
    if len(numbers) > 1 and len({document for document, _number in numbers}) == 1:
        raise NotMergeable(_("The files carry two different identity numbers; they are two people's."), field="other")
    if not reason.strip():
        raise MissingInput(field="reason")
    merged.merged_into = kept
    merged.save(update_fields=["merged_into"])
    for county in merged.counties:
        know_in(kept, county)
    return PersonMerge.objects.create(kept=kept, merged=merged, reason=reason.strip(), by=by, at=timezone.now())


@atomic
def unmerge_people(*, merge: PersonMerge, by: User, reason: str) -> PersonMerge:
    """Take a merge back: both files stand alone again, as they were.

    Raises:
        NotAllowed: not for this person.
        NotMergeable: taken back already.
        MissingInput: without a reason.
    """
    merged = _locked(merge.merged, by)
    merge = PersonMerge.objects.select_for_update(of=("self",)).get(pk=merge.pk)
    if merge.undone_at:
        raise NotMergeable(_("This merge was taken back already."))
    if not reason.strip():
        raise MissingInput(field="reason")
    merged.merged_into = None
    merged.save(update_fields=["merged_into"])
    merge.undone_at, merge.undone_by, merge.undo_reason = timezone.now(), by, reason.strip()
    merge.save(update_fields=["undone_at", "undone_by", "undo_reason"])
    return merge


@atomic
def link_family(*, person: Person, relative: Person, relation: str, by: User) -> FamilyLink:
    """Note how ``relative`` is related to ``person``; a link that is there already is corrected.

    Raises:
        NotAllowed: one of the files is not one that ``by`` may open.
        GovernanceError: a person is no relative of themselves, or no such relation.
    """
    if relation not in FamilyLink.Relation.values:
        raise MissingInput(field="relation")
    if person.pk == relative.pk:
        raise GovernanceError(_("Choose another person."), field="relative", code="oneself")
    for one in (person, relative):
        if not Person.objects.visible_to(by).filter(pk=one.pk).exists():
            raise NotAllowed()
    FamilyLink.objects.filter(person=relative, relative=person).delete()
    link, _created = FamilyLink.objects.update_or_create(
        person=person, relative=relative, defaults={"relation": relation, "noted_by": by}
    )
    return link


@atomic
def unlink_family(*, link: FamilyLink, by: User) -> None:
    """Remove a family link that was noted wrongly. Raises NotAllowed."""
    if not Person.objects.visible_to(by).filter(pk=link.person_id).exists():
        raise NotAllowed()
    link.delete()


@atomic
def reveal(*, person: Person, what: str, by: User, address: str | None = None) -> str:
    """Open what is masked; the look is logged before it is answered (PIPL art. 51).

    Raises:
        NotAllowed: the file is not one that ``by`` may open.
        LookupError: no such field.
    """
    if not Person.objects.visible_to(by).filter(pk=person.pk).exists():
        raise NotAllowed()
    return _open(person, what, by, address)


@atomic
def reveal_party(*, party: CaseParty, what: str, by: User, address: str | None = None) -> str:
    """Open number, phone or e-mail of a party for whoever works on the case: they must call, check who came. Logged.

    Raises:
        NotAllowed: the case is not one that ``by`` may see, or an official's look from outside.
        LookupError: no such field.
    """
    if party.person is None or not _works_with(party, by):
        raise NotAllowed()
    return _open(party.person, what, by, address)


def _works_with(party: CaseParty, user: User) -> bool:
    """Who sees the case of a person and has it in hand."""
    in_hand = user.role in {Role.CLERK, Role.DISPATCHER, Role.OFFICER, Role.MEDIATOR} and user.is_active
    return in_hand and Case.objects.visible_to(user).filter(pk=party.case_id).exists()


def _open(person: Person, what: str, by: User, address: str | None) -> str:
    fields: dict[Look.What, Callable[[], str]] = {
        Look.What.IDENTITY_NUMBER: lambda: person.identity_number,
        Look.What.PHONE: lambda: "  ".join([person.phone, *(row.phone for row in person.phones.all())]),
        Look.What.NEEDS: lambda: person.needs_note,
        Look.What.EMAIL: lambda: person.email,
    }
    opened = fields[Look.What(what)]
    Look.objects.create(user=by, what=what, subject=f"person:{person.pk}", address=address)
    return opened().strip()


def masked_name(person: Person) -> str:
    """``张**``: for hall screens and for messages about somebody else's file."""
    shown = person.name or person.name_hangul
    return f"{shown[:1]}**"


def group_ids(person: Person) -> list[int]:
    """The keys of the files that are this person's: the kept one first, then those merged into it, however deep."""
    root = person.pk
    while above := Person.objects.filter(pk=root).values_list("merged_into_id", flat=True).first():
        root = above
    found, layer = [root], [root]
    while layer:
        layer = list(Person.objects.filter(merged_into__in=layer).order_by("pk").values_list("pk", flat=True))
        found += layer
    return found


def _locked(person: Person, by: User) -> Person:
    found = Person.objects.visible_to(by).select_for_update(of=("self",)).filter(pk=person.pk).first()
    if found is None:
        raise NotAllowed()
    return found


def _known(choices: type[models.TextChoices], value: str, field: str) -> str:
    if value and value not in choices.values:
        raise GovernanceError(_("This choice is not possible here."), field=field, code="bad_choice")
    return value


def _put_number(person: Person, number: str) -> None:
    """Keep the number; an identity card tells birth date and gender."""
    person.set_identity_number(number)
    if number and person.identity_document == IdentityDocument.IDENTITY_CARD:
        person.birth_date, person.gender = birth_date_of(number), gender_of(number)


def _write_phones(person: Person, phones: Collection[tuple[str, str]]) -> None:
    wanted: dict[str, PersonPhone] = {}
    for typed, note in phones:
        if typed.strip():
            row = PersonPhone(person=person, note=note.strip())
            row.set_phone(check_phone(typed))
            wanted[row.phone_index] = row
    wanted.pop(person.phone_index, None)
    PersonPhone.objects.filter(person=person).delete()
    PersonPhone.objects.bulk_create(wanted.values())


def _complete(person: Person, *, name: str, hangul: str, phone: str, county: str) -> Person:
    """Fill in what the file lacks; a different name is refused, not overwritten."""
    names = {person.name, *person.other_names}
    hanguls = {person.name_hangul, *person.other_names}
    same = (name and name in names) or (hangul and hangul in hanguls)
    clash = (name and person.name and name not in names) or (hangul and person.name_hangul and hangul not in hanguls)
    if clash and not same:
        raise OtherName(field="identity_number", name=masked_name(person))
    changed = []
    if name and not person.name:
        person.name = name
        changed.append("name")
    if hangul and not person.name_hangul:
        person.name_hangul = hangul
        changed.append("name_hangul")
    if phone and not person.phone:
        person.set_phone(phone)
        changed += ["phone", "phone_index"]
    elif phone and phone != person.phone:
        _add_phone(person, phone)
    if changed:
        person.save(update_fields=changed)
    if changed or (phone and phone != person.phone):
        refresh_keys(person)
    know_in(person, county)
    return person


def _add_phone(person: Person, phone: str) -> None:
    """Another phone does not push the one on file out."""
    row = PersonPhone(person=person)
    row.set_phone(phone)
    PersonPhone.objects.bulk_create([row], ignore_conflicts=True)
