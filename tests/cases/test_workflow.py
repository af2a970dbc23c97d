"""The table of moves, row by row, and what it refuses."""

from __future__ import annotations

import itertools

import pytest

from cases import ledger, workflow
from cases.models import Case
from cases.services import (
    accept_case,
    close_case,
    end_unresolved,
    reopen_case,
    resolve_case,
    sign_referral,
    withdraw_case,
)  # fmt: skip
from cases.states import State
from governance_center.errors import GovernanceError, IllegalMove, MissingInput, NotAllowed
from tests.world import World, make_case

A = workflow.Actor
NEEDED = {
    "refuse": {"reason": "no_concern"},
    "resolve": {"outcome": "settled"},
    "end_unresolved": {"outcome": "to_court"},
}


@pytest.mark.parametrize(("code", "state"), list(itertools.product(workflow.MOVES, State)))
def test_a_move_is_possible_exactly_from_its_sources(code: str, state: State) -> None:
    move = workflow.MOVES[code]
    case = Case(state=state)
    actor = next(iter(move.actors))
    if state in move.sources:
        assert workflow.check(case, code, by=None, data=NEEDED.get(code, {}), acting_as=actor) is move
    else:
        with pytest.raises(IllegalMove):
            workflow.check(case, code, by=None, data=NEEDED.get(code, {}), acting_as=actor)


@pytest.mark.parametrize(("code", "actor"), list(itertools.product(workflow.MOVES, A)))
def test_a_move_is_open_exactly_to_its_actors(code: str, actor: workflow.Actor) -> None:
    move = workflow.MOVES[code]
    case = Case(state=move.sources[0])
    if actor in move.actors:
        assert workflow.check(case, code, by=None, data=NEEDED.get(code, {}), acting_as=actor) is move
    else:
        with pytest.raises(NotAllowed):
            workflow.check(case, code, by=None, data=NEEDED.get(code, {}), acting_as=actor)


@pytest.mark.parametrize("code", sorted(NEEDED))
def test_a_move_refuses_without_what_it_needs(code: str) -> None:
    move = workflow.MOVES[code]
    with pytest.raises(MissingInput) as caught:
        workflow.check(Case(state=move.sources[0]), code, by=None, data={}, acting_as=next(iter(move.actors)))
    assert caught.value.field in move.needs


def test_a_move_refuses_a_value_that_is_not_in_its_list() -> None:
    with pytest.raises(GovernanceError) as caught:
        workflow.check(
            Case(state=State.IN_HANDLING), "resolve", by=None, data={"outcome": "to_court"}, acting_as=A.LEAD
        )
    assert caught.value.code == "bad_choice"


def test_every_state_can_be_reached_and_every_open_one_left() -> None:
    targets = {move.target for move in workflow.MOVES.values()} | {State.REGISTERED}
    assert targets == set(State)
    left = {source for move in workflow.MOVES.values() for source in move.sources}
    assert set(State) - left == {State.NOT_ACCEPTED}


def test_a_refused_move_changes_nothing(world: World) -> None:
    case = make_case(world)
    length = case.ledger_length
    with pytest.raises(IllegalMove):
        resolve_case(case=case, by=world.tax, outcome="settled", note="x")
    case.refresh_from_db()
    assert (case.state, case.ledger_length, case.notes.count()) == (State.ACCEPTED, length, 0)


def test_the_whole_way_from_registration_to_closing(world: World) -> None:
    case = make_case(world, "neighbour", accept=False)
    assert case.state == State.REGISTERED
    case = accept_case(case=case, by=world.clerk)
    sign_referral(referral=case.referrals.get(role="lead"), by=world.justice)
    case = resolve_case(case=case, by=world.justice, outcome="settled", note="双方和好")
    assert (case.state, case.outcome) == (State.RESOLVED, "settled")
    case = close_case(case=case, by=world.dispatcher)
    assert case.state == State.CLOSED
    assert not list(ledger.verify())


def test_only_the_lead_department_resolves_by_settling(world: World) -> None:
    case = make_case(world)
    sign_referral(referral=case.referrals.get(role="lead"), by=world.tax)
    for stranger in (world.hr, world.justice, world.clerk, world.mediator, world.official):
        with pytest.raises(NotAllowed):
            resolve_case(case=case, by=stranger, outcome="settled", note="x")


def test_ending_without_a_solution_names_the_way_open(world: World) -> None:
    case = make_case(world)
    sign_referral(referral=case.referrals.get(role="lead"), by=world.tax)
    case = end_unresolved(case=case, by=world.tax, outcome="to_court", note="双方分歧太大，告知起诉")
    assert (case.state, case.outcome, case.resolved_at) == (State.UNRESOLVED, "to_court", None)


def test_withdrawing_ends_the_limits_and_the_referrals(world: World) -> None:
    case = withdraw_case(case=make_case(world), by=world.clerk, note="来访人电话撤回")
    assert case.state == State.WITHDRAWN
    assert not case.deadlines.running().exists()
    assert set(case.referrals.values_list("status", flat=True)) == {"recalled"}


def test_reopening_clears_the_resolution_and_starts_a_new_limit(world: World) -> None:
    case = make_case(world)
    sign_referral(referral=case.referrals.get(role="lead"), by=world.tax)
    case = resolve_case(case=case, by=world.tax, outcome="settled", note="补缴完毕")
    case = reopen_case(case=case, by=world.dispatcher, note="仍未到账")
    assert (case.state, case.resolved_at, case.outcome, case.reopened_count) == (State.IN_HANDLING, None, "", 1)
    assert case.deadlines.running().filter(rule="handle_dispute").count() == 1
    assert case.referrals.get(role="lead").status == "signed"


def test_reopening_needs_reasons(world: World) -> None:
    case = make_case(world)
    sign_referral(referral=case.referrals.get(role="lead"), by=world.tax)
    case = resolve_case(case=case, by=world.tax, outcome="settled", note="补缴完毕")
    with pytest.raises(MissingInput):
        reopen_case(case=case, by=world.dispatcher, note="  ")
