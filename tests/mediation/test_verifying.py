"""The paper in force is kept once, and anybody can hold a copy against it without learning a name."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from pypdf import PdfReader

from cases.models import EventKind
from cases.services import reopen_case
from cases.services.documents import content_of
from governance_center.crypto import sha256_hex, sm3_hex
from mediation.models import Agreement
from mediation.services.signing import sign_on_screen, signers, text_of
from tests.mediation.signing import DRAWING, SITE, hand_of, in_force, upload, written
from tests.mediation.test_obligations import agree, mediated, pay
from tests.world import World


def page_of(agreement: Agreement) -> str:
    return f"/verify/{agreement.verification_code}/"


def words(content: bytes) -> str:
    pages = PdfReader(io.BytesIO(content)).pages
    return "".join("".join(page.extract_text().split()) for page in pages)


@pytest.mark.parametrize("language", ["zh-hans", "ko", "both"])
def test_the_kept_paper_is_given_byte_for_byte(world: World, sign_in: Callable[..., Client], language: str) -> None:
    agreement = in_force(world)
    assert agreement.paper
    kept = content_of(agreement.paper)
    url = f"/mediation/{agreement.case.number}/agreement/{agreement.pk}/paper/?language={language}"
    assert sign_in(world.mediator).get(url).content == kept
    entry = agreement.case.events.get(kind=EventKind.AGREEMENT_IN_FORCE)
    assert entry.data["sha256"] == sha256_hex(kept)
    assert entry.data["sm3"] == sm3_hex(kept)


def test_signatures_seal_copies_and_code_stand_on_the_paper(world: World) -> None:
    agreement = in_force(world)
    assert agreement.paper
    text = words(content_of(agreement.paper))
    for told in (agreement.number, "一式3份", "法定代表人：王代表", agreement.verification_code, "盖章，自"):
        assert "".join(told.split()) in text.replace("法定代表人:", "法定代表人：")
    for signer in signers(agreement):
        assert "".join(str(signer.party or signer.mediator).split()) in text


def test_the_page_says_what_is_kept_and_no_name(world: World, client: Client) -> None:
    agreement = in_force(world)
    assert agreement.paper
    answer = client.get(page_of(agreement))
    text = answer.content.decode()
    assert answer.status_code == 200
    for told in (agreement.number, agreement.paper.sha256, agreement.paper.sm3, "梨园街道人民调解委员会", "已生效"):
        assert told in text
    assert agreement.case.number not in text
    for party in agreement.case.parties.all():
        assert str(party) not in text
    assert (answer["X-Robots-Tag"], answer["Referrer-Policy"]) == ("noindex", "same-origin")


def test_a_copy_is_compared_and_a_changed_one_is_found_out(world: World, client: Client) -> None:
    agreement = in_force(world)
    assert agreement.paper
    kept = content_of(agreement.paper)
    for content, same in ((kept, True), (kept + b" ", False), (b"%PDF-1.7", False)):
        answer = client.post(page_of(agreement), {"file": upload(content)})
        assert answer.context["same"] is same
    missing = client.post(page_of(agreement), {})
    assert (missing.status_code, missing.context["same"]) == (422, None)


def test_too_large_a_file_is_refused(world: World, client: Client, monkeypatch: Any) -> None:
    agreement = in_force(world)
    monkeypatch.setattr("mediation.signing_forms.LARGEST", 100)
    answer = client.post(page_of(agreement), {"file": upload(b"%PDF-" + b"x" * 100)})
    assert answer.status_code == 422
    assert answer.context["same"] is None


def test_before_it_is_in_force_the_page_says_so_and_compares_nothing(world: World, client: Client) -> None:
    agreement = written(world)
    signer = signers(agreement)[0]
    sign_on_screen(
        agreement=agreement, by=world.mediator, key=signer.key, drawing=DRAWING, text=text_of(agreement), site=SITE,
        hand=hand_of(signer.key, agreement),
    )  # fmt: skip
    text = client.get(page_of(agreement)).content.decode()
    assert "未生效" in text
    assert "SHA-256" not in text
    assert client.post(page_of(agreement), {"file": upload()}).context["same"] is None


def test_a_matter_taken_up_again_is_told(world: World, client: Client) -> None:
    agreement = in_force(world)
    reopen_case(case=agreement.case, by=world.dispatcher, note="反悔")
    assert client.get(page_of(agreement)).context["stands"] is False


@pytest.mark.parametrize("code", ["x", "A" * 20, "%00", "中文"])
def test_an_unknown_code_is_said_to_be_unknown(world: World, client: Client, code: str) -> None:
    answer = client.get(f"/verify/{code}/")
    assert answer.status_code == 404
    assert answer.context["agreement"] is None


def test_an_oral_agreement_has_no_page(world: World, client: Client) -> None:
    case = mediated(world)
    oral = agree(world, case, pay(case), form="oral", terms="口头")
    assert client.get(page_of(oral)).status_code == 404


def test_opening_and_comparing_very_often_has_to_wait(world: World, client: Client, settings: Any) -> None:
    agreement = in_force(world)
    settings.STATUS_OPENINGS = 4
    host = {"REMOTE_ADDR": "203.0.113.77"}
    answers = [client.post(page_of(agreement), {"file": upload()}, **host).status_code for _ in range(3)]
    assert answers == [200, 200, 429]
    assert client.get(page_of(agreement), **host).status_code == 429


def test_codes_differ_and_are_long(world: World) -> None:
    codes = {written(world).verification_code for _ in range(3)}
    assert len(codes) == 3
    assert {len(code) for code in codes} == {20}
