"""Writing encrypted fields again under the present key and cipher, beside whoever else writes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import InvalidTag
from django.apps import apps
from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Cast

from governance_center import crypto

Row = tuple[Any, ...]


@dataclass(slots=True)
class Progress:
    """How far a walk through one model has come. ``unreadable`` names the rows that no configured key opens."""

    total: int
    rotated: int = 0
    unreadable: list[Any] = field(default_factory=list)


def encrypted_models() -> list[type[models.Model]]:
    """Every model with an encrypted field of its own."""
    return [model for model in apps.get_models() if model._meta.managed and encrypted_fields(model)]


def encrypted_fields(model: type[models.Model]) -> list[str]:
    return [column.name for column in model._meta.local_fields if isinstance(column, crypto.EncryptedTextField)]


def stale(model: type[models.Model]) -> models.QuerySet[Any]:
    """The rows of ``model`` with a value under another key or cipher than the present one."""
    head = f"{crypto.present_head()}:"
    rows: models.QuerySet[Any] = model._base_manager.alias(
        **{_raw(name): Cast(name, models.TextField()) for name in encrypted_fields(model)}
    )
    condition = Q()
    for name in encrypted_fields(model):
        condition |= ~Q(**{_raw(name): ""}) & ~Q(**{f"{_raw(name)}__startswith": head})
    waiting: models.QuerySet[Any] = rows.filter(condition)
    return waiting


def rotate(model: type[models.Model], *, batch: int) -> Iterator[Progress]:
    """Walk once through the stale rows of ``model`` and write them again.

    Yields after each batch, which is committed by then. A batch locks its rows, so that a change made meanwhile
    is never overwritten; rows that somebody else has locked are passed over, so that nobody waits for anybody:
    what :func:`stale` still counts afterwards is locked or unreadable.

    Args:
        batch: rows to a transaction.
    """
    progress, after = Progress(stale(model).count()), None
    batch = min(batch, getattr(model, "ROTATION_BATCH", batch))
    while rows := _next_rows(model, after, batch, progress):
        after = rows[-1][0]
        yield progress


def _next_rows(model: type[models.Model], after: Any, batch: int, progress: Progress) -> Sequence[Row]:
    """Lock, open and write the next rows behind the key ``after``; returns them as they were stored."""
    names = encrypted_fields(model)
    with transaction.atomic():
        waiting = stale(model).order_by("pk")
        if after is not None:
            waiting = waiting.filter(pk__gt=after)
        stored = waiting.annotate(**{_raw(name): Cast(name, models.TextField()) for name in names})
        locked = stored.select_for_update(skip_locked=True, no_key=True)
        rows: list[Row] = list(locked.values_list("pk", *map(_raw, names))[:batch])
        opened = [item for row in rows if (item := _opened(model, names, row, progress))]
        model._base_manager.bulk_update(opened, names)
    progress.rotated += len(opened)
    return rows


def _opened(model: type[models.Model], names: Sequence[str], row: Row, progress: Progress) -> models.Model | None:
    """An instance that holds nothing but the key and the texts; saving it encrypts them anew."""
    key, *values = row
    try:
        texts = [crypto.decrypt(value or "") for value in values]
    except (InvalidTag, LookupError, ValueError):
        progress.unreadable.append(key)
        return None
    return model(pk=key, **dict(zip(names, texts, strict=True)))


def _raw(name: str) -> str:
    return f"{name}_as_stored"
