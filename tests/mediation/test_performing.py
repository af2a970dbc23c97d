"""Performance with its proof, urging whoever is late, the way to the court, and the list of what is due."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pypdf import PdfReader

from accounts.models import Role
from cases import ledger
from cases.models import EventKind, Part
from cases.services.documents import content_of
from governance_center.errors import MissingInput, NotAllowed
from mediation.instalments import split_instalments
from mediation.models import Agreement, CourtGuidance, Urging
from mediation.services import WrongDay, record_performance
from mediation.services.performing import NothingOverdue, NotInForce, NotUrged, guide_to_court, overdue, urge
from tests.mediation.signing import PDF, days_ago, in_force, kinds, late, upload, written
from tests.mediation.test_obligations import in_days
from tests.world import YANJI, World, make_user

TODAY = timezone.localdate


def urged(world: World, agreement: Agreement, **changes: Any) -> Urging:
    values: dict[str, Any] = {
        "by": world.mediator, "party": agreement.obligations.get().debtor, "how": "letter", "urged_on": TODAY(),
        "perform_by": in_days(10), "text": "请尽快履行。", **changes,
    }  # fmt: skip
    return urge(agreement=agreement, **values)


def guided(world: World, agreement: Agreement, **changes: Any) -> CourtGuidance:
    values: dict[str, Any] = {"by": world.mediator, "court": "龙井市人民法院", "guided_on": TODAY(), **changes}
    return guide_to_court(agreement=agreement, **values)


def words(answer: Any) -> str:
    assert answer.status_code == 200
    pages = PdfReader(io.BytesIO(answer.content)).pages
    return "".join("".join(page.extract_text().split()) for page in pages)


def test_proof_is_kept_with_the_performance(world: World) -> None:
    agreement = late(world)
    duty = agreement.obligations.get()
    record_performance(due=duty, by=world.mediator, performed_on=TODAY(), proof="银行回单", paper=PDF)
    duty.refresh_from_db()
    assert duty.proof_paper
    assert (duty.proof_paper.part, content_of(duty.proof_paper)) == (Part.PERFORMANCE, PDF)
    entry = agreement.case.events.get(kind=EventKind.PERFORMED)
    assert entry.data["document"] == duty.proof_paper.pk
    assert not list(ledger.verify(case_ids=[agreement.case_id]))
    assert overdue(agreement, TODAY()) == []


def test_from_urging_to_the_court(world: World) -> None:
    agreement = late(world)
    with pytest.raises(NotUrged):
        guided(world, agreement)
    first = urged(world, agreement)
    assert urged(world, agreement) == first
    guidance = guided(world, agreement)
    assert guided(world, agreement) == guidance
    assert kinds(agreement.case)[-2:] == [EventKind.PERFORMANCE_URGED, EventKind.GUIDED_TO_COURT]
    assert "尽快" not in str(agreement.case.events.get(kind=EventKind.PERFORMANCE_URGED).data)


def test_nobody_is_urged_before_the_day_or_after_performance(world: World) -> None:
    agreement = in_force(world)
    with pytest.raises(NothingOverdue):
        urged(world, agreement)
    other = late(world)
    with pytest.raises(NothingOverdue):
        urged(world, other, party=other.obligations.get().creditor)
    urged(world, other)
    record_performance(due=other.obligations.get(), by=world.mediator, performed_on=TODAY(), proof="已付")
    with pytest.raises(NothingOverdue):
        guided(world, other)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"how": "shout"}, MissingInput),
        ({"text": " "}, MissingInput),
        ({"urged_on": "tomorrow"}, WrongDay),
        ({"perform_by": "today"}, WrongDay),
        ({"by": "clerk"}, NotAllowed),
        ({"by": "justice"}, NotAllowed),
    ],
)
def test_an_urging_has_a_day_a_way_and_a_text(world: World, changes: dict[str, Any], error: type[Exception]) -> None:
    agreement = late(world)
    days = {"tomorrow": in_days(1), "today": TODAY()}
    if who := changes.get("by"):
        changes = {"by": getattr(world, who)}
    with pytest.raises(error):
        urged(world, agreement, **{name: days.get(str(value), value) for name, value in changes.items()})
    assert not agreement.urgings.exists()


def test_what_is_not_in_force_is_not_urged(world: World) -> None:
    with pytest.raises(NotInForce):
        urged(world, written(world))


def test_of_instalments_only_those_that_are_late_count(world: World) -> None:
    shares = split_instalments(Decimal(900), count=3, first_on=in_days(1))
    agreement = in_force(world, amount=Decimal(900), instalments=shares, due_on=None)
    first, second = shares[0].due_on, shares[1].due_on
    assert len(overdue(agreement, first)) == 0
    assert len(overdue(agreement, first + dt.timedelta(days=1))) == 1
    assert len(overdue(agreement, second + dt.timedelta(days=1))) == 2


def test_the_pages_from_late_to_the_letters(world: World, sign_in: Callable[..., Client]) -> None:
    agreement = late(world)
    duty = agreement.obligations.get()
    browser = sign_in(world.mediator)
    base = f"/mediation/agreements/{agreement.pk}/"
    page = browser.get(f"/cases/{agreement.case.number}/").content.decode()
    assert f"{base}urge/" in page
    assert f"{base}court/" not in page
    sent = {
        "party": duty.debtor_id, "how": "letter", "urged_on": TODAY().isoformat(), "language": "ko",
        "perform_by": in_days(7).isoformat(), "text": "7일내에 리행하십시오.",
    }  # fmt: skip
    assert browser.post(f"{base}urge/", {**sent, "perform_by": ""}).status_code == 422
    assert browser.post(f"{base}urge/", sent).status_code == 302
    letter = f"/mediation/urgings/{agreement.urgings.get().pk}/letter/"
    assert "7일내에리행하십시오." in words(browser.get(letter))
    both = words(browser.get(f"{letter}?language=both"))
    for told in ("督促履行函", "￥1,000.00", "第三十一条", agreement.number, str(duty.debtor)):
        assert told in both
    assert browser.get(f"{letter}?language=fr").status_code == 404
    assert "龙井市人民法院" in browser.get(f"{base}court/").content.decode()
    assert (
        browser.post(f"{base}court/", {"court": "龙井市人民法院", "guided_on": TODAY().isoformat()}).status_code == 302
    )
    told = words(browser.get(f"{base}court/letter/?language=zh-hans"))
    for piece in ("引导诉讼告知书", "龙井市人民法院", "第三十二条", "起诉状"):
        assert piece in told
    assert browser.get(f"{base}urge/").status_code == 200
    assert sign_in(world.official).get(letter).status_code == 403
    assert sign_in(make_user("far", Role.DISPATCHER, YANJI)).get(letter).status_code == 404


def test_a_proof_that_is_no_paper_comes_back_with_everything_typed(
    world: World, sign_in: Callable[..., Client]
) -> None:
    agreement = late(world)
    url = f"/mediation/performed/obligation/{agreement.obligations.get().pk}/"
    sent = {"performed_on": TODAY().isoformat(), "proof": "银行回单"}
    browser = sign_in(world.mediator)
    refused = browser.post(url, {**sent, "file": upload(b"MZ")})
    assert refused.status_code == 422
    assert "银行回单" in refused.content.decode()
    assert browser.post(url, {**sent, "file": upload()}).status_code == 302
    proof = agreement.obligations.get().proof_paper
    assert proof
    assert browser.get(f"/mediation/agreements/{agreement.pk}/scan/{proof.pk}/").content == PDF
    assert f"scan/{proof.pk}/" in browser.get(f"/cases/{agreement.case.number}/").content.decode()


@pytest.mark.parametrize(
    ("state", "found"),
    [("", {"late", "open", "done"}), ("overdue", {"late"}), ("soon", {"open"}), ("open", {"late", "open"}),
     ("performed", {"done"}), ("nonsense", {"late", "open", "done"})],
)  # fmt: skip
def test_the_list_is_narrowed_by_state(
    world: World, sign_in: Callable[..., Client], state: str, found: set[str]
) -> None:
    rows = {"late": late(world), "open": in_force(world, due_on=in_days(20)), "done": late(world, since=30)}
    written(world)
    record_performance(due=rows["done"].obligations.get(), by=world.mediator, performed_on=TODAY(), proof="已付")
    for user in (world.mediator, world.dispatcher):
        page = sign_in(user).get(f"/mediation/due/?state={state}").context["page"]
        assert {row.pk for row in page} == {rows[name].pk for name in found}
        first = sign_in(user).get("/mediation/due/").context["page"]
        assert {row.pk for row in first} == {rows["late"].pk, rows["open"].pk}, "what is done is not shown at first"
    assert not sign_in(world.other_mediator).get("/mediation/due/").context["page"].object_list
    assert sign_in(world.clerk).get("/mediation/due/").status_code == 403


def test_the_list_asks_the_same_for_many(
    world: World, sign_in: Callable[..., Client], django_assert_max_num_queries: Any
) -> None:
    for _ in range(4):
        urged(world, late(world))
    browser = sign_in(world.dispatcher)
    with django_assert_max_num_queries(14):
        assert len(browser.get("/mediation/due/").context["page"]) == 4


def test_days_are_those_of_the_fixture() -> None:
    assert days_ago(1) < TODAY() < in_days(1)
