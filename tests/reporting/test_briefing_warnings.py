"""A briefing tells of the early warnings and repeated incidents of its period, and keeps what it told."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import pytest
from django.utils import timezone
from docx import Document

from accounts.models import Role
from departments.models import Division
from governance_center.calendar import LOCAL_ZONE
from reporting.briefing import issuing, spans, standing_out, warnings, words
from reporting.models import Alert, Briefing, Repeat
from tests.reporting.test_briefing import text_of
from tests.world import LIYUAN, LONGJING, World, make_user

MONTH = spans.latest("monthly", timezone.localdate())
DAY = dt.timedelta(days=1)


def make_alert(division: str, **values: Any) -> Alert:
    known = {
        "category_id": "neighbour", "opened_on": MONTH.first + DAY, "held_on": MONTH.first + 9 * DAY, "window": 7,
        "observed": 12, "expected": 3.14, "tail": 0.00123,
    }  # fmt: skip
    return Alert.objects.create(division_id=division, **{**known, **values})


def told(code: str = LONGJING) -> list[warnings.Told]:
    return warnings.told(code, MONTH)


def test_an_early_warning_is_told_with_its_numbers(world: World) -> None:
    make_alert(LIYUAN, note="上门\n走访", acknowledged_at=timezone.now(), acknowledged_by=world.dispatcher)
    (one,) = told()
    for language in ("zh-hans", "ko"):
        for word in ("12", "3.1", "0.0012", str(MONTH.first + DAY), str(MONTH.first + 9 * DAY), "上门\n走访"):
            assert word in one[language]
    assert told(LIYUAN) == [one]
    assert told("222401") == []


@pytest.mark.parametrize(("opened", "held", "is_told"), [
    (MONTH.first - 9 * DAY, MONTH.first, True),
    (MONTH.first - 9 * DAY, MONTH.first - DAY, False),
    (MONTH.last, MONTH.last + 9 * DAY, True),
    (MONTH.last + DAY, MONTH.last + 9 * DAY, False),
])  # fmt: skip
def test_only_what_held_in_the_period_is_told(world: World, opened: dt.date, held: dt.date, is_told: bool) -> None:
    make_alert(LONGJING, opened_on=opened, held_on=held)
    assert bool(told()) is is_told


def test_a_street_and_its_county_are_one_outbreak(world: World) -> None:
    make_alert(LIYUAN, observed=8, expected=0.5)
    make_alert(LONGJING, observed=15, expected=6.0)
    (one,) = told()
    name = Division.objects.get(pk=LIYUAN).name_zh_hans
    assert f"{name} 8/0.50" in one["zh-hans"]
    assert "15" in one["zh-hans"]
    assert len(told(LIYUAN)) == 1


def test_another_category_or_another_time_is_another_outbreak(world: World) -> None:
    make_alert(LONGJING, held_on=MONTH.first + 3 * DAY)
    make_alert(LIYUAN, opened_on=MONTH.first + 4 * DAY)
    assert len(told()) == 2


def test_many_are_counted_beyond_the_least_likely(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standing_out, "MOST", 1)
    make_alert(LONGJING, tail=1e-9, closed_on=MONTH.last, held_on=MONTH.first + 2 * DAY)
    make_alert(LONGJING, tail=0.002, opened_on=MONTH.first + 9 * DAY)
    first, rest = told()
    assert "< 0.0001" in first["zh-hans"]
    assert "1" in rest["ko"]


def test_repeated_incidents_are_counted_and_nobody_is_named(world: World) -> None:
    days = {"opened_on": MONTH.first, "held_on": MONTH.last, "division_id": LIYUAN}
    Repeat.objects.create(kind="address", key="address:a", address="光明街1号", **days)
    Repeat.objects.create(kind="person", key="person:b", acknowledged_at=timezone.now(), **days)
    (one,) = told()
    assert "光明街" not in one["zh-hans"]
    with_numbers = [letter for letter in one["zh-hans"] if letter.isdigit()]
    assert sorted(with_numbers) == ["0", "1", "1", "1"]


def test_a_briefing_keeps_what_it_told(world: World) -> None:
    official = make_user("county", Role.OFFICIAL, LONGJING)
    alert = make_alert(LONGJING)
    scope = Division.objects.get(pk=LONGJING)
    row = issuing.draft(scope=scope, kind="monthly", period=MONTH, by=official)
    Alert.objects.filter(pk=alert.pk).update(observed=99)
    kept = Briefing.objects.get(pk=row.pk)
    for language in ("zh-hans", "ko"):
        sections = {one["code"]: one for one in words.part_of(kept, language)["sections"]}
        assert sections["warnings"]["sentences"] == [kept.figures["warnings"][0][language]]
        assert "99" not in sections["warnings"]["sentences"][0]


NASTY = "\n".join(
    f"{number:02} # 标题 $x$ <b>&amp; *굵게* _a_ `c` @ref [b](c) {{{{ 1 }}}} {{% if %}} \\u{{41}} #let 로동 — 女"
    for number in range(30)
)


def test_a_note_stands_in_every_paper_as_it_was_written_with_who_and_when(world: World) -> None:
    """Two thousand characters of what means something to Typst, to Word, to a form or to a browser."""
    assert len(NASTY) > 2000
    moment = dt.datetime(2026, 3, 4, 23, 30, tzinfo=LOCAL_ZONE)
    make_alert(LONGJING, note=NASTY, acknowledged_at=moment, acknowledged_by=world.dispatcher)
    scope = Division.objects.get(pk=LONGJING)
    row = issuing.draft(scope=scope, kind="monthly", period=MONTH, by=None)
    row.words_zh_hans = row.words_ko = NASTY
    for language, who, heading in (
        ("zh-hans", "处理措施（dispatcher，2026-03-04）：", "说明"),
        ("ko", "처리조치(dispatcher, 2026-03-04): ", "설명"),
    ):  # fmt: skip
        lines = [who + NASTY.split("\n")[0], *NASTY.split("\n")[1:]]
        paragraphs = [one.text for one in Document(io.BytesIO(issuing.render_word(row, language))).paragraphs]
        at = paragraphs.index(lines[0])
        assert paragraphs[at : at + 30] == lines
        assert paragraphs.index(heading) == paragraphs.index(NASTY.split("\n")[0]) - 1
        paper = text_of(issuing.render(row, language))
        for line in (*lines, *NASTY.split("\n")):
            assert "".join(line.split()) in paper
        both = text_of(issuing.render(row, "both"))
        assert "".join(who.split()) in both


def test_characters_that_a_word_file_cannot_hold_keep_no_briefing_from_being_made(world: World) -> None:
    make_alert(LONGJING, note="走访\x0b\x01\ufffe 완료\t끝", acknowledged_at=timezone.now(), acknowledged_by=world.tax)
    scope = Division.objects.get(pk=LONGJING)
    row = issuing.draft(scope=scope, kind="monthly", period=MONTH, by=None)
    text = "\n".join(one.text for one in Document(io.BytesIO(issuing.render_word(row, "zh-hans"))).paragraphs)
    assert "走访" in text
    assert "완료\t끝" in text
    assert "완료" in text_of(issuing.render(row, "zh-hans"))
