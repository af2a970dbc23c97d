"""Old registers for the tests: one good row, changed cell by cell."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import openpyxl

from cases.models import (
    Case,
    CaseEvent,
    CaseNumberSeries,
    CaseParty,
    Deadline,
    Note,
    Person,
    PersonKey,
    Referral,
)
from departments.models import Centre
from intake.importing.columns import COLUMNS
from intake.importing.running import Summary, take_over
from intake.models import Origin, Visit
from tests.world import LONGJING, World

GOOD = {
    "source_id": "LJ-1", "registered_on": "2023-08-15", "category": "neighbour 类", "place": "梨园街道 梨园社区",
    "name": "金顺姬", "name_hangul": "김순희", "identity_number": "222405187305120046", "phone": "100 1234 5678",
    "language": "朝鲜语", "other_party": "王某", "other_phone": "10087654321", "summary": "楼上漏水",
    "narrative": "三楼漏水。\n协商未果。", "channel": "来访", "state": "已化解", "outcome": "书面协议",
    "accepted_on": "2023-08-16", "ended_on": "2023年9月1日", "note": "第三册",
}  # fmt: skip
OPEN = {"state": "办理中", "outcome": "", "ended_on": ""}
ALONE = {"other_party": "", "other_phone": ""}
WRITTEN = (Person, PersonKey, Case, CaseParty, Note, Referral, Deadline, CaseEvent, Visit, Origin, CaseNumberSeries)


def row(**changes: Any) -> dict[str, Any]:
    """The good row with some cells changed."""
    return {**GOOD, **changes}


def _other(source_id: str, name: str, **changes: Any) -> dict[str, Any]:
    """A matter of somebody else, without an identity number."""
    return row(source_id=source_id, identity_number="", name=name, name_hangul="", **changes)


EVERYTHING = [
    row(source_id="resolved"),
    _other("service", "李某", category="public_service", outcome=""),
    _other("unresolved", "朴某", state="未化解", outcome="引导诉讼"),
    _other("withdrawn", "崔某", state="已撤回", outcome=""),
    _other("refused", "郑某", state="不予受理", outcome="重复", accepted_on=""),
    _other("open", "赵某", category="social_insurance 类", **OPEN),
    _other("accepted", "孙某", lead="民政局", **{**OPEN, "state": "已受理"}),
    _other("undecided", "周某", category="other", **OPEN),
    _other("petition", "吴某", category="petition", petition_class="检举控告", **OPEN),
    _other("kept", "冯某", accepted_on="", **{**OPEN, "state": "已登记"}),
]
"""One matter in every state, and one for every way of being routed."""


def many(count: int, **changes: Any) -> list[dict[str, Any]]:
    """So many matters of different people."""
    return [
        row(
            source_id=f"LJ-{n}",
            identity_number="",
            name=f"金{chr(0x4E00 + n)}",
            name_hangul="",
            phone=f"100{n:08d}",
            **changes,
        )
        for n in range(count)
    ]


def write_csv(
    path: Path,
    rows: Iterable[dict[str, Any]],
    *,
    encoding: str = "utf-8-sig",
    delimiter: str = ",",
    language: str = "zh",
) -> Path:
    """A register as CSV, with the headings of a language."""
    with path.open("w", encoding=encoding, newline="") as stream:
        writer = csv.writer(stream, delimiter=delimiter)
        writer.writerow([getattr(column, language) for column in COLUMNS.values()])
        for one in rows:
            writer.writerow([one.get(code, "") for code in COLUMNS])
    return path


def write_xlsx(path: Path, rows: Iterable[dict[str, Any]]) -> Path:
    """A register as a workbook, with a title above the headings."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["龙井市矛盾纠纷台账"])
    sheet.append([column.zh for column in COLUMNS.values()])
    for one in rows:
        sheet.append([one.get(code) for code in COLUMNS])
    book.save(path)
    return path


def take(world: World, path: Path, **options: Any) -> Summary:
    """Take it over into Longjing within the test's transaction."""
    values: dict[str, Any] = {
        "centre": Centre.objects.get(pk=world.centre.pk), "system": "旧系统", "by": world.dispatcher, "dry_run": False,
        "side_by_side": False, "faults": lambda kind: path.with_name(f"faults.{kind}"),
    }  # fmt: skip
    return take_over(path, **{**values, **options})


def counts() -> dict[str, int]:
    """How many rows of everything that an import writes are there."""
    return {model.__name__: model._default_manager.count() for model in WRITTEN}


def imported(source_id: str) -> Case:
    return Case.objects.get(origin__source_id=source_id)


def numbers(year: int) -> list[int]:
    """The last parts of the case numbers of a year, in order."""
    found = Case.objects.filter(number__startswith=f"{LONGJING}-{year}-").values_list("number", flat=True)
    return sorted(int(number[-6:]) for number in found)
