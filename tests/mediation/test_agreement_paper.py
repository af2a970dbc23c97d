"""The paper of a written agreement."""

from __future__ import annotations

import io
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client
from pypdf import PdfReader

from accounts.models import Role
from mediation.instalments import split_instalments
from mediation.models import Agreement
from tests.mediation.test_obligations import agree, in_days, mediated, pay
from tests.world import YANJI, World, make_user


def address(agreement: Agreement, language: str = "") -> str:
    return f"/mediation/{agreement.case.number}/agreement/{agreement.pk}/paper/?language={language or 'zh-hans'}"


def read(client: Client, agreement: Agreement, language: str) -> tuple[str, int]:
    """The text without white space, and the number of pages."""
    answer = client.get(address(agreement, language))
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/pdf"
    pages = PdfReader(io.BytesIO(answer.content)).pages
    return "".join("".join(page.extract_text().split()) for page in pages), len(pages)


@pytest.fixture
def agreement(world: World) -> Agreement:
    case = mediated(world)
    shares = split_instalments(Decimal(1200), count=3, first_on=in_days(1))
    return agree(world, case, pay(case, amount=Decimal(1200), instalments=shares, due_on=None))


@pytest.mark.parametrize(
    ("language", "titles"),
    [("zh-hans", {"人民调解协议书"}), ("ko", {"인민조정협의서"}), ("both", {"人民调解协议书", "인민조정협의서"})],
)
def test_the_paper_says_who_owes_what(
    world: World, agreement: Agreement, sign_in: Callable[..., Client], language: str, titles: set[str]
) -> None:
    text, _pages = read(sign_in(world.mediator), agreement, language)
    assert all(title in text for title in titles)
    assert agreement.number in text
    for words in ("￥1,200.00", "壹仟贰佰元整", "￥400.00", "肆佰元整", "补缴社会保险费", "银行转账", "欠薪三个月"):
        assert words in text
    for party in agreement.case.parties.all():
        assert str(party) in text
    if language != "ko":
        assert "一式3份" in text
        assert "三十日内" in text


def test_eight_obligations_go_on_to_the_next_page(world: World, sign_in: Callable[..., Client]) -> None:
    case = mediated(world)
    made = agree(world, case, *[pay(case, amount=Decimal(100 + index)) for index in range(8)])
    text, pages = read(sign_in(world.mediator), made, "both")
    assert pages > 1
    assert all(f"￥{100 + index}.00" in text for index in range(8))


def test_of_marriage_matters_no_confirmation_is_spoken(
    world: World, agreement: Agreement, sign_in: Callable[..., Client]
) -> None:
    type(agreement.case).objects.filter(pk=agreement.case_id).update(category="marriage_family")
    text, _pages = read(sign_in(world.mediator), agreement, "zh-hans")
    assert "司法确认" not in text
    assert "法律约束力" in text


def test_only_who_sees_the_case_gets_the_paper(
    world: World, agreement: Agreement, sign_in: Callable[..., Client]
) -> None:
    far = make_user("far", Role.DISPATCHER, YANJI)
    assert sign_in(far).get(address(agreement)).status_code == 404
    assert sign_in(world.official).get(address(agreement)).status_code == 403
    assert sign_in(world.dispatcher).get(address(agreement, "fr")).status_code == 404
    assert sign_in(world.dispatcher).get(address(agreement)).status_code == 200


def test_an_oral_agreement_has_no_paper(world: World, sign_in: Callable[..., Client]) -> None:
    oral = agree(world, mediated(world), form="oral", terms="口头和解")
    browser = sign_in(world.mediator)
    assert browser.get(address(oral)).status_code == 404
    assert "/paper/" not in browser.get(f"/cases/{oral.case.number}/").content.decode()
