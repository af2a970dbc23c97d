"""What the use cases of this room share."""

from __future__ import annotations

import datetime as dt

from accounts.models import User
from cases.models import Case, Note
from governance_center.errors import MissingInput
from governance_center.ledger import text_digest


def lock(case: Case) -> Case:
    """A fresh copy of the case, locked until the transaction ends. Every change begins with it."""
    return Case.objects.select_for_update(of=("self",)).get(pk=case.pk)


def write_note(
    case: Case, *, by: User | None, text: str, at: dt.datetime, field: str = "note"
) -> tuple[Note, dict[str, object]]:
    """Keep a text that staff wrote; returns it and what the ledger says of it (id and digest).

    Raises:
        MissingInput: the text is empty.
    """
    text = text.strip()
    if not text:
        raise MissingInput(field=field)
    note = Note.objects.create(case=case, author=by, text=text, created_at=at)
    return note, {"note": note.pk, "note_sha256": text_digest(text)}
