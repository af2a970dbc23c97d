"""Whatever the figures are, a briefing says no more of them than they bear."""

from __future__ import annotations

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from reporting.briefing import sentences
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
