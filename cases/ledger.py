"""Writing and verifying the ledger of a case. The hashing itself stands in :mod:`governance_center.ledger`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from cases.models import Case, CaseEvent
from governance_center.ledger import GENESIS, entry_hash


@dataclass(slots=True)
class Entry:
    """What is to be written: an event kind, who did it (None: the system), facts, and when."""

    kind: str
    by: User | None
    data: Mapping[str, Any] = field(default_factory=dict)
    at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Break:
    """The first entry of a chain that does not hold. ``sequence`` is the entry that should stand there."""

    case_number: str
    sequence: int
    reason: str


def chain(case: Case, entries: Iterable[Entry]) -> list[CaseEvent]:
    """Entries as unsaved rows that continue the chain of ``case``; moves the head on the object."""
    rows = []
    for entry in entries:
        previous = case.ledger_head or GENESIS
        sequence = case.ledger_length + 1
        at = entry.at or timezone.now()
        actor = entry.by.pk if entry.by else None
        digest = entry_hash(
            previous=previous,
            chain=case.pk,
            sequence=sequence,
            kind=str(entry.kind),
            at=at,
            actor=actor,
            data=entry.data,
        )
        # By position, in the order of the model's fields: three times as fast, and imports write a great many.
        values = (None, case.pk, sequence, str(entry.kind), at, actor, dict(entry.data), previous, digest)
        rows.append(CaseEvent(*values))  # type: ignore[misc]
        case.ledger_length, case.ledger_head = sequence, digest
    return rows


def append(case: Case, entries: Sequence[Entry], *, update: Iterable[str] = ()) -> list[CaseEvent]:
    """Write entries and, in the same UPDATE, the named fields of the case.

    The caller's transaction holds the lock on the case; should it not, the unique sequence refuses the
    second writer.
    """
    rows = CaseEvent.objects.bulk_create(chain(case, entries))
    case.save(update_fields={*update, "ledger_length", "ledger_head"})
    return rows


def verify(*, case_ids: Sequence[int] | None = None) -> Iterator[Break]:
    """Recompute every chain; yields the first break of each chain that does not hold.

    A chain breaks where an entry was changed, removed, put in between or re-ordered, and where the case
    knows of more (or other) entries than there are. Reads in bounded memory through a server-side cursor.
    """
    heads = Case.objects.order_by("pk").values_list("pk", "number", "ledger_length", "ledger_head")
    events = CaseEvent.objects.order_by("case_id", "sequence").values_list(
        "case_id", "sequence", "kind", "at", "actor_id", "data", "previous_hash", "hash"
    )
    if case_ids is not None:
        heads, events = heads.filter(pk__in=case_ids), events.filter(case_id__in=case_ids)
    stream = events.iterator(chunk_size=5000)
    row = next(stream, None)
    for pk, number, length, head in heads.iterator(chunk_size=5000):
        previous, expected, found = GENESIS, 1, None
        while row is not None and row[0] == pk:
            found = found or _fault(number, row, expected, previous)
            previous, expected = row[7], expected + 1
            row = next(stream, None)
        if found is None and (expected - 1 != length or (length and previous != head)):
            found = Break(number, min(expected, length + 1), _("the end of the chain is not where the case says"))
        if found:
            yield found


def count_entries() -> int:
    """How many entries the whole ledger holds."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM cases_caseevent")
        return int(cursor.fetchone()[0])


def _fault(number: str, row: tuple[Any, ...], expected: int, previous: str) -> Break | None:
    pk, sequence, kind, at, actor, data, stored_previous, stored = row
    if sequence != expected:
        return Break(number, expected, _("an entry is missing or out of order"))
    if stored_previous != previous:
        return Break(number, sequence, _("it does not continue the entry before"))
    digest = entry_hash(previous=previous, chain=pk, sequence=sequence, kind=kind, at=at, actor=actor, data=data)
    return None if digest == stored else Break(number, sequence, _("its content was changed"))
