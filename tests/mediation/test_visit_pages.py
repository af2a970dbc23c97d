"""The pages of follow-up visits in both languages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Look, Notification
from cases.models import Case
from cases.states import State
from governance_center.errors import GovernanceError, MissingInput
from mediation.models import FollowUp
from mediation.services.follow_ups import Findings, record_follow_up
from tests.mediation.test_follow_ups import after, resolved
from tests.world import World

SignIn = Callable[..., Client]
LANGUAGES = ("zh-hans", "ko")


def due(case: Case, day: int = 7) -> FollowUp:
    """A visit that has fallen due today."""
    visit = case.follow_ups.get(day=day)
    FollowUp.objects.filter(pk=visit.pk).update(due_on=timezone.localdate())
    visit.refresh_from_db()
    return visit


def typed(**changes: Any) -> dict[str, Any]:
    values = {
        "outcome": "performing", "satisfaction": "fairly", "channel": "visit", "spoken_to": "", "note": "已付首期",
        "next_step": "keep", "next_on": "",
    }  # fmt: skip
    return {**values, **changes}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_form_keeps_everything_that_was_found(world: World, sign_in: SignIn, language: str) -> None:
    case = resolved(world)
    visit, party = due(case), case.parties.get(part="applicant")
    url = reverse("mediation:follow_up", args=[visit.pk])
    browser = sign_in(world.other_mediator, language)
    page = browser.get(url).content.decode()
    assert {"zh-hans": "扬言威胁", "ko": "위협하는 말"}[language] in page
    data = typed(spoken_to=party.pk, signs=["threats", "alcohol"], helps=["legal_aid"])
    assert browser.post(url, data).status_code == 302
    visit.refresh_from_db()
    assert (visit.channel, visit.spoken_to, visit.signs, visit.helps, visit.note.text) == (
        "visit", party, ["alcohol", "threats"], ["legal_aid"], "已付首期",
    )  # fmt: skip
    told = Notification.objects.filter(kind__in=("follow_up.signs", "follow_up.help"))
    assert [row.recipient for row in told] == [world.dispatcher] * 2
    assert browser.post(url, data).status_code == 302, "the same form sent twice is one record"
    assert case.events.filter(kind="follow_up.done").count() == 1
    assert {"zh-hans": "扬言威胁", "ko": "위협하는 말"}[language] in browser.get(
        reverse("cases:detail", args=[case.number])
    ).content.decode()


@pytest.mark.parametrize("language", LANGUAGES)
def test_bad_input_comes_back_with_what_was_typed(world: World, sign_in: SignIn, language: str) -> None:
    case = resolved(world)
    visit = due(case)
    url = reverse("mediation:follow_up", args=[visit.pk])
    browser = sign_in(world.other_mediator, language)
    for changes, field in (
        ({"outcome": "relapse", "note": ""}, "note"),
        ({"outcome": ""}, "outcome"),
        ({"signs": ["threats"], "note": ""}, "note"),
        ({"signs": ["unknown"]}, "signs"),
        ({"next_step": "earlier"}, "next_on"),
        ({"next_step": "earlier", "next_on": after(0).isoformat()}, "next_on"),
        ({"next_step": "close"}, "next_step"),
        ({"next_step": "reopen"}, "next_step"),
    ):
        answer = browser.post(url, typed(**changes))
        assert answer.status_code == 422, changes
        assert field in answer.context["form"].errors
        assert changes.get("note", "已付首期") in answer.content.decode()
    visit.refresh_from_db()
    assert visit.state == "planned"


def test_an_earlier_visit_comes_between_those_of_the_plan(world: World) -> None:
    case = resolved(world)
    findings = Findings(next_step="earlier", next_on=after(3))
    record_follow_up(follow_up=due(case), by=world.other_mediator, outcome="performing", findings=findings)
    planned = list(case.follow_ups.planned().order_by("due_on").values_list("due_on", "origin"))
    assert planned == [(after(3), "earlier"), (after(30), "plan"), (after(90), "plan")]


def test_an_earlier_visit_on_a_day_that_is_planned_already_adds_none(world: World) -> None:
    case = resolved(world)
    findings = Findings(next_step="earlier", next_on=after(30))
    record_follow_up(follow_up=due(case), by=world.other_mediator, outcome="performing", findings=findings)
    assert case.follow_ups.planned().count() == 2


def test_closing_early_needs_a_calm_and_performed_matter(world: World) -> None:
    case = resolved(world)
    visit = due(case)
    close = Findings(next_step="close")
    for fields in (
        {"outcome": "performing", "findings": close},
        {"outcome": "performed", "satisfaction": "not_content", "findings": close},
        {"outcome": "performed", "note": "x", "findings": Findings(next_step="close", signs=["threats"])},
    ):
        with pytest.raises(GovernanceError):
            record_follow_up(follow_up=visit, by=world.other_mediator, **fields)
    record_follow_up(follow_up=visit, by=world.other_mediator, outcome="performed", findings=close)
    case.refresh_from_db()
    assert case.state == State.CLOSED
    assert set(case.follow_ups.exclude(pk=visit.pk).values_list("state", flat=True)) == {"cancelled"}


def test_what_is_not_performed_may_reopen_the_matter(world: World) -> None:
    case = resolved(world)
    findings = Findings(next_step="reopen")
    record_follow_up(
        follow_up=due(case), by=world.other_mediator, outcome="not_performed", note="拒付", findings=findings
    )
    case.refresh_from_db()
    assert (case.state, case.reopened_count) == (State.IN_HANDLING, 1)


def test_a_party_of_another_case_is_not_spoken_to(world: World) -> None:
    other = resolved(world).parties.first()
    with pytest.raises(MissingInput):
        record_follow_up(
            follow_up=due(resolved(world)), by=world.other_mediator, outcome="performing",
            findings=Findings(spoken_to=other),
        )  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_tap_records_the_plain_case_and_comes_back_to_the_same_list(
    world: World, sign_in: SignIn, language: str
) -> None:
    case = resolved(world)
    visit = due(case)
    browser, url = sign_in(world.other_mediator, language), reverse("mediation:follow_up_one_tap", args=[visit.pk])
    listed = reverse("mediation:follow_ups") + "?when=due"
    assert url in browser.get(listed).content.decode()
    for _again in range(2):
        answer = browser.post(url, {"outcome": "performing", "back": listed})
        assert (answer.status_code, answer["Location"]) == (302, listed)
    visit.refresh_from_db()
    assert (visit.state, visit.outcome, visit.done_by) == ("done", "performing", world.other_mediator)
    assert url not in browser.get(listed).content.decode()
    other = reverse("mediation:follow_up_one_tap", args=[case.follow_ups.get(day=30).pk])
    assert browser.post(other, {"outcome": "relapse"})["Location"].startswith("/mediation/follow-ups/")
    assert browser.post(other, {"outcome": "performing", "back": "https://elsewhere.example/"})["Location"] == reverse(
        "mediation:follow_ups"
    )


def test_the_list_is_filtered_by_address(world: World, sign_in: SignIn) -> None:
    late, today, soon = (resolved(world) for _ in range(3))
    late.follow_ups.filter(day=7).update(due_on=after(-1))
    due(today)
    today.follow_ups.filter(day=7).update(assignee=None)
    browser, url = sign_in(world.dispatcher), reverse("mediation:follow_ups")

    def shown(query: str) -> set[str]:
        rows = browser.get(f"{url}?{query}").context["rows"]
        return {visit.case.number for visit, _may in rows}

    everything = {late.number, today.number, soon.number}
    for query, expected in (
        ("", everything),
        ("when=overdue", {late.number}),
        ("when=today", {today.number}),
        ("when=due", {late.number, today.number}),
        ("whose=nobody", {today.number}),
        ("whose=mine", set()),
        ("plan=default", everything),
        ("plan=second", set()),
        ("place=222405005", everything),
        ("place=222401001", everything),
    ):
        assert shown(query) == expected, query


def test_the_list_asks_the_database_no_more_for_more_rows(
    world: World, sign_in: SignIn, django_assert_max_num_queries: Any
) -> None:
    for _each in range(8):
        due(resolved(world))
    for user in (world.dispatcher, world.other_mediator, world.clerk):
        browser = sign_in(user)
        with django_assert_max_num_queries(16):
            assert len(browser.get(reverse("mediation:follow_ups")).context["rows"]) == 8


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_phone_is_opened_by_a_logged_tap_and_then_calls(world: World, sign_in: SignIn, language: str) -> None:
    case = resolved(world)
    visit, party = due(case), case.parties.get(part="applicant")
    party.person.set_phone("13944330001")
    party.person.save()
    browser = sign_in(world.other_mediator, language)
    page = browser.get(reverse("mediation:follow_up", args=[visit.pk])).content.decode()
    assert "13944330001" not in page
    url = reverse("mediation:follow_up_phone", args=[visit.pk, party.pk])
    assert url in page
    assert Look.objects.count() == 0
    assert 'href="tel:13944330001"' in browser.post(url).content.decode()
    look = Look.objects.get()
    assert (look.user, look.what, look.subject) == (world.other_mediator, "phone", f"person:{party.person.pk}")
    assert sign_in(world.mediator).post(url).status_code == 404


@pytest.mark.parametrize("language", LANGUAGES)
def test_giving_away_and_giving_back_on_screen(world: World, sign_in: SignIn, language: str) -> None:
    case = resolved(world)
    visit = due(case)
    give, back = (reverse(f"mediation:follow_up_{name}", args=[visit.pk]) for name in ("give", "decline"))
    browser = sign_in(world.other_mediator, language)
    assert back in browser.get(reverse("mediation:follow_up", args=[visit.pk])).content.decode()
    assert browser.get(back).status_code == 200
    assert browser.post(back, {"reason": ""}).status_code == 422
    assert browser.post(back, {"reason": "생병"}).status_code == 302
    assert browser.get(give).status_code == 404
    browser = sign_in(world.dispatcher, language)
    assert give in browser.get(reverse("cases:detail", args=[case.number])).content.decode()
    assert browser.get(give).status_code == 200
    data = {"to": world.mediator.pk, "companion": "", "on": after(2).isoformat(), "reason": "改派"}
    refused = browser.post(give, data)
    assert refused.status_code == 422
    assert "改派" in refused.content.decode()
    assert browser.post(give, {**data, "to": world.clerk.pk}).status_code == 302
    visit.refresh_from_db()
    assert (visit.assignee, visit.due_on) == (world.clerk, after(2))


def test_others_find_no_page(world: World, sign_in: SignIn) -> None:
    visit = due(resolved(world))
    url = reverse("mediation:follow_up", args=[visit.pk])
    for user, status in ((world.tax, 404), (world.mediator, 404), (world.clerk, 403), (world.official, 403)):
        assert sign_in(user).get(url).status_code == status, user
    assert sign_in(world.clerk).post(url, typed()).status_code == 403
    visit.refresh_from_db()
    assert visit.state == "planned"


def test_a_visit_made_late_covers_those_missed_before(world: World) -> None:
    case = resolved(world)
    case.follow_ups.filter(day__lte=30).update(due_on=timezone.localdate() - dt.timedelta(days=2))
    record_follow_up(follow_up=case.follow_ups.get(day=7), by=world.other_mediator, outcome="not_reached")
    assert dict(case.follow_ups.values_list("day", "state")) == {7: "done", 30: "covered", 90: "planned"}
