"""Papers: words stay words, both languages are there, Korean is broken between words, nothing else is read."""

from __future__ import annotations

import datetime as dt
import io
import logging
import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from pypdf import PdfReader

from governance_center import checks, papers

MADE_AT = dt.datetime(2026, 3, 5, 9, 30, tzinfo=dt.UTC)
HOSTILE = (
    '#panic("x") *bold* $y^2$ @ref \\ "quoted" <b>tag</b> = no heading // no comment /* nor this */ `raw` ~ [x] --- ...'
)
KOREAN = (
    "인민조정위원회는 당사자들이 자원적이고 평등한 토대에서 조정협의를 달성하도록 《인민조정법》 제23조와 제24조에 "
    "따라 아무런 비용도 받지 않고 조정하며 당사자는 언제든지 조정을 끝낼것을 요구할수 있습니다."
)
TEMPLATES = Path(django_settings.BASE_DIR) / "intake" / "papers"


@pytest.fixture
def template(settings: Any, tmp_path: Path) -> Iterator[Any]:
    """``template(text)``: a project with one template of that text; returns its path below the project."""
    settings.BASE_DIR = tmp_path

    def write(text: str) -> str:
        (tmp_path / "room").mkdir(exist_ok=True)
        (tmp_path / "room" / "paper.typ").write_text(text)
        shutil.copy(TEMPLATES / "layout.typ", tmp_path / "room" / "layout.typ")
        (tmp_path / "secret.txt").write_text("secret")
        return "room/paper.typ"

    yield write
    papers._fonts.cache_clear()


def part(language: str, **words: Any) -> dict[str, Any]:
    empty: dict[str, Any] = {
        "language": language, "title": "受理告知书" if language == "zh-hans" else "수리고지서",
        "centre": "龙井市综治中心", "scan": "扫码", "date": "日期", "made_on": "2026年3月5日", "opening": "",
        "rows": [["编号", "1"]], "sections": [], "declaration": "", "signatures": ["签收人"],
        "choices": [], "witness": "", "seal": "",
    }  # fmt: skip
    return {**empty, **words}


def paper(*parts: dict[str, Any]) -> dict[str, Any]:
    qr = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><path d="M0 0h1v1h-1z"/></svg>'
    return {
        "title": "受理告知书 1",
        "number": "1",
        "url": "https://centre.example/s/x/",
        "qr": qr,
        "parts": list(parts),
    }


def read(pdf: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(pdf))


def text_of(pdf: bytes) -> str:
    """The text of all pages with every run of blanks as one."""
    return " ".join("\n".join(page.extract_text() for page in read(pdf).pages).split())


def lines_of(pdf: bytes) -> list[str]:
    return [" ".join(line.split()) for page in read(pdf).pages for line in page.extract_text().splitlines()]


def section(*points: str) -> list[dict[str, Any]]:
    return [{"heading": "一", "points": list(points), "is_list": True}]


def test_what_was_typed_comes_out_as_it_was_typed() -> None:
    data = paper(part("zh-hans", rows=[["编号", HOSTILE]], sections=section(HOSTILE), opening=HOSTILE))
    made = text_of(papers.render("intake/papers/acceptance.typ", {**data, "number": HOSTILE}, made_at=MADE_AT))
    squeezed = made.replace(" ", "")
    assert squeezed.count(HOSTILE.replace(" ", "")) >= 3


def test_both_languages_stand_on_a_paper_chinese_first() -> None:
    chinese, korean = part("zh-hans", sections=section("甲方的权利")), part("ko", sections=section("갑측의 권리"))
    made = text_of(papers.render("intake/papers/receipt.typ", paper(chinese, korean), made_at=MADE_AT))
    assert made.index("受理告知书") < made.index("수리고지서")
    assert made.index("甲方的权利") < made.index("갑측의 권리")


@pytest.mark.parametrize("two", [False, True])
def test_korean_words_are_never_broken(two: bool) -> None:
    korean = part("ko", sections=section(KOREAN, KOREAN))
    parts = [part("zh-hans", sections=section("甲", "乙")), korean] if two else [korean]
    lines = lines_of(papers.render("intake/papers/receipt.typ", paper(*parts), made_at=MADE_AT))
    words = set(KOREAN.split())
    ends = [line.split()[-1] for line in lines if set(line.split()) & words]
    assert len(ends) >= 4
    assert set(ends) <= words
    assert set(KOREAN.split()) <= set(" ".join(lines).split())


def test_a_word_longer_than_any_is_broken_rather_than_cut_off() -> None:
    word = "가" * 150
    made = papers.render("intake/papers/receipt.typ", paper(part("ko", sections=section(word))), made_at=MADE_AT)
    assert "".join(lines_of(made)).count("가") == 150
    assert max(line.count("가") for line in lines_of(made)) < 80


def test_chinese_marks_do_not_begin_a_line() -> None:
    text = "当事人应当如实陈述纠纷事实，遵守调解现场秩序，尊重人民调解员，尊重对方当事人行使权利。" * 6
    made = papers.render("intake/papers/receipt.typ", paper(part("zh-hans", sections=section(text))), made_at=MADE_AT)
    assert not [line for line in lines_of(made) if line[:1] in tuple("，。；：、！？）》”")]


def test_a_long_text_goes_on_to_the_next_page() -> None:
    text = "情况说明。" * 1200
    made = papers.render("intake/papers/receipt.typ", paper(part("zh-hans", sections=section(text))), made_at=MADE_AT)
    assert len(read(made).pages) >= 3
    assert "".join(lines_of(made)).count("况") == 1200
    assert f"第1页 共{len(read(made).pages)}页" in " ".join(lines_of(made))


def test_the_document_names_title_language_author_and_the_given_date() -> None:
    first = papers.render("intake/papers/receipt.typ", paper(part("ko")), made_at=MADE_AT)
    assert first == papers.render("intake/papers/receipt.typ", paper(part("ko")), made_at=MADE_AT)
    document = read(first)
    assert document.metadata is not None
    assert document.metadata.title == "受理告知书 1"
    assert document.metadata.author == "龙井市综治中心"
    assert document.metadata.creation_date == MADE_AT
    assert str(document.trailer["/Root"]["/Lang"]).startswith("ko")  # type: ignore[index]
    later = papers.render("intake/papers/receipt.typ", paper(part("ko")), made_at=MADE_AT + dt.timedelta(days=1))
    assert later != first


def test_every_typeface_is_in_the_file() -> None:
    made = papers.render(
        "intake/papers/receipt.typ", paper(part("zh-hans", opening="갑乙"), part("ko")), made_at=MADE_AT
    )
    fonts = [font.get_object() for page in read(made).pages for font in page["/Resources"]["/Font"].values()]  # type: ignore[index]
    inner = [font["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object() for font in fonts]
    assert inner
    assert all({"/FontFile2", "/FontFile3"} & set(descriptor) for descriptor in inner)


@pytest.mark.parametrize("path", ["../secret.txt", "/../secret.txt", "/etc/hostname", "../../etc/hostname"])
def test_a_template_reads_nothing_outside_its_folder(template: Any, path: str, caplog: Any) -> None:
    with caplog.at_level(logging.ERROR), pytest.raises(papers.PaperFailed):
        papers.render(template(f'#read("{path}")'), {}, made_at=MADE_AT)
    assert "paper room/paper.typ" in caplog.text


@pytest.mark.parametrize("text", ["#nonsense()", '#panic("no")', '#import "missing.typ": x'])
def test_a_broken_template_is_one_error_in_the_readers_language(template: Any, text: str, caplog: Any) -> None:
    from django.utils import translation

    with pytest.raises(papers.PaperFailed) as caught:
        papers.render(template(text), {"name": "金顺姬"}, made_at=MADE_AT)
    with translation.override("ko"):
        assert str(caught.value) == "문서를 만들지 못하였습니다. 관리자에게 알려주십시오."
    assert caught.value.code == "paper_failed"
    assert "金顺姬" not in caplog.text


def test_a_missing_template_is_the_same_error() -> None:
    with pytest.raises(papers.PaperFailed):
        papers.render("intake/papers/nothing.typ", {}, made_at=MADE_AT)


@pytest.mark.parametrize(
    "rare",
    ["𠀀", "𰀀", "\ue000", "\ufffe", "\ufeff", "\u202e反", "a\x01b\x7f", "สวัสดี", "مرحبا", "😀", "ㅎㅏㄴ", "\U000e0041"],
)
@pytest.mark.parametrize("language", ["zh-hans", "ko"])
def test_a_character_that_no_typeface_has_keeps_no_paper_from_being_made(language: str, rare: str) -> None:
    words = f"金{rare}姬"
    data = paper(part(language, rows=[["编号", words]], sections=section(words), opening=words))
    made = papers.render("intake/papers/acceptance.typ", {**data, "title": words}, made_at=MADE_AT)
    assert text_of(made).count("姬") >= 3


def test_threads_set_their_own_papers_at_once() -> None:
    made: dict[int, str] = {}

    def work(number: int) -> None:
        data = paper(part("zh-hans", opening=f"第{number}号"))
        made[number] = text_of(papers.render("intake/papers/acceptance.typ", data, made_at=MADE_AT))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(100, 108)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(f"第{number}号" in words for number, words in made.items())
    assert len(made) == 8


def test_typefaces_are_at_hand_and_a_start_without_any_warns(settings: Any, tmp_path: Path, monkeypatch: Any) -> None:
    assert checks.papers_have_their_typefaces(None) == []
    settings.FONT_DIR = tmp_path
    monkeypatch.setattr(papers, "TYPEFACES", {"zh-hans": ("No Such Family",), "ko": ("Nor This",)})
    found = checks.papers_have_their_typefaces(None)
    assert [warning.id for warning in found] == ["governance.W001"]
    assert "zh-hans, ko" in found[0].msg


def test_setting_up_copies_typefaces_only_where_they_changed(tmp_path: Path, monkeypatch: Any) -> None:
    from tools import setup

    monkeypatch.setattr(setup, "ROOT", tmp_path)
    monkeypatch.setattr(setup, "FONTS", tmp_path / "var" / "fonts")
    for name in setup.TYPEFACES:
        source = tmp_path / "node_modules" / name
        source.parent.mkdir(parents=True)
        source.write_bytes(b"first")
    setup.copy_typefaces()
    copies = sorted((tmp_path / "var" / "fonts").iterdir())
    assert len(copies) == 4
    copies[0].write_bytes(b"other")
    os.utime(copies[0], (1, 1))
    kept = copies[1].stat().st_ino
    setup.copy_typefaces()
    assert copies[0].read_bytes() == b"first"
    assert copies[1].stat().st_ino == kept


def test_typefaces_are_not_among_the_served_files() -> None:
    from django.contrib.staticfiles import finders

    assert (Path(django_settings.FONT_DIR) / "NotoSerifSC_400Regular.ttf").exists()
    assert finders.find("fonts/NotoSerifSC_400Regular.ttf") is None
    assert finders.find("vendor/NotoSerifSC_400Regular.ttf") is None
