"""The open board: what happens elsewhere appears without a reload, is decided in its row, and leaves."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from cases.models import Case, CaseParty, Category, Person
from cases.services import CaseInput, PartyInput, open_case, return_referral
from departments.models import Centre, Division
from tests.e2e.conftest import PHONE
from tests.e2e.conftest import Person as Visitor

TEXTS = {
    "zh-hans": ("邻里共有围墙倒塌", "按职责清单裁定。"),
    "ko": ("이웃간의 담장분쟁", "직책목록에 따라 결정함."),
}


def opened(title: str, category: str | None = None) -> Case:
    """A case that the desk of Longjing registers; without a category, one whose lead has another candidate or none."""
    chosen = Category.objects.get(pk=category) if category else _led()
    people = [Person.objects.create(name="金明哲", name_hangul="김명철")]
    return open_case(
        centre=Centre.objects.get(pk="222405"),
        data=CaseInput(
            kind=chosen.kind, category=chosen, title=title, narrative=title, narrative_language="zh-hans",
            division=Division.objects.filter(code__startswith="222405", level="village").order_by("code")[0],
        ),
        parties=[PartyInput(part=CaseParty.Part.APPLICANT, person=person) for person in people],
        by=User.objects.get(username="clerk.longjing"),
        accept=True,
    )  # fmt: skip


def _led() -> Category:
    return Category.objects.get(pk="social_insurance")


def contest(case: Case) -> None:
    """Elsewhere, departments return it until nobody is left."""
    for _turn in range(2):
        referral = case.referrals.current().leading().first()
        if referral is None:
            return
        officer = User.objects.get(role="officer", department=referral.department_id, division="222405")
        return_referral(referral=referral, by=officer, reason="not_competent", note="职责不在本局")


def count_of(page: Page, code: str) -> int:
    return int(page.locator(f"[data-count={code}] strong").inner_text())


@pytest.mark.parametrize("language", ["zh-hans", "ko"])
def test_a_case_contested_elsewhere_appears_is_decided_in_place_and_leaves(
    visit: Callable[..., Visitor], language: str
) -> None:
    dispatcher, (title, reasons) = visit("dispatcher.longjing", language), TEXTS[language]
    page = dispatcher.page
    dispatcher.open("/dispatch/")
    expect(page.locator("[data-list]")).to_have_count(12)
    dispatcher.shoot("70-board-empty")
    dispatcher.check()
    page.evaluate("window.isSamePage = true")

    case = opened(title)
    contest(case)
    row = page.locator(f"#row-to_decide-{case.pk}")
    expect(row).to_be_visible()
    expect(row).to_contain_text(case.number)
    expect(row.locator(".board-why")).to_be_visible()
    expect(page.locator("[data-count=to_decide] strong")).to_have_text("1")

    row.locator("[data-do=rule]").press("Enter")
    form = row.locator("[data-open]")
    expect(form).to_be_visible()
    form.locator("[name=note]").fill(reasons)
    form.locator("button[type=submit]").click()
    expect(form.locator("[name=department][aria-invalid=true]")).to_be_visible()
    assert form.locator("[name=note]").input_value() == reasons
    dispatcher.shoot("71-board-decide")
    dispatcher.check()

    # Another case comes in while the form is open: the list waits, what is typed stays.
    later = opened(f"{title}2")
    contest(later)
    expect(page.locator("[data-count=to_decide] strong")).to_have_text("2")
    expect(page.locator("[data-list=to_decide] .board-stale")).to_be_visible()
    expect(page.locator(f"#row-to_decide-{later.pk}")).to_have_count(0)
    assert form.locator("[name=note]").input_value() == reasons

    form.locator("[name=department]").select_option("justice")
    form.locator("button[type=submit]").click()
    expect(page.locator("#board-said .alert-success")).to_contain_text(case.number)
    expect(row).to_have_count(0)
    expect(page.locator(f"#row-to_decide-{later.pk}")).to_be_visible()
    case.refresh_from_db()
    assert case.lead_id == "justice"
    assert page.evaluate("window.isSamePage"), "the page was never loaded anew"
    dispatcher.shoot("72-board-decided")
    dispatcher.check()


def test_the_board_says_that_the_network_or_the_session_is_gone_and_goes_on(visit: Callable[..., Visitor]) -> None:
    dispatcher = visit("dispatcher.longjing", "zh-hans", PHONE)
    page = dispatcher.page
    dispatcher.open("/dispatch/")
    expect(page.locator("#board-bar[data-state=live]")).to_be_visible()

    page.context.set_offline(True)
    expect(page.locator("#board-bar[data-state=network] [data-when=network]")).to_be_visible()
    expect(page.locator("#network-alert")).to_have_count(0)
    page.context.set_offline(False)
    expect(page.locator("#board-bar[data-state=live]")).to_be_visible()

    page.context.clear_cookies(name=re.compile("sessionid"))
    expect(page.locator("#board-bar[data-state=session] [data-when=session] a")).to_be_visible()
    dispatcher.shoot("73-board-signed-out-phone")
    other = Visitor(page.context.new_page(), dispatcher.url, "zh-hans")
    other.sign_in("dispatcher.longjing")
    other.page.close()
    page.bring_to_front()
    expect(page.locator("#board-bar[data-state=live]")).to_be_visible()

    # The open page has the new token: it can act without being loaded anew.
    case = opened("电梯停运", "other")
    row = page.locator(f"#row-to_decide-{case.pk}")
    row.locator("[data-do=rule]").click()
    row.locator("[name=department]").select_option("justice")
    row.locator("[name=note]").fill("裁定理由")
    page.context.set_offline(True)
    row.locator("[data-open] button[type=submit]").click()
    expect(row.locator(".board-failed")).to_be_visible()
    assert row.locator("[name=note]").input_value() == "裁定理由"
    page.context.set_offline(False)
    expect(page.locator("#board-bar[data-state=live]")).to_be_visible()
    row.locator("[data-open] button[type=submit]").click()
    expect(row).to_have_count(0)
    assert count_of(page, "to_decide") == 0
    case.refresh_from_db()
    assert case.lead_id == "justice"
