"""The complete file as one PDF: cover, index, order, page numbers, archive."""

from __future__ import annotations

import base64
import io

import pytest
from PIL import Image
from pypdf import PageObject, PdfReader, PdfWriter

from accounts.models import Look
from cases import ledger
from cases.models import DocumentContent, EventKind, Part
from governance_center.crypto import sha256_hex
from governance_center.errors import NotAllowed
from mediation import file_contents, file_facts, file_joining, scans
from mediation.models import CaseFile, MadePaper
from mediation.services import archiving, filing
from mediation.services.filing import Upload
from tests.mediation.files import MINUTES, closed, investigated, pdf, photo, scan, text_of
from tests.mediation.sessions import mediated
from tests.mediation.signing import SITE
from tests.world import World

TITLES = {
    "zh-hans": (
        "人民调解卷宗", "卷内目录", "受理登记表", "权利义务告知书", "调查记录", "口头协议登记表",
        "回访记录", "结案报告",
    ),
    "ko": (
        "인민조정사건문서철", "수리등록표", "권리의무고지서", "조사기록", "구두협의등록표",
        "추적방문기록", "사건종결보고",
    ),
    "both": ("人民调解卷宗", "인민조정사건문서철", "人民调解回访记录", "인민조정추적방문기록"),
}  # fmt: skip


def on_a4(content: bytes) -> PageObject:
    writer = PdfWriter()
    assert scans.add_pages(writer, content) == 1
    return writer.pages[0]


def archive(case, world: World, **fields: object) -> CaseFile:
    values = {"case": case, "by": world.mediator, "language": "zh-hans", "retention": "long", "site": SITE, **fields}
    return archiving.archive_file(**values)


@pytest.mark.parametrize("language", list(TITLES))
def test_a_closed_case_has_a_file_with_all_its_papers(world: World, language: str) -> None:
    case = closed(world)
    investigated(case, world)
    scan(case, world)
    assert not file_contents.missing(file_contents.contents(file_facts.read(case)))
    made = archiving.look_at_file(case=case, by=world.mediator, language=language, address=None, site=SITE)
    pages = text_of(made)
    titles = TITLES[language]
    whole = "".join(pages)
    for title in titles:
        assert title in whole
    for line in MINUTES.splitlines():
        assert "".join(line.split()) in whole
    assert [f"{place}/{len(pages)}" in page for place, page in enumerate(pages, 1)] == [True] * len(pages)
    assert Look.objects.filter(subject=f"case:{case.pk}", what=Look.What.EXPORT).count() == 1


def test_the_index_names_the_page_on_which_each_paper_begins(world: World) -> None:
    case = closed(world)
    filing.add_papers(case=case, by=world.mediator, part=Part.EVIDENCE, uploads=[Upload("欠条.pdf", pdf(3))])
    made = archiving.look_at_file(case=case, by=world.mediator, language="zh-hans", address=None, site=SITE)
    reader = PdfReader(io.BytesIO(made))
    marks = {mark.title: reader.get_destination_page_number(mark) + 1 for mark in reader.outline}
    pages = text_of(made)
    for title in ("受理登记表", "权利义务告知书", "调解记录", "回访记录", "结案报告"):
        page = next(place for place, page in enumerate(pages, 1) if place > 2 and title in page)
        assert f"{title}{page}" in pages[1]
    first = marks["欠条"]
    assert f"欠条{first}–{first + 2}" in pages[1]


def test_the_index_names_what_is_missing(world: World) -> None:
    case = closed(world)
    made = archiving.look_at_file(case=case, by=world.mediator, language="zh-hans", address=None, site=SITE)
    assert "当事人身份材料缺" in text_of(made)[1]


def test_the_same_papers_give_the_same_bytes(world: World) -> None:
    case = closed(world)
    scan(case, world)
    first, second = (
        archiving.look_at_file(case=case, by=world.mediator, language="both", address=None, site=SITE)
        for _round in range(2)
    )
    assert first == second


def test_the_archive_keeps_what_was_made_and_its_digest_in_the_ledger(world: World) -> None:
    case = closed(world)
    scan(case, world)
    row = archive(case, world)
    assert archive(case, world) == row
    event = case.events.get(kind=EventKind.FILE_MADE)
    assert (event.data["sha256"], event.data["sm3"], event.data["pages"]) == (row.sha256, row.sm3, row.pages)
    made = archiving.open_file(file=row, by=world.mediator, address=None)
    assert sha256_hex(made) == row.sha256
    assert len(PdfReader(io.BytesIO(made)).pages) == row.pages
    assert not MadePaper.objects.filter(document__isnull=True).exclude(kind="application").exists()
    assert not list(ledger.verify(case_ids=[case.pk]))


def test_a_changed_part_is_noticed(world: World) -> None:
    case = closed(world)
    document = scan(case, world)
    row = archive(case, world)
    DocumentContent.objects.filter(document=document).update(encoded=base64.b64encode(photo(colour="red")).decode())
    with pytest.raises(archiving.FileChanged):
        archiving.open_file(file=row, by=world.mediator, address=None)


def test_a_changed_cover_is_noticed(world: World) -> None:
    case = closed(world)
    scan(case, world)
    row = archive(case, world)
    row.front = file_joining.packed(pdf(2))
    with pytest.raises(archiving.FileChanged):
        archiving.open_file(file=row, by=world.mediator, address=None)


def test_what_comes_later_changes_nothing_in_the_archived_file(world: World) -> None:
    case = closed(world)
    scan(case, world)
    row = archive(case, world)
    before = archiving.open_file(file=row, by=world.mediator, address=None)
    scan(case, world, content=photo(colour="red"), part=Part.EVIDENCE)
    case.title = "改过的摘要"
    case.save(update_fields=["title"])
    assert archiving.open_file(file=row, by=world.mediator, address=None) == before
    again = archive(case, world)
    assert again.pages == row.pages + 1
    assert again.sha256 != row.sha256


def test_a_file_with_gaps_is_archived_only_knowingly(world: World) -> None:
    case = closed(world)
    with pytest.raises(archiving.PapersMissing):
        archive(case, world)
    row = archive(case, world, accept_missing=True)
    assert row.missing == [Part.IDENTITY]
    assert case.events.get(kind=EventKind.FILE_MADE).data["missing"] == ["identity"]


def test_only_a_closed_case_goes_to_the_archive(world: World) -> None:
    with pytest.raises(archiving.NotClosed):
        archive(mediated(world), world, accept_missing=True)


def test_others_neither_look_nor_archive(world: World) -> None:
    case = closed(world)
    for user in (world.hr, world.official, world.other_mediator):
        with pytest.raises(NotAllowed):
            archiving.look_at_file(case=case, by=user, language="ko", address=None, site=SITE)
        with pytest.raises(NotAllowed):
            archiving.archive_file(case=case, by=user, language="ko", retention="long", accept_missing=True, site=SITE)


def test_a_paper_in_the_archive_is_not_removed(world: World) -> None:
    case = closed(world)
    document = scan(case, world)
    archive(case, world)
    with pytest.raises(filing.StandsElsewhere):
        filing.remove_paper(document=document, by=world.mediator)


def test_two_hundred_pages_come_out_whole(world: World) -> None:
    case = closed(world)
    uploads = [Upload(f"{place}.pdf", pdf(100 + place)) for place in (0, 1)]
    filing.add_papers(case=case, by=world.mediator, part=Part.EVIDENCE, uploads=uploads)
    made = archiving.look_at_file(case=case, by=world.mediator, language="zh-hans", address=None, site=SITE)
    assert len(PdfReader(io.BytesIO(made)).pages) > 201


@pytest.mark.parametrize(
    ("content", "size"),
    [
        (photo(size=(3000, 4000)), scans.A4),
        (photo(size=(4000, 3000)), scans.A4[::-1]),
        (photo("PNG", (50, 900)), scans.A4),
        (pdf(width=300, height=200), scans.A4[::-1]),
        (pdf(width=1200, height=1700), scans.A4),
    ],
)
def test_every_page_is_set_on_a4(content: bytes, size: tuple[float, float]) -> None:
    page = on_a4(content)
    assert (float(page.mediabox.width), float(page.mediabox.height)) == pytest.approx(size, abs=1)


def test_a_photograph_is_turned_as_the_camera_was_held() -> None:
    marks = Image.Exif()
    marks[0x0112] = 6  # turned by a quarter
    page = on_a4(photo(size=(400, 300), exif=marks))
    assert page.mediabox.height > page.mediabox.width
