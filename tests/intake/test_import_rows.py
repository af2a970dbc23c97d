"""One row: what each cell may say, what belongs together, and the reason for everything that does not."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone, translation

from departments.models import Division
from intake.importing.columns import COLUMNS
from intake.importing.faults import Fault
from intake.importing.lookups import Book
from intake.importing.rows import Matter, check
from tests.intake.registers import OPEN, row
from tests.world import LIYUAN, LONGJING, VILLAGE, World

COLUMN_AT = {code: index for index, code in enumerate(COLUMNS)}


@pytest.fixture
def book(world: World) -> Book:
    Division.objects.create(
        code="222405100", parent_id=LONGJING, level="township", name_zh_hans="老头沟镇", name_ko="로두구진"
    )
    for code, parent in (("222405100001", "222405100"), ("222405005009", LIYUAN)):
        Division.objects.create(code=code, parent_id=parent, level="village", name_zh_hans="光明村", name_ko="광명촌")
    return Book(world.centre)


def checked(book: Book, **changes: Any) -> Matter | list[Fault]:
    cells = row(**changes)
    return check(2, [cells.get(code, "") for code in COLUMNS], COLUMN_AT, book)


def good(book: Book, **changes: Any) -> Matter:
    found = checked(book, **changes)
    assert isinstance(found, Matter), [(fault.column, fault.reason) for fault in found]
    return found


def test_a_good_row_says_everything(book: Book) -> None:
    matter = good(book)
    assert (matter.source_id, matter.category.pk, matter.place) == ("LJ-1", "neighbour", VILLAGE)
    assert (matter.registered, matter.accepted, matter.ended) == (
        dt.date(2023, 8, 15), dt.date(2023, 8, 16), dt.date(2023, 9, 1),
    )  # fmt: skip
    assert (matter.petitioner.name, matter.petitioner.name_hangul) == ("金顺姬", "김순희")
    assert (matter.petitioner.identity_number, matter.petitioner.phone) == ("222405187305120046", "10012345678")
    assert (matter.petitioner.language, matter.channel, matter.state, matter.outcome) == (
        "ko", "walk_in", "resolved", "written_agreement",
    )  # fmt: skip
    assert matter.other is not None
    assert (matter.other.name, matter.other.phone, matter.organisation) == ("王某", "10087654321", "")
    assert "\n" in matter.narrative
    assert len(matter.digest) == 64


@pytest.mark.parametrize(
    ("changes", "field", "expected"),
    [
        ({"category": "neighbour"}, "category", "neighbour"),
        ({"category": "neighbour 류"}, "category", "neighbour"),
        ({"category": "ＮＥＩＧＨＢＯＵＲ　类"}, "category", "neighbour"),
        ({"place": VILLAGE}, "place", VILLAGE),
        ({"place": "梨园社区"}, "place", VILLAGE),
        ({"place": "리원사회구역"}, "place", VILLAGE),
        ({"place": "梨园街道梨园社区"}, "place", VILLAGE),
        ({"place": "龙井市梨园街道梨园社区"}, "place", VILLAGE),
        ({"place": "延边朝鲜族自治州龙井市/梨园街道/梨园社区"}, "place", VILLAGE),
        ({"place": "룡정시 리원가두 리원사회구역"}, "place", VILLAGE),
        ({"place": "龙井市 梨园社区"}, "place", VILLAGE),
        ({"place": "梨园街道"}, "place", LIYUAN),
        ({"place": "龙井市"}, "place", LONGJING),
        ({"place": "老头沟镇 光明村"}, "place", "222405100001"),
        ({"place": "리원가두 광명촌"}, "place", "222405005009"),
        ({"state": "已办结"}, "state", "resolved"),
        ({"state": "해소됨"}, "state", "resolved"),
        ({"state": "closed"}, "state", "resolved"),
        ({"state": "resolved"}, "state", "resolved"),
        ({"state": "调解失败", "outcome": "诉讼"}, "state", "unresolved"),
        ({"state": "撤回", "outcome": ""}, "outcome", "withdrawn"),
        ({"state": "不予受理", "outcome": "重复登记", "accepted_on": ""}, "refusal", "duplicate"),
        ({"state": "수리하지 않음", "outcome": "중복", "accepted_on": "", "ended_on": ""}, "refusal", "duplicate"),
        ({**OPEN, "state": "처리중"}, "state", "in_handling"),
        ({**OPEN, "state": "登记", "accepted_on": ""}, "state", "registered"),
        ({"outcome": "구두협의"}, "outcome", "oral_agreement"),
        ({"category": "public_service", "outcome": ""}, "outcome", "service_done"),
        ({"channel": ""}, "channel", "walk_in"),
        ({"channel": "12345"}, "channel", "hotline"),
        ({"lead": "司法局"}, "lead", "justice"),
        ({"lead": "세무국"}, "lead", "tax"),
        ({"summary": " 楼上\n漏水 "}, "title", "楼上 漏水"),
        ({"summary": "'=1+1"}, "title", "=1+1"),
        ({"source_id": 815.0}, "source_id", "815"),
        ({"category": "petition", "petition_class": "检举控告", "outcome": "部门处理"}, "petition_class", "accusation"),
    ],
)  # fmt: skip
def test_words_codes_and_names_of_either_language(
    book: Book, changes: dict[str, Any], field: str, expected: str
) -> None:
    found = getattr(good(book, **changes), field)
    assert getattr(found, "pk", found) == expected


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({"name": "김순희", "name_hangul": ""}, ("", "김순희")),
        ({"name": "", "name_hangul": "김순희"}, ("", "김순희")),
        ({"name": "金顺姬", "name_hangul": ""}, ("金顺姬", "")),
        ({"name": "Ivan Petrow", "name_hangul": ""}, ("Ivan Petrow", "")),
    ],
)
def test_a_name_in_one_script_is_enough(book: Book, changes: dict[str, str], names: tuple[str, str]) -> None:
    found = good(book, **changes).petitioner
    assert (found.name, found.name_hangul) == names


@pytest.mark.parametrize(
    ("name", "side", "is_organisation"),
    [
        ("王某", "", False), ("왕모", "", False), ("龙井市某公司", "", True), ("룡정시 모 회사", "", True),
        ("某物业", "", False), ("某物业", "单位", True), ("欧阳大店", "个人", False), ("李国局", "", False),
        ("梨园街道卫生院", "单位", True), ("张三", "organisation", True),
    ],
)  # fmt: skip
def test_the_other_party_is_a_person_or_an_organisation(
    book: Book, name: str, side: str, is_organisation: bool
) -> None:
    matter = good(book, other_party=name, other_side=side, other_phone="")
    assert (matter.organisation == name) is is_organisation
    assert (matter.other is None) is is_organisation


def test_the_phone_of_an_organisation_is_kept_in_the_note(book: Book) -> None:
    with translation.override("zh-hans"):
        assert good(book, other_party="龙井市某公司").note == "第三册\n对方电话: 10087654321"


TOMORROW = timezone.localdate() + dt.timedelta(days=1)


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"source_id": ""}, "source_id"),
        ({"source_id": "x" * 81}, "source_id"),
        ({"registered_on": ""}, "registered_on"),
        ({"registered_on": "2023-02-30"}, "registered_on"),
        ({"registered_on": "unknown"}, "registered_on"),
        ({"registered_on": "1023-08-15"}, "registered_on"),
        ({"registered_on": str(TOMORROW), "accepted_on": "", **OPEN}, "registered_on"),
        ({"category": "nonsense"}, "category"),
        ({"category": ""}, "category"),
        ({"kind": "信访"}, "kind"),
        ({"kind": "nonsense"}, "kind"),
        ({"category": "petition"}, "petition_class"),
        ({"category": "petition", "petition_class": "x"}, "petition_class"),
        ({"place": "光明村"}, "place"),
        ({"place": "延吉市"}, "place"),
        ({"place": "222401001"}, "place"),
        ({"place": "../../etc/passwd"}, "place"),
        ({"place": ""}, "place"),
        ({"name": "", "name_hangul": ""}, "name"),
        ({"name": "金" * 61}, "name"),
        ({"identity_number": "222405187305120041"}, "identity_number"),
        ({"identity_number": 222405187305120046.0}, "identity_number"),
        ({"phone": "call me"}, "phone"),
        ({"phone": "1.38E+10"}, "phone"),
        ({"language": "English"}, "language"),
        ({"other_party": ""}, "other_party"),
        ({"other_party": "王" * 61}, "other_party"),
        ({"other_party": "x" * 121}, "other_party"),
        ({"other_phone": "?"}, "other_phone"),
        ({"summary": ""}, "summary"),
        ({"summary": "长" * 121}, "summary"),
        ({"summary": "a\x00b"}, "summary"),
        ({"narrative": "x" * 10_001}, "narrative"),
        ({"narrative": "\x1b[31m"}, "narrative"),
        ({"note": "\ufffe"}, "note"),
        ({"channel": "pigeon"}, "channel"),
        ({"state": ""}, "state"),
        ({"state": "=cmd|' /C calc'!A0"}, "state"),
        ({"outcome": ""}, "outcome"),
        ({"outcome": "诉讼"}, "outcome"),
        ({"outcome": "whatever"}, "outcome"),
        ({"state": "未化解", "outcome": ""}, "outcome"),
        ({"state": "未化解", "outcome": "书面协议"}, "outcome"),
        ({"state": "办理中", "ended_on": ""}, "outcome"),
        ({"state": "已撤回"}, "outcome"),
        ({"state": "不予受理", "accepted_on": "", "outcome": "书面协议"}, "outcome"),
        ({"state": "不予受理", "accepted_on": "", "outcome": ""}, "outcome"),
        ({"state": "不予受理", "outcome": "重复"}, "accepted_on"),
        ({"state": "已登记", "outcome": "", "ended_on": ""}, "accepted_on"),
        ({"state": "办理中", "outcome": ""}, "ended_on"),
        ({"ended_on": ""}, "ended_on"),
        ({"accepted_on": "2023-08-14"}, "accepted_on"),
        ({"ended_on": "2023-08-14", "accepted_on": ""}, "ended_on"),
        ({"ended_on": "2023-08-15"}, "ended_on"),
        ({"registered_on": "2023-08-15 10:00", "accepted_on": "2023-08-15 09:00"}, "accepted_on"),
        ({"lead": "no such office"}, "lead"),
    ],
)  # fmt: skip
def test_every_fault_names_its_cell_and_says_why_in_both_languages(
    book: Book, changes: dict[str, Any], column: str
) -> None:
    found = checked(book, **changes)
    assert isinstance(found, list)
    assert {fault.column for fault in found} == {column}
    reasons = set()
    for language in ("zh-hans", "ko"):
        with translation.override(language):
            reasons |= {fault.reason for fault in found}
            again = [Fault.from_json(fault.as_json()) for fault in found]
            assert [fault.reason for fault in again] == [fault.reason for fault in found]
    assert len(reasons) == 2 * len(found)
    assert not any("%(" in reason for reason in reasons)


def test_a_row_tells_all_its_faults_at_once(book: Book) -> None:
    found = checked(book, registered_on="x", phone="y", state="z", summary="")
    assert isinstance(found, list)
    assert {fault.column for fault in found} == {"registered_on", "phone", "state", "summary"}


def test_a_short_row_lacks_its_last_cells(book: Book) -> None:
    found = check(2, ["LJ-1"], COLUMN_AT, book)
    assert isinstance(found, list)
    assert {fault.column for fault in found} >= {"registered_on", "category", "place", "name", "summary", "state"}


def test_checking_rows_asks_the_database_nothing(book: Book, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        good(book)
        checked(book, place="光明村", lead="?")


@pytest.mark.parametrize(
    ("written", "yuan"),
    [
        ("", None), ("12000", "12000"), (12000.5, "12000.5"), ("12,000.50", "12000.50"), ("￥12000元", "12000"),
        ("1.2万元", "12000"), ("3만원", "30000"), ("１２００", "1200"), ("0", "0"),
    ],
)  # fmt: skip
def test_an_amount_is_read_as_registers_write_it(book: Book, written: Any, yuan: str | None) -> None:
    assert good(book, amount=written).amount == (Decimal(yuan) if yuan is not None else None)


@pytest.mark.parametrize(
    ("column", "written"),
    [
        ("amount", "-5"), ("amount", "很多"), ("amount", "1.005"), ("amount", "1000000000000"), ("amount", "5%"),
        ("people_involved", "0"), ("people_involved", "100001"), ("people_involved", "几人"),
        ("people_involved", "2.5"),
    ],
)  # fmt: skip
def test_what_is_no_amount_and_no_number_of_people_is_named(book: Book, column: str, written: str) -> None:
    found = checked(book, **{column: written})
    assert isinstance(found, list)
    assert [fault.column for fault in found] == [column]


@pytest.mark.parametrize(("written", "people"), [("", None), ("3", 3), (12, 12), ("5人", 5), ("1,200", 1200)])
def test_the_number_of_people_is_read(book: Book, written: Any, people: int | None) -> None:
    assert good(book, people_involved=written).people_involved == people
