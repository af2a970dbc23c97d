"""The dispatcher's board: what each list holds, what a poll answers, and what is done in place."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Notification, Role, User
from cases import board, ledger
from cases.board_deeds import offers
from cases.models import (
    Case,
    Deadline,
    HandOver,
    Note,
    OnCallCall,
    Referral,
    RiskLevel,
    SupervisionOrder,
    Whistle,
    WhistleCall,
)  # fmt: skip
from cases.services import (
    call_again,
    call_now,
    note_arrival,
    record_progress,
    resolve_case,
    return_referral,
    rule_lead,
    sign_referral,
    supervision,
    urging,
    whistles,
)  # fmt: skip
from cases.services.meeting import AlreadyHere
from cases.services.rating import set_level
from departments.models import Department, Division
from governance_center.calendar import day_end
from governance_center.errors import NotAllowed
from tests.cases.whistling import LONG, answer, blow, call_of, make_limits, make_street
from tests.world import LIYUAN, LONGJING, YANJI, World, make_case, make_user

HTMX = {"HTTP_HX_REQUEST": "true"}
PAST = dt.timedelta(minutes=1)


def listed(user: User) -> dict[str, list[Any]]:
    """What stands on the board of ``user``: the subjects of the rows of each list."""
    return {one.of.code: [row.subject for row in one.rows] for one in board.fill(user)}


def held_by(user: User, subject: object) -> set[str]:
    return {code for code, rows in listed(user).items() if subject in rows}


def rated(case: Case, level: int = RiskLevel.HIGH, score: int = 50) -> Case:
    part = {"code": "violence", "points": score, "evidence": ["刀"]}
    Case.objects.filter(pk=case.pk).update(risk_level=level, risk_score=score, risk_parts=[part])
    case.refresh_from_db()
    return case


def limit(case: Case, rule: str, due: dt.datetime) -> None:
    assert case.deadlines.filter(rule=rule).update(due_at=due, warn_at=due - PAST)


def contest(world: World) -> Case:
    """A case that two departments returned."""
    case = make_case(world)
    for officer in (world.tax, world.hr):
        referral = case.referrals.current().leading().get()
        return_referral(referral=referral, by=officer, reason="not_competent", note="职责不在本局")
    case.refresh_from_db()
    return case


def called(world: World) -> OnCallCall:
    """A call whose response time is over."""
    case = make_case(world, "psychological")
    call = call_now(referral=case.referrals.current().leading().get(), by=world.dispatcher)
    OnCallCall.objects.update(answer_by=timezone.now() - PAST)
    call.refresh_from_db()
    return call


def whistle_of(*codes: str) -> Whistle:
    make_limits()
    return blow(make_street(), *codes)


def ordered(world: World, case: Case, level: int = 1) -> SupervisionOrder:
    tax = Department.objects.get(pk="tax")
    order = supervision.issue_order(
        by=world.dispatcher, case=case, department=tax, level=level, reason="not_handled", text="限期办理"
    )
    SupervisionOrder.objects.filter(pk=order.pk).update(answer_by=timezone.now() - PAST)
    order.refresh_from_db()
    return order


def handed_up(world: World, target: str = LONGJING) -> HandOver:
    case = make_case(world)
    note = Note.objects.create(case=case, author=world.clerk, text="超出权限", created_at=timezone.now())
    return HandOver.objects.create(
        case=case, direction="up", state="asked", from_division=Division.objects.get(pk=LIYUAN),
        to_division=Division.objects.get(pk=target), reason="beyond_powers", note=note, by=world.clerk,
        at=timezone.now(), deadline=case.deadlines.filter(referral__isnull=True).first(),
    )  # fmt: skip


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


# --- in place -----------------------------------------------------------------------------


def address(at: str, kind: str, thing: Any, code: str) -> str:
    return f"/dispatch/{at}/{kind}/{thing.pk}/{code}/"


def test_a_limit_that_has_not_passed_is_extended_in_place(world: World, client: Client) -> None:
    case, over = make_case(world), make_case(world)
    limit(case, "sign_for_referral", timezone.now() - PAST)
    limit(over, "handle_dispute", timezone.now() - PAST)
    Case.objects.filter(pk=over.pk).update(due_at=timezone.now() - PAST)
    client.force_login(world.dispatcher)
    rows = {row.case: row for one in board.fill(world.dispatcher) if one.of.code == "overdue" for row in one.rows}
    offered = {
        one: [offer.deed.code for offer in offers("overdue", row, world.dispatcher)] for one, row in rows.items()
    }
    assert "extend" in offered[case]
    assert "extend" not in offered[over]
    url = next(offer.url for offer in offers("overdue", rows[case], world.dispatcher) if offer.deed.code == "extend")
    assert client.get(url, **HTMX).status_code == 200
    given = {"days": "10", "reason": "双方同意继续调解"}
    assert client.post(url, given, **HTMX).status_code == 422
    assert client.post(url, {**given, "confirmed": "on"}, **HTMX).status_code == 200
    before = case.due_at
    case.refresh_from_db()
    assert before is not None
    assert case.due_at == before + dt.timedelta(days=10)
    assert "limit.extended" in [event.kind for event in case.events.all()]
    assert not any(offer.deed.code == "extend" for offer in offers("overdue", rows[case], world.clerk))


def test_without_script_a_deed_leads_to_its_ordinary_page(world: World, client: Client) -> None:
    case = make_case(world, "other")
    client.force_login(world.dispatcher)
    answered = client.get(address("to_decide", "case", case, "rule"))
    assert answered.headers["Location"] == f"/cases/{case.number}/rule/"


def test_who_leads_is_decided_in_place_with_what_was_typed_kept(world: World, client: Client) -> None:
    case = contest(world)
    client.force_login(world.dispatcher)
    path = address("to_decide", "case", case, "rule")
    assert "<form" in client.get(path, **HTMX).content.decode()
    refused = client.post(path, {"note": "按职责清单"}, **HTMX)
    assert refused.status_code == 422
    assert "按职责清单" in refused.content.decode()
    done = client.post(path, {"department": "justice", "note": "按职责清单"}, **HTMX)
    assert (done.status_code, done.headers["HX-Trigger"]) == (200, "board")
    assert case.number in done.content.decode()
    case.refresh_from_db()
    assert case.lead_id == "justice"
    assert held_by(world.dispatcher, case) == set()
    again = client.post(path, {"department": "tax", "note": "再"}, **HTMX)
    assert "alert-warning" in again.content.decode()
    case.refresh_from_db()
    assert case.lead_id == "justice"


def test_earlier_rulings_stand_beside_the_form(world: World, client: Client) -> None:
    earlier = make_case(world, "other", title="共有围墙维修")
    justice = Department.objects.get(pk="justice")
    rule_lead(case=earlier, department=justice, by=world.dispatcher, note="先例理由")
    earlier.routing_decisions.filter(is_ruling=False).delete()
    earlier.routing_decisions.update(is_precedent=True)
    case = make_case(world, "other", title="共有围墙倒塌")
    client.force_login(world.dispatcher)
    assert "先例理由" in client.get(address("to_decide", "case", case, "rule"), **HTMX).content.decode()


@pytest.mark.parametrize(
    ("code", "data", "state"),
    [
        ("accept", {}, "accepted"),
        ("refuse", {"reason": "duplicate", "note": "已在办理"}, "not_accepted"),
    ],
)
def test_screening_in_place(world: World, client: Client, code: str, data: dict[str, str], state: str) -> None:
    case = make_case(world, accept=False)
    client.force_login(world.dispatcher)
    assert client.post(address("to_screen", "case", case, code), data, **HTMX).status_code == 200
    case.refresh_from_db()
    assert case.state == state
    assert held_by(world.dispatcher, case) == set()


def test_a_risk_is_looked_at_in_place(world: World, client: Client) -> None:
    case = rated(make_case(world))
    client.force_login(world.dispatcher)
    path = address("high_risk", "case", case, "risk")
    assert client.post(path, {"level": "2", "note": ""}, **HTMX).status_code == 422
    assert client.post(path, {"level": "2", "note": "已派人"}, **HTMX).status_code == 200
    assert held_by(world.dispatcher, case) == set()


def test_an_overdue_case_is_supervised_and_the_order_climbs_in_place(world: World, client: Client) -> None:
    case = make_case(world)
    limit(case, "handle_dispute", timezone.now() - PAST)
    client.force_login(world.dispatcher)
    path = address("overdue", "case", case, "order")
    sent = {"department": "tax", "level": "1", "reason": "not_handled", "text": "限期办理"}
    assert client.post(path, {**sent, "text": ""}, **HTMX).status_code == 422
    assert client.post(path, sent, **HTMX).status_code == 200
    twice = client.post(path, sent, **HTMX)
    assert twice.status_code == 422
    assert SupervisionOrder.objects.count() == 1
    SupervisionOrder.objects.update(answer_by=timezone.now() - PAST)
    order = SupervisionOrder.objects.get()
    assert held_by(world.dispatcher, order) == {"orders"}
    climbs = address("orders", "order", order, "raise")
    assert client.post(climbs, {**sent, "level": "2"}, **HTMX).status_code == 200
    assert held_by(world.dispatcher, order) == set()
    yellow = SupervisionOrder.objects.get(level=2)
    assert client.post(address("orders", "order", yellow, "lift"), {"note": "已办"}, **HTMX).status_code == 200
    assert not SupervisionOrder.objects.filter(lifted_at__isnull=True).exists()
    assert not list(ledger.verify())


def test_a_whistle_is_reminded_and_climbs_in_place(world: World, client: Client) -> None:
    leader = make_user("leader", Role.OFFICIAL, LONGJING)
    whistle = whistle_of("tax", "justice")
    client.force_login(world.dispatcher)
    for _turn in range(2):
        assert client.post(address("whistles", "whistle", whistle, "remind"), {}, **HTMX).status_code == 200
    told = Notification.objects.filter(kind="whistle.reminded").values_list("recipient__username", flat=True)
    assert sorted(told) == ["justice", "tax"]
    assert client.post(address("whistles", "whistle", whistle, "climb"), {}, **HTMX).status_code == 200
    whistle.refresh_from_db()
    assert whistle.climbed == whistles.TO_OFFICIAL
    assert Notification.objects.get(kind="whistle.unanswered").recipient == leader
    with pytest.raises(urging.LeaderKnows):
        urging.climb(whistle=whistle, by=world.dispatcher)
    with pytest.raises(NotAllowed):
        urging.remind(whistle=whistle, by=make_user("elsewhere", Role.DISPATCHER, YANJI))
    WhistleCall.objects.update(reported_at=timezone.now())
    with pytest.raises(urging.NobodyToRemind):
        urging.remind(whistle=whistle, by=world.dispatcher)


def test_a_department_is_called_again_or_noted_as_arrived_in_place(world: World, client: Client) -> None:
    call = called(world)
    client.force_login(world.dispatcher)
    for _turn in range(2):
        assert client.post(address("late_calls", "call", call, "again"), {}, **HTMX).status_code == 200
    call.refresh_from_db()
    assert call.answer_by - call.called_at == dt.timedelta(minutes=30)
    assert call.referral.case.events.filter(kind="on_call.called").count() == 2
    assert held_by(world.dispatcher, call) == set()
    assert client.post(address("late_calls", "call", call, "arrived"), {}, **HTMX).status_code == 200
    with pytest.raises(AlreadyHere):
        call_again(call=call, by=world.dispatcher)
    assert not list(ledger.verify())


def test_nothing_of_another_county_is_done_from_the_board(world: World, client: Client) -> None:
    case, call = contest(world), called(world)
    client.force_login(make_user("elsewhere", Role.DISPATCHER, YANJI))
    assert client.post(address("to_decide", "case", case, "rule"), {}, **HTMX).status_code == 404
    assert client.post(address("late_calls", "call", call, "arrived"), {}, **HTMX).status_code == 404
    for path in ("/dispatch/nowhere/case/1/rule/", "/dispatch/overdue/case/1/nothing/", "/dispatch/overdue/x/1/rule/"):
        assert client.get(path, **HTMX).status_code == 404
    assert Referral.objects.current().leading().filter(case=case).count() == 0
