"""A dispatcher takes a case out of the general view and gives it back, with a reason that stays in the history."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Notification
from cases import ledger
from cases.models import Case, CaseAccess
from cases.services import lift_restriction, restrict_case
from cases.services.restricting import StaysRestricted
from governance_center.errors import MissingInput, NotAllowed
from mediation.models import FollowUp
from tests.mediation.test_follow_ups import resolved
from tests.world import World, make_case


def test_only_a_dispatcher_of_the_place_decides_and_says_why(world: World) -> None:
    case = make_case(world)
    for user in (world.clerk, world.tax, world.official, world.mediator):
        with pytest.raises(NotAllowed):
            restrict_case(case=case, by=user, note="涉及隐私")
    with pytest.raises(MissingInput) as error:
        restrict_case(case=case, by=world.dispatcher, note=" ")
    assert error.value.field == "note"
    case.refresh_from_db()
    assert not case.is_restricted


def test_a_restricted_case_leaves_the_general_view_and_comes_back(world: World) -> None:
    case = make_case(world)
    seen = Case.objects.visible_to(world.official)
    assert seen.filter(pk=case.pk).exists()
    restrict_case(case=case, by=world.dispatcher, note="涉及未成年人")
    assert not seen.filter(pk=case.pk).exists()
    lift_restriction(case=case, by=world.dispatcher, note="已核实")
    assert seen.filter(pk=case.pk).exists()
    said = [event.data["restricted"] for event in case.events.filter(kind="case.progress")]
    assert said == [True, False]
    assert not list(ledger.verify())


def test_deciding_the_same_again_changes_nothing(world: World) -> None:
    case = make_case(world)
    lift_restriction(case=case, by=world.dispatcher, note="x")
    for _time in range(2):
        restrict_case(case=case, by=world.dispatcher, note="隐私")
    assert case.events.filter(kind="case.progress").count() == 1


def test_an_accusation_stays_restricted(world: World) -> None:
    case = make_case(world, "petition", petition_class="accusation", is_restricted=True)
    with pytest.raises(StaysRestricted):
        lift_restriction(case=case, by=world.dispatcher, note="x")


def test_whoever_may_not_visit_it_any_more_gives_the_visit_back(world: World) -> None:
    case = resolved(world)
    visitors = set(FollowUp.objects.filter(case=case).values_list("assignee", flat=True))
    assert visitors == {world.other_mediator.pk}
    restrict_case(case=case, by=world.dispatcher, note="家暴")
    assert set(FollowUp.objects.filter(case=case).values_list("assignee", flat=True)) == {None}
    assert not CaseAccess.objects.filter(case=case, user=world.other_mediator).exists()
    assert not Case.objects.visible_to(world.other_mediator).filter(pk=case.pk).exists()
    told = Notification.objects.filter(kind="follow_up.declined", recipient=world.dispatcher)
    assert told.count() == FollowUp.objects.filter(case=case).count()
    assert not list(ledger.verify())


def test_the_page_offers_it_and_keeps_what_was_typed(world: World, sign_in: Callable[..., Client]) -> None:
    case = make_case(world)
    client = sign_in(world.dispatcher, "ko")
    page, url = (reverse(f"cases:{name}", args=[case.number, *more]) for name, more in (
        ("detail", ()), ("action", ("restrict",))
    ))  # fmt: skip
    assert url in client.get(page).content.decode()
    empty = client.post(url, {"note": ""})
    assert "note" in empty.context["form"].errors
    assert client.post(url, {"note": "不宜公开"}).status_code == 302
    shown = client.get(page).content.decode()
    assert "不宜公开" in shown
    assert reverse("cases:action", args=[case.number, "unrestrict"]) in shown
    assert url not in shown
    assert sign_in(world.clerk).get(url).status_code == 302
