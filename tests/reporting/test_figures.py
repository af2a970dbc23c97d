"""The figures of a small ledger worked out by hand, and the way from a figure to its cases."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Role
from cases.models import Case
from cases.services import end_unresolved, reopen_case, resolve_case, sign_referral, withdraw_case
from reporting import selectors
from reporting.periods import Period
from reporting.rollups.reading import reading
from reporting.templatetags.reporting import figure
from tests.world import LIYUAN, LONGJING, YANJI, World, make_case, make_user


def settle(world: World, case: Case, days: int = 0) -> None:
    officer = {"tax": world.tax, "justice": world.justice}[case.lead_id or ""]
    sign_referral(referral=case.referrals.get(role="lead"), by=officer)
    outcome = "service_done" if case.kind == "consultation" else "settled"
    resolve_case(case=case, by=officer, outcome=outcome, note="办结")
    if days:
        case.refresh_from_db()
        Case.objects.filter(pk=case.pk).update(resolved_at=case.accepted_at + dt.timedelta(days=days))


@pytest.fixture
def ledger_by_hand(world: World) -> World:
    """Accepted 8: resolved 4 (one reopened and resolved again), open 2, withdrawn 1, guided to court 1.
    Apart: 1 consultation, 1 kept for screening."""
    for days in (2, 4, 10):
        settle(world, make_case(world), days)
    again = make_case(world, "neighbour")
    settle(world, again)
    again = reopen_case(case=again, by=world.dispatcher, note="反复")
    resolve_case(case=again, by=world.justice, outcome="settled", note="再次办结")
    make_case(world)
    late = make_case(world, "neighbour")
    late.deadlines.update(due_at=timezone.now() - dt.timedelta(days=1))
    withdraw_case(case=make_case(world), by=world.clerk, note="撤回")
    ended = make_case(world, "neighbour")
    sign_referral(referral=ended.referrals.get(role="lead"), by=world.justice)
    end_unresolved(case=ended, by=world.justice, outcome="to_court", note="告知起诉")
    settle(world, make_case(world, "legal_advice"))
    make_case(world, accept=False)
    return world


def summary(scope: str, period: Period) -> dict[str, float | None]:
    with reading() as reader:
        return {code: one.value for code, one in selectors.summary(reader, scope, period).items()}


def by_division(scope: str, period: Period) -> list[selectors.Row]:
    with reading() as reader:
        return selectors.by_division(reader, scope, period)


def by_category(scope: str, period: Period) -> list[selectors.Row]:
    with reading() as reader:
        return selectors.by_category(reader, scope, period)


def trend(scope: str, period: Period) -> list[dict[str, object]]:
    with reading() as reader:
        return selectors.trend(reader, scope, period)


def this_year() -> Period:
    today = timezone.localdate()
    return Period(today - dt.timedelta(days=30), today)


def test_the_headline_figures(ledger_by_hand: World) -> None:
    found = summary(LONGJING, this_year())
    expected = {
        "accepted": 8, "resolved": 4, "resolution_rate": 50.0, "open": 2, "overdue": 1, "ended_otherwise": 2,
        "reopened": 1, "median_days": 3.0, "consultations": 1, "refused": 0,
    }  # fmt: skip
    assert {key: found[key] for key in expected} == expected


def test_what_villages_and_townships_resolve_is_contained_below_the_county(world: World) -> None:
    assert summary(LONGJING, this_year())["contained_rate"] is None
    settle(world, make_case(world))
    assert summary(LONGJING, this_year())["contained_rate"] == 0
    street = make_user("street", Role.OFFICER, LIYUAN, "township")
    service = make_case(world, "public_service")
    sign_referral(referral=service.referrals.get(), by=street)
    resolve_case(case=service, by=street, outcome="service_done", note="办结")
    found = summary(LONGJING, this_year())
    assert (found["resolved"], found["contained_rate"]) == (2, 50.0)


def test_by_place_and_by_category(ledger_by_hand: World) -> None:
    places = {row.key: (row.accepted, row.resolved) for row in by_division("2224", this_year())}
    assert places == {YANJI: (0, 0), LONGJING: (8, 4)}
    assert [(row.key, row.accepted) for row in by_division(LONGJING, this_year())] == [(LIYUAN, 8)]
    categories = [(row.key, row.accepted, row.resolved, row.rate) for row in by_category("2224", this_year())]
    assert categories == [("social_insurance", 5, 3, 60.0), ("neighbour", 3, 1, pytest.approx(33.33, abs=0.01))]


def test_the_trend_has_every_month_of_the_period(ledger_by_hand: World) -> None:
    today = timezone.localdate()
    months = trend("2224", Period(dt.date(today.year - 1, 1, 1), today))
    assert len(months) == 12 + today.month
    assert sum(row["accepted"] for row in months) == 8
    assert months[-1] == {"month": f"{today:%Y-%m}", "accepted": 8, "resolved": 4}


def test_a_day_is_a_local_day(ledger_by_hand: World) -> None:
    case = Case.objects.counted().order_by("pk").first()
    assert case is not None
    # Half past midnight on 1 March in Yanbian is still 28 February in UTC.
    Case.objects.filter(pk=case.pk).update(accepted_at=dt.datetime(2026, 2, 28, 16, 30, tzinfo=dt.UTC))
    assert summary("2224", Period(dt.date(2026, 3, 1), dt.date(2026, 3, 1)))["accepted"] == 1
    assert summary("2224", Period(dt.date(2026, 2, 1), dt.date(2026, 2, 28)))["accepted"] == 0


def test_an_empty_period_has_no_rate(world: World) -> None:
    found = summary("2224", Period(dt.date(2020, 1, 1), dt.date(2020, 1, 31)))
    assert (found["accepted"], found["resolution_rate"], found["median_days"]) == (0, None, None)
    assert figure(found["resolution_rate"], "percent") == "—"


def test_the_published_figure_is_reproduced() -> None:
    assert figure(100 * 16198 / 16412, "percent") == "98.7 %"


def test_every_number_opens_exactly_its_cases(ledger_by_hand: World, sign_in: Callable[..., Client]) -> None:
    client = sign_in(ledger_by_hand.official)
    page = client.get("/dashboard/").content.decode()
    assert 'data-figure="resolution_rate"' in page
    import re

    rows = re.findall(r'<tr data-key="(\w+)">(.*?)</tr>', page, re.S)
    checked = 0
    for _key, row in rows:
        for address, number in re.findall(r'<a href="(/dashboard/cases/\?[^"]+)">([\d,]+)</a>', row):
            context = client.get(address.replace("&amp;", "&")).context
            assert context["number"] == len(context["rows"]) + context["hidden"] == int(number), address
            checked += 1
    assert checked >= 12


@pytest.mark.parametrize(("who", "status"), [("official", 200), ("dispatcher", 200), ("clerk", 403), ("tax", 403),
                                             ("mediator", 403), ("administrator", 403)])  # fmt: skip
def test_who_sees_the_dashboard(world: World, sign_in: Callable[..., Client], who: str, status: int) -> None:
    assert sign_in(getattr(world, who)).get("/dashboard/").status_code == status


def test_an_official_of_a_county_sees_no_other(world: World, sign_in: Callable[..., Client]) -> None:
    client = sign_in(make_user("county", Role.OFFICIAL, LONGJING))
    assert client.get("/dashboard/").context["division"].pk == LONGJING
    assert client.get(f"/dashboard/?division={LIYUAN}").status_code == 200
    assert client.get(f"/dashboard/?division={YANJI}").status_code == 403
    assert client.get("/dashboard/?division=2224").status_code == 403


@pytest.mark.parametrize(
    "query", ["first=x&last=y", "first=2026-02-30", "first=2026-12-01&last=2026-01-01", "division="]
)
def test_a_bad_period_is_said_so_and_breaks_nothing(world: World, sign_in: Callable[..., Client], query: str) -> None:
    assert sign_in(world.official).get(f"/dashboard/?{query}").status_code == 200


def test_the_dashboard_takes_few_queries(
    ledger_by_hand: World, sign_in: Callable[..., Client], django_assert_max_num_queries: Callable[..., object]
) -> None:
    client = sign_in(ledger_by_hand.official)
    client.get("/dashboard/")
    with django_assert_max_num_queries(31):  # type: ignore[attr-defined]
        client.get("/dashboard/")
