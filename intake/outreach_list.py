"""A list of households as a village keeps it: pasted, CSV or XLSX. Faults are named by row; all or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.identity import check_phone
from governance_center.errors import GovernanceError
from intake.importing.faults import Fault
from intake.importing.lookups import Places, fold
from intake.importing.readers import UNKEEPABLE, as_text
from intake.importing.reading import Unreadable, plain_rows
from intake.models import Campaign
from intake.services.outreach_lists import MOST_HOUSEHOLDS, HouseholdInput

HEADINGS: Mapping[str, tuple[str, ...]] = {
    "division": ("村/社区", "村（社区）", "村", "社区", "地点", "마을", "촌", "사회구역", "장소"),
    "address": ("地址", "门牌", "详细地址", "住址", "주소", "상세주소"),
    "head": ("户主", "户主姓名", "姓名", "세대주", "세대주이름", "이름"),
    "phone": ("电话", "联系电话", "手机", "전화", "련락전화"),
    "note": ("备注", "说明", "비고"),
}
"""What the columns may be called, the first in each language on the template; without headings they stand so."""

NAMES: Mapping[str, str | Promise] = {
    "division": _("Village or community"),
    "address": _("Address"),
    "head": _("Head of the household"),
    "phone": _("Phone"),
    "note": _("Note"),
}
LONGEST = {"address": 200, "head": 60, "note": 2000}
SHOWN_FAULTS = 100


@dataclass(frozen=True, slots=True)
class RowFault:
    """What is wrong in a row; ``line`` counts from 1 as the reader sees it."""

    line: int
    column: str | Promise
    reason: str


@dataclass(frozen=True, slots=True)
class HouseholdList:
    """What was read: the households, or the faults."""

    rows: list[HouseholdInput]
    faults: list[RowFault]


def read_list(stream: BinaryIO, campaign: Campaign) -> HouseholdList:
    """Read a list; of its faults the first hundred.

    Raises:
        Unreadable: the file as a whole cannot be read, has no rows or too many.
    """
    lines = plain_rows(stream)
    columns = _columns(lines[0][1]) if lines else None
    if columns is None:
        columns = {code: number for number, code in enumerate(HEADINGS)}
    else:
        lines = lines[1:]
    if not lines:
        raise Unreadable(_("There are no households in it."))
    if len(lines) > MOST_HOUSEHOLDS:
        raise Unreadable(_("A campaign takes at most 20,000 households. Divide it."))
    places, rows, faults = Places(campaign.division_id), list[HouseholdInput](), list[RowFault]()
    seen: dict[tuple[str, str], int] = {}
    for line, cells in lines:
        texts = {code: as_text(cells[at]) if at < len(cells) else "" for code, at in columns.items()}
        row, wrong = _row(texts, places)
        if row and (first := seen.setdefault((row.division.pk, row.address), line)) != line:
            wrong.append(Fault("address", _("The same household stands in row %(line)s."), {"line": first}))
        faults += [RowFault(line, NAMES[fault.column], fault.reason) for fault in wrong]
        if row and not wrong:
            rows.append(row)
    return HouseholdList([] if faults else rows, faults[:SHOWN_FAULTS])


def _columns(cells: Sequence[Any]) -> dict[str, int] | None:
    """Where each column stands; None where the first row has no headings of ours."""
    known = {fold(word): code for code, words in HEADINGS.items() for word in words}
    found: dict[str, int] = {}
    for number, cell in enumerate(cells):
        code = known.get(fold(as_text(cell)))
        if code and code not in found:
            found[code] = number
    return found if {"division", "address"} <= set(found) else None


def _row(texts: Mapping[str, str], places: Places) -> tuple[HouseholdInput | None, list[Fault]]:
    faults = []
    codes = places.codes(texts["division"])
    if not texts["division"] or not texts["address"]:
        lacking = "address" if texts["division"] else "division"
        faults.append(Fault(lacking, _("Please fill in this field.")))
    elif not codes:
        faults.append(
            Fault("division", _("No place of this campaign is called “%(text)s”."), {"text": texts["division"][:60]})
        )
    elif len(codes) > 1:
        faults.append(
            Fault(
                "division",
                _("Several places are called so: %(places)s. Write the township or street before it."),
                {"places": places.names_of(codes[:4])},
            )
        )
    for code, longest in LONGEST.items():
        if len(texts.get(code, "")) > longest:
            faults.append(Fault(code, _("It is longer than %(longest)s characters."), {"longest": longest}))
    faults += [
        Fault(code, _("There are characters in it that are no text."))
        for code, text in texts.items()
        if UNKEEPABLE.search(text)
    ]
    try:
        phone = check_phone(texts.get("phone", "")) if texts.get("phone") else ""
    except GovernanceError as error:
        faults.append(Fault("phone", error.template, error.params))
    if faults:
        return None, faults
    kept = {code: " ".join(texts.get(code, "").split()) for code in ("address", "head", "note")}
    return HouseholdInput(division=places.rows[codes[0]], phone=phone, **kept), []
