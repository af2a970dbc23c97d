"""A visitor finds today's visits on a phone, calls, and records them with a tap; what is typed outlives the network."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import User
from cases.models import Case
from mediation.models import FollowUp
from mediation.services import reach_agreement
from tests.e2e.conftest import DESKTOP, PHONE, Person
from tests.e2e.test_sessions import mediated

Visit = Callable[..., Person]


def due_visit() -> FollowUp:
    """A visit of the second demo mediator that has fallen due today."""
    case = mediated(User.objects.get(username="mediator.longjing"))
    person = case.parties.get(part="applicant").person
    assert person
    person.set_phone("13944330001")
    person.save()
    reach_agreement(case=case, by=case.mediator, form="oral", terms="雨水引向公共水沟")
    visit = case.follow_ups.get(day=7)
    assert visit.assignee.username == "mediator2.longjing"
    FollowUp.objects.filter(pk=visit.pk).update(due_on=timezone.localdate())
    return visit


@pytest.mark.parametrize("language", ["zh-hans", "ko"])
@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_from_the_list_to_the_record(visit: Visit, language: str, size: str) -> None:
    planned, quick = due_visit(), due_visit()
    person = visit("mediator2.longjing", language, PHONE if size == "phone" else DESKTOP)
    page = person.page
    person.open("/mediation/follow-ups/?when=today")
    expect(page.locator("[data-visit]")).to_have_count(2)
    row = page.locator(f"[data-visit='{quick.pk}']")
    row.locator(
        f"form[action='/mediation/follow-ups/{quick.pk}/phones/{quick.case.parties.first().pk}/'] button"
    ).click()
    expect(row.locator("a[href='tel:13944330001']")).to_be_visible()
    person.shoot(f"follow-ups-{size}")
    person.check()
    row.locator("button[value=performing]").click()
    expect(page.locator("[data-visit]")).to_have_count(1)

    person.open(f"/mediation/follow-ups/{planned.pk}/")
    expect(page.locator("[name=next_on]")).to_be_hidden()
    page.locator("label.choice:has([name=outcome][value=not_performed])").click()
    page.locator("label.choice:has([name=signs][value=threats])").click()
    page.fill("[name=note]", "未修水沟，扬言堵门。")
    page.locator("label.choice:has([name=next_step][value=earlier])").click()
    expect(page.locator("[name=next_on]")).to_be_visible()
    page.locator("label.choice:has([name=next_step][value=keep])").click()
    person.shoot(f"follow-up-visit-{size}")
    person.check()
    page.locator("main form[data-offline] button[type=submit]").click()
    page.wait_for_url(f"**/cases/{planned.case.number}/")
    planned.refresh_from_db()
    assert (planned.state, planned.outcome, planned.signs) == ("done", "not_performed", ["threats"])
    person.check()


def test_without_a_network_nothing_is_sent_and_nothing_is_lost(visit: Visit) -> None:
    planned = due_visit()
    person = visit("mediator2.longjing", "zh-hans", PHONE)
    page = person.page
    person.open(f"/mediation/follow-ups/{planned.pk}/")
    page.locator("label.choice:has([name=outcome][value=performed])").click()
    page.fill("[name=note]", "水沟已修好。")
    page.context.set_offline(True)
    submit = page.locator("main form[data-offline] button[type=submit]")
    submit.click()
    expect(page.locator("[data-offline-note]")).to_be_visible()
    assert page.locator("[name=note]").input_value() == "水沟已修好。"
    page.context.set_offline(False)
    person.open("/mediation/follow-ups/")
    person.open(f"/mediation/follow-ups/{planned.pk}/")
    assert page.locator("[name=note]").input_value() == "水沟已修好。"
    assert page.locator("[name=outcome][value=performed]").is_checked()
    submit.click()
    page.wait_for_url(f"**/cases/{planned.case.number}/")
    assert Case.objects.get(pk=planned.case_id).follow_ups.get(pk=planned.pk).outcome == "performed"
