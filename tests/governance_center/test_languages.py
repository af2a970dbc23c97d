"""Both languages are whole, and the Korean is that of Yanbian."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from django.conf import settings

from tools import messages

ROOT = Path(settings.BASE_DIR)
GLOSSARY = list(csv.DictReader((ROOT / "locale" / "glossary.csv").open(encoding="utf-8")))
ORTHOGRAPHY = messages.orthography()
KOREAN_FILES = [
    "departments/reference/departments.csv", "departments/reference/local_holidays.csv",
    "cases/reference/categories.csv", "cases/reference/gb31000.csv", "cases/reference/mediation_statistics.csv",
    "cases/reference/petition_content.csv", "cases/reference/limits.csv",
]  # fmt: skip

# Terms of the glossary that must be rendered so wherever the Chinese message is exactly the term.
EXACT = {row["zh_hans"]: row["ko"] for row in GLOSSARY}
# Where the glossary gives the bare noun, our messages may inflect it or narrow it.
ALLOWED = {
    "登记": {"등록"}, "回访": {"추적방문", "추적방문함"}, "化解": {"해소"}, "受理": {"수리"}, "已办结": {"처리완료"},
    "办理中": {"처리중"}, "当事人": {"당사자", "기타 당사자"}, "案件": {"사건"}, "人员": {"인원"},
}  # fmt: skip


def korean_strings() -> list[tuple[str, str]]:
    """Every Korean text that the project shows: catalogue, reference data, demo stories, error page."""
    found = []
    for message in messages.read("ko"):
        if message.id:
            strings = message.string if isinstance(message.string, tuple) else (message.string,)
            found += [("catalogue", string) for string in strings]
    for name in KOREAN_FILES:
        for row in csv.DictReader((ROOT / name).open(encoding="utf-8")):
            found += [(name, value) for key, value in row.items() if key.endswith("_ko")]
    found += [("package_words.csv", korean) for korean in messages.package_words().values()]
    for name in ("reporting/simulation/texts.py", "intake/importing/columns.py", "templates/500.html"):
        found += [(name, line) for line in (ROOT / name).read_text().splitlines() if re.search("[가-힣]", line)]
    return found


def test_both_catalogues_are_complete_and_up_to_date() -> None:
    assert list(messages.problems()) == []


@pytest.mark.parametrize("row", ORTHOGRAPHY, ids=lambda row: row["wrong"])
def test_no_south_korean_spelling(row: dict[str, str]) -> None:
    pattern = messages.pattern_of(row)
    wrong = [(where, text) for where, text in korean_strings() if pattern.search(text)]
    assert wrong == [], f"write {row['right']}"


def django_strings() -> list[tuple[str, str]]:
    """Django's own Korean as our pages show it: the administration, forms, passwords."""
    from django.utils import translation
    from django.utils.translation import trans_real

    with translation.override("ko"):
        catalogue = trans_real.catalog()._catalog
        shown = [catalogue[key] for key in set(catalogue.keys())]
        return [("django", text) for text in shown if isinstance(text, str)]


@pytest.mark.parametrize("row", [row for row in ORTHOGRAPHY if row["match"] != "regex"], ids=lambda row: row["wrong"])
def test_djangos_own_korean_is_respelled(row: dict[str, str]) -> None:
    shown = [text for _where, text in django_strings() if "Project-Id-Version" not in text]
    assert len(shown) > 500, "Django's own messages are among them"
    assert [text for text in shown if messages.pattern_of(row).search(text)] == []


def packages_messages() -> dict[str, str]:
    """The English messages of the packages that have Korean, and that Korean as our pages show it."""
    from babel.messages.mofile import read_mo

    found = {}
    for path in (messages.RESPELLED / "ko" / "LC_MESSAGES").glob("*.mo"):
        with path.open("rb") as stream:
            for message in read_mo(stream):
                if message.id:
                    found[messages._first(message.id)] = messages._first(message.string)
    return found


def test_words_of_our_own_stand_in_place_of_the_packages() -> None:
    shown, words = packages_messages(), messages.package_words()
    assert len(words) > 100
    for english, korean in words.items():
        assert shown[english] == korean
        assert set(messages.PLACEHOLDER.findall(english)) == set(messages.PLACEHOLDER.findall(korean)), english


def test_the_spelling_list_finds_what_it_is_for() -> None:
    for row in ORTHOGRAPHY:
        if row["match"] != "regex":
            assert re.search(re.escape(row["wrong"]), f" {row['wrong']}")
            assert not re.search(rf"(?<![가-힣]){re.escape(row['wrong'])}", f" {row['right']}"), row


def test_messages_follow_the_glossary() -> None:
    chinese = {message.id: message.string for message in messages.read("zh_Hans") if message.id}
    korean = {message.id: message.string for message in messages.read("ko") if message.id}
    off = []
    for key, text in chinese.items():
        if isinstance(text, str) and text in EXACT:
            wanted = ALLOWED.get(text, set()) | {EXACT[text]}
            if korean[key] not in wanted:
                off.append((key, text, korean[key], EXACT[text]))
    assert off == []


def test_reference_data_follow_the_glossary() -> None:
    off = []
    for name in ("departments/reference/departments.csv", "cases/reference/categories.csv"):
        for row in csv.DictReader((ROOT / name).open(encoding="utf-8")):
            if row["name_zh"] in EXACT and EXACT[row["name_zh"]] != row["name_ko"]:
                off.append((row["name_zh"], row["name_ko"], EXACT[row["name_zh"]]))
    assert off == []


def test_the_established_place_names_are_those_of_the_glossary() -> None:
    rows = {row["name_zh"]: row["name_ko"] for row in csv.DictReader(
        (ROOT / "departments" / "reference" / "divisions.csv").open(encoding="utf-8"))}  # fmt: skip
    assert rows["延边朝鲜族自治州"] == EXACT["延边朝鲜族自治州"]
    assert (rows["龙井市"], rows["和龙市"], rows["梨园街道"]) == ("룡정시", "화룡시", "리원가두")
