"""The hours of a week: how they are written, read, shown and held against each other."""

from __future__ import annotations

import pytest
from django.utils import translation

from mediation.week import BadSpan, BadWeek, SpansMeet, common, lines, parse, tidy, written

MORNING, AFTERNOON = (540, 720), (780, 1020)


@pytest.mark.parametrize(
    "text",
    [
        "1-5 09:00-12:00,13:00-17:00; 6 13:00-17:00",
        "1-5 9:00–12:00、13:00~17:00；6 13:00至17:00",
        "周一至周五 09：00－12：00，13:00-17:00；周六 13:00-17:00",
        "월–금 09:00-12:00, 13:00-17:00\n토요일 13:00-17:00",
        "1,2,3-5 13:00-17:00; 星期一至星期五 09:00-12:00; 6 13:00-15:00,15:00-17:00; ",
    ],
)
def test_a_week_is_read_in_each_way_of_writing_and_written_in_one(text: str) -> None:
    week = parse(text)
    assert week == {**{day: [MORNING, AFTERNOON] for day in range(1, 6)}, 6: [AFTERNOON]}
    assert written(week) == "1-5 09:00-12:00,13:00-17:00; 6 13:00-17:00"
    assert parse(written(week)) == week


def test_nothing_is_an_empty_week_and_every_day_has_its_own_word() -> None:
    assert parse(" ; ") == {}
    assert written({}) == ""
    assert written(parse("每天 08:00-24:00")) == "1-7 08:00-24:00"
    assert written(parse("1 08:00-09:00; 3 08:00-09:00")) == "1 08:00-09:00; 3 08:00-09:00"


@pytest.mark.parametrize(
    ("text", "error", "named"),
    [
        ("08:00-09:00", BadWeek, "08:00-09:00"),
        ("8 08:00-09:00", BadWeek, "8 08:00-09:00"),
        ("5-1 08:00-09:00", BadWeek, "5-1"),
        ("1-3-5 08:00-09:00", BadWeek, "1-3-5"),
        ("1 08:00", BadWeek, "08:00"),
        ("1 08:60-09:00", BadWeek, "08:60-09:00"),
        ("1 morning", BadWeek, "morning"),
        ("1 09:00-09:00", BadSpan, "1 09:00–09:00"),
        ("1 17:00-09:00", BadSpan, "1 17:00–09:00"),
        ("1 08:00-24:30", BadSpan, "1 08:00–24:30"),
        ("1-2 08:00-10:00,09:00-11:00", SpansMeet, "1 08:00–10:00, 09:00–11:00"),
        ("1-2 08:00-10:00; 2 08:00-10:00", SpansMeet, "2 08:00–10:00, 08:00–10:00"),
    ],
)
def test_what_cannot_be_read_is_named(text: str, error: type[BadWeek], named: str) -> None:
    with pytest.raises(BadWeek) as refused:
        parse(text)
    assert type(refused.value) is error
    assert named in str(refused.value)


def test_days_without_hours_are_left_out_and_spans_that_touch_are_one() -> None:
    assert tidy({1: [(600, 660), (540, 600)], 2: []}) == {1: [(540, 660)]}


@pytest.mark.parametrize(("language", "days"), [("zh-hans", "星期一–星期三"), ("ko", "월요일–수요일")])
def test_a_week_is_told_in_words(language: str, days: str) -> None:
    with translation.override(language):
        found = lines({1: [MORNING], 2: [MORNING], 3: [MORNING], 5: [MORNING, AFTERNOON]})
    assert found[0] == (days, "09:00–12:00")
    assert found[1][1] == "09:00–12:00, 13:00–17:00"


def test_common_hours_are_those_of_all() -> None:
    assert common([[MORNING, AFTERNOON], [(600, 840)]]) == ((600, 720), (780, 840))
    assert common([[MORNING], [AFTERNOON]]) == ()
    assert common([[(540, 720)], [(720, 800)]]) == ()
