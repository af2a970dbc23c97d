"""The briefings and published months of the ledger: what they keep and say in both languages, and what came later."""

# ruff: noqa: E501

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pytest
from django.test import Client
from docx import Document

from accounts.models import Role, User
from cases.models import Case
from cases.services import correct_case, merge_case
from departments.models import Division
from reporting.briefing import frozen, issuing
from reporting.models import Briefing, BriefingPaper, PublishedFigures
from tests.cases.test_correcting import right
from tests.reporting.hand.building import put_in
from tests.reporting.hand.expected import PERIODS, SCOPES, expected
from tests.reporting.hand.ledger import LAOTOUGOU, LIYUAN, LONGJING, NOW, PREFECTURE, YANJI
from tests.reporting.hand.test_tables import words
from tests.reporting.test_briefing import text_of
from tests.world import World, make_user

SignIn = Callable[..., Client]
MONTHS = ("January", "February", "March", "April")
LEVELS = [place for place in SCOPES if place != "village"]
MARCH = PERIODS["March"]

SAID = {
    # Accepted 37 to 44 and 46; in February 19 to 28. Resolved 37 38 39 41 42 43 46. Mediated 23 42. Closed 38 39, of
    # whom 38 answered. Relapsed 44. Performed 22. Days until half of the nine were resolved: 41 1, 37 4, 38 39 10, 42
    # 20 (4/9 are left), 43 46 30 (2/9 are left); of the seven the fourth has 10.
    (LONGJING, "zh-hans"): (
        "受理数：9件；上期：10件。两者无法区分。", "受理数：9件；上年同期：无。", "化解率：77.8 %（7/9）。",
        "调解成功率：100.0 %（2/2）。", "满意程度：100.0 %（1/1）。", "参评率：50.0 %（1/2）。",
        "登记后不予受理率：0.0 %（0/9）。", "一小时内化解：0.0 %（0/7）。", "反弹率：12.5 %（1/8）。",
        "履行率：100.0 %（1/1）。", "四分之一在10 天内，一半在20 天内，四分之三在30 天内。",
        "仅就已化解案件计算的中位数：10 天。", "来访 8、法院或部门移送 1。", "回访完成率：100.0 %（1/1）。",
    ),
    (LONGJING, "ko"): (
        "수리수: 9건. 지난 기간: 10건. 둘은 구별할수 없다.", "수리수: 9건. 지난해 같은 기간: 없음.", "해소률: 77.8 % (7/9).",
        "조정성공률: 100.0 % (2/2).", "만족정도: 100.0 % (1/1).", "평가참가률: 50.0 % (1/2).",
        "수리거절률: 0.0 % (0/9).", "한시간안에 해소: 0.0 % (0/7).", "재발률: 12.5 % (1/8).", "리행률: 100.0 % (1/1).",
        "4분의 1은 10일 이내, 절반은 20일 이내, 4분의 3은 30일 이내.", "해소된 사건만의 중앙값: 10일.",
        "래방 8, 법원·부문 이송 1.", "추적방문 완성률: 100.0 % (1/1).",
    ),
    # Accepted 47 to 52, in February 29 to 34. Resolved 48 49 50 51, of which 51 within the hour. Closed 49 52, of whom
    # 49 answered, not content; its visit fell due in May. Registered 47 to 53, refused 53. 51 1 day, 48 49 50 10 (1/6
    # x 2 are left).
    (YANJI, "zh-hans"): (
        "受理数：6件；上期：6件。两者无法区分。", "化解率：66.7 %（4/6）。", "调解成功率：无可统计的事项。",
        "满意程度：0.0 %（0/1）。", "参评率：50.0 %（1/2）。", "登记后不予受理率：14.3 %（1/7）。",
        "一小时内化解：25.0 %（1/4）。", "反弹率：0.0 %（0/4）。", "履行率：无可统计的事项。", "回访完成率：无可统计的事项。",
        "四分之一在10 天内，一半在10 天内；四分之三尚未达到。", "仅就已化解案件计算的中位数：10 天。", "来访 6。",
    ),
    (YANJI, "ko"): (
        "수리수: 6건. 지난 기간: 6건. 둘은 구별할수 없다.", "해소률: 66.7 % (4/6).", "조정성공률: 통계할 사항이 없다.",
        "만족정도: 0.0 % (0/1).", "평가참가률: 50.0 % (1/2).", "수리거절률: 14.3 % (1/7).",
        "한시간안에 해소: 25.0 % (1/4).", "재발률: 0.0 % (0/4).", "리행률: 통계할 사항이 없다.", "래방 6.",
        "추적방문 완성률: 통계할 사항이 없다.",
    ),
    # Both together: 51 within the hour of 11; 44 relapsed of 12; answered 38 49 of 38 39 49 52; days 41 51 1, 37 4, 38
    # 39 48 49 50 10 (7/15 are left), 42 20, 43 46 30.
    (PREFECTURE, "zh-hans"): (
        "受理数：15件；上期：16件。两者无法区分。", "化解率：73.3 %（11/15）。", "调解成功率：100.0 %（2/2）。",
        "满意程度：50.0 %（1/2）。", "参评率：50.0 %（2/4）。", "登记后不予受理率：6.2 %（1/16）。",
        "一小时内化解：9.1 %（1/11）。", "反弹率：8.3 %（1/12）。", "履行率：100.0 %（1/1）。",
        "四分之一在10 天内，一半在10 天内，四分之三在30 天内。", "来访 14、法院或部门移送 1。",
    ),
    (PREFECTURE, "ko"): (
        "수리수: 15건. 지난 기간: 16건. 둘은 구별할수 없다.", "해소률: 73.3 % (11/15).", "조정성공률: 100.0 % (2/2).",
        "만족정도: 50.0 % (1/2).", "평가참가률: 50.0 % (2/4).", "수리거절률: 6.2 % (1/16).",
        "한시간안에 해소: 9.1 % (1/11).", "재발률: 8.3 % (1/12).", "리행률: 100.0 % (1/1).",
        "4분의 1은 10일 이내, 절반은 10일 이내, 4분의 3은 30일 이내.", "래방 14, 법원·부문 이송 1.",
    ),
}  # fmt: skip
"""What the briefings of March say, by division and language."""


@pytest.fixture
def cases(world: World) -> dict[str, Case]:
    return put_in(world)


def official(scope: str) -> User:
    return make_user(f"official.{scope}", Role.OFFICIAL, scope)


def drafted(scope: str, period: str = "March") -> Briefing:
    return issuing.draft(
        scope=Division.objects.get(pk=scope), kind="monthly", period=PERIODS[period], by=None, at=NOW
    )  # fmt: skip


def published(scope: str, by: User) -> Briefing:
    row = drafted(scope)
    return issuing.publish(briefing=row, by=by, read=row.sha256, at=NOW)


@pytest.mark.parametrize("place", LEVELS)
def test_each_month_is_kept_as_it_was_counted_by_hand(cases: dict[str, Case], place: str) -> None:
    """In the briefing and in the published figures; a rate is kept with its value as well."""
    scope = Division.objects.get(pk=SCOPES[place])
    for month in MONTHS:
        assert frozen.freeze(scope=scope, month=PERIODS[month], by=None, at=NOW)
        told = drafted(scope.pk, month).figures["figures"]
        rows = PublishedFigures.objects.filter(scope=scope, first=PERIODS[month].first)
        kept = {row.measure: (row.value, row.numerator, row.denominator) for row in rows}
        for code, (above, below) in expected()[place, month].items():
            value = above if below is None else 100 * above / below if below else None
            assert kept[code] == (value if value is None else pytest.approx(value), above, below), (place, month, code)
            assert tuple(told[code][:3]) == kept[code], (place, month, code)
        assert set(told) == set(kept)


def test_what_a_briefing_keeps_beside_the_figures(cases: dict[str, Case]) -> None:
    """March of Longjing: 37 to 44 and 46; before it, 19 to 28."""
    data = drafted(LONGJING).figures
    counts = {
        name: [(row["key"], row["accepted"], row["before"], row["rate"][1]) for row in data[name]["rows"]]
        for name in ("categories", "channels")
    }
    assert counts == {
        # 37 38 39 41 44 (44 withdrawn), 40 43 46 (40 open), 42; before: 19 20 22 24 27 28, 21 23 26, 25.
        "categories": [("neighbour", 5, 6, 4), ("social_insurance", 3, 3, 2), ("marriage_family", 1, 1, 1)],
        # 46 was transferred; before, 28 came by the hotline.
        "channels": [("walk_in", 8, 9, 6), ("transfer", 1, 0, 1)],
    }
    assert data["channels"]["rest"] == [0, 1]
    # Liyuan with the mix of Longjing: (5 x 4/5 + 3 x 1/2 + 1 x 1/1) / 9 = 6.5 / 9.
    assert [(row["key"], row["accepted"], row["resolved"]) for row in data["places"]] == [
        (LIYUAN, 8, 6), (LAOTOUGOU, 0, 0), (LONGJING, 1, 1),
    ]  # fmt: skip
    assert data["places"][0]["adjusted"][0] == pytest.approx(72.2222, abs=1e-4)
    # Of nine: 41 after a day, 37 after 4, 38 39 after 10, 42 after 20, 43 46 after 30; 44 was withdrawn after 43.
    curve = [(1, 8 / 9), (4, 7 / 9), (10, 5 / 9), (20, 4 / 9), (30, 2 / 9)]
    assert data["time"]["quartiles"] == [10, 20, 30]
    assert [tuple(point) for point in data["time"]["curve"]] == [(day, pytest.approx(left)) for day, left in curve]
    (tax,) = data["departments"]  # 43, signed after ten hours
    assert (tax["key"], tax["referred"], tax["bounce"][:3], tax["signing"]) == ("tax", 1, [0, 0, 1], 10)
    assert data["visits"][1:3] == [1, 1]  # that of 38; those of 07 and 39 were never planned
    assert [(one["label"], one["accepted"], one["resolved"]) for one in data["trend"][-4:]] == [
        ("2023-12", 0, 0), ("2024-01", 11, 8), ("2024-02", 10, 7), ("2024-03", 9, 7),
    ]  # fmt: skip
    assert data["before"]["figures"]["resolution_rate"][1:3] == [7, 10]
    assert data["year"]["figures"]["accepted"][0] == 0


@pytest.mark.parametrize("scope", [PREFECTURE, LONGJING, YANJI])
def test_the_papers_say_these_numbers(cases: dict[str, Case], scope: str) -> None:
    """The kept PDF of each language, the one in both, and the Word file, sentence by sentence."""
    row = published(scope, official(scope))
    papers = {paper.language: text_of(bytes(paper.content)) for paper in BriefingPaper.objects.filter(briefing=row)}
    for language in ("zh-hans", "ko"):
        document = Document(io.BytesIO(issuing.render_word(row, language)))
        lines = "\n".join(paragraph.text for paragraph in document.paragraphs)
        for sentence in SAID[scope, language]:
            assert "".join(sentence.split()) in papers[language], (language, sentence)
            assert "".join(sentence.split()) in papers["both"], (language, sentence)
            assert sentence in lines, (language, sentence)


@pytest.mark.parametrize("scope", [PREFECTURE, LONGJING, YANJI])
def test_the_tables_of_the_papers_say_these_numbers(cases: dict[str, Case], scope: str) -> None:
    """The line of each rate in the Word file: now and the month before, each with what it is made of."""
    place = {code: name for name, code in SCOPES.items()}[scope]
    now, before = expected()[place, "March"], expected()[place, "February"]
    document = Document(io.BytesIO(issuing.render_word(drafted(scope), "zh-hans")))
    rows = [[cell.text for cell in line.cells] for table in document.tables for line in table.rows]
    lines = {row[0]: row for row in rows if len(row) == 6}
    for name, code in RATES.items():
        assert [lines[name][1], lines[name][2]] == [shown(*now[code]), shown(*before[code])], code
    for name, code in COUNTS.items():
        assert [lines[name][1], lines[name][2]] == [f"{now[code][0]}", f"{before[code][0]}"], code
    assert lines["受理数"][5] == "无可比较", "nothing was kept a year before"


RATES = {
    "化解率": "resolution_rate", "化解率（剔除后）": "adjusted_rate", "调解成功率": "mediation_success",
    "按期办结率": "on_time_rate", "县级以下化解率": "contained_rate", "满意程度": "satisfaction", "参评率": "answer_rate",
    "登记后不予受理率": "refusal_rate", "一小时内化解": "quick_rate", "一次办结率": "one_trip_rate", "重复率": "repeat_rate",
    "反弹率": "relapse_rate", "履行率": "performance_rate",
}  # fmt: skip
COUNTS = {
    "受理数": "accepted", "当期化解": "resolved_in_period", "进行中": "open", "超期": "overdue", "咨询": "consultations",
    "并案": "merged", "撤回": "withdrawn", "引导至其他途径": "guided", "重新办理数": "reopened",
}  # fmt: skip


def shown(above: int, below: int | None) -> str:
    return f"{100 * above / below:.1f} %* ({above}/{below})" if below else "—"


def test_a_published_briefing_keeps_its_figures_and_shows_what_changed_since(
    world: World, cases: dict[str, Case], sign_in: SignIn
) -> None:
    """40 turns out to be a neighbours' matter, and 41 the same matter as 38: both are of the published March."""
    by = official(LONGJING)
    row = published(LONGJING, by)
    frozen.freeze(scope=row.scope, month=MARCH, by=by, at=NOW)
    papers = {paper.pk: bytes(paper.content) for paper in row.papers.all()}
    _correct_and_merge(world, cases)
    pages = (f"/dashboard/briefings/{row.pk}/", "/dashboard/published/?month=2024-03")
    for page in (sign_in(by).get(path).content.decode() for path in pages):
        found = changes_in(page)
        # Without 41: accepted 8, resolved 37 38 39 42 43 46; its visit counts for 38 now. Days 4 10 10 20 30 30.
        told = {
            "accepted": ["9", "8", "-1"], "resolved": ["7", "6", "-1"], "merged": ["1", "2", "+1"],
            "resolved_in_period": ["8", "7", "-1"], "resolution_rate": ["77.8 %* (7/9)", "75.0 %* (6/8)", "-2.8"],
            "adjusted_rate": ["77.8 %* (7/9)", "75.0 %* (6/8)", "-2.8"],
            "contained_rate": ["14.3 %* (1/7)", "16.7 %* (1/6)", "+2.4"],
            "one_trip_rate": ["100.0 %* (7/7)", "83.3 %* (5/6)", "-16.7"],
            "quick_rate": ["0.0 %* (0/7)", "0.0 %* (0/6)", "0"], "repeat_rate": ["0.0 %* (0/9)", "0.0 %* (0/8)", "0"],
            "relapse_rate": ["12.5 %* (1/8)", "14.3 %* (1/7)", "+1.8"], "median_days": ["10 天", "15 天", "+5"],
        }  # fmt: skip
        assert {code: cells for code, cells in found.items() if cells[0] != cells[1]} == told
        moved = dict(re.findall(r'data-moved="([\w.]+)">[^<]*<strong>(\d+)</strong>', page))
        assert {kind: number for kind, number in moved.items() if number != "0"} == {
            "case.corrected": "1", "case.merged": "1",
        }  # fmt: skip
    reading = sign_in(by).get(pages[0]).content.decode()
    for sentence in SAID[LONGJING, "zh-hans"]:
        assert sentence in words(reading), sentence
    again = Briefing.objects.get(pk=row.pk)
    assert again.figures == row.figures
    assert {paper.pk: bytes(paper.content) for paper in again.papers.all()} == papers
    assert issuing.render(again, "zh-hans") in papers.values()


def changes_in(page: str) -> dict[str, list[str]]:
    """The figures as published, as they are now and by how much they differ, by code."""
    rows = re.findall(r'<tr data-figure="(\w+)"[^>]*>(.*?)</tr>', page, re.S)
    return {
        code: [words(cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", row, re.S)][1:] for code, row in rows
    }  # fmt: skip


def _correct_and_merge(world: World, cases: dict[str, Case]) -> None:
    case = Case.objects.get(pk=cases["40"].pk)
    correct_case(case=case, by=world.dispatcher, correction=right(case, category="neighbour"), note="选错类别")
    twin, kept = (Case.objects.get(pk=cases[number].pk) for number in ("41", "38"))
    merge_case(case=twin, into=kept, by=world.dispatcher, note="同一事项")


def test_a_case_moved_away_is_told_where_it_was_and_where_it_is(
    world: World, cases: dict[str, Case], sign_in: SignIn
) -> None:
    """39 lay in Laotougou, not in Liyuan: the months of both have changed, that of Longjing has not."""
    for code in (LIYUAN, LAOTOUGOU, LONGJING):
        frozen.freeze(scope=Division.objects.get(pk=code), month=MARCH, by=None, at=NOW)
    case = Case.objects.get(pk=cases["39"].pk)
    correct_case(case=case, by=world.dispatcher, correction=right(case, division=LAOTOUGOU), note="地点有误")
    client = sign_in(official(LONGJING))
    for code, told in ((LIYUAN, ["8", "7", "-1"]), (LAOTOUGOU, ["0", "1", "+1"]), (LONGJING, ["9", "9", "0"])):
        page = client.get(f"/dashboard/published/?month=2024-03&division={code}").content.decode()
        assert changes_in(page)["accepted"] == told, code
        assert re.findall(r'data-moved="case.corrected">[^<]*<strong>(\d+)<', page) == ["1"], code
