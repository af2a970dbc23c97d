"""Papers kept with a case: whole, encrypted, once, and witnessed by the ledger."""

from __future__ import annotations

import pytest
from django.db import connection
from django.utils import timezone

from cases.models import Document, EventKind, Part
from cases.services.documents import LARGEST, UnfitDocument, content_of, keep_document
from governance_center.crypto import sm3_hex
from governance_center.errors import MissingInput
from tests.world import World, make_case

PDF = b"%PDF-1.7\n" + bytes(range(256))


def keep(world: World, content: bytes = PDF, title: str = "借条") -> Document:
    case = make_case(world)
    return keep_document(case=case, part=Part.EVIDENCE, title=title, content=content, by=world.clerk, at=timezone.now())


def test_what_is_kept_comes_back_whole_and_stands_encrypted(world: World) -> None:
    document = keep(world)
    assert content_of(document) == PDF
    assert (document.content_type, document.size) == ("application/pdf", len(PDF))
    with connection.cursor() as cursor:
        cursor.execute("SELECT encoded FROM cases_documentcontent")
        (stored,) = cursor.fetchone()
    assert "JVBERi" not in stored, "no PDF in base64 stands there"


def test_the_ledger_has_both_digests(world: World) -> None:
    document = keep(world)
    event = document.case.events.get(kind=EventKind.DOCUMENT_KEPT)
    assert (event.data["sha256"], event.data["sm3"]) == (document.sha256, document.sm3)


def test_the_digest_is_the_standards_own_example() -> None:
    """GB/T 32905-2016, example 1: the three bytes abc."""
    assert sm3_hex(b"abc") == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"


def test_the_same_paper_is_kept_once(world: World) -> None:
    first = keep(world)
    again = keep_document(
        case=first.case, part=Part.EVIDENCE, title="again", content=PDF, by=world.clerk, at=timezone.now()
    )
    assert again == first
    assert first.case.events.filter(kind=EventKind.DOCUMENT_KEPT).count() == 1


@pytest.mark.parametrize("content", [b"MZ\x90", b"", b"%PDF-" + b"0" * LARGEST])
def test_other_files_and_too_large_ones_are_refused(world: World, content: bytes) -> None:
    with pytest.raises(UnfitDocument):
        keep(world, content)


def test_a_paper_needs_a_title(world: World) -> None:
    with pytest.raises(MissingInput):
        keep(world, title=" ")
