"""The people of a chunk of rows: found by identity number, or by the same name and phone; else new files.

One query a chunk. What :func:`cases.services.people.find_or_create` does for one person at the desk, this does for
many, under the same rules: blanks are filled in, a number on file under another name is refused.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q

from cases.identity import birth_date_of, gender_of
from cases.models import IdentityDocument, Person, PersonKey, PersonPhone
from cases.services.people import OtherName, key_values, know_in, masked_name, refresh_keys
from governance_center.copying import Rows, draft
from intake.importing.faults import Unfit
from intake.importing.rows import Matter, PersonCells

NameAndPhone = tuple[str, str, str]

COMPLETED = (
    "name", "name_hangul", "identity_number", "identity_index", "phone", "phone_index", "education", "person_kind",
)  # fmt: skip
"""What a row fills in where the file lacks it."""


class People:
    """Who the rows of one chunk are about. Writes nothing but by :meth:`write_known`."""

    def __init__(self, matters: Iterable[Matter], county: str) -> None:
        self.county = county
        self.new: list[Person] = []
        self._further: list[tuple[Person, str, str]] = []
        self._changed: dict[int, Person] = {}
        self._named: set[int] = set()
        self._by_number: dict[str, Person] = {}
        self._by_phone: dict[NameAndPhone, Person] = {}
        numbers, phones = marks(matters)
        wanted = Q(identity_index__in=numbers) | Q(phone_index__in=phones)
        for person in Person.objects.filter(wanted).order_by("-pk") if numbers or phones else ():
            self._remember(person)

    def find(self, cells: PersonCells) -> Person | None:
        """Whoever is on file, or in an earlier row of the chunk.

        Raises:
            Unfit: the identity number belongs to somebody of another name.
        """
        person = self._by_number.get(cells.identity_index) if cells.identity_index else None
        if person is not None:
            if not _may_be(person, cells):
                raise Unfit(OtherName.message, name=masked_name(person))
            return person
        for key in _keys(cells.name, cells.name_hangul, cells.phone_index):
            person = self._by_phone.get(key)
            if person is not None and not (person.identity_index and cells.identity_index) and _may_be(person, cells):
                return person
        return None

    def take(self, cells: PersonCells) -> Person:
        """The person of a row, completed by what the row says; a new file where there is none."""
        person = self.find(cells)
        if person is None:
            return self._open(cells)
        changed = _complete(person, cells)
        if cells.phone_index and cells.phone_index != person.phone_index:
            self._further.append((person, cells.phone, cells.phone_index))
            changed = True
        if person.pk:
            self._named.add(person.pk)
            if changed or self.county not in person.counties:
                self._changed[person.pk] = person
        self._remember(person)
        return person

    def write_known(self) -> None:
        """Bring the files that were there already up to date.

        All that the chunk names are locked, in the order of their keys: a desk that has one of them in hand comes to
        its end first, and does not wait for the numbers that this chunk is about to take.
        """
        locked = Person.objects.select_for_update(of=("self",), no_key=True).order_by("pk")
        if self._named:
            list(locked.filter(pk__in=self._named).values_list("pk", flat=True))
        for fresh in locked.filter(pk__in=self._changed) if self._changed else ():
            told = self._changed[fresh.pk]
            for field in COMPLETED:
                if not getattr(fresh, field):
                    setattr(fresh, field, getattr(told, field))
            fresh.birth_date, fresh.gender = fresh.birth_date or told.birth_date, told.gender
            fresh.save()
            phones = [(number, index) for person, number, index in self._further if person.pk == fresh.pk]
            PersonPhone.objects.bulk_create(
                [PersonPhone(person=fresh, phone=number, phone_index=index) for number, index in phones],
                ignore_conflicts=True,
            )
            know_in(fresh, self.county)
            refresh_keys(fresh)

    def add_new(self, rows: Rows) -> None:
        """Add the new files, their further phones and what is typed to find them."""
        fresh = {id(person): person for person in self.new}
        further: dict[int, dict[str, str]] = {}
        for person, number, index in self._further:
            if id(person) in fresh:
                further.setdefault(id(person), {})[index] = number
        # In one order, so that two imports that name the same people do not wait in a circle.
        for person in sorted(self.new, key=lambda one: one.identity_index):
            rows.add(person)
            phones = further.get(id(person), {})
            for index, number in phones.items():
                rows.add(PersonPhone(person_id=person.pk, phone=number, phone_index=index))
            rows.add_values(PersonKey, key_values(person, phones=phones.values()))

    def _open(self, cells: PersonCells) -> Person:
        person = draft(
            Person, name=cells.name, name_hangul=cells.name_hangul, language=cells.language, counties=[self.county],
            phone=cells.phone, phone_index=cells.phone_index, education=cells.education,
            person_kind=cells.person_kind,
        )  # fmt: skip
        _put_number(person, cells)
        self.new.append(person)
        self._remember(person)
        return person

    def _remember(self, person: Person) -> None:
        if person.identity_index:
            self._by_number[person.identity_index] = person
        for key in _keys(person.name, person.name_hangul, person.phone_index):
            self._by_phone[key] = person


def marks(matters: Iterable[Matter]) -> tuple[set[str], set[str]]:
    """The blind indexes of identity numbers and of phones by which the people of some rows are recognised."""
    named = [cells for matter in matters for cells in (matter.petitioner, matter.other) if cells]
    return (
        {cells.identity_index for cells in named if cells.identity_index},
        {cells.phone_index for cells in named if cells.phone_index},
    )


def _keys(name: str, hangul: str, phone_index: str) -> list[NameAndPhone]:
    """By what somebody without an identity number is recognised: the name in a script, and the phone."""
    if not phone_index:
        return []
    return [key for key in (("zh", name, phone_index), ("ko", hangul, phone_index)) if key[1]]


def _may_be(person: Person, cells: PersonCells) -> bool:
    """Whether the names fit: one is the same, or none contradicts the file."""
    names, hanguls = {person.name, *person.other_names}, {person.name_hangul, *person.other_names}
    if (cells.name and cells.name in names) or (cells.name_hangul and cells.name_hangul in hanguls):
        return True
    clash = cells.name and person.name and cells.name not in names
    return not (clash or (cells.name_hangul and person.name_hangul and cells.name_hangul not in hanguls))


def _complete(person: Person, cells: PersonCells) -> bool:
    """Fill in what the file lacks; whether anything was."""
    changed = False
    for field in ("name", "name_hangul", "education", "person_kind"):
        if getattr(cells, field) and not getattr(person, field):
            setattr(person, field, getattr(cells, field))
            changed = True
    if cells.identity_number and not person.identity_number:
        _put_number(person, cells)
        changed = True
    if cells.phone and not person.phone:
        person.phone, person.phone_index = cells.phone, cells.phone_index
        changed = True
    return changed


def _put_number(person: Person, cells: PersonCells) -> None:
    """Keep the number; an identity card tells birth date and gender."""
    if cells.identity_number:
        person.identity_document = IdentityDocument.IDENTITY_CARD
        person.identity_number, person.identity_index = cells.identity_number, cells.identity_index
        person.birth_date, person.gender = birth_date_of(cells.identity_number), gender_of(cells.identity_number)
