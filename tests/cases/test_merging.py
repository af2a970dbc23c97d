"""A case that is the same matter as an earlier one: what becomes of both, and every refusal."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from functools import partial

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Notification, Role
from cases import ledger
from cases.duplicates import likely_same
from cases.models import Case, Deadline, Referral
from cases.services import (
    ask_exclusion,
    mark_repeat,
    merge_case,
    refuse_case,
    reopen_case,
    resolve_case,
    sign_referral,
    withdraw_case,
)
from cases.services.merging import NotMergeable, check_pair
from governance_center.errors import GovernanceError, IllegalMove, MissingInput, NotAllowed
from intake.services.visits import MergedAlready, VisitInput, attach_visit
from mediation.models import FollowUp, Session
from mediation.services.holding import hold_session
from tests.mediation.sessions import call, let_it_begin, mediated, tell_rights
from tests.together import at_once
from tests.world import YANJI, World, build, make_case, make_user


def pair(world: World, category: str = "social_insurance") -> tuple[Case, Case]:
    """An earlier case and a later one."""
    return make_case(world, category), make_case(world, category)


def solved(world: World) -> Case:
    case = make_case(world)
    sign_referral(referral=case.referrals.get(role="lead"), by=world.tax)
    return resolve_case(case=case, by=world.tax, outcome="settled", note="办结")


def test_the_later_one_is_closed_and_nothing_of_it_runs_on(world: World) -> None:
    kept, case = pair(world)
    ask_exclusion(case=case, by=world.dispatcher, ground="outside_duties", note="x")
    merge_case(case=case, into=kept, by=world.dispatcher, note="同一事项")
    case.refresh_from_db()
    assert (case.state, case.outcome, case.merged_into_id) == ("closed", "merged", kept.pk)
    assert case.accepted_at is not None
    assert case.closed_at is not None
    assert not Deadline.objects.running().filter(case=case).exists()
    assert set(Referral.objects.filter(case=case).values_list("status", flat=True)) == {"recalled"}
    assert case.exclusions.get().state == "ended"
    assert case.events.get(kind="case.merged").data["into"] == kept.pk
    assert kept.events.get(data__has_key="absorbed").data["number"] == case.number
    assert Case.objects.counted().filter(pk__in=[kept.pk, case.pk]).get() == kept
    assert Deadline.objects.running().filter(case=kept).exists()
    assert Notification.objects.filter(kind="case.merged", recipient=world.tax).count() == 1
    assert not list(ledger.verify())


def test_a_resolved_one_does_not_count_as_resolved_any_more(world: World) -> None:
    kept, case = solved(world), solved(world)
    assert FollowUp.objects.planned().filter(case=case).exists()
    merge_case(case=case, into=kept, by=world.dispatcher, note="同一事项")
    case.refresh_from_db()
    assert (case.resolved_at, case.resolved_level, case.outcome) == (None, "", "merged")
    assert not FollowUp.objects.planned().filter(case=case).exists()
    assert FollowUp.objects.planned().filter(case=kept).exists()


def test_the_same_form_sent_twice_merges_once(world: World) -> None:
    kept, case = pair(world)
    for _time in range(2):
        merge_case(case=case, into=kept, by=world.dispatcher, note="同一事项")
    assert case.events.filter(kind="case.merged").count() == 1


@pytest.mark.parametrize("who", ["clerk", "tax", "mediator", "official", "administrator"])
def test_only_a_dispatcher_of_both_merges(world: World, who: str) -> None:
    kept, case = pair(world)
    with pytest.raises(NotAllowed):
        merge_case(case=case, into=kept, by=getattr(world, who), note="x")
    with pytest.raises(NotAllowed):
        merge_case(case=case, into=kept, by=make_user("elsewhere", Role.DISPATCHER, YANJI), note="x")
    with pytest.raises(MissingInput):
        merge_case(case=case, into=kept, by=world.dispatcher, note=" ")


def test_the_earlier_goes_on_and_never_a_merged_one(world: World) -> None:
    first, second = pair(world)
    third = make_case(world)
    for case, into in ((first, first), (first, second)):
        with pytest.raises(NotMergeable):
            merge_case(case=case, into=into, by=world.dispatcher, note="x")
    merge_case(case=second, into=first, by=world.dispatcher, note="x")
    with pytest.raises(NotMergeable):
        merge_case(case=third, into=second, by=world.dispatcher, note="x")
    with pytest.raises(IllegalMove):
        merge_case(case=second, into=third, by=world.dispatcher, note="x")


def test_what_was_merged_into_it_goes_along(world: World) -> None:
    first, second = pair(world)
    third = make_case(world)
    merge_case(case=third, into=second, by=world.dispatcher, note="x")
    merge_case(case=second, into=first, by=world.dispatcher, note="x")
    assert set(first.merged_cases.all()) == {second, third}
    assert not list(ledger.verify())


def test_no_merging_takes_a_matter_out_of_hands_or_figures(world: World) -> None:
    ended = withdraw_case(case=make_case(world), by=world.clerk, note="撤回")
    refused = refuse_case(case=make_case(world, accept=False), by=world.clerk, reason="no_concern", note="告知")
    waiting, advice = make_case(world, accept=False), make_case(world, "legal_advice")
    case, hidden = make_case(world), make_case(world, is_restricted=True)
    for into in (ended, refused, waiting, advice):
        with pytest.raises(NotMergeable) as error:
            merge_case(case=case, into=into, by=world.dispatcher, note="x")
        assert error.value.field == "into"
    with pytest.raises(NotMergeable):
        merge_case(case=hidden, into=case, by=world.dispatcher, note="x")
    with pytest.raises(IllegalMove):
        merge_case(case=refused, into=ended, by=world.dispatcher, note="x")


def test_prefectures_do_not_mix(world: World) -> None:
    kept, case = pair(world)
    case.division_id, kept.division_id = "222405", "220101"
    with pytest.raises(NotMergeable):
        check_pair(case, kept)
    kept.division_id = "222401"
    check_pair(case, kept)


def test_a_planned_session_ends_and_a_held_one_forbids_it(world: World) -> None:
    kept, case = mediated(world), mediated(world)
    session = call(case, world.mediator)
    merge_case(case=case, into=kept, by=world.dispatcher, note="同一事项")
    assert Session.objects.get(pk=session.pk).state == "cancelled"
    held = mediated(world)
    tell_rights(held, world.mediator)
    session = call(held, world.mediator)
    let_it_begin(session)
    came = {one.party_id: "came" for one in session.attendances.all()}
    hold_session(session=session, by=world.mediator, came=came, minutes="记录")
    with pytest.raises(NotMergeable):
        merge_case(case=held, into=kept, by=world.dispatcher, note="x")
    held.refresh_from_db()
    assert held.merged_into_id is None


def test_nothing_moves_a_merged_case(world: World) -> None:
    kept, case = solved(world), solved(world)
    merge_case(case=case, into=kept, by=world.dispatcher, note="x")
    with pytest.raises(IllegalMove):
        reopen_case(case=case, by=world.dispatcher, note="x")
    with pytest.raises(MergedAlready):
        attach_visit(case=case, centre=world.centre, clerk=world.clerk, data=VisitInput(), submission_key=uuid.uuid4())


def test_what_came_again_is_recorded_as_a_repeat(world: World) -> None:
    earlier, case = solved(world), make_case(world)
    for _time in range(2):
        mark_repeat(case=case, of=earlier, by=world.dispatcher, note="纠纷再次发生")
    case.refresh_from_db()
    assert (case.repeat_of_id, case.state) == (earlier.pk, "accepted")
    assert case.events.get(kind="case.corrected").data["repeat_of"] == earlier.pk
    for one, of in ((case, case), (earlier, case)):
        with pytest.raises(NotMergeable):
            mark_repeat(case=one, of=of, by=world.dispatcher, note="x")
    with pytest.raises(NotAllowed):
        mark_repeat(case=case, of=earlier, by=world.clerk, note="x")
    assert not list(ledger.verify())


@pytest.mark.django_db(transaction=True)
def test_two_merges_into_each_other_at_once_leave_one() -> None:
    world = build()
    first, second = pair(world)

    def merge(case: Case, into: Case) -> str:
        try:
            merge_case(case=case, into=into, by=world.dispatcher, note="同一事项")
        except GovernanceError as error:
            return error.code
        return "merged"

    said = at_once(partial(merge, first, second), partial(merge, second, first))
    assert said.count("merged") == 1
    assert Case.objects.filter(merged_into__isnull=False).get() == second


def test_likely_ones_share_a_party_or_place_and_category(world: World) -> None:
    same, place, other, old = make_case(world, "neighbour"), make_case(world), make_case(world, "marriage_family"), None
    old = make_case(world)
    Case.objects.filter(pk=old.pk).update(registered_at=timezone.now() - dt.timedelta(days=91))
    case = make_case(world)
    party = same.parties.get(part="applicant")
    party.person = case.parties.get(part="applicant").person
    party.save()
    found = likely_same(case, world.dispatcher)
    assert {one.case for one in found} == {same, place}
    assert other not in {one.case for one in found}
    assert all(one.reasons for one in found)
    assert likely_same(case, make_user("elsewhere", Role.DISPATCHER, YANJI)) == []


@pytest.mark.parametrize("language", ["zh-hans", "ko"])
def test_the_pages_lead_both_ways(world: World, sign_in: Callable[..., Client], language: str) -> None:
    kept, case = pair(world)
    client = sign_in(world.dispatcher, language)
    url = reverse("cases:action", args=[case.number, "merge"])
    assert kept.number in dict(client.get(url).context["form"].fields["into"].choices)
    for typed in ({"note": "同一事项"}, {"number": "no such", "note": "同一事项"}, {"into": kept.number, "note": ""}):
        assert client.post(url, {"what": "merge", **typed}).context["form"].errors
    for what in ("repeat", "merge"):
        assert client.post(url, {"into": kept.number, "what": what, "note": "同一事项"}).status_code == 302
    merged_page, kept_page = (reverse("cases:detail", args=[one.number]) for one in (case, kept))
    assert kept_page in client.get(merged_page).content.decode()
    shown = client.get(kept_page).content.decode()
    assert merged_page in shown
    assert str(case.parties.get(part="applicant")) in shown
    merged = client.get(merged_page).content.decode()
    assert url not in merged
    assert reverse("intake:attach", args=[case.number]) not in merged
    assert case.number in client.get(reverse("cases:list"), {"outcome": "merged"}).content.decode()
