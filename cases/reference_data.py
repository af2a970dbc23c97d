"""Loading categories, code tables and time limits from the CSV files beside this module."""

from __future__ import annotations

from pathlib import Path

from django.db import transaction

from cases.models import Category, CategoryAssistant, CodeEntry, LimitRule
from departments.reference_data import Row, load_rows, read

FILES = Path(__file__).parent / "reference"


@transaction.atomic
def load() -> dict[str, int]:
    """Code tables, categories with their departments, time limits; returns changed rows per table."""
    counts = {
        table: load_rows(f"code_{table}", _with_table(table), lambda r: r["code"], _code_entry)
        for table in CodeEntry.Table.values
    }
    counts["categories"] = load_rows("category", read(FILES / "categories.csv"), lambda r: r["code"], _category)
    counts["limits"] = load_rows("limit", read(FILES / "limits.csv"), lambda r: r["code"], _limit)
    return counts


def _with_table(table: str) -> list[Row]:
    return [{**row, "table": table} for row in read(FILES / f"{table}.csv")]


def _code_entry(row: Row) -> None:
    CodeEntry.objects.update_or_create(
        table=row["table"],
        code=row["code"],
        defaults={"name_zh_hans": row["name_zh"], "name_ko": row["name_ko"]},
    )


def _entry(table: str, code: str) -> CodeEntry | None:
    return CodeEntry.objects.get(table=table, code=code) if code else None


def _category(row: Row) -> None:
    by_rule = row["lead"] in {Category.LeadRule.DIVISION, Category.LeadRule.DISPATCHER}
    category, _created = Category.objects.update_or_create(
        code=row["code"],
        defaults={
            "name_zh_hans": row["name_zh"],
            "name_ko": row["name_ko"],
            "kind": row["kind"],
            "lead_rule": row["lead"] if by_rule else Category.LeadRule.DEPARTMENT,
            "lead_id": None if by_rule else row["lead"],
            "is_mediable": row["mediable"] == "yes",
            "is_confirmable": row["confirmable"] == "yes",
            "gb31000": _entry("gb31000", row["gb31000"]),
            "mediation_statistics": _entry("mediation_statistics", row["mediation_statistics"]),
            "petition_content": _entry("petition_content", row["petition_content"]),
            "order": int(row["order"]),
        },
    )
    assistants = row["assists"].split()
    CategoryAssistant.objects.filter(category=category).exclude(department__in=assistants).delete()
    for order, code in enumerate(assistants):
        CategoryAssistant.objects.update_or_create(category=category, department_id=code, defaults={"order": order})


def _limit(row: Row) -> None:
    LimitRule.objects.update_or_create(
        code=row["code"],
        defaults={
            "name_zh_hans": row["name_zh"],
            "name_ko": row["name_ko"],
            "length": int(row["length"]),
            "unit": row["unit"],
            "starts": row["starts"],
            "applies_to": row["applies_to"],
            "basis_zh_hans": row["basis_zh"],
            "basis_ko": row["basis_ko"],
            "basis_kind": row["basis_kind"],
            "local_holidays": row["local_holidays"] == "yes",
            "warn_at": int(row["warn_at"]),
        },
    )
