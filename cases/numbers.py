"""Case numbers: per county and year, unique and without gaps, e.g. ``222401-2026-000123``."""

from __future__ import annotations

import re

from django.db import connection

NUMBER = re.compile(r"^\d{4}(?:\d{2})?-\d{4}-\d{6}$")


def next_number(county_code: str, year: int) -> str:
    """The next number of the series.

    The series' row stays locked until the caller's transaction ends: a rollback gives the number back,
    and two clerks at once wait for one another instead of getting the same one. Must run in a
    transaction.
    """
    return next_numbers(county_code, year, 1)[0]


def next_numbers(county_code: str, year: int, count: int) -> list[str]:
    """The next ``count`` numbers of the series, under the same lock as one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO cases_casenumberseries AS series (county_code, year, last) VALUES (%s, %s, %s) "
            "ON CONFLICT (county_code, year) DO UPDATE SET last = series.last + excluded.last RETURNING last",
            [county_code, year, count],
        )
        last = cursor.fetchone()[0]
    return [f"{county_code}-{year}-{number:06d}" for number in range(last - count + 1, last + 1)]
