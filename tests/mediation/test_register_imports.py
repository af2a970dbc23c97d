"""Lists of committees and mediators: faults row by row, all or nothing, and nobody entered twice."""

from __future__ import annotations

import datetime as dt
import io
import uuid
from collections.abc import Callable, Sequence
from typing import Any

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone, translation

from accounts.models import Role
from governance_center.errors import NotAllowed
from mediation.models import Committee, Mediator, RegisterImport
from mediation.register_columns import COMMITTEE, MEDIATOR, headings
from mediation.register_reading import MOST_BYTES, Unreadable, read_list
from mediation.services import register_imports as services
from mediation.services.register_imports import HasFaults
from tests.world import LIYUAN, LONGJING, VILLAGE, YANJI, World, make_user

SignIn = Callable[..., Client]
COMMITTEE_NAME = "梨园街道人民调解委员会"
HEAD = ("行政区划代码", "所属调委会", "姓名", "职务", "性别", "联系电话", "语种", "专长", "证号", "有效期至")
ROW = (
    LIYUAN,
    COMMITTEE_NAME,
    "朴英子",
    "chair",
    "2",
    "13800000001",
    "汉语、조선말",
    "neighbour",
    "吉001",
    "2027年3月1日",
)


def as_csv(*rows: Sequence[str], encoding: str = "utf-8-sig") -> bytes:
    return "\r\n".join(",".join(row) for row in rows).encode(encoding)


def as_xlsx(*rows: Sequence[Any]) -> bytes:
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"default_date_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet()
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            sheet.write(number, column, cell)
    book.close()
    return stream.getvalue()


def send(world: World, content: bytes, kind: str = "mediators", by: Any = None, key: Any = None) -> RegisterImport:
    return services.send_list(
        by=by or world.dispatcher, kind=kind, file_name="名册.csv", content=content, submission_key=key or uuid.uuid4()
    )


def take(world: World, content: bytes, kind: str = "mediators") -> RegisterImport:
    return services.take_over(job=send(world, content, kind), by=world.dispatcher)


def faults(world: World, *rows: Sequence[str], kind: str = "mediators", head: Sequence[str] = HEAD) -> list[str]:
    checked = services.look_at(send(world, as_csv(head, *rows), kind), world.dispatcher)
    with translation.override("en"):
        return [f"{fault.line}: {fault.reason}" for fault in checked.faults]


@pytest.mark.parametrize("content", [as_csv(HEAD, ROW), as_csv(HEAD, ROW, encoding="gb18030"), as_xlsx(HEAD, ROW)])
def test_a_list_is_taken_over_and_a_second_time_changes_the_same_people(world: World, content: bytes) -> None:
    done = take(world, content)
    assert (done.added, done.changed, bytes(done.content)) == (1, 0, b"")
    row = Mediator.objects.get(name="朴英子")
    assert (row.position, row.gender, row.languages) == ("chair", "2", ["zh-hans", "ko"])
    assert (row.certificate_number, row.certificate_until) == ("吉001", dt.date(2027, 3, 1))
    assert [category.pk for category in row.specialties.all()] == ["neighbour"]
    assert row in Mediator.objects.named("pyz")
    again = take(world, as_csv(HEAD, (*ROW[:2], "朴英姬", *ROW[3:])))
    assert (again.added, again.changed) == (0, 1)
    row.refresh_from_db()
    assert row.name == "朴英姬"
    assert Mediator.objects.count() == 3


def test_without_a_certificate_name_and_phone_tell_who_it_is(world: World) -> None:
    head, row = HEAD[:8], ROW[:8]
    take(world, as_csv(head, row))
    assert take(world, as_csv(head, (*row[:7], "social_insurance"))).changed == 1
    assert take(world, as_csv(head, (*row[:3], "member", "2", "13800000002", *row[6:]))).added == 1
    assert Mediator.objects.filter(name="朴英子").count() == 2


def test_columns_that_are_not_there_leave_what_is_recorded(world: World) -> None:
    take(world, as_csv(HEAD, ROW))
    keep = (0, 1, 2, 6, 8)
    take(world, as_csv([HEAD[index] for index in keep], [ROW[index] for index in keep]))
    row = Mediator.objects.get(name="朴英子")
    assert (row.position, row.gender, row.certificate_until) == ("chair", "2", dt.date(2027, 3, 1))
    assert row.specialties.count() == 1


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({0: YANJI}, "no place"), ({1: "没有的"}, "No committee"), ({2: ""}, "fill in"), ({3: "皇帝"}, "not known"),
        ({5: "abc"}, "phone"), ({6: ""}, "fill in"), ({6: "英语"}, "not known"), ({7: "占星"}, "not known"),
        ({9: "2027-02-30"}, "no date"), ({9: "soon"}, "no date"), ({2: "长" * 61}, "60"),
    ],
)  # fmt: skip
def test_each_fault_is_told_with_its_line_and_nothing_is_written(
    world: World, changes: dict[int, str], reason: str
) -> None:
    bad = [changes.get(index, cell) for index, cell in enumerate(ROW)]
    good = (*ROW[:2], "好人", "member", *ROW[4:8], "吉002", ROW[9])
    found = faults(world, good, bad)
    assert len(found) == 1
    assert found[0].startswith("3:")
    assert reason in found[0]
    with pytest.raises(HasFaults):
        take(world, as_csv(HEAD, good, bad))
    assert Mediator.objects.count() == 2


def test_all_faults_of_a_row_are_told_at_once(world: World) -> None:
    bad = (ROW[0], "没有的", "长" * 61, "皇帝", "2", "abc", "英语", "占星", ROW[8], "soon")
    found = faults(world, bad)
    assert len(found) == 7
    for reason in ("No committee", "60", "皇帝", "phone", "英语", "占星", "no date"):
        assert sum(reason in line for line in found) == 1, reason
    head = ("行政区划代码", "调委会中文名称", "类型", "联系电话", "换届日期")
    found = faults(world, (LONGJING, "", "club", "12", "2026-13-01"), kind="committees", head=head)
    assert len(found) == 4, found


def test_twice_in_a_list_and_a_second_chair_are_faults(world: World) -> None:
    assert "line 2" in faults(world, ROW, ROW)[0]
    other = (*ROW[:2], "别人", "chair", "1", "13900000000", *ROW[6:8], "吉002", "")
    assert "chair" in faults(world, ROW, other)[0]
    take(world, as_csv(HEAD, ROW))
    assert "chair" in faults(world, other)[0]
    handed_on = (*ROW[:3], "member", *ROW[4:])
    assert take(world, as_csv(HEAD, other, handed_on)).changed == 1
    assert Mediator.objects.get(position="chair").name == "别人"


def test_a_certificate_of_another_county_is_not_taken_away(world: World) -> None:
    there = Committee.objects.create(name_zh_hans="延吉", name_ko="연길", division_id=YANJI, kind="county")
    Mediator.objects.create(committee=there, name="延吉人", languages=["ko"], certificate_number="吉001")
    assert "certificate" in faults(world, ROW)[0]


def test_committees_are_added_and_changed_by_place_and_name(world: World) -> None:
    head = ("行政区划代码", "调委会名称", "类型", "换届日期", "电话")
    rows = (
        (LIYUAN, COMMITTEE_NAME, "township", "2025/1/2", "0433-1234567"),
        ("梨园社区", "社区调委会", "village", "", ""),
    )
    done = take(world, as_csv(head, *rows), "committees")
    assert (done.added, done.changed) == (1, 1)
    assert Committee.objects.get(division=VILLAGE).name_zh_hans == "社区调委会"  # type: ignore[attr-defined]
    assert Committee.objects.get(division=LIYUAN).term_end == dt.date(2028, 1, 1)
    assert take(world, as_csv(head, *rows), "committees").added == 0
    assert "no place" in faults(world, (YANJI, "远", "county", "", ""), kind="committees", head=head)[0]


def test_an_export_can_be_sent_back_in_either_language(world: World, sign_in: SignIn) -> None:
    take(world, as_csv(HEAD, ROW))
    for row in Mediator.objects.all():
        row.set_keys()
        row.save()
    before = list(Mediator.objects.order_by("pk").values())
    for language in ("zh-hans", "ko"):
        for kind in ("mediators", "committees"):
            response = sign_in(world.dispatcher, language).get(f"/mediation/{kind}/?export=xlsx")
            done = take(world, b"".join(response), kind)  # type: ignore[arg-type]
            assert (done.added, done.changed) == (0, Mediator.objects.count() if kind == "mediators" else 1)
    assert list(Mediator.objects.order_by("pk").values()) == before


@pytest.mark.parametrize(
    "content",
    [b"", b"x" * (MOST_BYTES + 1), b"PK\x03\x04 broken", b"\xff\xfe\x00\x81", b"a,b\r\n1,2", as_csv(HEAD[:3], ROW[:3]),
     as_csv(HEAD, *[ROW] * 10_001)],
)  # fmt: skip
def test_what_cannot_be_read_is_refused(content: bytes) -> None:
    with pytest.raises(Unreadable):
        read_list(content, MEDIATOR)


def test_headings_are_told_apart_and_known_in_both_languages() -> None:
    for language in ("zh-hans", "ko", "en"):
        with translation.override(language):
            for columns in (COMMITTEE, MEDIATOR):
                assert len(set(headings(columns))) == len(columns)


def test_only_who_sent_a_list_takes_it_over_and_only_once(world: World) -> None:
    key = uuid.uuid4()
    job = send(world, as_csv(HEAD, ROW), key=key)
    assert send(world, as_csv(HEAD, ROW), key=key).pk == job.pk
    colleague = make_user("dispatcher2", Role.DISPATCHER, LONGJING)
    for call in (services.take_over, services.give_up):
        with pytest.raises(NotAllowed):
            call(job=job, by=colleague)
    for user in (world.clerk, world.mediator, world.official):
        with pytest.raises(NotAllowed):
            send(world, as_csv(HEAD, ROW), by=user)
    first = services.take_over(job=job, by=world.dispatcher)
    assert services.take_over(job=job, by=world.dispatcher).done_at == first.done_at
    services.give_up(job=job, by=world.dispatcher)
    assert RegisterImport.objects.filter(pk=job.pk).exists()


@pytest.mark.parametrize("language", ["zh-hans", "ko"])
def test_the_way_of_a_list_on_the_pages(world: World, sign_in: SignIn, language: str) -> None:
    client, path = sign_in(world.dispatcher, language), "/mediation/register-imports/"

    def post(*rows: Sequence[str]) -> Any:
        file = SimpleUploadedFile("名册.csv", as_csv(HEAD, *rows))
        return client.post(path, {"kind": "mediators", "file": file})

    broken = client.post(path, {"kind": "mediators", "file": SimpleUploadedFile("a.csv", b"a,b")})
    assert broken.status_code == 422
    faulty = post((*ROW[:6], "英语", *ROW[7:]))
    page = client.get(faulty.url).content.decode()
    assert "英语" in page
    assert "take-over" not in page
    assert client.post(f"{faulty.url}give-up/").status_code == 302
    good = post(ROW)
    assert f"{good.url}take-over/" in client.get(good.url).content.decode()
    for _twice in range(2):
        assert client.post(f"{good.url}take-over/").status_code == 302
    assert Mediator.objects.filter(name="朴英子").count() == 1
    assert RegisterImport.objects.get().done_at is not None
    assert (
        timezone.localtime(RegisterImport.objects.get().done_at).strftime("%Y") in client.get(good.url).content.decode()
    )
    other = sign_in(make_user("dispatcher2", Role.DISPATCHER, LONGJING))
    assert other.get(good.url).status_code == 404
    assert sign_in(world.clerk).get(path).status_code == 403
