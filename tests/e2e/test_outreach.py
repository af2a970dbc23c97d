"""A member of an outreach group walks from house to house with a phone, in the member's language."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from cases.models import Case
from intake.models import Household, OutreachVisit
from reporting.simulation import outreach
from tests.e2e.conftest import DESKTOP, PHONE, Person

Visit = Callable[..., Person]


@pytest.mark.parametrize("language", ["zh-hans", "ko"])
def test_from_one_tap_to_a_case(visit: Visit, language: str) -> None:
    outreach.build(random.Random(1))
    person = visit("outreach.liyuan", language, PHONE)
    page = person.page
    person.open("/desk/my-outreach/")
    person.shoot("outreach-mine")
    person.check()
    before = OutreachVisit.objects.count()
    page.locator("button[name=found][value=nothing]").first.click()
    expect(page.locator(".alert-success")).to_be_visible()
    assert OutreachVisit.objects.count() == before + 1
    household = Household.objects.filter(group__division="222405005", tries=0).first()
    assert household is not None
    person.open(f"/desk/my-outreach/{household.pk}/?found=come_again")
    expect(page.locator("[name=again_on]")).to_be_visible()
    page.locator("[name=found][value=dispute]").check()
    expect(page.locator("[name=again_on]")).to_be_hidden()
    page.fill("[name=note]", "부부가 자주 다투고 아이가 무서워한다.")
    # The network is gone: what was typed is still there after the page was opened again.
    page.reload()
    expect(page.locator("[name=note]")).to_have_value("부부가 자주 다투고 아이가 무서워한다.")
    page.locator("[name=found][value=dispute]").check()
    person.shoot("outreach-visit")
    person.check()
    page.locator("form[data-draft] button[type=submit]").click()
    page.wait_for_url(lambda url: "/desk/register/?outreach=" in url)
    assert page.locator("[name=channel]:checked").input_value() == "outreach"
    page.select_option("#id_category", "marriage_family")
    expect(page.locator("#route-preview .alert-warning")).to_be_visible()
    page.fill("[name=title]", "가정불화")
    person.shoot("outreach-register")
    person.check()
    page.locator("[data-send]").click()
    page.wait_for_url("**/desk/receipt/**")
    case = Case.objects.get()
    assert (case.is_restricted, case.outreach_visits.get().household) == (True, household)


@pytest.mark.parametrize("language", ["zh-hans", "ko"])
@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_the_dispatcher_plans_a_campaign(visit: Visit, language: str, size: str) -> None:
    outreach.build(random.Random(1))
    person = visit("dispatcher.longjing", language, PHONE if size == "phone" else DESKTOP)
    page = person.page
    person.open("/desk/outreach/new/")
    page.fill("[name=name_zh_hans]", "春季排查")
    page.fill("[name=ends_on]", str(timezone.localdate() + dt.timedelta(days=20)))
    page.fill("[name=purpose]", "逐户走访")
    page.locator("main form button[type=submit]").click()
    page.wait_for_url(lambda url: url.rstrip("/").rsplit("/", 1)[-1].isdigit())
    campaign = page.url
    person.check()
    page.goto(f"{campaign}households/import/")
    page.fill("[name=text]", "梨园社区\t9号楼101\t金某\n没有的村\t9号楼102")
    page.locator("main form button[type=submit]").click()
    expect(page.locator("[role=alert] tbody tr")).to_have_count(1)
    person.shoot(f"outreach-import-{size}")
    person.check()
    page.fill("[name=text]", "梨园社区\t9号楼101\t金某")
    page.locator("main form button[type=submit]").click()
    page.wait_for_url("**/households/")
    person.shoot(f"outreach-households-{size}")
    person.check()
    page.goto(campaign)
    page.locator("form[action$='/start/'] button").click()
    page.locator("#confirm-box button[value=yes]").click()
    expect(page.locator("form[action$='/end/']")).to_be_visible()
    person.shoot(f"outreach-campaign-{size}")
    person.check()
