"""Signatures and seal: who signs, when it is in force, and that nothing of it changes any more."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone, translation

from cases import ledger
from cases.models import CaseParty, Document, EventKind
from cases.services import reopen_case
from governance_center.crypto import sm3_hex
from governance_center.errors import GovernanceError, MissingInput, NotAllowed
from governance_center.ledger import text_digest
from mediation.models import Agreement, Assignment, Conflict, Instalment, Obligation, Signature
from mediation.services import InConflict, SignedAlready, UnclearAgreement, correct_agreement
from mediation.services.signing import (
    AlreadySealed,
    AlreadySigned,
    Hand,
    NotAllSigned,
    NotASigner,
    NotToSign,
    OwnHand,
    TextChanged,
    WhoSigned,
    WrongSigningDay,
    copies,
    lacking,
    missing,
    record_seal,
    sign_on_screen,
    signers,
    text_of,
)
from mediation.signature_drawing import NoSignature, checked, svg
from tests.mediation.signing import DRAWING, PDF, SITE, hand_of, in_force, kinds, sign_all, sign_paper, upload, written
from tests.mediation.test_obligations import TEXTS, agree, mediated, pay
from tests.world import World, build, make_person

TODAY = timezone.localdate


def sign(world: World, agreement: Agreement, key: str, **changes: Any) -> Signature:
    values: dict[str, Any] = {
        "by": world.mediator, "drawing": DRAWING, "text": text_of(agreement), "site": SITE,
        "hand": hand_of(key, agreement), **changes,
    }  # fmt: skip
    return sign_on_screen(agreement=agreement, key=key, **values)


def keys(agreement: Agreement) -> list[str]:
    return [one.key for one in missing(agreement)]


def test_in_force_when_all_have_signed_and_the_seal_is_on_it(world: World) -> None:
    agreement = written(world)
    applicant, company, mediator = keys(agreement)
    sign(world, agreement, applicant)
    sign(world, agreement, company)
    sign(world, agreement, mediator)
    agreement.refresh_from_db()
    assert agreement.in_force_on is None
    assert len(lacking(agreement, agreement.case)) == 1, "the seal"
    record_seal(agreement=agreement, by=world.mediator, sealed_on=TODAY(), site=SITE)
    agreement.refresh_from_db()
    assert agreement.in_force_on == TODAY()
    assert kinds(agreement.case)[-6:] == [
        EventKind.AGREEMENT_SIGNED, EventKind.AGREEMENT_SIGNED, EventKind.AGREEMENT_SIGNED,
        EventKind.AGREEMENT_SEALED, EventKind.DOCUMENT_KEPT, EventKind.AGREEMENT_IN_FORCE,
    ]  # fmt: skip
    assert not list(ledger.verify(case_ids=[agreement.case_id]))


def test_the_day_of_effect_is_that_of_the_last_signature_or_the_seal(world: World) -> None:
    agreement = written(world)
    earlier = TODAY() - dt.timedelta(days=3)
    Agreement.objects.filter(pk=agreement.pk).update(reached_on=earlier - dt.timedelta(days=1))
    agreement.refresh_from_db()
    sign_paper(world, agreement, signed_on=earlier)
    record_seal(agreement=agreement, by=world.dispatcher, sealed_on=earlier + dt.timedelta(days=1), site=SITE)
    agreement.refresh_from_db()
    assert agreement.in_force_on == earlier + dt.timedelta(days=1)
    scans = {row.scan for row in agreement.signatures.all()}
    assert len(scans) == 1
    assert Document.objects.filter(case=agreement.case, part="agreement").count() == 2


def test_an_oral_agreement_is_in_force_when_registered(world: World) -> None:
    case = mediated(world)
    agreement = agree(world, case, pay(case), form="oral", terms="口头和解")
    assert agreement.in_force_on == TODAY()
    assert kinds(case)[-1] == EventKind.AGREEMENT_IN_FORCE
    with pytest.raises(NotToSign):
        sign_on_screen(
            agreement=agreement, by=world.mediator, key=keys(agreement)[0], drawing=DRAWING, text="", site=SITE
        )  # fmt: skip


def test_what_was_drawn_is_encrypted_and_its_digest_stands_in_the_ledger(world: World) -> None:
    agreement = written(world)
    made = sign(world, agreement, keys(agreement)[0])
    with connection.cursor() as cursor:
        cursor.execute("SELECT strokes FROM mediation_signature WHERE id = %s", [made.pk])
        stored = cursor.fetchone()[0]
    assert "lines" not in stored
    made.refresh_from_db()
    assert made.drawing == json.loads(checked(DRAWING))
    entry = agreement.case.events.get(kind=EventKind.AGREEMENT_SIGNED)
    assert entry.data["strokes_sha256"] == text_digest(made.strokes)
    assert entry.data["text_sha256"] == text_of(agreement)


def test_a_signature_sent_twice_is_one_and_another_is_refused(world: World) -> None:
    agreement = written(world)
    key = keys(agreement)[0]
    first = sign(world, agreement, key)
    assert sign(world, agreement, key, hand=Hand()) == first
    with pytest.raises(AlreadySigned):
        sign(world, agreement, key, by=world.dispatcher, hand=Hand())
    assert kinds(agreement.case).count(EventKind.AGREEMENT_SIGNED) == 1


@pytest.mark.django_db(transaction=True)
def test_last_signature_and_seal_at_once_put_it_in_force_once() -> None:
    """Whichever comes first: a seal that is too early is refused and recorded once more."""
    world = build()
    agreement = written(world)
    *parties, mediator = keys(agreement)
    for key in parties:
        sign(world, agreement, key)

    def run(seal: bool) -> None:
        try:
            if seal:
                with contextlib.suppress(NotAllSigned):
                    record_seal(agreement=agreement, by=world.mediator, sealed_on=TODAY(), site=SITE)
            else:
                sign(world, agreement, mediator, hand=Hand())
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(run, [True, False, True, False]))
    record_seal(agreement=agreement, by=world.mediator, sealed_on=TODAY(), site=SITE)
    agreement.refresh_from_db()
    assert agreement.in_force_on == TODAY()
    assert kinds(agreement.case).count(EventKind.AGREEMENT_IN_FORCE) == 1
    assert Signature.objects.filter(agreement=agreement).count() == 3


def test_a_company_signs_by_a_person(world: World) -> None:
    agreement = written(world)
    company = keys(agreement)[1]
    for hand in (Hand(), Hand("guardian", "王")):
        with pytest.raises(WhoSigned):
            sign(world, agreement, company, hand=hand)
    with pytest.raises(MissingInput):
        sign(world, agreement, company, hand=Hand("legal", " "))
    made = sign(world, agreement, company, hand=Hand("attorney", "王律师"))
    assert (made.capacity, made.signer_name) == ("attorney", "王律师")


def test_a_representative_signs_for_a_party_and_not_beside_it(world: World) -> None:
    agreement = written(world)
    lawyer = make_person("赵律师", "")
    CaseParty.objects.create(case=agreement.case, person=lawyer, part=CaseParty.Part.REPRESENTATIVE)
    assert len(signers(agreement)) == 3
    assert copies(agreement) == 3
    key = keys(agreement)[0]
    assert sign(world, agreement, key, hand=Hand("attorney", "赵律师")).signer_name == "赵律师"


def test_a_mediator_signs_by_the_own_hand_and_not_when_in_conflict(world: World) -> None:
    agreement = written(world)
    key = keys(agreement)[2]
    with pytest.raises(OwnHand):
        sign(world, agreement, key, by=world.dispatcher)
    with pytest.raises(NotASigner):
        sign(world, agreement, key, hand=Hand("attorney", "他人"))
    person = agreement.case.parties.exclude(person=None).first().person
    Conflict.objects.create(
        mediator=world.mediator.mediator, person=person, relation="kin", declared_at=timezone.now()
    )  # fmt: skip
    with pytest.raises(InConflict):
        sign(world, agreement, key)


def test_who_withdrew_does_not_sign_and_who_came_instead_does(world: World) -> None:
    agreement = written(world)
    Assignment.objects.filter(case=agreement.case).update(ended_at=timezone.now(), end_reason="亲属")
    Assignment.objects.create(
        case=agreement.case, mediator=world.other_mediator.mediator, assigned_at=timezone.now()
    )  # fmt: skip
    assert [one.mediator for one in signers(agreement) if one.mediator] == [world.other_mediator.mediator]


@pytest.mark.parametrize("who", ["clerk", "tax", "justice", "official", "other_mediator"])
def test_only_the_mediators_or_a_dispatcher_witness(world: World, who: str) -> None:
    agreement = written(world)
    with pytest.raises(NotAllowed):
        sign(world, agreement, keys(agreement)[0], by=getattr(world, who))
    with pytest.raises(NotAllowed):
        record_seal(agreement=agreement, by=getattr(world, who), sealed_on=TODAY(), site=SITE)


@pytest.mark.parametrize(
    "drawing",
    ["", "x", "[]", '{"size":[600,240],"lines":[]}', '{"size":[600,240],"lines":[[["1e999",2]]]}',
     '{"size":[600,240],"lines":[[[1,2],[3,4]]]}', '{"size":[0,0],"lines":[[[1,2]]]}', '{"size":[1,1],"lines":7}'],
)  # fmt: skip
def test_no_drawing_is_no_signature(world: World, drawing: str) -> None:
    agreement = written(world)
    with pytest.raises(NoSignature):
        sign(world, agreement, keys(agreement)[0], drawing=drawing)
    assert not agreement.signatures.exists()


def test_a_drawing_is_numbers_within_the_pad() -> None:
    wild = json.dumps({"size": [600, 240], "lines": [[[-5, 999]] * 4, [[x, 3.14159] for x in range(9)]]})
    kept = json.loads(checked(wild))
    assert kept["lines"][0][0] == [0, 240]
    assert kept["lines"][1][0] == [0, 3.1]
    assert svg(kept).startswith('<svg xmlns="http://www.w3.org/2000/svg" viewBox="-4 ')


def test_days_of_signing_and_sealing_are_past_the_agreement(world: World) -> None:
    agreement = written(world)
    for day in (TODAY() - dt.timedelta(days=1), TODAY() + dt.timedelta(days=1)):
        with pytest.raises(WrongSigningDay):
            sign_paper(world, agreement, signed_on=day)
        with pytest.raises(WrongSigningDay):
            record_seal(agreement=agreement, by=world.mediator, sealed_on=day, site=SITE)
    sign_paper(world, agreement)
    record_seal(agreement=agreement, by=world.mediator, sealed_on=TODAY(), site=SITE)
    record_seal(agreement=agreement, by=world.mediator, sealed_on=TODAY(), site=SITE)
    assert kinds(agreement.case).count(EventKind.AGREEMENT_SEALED) == 1
    with pytest.raises(AlreadySealed):
        record_seal(agreement=agreement, by=world.mediator, sealed_on=TODAY() - dt.timedelta(days=1), site=SITE)


def test_a_case_taken_up_again_leaves_nothing_to_sign(world: World) -> None:
    agreement = written(world)
    reopen_case(case=agreement.case, by=world.dispatcher, note="反悔")
    with pytest.raises(NotToSign):
        sign(world, agreement, keys(agreement)[0])
    agreement.case.refresh_from_db()
    assert lacking(agreement, agreement.case) == []


# --- correcting, and what cannot be corrected


def correct(world: World, agreement: Agreement, **changes: Any) -> Agreement:
    terms = [pay(agreement.case, what="一次性补缴")]
    values: dict[str, Any] = {"by": world.mediator, "text": text_of(agreement), "terms": "", "obligations": terms}
    return correct_agreement(**{"agreement": agreement, **TEXTS, **values, **changes})


def test_before_the_first_signature_it_may_be_corrected(world: World) -> None:
    agreement = written(world)
    before = text_of(agreement)
    correct(world, agreement)
    agreement.refresh_from_db()
    assert [duty.what for duty in agreement.obligations.all()] == ["一次性补缴"]
    assert "一次性补缴" in agreement.terms
    assert kinds(agreement.case)[-1] == EventKind.PROGRESS
    with pytest.raises(TextChanged):
        sign(world, agreement, keys(agreement)[0], text=before)
    with pytest.raises(TextChanged):
        correct(world, agreement, text=before)


def test_a_correction_is_as_clear_as_the_agreement_was(world: World) -> None:
    agreement = written(world)
    with pytest.raises(UnclearAgreement):
        correct(world, agreement, obligations=[])
    with pytest.raises(NotAllowed):
        correct(world, agreement, by=world.dispatcher)
    sign(world, agreement, keys(agreement)[0])
    with pytest.raises(SignedAlready):
        correct(world, agreement)


CHANGES: tuple[tuple[type, dict[str, Any]], ...] = (
    (Agreement, {"terms": "别的"}),
    (Agreement, {"responsibilities": "别的"}),
    (Agreement, {"perform_by": dt.date(2099, 1, 1)}),
    (Agreement, {"verification_code": "x" * 20}),
    (Obligation, {"amount": 1}),
    (Obligation, {"what": "别的"}),
    (Obligation, {"due_on": dt.date(2099, 1, 1)}),
    (Signature, {"signer_name": "别人"}),
    (Signature, {"signed_on": dt.date(2020, 1, 1)}),
)


@pytest.mark.parametrize(("model", "change"), CHANGES)
def test_the_database_keeps_a_signed_agreement_as_it_is(world: World, model: Any, change: dict[str, Any]) -> None:
    agreement = written(world)
    sign(world, agreement, keys(agreement)[0])
    with pytest.raises(DatabaseError, match="signed agreement"), transaction.atomic():
        model.objects.update(**change)
    with pytest.raises(DatabaseError, match="signed agreement"), transaction.atomic():
        model.objects.all()._raw_delete("default")


def test_the_database_takes_no_more_obligations_and_no_second_day_of_effect(world: World) -> None:
    agreement = in_force(world)
    duty = agreement.obligations.get()
    with pytest.raises(DatabaseError, match="signed agreement"), transaction.atomic():
        Instalment.objects.create(obligation=duty, position=1, due_on=duty.due_on, amount=1)
    duty.pk, duty.position = None, 9
    with pytest.raises(DatabaseError, match="signed agreement"), transaction.atomic():
        duty.save()
    for change in ({"in_force_on": TODAY() + dt.timedelta(days=1)}, {"sealed_on": None}, {"paper": None}):
        with pytest.raises(DatabaseError, match="signed agreement"), transaction.atomic():
            Agreement.objects.filter(pk=agreement.pk).update(**change)


# --- the pages


def test_from_the_form_to_the_paper_in_force(world: World, sign_in: Callable[..., Client]) -> None:
    agreement = written(world)
    browser = sign_in(world.mediator)
    base = f"/mediation/agreements/{agreement.pk}/"
    for key in keys(agreement):
        page = browser.get(f"{base}sign/{key}/")
        assert page.status_code == 200
        assert "补缴社会保险费" in page.content.decode()
        hand = hand_of(key, agreement)
        sent = {
            "drawing": DRAWING, "text": text_of(agreement), "capacity": hand.capacity, "name": hand.name
        }  # fmt: skip
        assert browser.post(f"{base}sign/{key}/", sent).status_code == 302
    assert str(agreement.pk) in browser.get("/mediation/").content.decode()
    assert browser.post(f"{base}seal/", {"sealed_on": TODAY().isoformat()}).status_code == 302
    agreement.refresh_from_db()
    assert agreement.in_force_on == TODAY()
    assert "生效" in browser.get(base).content.decode()


def test_a_scan_is_kept_for_all_who_signed_on_it(world: World, sign_in: Callable[..., Client]) -> None:
    agreement = written(world)
    applicant, company, mediator = keys(agreement)
    browser = sign_in(world.mediator)
    url = f"/mediation/agreements/{agreement.pk}/paper/"
    assert browser.get(url).status_code == 200
    sent = {"signed_on": TODAY().isoformat(), "signers": [applicant, company, mediator], f"capacity_{company}": "legal"}
    refused = browser.post(url, {**sent, "file": upload()})
    assert refused.status_code == 422
    assert f"name_{company}" in refused.context["form"].errors
    named = {**sent, f"name_{company}": "王代表"}
    for content in (b"MZ not a paper", b""):
        assert browser.post(url, {**named, "file": upload(content)}).status_code == 422
    assert not agreement.signatures.exists()
    assert browser.post(url, {**named, "file": upload()}).status_code == 302
    assert {row.how for row in agreement.signatures.all()} == {"paper"}
    scan = agreement.signatures.first().scan
    kept = browser.get(f"/mediation/agreements/{agreement.pk}/scan/{scan.pk}/")
    assert kept.content == PDF
    assert scan.sm3 == sm3_hex(PDF)
    assert sign_in(world.official).get(f"/mediation/agreements/{agreement.pk}/").status_code == 403
    assert sign_in(world.justice).get(f"/mediation/agreements/{agreement.pk}/").status_code == 404


def test_the_correction_page_brings_everything_back(world: World, sign_in: Callable[..., Client]) -> None:
    agreement = written(world)
    browser = sign_in(world.mediator)
    url = f"/mediation/agreements/{agreement.pk}/correct/"
    page = browser.get(url)
    form, row = page.context["form"], page.context["rows"].forms[0]
    assert form.initial["responsibilities"] == TEXTS["responsibilities"]
    sent = {
        **{name: form.initial[name] or "" for name in form.fields},
        "duties-TOTAL_FORMS": "1", "duties-INITIAL_FORMS": "1",
        **{f"duties-0-{name}": row.initial[name] for name in ("kind", "what", "amount", "due_on", "how")},
        "duties-0-debtor": row.initial["debtor"].pk, "duties-0-creditor": row.initial["creditor"].pk,
    }  # fmt: skip
    faulty = browser.post(url, {**sent, "if_not": ""})
    assert faulty.status_code == 200
    assert faulty.context["form"].errors
    assert browser.post(url, {**sent, "duties-0-what": "改为现金支付"}).status_code == 302
    assert agreement.obligations.get().what == "改为现金支付"
    agreement.refresh_from_db()
    sign_all(world, agreement)
    assert browser.get(url).status_code == 302


def test_a_page_of_the_overview_asks_few_questions(
    world: World, sign_in: Callable[..., Client], django_assert_max_num_queries: Any
) -> None:
    agreement = in_force(world)
    browser = sign_in(world.mediator)
    with django_assert_max_num_queries(25):
        browser.get(f"/mediation/agreements/{agreement.pk}/")


def test_every_refusal_is_one_of_ours() -> None:
    found = (NotToSign, AlreadySigned, NotASigner, TextChanged, WhoSigned, OwnHand, WrongSigningDay, AlreadySealed)
    assert all(issubclass(one, GovernanceError) and one.code != GovernanceError.code for one in found)


def test_the_choices_speak_the_language_of_the_signer_too(world: World, sign_in: Callable[..., Client]) -> None:
    agreement = written(world)
    key = next(one.key for one in signers(agreement) if not one.is_organisation and not one.mediator)
    client, path = sign_in(world.mediator), f"/mediation/agreements/{agreement.pk}/sign/{key}/"
    for language in ("zh-hans", "ko"):
        with translation.override(language):
            words = str(Signature.Capacity.SELF.label)
        assert words in client.get(path, {"language": language}).content.decode()
