"""What a slow preparation has written, kept as it stands and put back into emptied tables by COPY."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db import connection, transaction
from psycopg import sql


@dataclass
class Kept:
    """The rows of some tables, as COPY writes them, and the numbers their keys go on from."""

    rows: dict[str, bytes] = field(default_factory=dict)
    keys: dict[str, int] = field(default_factory=dict)

    def put_back(self) -> None:
        """Write the rows again; references between them are checked at the end."""
        with transaction.atomic(), connection.cursor() as cursor:
            for table, rows in self.rows.items():
                with cursor.cursor.copy(sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(table))) as copy:
                    copy.write(rows)
            for name, last in self.keys.items():
                cursor.execute("SELECT setval(%s, %s)", [name, last])


def filled_tables() -> set[str]:
    """The tables that have any row."""
    with connection.cursor() as cursor:
        names = sorted(connection.introspection.table_names(cursor))
        found = set()
        for name in names:
            cursor.execute(sql.SQL("SELECT EXISTS (SELECT FROM {})").format(sql.Identifier(name)))
            if cursor.fetchone()[0]:
                found.add(name)
    return found


def keep(tables: set[str]) -> Kept:
    """The rows of these tables as they are now."""
    kept = Kept()
    with connection.cursor() as cursor:
        for table in sorted(tables):
            with cursor.cursor.copy(sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table))) as copy:
                kept.rows[table] = b"".join(bytes(part) for part in copy)
        cursor.execute(
            "SELECT s.oid::regclass::text, pg_sequence_last_value(s.oid) FROM pg_class s "
            "JOIN pg_depend d ON d.objid = s.oid AND d.deptype IN ('a', 'i') JOIN pg_class t ON t.oid = d.refobjid "
            "WHERE s.relkind = 'S' AND t.relname = ANY(%s)",
            [sorted(tables)],
        )
        kept.keys = {name: last for name, last in cursor.fetchall() if last is not None}
    return kept
