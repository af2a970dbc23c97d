"""A second call by somebody else and what differs for the dispatcher; a prescription for what keeps coming back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import User
from cases.models import Case
from mediation.models import FollowUp, PrescribedStep, SecondCallShare
from mediation.services.follow_ups import record_follow_up
from mediation.services.second_calls import draw_week
from tests.e2e.conftest import DESKTOP, PHONE, Person
from tests.e2e.test_follow_ups import due_visit
from tests.e2e.test_sessions import mediated

Visit = Callable[..., Person]
WAYS = [("ko", "phone"), ("zh-hans", "desktop")]
SIZES = {"phone": PHONE, "desktop": DESKTOP}


def drawn() -> FollowUp:
    """A second call on a visit of last week that found everything in order."""
    first, today = due_visit(), timezone.localdate()
    assert first.assignee
    record_follow_up(follow_up=first, by=first.assignee, outcome="performing", satisfaction="content")
    FollowUp.objects.filter(pk=first.pk).update(done_at=timezone.now() - dt.timedelta(days=7))
    SecondCallShare.objects.update(percent=100)
    draw_week(today=today)
    return FollowUp.objects.select_related("assignee", "case").get(second_of=first)


@pytest.mark.parametrize(("language", "size"), WAYS)
def test_a_second_call_hears_something_else(visit: Visit, language: str, size: str) -> None:
    second = drawn()
    assert second.assignee
    caller = visit(second.assignee.username, language, SIZES[size])
    caller.open("/mediation/follow-ups/")
    expect(caller.page.locator(f"[data-visit='{second.pk}']")).to_be_visible()
    caller.check()
    caller.open(f"/mediation/follow-ups/{second.pk}/")
    caller.page.locator("label.choice:has([name=outcome][value=not_performed])").click()
    caller.page.fill("[name=note]", "水沟至今未修。")
    caller.shoot(f"second-call-form-{size}")
    caller.check()
    caller.page.locator("main form[data-offline] button[type=submit]").click()
    caller.page.wait_for_url(lambda address: f"/follow-ups/{second.pk}/" not in address)

    person = visit("dispatcher.longjing", language, SIZES[size])
    person.open("/mediation/second-calls/")
    person.shoot(f"second-calls-{size}")
    person.check()
    person.page.locator(f"a[href='/mediation/second-calls/{second.pk}/']").click()
    expect(person.page.locator("main")).to_contain_text("水沟至今未修。")
    person.shoot(f"second-call-{size}")
    person.check()


@pytest.mark.parametrize(("language", "size"), WAYS)
def test_a_matter_that_came_back_is_diagnosed_and_prescribed(visit: Visit, language: str, size: str) -> None:
    mediator, today = User.objects.get(username="mediator.longjing"), timezone.localdate()
    case = mediated(mediator)
    Case.objects.filter(pk=case.pk).update(reopened_count=1)
    party = case.parties.order_by("pk").first()
    assert party
    person = visit("mediator.longjing", language, SIZES[size])
    page = person.page
    person.open(f"/mediation/{case.number}/prescription/")
    page.fill("[name=diagnosis]", "排水沟没有人管，雨季反复。")
    page.select_option("[name=steps-0-who]", f"caseparty:{party.pk}")
    page.fill("[name=steps-0-what]", "清理水沟")
    page.fill("[name=steps-0-due_on]", (today + dt.timedelta(days=5)).isoformat())
    page.select_option("[name=steps-2-who]", "department:justice")
    page.fill("[name=steps-2-what]", "每月走访一次")
    page.fill("[name=steps-2-due_on]", (today + dt.timedelta(days=20)).isoformat())
    send = page.locator("main form[data-draft] button[type=submit]:not([name])")
    send.click()
    expect(page.locator(".form-errors").first).to_be_visible()
    assert page.input_value("[name=diagnosis]") == "排水沟没有人管，雨季反复。"
    assert page.input_value("[name=steps-0-what]") == "清理水沟"
    person.shoot(f"prescription-refused-{size}")
    person.check()
    page.locator("label:has([name=causes])").first.click()
    send.click()
    page.wait_for_url(f"**/cases/{case.number}/")
    expect(page.locator("main")).to_contain_text("清理水沟")
    person.shoot(f"prescription-card-{size}")
    person.check()

    step = PrescribedStep.objects.get(prescription__case=case, position=1)
    chief = visit("dispatcher.longjing", language, SIZES[size])
    chief.open("/mediation/prescribed/")
    expect(chief.page.locator("main")).to_contain_text("清理水沟")
    chief.check()
    chief.open(f"/mediation/prescribed/{step.pk}/done/")
    chief.page.locator("main form:has([name=done_on]) button[type=submit]").click()
    chief.page.wait_for_url(f"**/cases/{case.number}/")
    step.refresh_from_db()
    assert step.done_on == today
