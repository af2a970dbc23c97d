"""Halves of a day in routing sentences, and which categories nobody leads."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.utils import translation

from cases.models import Category
from cases.routing import Target, describe, presence_reason
from cases.rule_checks import categories_without_lead
from departments.models import Department
from departments.presence import Presence
from tests.cases.test_routing_rules import make_rule
from tests.world import World

DAY, LATER = dt.date(2026, 11, 24), dt.date(2026, 11, 26)

HALVES = [
    ("am", DAY, "here_am", "上午", "오전"),
    ("pm", DAY, "here_pm", "下午", "오후"),
    ("", DAY, "here_today", "今日", "오늘"),
    ("am", LATER, "next_day_half", "11月26日上午", "11월 26일 오전"),
    ("pm", LATER, "next_day_half", "11月26日下午", "11월 26일 오후"),
    ("", LATER, "next_day", "11月26日", "11월 26일"),
]


@pytest.mark.parametrize(("half", "day", "code", "chinese", "korean"), HALVES)
def test_the_half_of_the_day_is_told(
    world: World, half: str, day: dt.date, code: str, chinese: str, korean: str
) -> None:
    found = Presence("rotating", day == DAY, day, 7, "A", None, "", half)
    reason = presence_reason(Target(Department.objects.get(pk="civil_affairs"), "222405", found), DAY)
    assert reason["code"] == code
    for language, words in (("zh-hans", chinese), ("ko", korean)):
        with translation.override(language):
            assert words in describe([reason])[0]


RULES: list[tuple[dict[str, Any], bool]] = [
    ({"categories": ["other"], "lead": "justice"}, False),
    ({"categories": ["other"], "leads": "by_division"}, False),
    ({"categories": ["other"], "leads": "statutory", "statutory_route": "court"}, False),
    ({"lead": "justice"}, False),
    ({"categories": ["other"], "leads": "dispatcher"}, True),
    ({"categories": ["neighbour"], "lead": "justice"}, True),
    ({"categories": ["other"], "lead": "justice", "keywords": ["工资"]}, True),
    ({"categories": ["other"], "lead": "justice", "amount_from": 10}, True),
    ({"categories": ["other"], "lead": "justice", "risk_at_least": 20}, True),
    ({"categories": ["other"], "lead": "justice", "channels": ["police"]}, True),
    ({"categories": ["other"], "lead": "justice", "is_active": False}, True),
]


@pytest.mark.parametrize(("fields", "is_without"), RULES)
def test_a_rule_for_the_whole_category_gives_it_a_lead(world: World, fields: dict[str, Any], is_without: bool) -> None:
    make_rule(**fields)
    assert (Category.objects.get(pk="other") in categories_without_lead()) is is_without
