"""The charts of a briefing in its Word file: pictures of the kept figures, with words that say the same figures."""

from __future__ import annotations

import io
import itertools
import zipfile

import numpy as np
import pytest
from django.utils import timezone
from docx import Document
from docx.oxml.ns import qn
from PIL import Image

from cases.models import Case
from departments.models import Division
from reporting.briefing import issuing
from reporting.briefing.word import FORM
from reporting.models import Briefing
from tests.reporting.hand.building import put_in
from tests.reporting.hand.expected import PERIODS
from tests.reporting.hand.ledger import LONGJING, NOW
from tests.reporting.test_briefing import text_of
from tests.world import World, make_case
from tools.word_forms import make_briefing

BLUE, BROWN = (0x1F, 0x4F, 0x8B), (0xC2, 0x76, 0x2B)
Picture = tuple[str, bytes]
"""The words that stand for it, and the file."""

# March of Longjing: 37 to 44 and 46; in February 19 to 28. See test_briefings for where each number comes from.
SAID = {
    "zh-hans": (
        ("2024-01：受理数 11、化解数 8；2024-02：受理数 10、化解数 7；2024-03：受理数 9、化解数 7",),
        ("来访：本期 8、上期 9；法院或部门移送：本期 1、上期 0",),
        ("neighbour 类：本期 5、上期 6", "social_insurance 类：本期 3、上期 3", "marriage_family 类：本期 1、上期 1"),
        ("整体：77.8 %", "化解率 —、结构调整后化解率 —",
         "梨园街道：化解率 75.0 % [40.9–92.9]、结构调整后化解率 72.2 % ["),
        ("1天后：88.9 %；4天后：77.8 %；10天后：55.6 %；20天后：44.4 %；30天后：22.2 %",),
    ),
    "ko": (
        ("2024-01: 수리수 11, 해소수 8; 2024-02: 수리수 10, 해소수 7; 2024-03: 수리수 9, 해소수 7",),
        ("래방: 이번 기간 8, 지난 기간 9; 법원·부문 이송: 이번 기간 1, 지난 기간 0",),
        ("neighbour 류: 이번 기간 5, 지난 기간 6",),
        ("전체: 77.8 %", "리원가두: 해소률 75.0 % [40.9–92.9], 구성조정 해소률 72.2 % ["),
        ("1일후: 88.9 %; 4일후: 77.8 %; 10일후: 55.6 %; 20일후: 44.4 %; 30일후: 22.2 %",),
    ),
}  # fmt: skip


@pytest.fixture
def cases(world: World) -> dict[str, Case]:
    return put_in(world)


def drafted() -> Briefing:
    scope = Division.objects.get(pk=LONGJING)
    return issuing.draft(scope=scope, kind="monthly", period=PERIODS["March"], by=None, at=NOW)


def pictures(word: bytes) -> list[Picture]:
    """Those that the text shows, in its order."""
    document = Document(io.BytesIO(word))
    found = []
    for shown in document.element.body.iter(qn("wp:inline")):
        (about,), (blip,) = shown.iter(qn("wp:docPr")), shown.iter(qn("a:blip"))
        found.append((about.get("descr"), document.part.related_parts[blip.get(qn("r:embed"))].blob))
    return found


def longest(picture: bytes, colour: tuple[int, int, int]) -> int:
    """The longest run of a colour in a row of pixels."""
    image = np.asarray(Image.open(io.BytesIO(picture)).convert("RGB"))
    rows = (image == colour).all(axis=2)
    return max(len(list(run)) for row in rows for is_it, run in itertools.groupby(row) if is_it)


@pytest.mark.parametrize("language", ["zh-hans", "ko"])
def test_each_chart_stands_in_the_word_file_with_its_figures_in_words(cases: dict[str, Case], language: str) -> None:
    row = drafted()
    found = pictures(issuing.render_word(row, language))
    assert len(found) == 5
    for (words, picture), expected in zip(found, SAID[language], strict=True):
        for piece in expected:
            assert piece in words
        assert Image.open(io.BytesIO(picture)).format == "PNG"
    # Bars are as long as what they stand for: 8 and 9 by the first way, 5 and 6 of the first category.
    for place, (now, before) in ((1, (8, 9)), (2, (5, 6))):
        lengths = [longest(found[place][1], colour) for colour in (BLUE, BROWN)]
        assert lengths[0] / lengths[1] == pytest.approx(now / before, abs=0.005)


def test_the_file_in_two_languages_has_the_pictures_of_both(cases: dict[str, Case]) -> None:
    row = drafted()
    alone = [one for language in ("zh-hans", "ko") for one in pictures(issuing.render_word(row, language))]
    both = issuing.render_word(row, "both")
    assert pictures(both) == alone
    numbers = [one.get("id") for one in Document(io.BytesIO(both)).element.body.iter(qn("wp:docPr"))]
    assert numbers == [str(number) for number in range(1, 11)]


def test_pictures_stay_as_the_figures_were_kept(world: World, cases: dict[str, Case]) -> None:
    row = drafted()
    kept = pictures(issuing.render_word(row, "zh-hans"))
    case = make_case(world, "neighbour")
    case.registered_at = case.accepted_at = Case.objects.get(pk=cases["38"].pk).accepted_at
    case.save()
    assert pictures(issuing.render_word(Briefing.objects.get(pk=row.pk), "zh-hans")) == kept
    Briefing.objects.all().delete()
    anew = pictures(issuing.render_word(drafted(), "zh-hans"))
    assert "2024-03：受理数 10、化解数 7" in anew[0][0]
    assert anew[0][1] != kept[0][1]


@pytest.mark.parametrize("language", ["zh-hans", "ko", "both"])
def test_made_twice_both_files_are_the_same_bytes(cases: dict[str, Case], language: str) -> None:
    row = drafted()
    word = issuing.render_word(row, language)
    assert issuing.render_word(Briefing.objects.get(pk=row.pk), language) == word
    assert issuing.render(Briefing.objects.get(pk=row.pk), language) == issuing.render(row, language)
    made = timezone.localtime(row.gathered_at)
    with zipfile.ZipFile(io.BytesIO(word)) as packed:
        assert {info.date_time for info in packed.infolist()} == {(*made.timetuple()[:5], made.second // 2 * 2)}


def test_the_shipped_form_is_that_which_the_tool_makes() -> None:
    assert FORM.read_bytes() == make_briefing()


def test_a_briefing_of_a_division_without_cases_has_no_chart_of_nothing(world: World) -> None:
    found = pictures(issuing.render_word(drafted(), "ko"))
    assert "2024-03: 수리수 0, 해소수 0" in found[0][0]
    assert "종합치리중심사업간보" in text_of(issuing.render(drafted(), "ko"))
