"""Taking over a register: what is written, what is not, and that nothing is written twice, whatever happens between."""

from __future__ import annotations

import csv
import datetime as dt
import io
import itertools
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import Notification
from cases import ledger, workflow
from cases.models import (
    Case,
    CaseEvent,
    CaseNumberSeries,
    Note,
    Person,
    PersonKey,
    PersonPhone,
    RoutingDecision,
)
from cases.services import sign_referral
from cases.states import State
from governance_center.calendar import LOCAL_ZONE, local_day
from governance_center.errors import GovernanceError, NotAllowed
from intake.importing import running
from mediation.models import FollowUp
from reporting import selectors
from reporting.periods import Period
from reporting.rollups.reading import reading
from tests.intake.registers import ALONE, EVERYTHING, GOOD, counts, imported, many, row, take, write_csv, write_xlsx
from tests.world import LONGJING, VILLAGE, World, make_case, make_user


@pytest.fixture
def register(world: World, tmp_path: Path) -> Path:
    return write_csv(tmp_path / "r.csv", EVERYTHING)


def test_every_state_is_taken_over_and_the_ledger_holds(world: World, register: Path) -> None:
    found = take(world, register)
    assert (found.counts.done, found.counts.imported, found.counts.failed) == (10, 10, 0), found.first_faults
    states = {case.origin.source_id: case.state for case in Case.objects.select_related("origin")}
    assert states == {
        "resolved": State.CLOSED, "service": State.CLOSED, "unresolved": State.UNRESOLVED,
        "withdrawn": State.WITHDRAWN, "refused": State.NOT_ACCEPTED, "open": State.IN_HANDLING,
        "accepted": State.ACCEPTED, "undecided": State.IN_HANDLING, "petition": State.IN_HANDLING,
        "kept": State.REGISTERED,
    }  # fmt: skip
    assert not list(ledger.verify())
    assert not FollowUp.objects.exists()
    assert not Notification.objects.exists()


def test_a_case_says_what_the_row_said(world: World, register: Path) -> None:
    take(world, register)
    case = imported("resolved")
    assert case.number == f"{LONGJING}-2023-000001"
    assert (case.title, case.category_id, case.division_id, case.channel) == (
        "楼上漏水",
        "neighbour",
        VILLAGE,
        "walk_in",
    )
    assert (case.outcome, case.registered_by, case.narrative_language) == (
        "written_agreement",
        world.dispatcher,
        "zh-hans",
    )
    nine = dt.time(9)
    assert timezone.localtime(case.registered_at) == dt.datetime.combine(dt.date(2023, 8, 15), nine, LOCAL_ZONE)
    assert case.accepted_at is not None
    assert case.resolved_at is not None
    assert case.closed_at is not None
    assert local_day(case.accepted_at) == dt.date(2023, 8, 16)
    assert local_day(case.resolved_at) == dt.date(2023, 9, 1)
    assert local_day(case.closed_at) == dt.date(2023, 11, 30)
    assert [str(party) for party in case.parties.all()] == ["金顺姬 김순희", "王某"]
    assert [note.text for note in case.notes.all()] == ["第三册"]
    visit = case.visits.get()
    assert (visit.at, visit.outcome, visit.clerk, visit.language) == (
        case.registered_at,
        "new_case",
        world.dispatcher,
        "ko",
    )
    person = visit.person
    assert person is not None
    assert (person.identity_number, person.phone, person.counties) == ("222405187305120046", "10012345678", [LONGJING])
    assert (person.birth_date, person.gender) == (dt.date(1873, 5, 12), "2")
    assert PersonKey.objects.filter(person=person, county=LONGJING, key="jinshunji").exists()


def test_amount_and_number_of_people_are_taken_over(world: World, tmp_path: Path) -> None:
    take(world, write_csv(tmp_path / "r.csv", [row(amount="1.2万元", people_involved="6")]))
    case = imported(GOOD["source_id"])
    assert (case.amount, case.people_involved) == (Decimal(12000), 6)


def test_the_first_entry_says_where_it_comes_from_and_no_names(world: World, register: Path) -> None:
    take(world, register)
    entry = imported("resolved").events.order_by("sequence").first()
    assert entry is not None
    assert (entry.kind, entry.actor, entry.data["system"], entry.data["source_id"]) == (
        "case.imported", world.dispatcher, "旧系统", "resolved",
    )  # fmt: skip
    assert len(entry.data["row_sha256"]) == 64
    everything = " ".join(str(data) for data in CaseEvent.objects.values_list("data", flat=True))
    assert not any(word in everything for word in ("金顺姬", "김순희", "王某", "222405187305120046", "漏水", "第三册"))


def test_every_chain_is_a_walk_through_the_workflow_table_in_time(world: World, register: Path) -> None:
    take(world, register)
    moves = {(move.event, source): move for move in workflow.MOVES.values() for source in move.sources}
    state_of: dict[int, str] = {}
    last: dict[int, dt.datetime] = {}
    for event in CaseEvent.objects.order_by("case_id", "sequence"):
        if event.kind == "case.imported":
            state_of[event.case_id] = State.REGISTERED
        elif "from" in event.data:
            move = moves[event.kind, State(event.data["from"])]
            assert state_of[event.case_id] == event.data["from"]
            assert workflow.Actor.IMPORTER in move.actors
            state_of[event.case_id] = event.data["to"]
        assert event.case_id not in last or last[event.case_id] < event.at <= timezone.now()
        last[event.case_id] = event.at
    assert state_of == dict(Case.objects.values_list("pk", "state"))


def test_what_is_open_is_routed_by_the_rules_of_today(world: World, register: Path) -> None:
    before = timezone.now()
    take(world, register)
    case = imported("open")
    assert case.lead_id == "tax"
    assert [(r.department_id, r.role, r.status) for r in case.referrals.all()] == [
        ("tax", "lead", "dispatched"), ("human_resources", "assist", "dispatched"),
    ]  # fmt: skip
    limits = {limit.rule_id: limit for limit in case.deadlines.all()}
    assert limits["sign_for_referral"].started_at >= before
    assert limits["handle_dispute"].started_at == case.accepted_at
    assert case.due_at == limits["handle_dispute"].due_at
    named = imported("accepted")
    assert named.lead_id == "civil_affairs"
    decision = RoutingDecision.objects.get(case=named)
    assert decision.reasons[0]["code"] == "earlier_register"
    undecided = imported("undecided")
    assert (undecided.lead, undecided.is_contested) == (None, True)
    secret = imported("petition")
    assert (secret.is_restricted, secret.petition_class) == (True, "accusation")
    assert secret.deadlines.filter(rule="petition_route").exists()
    sign_referral(referral=case.referrals.get(role="lead"), by=world.tax)
    assert not list(ledger.verify())


def test_a_department_that_led_keeps_the_matter_in_its_lists(world: World, tmp_path: Path) -> None:
    take(world, write_csv(tmp_path / "r.csv", [row(lead="司法局")]))
    case = imported("LJ-1")
    assert case.lead_id == "justice"
    assert [(r.department_id, r.division_id, r.status) for r in case.referrals.all()] == [("justice", LONGJING, "done")]
    assert list(Case.objects.visible_to(world.justice)) == [case]


@pytest.mark.parametrize(
    ("lead", "level"), [("司法局", "county"), ("乡镇人民政府（街道办事处）", "township"), ("", "county")]
)
def test_where_it_was_solved_follows_from_who_led(world: World, tmp_path: Path, lead: str, level: str) -> None:
    take(world, write_csv(tmp_path / "r.csv", [row(lead=lead)]))
    case = imported("LJ-1")
    assert (case.held_level, case.resolved_level) == ("county", level)
    assert CaseEvent.objects.get(case=case, kind="case.resolved").data["level"] == level


def test_what_was_resolved_lately_stays_resolved(world: World, tmp_path: Path) -> None:
    today = timezone.localdate()
    lately = {"registered_on": f"{today - dt.timedelta(days=20)}", "accepted_on": "", "ended_on": f"{today}"}
    rows = [row(source_id="a", **lately), row(source_id="b", category="legal_advice", **{**lately, "outcome": ""})]
    take(world, write_csv(tmp_path / "r.csv", rows))
    assert imported("a").state == State.RESOLVED
    assert imported("b").state == State.CLOSED, "an answered consultation is closed at once"
    assert all(at <= timezone.now() for at in CaseEvent.objects.values_list("at", flat=True))


def summary(scope: str, period: Period) -> dict[str, float | None]:
    with reading() as reader:
        return {code: one.value for code, one in selectors.summary(reader, scope, period).items()}


def test_the_figures_include_them(world: World, register: Path) -> None:
    make_case(world)
    take(world, register)
    year = Period(dt.date(2023, 1, 1), dt.date(2023, 12, 31))
    found = summary(LONGJING, year)
    figures = ("accepted", "resolved", "open", "ended_otherwise", "refused", "resolved_in_period", "median_days")
    assert {name: found[name] for name in figures} == {
        "accepted": 8, "resolved": 2, "open": 4, "ended_otherwise": 2, "refused": 1, "resolved_in_period": 2,
        "median_days": 16.0,
    }  # fmt: skip
    assert found["resolution_rate"] == 25.0
    with reading() as reader:
        categories = {row.key: row.accepted for row in selectors.by_category(reader, LONGJING, year)}
    assert categories["neighbour"] == 4
    assert summary(LONGJING, Period(dt.date(2000, 1, 1), timezone.localdate()))["accepted"] == 9


def test_the_same_register_again_writes_nothing(world: World, register: Path) -> None:
    take(world, register)
    before = counts()
    again = take(world, register)
    assert (again.counts.imported, again.counts.known, again.counts.failed) == (0, 10, 0)
    assert counts() == before
    other = take(world, register, system="另一系统")
    assert other.counts.imported == 10
    assert Person.objects.count() == before["Person"], "the same people are found again"


def test_a_dry_run_says_the_same_and_writes_nothing(world: World, register: Path) -> None:
    before = counts()
    told = take(world, register, dry_run=True)
    assert counts() == before
    done = take(world, register)
    assert told.counts == done.counts


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_all_encodings_make_the_same_case(world: World, tmp_path: Path, encoding: str) -> None:
    take(world, write_csv(tmp_path / "r.csv", [row(name="㐂顺姬")], encoding=encoding))
    person = Person.objects.get(identity_index__gt="")
    assert (person.name, person.name_hangul, imported("LJ-1").title) == ("㐂顺姬", "김순희", "楼上漏水")


# --- people


def test_people_are_found_by_number_or_by_name_and_phone(world: World, tmp_path: Path) -> None:
    rows = [
        row(source_id="1", name_hangul=""),
        row(source_id="2", phone="10099999999"),
        row(source_id="3", identity_number="", name="王某", name_hangul="왕모", phone="10087654321", **ALONE),
        row(source_id="4", identity_number="", name="王某", name_hangul="", phone="10011111111", **ALONE),
    ]  # fmt: skip
    take(world, write_csv(tmp_path / "r.csv", rows))
    first, second, third, fourth = (imported(n).parties.get(part="applicant").person for n in "1234")
    assert first == second
    assert (first.name_hangul, first.phone) == ("김순희", "10012345678")
    assert [row.phone for row in PersonPhone.objects.filter(person=first)] == ["10099999999"]
    assert imported("1").parties.get(part="respondent").person == third
    assert third.name_hangul == "왕모"
    assert fourth != third
    assert Person.objects.count() == 3


def test_a_file_that_was_there_is_completed_and_known_here_too(world: World, tmp_path: Path) -> None:
    there = Person(name="金顺姬", counties=["222401"])
    there.set_identity_number(GOOD["identity_number"])
    there.save()
    found = take(world, write_csv(tmp_path / "r.csv", [row()]))
    assert found.counts.imported == 1
    there.refresh_from_db()
    assert (there.name_hangul, there.phone, there.counties) == ("김순희", "10012345678", ["222401", LONGJING])
    assert PersonKey.objects.filter(person=there, county=LONGJING, key="김순희").exists()
    assert PersonKey.objects.filter(person=there, county="222401", key="김순희").exists()


def test_a_number_on_file_under_another_name_is_a_fault(world: World, tmp_path: Path) -> None:
    rows = [row(source_id="1"), row(source_id="2", name="李某", name_hangul="")]
    for dry_run in (True, False, False):
        found = take(world, write_csv(tmp_path / "r.csv", rows), dry_run=dry_run)
        assert found.counts.failed == 1
        assert [(fault["line"], fault["column"]) for fault in found.first_faults] == [(4, "identity_number")]
    assert Case.objects.count() == 1


# --- faults


def test_the_others_are_taken_over_and_the_faults_come_back_with_reasons(world: World, tmp_path: Path) -> None:
    rows = [
        row(source_id="1"),
        row(source_id="2", summary="", registered_on="?", note='=HYPERLINK("http://evil.example")'),
        row(source_id="1", summary="@SUM(1)"),
        row(source_id="3", name="-2+3", state="?"),
    ]
    found = take(world, write_csv(tmp_path / "r.csv", rows))
    assert (found.counts.imported, found.counts.failed, found.has_faults_file) == (1, 3, True)
    raw = (tmp_path / "faults.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    head, *told = csv.reader(io.StringIO(raw.decode("utf-8-sig")))
    assert head[-2:] == ["原文件行号", "错误原因"]
    # Every row of the register takes two lines: the narrative has two.
    assert [line[-2] for line in told] == ["4", "6", "8"]
    assert told[0][-1].startswith("登记日期: ")
    assert "; 摘要: " in told[0][-1]
    assert "原系统编号: " in told[1][-1]
    cells = list(itertools.chain.from_iterable(told))
    assert not any(cell[:1] in {"=", "+", "-", "@"} for cell in cells)
    assert '\'=HYPERLINK("http://evil.example")' in cells


def test_a_corrected_file_of_faults_can_be_sent_as_it_is(world: World, tmp_path: Path) -> None:
    wrong = row(summary="", phone="+86 100 1234 5678", note="=1+1")
    take(world, write_csv(tmp_path / "r.csv", [wrong]))
    text = (tmp_path / "faults.csv").read_text(encoding="utf-8-sig")
    assert "'+86" in text
    assert ",,三楼漏水" not in text
    head, line = csv.reader(io.StringIO(text))
    line[head.index("摘要")] = "楼上漏水"
    with (tmp_path / "again.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([head, line])
    found = take(world, tmp_path / "again.csv")
    assert (found.counts.imported, found.unknown) == (1, [])
    assert Person.objects.get(identity_index__gt="").phone == "10012345678"
    assert Note.objects.get().text == "=1+1"


def test_a_workbook_gets_its_faults_as_a_workbook_of_texts(world: World, tmp_path: Path) -> None:
    rows = [row(), row(source_id="2", registered_on=dt.datetime(2023, 8, 15), summary="", note="=1+1")]
    path = write_xlsx(tmp_path / "r.xlsx", rows)
    found = take(world, path)
    assert (found.counts.imported, found.counts.failed) == (1, 1)
    sheet = openpyxl.load_workbook(tmp_path / "faults.xlsx").active
    head, told = ([str(cell.value or "") for cell in cells] for cells in sheet.iter_rows())
    assert told[head.index("登记日期")] == "2023-08-15"
    assert told[head.index("原文件行号")] == "4"
    assert all(cell.data_type != "f" for cells in sheet.iter_rows() for cell in cells)


@pytest.mark.parametrize(
    "hostile",
    ["<script>alert(1)</script>", "'; DROP TABLE cases_case; --", "{{ 7*7 }}", "\u202e反", "=cmd|'/C calc'!A0"],
)
def test_hostile_text_is_kept_as_text(world: World, tmp_path: Path, hostile: str) -> None:
    take(
        world,
        write_csv(tmp_path / "r.csv", [row(summary=hostile, narrative=hostile, note=hostile, other_party=hostile)]),
    )
    case = imported("LJ-1")
    assert (case.title, case.narrative) == (hostile, hostile)


# --- who may, and one at a time


def test_only_administrators_and_dispatchers_over_the_centre_may(world: World, register: Path) -> None:
    outsider = make_user("outsider", "dispatcher", "222401")
    for user in (world.clerk, world.tax, world.official, outsider):
        with pytest.raises(NotAllowed):
            take(world, register, by=user)
    assert not Case.objects.exists()
    assert take(world, register, by=world.administrator).counts.imported == 10
    assert not Case.objects.visible_to(world.administrator).exists(), "who keeps the system sees no case"


def test_the_same_people_in_neighbouring_chunks_get_one_file(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "CHUNK", 1)
    take(world, write_csv(tmp_path / "r.csv", [row(source_id=str(n), identity_number="") for n in range(4)]))
    assert Person.objects.count() == 2


def test_a_chunk_needs_a_bounded_number_of_queries(world: World, tmp_path: Path) -> None:
    from django.test.utils import CaptureQueriesContext

    used = []
    for name, count in (("a", 10), ("b", 50), ("c", 200)):
        path = write_csv(
            tmp_path / f"{name}.csv", [{**one, "source_id": name + one["source_id"]} for one in many(count)]
        )
        with CaptureQueriesContext(connection) as queries:
            take(world, path, system=name)
        used.append(len([query for query in queries if "nextval" not in query["sql"]]))
    assert used[1] == used[2] < 60


def test_the_series_of_numbers_goes_on_behind_an_import(world: World, register: Path) -> None:
    take(world, register)
    assert CaseNumberSeries.objects.get(county_code=LONGJING, year=2023).last == 10
    with pytest.raises(GovernanceError):
        take(world, register, by=world.clerk)
    assert make_case(world).number == f"{LONGJING}-{timezone.localdate().year}-000001"
