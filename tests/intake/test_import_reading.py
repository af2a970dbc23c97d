"""Reading old registers: which file, which encoding, which columns, which date; and what is refused in one sentence."""

from __future__ import annotations

import csv
import datetime as dt
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.importing import reading
from intake.importing.columns import COLUMNS, recognise
from intake.importing.dates import EARLIEST, read_moment
from intake.importing.faults import Unfit
from intake.importing.lookups import fold
from intake.importing.reading import Unreadable, open_register
from intake.importing.template import write_template
from tests.intake.registers import GOOD, row, write_csv, write_xlsx

HEADINGS = [column.zh for column in COLUMNS.values()]


def rows_of(path: Path) -> list[tuple[int, list[Any]]]:
    with open_register(path) as register:
        return [(line, list(cells)) for line, cells in register.rows()]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_encodings_and_delimiters_are_told_apart(tmp_path: Path, encoding: str, delimiter: str) -> None:
    path = write_csv(tmp_path / "r.csv", [row(name="㐂顺姬", note="a,b;c")], encoding=encoding, delimiter=delimiter)
    with open_register(path) as register:
        assert list(register.columns) == list(COLUMNS)
        assert register.total == 1
        [(line, cells)] = register.rows()
    assert line == 2
    assert cells[register.columns["name"]] == "㐂顺姬"
    assert cells[register.columns["name_hangul"]] == "김순희"
    assert cells[register.columns["note"]] == "a,b;c"


@pytest.mark.parametrize("language", ["zh", "ko", "code"])
def test_headings_are_known_in_both_languages_and_by_code(language: str) -> None:
    found, unknown = recognise([getattr(column, language) for column in COLUMNS.values()])
    assert list(found) == list(COLUMNS)
    assert unknown == []


@pytest.mark.parametrize("heading", ["姓名(汉字)", " 姓 名 （汉字） ", "姓名（汉字）*", "ＮＡＭＥ", "Name"])
def test_blanks_and_full_width_signs_do_not_matter_in_a_heading(heading: str) -> None:
    assert recognise([heading]) == ({"name": 0}, [])


def test_no_heading_stands_for_two_columns() -> None:
    owners: dict[str, str] = {}
    for column in COLUMNS.values():
        for heading in {fold(one) for one in (column.code, column.zh, column.ko, *column.also)}:
            assert owners.setdefault(heading, column.code) == column.code, heading


def test_a_title_above_unknown_columns_blank_rows_and_line_numbers(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["龙井市台账"])
        writer.writerow([])
        writer.writerow([*HEADINGS, "领导批示", ""])
        writer.writerow([*GOOD.values()])
        writer.writerow([""] * 5)
        writer.writerow(["x", "two\nlines"])
        writer.writerow(["y"])
    with open_register(path) as register:
        assert register.unknown == ["领导批示"]
        assert register.total == 3
        assert [(line, cells[0]) for line, cells in register.rows()] == [(4, "LJ-1"), (7, "x"), (9, "y")]


def test_a_workbook_gives_its_cells_as_they_are(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "r.xlsx", [row(registered_on=dt.date(2023, 8, 15), phone=10012345678), row()])
    with open_register(path) as register:
        first, second = register.rows()
    assert register.total == 2
    assert first[0] == 3
    assert first[1][register.columns["registered_on"]] == dt.date(2023, 8, 15)
    assert first[1][register.columns["phone"]] == 10012345678
    assert second[0] == 4


def test_the_sheet_with_the_headings_is_found(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["说明"])
    sheet = book.create_sheet("台账")
    sheet.append(HEADINGS)
    sheet.append(list(GOOD.values()))
    book.save(tmp_path / "r.xlsx")
    assert len(rows_of(tmp_path / "r.xlsx")) == 1


def _pack(path: Path, members: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def _good_workbook(tmp_path: Path) -> bytes:
    return write_xlsx(tmp_path / "good.xlsx", [row()] * 50).read_bytes()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\x01\x02\xff\xfe\xfd" * 50,
        b"PK\x03\x04 and then nothing that is a zip",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600,
        b"a,b,c\n1,2,3\n",
        ",".join(HEADINGS).encode() + b"\n" + b'LJ-1,"never closed,\n' * 3,
        ",".join(HEADINGS).encode("gb18030") + b"\n\xff\xff\xff\n",
        ",".join(heading for heading in HEADINGS if heading not in {"状态", "类别"}).encode() + b"\n1\n",
        ",".join(heading for heading in HEADINGS if not heading.startswith("姓名")).encode() + b"\n1\n",
        "\ufeff".encode("utf-16"),
    ],
    ids=["empty", "bytes", "no zip", "xls", "no headings", "quotation", "encoding", "columns", "no name", "utf-16"],
)  # fmt: skip
def test_what_is_no_register_is_refused_in_one_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "r"
    path.write_bytes(content)
    with pytest.raises(Unreadable) as caught:
        rows_of(path)
    assert 5 < len(str(caught.value)) < 200
    assert "\n" not in str(caught.value)


def test_missing_columns_are_named_in_the_language_of_the_reader(tmp_path: Path) -> None:
    from django.utils import translation

    path = tmp_path / "r.csv"
    path.write_text(",".join(heading for heading in HEADINGS if heading not in {"状态", "类别"}) + "\n1\n")
    for language, names in (("zh-hans", "类别、状态"), ("ko", "류형、상태")):
        with translation.override(language), pytest.raises(Unreadable, match=names):
            rows_of(path)


@pytest.mark.parametrize("cut", [0.5, 0.9, 0.999])
def test_a_workbook_cut_off_is_refused(tmp_path: Path, cut: float) -> None:
    content = _good_workbook(tmp_path)
    (tmp_path / "cut.xlsx").write_bytes(content[: int(len(content) * cut)])
    with pytest.raises(Unreadable):
        rows_of(tmp_path / "cut.xlsx")


def test_hostile_workbooks_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "r.xlsx"
    _pack(path, {"hello.txt": b"no workbook"})
    with pytest.raises(Unreadable):
        rows_of(path)
    bomb = b'<!DOCTYPE x [<!ENTITY a "' + b"a" * 1000 + b'">' + b"".join(
        b'<!ENTITY b%d "%s">' % (n, b"&%s;" % (b"a" if n == 0 else b"b%d" % (n - 1)) * 50) for n in range(8)
    ) + b"]><x>&b7;</x>"  # fmt: skip
    _pack(path, {"xl/workbook.xml": bomb})
    with pytest.raises(Unreadable):
        rows_of(path)
    with path.open("wb") as stream:
        write_template(stream, "xlsx", "ko")
    for limit in ("MOST_UNPACKED", "MOST_WORDS"):
        with monkeypatch.context() as patch:
            patch.setattr(reading, limit, 100)
            with pytest.raises(Unreadable):
                rows_of(path)
    assert rows_of(path) == []


def test_a_large_file_is_read_in_bounded_memory(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "r.csv", (row(source_id=str(n), narrative="经过" * 200) for n in range(20_000)))
    assert path.stat().st_size > 20_000_000
    tracemalloc.start()
    with open_register(path) as register:
        assert sum(1 for _row in register.rows()) == 20_000
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 8_000_000


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("language", ["zh-hans", "ko"])
def test_a_template_explains_every_column_and_is_itself_an_empty_register(
    tmp_path: Path, kind: str, language: str
) -> None:
    path = tmp_path / f"template.{kind}"
    with path.open("wb") as stream:
        write_template(stream, kind, language)
    with open_register(path) as register:
        assert list(register.columns) == list(COLUMNS)
        assert register.unknown == []
        assert list(register.rows()) == []
    if kind == "xlsx":
        told = [[str(cell or "") for cell in cells] for cells in openpyxl.load_workbook(path).worksheets[1].values][1:]
        assert [line[0] for line in told] == [
            column.ko if language == "ko" else column.zh for column in COLUMNS.values()
        ]
        assert all(line[1] and line[2] for line in told)


# --- dates

DAY = dt.date(2024, 3, 5)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2024-03-05", DAY), ("2024-3-5", DAY), ("2024/3/5", DAY), ("2024.3.5", DAY), ("2024年3月5日", DAY),
        ("2024년 3월 5일", DAY), ("２０２４年３月５日", DAY), ("20240305", DAY), (20240305, DAY), (45356, DAY),
        (45356.0, DAY),
        (dt.datetime(2024, 3, 5), DAY), (DAY, DAY), (" 2024-03-05 ", DAY),
        ("2024-03-05 14:30", dt.datetime(2024, 3, 5, 14, 30)), ("2024/3/5 8:05:09", dt.datetime(2024, 3, 5, 8, 5, 9)),
        ("2024-03-05T14:30:00", dt.datetime(2024, 3, 5, 14, 30)),
        (dt.datetime(2024, 3, 5, 14, 30), dt.datetime(2024, 3, 5, 14, 30)),
        (45356.5, dt.datetime(2024, 3, 5, 12)),
    ],
)  # fmt: skip
def test_dates_as_registers_write_them(cell: object, expected: object) -> None:
    found = read_moment(cell)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    "cell",
    ["2024-13-01", "2024-02-30", "05.03.2024", "3/5/24", "2024年3月", "yesterday", "2024-03-05 25:00", "0", 0, 5, True,
     "1024-01-01", 99999999, "2024-03-05; DROP TABLE", "=TODAY()"],
)  # fmt: skip
def test_what_is_no_date_is_refused(cell: object) -> None:
    with pytest.raises(Unfit):
        read_moment(cell)


SHAPES = (
    "{0:04d}-{1:02d}-{2:02d}",
    "{0}/{1}/{2}",
    "{0}.{1}.{2}",
    "{0}年{1}月{2}日",
    "{0}년 {1}월 {2}일",
    "{0:04d}{1:02d}{2:02d}",
)


@given(day=st.dates(EARLIEST, dt.date(2100, 1, 1)), shape=st.sampled_from(SHAPES))
def test_every_day_is_read_back_in_every_shape(day: dt.date, shape: str) -> None:
    assert read_moment(shape.format(day.year, day.month, day.day)) == day


@given(st.one_of(st.text(), st.integers(), st.floats(allow_nan=True), st.booleans()))
def test_whatever_stands_there_is_a_real_day_or_refused(cell: object) -> None:
    try:
        found = read_moment(cell)
    except Unfit:
        return
    assert isinstance(found, dt.date)
    assert (found.date() if isinstance(found, dt.datetime) else found) >= EARLIEST
