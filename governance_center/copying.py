"""Writing many rows at once: PostgreSQL's COPY fed with unsaved model instances."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection, connections, models
from django.db.models.base import ModelState
from django.utils import timezone
from psycopg import sql

M = TypeVar("M", bound=models.Model)


def reserve_keys(model: type[models.Model], start_with: int = 1) -> int:
    """The first primary key that rows of ``model`` may take; call :func:`settle_keys` afterwards."""
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL("SELECT coalesce(max({key}), 0) + %s FROM {table}").format(
                key=sql.Identifier(model._meta.pk.column), table=sql.Identifier(model._meta.db_table)
            ),
            [start_with],
        )
        return int(cursor.fetchone()[0])


def drawn_keys(model: type[models.Model], block: int = 1000) -> Iterator[int]:
    """Primary keys drawn from the table's sequence, a block at a time: safe beside other writers."""
    name = f'"{model._meta.db_table}"'
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
                [name, model._meta.pk.column, block],
            )
            drawn = [int(row[0]) for row in cursor.fetchall()]
        yield from drawn


def settle_keys(model: type[models.Model]) -> None:
    """Let the sequence of the primary key go on behind the highest one in use."""
    table, key = model._meta.db_table, model._meta.pk.column
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL(
                "SELECT setval(pg_get_serial_sequence({name}, {column}), "
                "greatest((SELECT coalesce(max({key}), 0) FROM {table}), 1))"
            ).format(
                name=sql.Literal(f'"{table}"'),
                column=sql.Literal(key),
                key=sql.Identifier(key),
                table=sql.Identifier(table),
            )
        )


def copy_rows(model: type[models.Model], rows: Sequence[models.Model]) -> int:
    """Write ``rows``, which carry their primary keys, in one COPY; returns how many.

    Values whose field has a way of its own into the database (encryption, JSON, lists) pass it; the others go
    as they are. Joins the transaction that is open.
    """
    fields = list(model._meta.concrete_fields)
    for field in fields:
        if getattr(field, "auto_now_add", False):
            _stamp(rows, field.attname)
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(model._meta.db_table),
        sql.SQL(", ").join(sql.Identifier(field.column) for field in fields),
    )
    names = [field.attname for field in fields]
    special = [
        (index, field) for index, field in enumerate(fields) if not isinstance(field, PLAIN) or _is_encrypted(field)
    ]
    database = connections[DEFAULT_DB_ALIAS]
    database.ensure_connection()
    with database.wrap_database_errors, database.connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            values = [row.__dict__[name] for name in names]
            for index, field in special:
                values[index] = _prepared(field, values[index], database)
            copy.write_row(values)
    return len(rows)


def copy_values(model: type[models.Model], rows: Sequence[Sequence[Any]]) -> int:
    """Write ``rows`` of values, in the order of the model's fields, in one COPY; returns how many.

    For tables of plain columns that get more rows than it pays to make objects of.
    """
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(model._meta.db_table),
        sql.SQL(", ").join(sql.Identifier(field.column) for field in model._meta.concrete_fields),
    )
    database = connections[DEFAULT_DB_ALIAS]
    database.ensure_connection()
    with database.wrap_database_errors, database.connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
    return len(rows)


def draft(model: type[M], **values: Any) -> M:
    """An unsaved instance in a fifth of the usual time, for rows that are written by COPY.

    ``values`` go by the names of attributes (``case_id``, not ``case``); what is not given has its default. No
    signals are sent.
    """
    row = model.__new__(model)
    row._state = ModelState()
    plain, made = _defaults(model)
    row.__dict__.update(plain)
    for name, default in made:
        if name not in values:
            row.__dict__[name] = default()
    row.__dict__.update(values)
    return row


@cache
def _defaults(model: type[models.Model]) -> tuple[dict[str, Any], list[tuple[str, Callable[[], Any]]]]:
    """Defaults that are the same for each row, and those that are made anew."""
    plain, made = {}, []
    for field in model._meta.concrete_fields:
        if callable(field.default) and field.default is not models.NOT_PROVIDED:
            made.append((field.attname, field.default))
        else:
            plain[field.attname] = field.get_default()
    return plain, made


class Rows:
    """Rows in the making: unsaved instances with primary keys of their own, written by COPY table after table.

    A row has its key as soon as it is added. Rows whose key is made of several fields keep the one they have.

    Args:
        order: the tables, those that others refer to first.
        keys: where keys come from; drawn from the tables' sequences where nothing else is said, so that others
            may write beside.
    """

    def __init__(
        self,
        order: Sequence[type[models.Model]],
        keys: Callable[[type[models.Model]], Iterator[int]] | None = None,
    ) -> None:
        self.order = order
        self._keys = {model: (keys or drawn_keys)(model) for model in order if has_own_key(model)}
        self._rows: dict[type[models.Model], list[Any]] = {model: [] for model in order}
        self._values: dict[type[models.Model], list[Sequence[Any]]] = {model: [] for model in order}

    def add(self, row: M) -> M:
        model = type(row)
        if model in self._keys:
            row.pk = next(self._keys[model])
        self._rows[model].append(row)
        return row

    def add_values(self, model: type[models.Model], values: Iterable[Sequence[Any]]) -> None:
        """Add rows of plain values, keys included, as :func:`copy_values` takes them."""
        self._values[model].extend(values)

    def of(self, model: type[M]) -> list[M]:
        return self._rows[model]

    def write(self) -> None:
        """Write what has been collected, table after table, and forget it."""
        for model in self.order:
            if self._rows[model]:
                copy_rows(model, self._rows[model])
                self._rows[model].clear()
            if self._values[model]:
                copy_values(model, self._values[model])
                self._values[model].clear()


def has_own_key(model: type[models.Model]) -> bool:
    """Whether the database numbers the rows of ``model``."""
    return isinstance(model._meta.pk, models.AutoField)


PLAIN = (
    models.CharField, models.TextField, models.BooleanField, models.IntegerField, models.DateTimeField,
    models.DateField, models.AutoField, models.ForeignKey,
)  # fmt: skip


_as_json = json.JSONEncoder(ensure_ascii=False).encode


def _prepared(field: Any, value: Any, database: Any) -> Any:
    """The value as it goes into the database. Ledgers are full of JSON, so that has a short way."""
    if isinstance(field, models.JSONField) and field.encoder is None and value is not None:
        return _as_json(value)
    return field.get_db_prep_save(value, connection=database)


def _is_encrypted(field: Any) -> bool:
    return type(field).get_prep_value not in {kind.get_prep_value for kind in PLAIN}


def _stamp(rows: Sequence[models.Model], name: str) -> None:
    now = timezone.now()
    for row in rows:
        if getattr(row, name) is None:
            setattr(row, name, now)
