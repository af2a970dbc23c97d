"""Diagnose, divide the responsibility, prescribe: for repeated matters, on paper, and until it is done."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from cases import ledger
from cases.models import Case, EventKind
from departments.models import Department
from governance_center.errors import IllegalMove, MissingInput, NotAllowed
from mediation.models import Committee, PrescribedStep, Prescription
from mediation.services.prescribing import BadPrescription, NotRepeated, Step, mark_done, may_prescribe, prescribe
from tests.mediation.sessions import mediated
from tests.mediation.test_follow_ups import after
from tests.world import World

SignIn = Callable[..., Client]
LANGUAGES = ("zh-hans", "ko")


def repeated(world: World) -> Case:
    case = mediated(world)
    Case.objects.filter(pk=case.pk).update(reopened_count=1)
    case.refresh_from_db()
    return case


def lines(case: Case) -> list[Step]:
    department, committee = Department.objects.get(pk="civil_affairs"), Committee.objects.get()
    return [
        Step("responsibility", case.parties.get(part="respondent"), "按期付款", after(10)),
        Step("remedy", department, "申请临时救助", after(20)),
        Step("remedy", committee, "每月走访一次", after(30)),
    ]


def given(case: Case, by: Any, **changes: Any) -> dict[str, Any]:
    values = {
        "case": case, "by": by, "causes": ["debt", "money"], "diagnosis": "收入中断，无力偿还", "steps": lines(case),
        "submission_key": uuid.uuid4(),
    }  # fmt: skip
    return {**values, **changes}


def test_a_prescription_is_kept_once_with_its_digests(world: World) -> None:
    case = repeated(world)
    values = given(case, world.dispatcher)
    first = prescribe(**values)
    assert prescribe(**values) == first
    assert first.causes == ["debt", "money"]
    assert [str(step.who) for step in first.steps.all()] == [str(step.who) for step in values["steps"]]
    entry = case.events.get(kind=EventKind.PRESCRIBED)
    assert (entry.data["prescription"], entry.data["steps"]) == (first.pk, 3)
    assert len(entry.data["steps_sha256"]) == len(entry.data["note_sha256"]) == 64
    assert "无力偿还" not in str(entry.data)
    assert not list(ledger.verify())


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"causes": []}, MissingInput),
        ({"causes": ["unknown"]}, BadPrescription),
        ({"causes": ["threats"]}, BadPrescription),
        ({"diagnosis": " "}, MissingInput),
        ({"steps": []}, BadPrescription),
    ],
)
def test_what_a_prescription_needs(world: World, changes: dict[str, Any], error: type[Exception]) -> None:
    case = repeated(world)
    with pytest.raises(error):
        prescribe(**given(case, world.dispatcher, **changes))
    assert Prescription.objects.count() == 0


def test_what_a_line_needs(world: World) -> None:
    case, other = repeated(world), repeated(world)
    good = lines(case)
    stranger = other.parties.first()
    assert stranger
    for bad in (
        good[1:],
        good[:1],
        [*good, Step("remedy", good[1].who, " ", after(1))],
        [*good, Step("remedy", good[1].who, "x", after(-1))],
        [*good, Step("remedy", stranger, "x", after(1))],
    ):
        with pytest.raises(BadPrescription):
            prescribe(**given(case, world.dispatcher, steps=bad))


def test_only_for_repeated_matters_and_by_who_has_them_in_hand(world: World) -> None:
    plain, case = mediated(world), repeated(world)
    with pytest.raises(NotRepeated):
        prescribe(**given(plain, world.dispatcher))
    for user in (world.clerk, world.other_mediator, world.hr, world.official):
        assert not may_prescribe(case, user)
        with pytest.raises(NotAllowed):
            prescribe(**given(case, user))
    for user in (world.mediator, world.tax, world.dispatcher):
        assert may_prescribe(case, user)
        prescribe(**given(case, user))
    Case.objects.filter(pk=case.pk).update(state="closed")
    with pytest.raises(IllegalMove):
        prescribe(**given(case, world.dispatcher))


def test_a_step_is_done_once_and_on_a_day_that_can_be(world: World) -> None:
    case = repeated(world)
    step = prescribe(**given(case, world.dispatcher)).steps.first()
    assert step
    with pytest.raises(NotAllowed):
        mark_done(step=step, by=world.clerk, done_on=after(0))
    for day in (after(1), after(-1)):
        with pytest.raises(BadPrescription):
            mark_done(step=step, by=world.mediator, done_on=day)
    for _again in range(2):
        mark_done(step=step, by=world.mediator, done_on=after(0))
    step.refresh_from_db()
    assert (step.done_on, step.done_by) == (after(0), world.mediator)
    assert case.events.filter(kind=EventKind.PRESCRIBED).count() == 2


def test_the_database_refuses_a_line_of_nobody_and_one_of_two(world: World) -> None:
    case = repeated(world)
    made = prescribe(**given(case, world.dispatcher))
    department, committee = Department.objects.first(), Committee.objects.first()
    for who in ({}, {"department": department, "committee": committee}):
        with pytest.raises(IntegrityError), transaction.atomic():
            PrescribedStep.objects.create(
                prescription=made, kind="remedy", position=9, what="x", due_on=after(1), **who
            )


def typed(case: Case, **changes: Any) -> dict[str, Any]:
    party = case.parties.get(part="respondent")
    values = {
        "submission_key": str(uuid.uuid4()), "causes": ["debt"], "diagnosis": "收入中断", "steps-TOTAL_FORMS": "4",
        "steps-INITIAL_FORMS": "0", "steps-0-kind": "responsibility", "steps-0-who": f"caseparty:{party.pk}",
        "steps-0-due_on": after(5).isoformat(), "steps-0-what": "按期付款", "steps-1-kind": "responsibility",
        "steps-2-kind": "remedy", "steps-2-who": "department:tax", "steps-2-due_on": after(9).isoformat(),
        "steps-2-what": "协助缓缴", "steps-3-kind": "remedy",
    }  # fmt: skip
    return {**values, **changes}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_keeps_what_was_typed_and_the_paper_can_be_printed(
    world: World, sign_in: SignIn, language: str
) -> None:
    case = repeated(world)
    url, detail = reverse("mediation:prescribe", args=[case.number]), reverse("cases:detail", args=[case.number])
    browser = sign_in(world.dispatcher, language)
    assert url in browser.get(detail).content.decode()
    assert browser.get(url).status_code == 200
    more = browser.post(url, typed(case, more="1"))
    assert more.status_code == 200
    page = more.content.decode()
    assert 'name="steps-4-what"' in page
    assert "协助缓缴" in page
    assert "is-invalid" not in page
    for changes in ({"steps-2-who": ""}, {"steps-2-due_on": after(-1).isoformat()}, {"causes": []}, {"diagnosis": ""}):
        refused = browser.post(url, typed(case, **changes))
        assert refused.status_code == 422
        assert "协助缓缴" in refused.content.decode()
    data = typed(case)
    for _again in range(2):
        assert browser.post(url, data).status_code == 302
    made = Prescription.objects.get()
    assert made.steps.count() == 2
    page = browser.get(detail).content.decode()
    assert {"zh-hans": "债务久拖不还", "ko": "오래 끄는 빚"}[language] in page
    for paper_language in LANGUAGES:
        answer = browser.get(reverse("mediation:prescription_paper", args=[made.pk]), {"language": paper_language})
        assert answer.content.startswith(b"%PDF")
    assert browser.get(reverse("mediation:prescription_paper", args=[made.pk]), {"language": "en"}).status_code == 404
    step = made.steps.first()
    done = reverse("mediation:step_done", args=[step.pk])
    assert done in page
    assert browser.get(done).status_code == 200
    assert browser.post(done, {"done_on": after(1).isoformat()}).status_code == 422
    assert browser.post(done, {"done_on": after(0).isoformat()}).status_code == 302


def test_due_steps_stand_in_the_dispatcher_s_lists_and_a_newer_prescription_takes_their_place(
    world: World, sign_in: SignIn, django_assert_max_num_queries: Any
) -> None:
    case = repeated(world)
    old = prescribe(**given(case, world.dispatcher))
    old.steps.update(due_on=after(0) - dt.timedelta(days=1))
    browser = sign_in(world.dispatcher)
    visits, steps = reverse("mediation:follow_ups"), reverse("mediation:due_steps")
    assert "申请临时救助" in browser.get(visits).content.decode()
    with django_assert_max_num_queries(10):
        assert len(browser.get(steps).context["page"]) == 3
    prescribe(**given(case, world.dispatcher, steps=lines(case)[:2]))
    assert len(browser.get(steps).context["page"]) == 2
    assert "申请临时救助" not in browser.get(visits).content.decode(), "that of the newer one is not due this week"
    for user in (world.clerk, world.mediator, world.official):
        assert sign_in(user).get(steps).status_code == 403


def test_others_find_no_page(world: World, sign_in: SignIn) -> None:
    case = repeated(world)
    made = prescribe(**given(case, world.dispatcher))
    step = made.steps.first()
    for name, key in (("prescribe", case.number), ("prescription_paper", made.pk), ("step_done", step.pk)):
        assert sign_in(world.other_mediator).get(reverse(f"mediation:{name}", args=[key])).status_code == 404
        assert sign_in(world.official).get(reverse(f"mediation:{name}", args=[key])).status_code == 403
