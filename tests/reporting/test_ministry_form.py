"""The ministry's form of people's mediation against a file written by hand: on screen, as a workbook and on paper.

``golden/ministry_form.csv`` was not made by the program; it counts the cases that :func:`filled` describes.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.utils import translation
from pypdf import PdfReader

from accounts.models import Role
from cases import ledger
from cases.models import Case, CaseParty, Category, CodeEntry, EventKind
from cases.states import Outcome, State
from departments.models import Division
from governance_center.calendar import LOCAL_ZONE
from mediation.models import (
    Agreement,
    Assignment,
    Committee,
    FollowUp,
    Mediator,
    Obligation,
    Prevention,
    StatisticsEntry,
)
from reporting.ministry import figures, writing
from reporting.ministry.columns import COLUMNS
from reporting.selectors import Period
from tests.world import LONGJING, YANJI, World, make_case, make_person, make_user

SignIn = Callable[..., Client]
GOLDEN = Path(__file__).parent / "golden" / "ministry_form.csv"
YEAR = Period(dt.date(2025, 1, 1), dt.date(2025, 12, 31))
PAGE = "/dashboard/mediation-form/"
QUERY = {"first": "2025-01-01", "last": "2025-12-31"}
CODES = (
    ("01", "婚姻家庭纠纷", "marriage_family"), ("02", "邻里纠纷", "neighbour"),
    ("11", "其他劳动争议纠纷", "social_insurance"), ("18", "其他纠纷", "other"),
)  # fmt: skip


def golden(by: str) -> list[list[str]]:
    """Key, and the 25 figures, of each row of a table, the total first."""
    rows = csv.reader(io.StringIO(GOLDEN.read_text("utf-8")))
    return [[row[1], *row[3:]] for row in rows if row[0] == by]


def at(month: int, day: int, year: int = 2025) -> dt.datetime:
    return dt.datetime(year, month, day, 10, tzinfo=LOCAL_ZONE)


def mediated(world: World, category: str, mediator: Mediator | None = None, **fields: Any) -> Case:
    """A case with a lead mediator and two parties."""
    case = make_case(world, category)
    Case.objects.filter(pk=case.pk).update(**fields)
    lead = mediator or world.mediator.mediator
    Assignment.objects.create(case=case, mediator=lead, assigned_at=at(1, 2))
    case.refresh_from_db()
    return case


def ended(case: Case, kind: EventKind, moment: dt.datetime) -> None:
    ledger.append(case, [ledger.Entry(kind, None, {"outcome": str(case.outcome)}, moment)])


def solved(outcome: str, moment: dt.datetime, **fields: Any) -> dict[str, Any]:
    return {
        "state": State.FOLLOWING_UP,
        "outcome": outcome,
        "resolved_at": moment,
        "resolved_level": "county",
        **fields,
    }


def agreed(case: Case, form: str, perform_by: dt.date | None = None) -> Agreement:
    return Agreement.objects.create(
        case=case, mediator=case.assignments.get().mediator, form=form, terms="约定", reached_on=dt.date(2025, 1, 3),
        recorded_at=at(1, 3), perform_by=perform_by,
    )  # fmt: skip


def owes(agreement: Agreement, due: dt.date, performed: dt.date | None) -> None:
    Obligation.objects.create(
        agreement=agreement, position=1, debtor=agreement.case.parties.get(part="respondent"), kind="act", what="修好",
        due_on=due, performed_on=performed,
    )  # fmt: skip


def said(case: Case, world: World, source: str, difficult: bool = False, **prevented: int) -> None:
    values = {"case": case, "by": world.mediator, "at": at(3, 1)}
    StatisticsEntry.objects.create(source=source, is_difficult=difficult, **values)
    for kind, people in prevented.items():
        Prevention.objects.create(kind=kind, people=people, **values)


@pytest.fixture
def filled(world: World) -> World:
    """Five cases that count, and one of every kind that does not."""
    for code, name, category in CODES:
        entry = CodeEntry.objects.create(table="mediation_statistics", code=code, name_zh_hans=name, name_ko=name)
        Category.objects.filter(pk=category).update(mediation_statistics=entry)
    _wages_by_court(world)
    _neighbours_found_by_outreach(world)
    _neighbours_of_the_police(world)
    _family_in_yanji(world)
    withdrawn = mediated(
        world, "other", state=State.WITHDRAWN, outcome=Outcome.WITHDRAWN, channel="transfer", is_restricted=True,
        registered_by=None,
    )  # fmt: skip
    ended(withdrawn, EventKind.WITHDRAWN, at(12, 31))
    _what_does_not_count(world)
    return world


def _wages_by_court(world: World) -> None:
    case = mediated(world, "social_insurance", amount=Decimal("36000"), **solved(Outcome.WRITTEN_AGREEMENT, at(3, 20)))
    owes(agreed(case, "written", dt.date(2025, 4, 20)), dt.date(2025, 4, 20), dt.date(2025, 4, 18))
    said(case, world, "court", True, crime=3)


def _neighbours_found_by_outreach(world: World) -> None:
    case = mediated(world, "neighbour", channel="outreach", **solved(Outcome.ORAL_AGREEMENT, at(1, 1)))
    CaseParty.objects.create(case=case, part="third", person=make_person("第三人", ""))
    CaseParty.objects.create(case=case, part="representative", person=make_person("代理人", ""))
    agreed(case, "oral")
    for day, outcome in ((7, "not_performed"), (30, "performed")):
        FollowUp.objects.create(
            case=case, day=day, due_on=dt.date(2025, 2, 1), state="done", outcome=outcome, done_at=at(2, day - 6)
        )


def _neighbours_of_the_police(world: World) -> None:
    case = mediated(world, "neighbour", channel="police", state=State.UNRESOLVED, outcome=Outcome.TO_COURT)
    ended(case, EventKind.UNRESOLVED, at(6, 11))
    said(case, world, "police", suicide=1)


def _family_in_yanji(world: World) -> None:
    committee = Committee.objects.create(name_zh_hans="延吉市婚姻家庭调委会", division_id=YANJI, kind="industry")
    mediator = Mediator.objects.create(committee=committee, name="崔调解", languages=["ko"])
    case = mediated(
        world, "marriage_family", mediator, division_id="222401001", amount=Decimal("12345.67"),
        **solved(Outcome.WRITTEN_AGREEMENT, at(9, 1)),
    )  # fmt: skip
    owes(agreed(case, "written", dt.date(2025, 10, 1)), dt.date(2025, 10, 1), None)
    said(case, world, "application", group_petition=30)


def _what_does_not_count(world: World) -> None:
    mediated(world, "neighbour", state=State.IN_HANDLING)
    mediated(world, "neighbour", **solved(Outcome.ORAL_AGREEMENT, at(12, 31, 2024)))
    mediated(world, "neighbour", **solved(Outcome.ORAL_AGREEMENT, at(1, 1, 2026)))
    unmediated = make_case(world, "neighbour")
    Case.objects.filter(pk=unmediated.pk).update(**solved(Outcome.SETTLED, at(5, 5)))
    merged = mediated(world, "neighbour")
    Case.objects.filter(pk=merged.pk).update(
        state=State.CLOSED, outcome=Outcome.MERGED, merged_into=unmediated, closed_at=at(5, 5)
    )


@pytest.mark.parametrize("by", ["category", "place", "committee"])
def test_each_table_is_the_one_written_by_hand(filled: World, by: str) -> None:
    with translation.override("zh-hans"):
        found = figures.table("2224", YEAR, by)
    rows = [("", found.total), *((row.key, row.values) for row in found.rows)]
    assert [[key, *map(str, writing.cells(values))] for key, values in rows] == _as_numbers(golden(by))


def _as_numbers(rows: list[list[str]]) -> list[list[str]]:
    """An empty amount is written 0.00 by the program and 0 by hand."""
    place = 1 + list(COLUMNS).index("amount")
    return [[*row[:place], str(Decimal(row[place]).quantize(Decimal("0.01"))), *row[place + 1 :]] for row in rows]


def test_the_workbook_has_every_figure_at_its_place(filled: World) -> None:
    with translation.override("zh-hans"):
        form = writing.read(Division.objects.get(pk="2224"), YEAR)
        words = [str(column.label) for column in COLUMNS.values()]
        with writing.workbook(form) as stream:
            book = openpyxl.load_workbook(io.BytesIO(stream.read()))
    assert len(book.worksheets) == 5
    for sheet, by in zip(book.worksheets, figures.BY, strict=False):
        lines = list(sheet.iter_rows(min_row=5, values_only=True))
        expected = [[float(value) for value in row[1:]] for row in golden(by)]
        assert [[float(value) for value in line[1:]] for line in lines] == expected
        heads = [sheet.cell(4, place).value or sheet.cell(3, place).value for place in range(2, 27)]
        assert heads == words
    places, kinds = (list(sheet.iter_rows(min_row=4, values_only=True)) for sheet in book.worksheets[3:])
    assert [row[1:] for row in places] == [(5, 1, 4), (1, 1, 0), (2, 0, 2), (1, 0, 1), (1, 0, 1)]
    assert [row[1:] for row in kinds] == [
        (5, 0, 4, 0, 1), (1, 0, 0, 0, 1), (2, 0, 2, 0, 0), (1, 0, 1, 0, 0), (1, 0, 1, 0, 0),
    ]  # fmt: skip


@pytest.mark.parametrize("language", ["zh-hans", "ko"])
def test_the_paper_has_every_table_in_the_reader_s_language(filled: World, sign_in: SignIn, language: str) -> None:
    answer = sign_in(filled.official, language).get(f"{PAGE}pdf/", QUERY)
    assert answer["Content-Type"] == "application/pdf"
    pages = [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(answer.content)).pages]
    assert len(pages) == 5
    for page, by in zip(pages, figures.BY, strict=False):
        filled_cells = [value for value in golden(by)[0][1:] if value != "0"]
        assert " ".join(filled_cells) in page.replace(" 0 ", " "), by
    assert "婚姻家庭纠纷" in pages[0]


def test_every_figure_on_screen_opens_exactly_its_cases(filled: World, sign_in: SignIn) -> None:
    client = sign_in(make_user("prefecture", Role.DISPATCHER, "2224"))
    for by in figures.BY:
        page = client.get(PAGE, {**QUERY, "by": by})
        for line in page.context["rows"]:
            for column, value in line["cells"]:
                if not value or column.sums:
                    continue
                query = {**QUERY, "by": by, "row": line["key"], "column": column.code}
                behind = client.get(f"{PAGE}cases/", query)
                assert behind.context["page"].paginator.count == value, (by, line["key"], column.code)
                assert not behind.context["hidden"]


def test_a_reader_is_told_of_cases_that_count_and_may_not_be_opened(filled: World, sign_in: SignIn) -> None:
    answer = sign_in(filled.official).get(f"{PAGE}cases/", {**QUERY, "column": "total"})
    assert (answer.context["page"].paginator.count, answer.context["hidden"]) == (4, 1)
    one = sign_in(filled.official).get(
        f"{PAGE}cases/", {**QUERY, "column": "total", "by": "place", "row": LONGJING, "category": "02"}
    )
    assert one.context["page"].paginator.count == 2


def test_only_the_readers_of_figures_and_the_justice_bureau_open_it_each_in_their_scope(
    filled: World, sign_in: SignIn
) -> None:
    assert sign_in(filled.justice).get(PAGE, QUERY).status_code == 200
    for user in (filled.clerk, filled.mediator, filled.tax, filled.administrator):
        for path in (PAGE, f"{PAGE}cases/", f"{PAGE}xlsx/"):
            assert sign_in(user).get(path, {**QUERY, "column": "total"}).status_code == 403
    answer = sign_in(filled.dispatcher).get(PAGE, QUERY)
    assert answer.context["rows"][0]["cells"][0][1] == 4
    assert sign_in(filled.dispatcher).get(PAGE, {"division": YANJI}).status_code == 403
    for bad in ({"by": "nothing"}, {"column": "nothing"}):
        assert sign_in(filled.official).get(f"{PAGE}cases/", {**QUERY, "column": "total", **bad}).status_code == 404
    assert sign_in(filled.official).get(f"{PAGE}doc/", QUERY).status_code == 404


@pytest.mark.parametrize("by", ["category", "place", "committee"])
def test_the_page_needs_a_bounded_number_of_queries(
    filled: World, sign_in: SignIn, by: str, django_assert_max_num_queries: Any
) -> None:
    client = sign_in(filled.official, "ko")
    with django_assert_max_num_queries(26):
        page = client.get(PAGE, {**QUERY, "by": by}).content.decode()
    assert "data-column" in page


def test_a_village_shows_its_own_row(filled: World) -> None:
    found = figures.table("222405005004", YEAR, "place")
    assert [(row.key, row.values["total"]) for row in found.rows] == [("222405005004", 4)]
    grid = figures.matrix("222405005004", YEAR, "place")
    assert grid.totals == [4]


def test_without_days_it_is_the_present_year(filled: World, sign_in: SignIn) -> None:
    page = sign_in(filled.official).get(PAGE)
    period = page.context["period"]
    assert (period.first.month, period.first.day) == (1, 1)
    assert period.first.year == period.last.year


BY_HEADING = (
    ("案件总数", 28), ("调解成功", 27), ("当事人数", 56),
    ("涉及金额（万元）", 99), ("疑难复杂", 8), ("案件来源:依申请", 1),
    ("案件来源:主动调解", 2), ("案件来源:委托移送小计", 25), ("案件来源:信访", 3),
    ("案件来源:法院", 4), ("案件来源:公安", 5), ("案件来源:检察院", 6),
    ("案件来源:其他部门", 7), ("协议形式:书面", 13), ("协议形式:口头", 14),
    ("协议履行:应履行", 17), ("协议履行:已履行", 15), ("防止民转刑:件", 9),
    ("防止民转刑:人", 18), ("防止自杀:件", 10), ("防止自杀:人", 30),
    ("防止群体性上访:件", 11), ("防止群体性上访:人", 44), ("防止群体性械斗:件", 12),
    ("防止群体性械斗:人", 60),
)  # fmt: skip
"""The headings of the form in their order, and in :func:`unlike` a number that no other column has."""


@pytest.fixture
def unlike(world: World) -> World:
    """28 cases, of which another number has each thing that the form counts."""
    sources = [source for number, source in enumerate(SOURCES, 1) for _one in range(number)]
    entry = CodeEntry.objects.create(table="mediation_statistics", code="02", name_zh_hans="邻里纠纷")
    Category.objects.filter(pk="neighbour").update(mediation_statistics=entry)
    for number, source in enumerate(sources):
        form = "written" if number < 13 else "oral"
        end = (
            solved(f"{form}_agreement", at(3, 20))
            if number < 27
            else {"state": State.UNRESOLVED, "outcome": "to_court"}
        )
        case = mediated(world, "neighbour", amount=Decimal("990000") if not number else None, **end)
        if number == 27:
            ended(case, EventKind.UNRESOLVED, at(6, 11))
        if number < 17:
            last = dt.date(2025, 4, 20)
            owes(agreed(case, form, last), last, dt.date(2025, 4, 18) if number < 15 else None)
        least = {"crime": 9, "suicide": 10, "group_petition": 11, "group_fight": 12}
        prevented = {kind: people for people, (kind, most) in enumerate(least.items(), 2) if number < most}
        said(case, world, source, number < 8, **prevented)
    return world


SOURCES = ("application", "active", "petitions", "court", "police", "procuratorate", "other")


def test_no_column_can_stand_for_another(unlike: World, sign_in: SignIn) -> None:
    """The headings are written here once more, so that two columns that change places are seen by their numbers."""
    numbers = [number for _heading, number in BY_HEADING]
    assert len(set(numbers)) == len(numbers) == 25
    made = sign_in(unlike.dispatcher).get(f"{PAGE}xlsx/", QUERY)
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(made.streaming_content))).worksheets[0]  # type: ignore[attr-defined]
    found, group = [], ""
    for place in range(2, 27):
        upper, lower = sheet.cell(3, place).value, sheet.cell(4, place).value
        group = upper or group
        found.append((f"{group}:{lower}" if lower else group, float(sheet.cell(5, place).value)))
    assert found == list(BY_HEADING)
    page = sign_in(unlike.dispatcher).get(PAGE, QUERY)
    assert [float(value) for _column, value in page.context["rows"][0]["cells"]] == numbers
