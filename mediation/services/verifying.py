"""Whether a file is the paper that was kept when an agreement came into force. Reads only."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from typing import Protocol

from mediation.models import Agreement


class Upload(Protocol):
    """A file that was sent, read in pieces."""

    def chunks(self) -> Iterable[bytes]: ...


def compare(agreement: Agreement, file: Upload) -> bool:
    """Whether the bytes of ``file`` are those of the kept paper, by SHA-256; False where none was kept."""
    digest = hashlib.sha256()
    for piece in file.chunks():
        digest.update(piece)
    return agreement.paper is not None and hmac.compare_digest(digest.hexdigest(), agreement.paper.sha256)
