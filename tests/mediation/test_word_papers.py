"""Papers as Word files, and the forms they are made with."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from docx import Document
from docx.oxml.ns import qn

from governance_center.errors import GovernanceError, NotAllowed
from mediation import file_contents, file_facts, word_forms
from mediation.models import DocxTemplate
from mediation.paper_kinds import KINDS
from mediation.services import word_papers
from tests.mediation.files import closed, investigated
from tests.world import World
from tools import word_forms as shipping

FORMED = [code for code, kind in KINDS.items() if kind.has_docx]


def form(*lines: str) -> bytes:
    made, document = io.BytesIO(), Document()
    for line in lines:
        document.add_paragraph(line)
    document.save(made)
    return made.getvalue()


def words_of(content: bytes) -> str:
    """All text of a Word file, tables included."""
    body = Document(io.BytesIO(content)).element.body
    return "".join(text.text or "" for text in body.iter(qn("w:t")))


@pytest.mark.parametrize("kind", FORMED)
@pytest.mark.parametrize("language", ["zh-hans", "ko", "both"])
def test_every_shipped_form_can_be_filled(kind: str, language: str) -> None:
    said = words_of(word_forms.fill(word_forms.shipped(kind), word_papers.samples(language)))
    assert "{" not in said
    assert "张甲某" in said


def test_the_shipped_forms_are_those_that_the_tool_makes() -> None:
    for kind in FORMED:
        assert word_forms.shipped(kind) == shipping.make(is_tabled=kind in shipping.TABLED)


def test_a_paper_comes_as_word_with_letters_for_both_languages(world: World, sign_in: Callable[..., Client]) -> None:
    case = closed(world)
    investigated(case, world)
    client = sign_in(world.mediator)
    session = case.sessions.get()
    answer = client.get(f"/mediation/{case.number}/papers/made/mediation/{session.pk}/word/?language=both")
    assert answer.headers["Content-Type"] == word_forms.FORMAT
    document = Document(io.BytesIO(answer.content))
    said = words_of(answer.content)
    for words in ("人民调解记录", "인민조정기록", "三个月工资未付", "쌍방의 의견을 확인하였다"):
        assert words in said
    letters = {"Batang": "", "SimSun": ""}
    for run in document.element.body.iter(qn("w:r")):
        fonts = run.rPr.rFonts if run.rPr is not None else None
        if fonts is not None and fonts.get(qn("w:eastAsia")) in letters:
            letters[fonts.get(qn("w:eastAsia"))] += "".join(text.text or "" for text in run.iter(qn("w:t")))
    assert "쌍방의" in letters["Batang"]
    assert "三个月" in letters["SimSun"]
    assert not [letter for letter in letters["SimSun"] if "가" <= letter <= "힣"]
    normal = document.styles["Normal"].element.rPr.rFonts
    assert normal.get(qn("w:eastAsia")) == "SimSun"
    assert client.get(f"/mediation/{case.number}/papers/made/acceptance/0/word/").status_code == 404


def test_what_was_typed_cannot_become_markup_or_code() -> None:
    parts = word_papers.samples("zh-hans")
    parts[0]["rows"][0] = ("<w:p>&", "{{ 7 * 7 }} <b>")  # type: ignore[index]
    said = words_of(word_forms.fill(word_forms.shipped("closing"), parts))
    assert "<w:p>&" in said
    assert "{{ 7 * 7 }} <b>" in said


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (form("{{ nobody }}"), "wrong_mark"),
        (form("{{ titles"), "wrong_mark"),
        (form("{%p for one in titles %}", "{{ one }}"), "wrong_mark"),
        (form("{{ ''.__class__.__mro__[1].__subclasses__() }}"), "wrong_mark"),
        (form("{{ titles.append('x') }}"), "wrong_mark"),
        (form("{% include 'x' %}"), "wrong_mark"),
        (form("{% for one in range(10) %}{{ one }}{% endfor %}"), "wrong_mark"),
        (b"PK nothing", "unfit_form"),
        (b"%PDF-1.7", "unfit_form"),
    ],
)
def test_a_form_that_cannot_be_filled_or_reaches_out_is_refused(world: World, content: bytes, code: str) -> None:
    with pytest.raises(GovernanceError) as caught:
        word_papers.save_form(kind="closing", by=world.administrator, content=content)
    assert (caught.value.code, caught.value.field) == (code, "file")
    assert not DocxTemplate.objects.exists()


def test_macros_and_bombs_are_refused(world: World) -> None:
    for name, size in (("word/vbaProject.bin", 10), ("word/big.xml", 40_000_000)):
        made = io.BytesIO(form("{{ titles }}"))
        with zipfile.ZipFile(made, "a", zipfile.ZIP_DEFLATED) as packed:
            packed.writestr(name, b"0" * size)
        with pytest.raises(word_forms.UnfitForm):
            word_papers.save_form(kind="closing", by=world.administrator, content=made.getvalue())


def test_a_changed_form_is_a_version_and_there_is_a_way_back(world: World) -> None:
    case = closed(world)
    content = form("自定格式", "{%p for one in titles %}", "{{ one }}", "{%p endfor %}")
    row = word_papers.save_form(kind="closing", by=world.administrator, content=content)
    assert word_papers.save_form(kind="closing", by=world.administrator, content=content) == row
    assert DocxTemplate.objects.count() == 1
    facts = file_facts.read(case)
    item = file_contents.find(facts, "closing", 0)
    assert item is not None
    values = {"facts": facts, "item": item, "by": world.mediator, "language": "zh-hans"}
    assert words_of(word_papers.make_word(**values)) == "自定格式结案报告"
    word_papers.choose_form(kind="closing", by=world.administrator, version=0)
    assert "自定格式" not in words_of(word_papers.make_word(**values))
    word_papers.choose_form(kind="closing", by=world.administrator, version=1)
    assert word_papers.form_of("closing") == content
    with pytest.raises(NotAllowed):
        word_papers.save_form(kind="closing", by=world.dispatcher, content=content)


def test_the_administrator_changes_looks_and_puts_in_force(world: World, sign_in: Callable[..., Client]) -> None:
    client = sign_in(world.administrator)
    assert client.get("/mediation/wordings/").status_code == 200
    address = "/mediation/wordings/paper/closing/"
    page = client.get(address)
    values = dict(page.context["form"].initial)
    refused = client.post(address, {**values, "body_ko": "{nobody}"})
    assert refused.status_code == 422
    assert "{nobody}" in refused.content.decode()
    assert "{committee}" in refused.content.decode()
    assert client.post(address, {**values, "title_ko": "종결보고서"}).status_code == 302
    assert client.get(f"{address}2/?language=both").content[:5] == b"%PDF-"
    assert client.post(f"{address}2/publish/").status_code == 302
    assert client.get(address).context["form"].initial["title_ko"] == "종결보고서"
    assert client.get(f"{address}?version=1").context["form"].initial["title_ko"] == "사건종결보고"
    sent = {"file": SimpleUploadedFile("f.docx", form("{{ nobody }}"))}
    assert client.post(f"{address}form/", sent).status_code == 422
    sent = {"file": SimpleUploadedFile("f.docx", form("{{ made_on }}"))}
    assert client.post(f"{address}form/", sent).status_code == 302
    assert client.get(f"{address}form/1/").content == form_in_force()
    assert client.get("/mediation/wordings/paper/agreement/").status_code == 200
    assert client.get("/mediation/wordings/paper/nothing/").status_code == 404


def form_in_force() -> bytes:
    return bytes(DocxTemplate.objects.get(is_in_force=True).content)


def test_others_do_not_change_what_papers_say(world: World, sign_in: Callable[..., Client]) -> None:
    for user in (world.mediator, world.official, world.dispatcher):
        client = sign_in(user)
        assert client.get("/mediation/wordings/").status_code == 403
        assert client.post("/mediation/wordings/paper/closing/", {}).status_code == 403
        assert client.post("/mediation/wordings/paper/closing/1/publish/").status_code == 403
