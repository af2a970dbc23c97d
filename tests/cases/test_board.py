"""The dispatcher's board: what each list holds, and what a poll answers."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Role, User
from cases import board
from cases.models import (
    Case,
    Deadline,
    HandOver,
    RiskLevel,
    Whistle,
    WhistleCall,
)  # fmt: skip
from cases.services import (
    note_arrival,
    record_progress,
    resolve_case,
    rule_lead,
    sign_referral,
    supervision,
    whistles,
)  # fmt: skip
from cases.services.rating import set_level
from departments.models import Department
from governance_center.calendar import day_end
from tests.cases.boarding import (
    HTMX,
    PAST,
    called,
    contest,
    handed_up,
    held_by,
    limit,
    listed,
    ordered,
    rated,
    whistle_of,
)
from tests.cases.whistling import LONG, answer, blow, call_of, make_limits, make_street
from tests.world import YANJI, World, make_case, make_user

# --- what each list holds -------------------------------------------------------


def test_a_quiet_board_holds_nothing(world: World) -> None:
    make_case(world)
    assert not any(listed(world.dispatcher).values())


def test_a_case_that_nobody_leads_waits_for_a_decision_and_says_why(world: World) -> None:
    unrouted, contested = make_case(world, "other"), contest(world)
    filled = board.fill(world.dispatcher)[0]
    assert [row.subject for row in filled.rows] == [unrouted, contested]
    assert "other" in filled.rows[0].why
    assert filled.rows[1].why == board.routing.describe([{"code": "returned_twice"}])[0]
    rule_lead(case=contested, department=Department.objects.get(pk="justice"), by=world.dispatcher, note="终审")
    assert listed(world.dispatcher)["to_decide"] == [unrouted]


def test_a_registered_case_is_to_be_screened(world: World) -> None:
    case = make_case(world, accept=False)
    assert held_by(world.dispatcher, case) == {"to_screen"}


def test_a_high_risk_stands_until_a_dispatcher_looked_and_again_when_it_grows(world: World) -> None:
    case = rated(make_case(world))
    row = next(one for one in board.fill(world.dispatcher) if one.of.code == "high_risk").rows[0]
    assert (row.subject, [part[1:] for part in row.parts]) == (case, [(50, ["刀"])])
    set_level(case=case, by=world.dispatcher, level=RiskLevel.HIGH, note="已布置")
    assert held_by(world.dispatcher, case) == set()
    Case.objects.filter(pk=case.pk).update(risk_score=60)
    assert held_by(world.dispatcher, case) == {"high_risk"}
    Case.objects.filter(pk=case.pk).update(risk_level=RiskLevel.RAISED)
    assert held_by(world.dispatcher, case) == set()


def test_limits_that_pass_today_and_that_have_passed(world: World) -> None:
    case, now = make_case(world), timezone.now()
    limit(case, "handle_dispute", day_end(timezone.localdate(now)))
    assert held_by(world.dispatcher, case) == {"due_today"}
    case.deadlines.update(paused_at=now)
    assert held_by(world.dispatcher, case) == set()
    case.deadlines.update(paused_at=None)
    limit(case, "handle_dispute", now - PAST)
    assert held_by(world.dispatcher, case) == {"overdue"}
    sign_referral(referral=case.referrals.current().leading().get(), by=world.tax)
    resolve_case(case=case, by=world.tax, outcome="settled", note="已办结")
    assert held_by(world.dispatcher, case) == set()


def test_a_referral_that_nobody_signs_for_in_time(world: World) -> None:
    case = make_case(world, "neighbour")
    limit(case, "sign_for_referral", timezone.now() - PAST)
    assert held_by(world.dispatcher, case) == {"unsigned", "overdue"}
    sign_referral(referral=case.referrals.current().leading().get(), by=world.justice)
    assert held_by(world.dispatcher, case) == set()


def test_a_whistle_is_unanswered_past_any_of_its_limits_or_once_it_climbed(world: World) -> None:
    whistle = whistle_of("tax")
    assert held_by(world.dispatcher, whistle) == set()
    WhistleCall.objects.update(sign_by=timezone.now() - PAST)
    assert held_by(world.dispatcher, whistle) == {"whistles"}
    call = whistles.sign_call(call=call_of(whistle, "tax"), by=world.tax)
    assert held_by(world.dispatcher, whistle) == set()
    Whistle.objects.update(climbed=1)
    assert held_by(world.dispatcher, whistle) == {"whistles"}
    answer(call, world.tax)
    assert held_by(world.dispatcher, whistle) == set()
    WhistleCall.objects.update(reported_at=None, report_by=timezone.now() - PAST)
    assert held_by(world.dispatcher, whistle) == {"whistles"}
    whistles.close_whistle(whistle=whistle, by=User.objects.get(username="street"), note="已解决")
    assert held_by(world.dispatcher, whistle) == set()


def test_a_department_that_was_called_and_did_not_come(world: World) -> None:
    call = called(world)
    assert held_by(world.dispatcher, call) == {"late_calls"}
    note_arrival(call=call, by=world.dispatcher)
    assert held_by(world.dispatcher, call) == set()


def test_a_hand_up_waits_on_the_board_of_the_level_that_is_asked(world: World) -> None:
    to_county, to_prefecture = handed_up(world), handed_up(world, "2224")
    above = make_user("above", Role.DISPATCHER, "2224")
    assert listed(world.dispatcher)["hand_ups"] == [to_county]
    assert listed(above)["hand_ups"] == [to_county, to_prefecture]
    HandOver.objects.update(state="taken")
    assert listed(world.dispatcher)["hand_ups"] == []


def test_only_the_highest_unanswered_order_of_a_matter(world: World) -> None:
    case = make_case(world)
    ordered(world, case)
    yellow = ordered(world, case, 2)
    assert listed(world.dispatcher)["orders"] == [yellow]
    supervision.answer_order(order=yellow, by=world.tax, measure="已办理")
    assert listed(world.dispatcher)["orders"] == []


def test_a_board_shows_its_own_county_and_restricted_cases_too(world: World) -> None:
    mine = make_case(world, "petition", accept=False, petition_class="accusation")
    assert mine.is_restricted
    other = make_user("yanji", Role.DISPATCHER, YANJI)
    above = make_user("above", Role.DISPATCHER, "2224")
    assert held_by(world.dispatcher, mine) == held_by(above, mine) == {"to_screen"}
    whistle = whistle_of("tax")
    WhistleCall.objects.update(sign_by=timezone.now() - PAST)
    order = ordered(world, make_case(world))
    call, hand_up = called(world), handed_up(world)
    for subject in (whistle, order, call, hand_up):
        assert held_by(world.dispatcher, subject)
        assert held_by(above, subject)
    assert not any(listed(other).values())


# --- the page and the poll ------------------------------------------------------------


def test_the_board_is_the_dispatchers_alone(world: World, client: Client) -> None:
    case = make_case(world, "other")
    paths = ("/dispatch/", "/dispatch/changes/", f"/dispatch/to_decide/case/{case.pk}/rule/")
    for user in (world.clerk, world.tax, world.mediator, world.official, world.administrator):
        client.force_login(user)
        assert [client.get(path, **HTMX).status_code for path in paths] == [403, 403, 403]


@pytest.mark.parametrize(("language", "words"), [("zh-hans", "待裁定"), ("ko", "결정 대기")])
def test_a_list_shows_ten_rows_and_leads_to_the_rest(
    world: World, sign_in: Callable[..., Client], language: str, words: str
) -> None:
    for _turn in range(12):
        make_case(world, "other")
    client = sign_in(world.dispatcher, language)
    text = client.get("/dispatch/").content.decode()
    assert words in text
    assert text.count('id="row-to_decide-') == board.SHOWN
    link = board.BY_CODE["to_decide"].url
    assert link.replace("&", "&amp;") in text
    assert client.get(link).context["page"].paginator.count == 12


@pytest.mark.parametrize("code", [one.code for one in board.LISTS])
def test_the_whole_of_every_list_can_be_opened(world: World, client: Client, code: str) -> None:
    client.force_login(world.dispatcher)
    assert client.get(board.BY_CODE[code].url).status_code == 200


def test_the_number_of_queries_does_not_grow_with_the_rows(world: World, client: Client) -> None:
    client.force_login(world.dispatcher)

    def more() -> None:
        rated(make_case(world, "other"))
        make_case(world, accept=False)
        case = make_case(world)
        ordered(world, case)
        case.deadlines.update(due_at=timezone.now() - PAST)
        called(world)
        handed_up(world)
        blow(User.objects.get(username="street"), "tax", submission_key=uuid.uuid4())
        WhistleCall.objects.update(sign_by=timezone.now() - PAST)

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as caught:
            assert client.get("/dispatch/").status_code == 200
        return len(caught)

    make_limits()
    make_street()
    more()
    queries()
    first = queries()
    for _turn in range(3):
        more()
    assert queries() == first
    assert all(listed(world.dispatcher)[code] for code in board.BY_CODE if code not in {"due_today"})


def poll(client: Client, page: str) -> Any:
    """What the open page asks for: its version, and the signs of its lists."""
    version = re.search(r'id="board-version"\s+name="version"\s+value="(\w+)"', page)
    assert version
    seen = re.findall(r'name="seen" value="([\w:]+)"', page)
    return client.get("/dispatch/changes/", {"version": version[1], "seen": seen}, **HTMX)


def test_nothing_is_sent_while_nothing_changed_and_only_what_did_after(world: World, client: Client) -> None:
    client.force_login(world.dispatcher)
    page = client.get("/dispatch/").content.decode()
    with CaptureQueriesContext(connection) as caught:
        quiet = poll(client, page)
    assert (quiet.status_code, quiet.content) == (204, b"")
    assert len([query for query in caught if "accounts_user" not in query["sql"] or "cases_" in query["sql"]]) <= 4

    case = make_case(world, "other")
    news = poll(client, page).content.decode()
    assert re.findall(r'data-list="(\w+)"', news) == ["to_decide"]
    assert case.number in news
    assert 'hx-swap-oob="true"' in news


@pytest.mark.parametrize(
    "happening",
    [
        lambda world, case: record_progress(case=case, by=world.dispatcher, note="已电话联系"),
        lambda world, case: Deadline.objects.update(due_at=timezone.now() - PAST),
        lambda world, case: blow(User.objects.get(username="street"), "tax"),
        lambda world, case: whistles.sign_call(call=WhistleCall.objects.get(), by=world.tax),
        lambda world, case: WhistleCall.objects.update(report_by=timezone.now() - PAST),
        lambda world, case: whistles.sweep_whistles(now=timezone.now() + LONG),
        lambda world, case: supervision.sweep_supervision(now=timezone.now() + LONG),
        lambda world, case: Whistle.objects.update(closed_at=timezone.now()),
    ],
)
def test_everything_that_a_board_shows_changes_its_version(world: World, happening: Callable[..., object]) -> None:
    make_limits()
    blow(make_street(), "justice" if "tax" in str(happening.__code__.co_consts) else "tax")
    case = make_case(world)
    before = board.version(world.dispatcher, timezone.now())
    assert board.version(world.dispatcher, timezone.now()) == before
    happening(world, case)
    assert board.version(world.dispatcher, timezone.now()) != before


def test_a_moment_that_passes_changes_the_version(world: World) -> None:
    make_case(world)
    now = timezone.now()
    assert board.version(world.dispatcher, now) != board.version(world.dispatcher, now + LONG)
