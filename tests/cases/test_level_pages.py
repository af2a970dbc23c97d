"""Between the levels: who sees what, and the pages, lists and the board."""

# ruff: noqa: F401, F811  the fixtures come from levelling
from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role, User
from cases import board, selectors
from cases.models import Case, Deadline, HandOver
from cases.services import (
    answer_hand_up,
    pause_limit,
)
from cases.services.colouring import colour_due
from cases.services.limits import NotPausable
from departments.models import Division
from governance_center.errors import NotAllowed
from tests.cases.levelling import WHY, above, ask, case, limits, settle, street, told
from tests.world import LONGJING, World, make_case, make_user

SignIn = Callable[..., Client]

# --- who sees it


def test_a_restricted_case_is_handed_over_by_those_who_see_it(world: World, above: User) -> None:
    case = make_case(world, "petition", petition_class="accusation")
    stranger = make_user("stranger", Role.CLERK, LONGJING)
    with pytest.raises(NotAllowed):
        ask(case, stranger)
    row = ask(case, world.clerk)
    assert list(selectors.hand_ups_waiting(above)) == [row]
    assert not HandOver.objects.filter(pk=row.pk, case__in=Case.objects.visible_to(stranger)).exists()


def test_the_petitioner_is_not_shown_the_limit_between_the_levels(world: World, case: Case, above: User) -> None:
    ask(case, world.clerk)
    assert selectors.public_status(case)["limit"].rule_id == "handle_dispute"


def test_what_the_prefecture_has_taken_waits_on_its_board_alone(world: World, case: Case, above: User) -> None:
    answer_hand_up(hand_over=ask(case, world.clerk), by=above, take=True)
    assert list(board.mine_to_decide(above, timezone.now())) == [case]
    assert not board.mine_to_decide(world.dispatcher, timezone.now()).exists()


def test_the_level_that_was_asked_is_told_that_its_answer_is_due(world: World, case: Case, above: User) -> None:
    row = ask(case, world.clerk)
    Deadline.objects.exclude(pk=row.deadline_id).update(met_at=row.at)
    colour_due(row.deadline.warn_at)
    assert told("limit.yellow") == {"above"}
    colour_due(row.deadline.due_at)
    assert told("limit.red") == {"above"}


def test_the_limits_between_the_levels_do_not_stand_still(world: World, case: Case, above: User) -> None:
    row = ask(case, world.clerk)
    with pytest.raises(NotPausable):
        pause_limit(deadline=row.deadline, by=world.dispatcher, reason="等待")


# --- the pages


@pytest.mark.parametrize("language", ["zh-hans", "ko"])
def test_the_page_shows_the_hand_over_and_its_forms(
    world: World, case: Case, above: User, street: User, sign_in: SignIn, language: str
) -> None:
    page = reverse("cases:detail", args=[case.number])
    client = sign_in(world.dispatcher, language)
    for code in ("hand_up", "hand_down"):
        assert client.get(reverse("cases:action", args=[case.number, code])).status_code == 200
    form = {"reason": "several_places", "note": WHY}
    assert client.post(reverse("cases:action", args=[case.number, "hand_up"]), form).status_code == 302
    text = client.get(page).content.decode()
    assert 'data-hand-over="asked"' in text
    assert WHY in text
    assert str(HandOver.objects.get().deadline.rule.name) in text

    client = sign_in(above, language)
    answer = reverse("cases:action", args=[case.number, "answer_hand_up"])
    assert answer in client.get(page).content.decode()
    assert WHY in client.get(answer).content.decode()
    refused = client.post(answer, {"take": "decline", "note": ""})
    assert refused.status_code == 200
    assert "is-invalid" in refused.content.decode()
    assert client.post(answer, {"take": "take", "note": ""}).status_code == 302
    assert client.post(answer, {"take": "take", "note": ""}).status_code == 302
    text = client.get(page).content.decode()
    assert 'data-hand-over="taken"' in text


def test_the_whole_way_down_and_back_through_the_pages(
    world: World, case: Case, limits: None, street: User, sign_in: SignIn
) -> None:
    down, page = (reverse("cases:action", args=[case.number, "hand_down"]), reverse("cases:detail", args=[case.number]))
    form = {"to_level": "township", "reason": "near", "note": WHY}
    client = sign_in(world.dispatcher)
    assert client.post(down, form).status_code == 302
    assert client.post(down, form).status_code == 302
    assert HandOver.objects.count() == 1
    client = sign_in(street)
    report = reverse("cases:action", args=[case.number, "report_hand_down"])
    assert report in client.get(page).content.decode()
    assert client.post(report, {"note": "已调处"}).status_code == 302
    assert 'data-hand-over="reported"' in client.get(page).content.decode()
    settle(case, street)
    assert 'data-resolved-level="township"' in client.get(page).content.decode()


def test_more_hand_overs_cost_the_page_no_more_queries(
    world: World, case: Case, above: User, sign_in: SignIn, django_assert_max_num_queries: Any
) -> None:
    def queries() -> int:
        with django_assert_max_num_queries(45) as context:
            assert client.get(page).status_code == 200
        return len(context)

    client, page = sign_in(world.dispatcher), reverse("cases:detail", args=[case.number])
    row = ask(case, world.clerk)
    answer_hand_up(hand_over=row, by=above, take=False, note="请先行调解")
    first = queries()
    for _number in range(5):
        limit = Deadline.objects.get(pk=row.deadline_id)
        limit.pk = None
        limit.save()
        more = HandOver.objects.get(pk=row.pk)
        more.pk, more.deadline = None, limit
        more.save()
    assert HandOver.objects.filter(case=case).count() == 6
    assert queries() == first


def test_the_waiting_hand_ups_are_one_query(
    world: World, case: Case, above: User, django_assert_num_queries: Any
) -> None:
    ask(case, world.clerk)
    ask(make_case(world), world.clerk)
    with django_assert_num_queries(1):
        rows = list(selectors.hand_ups_waiting(above))
        shown = [(r.case.category.code, r.case.division.name, r.note.text, r.deadline.rule.name) for r in rows]
    assert len(shown) == 2


def test_the_list_and_its_export_know_the_level_of_the_solution(
    world: World, case: Case, street: User, sign_in: SignIn
) -> None:
    settle(case, world.tax)
    service = make_case(world, "public_service")
    settle(service, street)
    client = sign_in(world.dispatcher)
    listed = client.get(reverse("cases:list"), {"resolved_level": "township"}).content.decode()
    assert service.number in listed
    assert case.number not in listed
    export = client.get(reverse("cases:list"), {"resolved_level": "county", "export": "csv"}, follow=True)
    lines = b"".join(export.streaming_content).decode()  # type: ignore[attr-defined]
    assert case.number in lines
    assert str(Division.Level.COUNTY.label) in lines


def test_a_hand_up_is_answered_on_the_board(world: World, case: Case, above: User, sign_in: SignIn) -> None:
    ask(case, world.clerk)
    client = sign_in(above)
    path = f"/dispatch/hand_ups/case/{case.pk}/answer_hand_up/"
    assert path in client.get("/dispatch/").content.decode()
    assert client.get(path, HTTP_HX_REQUEST="true").status_code == 200
    refused = client.post(path, {"take": "decline", "note": ""}, HTTP_HX_REQUEST="true")
    assert refused.status_code == 422
    assert client.post(path, {"take": "take", "note": ""}, HTTP_HX_REQUEST="true").status_code == 200
    case.refresh_from_db()
    assert case.held_level == "prefecture"
    assert path not in client.get("/dispatch/").content.decode()
