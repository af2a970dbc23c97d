"""A merging is taken back: the case stands as it stood, what ran runs on, and the figures follow."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Notification, Role, User
from cases import ledger
from cases.models import Case, Deadline, EventKind, Exclusion, Referral
from cases.services import (
    ask_exclusion,
    merge_case,
    pause_limit,
    reopen_case,
    undo_merge,
    withdraw_case,
)
from cases.services.unmerging import NotUndoable, may_undo, standing
from cases.states import Outcome, State
from governance_center.errors import GovernanceError, MissingInput, NotAllowed
from mediation.models import FollowUp, Session
from reporting.rollups.folding import fold
from reporting.rollups.reading import reading
from reporting.rollups.rebuilding import differences, rebuild
from tests.cases.test_merging import pair, solved
from tests.mediation.sessions import call, mediated
from tests.reporting.test_rollups import recent
from tests.together import at_once
from tests.world import LONGJING, YANJI, World, build, make_case, make_user

STOOD = (
    "state", "outcome", "state_since", "accepted_at", "resolved_at", "resolved_level", "closed_at", "is_contested",
    "is_excluded", "due_at", "lead_id", "mediator_id", "merged_into_id", "reopened_count",
)  # fmt: skip


def looks(case: Case) -> dict[str, Any]:
    """The case and all that runs for it."""
    limits = Deadline.objects.filter(case=case).order_by("pk")
    return {
        "case": Case.objects.values(*STOOD).get(pk=case.pk),
        "limits": list(
            limits.values("pk", "due_at", "warn_at", "met_at", "cancelled_at", "paused_at", "shown", "is_provisional")
        ),
        "pauses": list(limits.values_list("pauses__started_at", "pauses__ended_at")),
        "referrals": list(Referral.objects.filter(case=case).order_by("pk").values("pk", "status", "ended_at")),
        "exclusions": list(Exclusion.objects.filter(case=case).order_by("pk").values("pk", "state")),
        "visits": list(FollowUp.objects.filter(case=case).order_by("pk").values("pk", "state", "due_on")),
    }


def undo(world: World, case: Case, note: str = "并非同一事项") -> Case:
    return undo_merge(case=case, by=world.dispatcher, note=note)


def _accepted(world: World) -> Case:
    return make_case(world)


def _waiting(world: World) -> Case:
    return make_case(world, accept=False)


def _paused(world: World) -> Case:
    case = make_case(world)
    pause_limit(deadline=Deadline.objects.get(case=case, rule="handle_dispute"), by=world.dispatcher, reason="鉴定")
    return case


def _asked_about(world: World) -> Case:
    case = make_case(world)
    ask_exclusion(case=case, by=world.dispatcher, ground="outside_duties", note="x")
    return case


def _undecided(world: World) -> Case:
    return make_case(world, "other")


def _withdrawn(world: World) -> Case:
    return withdraw_case(case=make_case(world), by=world.clerk, note="撤回")


def _reopened(world: World) -> Case:
    return reopen_case(case=solved(world), by=world.dispatcher, note="再起")


def _mediated(world: World) -> Case:
    return mediated(world)


@pytest.mark.parametrize(
    "make", [_accepted, _waiting, _paused, _asked_about, _undecided, _withdrawn, _reopened, _mediated, solved]
)
def test_the_case_and_the_figures_are_what_they_were(world: World, make: Callable[[World], Case]) -> None:
    kept, case = make_case(world, "neighbour"), make(world)
    before, kept_before = looks(case), looks(kept)
    fold()
    with reading() as figures:
        counted = figures.totals(LONGJING, recent())
    merge_case(case=case, into=kept, by=world.dispatcher, note="同一事项")
    assert looks(case) != before
    assert differences() == []
    fold()
    undo(world, case)
    assert looks(case) == before
    assert looks(kept) == kept_before
    for step in (lambda: None, fold, rebuild):
        step()
        assert differences() == []
        with reading() as figures:
            assert figures.totals(LONGJING, recent()) == counted
    assert not list(ledger.verify())


def test_the_ledger_keeps_both_and_tells_no_texts(world: World) -> None:
    kept, case = pair(world)
    merge_case(case=case, into=kept, by=world.dispatcher, note="同一事项")
    undo(world, case)
    merged, back = case.events.filter(kind__in=["case.merged", "case.unmerged"]).order_by("sequence")
    assert merged.data["was"]["state"] == "accepted"
    assert (back.data["released_from"], back.data["to"], back.actor_id) == (kept.pk, "accepted", world.dispatcher.pk)
    assert case.notes.get(pk=back.data["note"]).text == "并非同一事项"
    assert "并非" not in str(back.data)
    assert kept.events.get(data__has_key="released").data["number"] == case.number
    assert Notification.objects.filter(kind="case.unmerged", recipient=world.tax).count() == 1


def test_the_same_form_sent_twice_takes_back_once_and_it_can_be_merged_again(world: World) -> None:
    kept, case = pair(world)
    before = looks(case)
    for _time in range(2):
        merge_case(case=case, into=kept, by=world.dispatcher, note="同一事项")
        for _click in range(2):
            undo(world, case)
        assert looks(case) == before
    assert case.events.filter(kind="case.unmerged").count() == 2
    with pytest.raises(NotUndoable):
        undo(world, case, "另一个理由")
    assert differences() == []


@pytest.mark.parametrize("who", ["clerk", "tax", "mediator", "official", "administrator"])
def test_only_a_dispatcher_of_the_place_with_a_reason(world: World, who: str) -> None:
    kept, case = pair(world)
    merge_case(case=case, into=kept, by=world.dispatcher, note="同一事项")
    case.refresh_from_db()
    for user in (getattr(world, who), make_user("elsewhere", Role.DISPATCHER, YANJI)):
        assert not may_undo(case, user)
        with pytest.raises(NotAllowed):
            undo_merge(case=case, by=user, note="x")
    with pytest.raises(MissingInput):
        undo(world, case, " ")
    colleague = make_user("colleague", Role.DISPATCHER, LONGJING)
    assert may_undo(case, colleague)
    undo_merge(case=case, by=colleague, note="x")
    case.refresh_from_db()
    assert case.merged_into_id is None


def merged_at(case: Case, kept: Case, world: World, at: dt.datetime, *, with_was: bool = True) -> None:
    """The case as it stands after a merging of that moment."""
    facts = {"into": kept.pk, **({"was": standing(case)} if with_was else {})}
    case.merged_into, case.state, case.outcome = kept, State.CLOSED, Outcome.MERGED
    entry = ledger.Entry(EventKind.MERGED, world.dispatcher, facts, at)
    ledger.append(case, [entry], update={"merged_into", "state", "outcome"})


def test_after_thirty_days_or_without_a_record_it_stays(world: World) -> None:
    kept, case = pair(world)
    old, unknown = make_case(world), make_case(world)
    now = timezone.now()
    merged_at(case, kept, world, now - dt.timedelta(days=29, hours=23))
    merged_at(old, kept, world, now - dt.timedelta(days=30, minutes=1))
    merged_at(unknown, kept, world, now, with_was=False)
    assert [may_undo(one, world.dispatcher) for one in (case, old, unknown)] == [True, False, False]
    for one in (old, unknown):
        with pytest.raises(NotUndoable):
            undo(world, one)
    assert undo(world, case).merged_into_id is None


def test_what_had_been_merged_into_it_comes_back_with_it(world: World) -> None:
    first, second = pair(world)
    third, fourth = make_case(world), make_case(world)
    for case, into in ((fourth, third), (third, second), (second, first)):
        merge_case(case=case, into=into, by=world.dispatcher, note="x")
    assert set(first.merged_cases.all()) == {second, third, fourth}
    undo(world, second)
    assert set(first.merged_cases.all()) == set()
    assert set(second.merged_cases.all()) == {third, fourth}
    undo(world, third)
    assert set(second.merged_cases.all()) == set()
    assert set(third.merged_cases.all()) == {fourth}
    assert differences() == []
    assert not list(ledger.verify())


def test_a_case_leaves_the_one_that_went_along_in_the_meantime(world: World) -> None:
    first, second = pair(world)
    third = make_case(world)
    merge_case(case=third, into=second, by=world.dispatcher, note="x")
    merge_case(case=second, into=first, by=world.dispatcher, note="x")
    undo(world, third)
    third.refresh_from_db()
    assert (third.state, third.merged_into_id) == ("accepted", None)
    assert set(first.merged_cases.all()) == {second}
    assert differences() == []


def test_limits_run_on_and_no_time_is_given_back(world: World) -> None:
    kept, case = pair(world)
    merge_case(case=case, into=kept, by=world.dispatcher, note="x")
    past = timezone.now() - dt.timedelta(hours=1)
    Deadline.objects.filter(case=case, rule="handle_dispute").update(due_at=past, warn_at=past - dt.timedelta(days=1))
    undo(world, case)
    limit = Deadline.objects.get(case=case, rule="handle_dispute")
    assert (limit.due_at, limit.shown, limit.cancelled_at) == (past, "red", None)
    assert Case.objects.overdue().filter(pk=case.pk).exists()


def test_a_session_that_was_cancelled_stays_so(world: World) -> None:
    kept, case = mediated(world), mediated(world)
    session = call(case, world.mediator)
    merge_case(case=case, into=kept, by=world.dispatcher, note="x")
    undo(world, case)
    case.refresh_from_db()
    assert (case.state, case.mediator_id) == ("in_handling", world.mediator.pk)
    assert Session.objects.get(pk=session.pk).state == "cancelled"
    assert call(case, world.mediator).state == "planned"


@pytest.mark.django_db(transaction=True)
def test_two_dispatchers_at_once_take_back_once() -> None:
    world = build()
    kept, case = pair(world)
    merge_case(case=case, into=kept, by=world.dispatcher, note="x")
    users = [world.dispatcher, make_user("colleague", Role.DISPATCHER, LONGJING)]

    def take_back(user: User) -> str:
        try:
            undo_merge(case=case, by=user, note="并非同一事项")
        except GovernanceError as error:
            return error.code
        return "done"

    said = at_once(*(partial(take_back, user) for user in users))
    assert sorted(said) == ["done", "merge_not_undoable"]
    assert case.events.filter(kind="case.unmerged").count() == 1
    assert not list(ledger.verify())


@pytest.mark.parametrize("language", ["zh-hans", "ko"])
def test_the_page_offers_it_and_the_history_shows_it(
    world: World, sign_in: Callable[..., Client], language: str
) -> None:
    kept, case = pair(world)
    client, page = sign_in(world.dispatcher, language), reverse("cases:detail", args=[case.number])
    url = reverse("cases:action", args=[case.number, "unmerge"])
    assert url not in client.get(page).content.decode()
    merge_case(case=case, into=kept, by=world.dispatcher, note="同一事项")
    assert url in client.get(page).content.decode()
    assert url not in sign_in(world.clerk, language).get(page).content.decode()
    client = sign_in(world.dispatcher, language)
    assert client.post(url, {"note": " "}).context["form"].errors["note"]
    assert client.post(url, {"note": "并非同一事项"}).status_code == 302
    shown = client.get(page).content.decode()
    assert url not in shown
    assert "并非同一事项" in shown
    assert reverse("cases:action", args=[case.number, "merge"]) in shown
    assert case.number in client.get(reverse("cases:detail", args=[kept.number])).content.decode()
    assert client.get(url).status_code == 302
