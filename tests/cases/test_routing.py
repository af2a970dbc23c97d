"""Who leads, who assists and how they can be met, as a table."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import translation

from cases.models import Category
from cases.routing import REASONS, decide, describe
from tests.world import LIYUAN, LONGJING, VILLAGE, World

TUESDAY, FRIDAY, SUNDAY = dt.date(2026, 11, 24), dt.date(2026, 11, 27), dt.date(2026, 11, 29)

TABLE = [
    # category, place, day, lead and its division, assistants, codes of the reasons
    ("social_insurance", VILLAGE, TUESDAY, ("tax", LONGJING), ["human_resources"],
     ["category_lead", "here_today", "category_assists", "here_today"]),
    ("social_insurance", VILLAGE, SUNDAY, ("tax", LONGJING), ["human_resources"],
     ["category_lead", "next_day", "category_assists", "next_day"]),
    ("marriage_family", LIYUAN, TUESDAY, ("justice", LONGJING), ["civil_affairs"],
     ["category_lead", "here_today", "category_assists", "here_today"]),
    ("marriage_family", LIYUAN, FRIDAY, ("justice", LONGJING), ["civil_affairs"],
     ["category_lead", "here_today", "category_assists", "next_day"]),
    ("psychological", VILLAGE, TUESDAY, ("psychological_service", LONGJING), [], ["category_lead", "on_call"]),
    ("public_service", VILLAGE, TUESDAY, ("township", LIYUAN), [], ["by_division", "not_stationed"]),
    ("public_service", LONGJING, TUESDAY, None, [], ["place_above_township"]),
    ("other", VILLAGE, TUESDAY, None, [], ["dispatcher_decides"]),
]  # fmt: skip


@pytest.mark.parametrize(("code", "place", "day", "lead", "assistants", "reasons"), TABLE)
def test_the_table(
    world: World,
    code: str,
    place: str,
    day: dt.date,
    lead: tuple[str, str] | None,
    assistants: list[str],
    reasons: list[str],
) -> None:
    category = Category.objects.select_related("lead").get(pk=code)
    decision = decide(category=category, centre_code=LONGJING, place_code=place, day=day)
    found = (decision.lead.department.pk, decision.lead.division_id) if decision.lead else None
    assert found == lead
    assert [target.department.pk for target in decision.assistants] == assistants
    assert [reason["code"] for reason in decision.reasons] == reasons


def test_a_rotating_department_is_offered_on_its_next_day(world: World) -> None:
    category = Category.objects.select_related("lead").get(pk="marriage_family")
    decision = decide(category=category, centre_code=LONGJING, place_code=VILLAGE, day=FRIDAY)
    assert decision.reasons[-1]["date"] == "2026-12-01", "the next Tuesday"


def test_a_local_holiday_sends_nobody_to_a_closed_window(world: World) -> None:
    category = Category.objects.select_related("lead").get(pk="neighbour")
    decision = decide(
        category=category, centre_code=LONGJING, place_code=VILLAGE, day=TUESDAY, local_holidays={TUESDAY}
    )
    assert decision.reasons[-1] == {"code": "next_day", "department": "justice", "date": "2026-11-25"}


def test_deciding_takes_three_queries(world: World, django_assert_num_queries) -> None:
    category = Category.objects.select_related("lead").get(pk="social_insurance")
    with django_assert_num_queries(3):  # rules, assistants, stations
        decide(category=category, centre_code=LONGJING, place_code=VILLAGE, day=TUESDAY)


@pytest.mark.parametrize(("language", "words"), [("zh-hans", "税务局"), ("ko", "세무국")])
def test_the_reasons_are_told_in_the_reader_s_language(world: World, language: str, words: str) -> None:
    category = Category.objects.select_related("lead").get(pk="social_insurance")
    decision = decide(category=category, centre_code=LONGJING, place_code=VILLAGE, day=TUESDAY)
    with translation.override(language):
        sentences = describe(decision.reasons)
    assert len(sentences) == len(decision.reasons)
    assert words in sentences[0]
    assert not any("%(" in sentence for sentence in sentences)


def test_every_reason_has_a_sentence_in_both_languages() -> None:
    for language in ("zh-hans", "ko"):
        with translation.override(language):
            texts = {code: str(sentence) for code, sentence in REASONS.items()}
        assert all(not text.isascii() for text in texts.values()), language
