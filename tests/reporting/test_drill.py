"""The list behind a number has what the number counts, folded or not."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable

import openpyxl
import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from cases.models import Case, Deadline
from cases.services import (
    end_unresolved,
    reopen_case,
    resolve_case,
    return_referral,
    rule_lead,
    sign_referral,
    withdraw_case,
)
from departments.models import Department
from reporting import drill
from reporting.measures import MEASURES
from reporting.models.fact import SEVERAL, CaseFact
from reporting.periods import Period
from reporting.rollups.columns import COLUMNS
from reporting.rollups.folding import fold
from reporting.rollups.reading import Reader, reading
from tests.world import LIYUAN, LONGJING, VILLAGE, World, make_case, make_user

SLICES: tuple[dict[str, str], ...] = (
    {}, {"category": "neighbour"}, {"category": "social_insurance"}, {"channel": "walk_in"}, {"level": "county"},
    {"level": "township"}, {"department": "justice"}, {"department": "tax"},
)  # fmt: skip


def recent() -> Period:
    today = timezone.localdate()
    return Period(today - dt.timedelta(days=40), today + dt.timedelta(days=3))


def settle(world: World, case: Case, outcome: str = "settled") -> None:
    officer = {"tax": world.tax, "justice": world.justice}[case.lead_id or ""]
    sign_referral(referral=case.referrals.get(role="lead"), by=officer)
    resolve_case(case=case, by=officer, outcome=outcome, note="办结")


@pytest.fixture
def some_of_each(world: World) -> World:
    """Cases that are open, late, resolved, reopened, withdrawn, ended, refused, restricted, repeated and excluded."""
    for category in ("neighbour", "social_insurance", "neighbour"):
        settle(world, make_case(world, category))
    again = make_case(world, "neighbour")
    settle(world, again)
    again.refresh_from_db()
    reopen_case(case=again, by=world.dispatcher, note="反复")
    make_case(world)
    late = make_case(world, "neighbour")
    late.deadlines.update(due_at=timezone.now() - dt.timedelta(days=1))
    withdraw_case(case=make_case(world), by=world.clerk, note="撤回")
    ended = make_case(world, "neighbour")
    sign_referral(referral=ended.referrals.get(role="lead"), by=world.justice)
    end_unresolved(case=ended, by=world.justice, outcome="to_court", note="告知起诉")
    settle(world, make_case(world, "legal_advice"), "service_done")
    returned = make_case(world).referrals.get(role="lead")
    return_referral(referral=returned, by=world.tax, reason="not_competent", note="不属于本部门职责")
    make_case(world, accept=False)
    first = Case.objects.counted().order_by("pk").first()
    assert first is not None
    Case.objects.filter(pk=first.pk).update(is_excluded=True, accepted_at=first.accepted_at - dt.timedelta(days=9))
    Case.objects.filter(pk=late.pk).update(is_restricted=True, repeat_of=first.pk)
    return world


def listed(asked: drill.Asked, user: User) -> tuple[int | None, int, int]:
    """The number, how often the listed cases are counted in it, and what is restricted."""
    with reading() as reader:
        return read(reader, asked, user, asked.sorts[0])


def read(reader: Reader, asked: drill.Asked, user: User, sort: str) -> tuple[int | None, int, int]:
    number = drill.number(reader, asked)
    found = drill.lines(reader, asked, user, sort=sort, most=1000)
    shown = drill.cases_of(found, user)
    hidden = drill.hidden(reader, asked, user)
    assert len(shown) == len(found)
    return number, sum(line.times for _case, line in shown), hidden


def every_number() -> list[tuple[str, str]]:
    found = [(code, "numerator") for code in COLUMNS]
    for code, measure in MEASURES.items():
        if code != "attendance_rate":
            found += [(code, of) for of in (("numerator", "denominator") if measure.is_rate else ("numerator",))]
    return found


@pytest.mark.parametrize("folded", [False, True])
def test_each_number_lists_what_it_counts(some_of_each: World, folded: bool) -> None:
    if folded:
        fold()
    counted = 0
    with reading() as reader:
        for figure, of in every_number():
            for scope in ("2224", LONGJING, LIYUAN, VILLAGE):
                for slices in SLICES if scope in {LONGJING, VILLAGE} else SLICES[:1]:
                    asked = drill.Asked(drill.columns_of(figure, of), scope, recent(), slices)
                    for sort in asked.sorts:
                        number, shown, hidden = read(reader, asked, some_of_each.official, sort)
                        assert number == shown + hidden, (figure, of, scope, slices, sort)
                        counted += shown
    for figure in set(COLUMNS) - set(MEASURES):
        assert listed(drill.Asked((figure,), LONGJING, recent()), some_of_each.dispatcher)[2] == 0
    assert counted > 500


def test_a_change_after_folding_moves_the_list(some_of_each: World) -> None:
    fold()
    case = Case.objects.filter(resolved_at__isnull=False, kind="dispute").order_by("pk").last()
    assert case is not None
    resolved = drill.Asked(("resolved",), LONGJING, recent())
    before = listed(resolved, some_of_each.dispatcher)
    reopen_case(case=case, by=some_of_each.dispatcher, note="反复")
    with reading() as reader:
        assert reader.changed == [case.pk]
        shown = [line.case_id for line in drill.lines(reader, resolved, some_of_each.dispatcher, sort="newest")]
    assert case.pk not in shown
    number, listed_now, hidden = listed(resolved, some_of_each.dispatcher)
    assert (number, listed_now, hidden) == ((before[0] or 0) - 1, before[1] - 1, 0)


def test_a_limit_that_has_just_passed_is_in_the_list_of_overdue(world: World) -> None:
    make_case(world, "neighbour")
    fold()
    due = Deadline.objects.order_by("due_at").first()
    assert due is not None
    overdue = drill.Asked(("overdue",), LONGJING, Period(timezone.localdate(), timezone.localdate()))
    for now, number in ((due.due_at - dt.timedelta(seconds=1), 0), (due.due_at, 1)):
        with reading(now=now) as reader:
            asked = drill.Asked(overdue.columns, LONGJING, Period(recent().first, reader.today))
            assert drill.number(reader, asked) == number
            assert len(drill.lines(reader, asked, world.official, sort="oldest")) == number


@pytest.mark.parametrize("folded", [False, True])
def test_a_matter_is_listed_with_each_department_that_had_it(world: World, folded: bool) -> None:
    once, twice = make_case(world), make_case(world)
    for case, officers in ((once, (world.tax,)), (twice, (world.tax, world.hr))):
        for officer in officers:
            lead = case.referrals.get(role="lead", status="dispatched")
            return_referral(referral=lead, by=officer, reason="not_competent", note="不属于本部门职责")
    rule_lead(case=twice, department=Department.objects.get(pk="justice"), by=world.dispatcher, note="由司法局办理")
    if folded:
        fold()
        facts = {fact.case_id: fact for fact in CaseFact.objects.all()}
        assert [facts[once.pk].department, facts[once.pk].other_department] == ["human_resources", "tax"]
        assert [facts[twice.pk].department, facts[twice.pk].other_department] == ["justice", SEVERAL]
    had = {
        "referred": {"tax": {once.pk, twice.pk}, "human_resources": {once.pk, twice.pk}, "justice": {twice.pk}},
        "returned": {"tax": {once.pk, twice.pk}, "human_resources": {twice.pk}, "justice": set()},
    }
    with reading() as reader:
        for column, departments in had.items():
            for scope in ("2224", LONGJING, LIYUAN, VILLAGE):
                for department, cases in departments.items():
                    asked = drill.Asked((column,), scope, recent(), {"department": department})
                    found = drill.lines(reader, asked, world.official, sort="newest")
                    assert sorted(line.case_id for line in found) == sorted(cases), (column, scope, department)
                    assert drill.number(reader, asked) == len(cases)


@pytest.mark.parametrize("folded", [False, True])
def test_pages_follow_one_another_without_gap_or_double(some_of_each: World, folded: bool) -> None:
    if folded:
        fold()
    for figure in ("accepted", "resolved", "open", "mediation_success", "referred"):
        asked = drill.Asked(drill.columns_of(figure, "denominator"), LONGJING, recent())
        for sort in asked.sorts:
            with reading() as reader:
                user = some_of_each.dispatcher
                whole = [line.case_id for line in drill.lines(reader, asked, user, sort=sort, most=100)]
                paged: list[int] = []
                after = None
                while page := drill.lines(reader, asked, user, sort=sort, after=after, most=2):
                    paged += [line.case_id for line in page]
                    after = page[-1].key, page[-1].case_id
            assert paged == whole
            assert len(set(whole)) == len(whole)


@pytest.mark.parametrize("length", [10, 61, 62, 400])
def test_what_took_longest_comes_first_in_short_and_long_periods(world: World, length: int) -> None:
    """A short period is looked through day by day, a long one from the longest of all."""
    now = timezone.now()
    took = {}
    for before, days in ((3, 2), (5, 5), (9, 0), (40, 39), (58, 2), (61, 60), (90, 1), (300, 300)):
        settle(world, case := make_case(world, "neighbour"))
        accepted = now - dt.timedelta(days=before)
        Case.objects.filter(pk=case.pk).update(accepted_at=accepted, resolved_at=accepted + dt.timedelta(days=days))
        if before <= length:
            took[case.pk] = days
    fold()
    today = timezone.localdate()
    asked = drill.Asked(("resolved",), LONGJING, Period(today - dt.timedelta(days=length), today))
    with reading() as reader:
        found = [(line.case_id, line.days) for line in drill.lines(reader, asked, world.official, sort="longest")]
    assert found == sorted(took.items(), key=lambda one: (one[1], one[0]), reverse=True)
    assert len(found) == {10: 3, 61: 6, 62: 6, 400: 8}[length]


def test_what_lies_in_no_division_below(some_of_each: World) -> None:
    Case.objects.filter(pk=Case.objects.counted().latest("pk").pk).update(division_id=LONGJING)
    for exactly, number in ((True, 1), (False, 9)):
        asked = drill.Asked(("accepted",), LONGJING, recent(), exactly=exactly)
        assert listed(asked, some_of_each.dispatcher) == (number, number, 0)


def test_the_page_shows_number_cases_and_what_is_restricted(
    some_of_each: World, sign_in: Callable[..., Client]
) -> None:
    client = sign_in(some_of_each.official)
    page = client.get(drill.address("resolution_rate", LONGJING, recent(), of="denominator"))
    assert page.context["number"] == 9
    assert (len(page.context["rows"]), page.context["hidden"]) == (8, 1)
    assert 'data-number="9"' in page.content.decode()
    page = client.get(drill.address("overdue", LONGJING, recent(), category="neighbour"))
    assert (page.context["number"], page.context["rows"], page.context["hidden"]) == (1, [], 1)


def test_the_next_page_goes_on(
    some_of_each: World, sign_in: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reporting.drill_views.PER_PAGE", 5)
    client = sign_in(some_of_each.dispatcher)
    address = drill.address("accepted", LONGJING, recent(), sort="oldest")
    first = client.get(address)
    second = client.get(f"{address}&after={first.context['following']}")
    shown = [case.number for page in (first, second) for case, _line in page.context["rows"]]
    assert len(set(shown)) == 9
    assert not second.context["following"]
    for wrong in ("x", "2026-13-45_1", "2026-01-01_99999999999999999999"):
        assert client.get(f"{address}&after={wrong}").context["is_first"]


def test_the_download_has_every_line(some_of_each: World, sign_in: Callable[..., Client]) -> None:
    client = sign_in(some_of_each.official)
    answer = client.get(drill.address("accepted", LONGJING, recent(), export="xlsx"))
    sheet = openpyxl.load_workbook(io.BytesIO(answer.getvalue())).active
    assert sheet.max_row == 1 + 8
    answer = client.get(drill.address("accepted", LONGJING, recent(), export="csv"))
    assert len(answer.getvalue().decode().strip().splitlines()) == 1 + 8


def test_only_officials_and_dispatchers_of_the_division(world: World, sign_in: Callable[..., Client]) -> None:
    address = drill.address("accepted", LONGJING, recent())
    assert sign_in(world.clerk).get(address).status_code == 403
    assert sign_in(make_user("elsewhere", "official", "222401")).get(address).status_code == 403
    client = sign_in(world.official)
    assert client.get(address).status_code == 200
    assert client.get(address.replace("=accepted", "=nonsense")).status_code == 404
    assert drill.address("nonsense", LONGJING, recent()) == drill.address("attendance_rate", LONGJING, recent()) == ""


def test_an_open_case_has_lasted_until_today(world: World) -> None:
    case = make_case(world, "neighbour")
    Case.objects.filter(pk=case.pk).update(accepted_at=timezone.now() - dt.timedelta(days=5))
    for _folded in (False, True):
        with reading() as reader:
            (line,) = drill.lines(reader, drill.Asked(("open",), LONGJING, recent()), world.official, sort="oldest")
        assert line.days == 5
        fold()


@pytest.mark.parametrize("folded", [False, True])
@pytest.mark.parametrize("since", [1, 59, 60, 61, 62, 400])
def test_what_comes_long_after_the_registration_is_counted_and_listed_on_its_day(
    world: World, since: int, folded: bool
) -> None:
    case, day = make_case(world, "neighbour"), timezone.localdate() - dt.timedelta(days=35)
    due = timezone.make_aware(dt.datetime.combine(day, dt.time(12)))
    case.deadlines.update(due_at=due)
    begun = due - dt.timedelta(days=since)
    Case.objects.filter(pk=case.pk).update(registered_at=begun, accepted_at=begun)
    limits = case.deadlines.filter(cancelled_at=None).count()
    assert limits
    if folded:
        fold()
    one_day, a_month_before = Period(day, day), Period(day - dt.timedelta(days=30), day - dt.timedelta(days=1))
    for scope in ("2224", LONGJING, LIYUAN, VILLAGE):
        for slices in ({}, {"department": "justice"}, {"category": "neighbour"}):
            asked = drill.Asked(("limits_due",), scope, one_day, slices)
            assert listed(asked, world.official)[:2] == (limits, limits), (scope, slices)
            assert listed(drill.Asked(("limits_due",), scope, a_month_before, slices), world.official)[:2] == (0, 0)
