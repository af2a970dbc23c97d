"""Judicial confirmation: offered or not, the thirty days, all parties together, and what the court decided."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from pypdf import PdfReader

from cases import ledger
from cases.models import Case, EventKind, Part
from governance_center.calendar import is_working_day
from governance_center.errors import MissingInput, NotAllowed
from mediation.models import Agreement, Confirmation
from mediation.services.confirming import (
    AlreadyAsked,
    AlreadyDecided,
    NotConfirmable,
    NotTogether,
    TooLateToConfirm,
    WrongRulingDay,
    ask_confirmation,
    last_day,
    record_decision,
)
from tests.mediation.signing import PDF, days_ago, in_force, kinds, late, upload, written
from tests.mediation.test_obligations import agree, mediated, pay
from tests.world import World

TODAY = timezone.localdate


def ask(world: World, agreement: Agreement, **changes: Any) -> Confirmation:
    values: dict[str, Any] = {
        "by": world.mediator, "court": "龙井市人民法院", "asked_on": TODAY(),
        "parties": list(agreement.case.parties.values_list("pk", flat=True)), **changes,
    }  # fmt: skip
    return ask_confirmation(agreement=agreement, **values)


def decide(world: World, confirmation: Confirmation, **changes: Any) -> Confirmation:
    values: dict[str, Any] = {
        "by": world.mediator, "result": "confirmed", "decided_on": TODAY(),
        "ruling_number": "（2026）吉2405民特1号", **changes,
    }  # fmt: skip
    return record_decision(confirmation=confirmation, **values)


@pytest.mark.parametrize(
    ("effect", "last"),
    [
        (dt.date(2025, 3, 3), dt.date(2025, 4, 2)),  # a Wednesday
        (dt.date(2025, 3, 6), dt.date(2025, 4, 7)),  # the 30th day is a Saturday of the Qingming holidays
        (dt.date(2025, 9, 1), dt.date(2025, 10, 9)),  # in the National Day holidays, which last to 8 October
        (dt.date(2025, 8, 29), dt.date(2025, 9, 28)),  # a Sunday on which offices work
    ],
)
def test_thirty_days_end_on_a_working_day(effect: dt.date, last: dt.date) -> None:
    assert last_day(effect) == last
    assert is_working_day(last)[0]


def test_asked_by_all_and_confirmed(world: World) -> None:
    agreement = in_force(world)
    asked = ask(world, agreement)
    assert ask(world, agreement) == asked
    with pytest.raises(AlreadyAsked):
        ask(world, agreement, court="延吉市人民法院")
    decided = decide(world, asked, scan=PDF)
    assert decide(world, asked).pk == decided.pk
    assert decided.scan
    assert decided.scan.part == Part.CONFIRMATION
    with pytest.raises(AlreadyDecided):
        decide(world, asked, result="refused")
    assert kinds(agreement.case)[-3:] == [
        EventKind.CONFIRMATION_ASKED, EventKind.DOCUMENT_KEPT, EventKind.CONFIRMATION_DECIDED
    ]  # fmt: skip
    assert not list(ledger.verify(case_ids=[agreement.case_id]))


def test_not_for_identity_adoption_or_marriage_and_not_before_effect(world: World) -> None:
    family = in_force(world)
    Case.objects.filter(pk=family.case_id).update(category="marriage_family")
    case = mediated(world)
    oral = agree(world, case, pay(case), form="oral", terms="口头")
    for agreement in (family, oral, written(world)):
        with pytest.raises(NotConfirmable):
            ask(world, agreement)


def test_one_party_alone_cannot_apply(world: World) -> None:
    agreement = in_force(world)
    with pytest.raises(NotTogether):
        ask(world, agreement, parties=[agreement.case.parties.first().pk])


def test_not_after_the_last_day_nor_before_effect(world: World) -> None:
    agreement = late(world, since=80)
    assert agreement.in_force_on
    last = last_day(agreement.in_force_on)
    for day in (last + dt.timedelta(days=1), agreement.in_force_on - dt.timedelta(days=1), TODAY()):
        with pytest.raises(TooLateToConfirm):
            ask(world, agreement, asked_on=day)
    assert ask(world, agreement, asked_on=last).last_day == last


def test_a_result_has_a_day_and_a_ruling_its_number(world: World) -> None:
    asked = ask(world, in_force(world))
    with pytest.raises(MissingInput):
        decide(world, asked, ruling_number=" ")
    with pytest.raises(MissingInput):
        decide(world, asked, result="maybe")
    for day in (days_ago(1), TODAY() + dt.timedelta(days=1)):
        with pytest.raises(WrongRulingDay):
            decide(world, asked, decided_on=day)
    for who in ("clerk", "justice", "other_mediator"):
        with pytest.raises(NotAllowed):
            decide(world, asked, by=getattr(world, who))


def test_a_withdrawn_application_may_be_made_again_but_two_never_stand(world: World) -> None:
    agreement = in_force(world)
    first = ask(world, agreement)
    with pytest.raises(IntegrityError), transaction.atomic():
        Confirmation.objects.create(
            agreement=agreement, court="x", asked_on=TODAY(), last_day=TODAY(), asked_by=world.mediator,
            asked_at=timezone.now(),
        )  # fmt: skip
    decide(world, first, result="withdrawn", ruling_number="")
    assert ask(world, agreement, court="延吉市人民法院").pk != first.pk


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("zh-hans", ("司法确认申请书", "第三十三条")),
        ("ko", ("사법확인신청서",)),
        ("both", ("司法确认申请书", "사법확인신청서")),
    ],
)
def test_the_joint_application_as_a_paper(
    world: World, sign_in: Callable[..., Client], language: str, told: tuple[str, ...]
) -> None:
    agreement = in_force(world)
    url = f"/mediation/agreements/{agreement.pk}/confirmation/application/?language={language}"
    answer = sign_in(world.mediator).get(url)
    assert answer.status_code == 200
    pages = PdfReader(io.BytesIO(answer.content)).pages
    text = "".join("".join(page.extract_text().split()) for page in pages)
    for piece in (*told, agreement.number, *(str(party) for party in agreement.case.parties.all())):
        assert piece in text
    Case.objects.filter(pk=agreement.case_id).update(category="marriage_family")
    assert sign_in(world.mediator).get(url).status_code == 404


def test_the_pages_of_a_confirmation(world: World, sign_in: Callable[..., Client]) -> None:
    agreement = in_force(world)
    browser = sign_in(world.mediator)
    base = f"/mediation/agreements/{agreement.pk}/confirmation/"
    assert base in browser.get(f"/cases/{agreement.case.number}/").content.decode()
    keys = list(agreement.case.parties.values_list("pk", flat=True))
    sent = {"parties": keys, "court": "龙井市人民法院", "asked_on": TODAY().isoformat()}
    assert browser.post(base, {**sent, "parties": keys[:1]}).status_code == 422
    assert browser.post(base, sent).status_code == 302
    assert browser.get(base).status_code == 302
    result = {"result": "confirmed", "decided_on": TODAY().isoformat(), "ruling_number": "（2026）吉2405民特1号"}
    assert browser.post(f"{base}result/", {**result, "ruling_number": ""}).status_code == 422
    assert browser.post(f"{base}result/", {**result, "file": upload()}).status_code == 302
    scan = agreement.confirmations.get().scan
    assert scan
    assert browser.get(f"/mediation/agreements/{agreement.pk}/scan/{scan.pk}/").content == PDF
    assert "民特1号" in browser.get(f"/cases/{agreement.case.number}/").content.decode()
    assert sign_in(world.clerk).get(base).status_code == 403
