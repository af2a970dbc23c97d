"""An agreement is signed with a pen on the screen by everybody, sealed, and a copy is verified by a stranger."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from cases.models import Case
from cases.services.documents import content_of
from mediation.models import Agreement
from mediation.services import Term, reach_agreement
from mediation.services.signing import missing
from tests.e2e.conftest import DESKTOP, PHONE, Person
from tests.e2e.test_sessions import mediated

Visit = Callable[..., Person]


def agreed(mediator: User) -> Agreement:
    """A written agreement about a payment, not signed yet."""
    case: Case = mediated(mediator)
    applicant, respondent = case.parties.order_by("pk")
    day = dt.date.today() + dt.timedelta(days=30)
    terms = [
        Term(
            debtor=respondent, creditor=applicant, kind="pay", what="支付院墙修缮费", amount=Decimal(6000), due_on=day,
            how="银行转账",
        )
    ]  # fmt: skip
    return reach_agreement(
        case=case, by=mediator, form="written", terms="", obligations=terms, responsibilities="排水沟被堵，院墙受损。",
        if_not="可以向人民法院提起诉讼。",
    )  # fmt: skip


def draw(page: Page) -> None:
    """A signature by hand."""
    pad = page.locator("#pad")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box
    left, middle = box["x"] + 20, box["y"] + box["height"] / 2
    page.mouse.move(left, middle)
    page.mouse.down()
    for step in range(1, 30):
        page.mouse.move(left + step * 6, middle + (40 if step % 2 else -40))
    page.mouse.up()


@pytest.mark.parametrize("language", ["zh-hans", "ko"])
@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_signed_by_hand_sealed_and_verified(visit: Visit, language: str, size: str) -> None:
    user = User.objects.get(username="mediator.longjing")
    agreement = agreed(user)
    person = visit("mediator.longjing", language, PHONE if size == "phone" else DESKTOP)
    page, base = person.page, f"/mediation/agreements/{agreement.pk}/"
    person.open(base)
    person.shoot(f"signing-{size}")
    person.check()
    for signer in missing(agreement):
        person.open(f"{base}sign/{signer.key}/?language={language}")
        draw(page)
        page.locator("#pad-clear").click()
        expect(page.locator("[name=drawing]")).to_have_value("")
        draw(page)
        expect(page.locator("[name=drawing]")).not_to_have_value("")
        person.shoot(f"sign-{size}")
        person.check()
        page.locator("#sign-form button[type=submit]").click()
        page.wait_for_url(f"**{base}")
    person.open(f"{base}seal/")
    person.check()
    page.locator("main form button[type=submit]").click()
    page.wait_for_url(f"**{base}")
    person.shoot(f"signed-{size}")
    person.check()
    agreement.refresh_from_db()
    assert agreement.in_force_on
    assert agreement.paper
    person.open(f"/cases/{agreement.case.number}/")
    person.shoot(f"agreement-case-{size}")
    person.check()
    person.open("/mediation/due/")
    person.check()
    person.open(f"/verify/{agreement.verification_code}/")
    file = {"name": "paper.pdf", "mimeType": "application/pdf", "buffer": content_of(agreement.paper)}
    page.locator("main [name=file]").set_input_files(files=[file])  # type: ignore[list-item]
    page.locator("main form button[type=submit]").click()
    expect(page.locator("main .alert-success")).to_be_visible()
    person.shoot(f"verify-{size}")
    person.check()


def test_without_a_drawing_the_page_comes_back_and_paper_is_the_way_out(visit: Visit) -> None:
    agreement = agreed(User.objects.get(username="mediator.longjing"))
    signer = missing(agreement)[0]
    person = visit("mediator.longjing", "zh-hans")
    person.open(f"/mediation/agreements/{agreement.pk}/sign/{signer.key}/")
    person.page.locator("#sign-form button[type=submit]").click()
    expect(person.page.locator("main .alert-danger, main .text-danger, main .invalid-feedback").first).to_be_visible()
    assert not agreement.signatures.exists()
    person.page.locator(f"main a[href='/mediation/agreements/{agreement.pk}/paper/']").click()
    expect(person.page.locator("main [name=file]")).to_be_visible()
    person.check()
