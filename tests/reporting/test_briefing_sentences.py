"""Whatever the figures are, a briefing says no more of them than they bear."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from reporting.briefing import sentences, words
from reporting.briefing.frozen import figure_of
from reporting.briefing.gathering import Numbers, numbers
from reporting.briefing.sentences import RATE, Verdict, percent
from reporting.measures import SMALL

CODES = ("resolution_rate", "mediation_success", "satisfaction", "answer_rate", "on_time_rate", "repeat_rate")


@st.composite
def rates(draw: st.DrawFn, code: str = "on_time_rate") -> Numbers:
    below = draw(st.integers(0, 400))
    above = draw(st.integers(0, below))
    return numbers(figure_of(code, 100 * above / below if below else None, above, below))


@pytest.mark.parametrize("language", ["zh-hans", "ko"])
@pytest.mark.parametrize("code", CODES)
@given(now=rates(), then=rates(), is_told=st.booleans())
def test_a_change_is_said_only_of_enough_cases_whose_intervals_are_apart(
    language: str, code: str, now: Numbers, then: Numbers, is_told: bool
) -> None:
    compared = {"figures": {code: then}, "told": {code: then} if is_told else None}
    with translation.override(language):
        said = sentences.about_change(code, now, compared, "W")
        changes = [str(RATE[one]) % {"when": "W", "then": percent(then[0])} for one in (Verdict.MORE, Verdict.FEWER)]
        first = sentences.about_rate("N", now)
    if said in changes:
        assert min(now[2], then[2]) >= SMALL
        assert now[3] > then[4] or now[4] < then[3]
        assert (said == changes[0]) is (now[0] > then[0])
        assert percent(then[0]) in said
        assert percent(now[0]) in first
    elif now[2] >= SMALL and then[2] >= SMALL and is_told:
        assert now[3] <= then[4]
        assert now[4] >= then[3]


@given(now=rates())
def test_a_rate_stands_with_what_it_is_made_of(now: Numbers) -> None:
    said = sentences.about_rate("N", now)
    if now[2]:
        assert f"{now[1]:,}" in said
        assert f"{now[2]:,}" in said
    assert (percent(now[3]) in said and percent(now[4]) in said) or now[2] < SMALL


WHOLE = 80.0
NARROW = [90.0, 85.0, 95.0, 100.0]


@pytest.mark.parametrize(("accepted", "adjusted", "z", "verdict"), [
    (200, NARROW, 1.96, Verdict.MORE),
    (200, NARROW, 4.0, Verdict.ALIKE),  # 90 less 5 x 4.0 / 1.96 is 79.8
    (200, [70.0, 65.0, 75.0, 100.0], 1.96, Verdict.FEWER),
    (200, [98.0, 94.0, 100.0, 100.0], 4.0, Verdict.MORE),  # the interval ends at 100: 4 on its other side, 8.2 by 4.0
    (200, [86.0, 79.0, 93.0, 100.0], 1.96, Verdict.ALIKE),
    (30, NARROW, 1.96, Verdict.MORE),
    (29, NARROW, 1.96, Verdict.SMALL),
    (29, [86.0, 60.0, 100.0, 100.0], 1.96, Verdict.SMALL),
    (0, None, 1.96, Verdict.SMALL),
    (200, None, 1.96, Verdict.NOTHING),
])  # fmt: skip
def test_a_place_stands_apart_only_with_enough_cases_and_beyond_chance(
    accepted: int, adjusted: Numbers | None, z: float, verdict: Verdict
) -> None:
    assert sentences.place_verdict(accepted, adjusted, WHOLE, z) == verdict


SAID = {
    "zh-hans": [
        "高于整体化解率（80.0 %）、差异超出随机波动范围的地区：甲县。",
        "与整体无法区分的地区（整体化解率80.0 %）：乙县。",
        "不足30件、案件过少不作判断的地区：丙县、丁县。",
    ],
    "ko": [
        "전체 해소률(80.0 %)보다 높으며 차이가 우연한 변동범위를 벗어나는 지역: 甲县.",
        "전체와 구별할수 없는 지역(전체 해소률 80.0 %): 乙县.",
        "30건 미만으로 사건이 적어 판단하지 않는 지역: 丙县, 丁县.",
    ],
}  # fmt: skip


@pytest.mark.parametrize("language", ["zh-hans", "ko"])
def test_places_with_few_cases_are_told_apart_from_those_that_are_alike(language: str) -> None:
    """Of four counties two have thirty cases or more, so each of these is judged at 97.5 %: 80.5 is, at 95 %,
    the lower end of one, but not above 80 then."""
    places = [
        _place("甲县", 400, [90.0, 87.0, 93.0, 100.0]), _place("乙县", 30, [84.0, 80.5, 87.5, 100.0]),
        _place("丙县", 29, [100.0, 95.0, 100.0, 100.0]), _place("丁县", 0, None),
    ]  # fmt: skip
    figures = {"resolution_rate": [WHOLE, 344, 430, 76.0, 83.5]}
    with translation.override(language):
        section = words._places({"places": places, "figures": figures})
    assert section is not None
    assert section["sentences"][1:] == SAID[language]


def _place(name: str, accepted: int, adjusted: Numbers | None) -> dict[str, Any]:
    rate = numbers(figure_of("resolution_rate", 80.0 if accepted else None, accepted * 4 // 5, accepted))
    names = {"zh-hans": name, "ko": name}
    return {"name": names, "accepted": accepted, "resolved": accepted * 4 // 5, "rate": rate, "adjusted": adjusted}
