"""Obligations of an agreement: clear ones are kept and numbered, unclear ones come back; performance is recorded."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from cases.models import Case, EventKind
from cases.services import sign_referral
from cases.states import State
from governance_center.errors import IllegalMove, MissingInput, NotAllowed
from mediation.instalments import split_instalments
from mediation.models import Agreement, Instalment, Obligation
from mediation.services import (
    AlreadyPerformed,
    Term,
    UnclearAgreement,
    WrongDay,
    assign_mediator,
    reach_agreement,
    record_performance,
)
from mediation.services.clarity import Draft, clarity_checks
from mediation.services.performing import NotInForce
from tests.world import World, build, make_case

TEXTS = {"responsibilities": "欠薪三个月，企业承担责任。", "if_not": "可申请法院强制执行。"}


def mediated(world: World) -> Case:
    case = make_case(world)
    sign_referral(referral=case.referrals.get(role="lead"), by=world.tax)
    assign_mediator(case=case, mediator=world.mediator.mediator, by=world.tax)
    case.refresh_from_db()
    return case


def pay(case: Case, **changes: Any) -> Term:
    applicant, respondent = case.parties.order_by("pk")[:2]
    values: dict[str, Any] = {
        "debtor": respondent,
        "creditor": applicant,
        "kind": "pay",
        "what": "补缴社会保险费",
        "amount": Decimal("1000.00"),
        "due_on": in_days(60),
        "how": "银行转账",
    }
    return Term(**{**values, **changes})


def in_days(days: int) -> dt.date:
    return timezone.localdate() + dt.timedelta(days=days)


def agree(world: World, case: Case, *terms: Term, **changes: Any) -> Agreement:
    values: dict[str, Any] = {**TEXTS, "form": "written", "terms": "", **changes}
    return reach_agreement(case=case, by=world.mediator, obligations=terms, **values)


def let_take_effect(case: Case) -> None:
    """As if everybody had signed and the seal were on it."""
    Agreement.objects.filter(case=case).update(in_force_on=timezone.localdate())


def test_a_clear_agreement_is_kept_with_its_instalments(world: World) -> None:
    case = mediated(world)
    shares = split_instalments(Decimal("1000.00"), count=3, first_on=in_days(1))
    agreement = agree(world, case, pay(case, instalments=shares, due_on=None), pay(case, amount=Decimal(5)))
    first, second = agreement.obligations.all()
    assert [part.amount for part in first.instalments.all()] == [
        Decimal("333.33"),
        Decimal("333.33"),
        Decimal("333.34"),
    ]
    assert first.due_on == shares[-1].due_on
    assert (second.position, second.amount) == (2, 5)
    assert agreement.perform_by == max(shares[-1].due_on, in_days(60))
    assert "补缴社会保险费" in agreement.terms
    case.refresh_from_db()
    assert case.state == State.RESOLVED


def test_agreements_are_numbered_by_committee_and_year(world: World) -> None:
    year = timezone.localdate().year
    made = [agree(world, case, pay(case)) for case in (mediated(world), mediated(world))]
    assert [row.number for row in made] == [f"（{year}）梨园人调字第1号", f"（{year}）梨园人调字第2号"]


def test_a_refused_agreement_gives_its_number_back(world: World) -> None:
    case = mediated(world)
    agree(world, case, pay(case))
    with pytest.raises(IllegalMove):
        agree(world, case, pay(case))
    other = mediated(world)
    assert agree(world, other, pay(other)).serial == 2


@pytest.mark.django_db(transaction=True)
def test_two_mediators_at_once_get_numbers_one_after_the_other() -> None:
    world = build()
    cases = [mediated(world) for _ in range(4)]

    def run(case: Case) -> int | None:
        try:
            return agree(world, case, pay(case)).serial
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(run, cases)) == [1, 2, 3, 4]


FAULTY: tuple[tuple[dict[str, Any], set[str]], ...] = (
    ({"debtor": None}, {"debtor"}),
    ({"creditor": None}, {"creditor"}),
    ({"kind": ""}, {"kind", "amount"}),
    ({"kind": "act"}, {"amount"}),
    ({"what": " ", "how": ""}, {"what", "how"}),
    ({"amount": None}, {"amount"}),
    ({"amount": Decimal(0)}, {"amount"}),
    ({"amount": Decimal("1.005")}, {"amount"}),
    ({"due_on": None}, {"due_on"}),
    ({"due_on": in_days(-1)}, {"due_on"}),
)


@pytest.mark.parametrize(("changes", "fields"), FAULTY)
def test_what_is_not_clear_is_named(world: World, changes: dict[str, Any], fields: set[str]) -> None:
    case = mediated(world)
    with pytest.raises(UnclearAgreement) as caught:
        agree(world, case, pay(case), pay(case, **changes))
    assert {(fault.row, fault.field) for fault in caught.value.faults} == {(1, name) for name in fields}
    assert not Agreement.objects.exists()


def test_all_faults_are_told_at_once(world: World) -> None:
    case, other = mediated(world), make_case(world)
    stranger = other.parties.first()
    shares = split_instalments(Decimal("900.00"), count=2, first_on=in_days(-1), every_months=3)
    terms = [pay(case, debtor=stranger), pay(case, instalments=shares), pay(case, creditor=pay(case).debtor)]
    parties = set(case.parties.values_list("pk", flat=True))
    faults = clarity_checks(Draft("", " ", terms, parties, timezone.localdate()))
    assert {(fault.row, fault.field) for fault in faults} == {
        (None, "responsibilities"), (None, "if_not"), (0, "debtor"), (1, "first_on"), (1, "due_on"), (1, "amount"),
        (2, "creditor"),
    }  # fmt: skip


def test_a_written_agreement_names_an_obligation_an_oral_one_need_not(world: World) -> None:
    case = mediated(world)
    with pytest.raises(UnclearAgreement):
        agree(world, case, terms="x")
    with pytest.raises(MissingInput):
        agree(world, case, form="oral")
    assert agree(world, case, form="oral", terms="口头和解").obligations.count() == 0


@given(
    fen=st.integers(min_value=120, max_value=10**11),
    count=st.integers(min_value=1, max_value=120),
    first_on=st.dates(dt.date(2020, 1, 1), dt.date(2090, 12, 31)),
    every=st.integers(min_value=1, max_value=12),
)
def test_instalments_make_the_amount_in_order(fen: int, count: int, first_on: dt.date, every: int) -> None:
    amount = Decimal(fen) / 100
    shares = split_instalments(amount, count=count, first_on=first_on, every_months=every)
    days = [share.due_on for share in shares]
    assert len(shares) == count
    assert sum(share.amount for share in shares) == amount
    assert len({share.amount for share in shares[:-1]}) <= 1
    assert 0 <= shares[-1].amount - shares[0].amount < Decimal(count) / 100
    assert days == sorted(set(days))
    assert days[0] == first_on
    assert all(day.day <= first_on.day for day in days)


@pytest.mark.parametrize(("amount", "count", "every"), [("0.02", 3, 1), ("10", 0, 1), ("10", 2, 0), ("1.005", 1, 1)])
def test_what_cannot_be_split_is_refused(amount: str, count: int, every: int) -> None:
    with pytest.raises(ValueError, match="no such instalments"):
        split_instalments(Decimal(amount), count=count, first_on=dt.date(2026, 1, 31), every_months=every)


def test_instalments_are_performed_one_by_one(world: World) -> None:
    case = mediated(world)
    shares = split_instalments(Decimal(1000), count=2, first_on=in_days(0))
    obligation = agree(world, case, pay(case, instalments=shares)).obligations.get()
    let_take_effect(case)
    today = timezone.localdate()
    with pytest.raises(AlreadyPerformed):
        record_performance(due=obligation, by=world.mediator, performed_on=today, proof="收条")
    for part in obligation.instalments.all():
        assert part.due_state == "open"
        record_performance(due=part, by=world.mediator, performed_on=today, proof="银行回单")
    obligation.refresh_from_db()
    assert (obligation.performed_on, obligation.due_state) == (today, "performed")
    entries = case.events.filter(kind=EventKind.PERFORMED, data__has_key="instalment")
    assert entries.count() == 2
    assert "银行回单" not in str([entry.data for entry in entries])


def test_performance_is_refused_to_others_and_on_wrong_days(world: World) -> None:
    case = mediated(world)
    due = agree(world, case, pay(case)).obligations.get()
    today = timezone.localdate()
    with pytest.raises(NotInForce):
        record_performance(due=due, by=world.mediator, performed_on=today, proof="x")
    let_take_effect(case)
    for who in (world.clerk, world.tax, world.other_mediator, world.official):
        with pytest.raises(NotAllowed):
            record_performance(due=due, by=who, performed_on=today, proof="x")
    for day in (in_days(-1), in_days(1)):
        with pytest.raises(WrongDay):
            record_performance(due=due, by=world.dispatcher, performed_on=day, proof="x")
    with pytest.raises(MissingInput):
        record_performance(due=due, by=world.dispatcher, performed_on=today, proof=" ")
    for _again in range(2):
        record_performance(due=due, by=world.dispatcher, performed_on=today, proof="x")
    assert case.events.filter(kind=EventKind.PERFORMED).count() == 1
    with pytest.raises(AlreadyPerformed):
        record_performance(due=due, by=world.dispatcher, performed_on=today, proof="y")


def typed(case: Case, **changes: str) -> dict[str, str]:
    term = pay(case)
    assert term.debtor
    assert term.creditor
    values = {
        "form": "written", "terms": "", "terms_language": "ko", "duties-TOTAL_FORMS": "2", "duties-INITIAL_FORMS": "0",
        "duties-0-debtor": str(term.debtor.pk), "duties-0-creditor": str(term.creditor.pk), "duties-0-kind": "pay",
        "duties-0-what": "로임을 지불한다", "duties-0-amount": "1000", "duties-0-how": "은행송금",
        "duties-0-count": "3", "duties-0-first_on": in_days(1).isoformat(), "duties-0-every_months": "2",
        "duties-1-every_months": "1", **TEXTS,
    }  # fmt: skip
    return {**values, **changes}


def test_the_page_keeps_what_was_typed_and_records_it(world: World, sign_in: Callable[..., Client]) -> None:
    case = mediated(world)
    url, browser = f"/mediation/{case.number}/agreement/", sign_in(world.mediator, "ko")
    assert browser.get(url).status_code == 200
    more = browser.post(url, typed(case, more="1")).content.decode()
    assert 'name="duties-2-what"' in more
    assert "로임을 지불한다" in more
    assert "is-invalid" not in more
    refused = browser.post(url, typed(case, if_not="", **{"duties-0-how": "", "duties-0-debtor": ""}))
    assert refused.status_code == 200
    assert set(refused.context["form"].errors) == {"if_not"}
    assert set(refused.context["rows"].forms[0].errors) == {"how", "debtor"}
    assert "로임을 지불한다" in refused.content.decode()
    assert browser.post(url, typed(case)).status_code == 302
    obligation = Obligation.objects.get()
    assert obligation.instalments.count() == 3
    assert "/mediation/performed/" not in browser.get(f"/cases/{case.number}/").content.decode()
    let_take_effect(case)
    page = browser.get(f"/cases/{case.number}/").content.decode()
    assert page.count("/mediation/performed/instalment/") == 3


def test_the_page_of_performance(world: World, sign_in: Callable[..., Client]) -> None:
    case = mediated(world)
    due = agree(world, case, pay(case)).obligations.get()
    url = f"/mediation/performed/obligation/{due.pk}/"
    assert sign_in(world.mediator).get(url).status_code == 302
    let_take_effect(case)
    assert sign_in(world.clerk).get(url).status_code == 403
    assert sign_in(world.other_mediator).get(url).status_code == 302
    browser = sign_in(world.mediator)
    assert browser.get(url).status_code == 200
    late = browser.post(url, {"performed_on": in_days(1).isoformat(), "proof": "收条"})
    assert "performed_on" in late.context["form"].errors
    assert browser.post(url, {"performed_on": in_days(0).isoformat(), "proof": "收条"}).status_code == 302
    assert browser.get(url).status_code == 302
    assert browser.get("/mediation/performed/nothing/1/").status_code == 404


def test_an_overdue_instalment_shows_on_the_case(world: World, sign_in: Callable[..., Client]) -> None:
    case = mediated(world)
    shares = split_instalments(Decimal(1000), count=2, first_on=in_days(0))
    agree(world, case, pay(case, instalments=shares))
    Instalment.objects.filter(position=1).update(due_on=in_days(-1))
    assert [part.due_state for part in Instalment.objects.all()] == ["overdue", "open"]
    assert "bg-red-lt" in sign_in(world.dispatcher).get(f"/cases/{case.number}/").content.decode()
