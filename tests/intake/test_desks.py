"""Windows are opened and closed, and only the desk of the centre may do anything with the queue."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import Role
from departments.models import Window, Zone
from governance_center.errors import MissingInput, NotAllowed
from intake import services
from intake.models import Ticket
from intake.services import queue_common as refusals
from tests.intake.queueing import MORNING, after, call, called, desk, finish, ticket, window
from tests.intake.test_queue import DO
from tests.world import YANJI, World, make_user


def test_one_window_has_one_clerk_and_one_clerk_one_window(world: World) -> None:
    at_desk = desk(world, 21)
    with pytest.raises(refusals.WindowTaken):
        services.open_desk(window=at_desk.window, clerk=world.clerk, at=after(1))
    moved = services.open_desk(window=window(world.centre, 22), clerk=at_desk.clerk, at=after(2))
    at_desk.refresh_from_db()
    assert (at_desk.closed_at, moved.closed_at) == (after(2), None)
    one = called(world, moved)
    with pytest.raises(refusals.DeskBusy):
        services.open_desk(window=window(world.centre, 21), clerk=moved.clerk, at=after(40))
    with pytest.raises(refusals.DeskBusy):
        services.close_desk(desk=moved, by=moved.clerk, at=after(40))
    finish(one, moved.clerk)
    services.close_desk(desk=moved, by=moved.clerk, at=after(41))
    with pytest.raises(refusals.DeskClosed):
        services.close_desk(desk=moved, by=moved.clerk, at=after(42))
    with pytest.raises(refusals.DeskClosed):
        call(moved)


def test_opening_one_s_own_window_again_changes_the_services(world: World) -> None:
    at_desk = desk(world)
    again = services.open_desk(window=at_desk.window, clerk=at_desk.clerk, services=["return"], at=after(5))
    assert (again.pk, again.services) == (at_desk.pk, ["return"])


def test_a_dispatcher_closes_a_forgotten_window_and_its_ticket_stays_for_the_next(world: World) -> None:
    at_desk = desk(world)
    one = called(world, at_desk)
    with pytest.raises(NotAllowed):
        services.close_desk(desk=at_desk, by=world.clerk, at=after(31))
    services.close_desk(desk=at_desk, by=world.dispatcher, at=after(32))
    services.open_desk(window=at_desk.window, clerk=world.clerk, at=after(33))
    assert finish(one, world.clerk).ticket == one


def test_a_window_that_closes_keeps_nobody_waiting(world: World) -> None:
    first, second = desk(world, 21), desk(world, 22)
    one = ticket(world)
    services.transfer(ticket=one, by=first.clerk, window=second.window, at=after(1))
    services.close_desk(desk=second, by=second.clerk, at=after(2))
    assert call(first) == one


@pytest.mark.parametrize(("chosen", "field"), [([], "services"), (["nonsense"], "services")])
def test_a_desk_serves_something(world: World, chosen: list[str], field: str) -> None:
    with pytest.raises(MissingInput) as refused:
        services.open_desk(window=window(world.centre, 21), clerk=world.clerk, services=chosen)
    assert refused.value.field == field


def test_the_queue_is_called_in_the_intake_zone(world: World) -> None:
    tax = Window.objects.get(centre=world.centre, number=7)
    assert tax.zone == Zone.RESOLUTION
    with pytest.raises(refusals.OutsideQueue):
        services.open_desk(window=tax, clerk=world.clerk)


@pytest.mark.parametrize("who", ["tax", "mediator", "official", "administrator", "stranger", "retired", "nowhere"])
def test_only_the_desk_of_the_centre_may(world: World, who: str) -> None:
    people = {
        "stranger": lambda: make_user("stranger", Role.CLERK, YANJI),
        "retired": lambda: make_user("retired", Role.CLERK, world.centre.pk, is_active=False),
        "nowhere": lambda: make_user("nowhere", Role.CLERK, None),  # type: ignore[arg-type]
    }
    user = people[who]() if who in people else getattr(world, who)
    at_desk = desk(world)
    one = called(world, at_desk)
    waiting = ticket(world)
    attempts: list[Callable[[], Any]] = [
        lambda: services.open_desk(window=window(world.centre, 22), clerk=user),
        lambda: services.close_desk(desk=at_desk, by=user),
        lambda: services.call_next(desk=at_desk, by=user),
        lambda: services.end_leftovers(centre=world.centre, by=user),
        lambda: ticket(world, by=user),
        *(lambda move=move: DO[move](ticket=one, by=user) for move in DO if move != "leave"),
        lambda: services.leave(ticket=waiting, by=user),
    ]
    for attempt in attempts:
        with pytest.raises(NotAllowed):
            attempt()
    assert Ticket.objects.filter(state=Ticket.State.WAITING).get() == waiting


def test_a_dispatcher_may_sit_down_too(world: World) -> None:
    at_window = services.open_desk(window=window(world.centre, 21), clerk=world.dispatcher, at=MORNING)
    ticket(world, by=world.dispatcher)
    assert call(at_window) is not None


def test_a_clerk_does_not_call_from_another_s_desk(world: World) -> None:
    at_desk = desk(world)
    ticket(world)
    with pytest.raises(NotAllowed):
        services.call_next(desk=at_desk, by=world.clerk)
