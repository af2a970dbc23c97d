"""Windows and kiosks at the same instant, each with its own connection to the real PostgreSQL."""

from __future__ import annotations

import uuid
from collections import Counter

import pytest

from governance_center.errors import GovernanceError
from intake import services
from intake.models import Desk, Period, Ticket, TicketSeries, Visit
from intake.services.queue_common import DeskBusy, WindowTaken
from tests.intake.queueing import desk, ticket, window
from tests.together import at_once
from tests.world import World, build

WINDOWS = 20


@pytest.fixture
def hall(transactional_db: None) -> World:
    return build()


def test_twenty_windows_calling_at_once_lose_and_double_nobody(hall: World) -> None:
    waiting = {ticket(hall, ("consultation", "registration")[turn % 2]).pk for turn in range(3 * WINDOWS)}
    desks = [desk(hall, 21 + number) for number in range(WINDOWS)]
    calls: list[tuple[int, int]] = []

    def work(at_desk: Desk) -> None:
        while (one := services.call_next(desk=at_desk, by=at_desk.clerk)) is not None:
            calls.append((one.pk, at_desk.window_id))
            services.finish(ticket=one, by=at_desk.clerk, outcome="answered", submission_key=uuid.uuid4())

    at_once(*(lambda at_desk=at_desk: work(at_desk) for at_desk in desks))
    assert Counter(pk for pk, _window in calls) == Counter(waiting)
    assert set(Ticket.objects.values_list("state", flat=True)) == {"done"}
    assert dict(Ticket.objects.values_list("pk", "window")) == dict(calls), "each was called to one window"
    assert set(Visit.objects.values_list("ticket", flat=True)) == waiting
    kinds = Counter(Period.objects.values_list("ticket", "kind"))
    assert kinds == Counter({(pk, kind): 1 for pk in waiting for kind in ("waiting", "serving")})


def test_fewer_tickets_than_windows_go_to_as_many_windows(hall: World) -> None:
    for _each in range(7):
        ticket(hall)
    desks = [desk(hall, 21 + number) for number in range(WINDOWS)]
    found: list[int | None] = []

    def work(at_desk: Desk) -> None:
        one = services.call_next(desk=at_desk, by=at_desk.clerk)
        found.append(one and one.pk)

    at_once(*(lambda at_desk=at_desk: work(at_desk) for at_desk in desks))
    called = [pk for pk in found if pk is not None]
    assert sorted(called) == sorted(Ticket.objects.filter(state="called").values_list("pk", flat=True))
    assert len(called) == len(set(called)) == 7


def test_a_double_click_on_call_calls_one(hall: World) -> None:
    for _each in range(4):
        ticket(hall)
    at_desk, refused = desk(hall), list[GovernanceError]()

    def click() -> None:
        try:
            services.call_next(desk=at_desk, by=at_desk.clerk)
        except DeskBusy as error:
            refused.append(error)

    at_once(click, click, click)
    assert (Ticket.objects.filter(state="called").count(), len(refused)) == (1, 2)


def test_a_double_click_on_finish_makes_one_visit(hall: World) -> None:
    ticket(hall)
    at_desk, key, visits = desk(hall), uuid.uuid4(), list[int]()
    one = services.call_next(desk=at_desk, by=at_desk.clerk)
    assert one is not None

    def click() -> None:
        visit = services.finish(ticket=one, by=at_desk.clerk, outcome="guided", submission_key=key)
        visits.append(visit.pk)

    at_once(click, click, click)
    assert (len(visits), len(set(visits)), Visit.objects.count()) == (3, 1, 1)


def test_numbers_taken_at_once_have_no_gap_and_no_double_and_stand_in_order(hall: World) -> None:
    takers, each = 8, 6

    def take() -> None:
        for _turn in range(each):
            services.take_ticket(centre=hall.centre, service="registration", language="ko", submission_key=uuid.uuid4())

    at_once(*(take for _each in range(takers)))
    rows = list(Ticket.objects.order_by("queued_at", "pk").values_list("number", flat=True))
    assert rows == list(range(1, takers * each + 1))
    assert TicketSeries.objects.get().last == takers * each


def test_a_double_touch_makes_one_ticket(hall: World) -> None:
    key, labels = uuid.uuid4(), list[str]()

    def touch() -> None:
        one = services.take_ticket(centre=hall.centre, service="return", language="ko", submission_key=key)
        labels.append(one.label)

    at_once(*(touch for _each in range(6)))
    assert (labels, TicketSeries.objects.get().last) == (["D001"] * 6, 1)


def test_one_window_is_opened_once(hall: World) -> None:
    from accounts.models import Role
    from tests.world import make_user

    clerks = [make_user(f"early{number}", Role.CLERK, hall.centre.pk) for number in range(4)]
    wanted, refused = window(hall.centre, 21), list[GovernanceError]()

    def sit_down(number: int) -> None:
        try:
            services.open_desk(window=wanted, clerk=clerks[number])
        except WindowTaken as error:
            refused.append(error)

    at_once(*(lambda number=number: sit_down(number) for number in range(4)))
    assert (Desk.objects.filter(closed_at__isnull=True).count(), len(refused)) == (1, 3)


def test_calls_transfers_and_departures_at_once_leave_every_ticket_somewhere(hall: World) -> None:
    desks = [desk(hall, 21 + number) for number in range(6)]
    rows = [ticket(hall) for _each in range(40)]

    def serve(at_desk: Desk) -> None:
        while (one := services.call_next(desk=at_desk, by=at_desk.clerk)) is not None:
            if one.service == "registration" and one.pk % 3 == 0:
                services.transfer(ticket=one, by=at_desk.clerk, service="consultation")
            elif one.pk % 5 == 0:
                services.no_show(ticket=one, by=at_desk.clerk)
            else:
                services.finish(ticket=one, by=at_desk.clerk, outcome="answered", submission_key=uuid.uuid4())

    def give_up() -> None:
        for one in rows[::7]:
            try:
                services.leave(ticket=one, by=hall.clerk)
            except GovernanceError:
                continue

    at_once(give_up, *(lambda at_desk=at_desk: serve(at_desk) for at_desk in desks))
    for at_desk in desks:
        serve(at_desk)
    assert set(Ticket.objects.values_list("state", flat=True)) <= {"done", "left"}
    assert Visit.objects.count() == Ticket.objects.filter(state="done").count()
    assert not Period.objects.filter(ended_at__isnull=True).exists()
