"""The backlog: one best assignment under capacity, previewed before it is applied."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.models import Case
from cases.services import screen_case
from cases.services.screening import kept_out
from mediation import candidates, selectors
from mediation.balancing import Arc, Room, best, greedy, total, worthwhile
from mediation.matching import CaseFacts, MediatorFacts, load_points, points_without_load, score
from mediation.models import Assignment, Conflict, Mediator
from mediation.services import assign_mediator, propose_backlog
from tests.cases.test_routing_rules import make_rule
from tests.mediation.test_agreements import handled
from tests.world import LIYUAN, LONGJING, World, make_case


def test_the_best_of_all_beats_case_by_case() -> None:
    arcs = [Arc(0, 0, 60), Arc(0, 1, 59), Arc(1, 0, 58), Arc(1, 1, 0)]
    rooms = [Room(0, 1), Room(0, 1)]
    assert {(arc.case, arc.mediator) for arc in best(arcs, rooms)} == {(0, 1), (1, 0)}
    assert total(best(arcs, rooms), rooms) > total(greedy(arcs, rooms), rooms)


@pytest.mark.parametrize("seed", range(8))
def test_leaving_out_what_cannot_be_better_loses_no_point(seed: int) -> None:
    rng = random.Random(seed)
    rooms = [Room(rng.randrange(4), 4) for _mediator in range(30)]
    arcs = [
        Arc(case, number, rng.randrange(100))
        for case in range(6)
        for number in range(30)
        if rooms[number].free and rng.random() < 0.8
    ]
    kept = [arc for case in range(6) for arc in worthwhile([arc for arc in arcs if arc.case == case], rooms, 6)]
    assert len(kept) <= 36
    assert total(best(kept, rooms), rooms) == pytest.approx(total(best(arcs, rooms), rooms), abs=0.01)


@pytest.mark.parametrize("seed", range(8))
def test_it_is_the_best_of_all_possible_assignments(seed: int) -> None:
    chance = random.Random(seed)
    rooms = [Room(chance.randrange(3), chance.randrange(1, 4)) for _each in range(3)]
    points = [[float(chance.randrange(86)) for _mediator in rooms] for _case in range(4)]
    arcs = [Arc(case, one, value) for case, row in enumerate(points) for one, value in enumerate(row)]
    possible = []
    for choice in itertools.product([None, 0, 1, 2], repeat=4):
        if all(choice.count(one) <= room.free for one, room in enumerate(rooms)):
            chosen = [Arc(case, one, points[case][one]) for case, one in enumerate(choice) if one is not None]
            possible.append(total(chosen, rooms))
    assert total(best(arcs, rooms), rooms) == pytest.approx(max(possible), abs=0.01)


def test_nobody_gets_more_than_fits_and_nothing_comes_of_nothing() -> None:
    assert best([], []) == []
    assert len(best([Arc(case, 0, 50) for case in range(5)], [Room(18, 20)])) == 2
    assert best([Arc(0, 0, 50)], [Room(20, 20)]) == []


def test_the_fast_points_are_those_of_the_reasons() -> None:
    case = CaseFacts({"ko", "zh-hans"}, "neighbour", "222405005004")
    one = MediatorFacts("m", ["ko"], ["neighbour"], "222405005", 3, 10, (4, 5))
    assert points_without_load(case, one, 0.6) + load_points(3, 10) == pytest.approx(
        score(case, one, mean=0.6).points, abs=0.05
    )


def waiting(world: World) -> list[Case]:
    return list(selectors.backlog(world.dispatcher))


def test_the_backlog_is_what_may_be_mediated_and_has_nobody(world: World) -> None:
    case, other = handled(world), handled(world)
    make_case(world, "petition")
    assign_mediator(case=other, mediator=world.mediator.mediator, by=world.tax)
    assert waiting(world) == [case]


def test_what_a_statutory_rule_alone_keeps_out_is_not_in_it(world: World) -> None:
    make_rule(keywords=["行政复议"], leads="statutory", statutory_route="review")
    case = make_case(world, title="对行政复议决定不服")
    assert kept_out(case) is not None
    assert waiting(world) == []
    screen_case(case=case, by=world.clerk, answers={})
    assert kept_out(case) is None
    assert waiting(world) == [case]


def test_it_is_narrowed_by_place_and_category_and_so_is_the_proposal(
    world: World, sign_in: Callable[..., Client]
) -> None:
    client, here, other = sign_in(world.dispatcher), handled(world), handled(world)
    Case.objects.filter(pk=other.pk).update(division_id=LONGJING, category_id="neighbour")
    for query, found in (("", 2), (f"division={LIYUAN}", 1), (f"division={LONGJING}", 2), ("category=neighbour", 1)):
        address = f"{reverse('mediation:backlog')}?{query}"
        assert client.get(address).context["page"].paginator.count == found
        shown = client.get(f"{reverse('mediation:proposal')}?{query}").context["proposals"]
        assert len(shown) == found
    assert here in [row.case for row, _left_out in shown] + waiting(world)


def test_many_are_proposed_at_once_with_as_many_queries_as_few(
    world: World, sign_in: Callable[..., Client], django_assert_max_num_queries: Any
) -> None:
    Mediator.objects.update(capacity=200)
    for _each in range(60):
        make_case(world)
    client = sign_in(world.dispatcher)
    with django_assert_max_num_queries(30):
        assert len(client.get(reverse("mediation:proposal")).context["proposals"]) == 60


def test_nothing_known_of_a_mediator_is_no_reason_for_one(world: World, sign_in: Callable[..., Client]) -> None:
    handled(world)
    [row] = propose_backlog(waiting(world), list(candidates.of_counties({"222405"})))
    assert {reason.code for reason in row.suggestion.reasons if reason.is_neither} == {"no_results"}
    page = sign_in(world.dispatcher).get(reverse("mediation:proposal")).content.decode()
    assert "ti-point" in page


def test_the_proposal_writes_nothing_and_spreads_the_work(world: World) -> None:
    for _each in range(4):
        handled(world)
    found = propose_backlog(waiting(world), list(candidates.of_counties({"222405"})))
    chosen = [row.suggestion.mediator.pk for row in found]
    assert sorted(chosen.count(key) for key in set(chosen)) == [2, 2]
    assert not Assignment.objects.exists()


def test_the_proposal_respects_conflicts_capacity_and_county(world: World) -> None:
    case = handled(world)
    Conflict.objects.create(
        mediator=world.mediator.mediator, person=case.parties.get(part="applicant").person, relation="kin",
        declared_at=timezone.now(),
    )  # fmt: skip
    found = propose_backlog(waiting(world), list(candidates.of_counties({"222405"})))
    assert [row.suggestion.mediator for row in found] == [world.other_mediator.mediator]
    Mediator.objects.filter(user=world.other_mediator).update(capacity=0)
    assert propose_backlog(waiting(world), list(candidates.of_counties({"222405"}))) == []
    assert not candidates.of_counties({"222401"}).exists()


def test_preview_then_apply_once_and_what_is_unticked_stays(world: World, sign_in: Callable[..., Client]) -> None:
    for _each in range(3):
        handled(world)
    client, url = sign_in(world.dispatcher), reverse("mediation:proposal")
    assert client.get(reverse("mediation:backlog")).context["page"].paginator.count == 3
    keys = [row.key for row, _left_out in client.get(url).context["proposals"]]
    assert client.post(url, {}).status_code == 422
    assert client.post(url, {"pairs": ["1;2"]}).status_code == 422
    for _time in range(2):
        assert client.post(url, {"pairs": keys[:2]}).status_code == 302
    assert Assignment.objects.count() == 2
    assert len(waiting(world)) == 1


def test_what_failed_is_reported_and_the_rest_applied(world: World, sign_in: Callable[..., Client]) -> None:
    first, second = handled(world), handled(world)
    client, url = sign_in(world.dispatcher), reverse("mediation:proposal")
    mine, other = world.mediator.mediator, world.other_mediator.mediator
    assign_mediator(case=first, mediator=other, by=world.tax)
    answer = client.post(url, {"pairs": [f"{first.pk}:{mine.pk}", f"{second.pk}:{mine.pk}"]}, follow=True)
    assert first.number in " ".join(str(message) for message in answer.context["messages"])
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.mediator, second.mediator) == (world.other_mediator, world.mediator)


@pytest.mark.parametrize("name", ["clerk", "tax", "mediator", "official"])
@pytest.mark.parametrize("page", ["backlog", "proposal"])
def test_only_dispatchers_open_it(world: World, sign_in: Callable[..., Client], name: str, page: str) -> None:
    assert sign_in(getattr(world, name)).get(reverse(f"mediation:{page}")).status_code == 403
