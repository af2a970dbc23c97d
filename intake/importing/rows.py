"""Checking one row: what each cell means, and whether they fit one another. Asks the database nothing."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases import coordinates
from cases.coordinates import Coordinates
from cases.models import Category, Channel, Kind, PetitionClass
from cases.states import GUIDED_OUTCOMES, RESOLVED_OUTCOMES, Outcome, State
from departments.models import Department
from governance_center.crypto import blind_index
from governance_center.errors import GovernanceError
from intake.importing.columns import COLUMNS
from intake.importing.dates import day_of
from intake.importing.faults import Fault, Unfit
from intake.importing.lookups import Book
from intake.importing.readers import REFUSED, as_text
from intake.importing.words import ORGANISATIONS, Side

HANGUL = re.compile("[\uac00-\ud7a3]")
HAN = re.compile("[\u3400-\u9fff]")
SHORT_NAME = 3
LONGEST_NAME = 60

ENDED = (State.RESOLVED, State.UNRESOLVED, State.WITHDRAWN, State.NOT_ACCEPTED)
OUTCOMES: Mapping[State, frozenset[str]] = {
    State.RESOLVED: frozenset(outcome.value for outcome in RESOLVED_OUTCOMES),
    State.UNRESOLVED: frozenset(outcome.value for outcome in GUIDED_OUTCOMES),
    State.WITHDRAWN: frozenset({Outcome.WITHDRAWN.value}),
}
"""What may stand as the outcome in each state; in the others nothing, but for reasons of non-acceptance."""

SERVED = (Kind.SERVICE, Kind.HAZARD, Kind.CONSULTATION)
"""What ends with a service done, where nothing else is said."""

Moment = dt.datetime | dt.date


@dataclass(frozen=True, slots=True)
class PersonCells:
    """Somebody as the row names them, numbers normalised and with their blind indexes."""

    name: str
    name_hangul: str
    identity_number: str
    identity_index: str
    phone: str
    phone_index: str
    language: str
    education: str = ""
    person_kind: str = ""


@dataclass(slots=True)
class Matter:
    """What a good row says. Days and naive local moments are as the file has them."""

    line: int
    source_id: str
    digest: str
    registered: Moment
    accepted: Moment | None
    ended: Moment | None
    category: Category
    petition_class: str
    place: str
    address: str
    title: str
    narrative: str
    channel: str
    state: State
    outcome: str
    refusal: str
    lead: Department | None
    note: str
    petitioner: PersonCells
    other: PersonCells | None
    organisation: str
    amount: Decimal | None = None
    people_involved: int | None = None
    coordinates: Coordinates | None = None


def check(line: int, cells: Sequence[Any], columns: Mapping[str, int], book: Book) -> Matter | list[Fault]:
    """The matter that a row tells, or everything that is wrong with it.

    Args:
        columns: which column stands where, from the headings.
    """
    read, faults = _read(cells, columns, book)
    _check_party(read, faults)
    _check_map(read, faults)
    _check_kind(read, faults)
    _check_days(read, faults)
    _check_outcome(read, faults)
    return faults or _matter(line, cells, read)


def _read(cells: Sequence[Any], columns: Mapping[str, int], book: Book) -> tuple[dict[str, Any], list[Fault]]:
    """What each cell means by itself. A cell that cannot be read is absent from the answer."""
    read: dict[str, Any] = {}
    faults = []
    for code, index in columns.items():
        column = COLUMNS[code]
        cell = cells[index] if index < len(cells) else None
        if cell is None or (isinstance(cell, str) and not cell.strip()):
            if column.is_required:
                faults.append(Fault(code, _("Please fill in this field.")))
            continue
        try:
            read[code] = column.read(_without_guard(cell), book)
        except Unfit as unfit:
            faults.append(Fault(code, unfit.message, unfit.params))
    return read, faults


def _without_guard(cell: Any) -> Any:
    """An apostrophe that our own files put before a sign of a formula is taken off again."""
    return cell[1:] if isinstance(cell, str) and cell[:1] == "'" and cell[1:2] in {"=", "+", "-", "@"} else cell


def _check_party(read: dict[str, Any], faults: list[Fault]) -> None:
    """A name in at least one script; a name in Korean letters in the other column is put where it belongs."""
    name = read.get("name", "")
    if name and not HAN.search(name) and HANGUL.search(name) and "name_hangul" not in read:
        read["name_hangul"] = read.pop("name")
    failed = {fault.column for fault in faults}
    if not read.get("name") and not read.get("name_hangul") and not failed & {"name", "name_hangul"}:
        faults.append(Fault("name", _("Give the name in at least one script.")))
    other = read.get("other_party", "")
    if not other and {"other_phone", "other_side"} & set(read) and "other_party" not in failed:
        faults.append(Fault("other_party", _("Name the other party.")))
    if other and not _is_organisation(read) and len(other) > LONGEST_NAME:
        faults.append(Fault("other_party", _("It is longer than %(longest)s characters."), {"longest": LONGEST_NAME}))


def _check_map(read: dict[str, Any], faults: list[Fault]) -> None:
    """Both degrees or neither, and in Yanbian; what could not be read was told already."""
    if {fault.column for fault in faults} & {"longitude", "latitude"}:
        return
    try:
        read["coordinates"] = coordinates.checked((read.get("longitude"), read.get("latitude")))
    except GovernanceError as error:
        faults.append(Fault("latitude" if "longitude" in read else "longitude", error.template))


def _is_organisation(read: Mapping[str, Any]) -> bool:
    """What the row says, else what the name looks like."""
    if "other_side" in read:
        return bool(read["other_side"] == Side.ORGANISATION)
    name = read["other_party"]
    return len(name) > SHORT_NAME and name.endswith(ORGANISATIONS)


def _check_kind(read: dict[str, Any], faults: list[Fault]) -> None:
    category = read.get("category")
    if category is None:
        return
    kind = read.get("kind")
    if kind and kind != category.kind:
        faults.append(Fault("kind", _("This category belongs to another kind of matter.")))
    if category.kind == Kind.PETITION and "petition_class" not in read:
        if not any(fault.column == "petition_class" for fault in faults):
            faults.append(Fault("petition_class", _("Choose the class of the petition.")))
    elif category.kind != Kind.PETITION:
        read.pop("petition_class", None)


def _check_days(read: dict[str, Any], faults: list[Fault]) -> None:
    """Registered, accepted, ended: in this order, and none that the state does not have."""
    state, failed = read.get("state"), {fault.column for fault in faults}
    registered, accepted, ended = (read.get(code) for code in ("registered_on", "accepted_on", "ended_on"))
    if state in {State.REGISTERED, State.NOT_ACCEPTED} and accepted:
        faults.append(Fault("accepted_on", _("A matter in this state has no day of acceptance.")))
    if state is not None and state not in ENDED and ended:
        faults.append(Fault("ended_on", _("A matter in this state has not come to an end.")))
    if state in ENDED and state != State.NOT_ACCEPTED and not ended and "ended_on" not in failed:
        faults.append(Fault("ended_on", _("Say on which day it came to its end.")))
    if _is_before(accepted, registered):
        faults.append(Fault("accepted_on", _("It lies before the registration.")))
    if _is_before(ended, registered):
        faults.append(Fault("ended_on", _("It lies before the registration.")))
    elif _is_before(ended, accepted):
        faults.append(Fault("ended_on", _("It lies before the acceptance.")))


def _is_before(later: Moment | None, earlier: Moment | None) -> bool:
    """Whether what should be later is earlier; the time of day counts where both tell it."""
    if later is None or earlier is None:
        return False
    if isinstance(later, dt.datetime) and isinstance(earlier, dt.datetime):
        return later < earlier
    return day_of(later) < day_of(earlier)


def _check_outcome(read: dict[str, Any], faults: list[Fault]) -> None:
    """The outcome belongs to the state; it may be left out where only one is possible."""
    state, outcome = read.get("state"), read.get("outcome", "")
    if state is None or any(fault.column == "outcome" for fault in faults):
        return
    if state == State.NOT_ACCEPTED:
        if not outcome.startswith(REFUSED):
            faults.append(Fault("outcome", _("Say why it was not accepted.")))
        return
    allowed = OUTCOMES.get(state, frozenset())
    if not outcome and state == State.RESOLVED and "category" in read and read["category"].kind in SERVED:
        outcome = Outcome.SERVICE_DONE.value
    elif not outcome and state == State.WITHDRAWN:
        outcome = Outcome.WITHDRAWN.value
    if outcome and outcome not in allowed:
        faults.append(Fault("outcome", _("It does not belong to the state of the matter.")))
    elif not outcome and allowed and "category" in read:
        faults.append(Fault("outcome", _("Say how it ended.")))
    read["outcome"] = outcome


def _matter(line: int, cells: Sequence[Any], read: dict[str, Any]) -> Matter:
    language = read.get("language") or "zh-hans"
    narrative, outcome = read.get("narrative", ""), read.get("outcome", "")
    other, organisation, note = _other_side(read)
    return Matter(
        line=line,
        source_id=read["source_id"],
        digest=hashlib.sha256("\x1f".join(as_text(cell) for cell in cells).encode()).hexdigest(),
        registered=read["registered_on"],
        accepted=read.get("accepted_on"),
        ended=read.get("ended_on"),
        category=read["category"],
        petition_class=read.get("petition_class", ""),
        place=read["place"],
        address=read.get("address", ""),
        title=read["summary"],
        narrative=narrative,
        channel=read.get("channel") or Channel.WALK_IN.value,
        state=read["state"],
        outcome="" if outcome.startswith(REFUSED) else outcome,
        refusal=outcome.removeprefix(REFUSED) if outcome.startswith(REFUSED) else "",
        lead=read.get("lead"),
        note=note,
        petitioner=_person(
            read.get("name", ""), read.get("name_hangul", ""), read.get("identity_number", ""), read.get("phone", ""),
            language, read.get("education", ""), read.get("person_kind", ""),
        ),
        other=other,
        organisation=organisation,
        amount=read.get("amount"),
        people_involved=read.get("people_involved"),
        coordinates=read["coordinates"],
    )  # fmt: skip


def _other_side(read: Mapping[str, Any]) -> tuple[PersonCells | None, str, str]:
    """The other person or the name of the organisation, and the note: an organisation's phone is kept there."""
    name, phone, note = read.get("other_party", ""), read.get("other_phone", ""), read.get("note", "")
    if not name:
        return None, "", note
    if _is_organisation(read):
        told = f"{COLUMNS['other_phone'].heading}: {phone}" if phone else ""
        return None, name, "\n".join(part for part in (note, told) if part)
    in_hangul = HANGUL.search(name) and not HAN.search(name)
    names = ("", name) if in_hangul else (name, "")
    return _person(*names, "", phone, "zh-hans"), "", note


def _person(
    name: str, hangul: str, number: str, phone: str, language: str, education: str = "", person_kind: str = ""
) -> PersonCells:
    return PersonCells(
        name,
        hangul,
        number,
        blind_index(number, purpose="identity"),
        phone,
        blind_index(phone, purpose="phone"),
        language,
        education,
        person_kind,
    )


def is_restricted(matter: Matter) -> bool:
    """信访工作条例 art. 30: an informant's matter leaves the general view at once."""
    return matter.petition_class == PetitionClass.ACCUSATION


def language_of(matter: Matter) -> str:
    """The language of the narrative, by its letters."""
    told = matter.narrative or matter.title
    if not HANGUL.search(told):
        return "zh-hans"
    return "ko" if len(HANGUL.findall(told)) > len(HAN.findall(told)) else "zh-hans"
