"""The yearly record of GB/T 31000 against a file written by hand, and each of its 27 fields at its place.

``golden/gb31000.csv`` was not made by the program. A public exporter was found to put its columns into wrong places
unnoticed; so the first case has another value in every field, and each is looked for under its number.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from accounts.models import Look, User
from cases.models import Case, CaseParty, Category, CodeEntry, Deadline, Person, Referral
from cases.states import Outcome, State
from governance_center.calendar import LOCAL_ZONE
from mediation.models import Agreement, Assignment, FollowUp
from reporting.exporting.gb31000 import FIELDS, METHODS, size_of
from tests.reporting.exporting import content, finished, sheet
from tests.world import LONGJING, World, make_case

GOLDEN = Path(__file__).parent / "golden" / "gb31000.csv"
NUMBER = "222405196001011230"
YEAR = {"first": ["2025-01-01"], "last": ["2025-12-31"], "place": [LONGJING]}

FIRST = {
    1: "龙井某厂欠缴社保费", 2: "20250303", 3: "梨园社区和平路12号", 4: "02", 5: "0702", 6: "12",
    7: "单位三年未缴社保费", 8: "龙井某厂", 9: "111", 10: "222405**********30", 11: "金明哲", 12: "9", 13: "10",
    14: "70", 15: "05", 16: "梨园社区1号楼", 17: "20250402", 18: "03", 19: "梨园街道人民调解委员会",
    20: "调解员mediator", 21: "0433-3220001", 22: "1", 23: "一个月内补缴", 24: "20250420", 25: "满意",
    26: "129.4271", 27: "42.7663",
}  # fmt: skip
"""The first case by the numbers of the fields, written by hand once more."""


def at(year: int, month: int, day: int, hour: int = 9) -> dt.datetime:
    return dt.datetime(year, month, day, hour, 30, tzinfo=LOCAL_ZONE)


def registered(world: World, moment: dt.datetime, due: dt.date, category: str, **fields: Any) -> Case:
    """A case of a given moment, its handling limit ending with a given day, without parties."""
    made = make_case(world, category)
    made.parties.all().delete()
    end = dt.datetime.combine(due + dt.timedelta(days=1), dt.time(), LOCAL_ZONE)
    Deadline.objects.filter(case=made, rule__code="handle_dispute").update(due_at=end, warn_at=moment)
    values = {"registered_at": moment, "accepted_at": moment, "due_at": None, **fields}
    Case.objects.filter(pk=made.pk).update(**values)
    made.refresh_from_db()
    return made


def join(case: Case, part: str, person: Person | None = None, organisation: str = "") -> None:
    CaseParty.objects.create(case=case, part=part, person=person, organisation=organisation)


@pytest.fixture
def year(world: World) -> World:
    """Three disputes of 2025, one of 2024, one restricted, and a service."""
    for code, category in (("0702", "social_insurance"), ("0299", "neighbour"), ("99", "other")):
        entry = CodeEntry.objects.create(table="gb31000", code=code, name=code)
        Category.objects.filter(pk=category).update(gb31000=entry)
    _mediated(world)
    _guided_to_court(world)
    third = registered(
        world, at(2025, 12, 31, 23), dt.date(2026, 1, 30), "other", title="供热管道施工受阻",
        narrative="居民阻拦施工", people_involved=50, due_at=dt.datetime(2026, 1, 31, tzinfo=LOCAL_ZONE),
    )  # fmt: skip
    join(third, "applicant", organisation="龙井供热公司")
    join(third, "respondent", Person.objects.create(name="李某"))
    registered(world, at(2024, 12, 31), dt.date(2025, 1, 30), "neighbour", title="去年的纠纷")
    hidden = registered(world, at(2025, 5, 5), dt.date(2025, 6, 4), "neighbour", title="限制公开", is_restricted=True)
    Case.objects.filter(pk=hidden.pk).update(registered_by=None)
    make_case(world, "public_service")
    return world


def _mediated(world: World) -> None:
    case = registered(
        world, at(2025, 3, 3), dt.date(2025, 4, 2), "social_insurance", title=FIRST[1], narrative=FIRST[7],
        place_detail="和平路12号", people_involved=12, amount=Decimal("36000"), state=State.FOLLOWING_UP,
        outcome=Outcome.WRITTEN_AGREEMENT, resolved_at=at(2025, 3, 20), resolved_level="county",
        longitude=Decimal("129.4271"), latitude=Decimal("42.7663"),
    )  # fmt: skip
    group = CodeEntry.objects.create(table="ethnic_group", code="10", name="朝鲜族")
    person = Person(name="金明哲", name_hangul="김명철", gender="9", ethnic_group=group, address="1号楼")
    person.division, person.counties = world.village, [LONGJING]
    person.education, person.person_kind = "70", "retired"
    person.set_identity_number(NUMBER)
    person.save()
    join(case, "applicant", person)
    join(case, "applicant", Person.objects.create(name="第二申请人"))
    join(case, "respondent", organisation="龙井某厂")
    mediator = world.mediator.mediator
    mediator.phone = "0433-3220001"
    mediator.save()
    for who, moment in ((world.other_mediator.mediator, at(2025, 3, 4)), (mediator, at(2025, 3, 5))):
        ended = {} if who == mediator else {"ended_at": at(2025, 3, 5), "ended_as": "replaced"}
        Assignment.objects.create(case=case, mediator=who, assigned_at=moment, **ended)
    for terms in ("作废的约定", "一个月内补缴"):
        Agreement.objects.create(
            case=case, mediator=mediator, form="written", terms=terms, reached_on=dt.date(2025, 3, 20),
            recorded_at=at(2025, 3, 20),
        )  # fmt: skip
    for day, satisfaction in ((27, "not_content"), (48, "content")):
        FollowUp.objects.create(
            case=case, day=day, due_on=dt.date(2025, 4, 20), state="done", outcome="performed",
            satisfaction=satisfaction, done_at=at(2025, 4, 20) if day == 48 else at(2025, 3, 27),
        )  # fmt: skip


def _guided_to_court(world: World) -> None:
    case = registered(
        world, at(2025, 6, 11), dt.date(2025, 7, 11), "neighbour", title="楼上漏水", narrative="卫生间漏水至楼下",
        state=State.UNRESOLVED, outcome=Outcome.TO_COURT,
    )  # fmt: skip
    User.objects.filter(pk=world.justice.pk).update(phone="0433-3220002")
    Referral.objects.filter(case=case, role="lead").update(
        status="signed", signed_by=world.justice, signed_at=at(2025, 6, 12)
    )
    join(case, "applicant", Person.objects.create(name_hangul="박순희", gender="2"))
    join(case, "respondent", Person.objects.create(name="楼上住户"))


def test_the_file_is_the_one_written_by_hand(year: World) -> None:
    made = content(finished(year.dispatcher, "gb31000", filters=YEAR)).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(made)))
    expected = list(csv.reader(io.StringIO(GOLDEN.read_text("utf-8"))))
    hidden = [row for row in rows if row[0] == "限制公开"]
    assert len(hidden) == 1, "a dispatcher sees restricted matters"
    assert [row for row in rows if row not in hidden] == expected


def test_each_column_of_each_row_stands_at_its_place(year: World) -> None:
    heads, first, *rest = sheet(content(finished(year.dispatcher, "gb31000", filters=YEAR, file_format="xlsx")))
    assert [each.number for each in FIELDS] == list(range(1, 28))
    assert list(heads) == [each.name for each in FIELDS]
    for number, value in FIRST.items():
        assert (first[number - 1] or "") == value, (number, heads[number - 1])
    assert all(FIRST.values()), "each of the 27 fields of the first case says something"
    assert len(set(FIRST.values())) == len(FIRST) == len(FIELDS), (
        "no two fields of the first case are alike, so that none can stand for another"
    )
    golden = list(csv.reader(io.StringIO(GOLDEN.read_text("utf-8"))))
    for row, expected in zip([row for row in rest if row[0] != "限制公开"], golden[2:], strict=True):
        for number, value in enumerate(expected, start=1):
            assert (row[number - 1] or "") == value, (expected[0], number)


def test_the_number_stands_in_full_only_by_right_and_each_look_is_logged(year: World) -> None:
    opened = sheet(
        content(finished(year.dispatcher, "gb31000", filters=YEAR, opens=True, reason="年度上报", file_format="xlsx"))
    )
    assert opened[1][9] == NUMBER
    person = Person.objects.get(name="金明哲")
    assert Look.objects.filter(subject=f"person:{person.pk}", user=year.dispatcher).count() == 1


def test_an_official_gets_neither_names_nor_addresses_nor_restricted_matters(year: World) -> None:
    rows = sheet(content(finished(year.official, "gb31000", filters=YEAR, file_format="xlsx")))[1:]
    assert [row[0] for row in rows] == [FIRST[1], "楼上漏水", "供热管道施工受阻"]
    assert (rows[0][9], rows[0][10], rows[0][15]) == (FIRST[10], "金**", "梨园社区")
    assert (rows[0][13] or "", rows[0][14] or "") == ("", ""), "who gets no names is not told what a person is"


@pytest.mark.parametrize(("people", "size"), [(1, "01"), (4, "01"), (5, "02"), (49, "02"), (50, "03"), (900_000, "03")])
def test_the_size_goes_by_the_people_involved(people: int, size: str) -> None:
    assert size_of(people) == size


@pytest.mark.parametrize(
    ("outcome", "category", "mediated", "method"),
    [
        ("written_agreement", "neighbour", True, "人民调解"),
        ("oral_agreement", "neighbour", True, "人民调解"),
        ("settled", "neighbour", False, "行政调解"),
        ("settled", "neighbour", True, "人民调解"),
        ("to_arbitration", "social_insurance", False, "劳动人事争议仲裁"),
        ("to_arbitration", "neighbour", False, "民商事仲裁"),
        ("to_ruling", "neighbour", False, "行政裁决"),
        ("to_review", "neighbour", False, "行政复议"),
        ("to_court", "neighbour", True, "诉讼"),
        ("to_petition", "neighbour", False, "其他"),
        ("withdrawn", "neighbour", False, "其他"),
    ],
)
def test_the_way_of_resolving_has_its_code(
    world: World, outcome: str, category: str, mediated: bool, method: str
) -> None:
    case = make_case(world, category)
    Case.objects.filter(pk=case.pk).update(outcome=outcome)
    if mediated:
        Assignment.objects.create(case=case, mediator=world.mediator.mediator, assigned_at=at(2025, 3, 5))
    row = sheet(content(finished(world.dispatcher, "gb31000", file_format="xlsx")))[1]
    assert METHODS[row[17]] == method
