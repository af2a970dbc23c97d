"""Hashing of ledger entries: pure functions, no database.

An entry's hash covers the hash of the entry before it, so that no entry can be changed, removed or
put in between without breaking every later one of the same chain.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from typing import Any

GENESIS = "0" * 64

_encoder = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def text_digest(text: str) -> str:
    """SHA-256 of a text, lower-case hex. The ledger keeps digests of texts, never the texts."""
    return hashlib.sha256(text.encode()).hexdigest()


def canonical(data: Mapping[str, Any]) -> str:
    """One spelling for equal data: sorted keys, no spaces, text as it is.

    Only strings, whole numbers, booleans, nulls, lists and mappings may enter: a float has more than
    one spelling.

    Raises:
        TypeError: for a float or anything JSON does not know.
    """
    _refuse_floats(data)
    return _encoder.encode(data)


def entry_hash(
    *, previous: str, chain: int, sequence: int, kind: str, at: dt.datetime, actor: int | None, data: Mapping[str, Any]
) -> str:
    """SHA-256 over the previous hash and everything the entry says, lower-case hex (64 characters).

    Args:
        previous: hash of the entry before, :data:`GENESIS` for the first.
        chain: primary key of the case.
        sequence: 1 for the first entry of the chain, then without gaps.
        at: an aware moment; microseconds count.
        actor: primary key of the user, None for the system.
    """
    moment = at.astimezone(dt.UTC).isoformat(timespec="microseconds")
    body = "\n".join([previous, str(chain), str(sequence), kind, moment, str(actor or "-"), canonical(data)])
    return hashlib.sha256(body.encode()).hexdigest()


def _refuse_floats(value: Any) -> None:
    if isinstance(value, float):
        raise TypeError("a float has no canonical spelling; store a whole number or a string")
    if isinstance(value, Mapping):
        for item in value.values():
            _refuse_floats(item)
    elif isinstance(value, list | tuple):
        for item in value:
            _refuse_floats(item)
