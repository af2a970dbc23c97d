"""The list behind a number of the further pages has what the number counts: one definition, tried with every figure."""

from __future__ import annotations

import csv
import datetime as dt
import html
import io
import re
from collections.abc import Callable
from itertools import count

import openpyxl
import pytest
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.test import Client
from django.utils import timezone

from accounts.models import Role, User
from cases.models import Case
from departments.models import Shift, Window
from mediation.models import Agreement, Committee, FollowUp, Mediator, SecondCallDraw, Session
from reporting import counted, counted_page, page_tables
from reporting.measures import MEASURES
from reporting.opening import Whose, address
from reporting.periods import Period
from reporting.rollups.columns import COLUMNS
from tests.cases.test_joint_matters import bounced
from tests.intake.queueing import MORNING
from tests.mediation.sessions import mediated
from tests.mediation.test_register_pages import concluded
from tests.reporting.test_waiting import day_by_hand
from tests.world import LIYUAN, LONGJING, VILLAGE, YANJI, World, make_case, make_user

SignIn = Callable[..., Client]
DAY = dt.timedelta(days=1)

__all__ = ("day_by_hand",)


def days() -> Period:
    """From the small day at the desk, or forty days ago, until after tomorrow."""
    today, desk = timezone.localdate(), MORNING.date()
    return Period(min(desk, today - 40 * DAY), max(desk, today + 3 * DAY))


@pytest.fixture
def some_of_each(day_by_hand: World) -> World:
    """At least two rows of everything that is counted, some of them of restricted cases and of another place."""
    world, now = day_by_hand, timezone.now()
    cases = [mediated(world), mediated(world), mediated(world, world.other_mediator)]
    Case.objects.filter(pk=cases[1].pk).update(division_id=LIYUAN)
    Case.objects.filter(pk=cases[2].pk).update(is_restricted=True)
    hours = count(1)
    for case in cases:
        for state, failure in [("held", ""), ("cancelled", ""), *(("failed", why) for why in Session.Failure.values)]:
            start = now - dt.timedelta(hours=next(hours))
            Session.objects.create(
                case=case, mediator=world.mediator.mediator, place="社区", state=state, failure=failure,
                period=DateTimeTZRange(start, start + dt.timedelta(minutes=30)), called_by=world.mediator,
                created_at=now,
            )  # fmt: skip
        for form in ("written", "oral"):
            Agreement.objects.create(
                case=case, form=form, terms="协议内容", reached_on=now.date(), recorded_by=world.mediator,
                recorded_at=now,
            )  # fmt: skip
        _visits(case, now)
    for week in (7, 14):
        SecondCallDraw.objects.create(
            division_id=LONGJING, week=timezone.localdate() - week * DAY, seed="a", percent=20, visits=10,
            drawn=week // 7, made_at=now,
        )  # fmt: skip
    concluded(world, {"oral_agreement": 2, "written_agreement": 2, "refused": 1}, world.mediator)
    Case.objects.filter(pk=Case.objects.latest("pk").pk).update(is_restricted=True)
    bounced(world)
    make_case(world)
    window = Window.objects.create(centre=world.centre, number=12, is_in_rota=True)
    for back, come, left in ((1, now, now), (2, now, None), (3, None, None)):
        Shift.objects.create(
            centre=window.centre, window=window, department_id="civil_affairs", half="am", checked_in_at=come,
            checked_out_at=left, day=timezone.localdate() - back * DAY,
        )  # fmt: skip
    return world


def _visits(case: Case, now: dt.datetime) -> None:
    """Visits in every state and with every outcome, and second calls on the first two."""
    late, early, day = timezone.localdate() - 5 * DAY, timezone.localdate() - 20 * DAY, count(1)
    done = [
        FollowUp.objects.create(
            case=case, day=next(day), due_on=due, state="done", outcome=outcome, done_at=now - 10 * DAY
        )
        for outcome in FollowUp.Outcome.values
        for due in (late, early)
    ]
    for state, due in (
        ("planned", late),
        ("planned", timezone.localdate() + DAY),
        ("covered", late),
        ("cancelled", late),
    ):
        FollowUp.objects.create(case=case, day=next(day), due_on=due, state=state)
    for first, outcome in zip(done, ("performed", "relapse"), strict=False):
        FollowUp.objects.create(
            case=case, day=next(day), due_on=late, state="done", outcome=outcome, done_at=now, origin="second",
            second_of=first,
        )  # fmt: skip


def asked(figure: str, of: str, scope: str, **more: object) -> counted.Asked:
    named = counted_page.FIGURES[figure]
    columns = named.denominator if of == "denominator" else named.numerator
    return counted.Asked(named.kind, columns, scope, days(), **more)  # type: ignore[arg-type]


def sums(one: counted.Asked, user: User) -> tuple[int, int, int]:
    """The number, what the listed rows count for, and how many stay hidden."""
    found = counted.listed(one, user, most=1000)
    assert len({row.pk for row in found}) == len(found)
    assert len(counted_page.lines(one, found, user)) == len(found)
    return counted.number(one), sum(counted.weight_of(one, row) for row in found), counted.hidden(one, user)


def every_number() -> list[tuple[str, str]]:
    return [
        (code, of)
        for code, named in counted_page.FIGURES.items()
        for of in (("numerator", "denominator") if named.denominator else ("numerator",))
    ]


def test_no_figure_is_also_one_of_the_roll_ups() -> None:
    of_cases = {code for code, one in MEASURES.items() if code != "attendance_rate"} | set(COLUMNS)
    assert not of_cases & counted_page.FIGURES.keys()
    assert {named.kind for named in counted_page.FIGURES.values()} == counted.KINDS.keys() == counted_page.CELLS.keys()
    for named in counted_page.FIGURES.values():
        columns = counted.KINDS[named.kind].counts(timezone.localdate()).keys()
        assert {*named.numerator, *named.denominator} <= columns


def test_each_number_lists_what_it_counts(some_of_each: World) -> None:
    never_hidden = {"mediators", "tickets", "shifts", "draws", "answers"}
    for figure, of in every_number():
        for scope in ("2224", LONGJING, LIYUAN, VILLAGE, YANJI):
            number, shown, hidden = sums(asked(figure, of, scope), some_of_each.official)
            assert number == shown + hidden, (figure, of, scope)
            if scope == LONGJING:
                assert shown > 0, (figure, of)
                kind = counted_page.FIGURES[figure].kind
                assert kind not in never_hidden or hidden == 0
                assert sums(asked(figure, of, scope), some_of_each.dispatcher) == (number, number, 0), (figure, of)
    for figure in ("failure_rate", "visits", "in_hand", "agreements_oral", "differing_rate"):
        assert sums(asked(figure, "numerator", LONGJING), some_of_each.official)[2] > 0, figure


def test_each_column_adds_up_as_it_is_asked_for_alone(some_of_each: World) -> None:
    """The totals of a page and the number above a list come out of one statement each; both must say the same."""
    for kind in counted.KINDS:
        found = counted.totals(kind, LONGJING, days())
        for column, number in found.items():
            assert counted.number(counted.Asked(kind, (column,), LONGJING, days())) == number, (kind, column)


def test_numbers_counted_by_hand(some_of_each: World) -> None:
    """Three cases have one held session each, one cancelled and four that came to nothing; two agreements each; ten
    visits made (four of them on time), one overdue, one to come, one covered, one cancelled, and two second calls, of
    which one heard something else (``relapse`` where the first had ``performed``). In hand are these three and the five
    with a result, which are still being handled."""
    told = {code: counted.number(asked(code, "numerator", LONGJING)) for code, _of in every_number()}
    assert (told["sessions_held"], told["sessions_cancelled"], told["sessions_failed"]) == (3, 3, 12)
    assert counted.number(asked("failure_rate", "denominator", LONGJING)) == 15
    assert (told["agreements_written"], told["agreements_oral"], told["in_hand"], told["load"]) == (3, 3, 8, 8)
    assert (told["visits"], told["visits_done"], told["visits_overdue"]) == (36, 30, 3)
    assert (told["visits_on_time"], told["visits_covered"], told["visits_cancelled"]) == (15, 3, 3)
    assert (told["second_calls"], told["differing_rate"], told["outcome_relapse"]) == (6, 3, 6)
    assert (told["drawn"], counted.number(asked("drawn", "denominator", LONGJING))) == (3, 20)
    assert (told["tickets"], told["served"], told["left"], told["waited_median"], told["serving_median"]) == (
        9,
        7,
        1,
        6,
        6,
    )
    assert (told["shifts_due"], told["attendance_rate"], told["shifts_left"]) == (3, 2, 1)
    assert (told["sent_back"], told["had_to_take"]) == (2, 1)
    assert (told["concluded"], told["concluded_resolved"]) == (5, 4)


def test_narrowed_parts_add_up_to_the_whole(some_of_each: World) -> None:
    whole = counted.number(asked("given_to_lead", "numerator", LONGJING))
    parts = counted.totals_by("referrals", counted.F("department"), LONGJING, days())
    assert sum(row["received"] for row in parts.values()) == whole
    for department, row in parts.items():
        one = asked("given_to_lead", "numerator", LONGJING, narrowed={"department": department})
        assert counted.number(one) == row["received"]
    pairs = {taker: asked("sent_back", "numerator", LONGJING, narrowed={"taker": taker})
             for taker in ("tax", "human_resources", "justice", "")}  # fmt: skip
    assert {taker: counted.number(one) for taker, one in pairs.items()} == {
        "tax": 1, "human_resources": 1, "justice": 0, "": 0,
    }  # fmt: skip
    exactly = asked("agreements_oral", "numerator", LONGJING, exactly=True)
    below = asked("agreements_oral", "numerator", LIYUAN)
    assert sums(exactly, some_of_each.dispatcher)[0] == 0
    Case.objects.filter(pk=Case.objects.filter(agreements__isnull=False).earliest("pk").pk).update(division_id=LONGJING)
    assert (counted.number(exactly), counted.number(below)) == (1, 2)


def test_what_a_mediator_has_elsewhere_is_counted_and_stays_hidden(some_of_each: World) -> None:
    """The committee lies in the county, one of its cases in another: it is in hand, but not the reader's to see; nor is
    the restricted one."""
    case = Case.objects.filter(mediator=some_of_each.mediator, state="in_handling").earliest("pk")
    Case.objects.filter(pk=case.pk).update(division_id=YANJI)
    reader = make_user("county.reader", Role.OFFICIAL, LONGJING)
    narrowed = {"mediator": str(some_of_each.mediator.mediator.pk)}
    one = asked("load", "numerator", LONGJING, narrowed=narrowed)
    loaded = Mediator.objects.with_open_load().get(pk=some_of_each.mediator.mediator.pk)
    assert sums(one, reader) == (loaded.open_load, loaded.open_load - 2, 2)


PAGES = ("departments", "mediation", "follow-ups", "waiting", "attendance", "bounces")


@pytest.mark.parametrize("page", ["", *PAGES])
@pytest.mark.parametrize("scope", [LONGJING, LIYUAN])
def test_every_number_of_a_page_opens_as_many_rows(some_of_each: World, sign_in: SignIn, page: str, scope: str) -> None:
    """Each link that is a number leads to a list with that number above it, and as many rows, but for the hidden."""
    client, period = sign_in(some_of_each.official), days()
    path = f"/dashboard/{page}/" if page else "/dashboard/"
    text = client.get(path, {"division": scope, "first": str(period.first), "last": str(period.last)}).content.decode()
    found = set(re.findall(r'<a href="(/dashboard/(?:cases|rows)/\?[^"]+)">([\d,]+)</a>', text))
    assert len(found) >= 3 or scope == LIYUAN
    answered = counted.totals("answers", scope, period)["answered"]
    for url, number in found:
        wanted, link = int(number.replace(",", "")), html.unescape(url)
        answer = client.get(link)
        if link.startswith("/dashboard/cases/"):
            # Of consultations the list says where those are that were answered at the desk.
            elsewhere = answered if "figure=consultations" in link else 0
            assert answer.context["number"] in {wanted - elsewhere, None}, link
            continue
        head = client.get(f"{link}&part=number")
        assert head.context["number"] == wanted, link
        if "figure=drawn" not in link:
            assert len(answer.context["lines"]) == min(wanted - head.context["hidden"], 25), link


@pytest.mark.parametrize("page", ["mediation", "follow-ups", "bounces", "waiting", "attendance"])
def test_no_number_of_a_table_stands_without_its_rows(some_of_each: World, sign_in: SignIn, page: str) -> None:
    period = days()
    query = {"division": LONGJING, "first": str(period.first), "last": str(period.last)}
    text = sign_in(some_of_each.official).get(f"/dashboard/{page}/", query).content.decode()
    cells = re.findall(r'<td class="text-end[^"]*"[^>]*data-label="[^"]*"[^>]*>\s*([\d,]+)\s*</td>', text)
    cells += re.findall(r'<td data-label="[^"]*" class="text-end"[^>]*>\s*([\d,]+)\s*</td>', text)
    assert cells == []


def test_pages_follow_one_another_without_gap_or_double(
    some_of_each: World, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reporting.counted_views.PER_PAGE", 2)
    client = sign_in(some_of_each.dispatcher)
    for figure, of in every_number():
        one = asked(figure, of, LONGJING)
        whole = counted_page.lines(
            one, counted.listed(one, some_of_each.dispatcher, most=1000), some_of_each.dispatcher
        )
        url = address(figure, Whose(LONGJING), days(), of)
        paged, following = [], "first"
        while following:
            answer = client.get(url if following == "first" else f"{url}&after={following}")
            paged += [line.cells for line in answer.context["lines"]]
            following = answer.context["following"].replace("+", "%2B")
        assert paged == [line.cells for line in whole], figure
    for wrong in ("x", "2026-13-45_1", "2026-01-01_99999999999999999999", "9" * 30 + "_1", "5_1"):
        assert client.get(f"{address('visits', Whose(LONGJING), days())}&after={wrong}").status_code == 200


@pytest.mark.parametrize(("page", "table"), list(page_tables.TABLES))
def test_each_table_of_a_page_is_handed_out_as_a_file(
    some_of_each: World, sign_in: SignIn, page: str, table: str
) -> None:
    """XLSX and CSV say the same, below the headings stands something, at the foot whose it is."""
    client, period = sign_in(some_of_each.official), days()
    query = {"division": LONGJING, "first": str(period.first), "last": str(period.last)}
    url = f"/dashboard/tables/{page}/{table}"
    assert f'href="{url}.xlsx?' in client.get(f"/dashboard/{page}/", query).content.decode()
    made = {kind: client.get(f"{url}.{kind}", query).getvalue() for kind in ("xlsx", "csv")}
    sheet = openpyxl.load_workbook(io.BytesIO(made["xlsx"])).active
    rows = [["" if cell is None else cell for cell in row] for row in sheet.iter_rows(values_only=True)]
    lines = list(csv.reader(io.StringIO(made["csv"].decode("utf-8-sig"))))
    end = next(number for number, row in enumerate(rows) if not any(row))
    assert end > 1
    assert [row[: len(line)] for row, line in zip(rows[:end], lines, strict=False)] == [
        numbers(line) for line in lines[:end]
    ]
    assert (rows[end + 1][1], rows[end + 2][1:3]) == (LONGJING, [query["first"], query["last"]])
    assert client.get(f"{url}.pdf", query).status_code == 404
    assert sign_in(make_user("elsewhere", Role.OFFICIAL, YANJI)).get(f"{url}.csv", query).status_code == 403


def numbers(line: list[str]) -> list[object]:
    """The cells of a line of the CSV as the XLSX has them; the first is a code or a name, whatever it looks like."""
    return [*line[:1], *(float(cell) if re.fullmatch(r"-?\d+(\.\d+)?", cell) else cell for cell in line[1:])]


def test_the_files_say_what_was_counted(some_of_each: World, sign_in: SignIn) -> None:
    period = days()
    query = {"division": LONGJING, "first": str(period.first), "last": str(period.last)}
    text = sign_in(some_of_each.official).get("/dashboard/tables/mediation/figures.csv", query).getvalue().decode()
    told = {row[0]: row[3:6] for row in csv.reader(io.StringIO(text)) if len(row) > 5}
    assert told["agreements_written"] == ["3", "3", ""]
    assert told["failure_rate"] == ["80.0", "12", "15"]


def test_what_no_department_leads_stands_with_the_departments(world: World, sign_in: SignIn) -> None:
    """So that the rows add up to the whole, and opens its cases."""
    make_case(world)
    led = make_case(world, "neighbour")
    Case.objects.filter(pk=led.pk).update(lead=None)
    client, period = sign_in(world.official), days()
    query = {"division": LONGJING, "first": str(period.first), "last": str(period.last)}
    page = client.get("/dashboard/departments/", query)
    rows = {row.key: row.counts["accepted"] for row in page.context["rows"]}
    assert (rows["nobody"], sum(rows.values()), page.context["whole"]["accepted"].value) == (1, 2, 2)
    assert list(rows)[-1] == "nobody"
    answer = client.get(address("accepted", Whose(LONGJING, narrowed={"department": ""}), period))
    assert (answer.context["number"], [case.pk for case, _line in answer.context["rows"]]) == (1, [led.pk])


def test_only_officials_and_dispatchers_of_the_division(world: World, sign_in: SignIn) -> None:
    url = address("visits", Whose(LONGJING), days())
    assert sign_in(world.clerk).get(url).status_code == 403
    client = sign_in(make_user("elsewhere", Role.OFFICIAL, YANJI))
    assert [client.get(url + part).status_code for part in ("", "&part=number", "&export=csv")] == [403] * 3
    client = sign_in(world.official)
    assert client.get(url).status_code == 200
    assert client.get(url.replace("=visits", "=nonsense")).status_code == 404


def test_a_committee_of_another_county_is_not_opened(world: World, sign_in: SignIn) -> None:
    other = Committee.objects.create(name="延吉市调委会", division_id=YANJI, kind="county")
    mediated(world)
    client = sign_in(make_user("county.reader", Role.OFFICIAL, LONGJING))
    url = address("load", Whose(LONGJING, narrowed={"committee": str(other.pk)}), days())
    assert client.get(f"{url}&part=number").context["number"] == 0


def test_restricted_cases_are_not_named(some_of_each: World, sign_in: SignIn) -> None:
    hidden = Case.objects.filter(is_restricted=True).values_list("number", flat=True)
    client = sign_in(some_of_each.official)
    for figure, of in every_number():
        for part in ("", "&export=csv"):
            answer = client.get(address(figure, Whose("2224"), days(), of) + part)
            text = (answer.getvalue() if part else answer.content).decode()
            assert not [number for number in hidden if number in text], (figure, of, part)


def test_the_download_has_every_line(some_of_each: World, sign_in: SignIn) -> None:
    client, url = sign_in(some_of_each.official), address("visits", Whose(LONGJING), days())
    shown = sums(asked("visits", "numerator", LONGJING), some_of_each.official)[1]
    sheet = openpyxl.load_workbook(io.BytesIO(client.get(f"{url}&export=xlsx").getvalue())).active
    assert sheet.max_row == 1 + shown
    assert len(client.get(f"{url}&export=csv").getvalue().decode().strip().splitlines()) == 1 + shown


def test_what_can_be_no_key_opens_nothing(some_of_each: World, sign_in: SignIn) -> None:
    client = sign_in(some_of_each.official)
    for key in ("x", "9" * 30, "-1"):
        assert client.get(address("load", Whose(LONGJING, narrowed={"mediator": key}), days())).status_code == 404
