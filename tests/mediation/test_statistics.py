"""What the mediator says of a case for the statistics: who may, what is kept, and what the ledger and the page tell."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from cases import ledger
from cases.models import Case, EventKind
from governance_center.errors import GovernanceError, NotAllowed
from mediation.models import FollowUp, Prevention, StatisticsEntry
from mediation.services.statistics import Prevented, WrongNumber, enter_statistics, may_enter, source_of
from tests.mediation.sessions import mediated
from tests.mediation.test_follow_ups import resolved
from tests.world import World, make_case

SignIn = Callable[..., Client]


def enter(case: Case, by: Any, **changes: Any) -> StatisticsEntry:
    given = {"source": "court", "is_difficult": True, "prevented": {"crime": Prevented(3, "当场劝离")}}
    return enter_statistics(case=case, by=by, **{**given, **changes})


def test_an_entry_is_kept_once_with_codes_alone_in_the_ledger(world: World) -> None:
    case = mediated(world)
    first = enter(case, world.mediator)
    before = case.events.count()
    assert enter(case, world.mediator) == first
    assert case.events.count() == before, "the same again is nothing new"
    event = case.events.filter(kind=EventKind.PROGRESS).latest("sequence")
    assert event.data["prevented"] == {"crime": 3}
    assert "当场" not in str(event.data)
    assert not list(ledger.verify())


def test_a_correction_takes_the_place_of_what_was_said(world: World) -> None:
    case = mediated(world)
    enter(case, world.mediator)
    enter(case, world.dispatcher, source="police", is_difficult=False, prevented={"suicide": Prevented(1)})
    assert list(case.preventions.values_list("kind", "people")) == [("suicide", 1)]
    assert (case.statistics_entry.source, case.statistics_entry.by) == ("police", world.dispatcher)
    assert case.events.filter(data__has_key="statistics").count() == 2


@pytest.mark.parametrize(("channel", "source"), [
    ("walk_in", "application"), ("outreach", "active"), ("police", "police"), ("transfer", "other"),
    ("hand_up", "other"), ("letter", "application"),
])  # fmt: skip
def test_the_source_is_that_of_the_channel_until_somebody_says_otherwise(
    world: World, channel: str, source: str
) -> None:
    assert source_of(make_case(world, channel=channel)) == source


def test_only_who_works_on_a_mediated_case_may_enter_it(world: World) -> None:
    case = mediated(world)
    may = {user.username for user in (
        world.clerk, world.dispatcher, world.tax, world.mediator, world.other_mediator, world.official,
        world.administrator,
    ) if may_enter(case, user)}  # fmt: skip
    assert may == {"mediator", "dispatcher"}
    for user in (world.other_mediator, world.official, world.tax):
        with pytest.raises(NotAllowed):
            enter(case, user)
    unmediated = make_case(world)
    assert not may_enter(unmediated, world.dispatcher)
    assert not StatisticsEntry.objects.exists()


def test_whoever_visits_afterwards_may_enter_it(world: World) -> None:
    case = resolved(world)
    visit = FollowUp.objects.filter(case=case).first()
    assert visit is not None
    FollowUp.objects.filter(pk=visit.pk).update(assignee=world.other_mediator)
    assert may_enter(case, world.other_mediator)
    FollowUp.objects.filter(case=case).update(state="cancelled")
    assert not may_enter(case, world.other_mediator)


@pytest.mark.parametrize("changes", [
    {"source": "nowhere"}, {"prevented": {"war": Prevented(1)}}, {"prevented": {"crime": Prevented(0)}},
    {"prevented": {"crime": Prevented(100_001)}},
])  # fmt: skip
def test_what_the_form_does_not_know_is_refused(world: World, changes: dict[str, Any]) -> None:
    case = mediated(world)
    with pytest.raises(GovernanceError):
        enter(case, world.mediator, **changes)
    assert not Prevention.objects.exists()
    with pytest.raises(WrongNumber):
        enter(case, world.mediator, prevented={"crime": Prevented(0)})


def test_the_database_counts_each_kind_once(world: World) -> None:
    case = mediated(world)
    enter(case, world.mediator)
    values = {"case": case, "by": world.mediator, "at": case.registered_at}
    for bad in ({"kind": "crime", "people": 1}, {"kind": "suicide", "people": 0}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Prevention.objects.create(**values, **bad)


@pytest.mark.parametrize("language", ["zh-hans", "ko"])
def test_the_form_keeps_and_the_page_shows(world: World, sign_in: SignIn, language: str) -> None:
    case = mediated(world)
    client = sign_in(world.mediator, language)
    path = f"/mediation/{case.number}/statistics/"
    assert path in client.get(f"/cases/{case.number}/").content.decode()
    form = client.get(path).context["form"]
    assert form["source"].value() == "application"
    data = {"source": "petitions", "is_difficult": "on", "group_petition_people": "30", "group_petition_note": "到场"}
    assert client.post(path, data).status_code == 302
    entry = StatisticsEntry.objects.get()
    assert (entry.source, entry.is_difficult) == ("petitions", True)
    assert Prevention.objects.get().people == 30
    shown = client.get(f"/cases/{case.number}/").content.decode()
    assert "到场" in shown
    again = client.get(path).context["form"]
    assert (again["source"].value(), again["group_petition_people"].value()) == ("petitions", 30)


@pytest.mark.parametrize("bad", [{"crime_people": "0"}, {"crime_people": "x"}, {"crime_note": "没写人数"}])
def test_bad_input_comes_back_with_everything_typed(world: World, sign_in: SignIn, bad: dict[str, str]) -> None:
    case = mediated(world)
    answer = sign_in(world.mediator).post(f"/mediation/{case.number}/statistics/", {"source": "court", **bad})
    assert answer.status_code == 422
    form = answer.context["form"]
    assert "crime_people" in form.errors
    assert form["source"].value() == "court"
    assert not StatisticsEntry.objects.exists()


def test_others_do_not_get_the_form(world: World, sign_in: SignIn) -> None:
    case = mediated(world)
    path = f"/mediation/{case.number}/statistics/"
    assert sign_in(world.official).get(path).status_code == 403
    assert sign_in(world.other_mediator).get(path).status_code == 404
    assert sign_in(world.clerk).get(path).status_code == 302
