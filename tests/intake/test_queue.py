"""The queue: order, moves, places kept and lost, midnight, who may, and the intervals that add up."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import Role
from governance_center.errors import GovernanceError, MissingInput, NotAllowed
from intake import services
from intake.models import Desk, Hall, Period, Ticket, TicketSeries, Visit
from intake.services import queue_common as refusals
from intake.services.tickets import KIOSK_PER_MINUTE
from tests.intake.queueing import MORNING, after, call, called, desk, finish, ticket, window
from tests.world import YANJI, World, make_user

Q = Ticket.State


# --- numbers
def test_numbers_start_afresh_for_each_service_and_day(world: World) -> None:
    labels = [
        ticket(world, "consultation").label, ticket(world, "registration").label, ticket(world, "registration").label,
        ticket(world, "appointment").label, ticket(world, "return").label,
        ticket(world, "registration", minutes=24 * 60).label,
    ]  # fmt: skip
    assert labels == ["A001", "B001", "B002", "C001", "D001", "B001"]


def test_a_number_is_never_given_again(world: World) -> None:
    at_desk = desk(world)
    services.leave(ticket=ticket(world), by=at_desk.clerk, at=after(1))
    assert ticket(world, minutes=2).label == "B002"


def test_the_day_is_the_local_one(world: World) -> None:
    late = dt.datetime(2026, 3, 4, 16, 30, tzinfo=dt.UTC)
    assert ticket(world, at=late).day == dt.date(2026, 3, 5)


def test_the_same_key_gives_the_same_ticket(world: World) -> None:
    key = uuid.uuid4()
    first, second = ticket(world, submission_key=key), ticket(world, "return", submission_key=key)
    assert first.pk == second.pk
    assert (Ticket.objects.count(), Period.objects.count(), TicketSeries.objects.get().last) == (1, 1, 1)


def test_a_key_of_another_centre_is_refused(world: World) -> None:
    key = uuid.uuid4()
    ticket(world, submission_key=key)
    with pytest.raises(NotAllowed):
        services.take_ticket(centre=world.yanji, service="return", language="ko", submission_key=key)


@pytest.mark.parametrize(
    ("field", "value"), [("service", "nonsense"), ("service", ""), ("language", "en"), ("priority", "vip")]
)
def test_what_does_not_exist_is_refused_and_takes_no_number(world: World, field: str, value: str) -> None:
    with pytest.raises(MissingInput) as refused:
        ticket(world, **{field: value})
    assert refused.value.field == field
    assert not TicketSeries.objects.exists()


def test_a_kiosk_that_somebody_plays_with_stops(world: World) -> None:
    hall = services.hall_of(centre=world.centre)

    def press() -> Ticket:
        return services.take_at_kiosk(hall=hall, service="return", language="ko", submission_key=uuid.uuid4())

    for _each in range(KIOSK_PER_MINUTE):
        press()
    with pytest.raises(refusals.TooManyTickets):
        press()
    assert Ticket.objects.count() == KIOSK_PER_MINUTE
    assert Hall.objects.get() == hall == services.hall_of(centre=world.centre)


# --- order
def test_priority_goes_first_then_as_they_came(world: World) -> None:
    at_desk = desk(world)
    taken = [
        ticket(world, minutes=0), ticket(world, "consultation", minutes=1), ticket(world, minutes=2, priority="old"),
        ticket(world, "return", minutes=3, priority="infant"), ticket(world, minutes=4),
    ]  # fmt: skip
    order = []
    while (one := call(at_desk)) is not None:
        order.append(one.pk)
        services.leave(ticket=one, by=at_desk.clerk, at=after(31))
    assert order == [taken[index].pk for index in (2, 3, 0, 1, 4)]


def test_a_window_calls_only_for_its_services(world: World) -> None:
    at_desk = desk(world, services=["consultation", "return"])
    ticket(world, "registration")
    ticket(world, "appointment", priority="old")
    assert call(at_desk) is None
    wanted = ticket(world, "return", minutes=5)
    assert call(at_desk) == wanted


def test_a_ticket_for_one_window_is_called_by_that_one_alone(world: World) -> None:
    first, second = desk(world, 21), desk(world, 22, services=["consultation"])
    one = ticket(world)
    services.transfer(ticket=one, by=first.clerk, window=second.window, at=after(1))
    assert call(first) is None
    assert call(second) == one


def test_nobody_is_called_while_somebody_is_at_the_window(world: World) -> None:
    at_desk = desk(world)
    one = called(world, at_desk)
    ticket(world, minutes=1)
    with pytest.raises(refusals.DeskBusy):
        call(at_desk)
    services.start_serving(ticket=one, by=at_desk.clerk, at=after(31))
    with pytest.raises(refusals.DeskBusy):
        call(at_desk)
    finish(one, at_desk.clerk)
    assert call(at_desk) is not None


def test_tickets_of_another_centre_are_not_called(world: World) -> None:
    at_desk = desk(world)
    services.take_ticket(centre=world.yanji, service="return", language="ko", submission_key=uuid.uuid4(), at=MORNING)
    assert call(at_desk) is None


# --- the table of moves
START: dict[str, Callable[[World, Desk], Ticket]] = {
    "waiting": lambda world, at_desk: ticket(world),
    "called": lambda world, at_desk: called(world, at_desk),
    "serving": lambda world, at_desk: services.start_serving(
        ticket=called(world, at_desk), by=at_desk.clerk, at=after(31)
    ),
    "done": lambda world, at_desk: services.finish_with_visit(
        ticket=called(world, at_desk), by=at_desk.clerk, at=after(31)
    ),
    "left": lambda world, at_desk: services.leave(ticket=ticket(world), by=at_desk.clerk, at=after(31)),
}
DO: dict[str, Callable[..., Any]] = {
    "recall": services.recall,
    "no_show": services.no_show,
    "start_serving": services.start_serving,
    "transfer": lambda **values: services.transfer(service="return", **values),
    "finish": lambda **values: services.finish(outcome="guided", submission_key=uuid.uuid4(), **values),
    "finish_with_visit": services.finish_with_visit,
    "leave": services.leave,
}
LEADS_TO: dict[tuple[str, str], str] = {
    ("waiting", "transfer"): "waiting", ("waiting", "leave"): "left",
    ("called", "recall"): "called", ("called", "no_show"): "waiting", ("called", "start_serving"): "serving",
    ("called", "transfer"): "waiting", ("called", "finish"): "done", ("called", "finish_with_visit"): "done",
    ("called", "leave"): "left",
    ("serving", "transfer"): "waiting", ("serving", "finish"): "done", ("serving", "finish_with_visit"): "done",
}  # fmt: skip


@pytest.mark.parametrize("move", DO)
@pytest.mark.parametrize("state", START)
def test_a_move_leads_where_the_table_says_or_is_refused(world: World, state: str, move: str) -> None:
    at_desk = desk(world)
    one = START[state](world, at_desk)
    before = list(Period.objects.values_list("kind", "ended_at"))
    if (state, move) in LEADS_TO:
        DO[move](ticket=one, by=at_desk.clerk, at=after(45))
        one.refresh_from_db()
        assert one.state == LEADS_TO[state, move]
    else:
        with pytest.raises(refusals.IllegalTicketMove) as refused:
            DO[move](ticket=one, by=at_desk.clerk, at=after(45))
        assert one.label in str(refused.value)
        one.refresh_from_db()
        assert one.state == state
        assert list(Period.objects.values_list("kind", "ended_at")) == before
    assert one.periods.filter(ended_at__isnull=True).count() == (0 if one.state in {"done", "left"} else 1)


@pytest.mark.parametrize("move", ["recall", "no_show", "start_serving", "transfer", "finish", "leave"])
def test_only_its_own_window_moves_a_called_ticket(world: World, move: str) -> None:
    one, other = called(world, desk(world, 21)), desk(world, 22)
    with pytest.raises(refusals.OtherWindow):
        DO[move](ticket=one, by=other.clerk, at=after(45))


# --- places kept and lost
def test_a_transfer_keeps_the_place(world: World) -> None:
    at_desk = desk(world, 21)
    early = called(world, at_desk, service="consultation")
    ticket(world, "registration", minutes=5)
    sent = services.transfer(ticket=early, by=at_desk.clerk, service="registration", at=after(35))
    assert (sent.queued_at, sent.label, sent.service) == (early.queued_at, "A001", "registration")
    assert call(at_desk, 36) == early


@pytest.mark.parametrize("priority", ["", "old"])
def test_a_no_show_goes_to_the_end_twice_and_then_has_left(world: World, priority: str) -> None:
    at_desk = desk(world)
    one = called(world, at_desk, priority=priority)
    for turn in (1, 2):
        other = ticket(world, minutes=30 + turn)
        one = services.no_show(ticket=one, by=at_desk.clerk, at=after(40 * turn))
        assert (one.state, one.no_shows, one.priority) == (Q.WAITING, turn, priority)
        assert call(at_desk, 41 * turn) == other, "those who wait now go first"
        services.leave(ticket=other, by=at_desk.clerk, at=after(41 * turn))
        assert call(at_desk, 42 * turn) == one
    one.refresh_from_db()
    one = services.no_show(ticket=one, by=at_desk.clerk, at=after(100))
    assert (one.state, one.no_shows, one.calls, one.ended_at) == (Q.LEFT, 3, 3, after(100))
    assert call(at_desk, 101) is None


def test_a_recall_counts_and_comes_on_top(world: World) -> None:
    at_desk = desk(world)
    one = called(world, at_desk)
    again = services.recall(ticket=one, by=at_desk.clerk, at=after(33))
    assert (again.calls, again.called_at, again.state) == (2, after(33), Q.CALLED)
    assert one.periods.filter(kind="called").count() == 1


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({}, MissingInput),
        ({"service": "nonsense"}, MissingInput),
        ({"number": 22}, refusals.DeskClosed),
        ({"number": 7}, refusals.DeskClosed),
    ],
)
def test_a_transfer_needs_somewhere_to_go(world: World, fields: dict[str, Any], error: type[GovernanceError]) -> None:
    at_desk = desk(world)
    one = ticket(world)
    fields = dict(fields)
    if "number" in fields:
        fields["window"] = window(world.centre, fields.pop("number"))
    with pytest.raises(error):
        services.transfer(ticket=one, by=at_desk.clerk, at=after(1), **fields)


def test_a_window_of_another_centre_is_no_place_to_go(world: World) -> None:
    at_desk = desk(world)
    elsewhere = services.open_desk(
        window=window(world.yanji, 21), clerk=make_user("there", Role.CLERK, YANJI), at=MORNING
    )
    with pytest.raises(refusals.OutsideQueue):
        services.transfer(ticket=ticket(world), by=at_desk.clerk, window=elsewhere.window, at=after(1))


# --- ending as a visit
def test_a_quick_answer_makes_a_visit_in_the_same_breath(world: World) -> None:
    at_desk = desk(world)
    one = called(world, at_desk, service="consultation", language="ko")
    services.start_serving(ticket=one, by=at_desk.clerk, at=after(31))
    visit = finish(one, at_desk.clerk, answer="  请到三楼 ", outcome="guided")
    one.refresh_from_db()
    assert (one.state, one.ended_at) == (Q.DONE, after(40))
    assert (visit.ticket, visit.outcome, visit.answer, visit.purpose) == (one, "guided", "请到三楼", "consultation")
    assert (visit.person, visit.language, visit.clerk, visit.at) == (None, "ko", at_desk.clerk, after(40))


def test_the_same_finish_twice_makes_one_visit(world: World) -> None:
    at_desk = desk(world)
    one, key = called(world, at_desk), uuid.uuid4()
    assert finish(one, at_desk.clerk, submission_key=key) == finish(one, at_desk.clerk, submission_key=key)
    other = called(world, at_desk)
    with pytest.raises(NotAllowed):
        finish(other, at_desk.clerk, submission_key=key)
    assert Visit.objects.count() == 1


@pytest.mark.parametrize("outcome", ["", "new_case", "attached", "not_accepted"])
def test_a_case_does_not_come_by_the_quick_path(world: World, outcome: str) -> None:
    at_desk = desk(world)
    one = called(world, at_desk)
    with pytest.raises(MissingInput):
        finish(one, at_desk.clerk, outcome=outcome)
    one.refresh_from_db()
    assert one.state == Q.CALLED


def test_nothing_is_ended_when_the_visit_cannot_be_written(world: World) -> None:
    at_desk = desk(world)
    one = called(world, at_desk)
    Visit.objects.create(
        centre=world.centre, at=after(1), ticket=one, clerk=at_desk.clerk, language="ko", outcome="answered",
        submission_key=uuid.uuid4(),
    )  # fmt: skip
    from django.db import IntegrityError, transaction

    with pytest.raises(IntegrityError), transaction.atomic():
        finish(one, at_desk.clerk)
    one.refresh_from_db()
    assert one.state == Q.CALLED
    assert one.periods.filter(ended_at__isnull=True, kind="called").exists()


def test_a_call_that_was_never_started_counts_as_served_since_the_call(world: World) -> None:
    at_desk = desk(world)
    one = called(world, at_desk)
    services.finish_with_visit(ticket=one, by=at_desk.clerk, at=after(34))
    assert list(one.periods.values_list("kind", "started_at", "ended_at")) == [
        ("waiting", after(0), after(30)), ("serving", after(30), after(34)),
    ]  # fmt: skip


# --- intervals
def test_the_intervals_of_a_ticket_follow_each_other_without_a_gap(world: World) -> None:
    first, second = desk(world, 21), desk(world, 22)
    one = ticket(world, "consultation")
    services.call_next(desk=first, by=first.clerk, at=after(10))
    services.no_show(ticket=one, by=first.clerk, at=after(12))
    services.call_next(desk=first, by=first.clerk, at=after(20))
    services.start_serving(ticket=one, by=first.clerk, at=after(21))
    services.transfer(ticket=one, by=first.clerk, service="registration", window=second.window, at=after(25))
    services.call_next(desk=second, by=second.clerk, at=after(28))
    services.start_serving(ticket=one, by=second.clerk, at=after(29))
    finish(one, second.clerk, 41)
    rows = [
        (row.kind, row.service, row.window and row.window.number, row.started_at, row.ended_at)
        for row in one.periods.select_related("window")
    ]
    assert rows == [
        ("waiting", "consultation", None, after(0), after(10)),
        ("called", "consultation", 21, after(10), after(12)),
        ("waiting", "consultation", None, after(12), after(20)),
        ("called", "consultation", 21, after(20), after(21)),
        ("serving", "consultation", 21, after(21), after(25)),
        ("waiting", "registration", None, after(25), after(28)),
        ("called", "registration", 22, after(28), after(29)),
        ("serving", "registration", 22, after(29), after(41)),
    ]


def test_a_server_whose_clock_is_behind_makes_no_negative_interval(world: World) -> None:
    at_desk = desk(world)
    ticket(world, minutes=10)
    one = call(at_desk, 9)
    assert one is not None
    assert list(one.periods.values_list("started_at", "ended_at")) == [(after(10), after(10)), (after(10), None)]


# --- midnight
def test_who_waits_from_yesterday_is_still_called(world: World) -> None:
    old = ticket(world, at=MORNING - dt.timedelta(days=1))
    at_desk = desk(world)
    ticket(world)
    assert call(at_desk) == old
    finish(old, at_desk.clerk)


def test_leftovers_of_former_days_are_ended_by_a_clerk(world: World) -> None:
    yesterday = MORNING - dt.timedelta(days=1)
    old, older, today = ticket(world, at=yesterday), ticket(world, "return", at=yesterday), ticket(world)
    assert services.end_leftovers(centre=world.centre, by=world.clerk, tickets=[old.pk, today.pk], at=MORNING) == 1
    assert services.end_leftovers(centre=world.centre, by=world.clerk, at=MORNING) == 1
    states = dict(Ticket.objects.values_list("pk", "state"))
    assert states == {old.pk: Q.LEFT, older.pk: Q.LEFT, today.pk: Q.WAITING}
    assert not Period.objects.filter(ticket__in=(old, older), ended_at__isnull=True).exists()


def test_a_desk_left_open_makes_way_the_next_day_and_its_ticket_is_taken_over(world: World) -> None:
    yesterday = MORNING - dt.timedelta(days=1)
    at_desk = desk(world, at=yesterday)
    one = ticket(world, at=yesterday)
    services.call_next(desk=at_desk, by=at_desk.clerk, at=yesterday)
    fresh = services.open_desk(window=at_desk.window, clerk=world.clerk, at=MORNING)
    at_desk.refresh_from_db()
    assert at_desk.closed_at == MORNING
    assert finish(one, world.clerk).ticket == one
    assert fresh.clerk == world.clerk
