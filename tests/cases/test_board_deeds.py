"""What a dispatcher does on the board in place."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Notification, Role
from cases import board, ledger
from cases.board_deeds import offers
from cases.models import (
    Case,
    Referral,
    SupervisionOrder,
    WhistleCall,
)  # fmt: skip
from cases.services import (
    call_again,
    rule_lead,
    urging,
    whistles,
)  # fmt: skip
from cases.services.meeting import AlreadyHere
from departments.models import Department
from governance_center.errors import NotAllowed
from tests.cases.boarding import HTMX, PAST, called, contest, held_by, limit, rated, whistle_of
from tests.world import LONGJING, YANJI, World, make_case, make_user


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
