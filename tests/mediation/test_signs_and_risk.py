"""Signs of escalation at a visit weigh in the risk of the case, and the explanation says at which visit."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Notification
from cases import ledger
from cases.models import Case, EventKind
from cases.services import reopen_case
from mediation.models import FollowUp
from mediation.services.follow_ups import Findings, record_follow_up
from tests.mediation.test_follow_ups import resolved
from tests.world import World

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]


def visit(world: World, case: Case, *signs: str, day: int = 7) -> Case:
    record_follow_up(
        follow_up=case.follow_ups.get(day=day), by=world.other_mediator, outcome="performing", note="情况",
        findings=Findings(signs=signs),
    )  # fmt: skip
    case.refresh_from_db()
    return case


def parts(case: Case) -> dict[str, int]:
    return {part["code"]: part["points"] for part in case.risk_parts}


@pytest.mark.parametrize(
    ("signs", "points", "level"), [((), 0, 0), (("threats",), 20, 1), (("threats", "weapons", "group"), 30, 1)]
)
def test_signs_raise_the_risk(world: World, signs: tuple[str, ...], points: int, level: int) -> None:
    case = visit(world, resolved(world), *signs)
    assert (case.risk_score, case.risk_level) == (points, level)
    rated = case.events.filter(kind=EventKind.RISK_RATED)
    assert [event.data["parts"] for event in rated] == ([{"visit_signs": points}] if signs else [])
    assert not list(ledger.verify())


def test_with_what_was_known_before_they_make_it_high_and_the_dispatchers_are_told(world: World) -> None:
    case = resolved(world)
    Case.objects.filter(pk=case.pk).update(narrative="他威胁邻居")
    visit(world, case, "threats")
    assert parts(case) == {"threat": case.risk_score - 20, "visit_signs": 20}
    assert (case.risk_level == 2) == (case.risk_score >= 40)
    told = set(Notification.objects.filter(recipient=world.dispatcher).values_list("kind", flat=True))
    assert "follow_up.signs" in told
    assert ("case.high_risk" in told) == (case.risk_level == 2)


def test_the_last_visit_that_found_signs_counts_and_once(world: World) -> None:
    case = visit(world, resolved(world), "threats", "weapons", "group")
    visit(world, case, day=30)
    assert parts(case) == {"visit_signs": 30}, "a visit that finds none does not take it back by itself"
    last = case.follow_ups.filter(state=FollowUp.State.PLANNED).order_by("day").first()
    assert last is not None
    visit(world, case, "alcohol", day=last.day)
    assert parts(case) == {"visit_signs": 20}
    assert (case.risk_score, case.risk_level) == (20, 1)


def test_they_stay_when_it_is_rated_again(world: World) -> None:
    case = visit(world, resolved(world), "threats")
    reopen_case(case=case, by=world.dispatcher, note="又起争执")
    case.refresh_from_db()
    assert parts(case) == {"reopened": 15, "visit_signs": 20}


def test_a_level_set_by_hand_gives_way_to_new_signs(world: World) -> None:
    case = resolved(world)
    hand = {"code": "by_hand", "points": 0, "evidence": [], "level": 0, "score": 0}
    Case.objects.filter(pk=case.pk).update(risk_parts=[hand])
    visit(world, case, "threats")
    assert (case.risk_level, list(parts(case))) == (1, ["visit_signs", "by_hand"])


def test_the_explanation_names_the_visit_and_what_it_saw_in_either_language(world: World, sign_in: SignIn) -> None:
    case = visit(world, resolved(world), "threats", "alcohol")
    today = timezone.localdate().isoformat()
    pages = [
        sign_in(world.dispatcher, lang).get(f"/cases/{case.number}/").content.decode() for lang in ("zh-hans", "ko")
    ]
    for page, words in zip(pages, (("扬言威胁", "酗酒闹事"), ("위협하는 말", "술주정")), strict=True):
        section = page.split("data-risk=")[1].split("</section>")[0]
        assert today in section
        assert all(f">{word}<" in section for word in words)
