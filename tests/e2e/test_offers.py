"""On a phone: one side offers, the other asks for more, the first accepts, and the agreement stands drafted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import User
from cases.models import Case
from mediation.models import Agreement, Offer
from mediation.services import assign_mediator
from tests.e2e.conftest import PHONE, Person
from tests.e2e.test_journey_mediation import dispute

Visit = Callable[..., Person]
WORDS = {
    "zh-hans": ("赔偿院墙修缮费", "银行转账", "分两次付清，先修排水沟。", "排水沟堵塞，院墙受损。", "可以起诉。"),
    "ko": (
        "담장 수리비를 배상한다",
        "은행송금",
        "두번에 나누어 주고 먼저 배수구를 수리한다.",
        "배수구가 막혔다.",
        "소송을 제기할수 있다.",
    ),
}


@pytest.mark.parametrize("language", ["ko", "zh-hans"])
def test_from_the_offer_to_the_draft(visit: Visit, language: str) -> None:
    case = dispute()
    assign_mediator(
        case=case,
        mediator=User.objects.get(username="mediator.longjing").mediator,
        by=User.objects.get(username="dispatcher.longjing"),
    )
    mediator = visit("mediator.longjing", language, PHONE)
    page, what = mediator.page, WORDS[language]
    respondent, applicant = case.parties.get(part="respondent"), case.parties.get(part="applicant")
    mediator.open(f"/cases/{case.number}/")
    mediator.deed(f"/mediation/{case.number}/offer/").click()
    page.locator(f"label:has([name=party][value='{respondent.pk}'])").click()
    page.locator(f"label:has([name=language][value={language}])").click()
    fill_term(page, respondent.pk, applicant.pk, what, "3000")
    mediator.shoot("offers-01-offer")
    mediator.check()
    send(page)
    counter(mediator, case, what)
    accept(mediator, respondent.pk)
    draft(mediator, what)
    assert [row.state for row in Offer.objects.order_by("number")] == ["countered", "accepted"]
    agreement = Agreement.objects.get(case=case)
    assert (agreement.offer, agreement.obligations.get().amount) == (Offer.objects.get(number=2), 6000)


def fill_term(page: Page, debtor: int, creditor: int, what: tuple[str, ...], amount: str) -> None:
    page.select_option("[name=duties-0-debtor]", str(debtor))
    page.select_option("[name=duties-0-creditor]", str(creditor))
    page.select_option("[name=duties-0-kind]", "pay")
    page.fill("[name=duties-0-what]", what[0])
    page.fill("[name=duties-0-amount]", amount)
    page.fill("[name=duties-0-how]", what[1])
    page.fill("[name=duties-0-due_on]", (timezone.localdate() + dt.timedelta(days=40)).isoformat())


def send(page: Page) -> None:
    page.locator("main form .card-footer button[type=submit]").click()
    page.wait_for_url("**/cases/**")
    expect(page.locator("#offers")).to_be_visible()


def counter(mediator: Person, case: Case, what: tuple[str, ...]) -> None:
    """The applicant asks for more, in two parts; what was offered stands there to be changed."""
    page = mediator.page
    page.locator("#offers a[href*='counters=']").click()
    expect(page.locator("[name=duties-0-amount]")).to_have_value("3000.00")
    page.fill("[name=duties-0-amount]", "6000")
    page.fill("[name=duties-0-count]", "2")
    page.fill("[name=duties-0-first_on]", (timezone.localdate() + dt.timedelta(days=9)).isoformat())
    page.fill("[name=text]", what[2])
    mediator.shoot("offers-02-counter")
    mediator.check()
    send(page)
    mediator.shoot("offers-03-conversation")
    mediator.check()


def accept(mediator: Person, respondent: int) -> None:
    page = mediator.page
    page.locator("#offers a[href$='/answer/']").click()
    page.locator(f"label:has([name=answer][value=accepted-{respondent}])").click()
    mediator.shoot("offers-04-answer")
    mediator.check()
    send(page)
    mediator.shoot("offers-05-accepted")
    mediator.check()


def draft(mediator: Person, what: tuple[str, ...]) -> None:
    """One button fills the agreement; only what an offer does not say is left to write."""
    page = mediator.page
    page.locator("#offers a[href*='/agreement/?offer=']").click()
    expect(page.locator("[name=duties-0-amount]")).to_have_value("6000.00")
    expect(page.locator("[name=duties-0-what]")).to_have_value(what[0])
    expect(page.locator("[name=duties-0-count]")).to_have_value("2")
    expect(page.locator("[name=terms]")).to_have_value(what[2])
    page.fill("[name=responsibilities]", what[3])
    page.fill("[name=if_not]", what[4])
    mediator.shoot("offers-06-draft")
    mediator.check()
    page.locator("main form .card-footer button[type=submit]").click()
    page.wait_for_url("**/mediation/agreements/*/")
