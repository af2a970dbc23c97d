"""Field encryption and blind indexes.

Identity numbers and phones are stored encrypted; a keyed hash (HMAC-SHA-256) beside them allows exact look-up
without opening them. The keys come from the settings ``FIELD_KEYS`` (the first writes, all read) and
``BLIND_INDEX_KEY``; they are never in the database.

Two ciphers, both authenticated, are known; ``FIELD_CIPHER`` says which one writes, and either reads what it once
wrote: ``aes-256-gcm`` (NIST SP 800-38D) and ``sm4-gcm`` (GB/T 32907, RFC 8998), whose 16-byte key is derived from
the same ``FIELD_KEYS`` by HKDF-SHA-256 (RFC 5869).

A stored value is ``<cipher>:<key id>:<base64 of nonce, ciphertext and tag>``; the key id is the first eight hex
digits of the key's SHA-256, so that a rotated key is still found. Values without a cipher, ``<key id>:<base64>``,
are from before there were two: AES-256-GCM.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import models

KEY_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16
SM4_KEY_BYTES = 16
SM4_LABEL = b"governance-centre field encryption sm4-gcm"
AES, SM4 = "aes-256-gcm", "sm4-gcm"

if TYPE_CHECKING:
    _TextField = models.TextField[str, str]
else:
    _TextField = models.TextField


class Sealer(Protocol):
    """An authenticated cipher under one key; the tag is the end of what ``encrypt`` returns."""

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None, /) -> bytes: ...

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None, /) -> bytes: ...


class _Sm4Gcm:
    """SM4 in Galois/counter mode, used like :class:`AESGCM`."""

    def __init__(self, key: bytes) -> None:
        derived = HKDF(hashes.SHA256(), length=SM4_KEY_BYTES, salt=None, info=SM4_LABEL).derive(key)
        self._algorithm = algorithms.SM4(derived)

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None, /) -> bytes:
        work = Cipher(self._algorithm, modes.GCM(nonce)).encryptor()
        work.authenticate_additional_data(associated_data or b"")
        return work.update(data) + work.finalize() + work.tag

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None, /) -> bytes:
        body, tag = data[:-TAG_BYTES], data[-TAG_BYTES:]
        work = Cipher(self._algorithm, modes.GCM(nonce, tag)).decryptor()
        work.authenticate_additional_data(associated_data or b"")
        return work.update(body) + work.finalize()


CIPHERS: dict[str, Callable[[bytes], Sealer]] = {AES: AESGCM, SM4: _Sm4Gcm}


def encrypt(text: str) -> str:
    """Encrypt under the first key of ``FIELD_KEYS`` with the cipher of ``FIELD_CIPHER``; the empty text stays empty.

    Raises:
        LookupError: for a cipher that is not known.
    """
    if not text:
        return ""
    head = present_head()
    cipher, key_id = head.split(":")
    nonce = os.urandom(NONCE_BYTES)
    sealed = nonce + _sealer(cipher, key_id).encrypt(nonce, text.encode(), head.encode())
    return f"{head}:{base64.b64encode(sealed).decode()}"


def decrypt(stored: str) -> str:
    """Open what :func:`encrypt` made, under any of ``FIELD_KEYS`` and with either cipher.

    Raises:
        LookupError: when the key or the cipher it was written with is not known here.
        ValueError: when it is no such value at all.
        cryptography.exceptions.InvalidTag: when the stored value was tampered with.
    """
    if not stored:
        return ""
    head, _, body = stored.rpartition(":")
    cipher, _, key_id = head.rpartition(":")
    sealed = base64.b64decode(body, validate=True)
    if len(sealed) < NONCE_BYTES + TAG_BYTES:
        raise ValueError("this is not an encrypted value")
    return _sealer(cipher or AES, key_id).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], head.encode()).decode()


def present_head() -> str:
    """How values begin that are written now: ``<cipher>:<key id>``.

    Raises:
        LookupError: for a cipher that is not known, and without any key.
    """
    if settings.FIELD_CIPHER not in CIPHERS:
        raise LookupError(f"unknown cipher {settings.FIELD_CIPHER!r}; there are {', '.join(CIPHERS)}")
    if not settings.FIELD_KEYS:
        raise LookupError("FIELD_KEYS is not set")
    return f"{settings.FIELD_CIPHER}:{next(iter(_keys(tuple(settings.FIELD_KEYS))))}"


def blind_index(text: str, *, purpose: str) -> str:
    """Keyed hash of a normalised value, 64 hex digits; empty for the empty text.

    ``purpose`` keeps equal values of different fields apart.
    """
    if not text:
        return ""
    message = f"{purpose}\0{text}".encode()
    return hmac.new(settings.BLIND_INDEX_KEY.encode(), message, hashlib.sha256).hexdigest()


def sha256_hex(content: bytes) -> str:
    """SHA-256 of a file, 64 lower-case hex digits."""
    return hashlib.sha256(content).hexdigest()


def sm3_hex(content: bytes) -> str:
    """SM3 (GB/T 32905) of a file, 64 lower-case hex digits."""
    digest = hashes.Hash(hashes.SM3())
    digest.update(content)
    return digest.finalize().hex()


def key_problem(key: str) -> str:
    """What is wrong with an entry of ``FIELD_KEYS``, without telling it; empty when nothing is."""
    try:
        length = len(base64.b64decode(key, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError):
        return "is not base64"
    return "" if length == KEY_BYTES else f"has {length} bytes instead of {KEY_BYTES}"


def _sealer(cipher: str, key_id: str) -> Sealer:
    keys = tuple(settings.FIELD_KEYS)
    if cipher not in CIPHERS:
        raise LookupError("the cipher this value was written with is not known")
    if key_id not in _keys(keys):
        raise LookupError("the key this value was written with is not configured")
    return _ready(keys, cipher, key_id)


@lru_cache(maxsize=8)
def _keys(keys: tuple[str, ...]) -> dict[str, bytes]:
    """The keys by their id, the one that writes first."""
    raw = [base64.urlsafe_b64decode(key) for key in keys]
    return {hashlib.sha256(key).hexdigest()[:8]: key for key in raw}


@lru_cache(maxsize=32)
def _ready(keys: tuple[str, ...], cipher: str, key_id: str) -> Sealer:
    return CIPHERS[cipher](_keys(keys)[key_id])


class EncryptedTextField(_TextField):
    """A text that is encrypted on its way into the database and opened on its way out."""

    def get_prep_value(self, value: Any) -> Any:
        return encrypt(str(value)) if value else ""

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str:
        return decrypt(value or "")
