"""Runs the parts, prints one table and writes the rows to ``var/bench/results.json``.

    python -m benchmarks.run [register,queue,…]

Each part works in a database of its own, made anew and dropped afterwards; parts that follow each other and are about
the same cases by the million share one.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

PARTS = (
    "register",
    "search",
    "queue",
    "import_cases",
    "deadlines",
    "rota",
    "matching",
    "reminders",
    "papers",
    "early_warning",
    "rows",
    "dashboard",
    "drilldown",
)
OF_MILLIONS = {"dashboard", "drilldown"}
RESULTS = Path("var/bench/results.json")
DATABASE = "governance_bench"


@dataclass(frozen=True)
class Row:
    """One figure. ``ratio`` is what the target is about: ``value`` over ``reference``."""

    name: str
    what: str
    value: float
    unit: str
    reference: float
    ratio: float
    target: str
    passed: bool

    def as_json(self) -> dict[str, object]:
        row = asdict(self)
        row["pass"] = row.pop("passed")
        return row


def main(arguments: list[str]) -> int:
    wanted = [part for argument in arguments for part in argument.split(",") if part] or list(PARTS)
    unknown = sorted(set(wanted) - set(PARTS))
    if unknown:
        print(f"bench: no such part: {', '.join(unknown)}; there are: {', '.join(PARTS)}", file=sys.stderr)
        return 2
    rows: list[Row] = []
    for _which, parts in groupby(wanted, lambda part: "millions" if part in OF_MILLIONS else part):
        with own_database():
            import django

            os.environ.setdefault("DJANGO_SETTINGS_MODULE", "governance_center.settings")
            django.setup()
            for part in parts:
                rows += importlib.import_module(f"benchmarks.{part}").run()
    show(rows)
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps([row.as_json() for row in rows], ensure_ascii=False, indent=1) + "\n")
    return 0 if all(row.passed for row in rows) else 1


@contextmanager
def own_database() -> Iterator[None]:
    """A fresh database beside the one that ``DATABASE_URL`` names."""
    url = os.environ["DATABASE_URL"]
    with fresh_database(DATABASE):
        os.environ["DATABASE_URL"] = urlunsplit(urlsplit(url)._replace(path=f"/{DATABASE}"))
        try:
            yield
        finally:
            os.environ["DATABASE_URL"] = url


@contextmanager
def fresh_database(name: str) -> Iterator[str]:
    """A database made anew on the server that ``DATABASE_URL`` names, dropped afterwards."""
    import psycopg
    from psycopg import sql

    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    create = "CREATE DATABASE {} LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' TEMPLATE template0"
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(drop)
        connection.execute(sql.SQL(create).format(sql.Identifier(name)))
    try:
        yield name
    finally:
        from django.db import connections

        connections.close_all()
        with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
            connection.execute(drop)


@contextmanager
def used(name: str) -> Iterator[None]:
    """Work in another database of the same server for a while."""
    from django.db import connection

    before = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before


def show(rows: list[Row]) -> None:
    """One table for people."""
    heads = ("name", "what", "figure", "reference", "ratio", "target", "pass")
    lines = [heads] + [
        (
            row.name, row.what, f"{row.value:.2f} {row.unit}", f"{row.reference:.2f} {row.unit}", f"{row.ratio:.2f}",
            row.target, "yes" if row.passed else "NO",
        )
        for row in rows
    ]  # fmt: skip
    widths = [max(len(line[column]) for line in lines) for column in range(len(heads))]
    for line in lines:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
