"""Loading reference data from the CSV files beside this module. Idempotent; corrections in the admin stay."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from django.db import transaction

from departments.models import (
    Centre,
    Department,
    Division,
    LocalHoliday,
    Mode,
    ReferenceRow,
    RotaWish,
    Station,
    Window,
    Zone,
)

FILES = Path(__file__).parent / "reference"
Row = dict[str, str]
ROTA_WINDOWS = range(11, 16)
"""The windows of a county's centre at which departments take turns."""


def read(path: Path) -> Iterator[Row]:
    """The rows of a CSV file, blanks stripped."""
    with path.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            yield {key: (value or "").strip() for key, value in row.items()}


def load_rows(table: str, rows: Iterable[Row], key: Callable[[Row], str], apply: Callable[[Row], None]) -> int:
    """Call ``apply`` for each row that is new or whose file text has changed; returns how many those were."""
    known = dict(ReferenceRow.objects.filter(table=table).values_list("key", "digest"))
    changed = []
    for row in rows:
        text = json.dumps(row, sort_keys=True, ensure_ascii=False)
        digest = hashlib.sha256(text.encode()).hexdigest()
        if known.get(key(row)) != digest:
            apply(row)
            changed.append(ReferenceRow(table=table, key=key(row), digest=digest))
    ReferenceRow.objects.bulk_create(
        changed, update_conflicts=True, unique_fields=["table", "key"], update_fields=["digest"]
    )
    return len(changed)


@transaction.atomic
def load() -> dict[str, int]:
    """Divisions, centres, departments, stationing, windows, local holidays; returns changed rows per table."""
    return {
        "divisions": load_rows("division", read(FILES / "divisions.csv"), lambda r: r["code"], _division),
        "departments": load_rows("department", read(FILES / "departments.csv"), lambda r: r["code"], _department),
        "centres": _centres(),
        "stationing": load_rows(
            "station",
            _spelled_out(read(FILES / "stationing.csv"), "department"),
            lambda r: f"{r['centre']} {r['department']} {r['since']}",
            _station,
        ),
        "windows": load_rows(
            "window",
            _spelled_out(read(FILES / "windows.csv"), "number"),
            lambda r: f"{r['centre']} {r['number']}",
            _window,
        ),
        "local holidays": load_rows(
            "local_holiday",
            read(FILES / "local_holidays.csv"),
            lambda r: f"{r['date']} {r['scope_code']}",
            _local_holiday,
        ),
        "rota": load_rows("rota", _rota_centres(), lambda r: r["centre"], _rota),
    }


def _division(row: Row) -> None:
    parent = row["parent_code"] if len(row["code"]) > 4 else None
    Division.objects.update_or_create(
        code=row["code"],
        defaults={
            "parent_id": parent,
            "level": row["level"],
            "name_zh_hans": row["name_zh"],
            "name_ko": row["name_ko"],
            "name_ko_basis": row["name_ko_basis"],
        },
    )


def _department(row: Row) -> None:
    Department.objects.update_or_create(
        code=row["code"],
        defaults={
            "name_zh_hans": row["name_zh"],
            "name_ko": row["name_ko"],
            "short_zh_hans": row["short_zh"],
            "short_ko": row["short_ko"],
            "kind": row["kind"],
            "order": int(row["order"]),
        },
    )


def _centres() -> int:
    """A centre for the prefecture, each county and each township that has none yet."""
    levels = (Division.Level.PREFECTURE, Division.Level.COUNTY, Division.Level.TOWNSHIP)
    missing = Division.objects.filter(level__in=levels, centre__isnull=True)
    centres = Centre.objects.bulk_create(
        [
            Centre(
                division=division,
                name_zh_hans=f"{division.name_zh_hans}综治中心",
                name_ko=f"{division.name_ko} 종합치리중심",
                name=f"{division.name_zh_hans}综治中心",
            )
            for division in missing
        ]
    )
    return len(centres)


def _spelled_out(rows: Iterable[Row], what: str) -> Iterator[Row]:
    """Rows for ``county`` and ``township`` spelled out for each centre, unless it has rows of its own on ``what``."""
    rows = list(rows)
    named = {(row["centre"], row[what]) for row in rows if row["centre"].isdigit()}
    levels = {"prefecture": 4, "county": 6, "township": 9}
    codes = list(Centre.objects.order_by("pk").values_list("pk", flat=True))
    for row in rows:
        if row["centre"].isdigit():
            yield row
            continue
        for code in codes:
            if len(code) == levels[row["centre"]] and (code, row[what]) not in named:
                yield {**row, "centre": code}


def _window(row: Row) -> None:
    Window.objects.update_or_create(
        centre_id=row["centre"], number=int(row["number"]), defaults={"zone": Zone(row["zone"])}
    )


def _station(row: Row) -> None:
    window = None
    if row["window"]:
        window, _created = Window.objects.get_or_create(
            centre_id=row["centre"], number=int(row["window"]), defaults={"zone": Zone.RESOLUTION}
        )
    since = dt.date.fromisoformat(row["since"])
    until = dt.date.fromisoformat(row["until"]) if row["until"] else None
    values = {
        "mode": Mode(row["mode"]),
        "weekdays": [int(day) for day in row["weekdays"].split()],
        "period": (since, until),
        "window": window,
        "response_minutes": int(row["response_minutes"]) if row["response_minutes"] else None,
    }
    found = Station.objects.filter(
        centre_id=row["centre"], department_id=row["department"], period__startswith=since
    ).first()
    if found is None:
        Station.objects.create(centre_id=row["centre"], department_id=row["department"], **values)
        return
    for name, value in values.items():
        setattr(found, name, value)
    found.save()


def _rota_centres() -> Iterator[Row]:
    counties = Centre.objects.filter(division__level=Division.Level.COUNTY).order_by("pk")
    return ({"centre": code} for code in counties.values_list("pk", flat=True))


def _rota(row: Row) -> None:
    """The windows at which departments take turns belong to the rota, and each such department gets a wish: at
    least half of the half-days that its weekdays make in a month, at most twice as many."""
    here = Station.objects.filter(centre_id=row["centre"], mode=Mode.ROTATING, window__number__in=ROTA_WINDOWS)
    stations = list(here.filter(period__upper_inf=True))
    Window.objects.filter(pk__in={station.window_id for station in stations}).update(is_in_rota=True)
    RotaWish.objects.bulk_create(
        [
            RotaWish(
                centre_id=station.centre_id,
                department_id=station.department_id,
                at_least=4 * len(station.weekdays),
                at_most=16 * len(station.weekdays),
            )
            for station in stations
        ],
        ignore_conflicts=True,
    )


def _local_holiday(row: Row) -> None:
    LocalHoliday.objects.update_or_create(
        date=dt.date.fromisoformat(row["date"]),
        scope_id=row["scope_code"],
        defaults={"name_zh_hans": row["name_zh"], "name_ko": row["name_ko"], "source": row["source"]},
    )
