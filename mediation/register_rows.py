"""Checking the rows of a list against the register: what each would add or change, and what is wrong with it.

A mediator is recognised by the number of the certificate, else by committee, name and phone; a committee by place and
name. A column that the list does not have leaves what is recorded.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Language, User
from cases.identity import check_phone
from cases.models import Category, CodeEntry
from cases.models.person import Gender
from cases.services.experts import may_maintain
from departments.models import Division
from governance_center.errors import GovernanceError, MissingInput
from mediation.models import Committee, Employment, Mediator, Position, Qualification
from mediation.register_columns import COMMITTEE, MEDIATOR, Column
from mediation.register_reading import Row, fold
from mediation.services.register import entry_faults
from mediation.week import BadWeek, Week, parse

T = TypeVar("T")
DAY = re.compile(r"(\d{4})\D+(\d{1,2})\D+(\d{1,2})\D*")
YES, NO = (
    frozenset({"yes", "是", "예", "1", "true", "在岗", "在任"}),
    frozenset({"no", "否", "아니", "아니오", "0", "false"}),
)
EXCLUDED = ["committee", "division", "user", "ethnic_group", "qualification", "keys", "name_ko"]
"""Fields of a row that were looked up, or are made here."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in a line; ``column`` is empty where it is the row as a whole."""

    line: int
    column: str | Promise
    message: str | Promise
    params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def reason(self) -> str:
        text = str(self.message)
        return text % self.params if self.params else text


@dataclass(slots=True)
class Entry:
    """A row that can be taken over: the committee or mediator as it will be."""

    line: int
    row: Any
    specialties: list[str] | None = None
    hours: Week | None = None

    @property
    def is_new(self) -> bool:
        return self.row.pk is None


@dataclass(slots=True)
class Checked:
    """What a list would do."""

    entries: list[Entry] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    @property
    def added(self) -> int:
        return sum(entry.is_new for entry in self.entries)

    @property
    def changed(self) -> int:
        return len(self.entries) - self.added


class Unfit(Exception):
    """A cell cannot be taken as it stands."""

    def __init__(self, code: str, message: str | Promise, **params: Any) -> None:
        self.code, self.message, self.params = code, message, params
        super().__init__(code)


class Reading:
    """Reads the cells of a row and gathers what cannot be taken, the first fault of each column."""

    def __init__(self) -> None:
        self.faults: dict[str, tuple[str | Promise, Mapping[str, Any]]] = {}

    def of(self, read: Callable[..., T], *arguments: Any) -> T | None:
        """What ``read`` makes of its arguments; None where it cannot be taken."""
        try:
            return read(*arguments)
        except (Unfit, GovernanceError) as error:
            self.unfit(error)
            return None

    def unfit(self, error: Unfit | GovernanceError) -> None:
        if isinstance(error, Unfit):
            self.faults.setdefault(error.code, (error.message, error.params))
        else:
            self.faults.setdefault(error.field or "", (error.template, error.params))

    def check_lengths(self, row: models.Model) -> None:
        """No text longer than its column."""
        try:
            row.clean_fields(exclude=[*EXCLUDED, *self.faults])
        except ValidationError as error:
            for code, messages in error.message_dict.items():
                self.unfit(Unfit(code, messages[0]))


def check_committees(rows: Sequence[Row], by: User) -> Checked:
    """Each row of a list of committees; a handful of queries."""
    places = _Places(by)
    have = {(row.division_id, row.name_zh_hans): row for row in Committee.objects.filter(division__in=places.codes)}
    words = _choices(Committee.Kind)

    def one(cells: Mapping[str, str], reading: Reading) -> Entry:
        code = reading.of(places.code_of, cells["division"])
        name = reading.of(_needed, cells, "name_zh_hans") or ""
        row = have.get((code or "", name)) or Committee(division_id=code)
        row.name_zh_hans = name
        if "name_ko" in cells:
            row.name_ko = cells["name_ko"] or None
        row.kind = reading.of(lambda: _word(words, "kind", _needed(cells, "kind"))) or ""
        for column in ("founded_on", "term_start"):
            if column in cells:
                setattr(row, column, reading.of(_day, column, cells[column]))
        if "phone" in cells:
            row.phone = reading.of(check_phone, cells["phone"]) or "" if cells["phone"] else ""
        row.address = cells.get("address", row.address)
        if cells.get("is_active"):
            row.is_active = bool(reading.of(_flag, "is_active", cells["is_active"]))
        reading.check_lengths(row)
        row.set_keys()
        return Entry(0, row)

    return _checked(rows, COMMITTEE, one, lambda entry: [("place", entry.row.division_id, entry.row.name_zh_hans)])


def check_mediators(rows: Sequence[Row], by: User) -> Checked:
    """Each row of a list of mediators; a handful of queries."""
    places, book = _Places(by), _Book()
    committees = {
        (row.division_id, row.name_zh_hans): row for row in Committee.objects.filter(division__in=places.codes)
    }
    known = Mediator.objects.filter(committee__in=[row.pk for row in committees.values()]).select_related("committee")
    by_number = {row.certificate_number: row for row in known if row.certificate_number}
    by_name = {(row.committee_id, row.name, row.phone): row for row in known}
    elsewhere = set(Mediator.objects.exclude(certificate_number="").values_list("certificate_number", flat=True))
    elsewhere -= set(by_number)

    def committee_of(cells: Mapping[str, str], code: str) -> Committee:
        found = committees.get((code, _needed(cells, "committee")))
        if found is None:
            raise Unfit("committee", _("No committee of this name is recorded in this place."))
        return found

    def one(cells: Mapping[str, str], reading: Reading) -> Entry:
        code = reading.of(places.code_of, cells["division"])
        committee = reading.of(committee_of, cells, code) if code else None
        number = "".join(cells.get("certificate_number", "").split()).upper()
        if number in elsewhere:
            reading.unfit(Unfit("certificate_number", _("Another mediator has this certificate number.")))
        phone = (reading.of(check_phone, cells["phone"]) or "") if cells.get("phone") else ""
        name = reading.of(_needed, cells, "name") or ""
        row = by_number.get(number) or by_name.get((committee.pk if committee else 0, name, phone)) or Mediator()
        if committee:
            row.committee = committee
        specialties = book.fill(row, cells, reading)
        for error in entry_faults(row, book.today):
            reading.unfit(error)
        reading.check_lengths(row)
        row.set_keys()
        return Entry(0, row, specialties, reading.of(_week, cells["hours"]) if cells.get("hours") else None)

    checked = _checked(rows, MEDIATOR, one, _names_of_mediator)
    checked.faults += _second_chairs(checked.entries)
    return checked


def _checked(
    rows: Sequence[Row],
    columns: Sequence[Column],
    one: Callable[[Mapping[str, str], Reading], Entry],
    names: Callable[[Entry], Iterable[tuple[Any, ...]]],
) -> Checked:
    """Run ``one`` on each row; a row that names the same thing as an earlier one is a fault."""
    headings = {column.code: column.heading for column in columns} | {"name_zh_hans": COMMITTEE[1].heading}
    checked, seen = Checked(), dict[tuple[Any, ...], int]()
    for line, cells in rows:
        reading = Reading()
        entry = one(cells, reading)
        if reading.faults:
            checked.faults += [
                Fault(line, headings.get(code, ""), message, params)
                for code, (message, params) in reading.faults.items()
            ]
            continue
        entry.line = line
        before = next((seen[key] for key in names(entry) if key in seen), None)
        if before is not None:
            checked.faults.append(
                Fault(line, "", _("The same entry stands in line %(line)s already."), {"line": before})
            )
            continue
        seen |= dict.fromkeys(names(entry), line)
        checked.entries.append(entry)
    return checked


def _names_of_mediator(entry: Entry) -> list[tuple[Any, ...]]:
    row: Mediator = entry.row
    found: list[tuple[Any, ...]] = [("person", row.committee_id, row.name, row.phone)]
    if row.certificate_number:
        found.append(("certificate", row.certificate_number))
    return found


def _second_chairs(entries: Sequence[Entry]) -> list[Fault]:
    """Committees that would have two active chairs, counting those recorded whom the list does not name."""
    listed = {entry.row.pk for entry in entries if entry.row.pk}
    committees = {entry.row.committee_id for entry in entries}
    there = Mediator.objects.filter(committee__in=committees, position=Position.CHAIR, is_active=True)
    chairs: dict[int, int] = defaultdict(int)
    for committee in there.exclude(pk__in=listed).values_list("committee_id", flat=True):
        chairs[committee] += 1
    faults = []
    for entry in entries:
        if entry.row.position == Position.CHAIR and entry.row.is_active:
            chairs[entry.row.committee_id] += 1
            if chairs[entry.row.committee_id] > 1:
                faults.append(Fault(entry.line, MEDIATOR[4].heading, _("This committee already has a chair.")))
    return faults


class _Places:
    """The divisions that the user keeps, by code and, where only one is called so, by name."""

    def __init__(self, by: User) -> None:
        rows = Division.objects.within(by.scope_code) if may_maintain(by, by.scope_code) else Division.objects.none()
        named: dict[str, set[str]] = defaultdict(set)
        for row in rows:
            for name in (row.name_zh_hans, row.name_ko):  # type: ignore[attr-defined]
                named[fold(name or "")].add(row.pk)
        self.codes = {row.pk for row in rows}
        self._named = {name: codes.pop() for name, codes in named.items() if name and len(codes) == 1}

    def code_of(self, text: str) -> str:
        code = text if text in self.codes else self._named.get(fold(text))
        if code is None:
            raise Unfit(
                "division", _("“%(text)s” is no place that you keep, or several are called so."), text=text[:40]
            )
        return code


class _Book:
    """The words that a mediator's cells are held against, read once."""

    def __init__(self) -> None:
        self.today = timezone.localdate()
        self.words = {
            "position": _choices(Position), "employment": _choices(Employment), "gender": _choices(Gender),
            "qualification": _choices(Qualification), "languages": _choices(Language) | _LANGUAGES,
            "specialties": _names(Category.objects.in_use()),
            "ethnic_group": _names(CodeEntry.objects.filter(table=CodeEntry.Table.ETHNIC_GROUP), also="code"),
        }  # fmt: skip

    def fill(self, row: Mediator, cells: Mapping[str, str], reading: Reading) -> list[str] | None:
        """Put the cells into ``row``; returns the fields, or None where the list has no such column."""
        for code in ("name", "name_hangul", "certificate_number", "phone"):
            if code in cells:
                setattr(row, code, cells[code])
        for code in ("position", "employment", "gender", "qualification"):
            if cells.get(code):
                setattr(row, code, reading.of(_word, self.words[code], code, cells[code]) or "")
        if cells.get("ethnic_group"):
            group = reading.of(_word, self.words["ethnic_group"], "ethnic_group", cells["ethnic_group"])
            row.ethnic_group_id = int(group) if group else None
        if cells.get("birth_year"):
            row.birth_year = reading.of(self._year, cells["birth_year"])
        if "certificate_until" in cells:
            row.certificate_until = reading.of(_day, "certificate_until", cells["certificate_until"])
        if cells.get("capacity"):
            row.capacity = reading.of(_number, "capacity", cells["capacity"], 0, 500) or 0
        if cells.get("is_active"):
            row.is_active = bool(reading.of(_flag, "is_active", cells["is_active"]))
        row.languages = reading.of(lambda: self._list("languages", _needed(cells, "languages"))) or []
        return reading.of(self._list, "specialties", cells["specialties"]) if "specialties" in cells else None

    def _year(self, text: str) -> int:
        return _number("birth_year", text[:4], self.today.year - 100, self.today.year)

    def _list(self, code: str, text: str) -> list[str]:
        parts = [part for part in re.split(r"[、,，;；/·]+", text) if part.strip()]
        return list(dict.fromkeys(_word(self.words[code], code, part) for part in parts))


_OFFICE_HOURS = {fold(word) for word in ("office hours", "办公时间", "按办公时间", "사무시간")}
_LANGUAGES = {
    fold(word): code
    for code, words in (("zh-hans", ("中文", "汉语", "汉", "한어")), ("ko", ("朝鲜语", "朝", "조선말", "조선어")))
    for word in words
}


def _choices(choices: type[models.TextChoices]) -> dict[str, str]:
    """The codes and the words in each language."""
    found = {fold(str(value)): str(value) for value in choices.values}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            found |= {fold(str(label)): str(value) for value, label in choices.choices}
    return found


def _names(rows: Iterable[models.Model], also: str = "pk") -> dict[str, str]:
    """The keys of rows by name in both languages, and by one more attribute."""
    found = {}
    for row in rows:
        for attribute in ("name_zh_hans", "name_ko", also):
            found[fold(str(getattr(row, attribute) or ""))] = str(row.pk)
    return found


def _word(words: Mapping[str, str], code: str, text: str) -> str:
    found = words.get(fold(text))
    if found is None:
        raise Unfit(code, _("“%(text)s” is not known here."), text=text[:40])
    return found


def _needed(cells: Mapping[str, str], code: str) -> str:
    text = cells.get(code, "").strip()
    if not text:
        raise Unfit(code, MissingInput.message)
    return text


def _day(code: str, text: str) -> dt.date | None:
    if not text:
        return None
    parts = DAY.fullmatch(text)
    try:
        return dt.date(*(int(part) for part in parts.groups())) if parts else dt.date.fromisoformat(text)
    except ValueError:
        raise Unfit(code, _("“%(text)s” is no date. Write 2026-03-31."), text=text[:40]) from None


def _number(code: str, text: str, least: int, most: int) -> int:
    if not text.isdecimal() or not least <= int(text) <= most:
        raise Unfit(
            code, _("“%(text)s” is no number between %(least)s and %(most)s."), text=text[:40], least=least, most=most
        )
    return int(text)


def _week(text: str) -> Week:
    """The hours of a week; empty where the office hours are meant."""
    if fold(text) in _OFFICE_HOURS:
        return {}
    try:
        return parse(text)
    except BadWeek as error:
        raise Unfit("hours", error.template, **error.params) from None


def _flag(code: str, text: str) -> bool:
    folded = fold(text)
    if folded not in YES | NO:
        raise Unfit(code, _("Write yes or no."))
    return folded in YES
