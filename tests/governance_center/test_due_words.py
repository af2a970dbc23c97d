"""Limits in words: days, and hours on the last day where a limit does not end with the day."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone, translation

from cases.clocks import Clock
from governance_center.calendar import LOCAL_ZONE, day_end
from governance_center.templatetags.ui import due_moment, due_words


def clock(due: dt.datetime) -> Clock:
    return Clock("x", due - dt.timedelta(days=9), due, None)


@pytest.mark.parametrize(("language", "words"), [("en", "left"), ("zh-hans", "还剩"), ("ko", "남음")])
def test_hours_are_told_on_the_last_day(language: str, words: str) -> None:
    due = timezone.now() + dt.timedelta(minutes=2)
    if timezone.localdate(due) != timezone.localdate():
        due -= dt.timedelta(minutes=4)
        words = {"en": "overdue by", "zh-hans": "已逾期", "ko": "초과"}[language]
    with translation.override(language):
        text = due_words(clock(due))
    assert words in text
    assert "0:01" in text or "0:02" in text


def test_a_limit_that_ends_with_the_day_names_the_day_alone() -> None:
    today = timezone.localdate()
    due = day_end(today)
    with translation.override("en"):
        assert due_words(clock(due)) == "ends today"
        assert due_words(clock(day_end(today - dt.timedelta(days=2)))) == "2 days overdue"
    assert due_moment(clock(due)) == f"{today:%m-%d}"


def test_the_hour_stands_where_it_counts() -> None:
    due = dt.datetime(2026, 3, 4, 15, 30, tzinfo=LOCAL_ZONE)
    assert due_moment(clock(due)) == "03-04 15:30"
