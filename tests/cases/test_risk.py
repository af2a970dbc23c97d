"""Risk: the parts in both languages, the alert, the hand of the dispatcher, denser visits."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client

from accounts.models import Notification
from cases import ledger, risk
from cases.models import Case, CaseEvent
from cases.services import rating, resolve_case, sign_referral
from governance_center.errors import MissingInput, NotAllowed
from mediation.models import FollowUp
from tests.world import World, make_case


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("对方持刀上门", {"violence"}),
        ("他说要杀了我全家", {"threat"}),
        ("老人多次说不想活了", {"self_harm"}),
        ("二十人在门口拉横幅堵路", {"group"}),
        ("남편에게 구타를 당하였다", {"violence"}),
        ("나를 죽이겠다고 위협하였다", {"threat"}),
        ("더는 살고 싶지 않다고 한다", {"self_harm"}),
        ("사람들이 길을 막고있다", {"group"}),
        ("企业未缴社会保险费", set()),
        ("기업이 사회보험료를 납부하지 않았다", set()),
    ],
)
def test_words_count_in_both_languages(text: str, codes: set[str]) -> None:
    assert {part.code for part in risk.score(risk.Facts(text=text))} == codes


@pytest.mark.parametrize(
    ("facts", "points"),
    [
        (risk.Facts(), 0),
        (risk.Facts(people=4), 0),
        (risk.Facts(people=5), 10),
        (risk.Facts(people=30), 30),
        (risk.Facts(amount=Decimal("99999.99")), 0),
        (risk.Facts(amount=Decimal(1_000_000)), 20),
        (risk.Facts(minors=2), 15),
        (risk.Facts(police_calls=1), 10),
        (risk.Facts(police_calls=3), 20),
        (risk.Facts(is_repeat=True, reopened=5, mediation_failed=True), 60),
    ],
)
def test_facts_give_points(facts: risk.Facts, points: int) -> None:
    assert risk.total(risk.score(facts)) == points


def test_a_high_risk_is_stored_with_its_parts_and_told_at_once(world: World, sign_in: Callable[..., Client]) -> None:
    case = make_case(world, narrative="对方扬言要同归于尽")
    case.refresh_from_db()
    assert (case.risk_score, case.risk_level) == (40, 2)
    assert Notification.objects.get(kind="case.high_risk").recipient == world.dispatcher
    assert 'data-risk="2"' in sign_in(world.clerk, "ko").get(f"/cases/{case.number}/").content.decode()
    assert not list(ledger.verify())


def test_a_quiet_matter_says_nothing(world: World) -> None:
    case = make_case(world)
    assert not CaseEvent.objects.filter(case=case, kind="case.risk_rated").exists()


def test_the_dispatcher_sets_it_with_a_reason_and_it_stays(world: World) -> None:
    case = make_case(world, narrative="他威胁邻居")
    for user in (world.clerk, world.tax, world.official):
        with pytest.raises(NotAllowed):
            rating.set_level(case=case, by=user, level=2, note="x")
    with pytest.raises(MissingInput):
        rating.set_level(case=case, by=world.dispatcher, level=0, note=" ")
    rating.set_level(case=case, by=world.dispatcher, level=0, note="已核实，系口角")
    rating._rate(Case.objects.get(pk=case.pk))
    case.refresh_from_db()
    assert case.risk_level == 0
    assert [part["code"] for part in case.risk_parts] == ["threat", "by_hand"]
    assert not list(ledger.verify())


@pytest.mark.parametrize(("narrative", "days"), [("无", [7, 30, 90]), ("要放火", [3, 7, 15, 30, 60, 90])])
def test_a_high_risk_is_visited_more_often(world: World, narrative: str, days: list[int]) -> None:
    case = make_case(world, narrative=narrative)
    sign_referral(referral=case.referrals.get(role="lead"), by=world.tax)
    resolve_case(case=case, by=world.tax, outcome="settled", note="已解决")
    assert list(FollowUp.objects.filter(case=case).order_by("day").values_list("day", flat=True)) == days
