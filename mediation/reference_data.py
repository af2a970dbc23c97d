"""Loading follow-up plans, the lists of the visit form and the share of second calls from the CSV files beside it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from django.db import transaction

from departments.models import Division
from departments.reference_data import Row, load_rows, read
from mediation.models import FollowUpCode, FollowUpPlan, SecondCallShare

FILES = Path(__file__).parent / "reference"


@transaction.atomic
def load(*, counts: dict[str, int]) -> None:
    """Add to ``counts`` how many rows of each table were new or changed. Subscribes to ``reference.load``."""
    counts["follow-up plans"] = load_rows(
        "follow_up_plan", read(FILES / "plans.csv"), lambda r: f"{r['code']} {r['since']}", _plan
    )
    counts["visit lists"] = load_rows(
        "follow_up_code", read(FILES / "codes.csv"), lambda r: f"{r['table']} {r['code']}", _code
    )
    counts["second calls"] = load_rows(
        "second_call_share", read(FILES / "second_calls.csv"), lambda r: r["division"], _share
    )


def _plan(row: Row) -> None:
    FollowUpPlan.objects.update_or_create(
        code=row["code"],
        since=dt.date.fromisoformat(row["since"]),
        defaults={
            "name_zh_hans": row["name_zh"],
            "name_ko": row["name_ko"],
            "days": [int(day) for day in row["days"].split()],
            "condition": row["condition"],
            "category_id": row["category"] or None,
            "priority": int(row["priority"]),
            "first": row["first"],
            "channel": row["channel"],
        },
    )


def _code(row: Row) -> None:
    FollowUpCode.objects.update_or_create(
        table=row["table"],
        code=row["code"],
        defaults={"name_zh_hans": row["name_zh"], "name_ko": row["name_ko"], "order": int(row["order"])},
    )


def _share(row: Row) -> None:
    if Division.objects.filter(pk=row["division"]).exists():
        SecondCallShare.objects.update_or_create(division_id=row["division"], defaults={"percent": int(row["percent"])})
