"""A dispatcher takes the proposal for the backlog, then a mediator withdraws: both languages, desktop and phone."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from accounts.models import User
from cases.models import Case, CaseParty, Category
from cases.services import CaseInput, PartyInput, open_case
from departments.models import Centre, Division
from mediation.models import Assignment, Conflict, Mediator
from tests.e2e.conftest import DESKTOP, PHONE, Person
from tests.world import make_person


@pytest.fixture
def disputes(demo: None) -> list[Case]:
    """Two disputes in Liyuan community of Longjing, one between people of different languages."""
    found = []
    for title in ("企业未缴社会保险费", "邻居漏水未赔偿"):
        applicant, other = make_person(), make_person("王立新", "", language="zh-hans")
        data = CaseInput(
            kind="dispute", category=Category.objects.get(pk="social_insurance"),
            division=Division.objects.get(pk="222405005004"), title=title, narrative="", narrative_language="zh-hans",
        )  # fmt: skip
        case = open_case(
            centre=Centre.objects.get(pk="222405"),
            data=data,
            parties=[
                PartyInput(part=CaseParty.Part.APPLICANT, person=applicant),
                PartyInput(part=CaseParty.Part.RESPONDENT, person=other),
            ],
            by=User.objects.get(username="clerk.longjing"),
            accept=True,
        )
        found.append(case)
    return found


@pytest.mark.parametrize(("language", "viewport"), [("zh-hans", DESKTOP), ("ko", PHONE)])
def test_the_proposal_is_applied_and_the_mediator_withdraws(
    visit: Callable[..., Person], disputes: list[Case], language: str, viewport: dict[str, int]
) -> None:
    size, first = viewport["width"], disputes[0]
    dispatcher = visit("dispatcher.longjing", language, viewport)
    for path, name in (
        (f"/mediation/{first.number}/assign/", "assign"),
        ("/mediation/backlog/", "backlog"),
        ("/mediation/backlog/proposal/", "proposal"),
    ):
        dispatcher.open(path)
        dispatcher.check()
        dispatcher.shoot(f"matching-{name}-{size}")
    assert not Assignment.objects.exists()
    dispatcher.page.locator("[name=pairs]").last.uncheck()
    dispatcher.page.locator("main form .card-footer button[type=submit]").click()
    dispatcher.page.wait_for_url("**/mediation/backlog/")
    row = Assignment.objects.select_related("case", "mediator__user").get()
    mediator = visit(row.mediator.user.username, language, viewport)
    mediator.open(f"/cases/{row.case.number}/")
    mediator.page.locator("#more-actions").click()
    mediator.page.locator(f"a[href='/mediation/{row.case.number}/withdraw/']").click()
    mediator.check()
    mediator.shoot(f"matching-withdraw-{size}")
    mediator.page.select_option("[name=party]", index=1)
    mediator.page.locator("label:has([name=relation][value=kin])").click()
    mediator.page.fill("[name=note]", "申请人是我的表弟")
    mediator.page.locator("main form .card-footer button[type=submit]").click()
    mediator.page.wait_for_url("**/mediation/")
    assert Conflict.objects.get().mediator == Mediator.objects.get(pk=row.mediator_id)
    dispatcher.open(f"/cases/{row.case.number}/")
    dispatcher.check()
    dispatcher.shoot(f"matching-history-{size}")
