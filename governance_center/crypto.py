"""Field encryption and blind indexes.

Identity numbers and phones are stored encrypted with AES-256-GCM; a keyed hash (HMAC-SHA-256) beside
them allows exact look-up without opening them. The keys come from the settings ``FIELD_KEYS`` (the
first writes, all read) and ``BLIND_INDEX_KEY``; they are never in the database.

A stored value is ``<key id>:<base64 of nonce and ciphertext>``; the key id is the first eight hex
digits of the key's SHA-256, so that a rotated key is still found.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import models

NONCE_BYTES = 12

if TYPE_CHECKING:
    _TextField = models.TextField[str, str]
else:
    _TextField = models.TextField


def encrypt(text: str) -> str:
    """Encrypt under the first key of ``FIELD_KEYS``; the empty text stays empty."""
    if not text:
        return ""
    key_id, cipher = _keyring(tuple(settings.FIELD_KEYS))[0]
    nonce = os.urandom(NONCE_BYTES)
    sealed = nonce + cipher.encrypt(nonce, text.encode(), key_id.encode())
    return f"{key_id}:{base64.b64encode(sealed).decode()}"


def decrypt(stored: str) -> str:
    """Open what :func:`encrypt` made.

    Raises:
        LookupError: when the key it was written with is not in ``FIELD_KEYS``.
        cryptography.exceptions.InvalidTag: when the stored value was tampered with.
    """
    if not stored:
        return ""
    key_id, _, body = stored.partition(":")
    for known_id, cipher in _keyring(tuple(settings.FIELD_KEYS)):
        if known_id == key_id:
            sealed = base64.b64decode(body)
            return cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], key_id.encode()).decode()
    raise LookupError("the key this value was written with is not configured")


def blind_index(text: str, *, purpose: str) -> str:
    """Keyed hash of a normalised value, 64 hex digits; empty for the empty text.

    ``purpose`` keeps equal values of different fields apart.
    """
    if not text:
        return ""
    message = f"{purpose}\0{text}".encode()
    return hmac.new(settings.BLIND_INDEX_KEY.encode(), message, hashlib.sha256).hexdigest()


@lru_cache(maxsize=8)
def _keyring(keys: tuple[str, ...]) -> list[tuple[str, AESGCM]]:
    ring = []
    for key in keys:
        raw = base64.urlsafe_b64decode(key)
        ring.append((hashlib.sha256(raw).hexdigest()[:8], AESGCM(raw)))
    return ring


class EncryptedTextField(_TextField):
    """A text that is encrypted on its way into the database and opened on its way out."""

    def get_prep_value(self, value: Any) -> Any:
        return encrypt(str(value)) if value else ""

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str:
        return decrypt(value or "")
