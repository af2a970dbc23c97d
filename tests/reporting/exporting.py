"""What the tests of exports share: many cases at once, asking, and reading what was made."""

from __future__ import annotations

import csv
import io
import uuid
from typing import Any

import openpyxl
from django.db import connection
from django.test import Client
from django.utils import translation

from accounts.models import User
from cases.models import Case
from reporting.models import Export
from reporting.services import exports


def many(case: Case, count: int) -> None:
    """So many copies of a case with its parties, by two statements."""
    with connection.cursor() as cursor:
        for table, key in (("cases_case", "id"), ("cases_caseparty", "case_id")):
            cursor.execute(
                "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND column_name <> 'id'",
                [table],
            )
            names = [name for (name,) in cursor.fetchall()]
            values = {name: f'"{name}"' for name in names}
            values |= {"number": "'N' || g", "public_code": "'P' || g", "case_id": "1000000 + g"}
            chosen = [values[name] for name in names]
            if table == "cases_case":
                names, chosen = ["id", *names], ["1000000 + g", *chosen]
            columns = ", ".join(f'"{name}"' for name in names)
            cursor.execute(
                f"INSERT INTO {table} ({columns}) SELECT {', '.join(chosen)} "
                f"FROM {table}, generate_series(1, %s) g WHERE {table}.{key} = %s",
                [count, case.pk],
            )


def ask(by: User, kind: str = "cases", language: str = "en", **changes: Any) -> Export:
    """Asked for in English, so that headings are the words of the code."""
    given = {"by": by, "kind": kind, "file_format": "csv", "filters": {}, "submission_key": uuid.uuid4()}
    with translation.override(language):
        return exports.ask_export(**{**given, **changes})


def finished(by: User, kind: str = "cases", **changes: Any) -> Export:
    """Asked for and made, here and now."""
    job = ask(by, kind, **changes)
    exports.run_export(job.pk)
    job.refresh_from_db()
    return job


def content(job: Export) -> bytes:
    with exports.open_export(export=job, by=job.asked_by, address=None) as stream:
        return stream.read()


def table(made: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(made.decode("utf-8-sig"))))


def sheet(made: bytes) -> list[tuple[Any, ...]]:
    book = openpyxl.load_workbook(io.BytesIO(made))
    return list(book.worksheets[0].iter_rows(values_only=True))


def download(client: Client, path: str) -> bytes:
    answer = client.get(path)
    assert answer.status_code == 200, answer.status_code
    return b"".join(answer.streaming_content)  # type: ignore[attr-defined]
