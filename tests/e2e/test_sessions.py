"""A mediator calls a session with one tap on a phone, and the minutes keep themselves while they are typed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from accounts.models import User
from cases.models import Case, CaseParty, Category
from cases.services import CaseInput, PartyInput, open_case, sign_referral
from departments.models import Centre, Division
from mediation.models import Mediator, Minutes, Session
from mediation.services import assign_mediator
from tests.e2e.conftest import DESKTOP, PHONE, Person
from tests.mediation.sessions import call, let_it_begin
from tests.world import LONGJING, VILLAGE, make_person

Visit = Callable[..., Person]


def mediated(mediator: User) -> Case:
    """A case that a demo mediator has in hand."""
    data = CaseInput(
        kind="dispute", category=Category.objects.get(pk="neighbour"), division=Division.objects.get(pk=VILLAGE),
        title="邻里排水纠纷", narrative="雨水流入院内",
    )  # fmt: skip
    parties = [
        PartyInput(part=CaseParty.Part.APPLICANT, person=make_person()),
        PartyInput(part=CaseParty.Part.RESPONDENT, person=make_person("李顺姬", "리순희")),
    ]
    centre, clerk = Centre.objects.get(pk=LONGJING), User.objects.get(username="clerk.longjing")
    case = open_case(centre=centre, data=data, parties=parties, by=clerk, accept=True)
    lead = case.referrals.get(role="lead")
    officer = User.objects.filter(role="officer", department=lead.department, division=LONGJING).first()
    if officer:
        sign_referral(referral=lead, by=officer)
    dispatcher = User.objects.get(username="dispatcher.longjing")
    assign_mediator(case=case, mediator=mediator.mediator, by=dispatcher)
    case.refresh_from_db()
    return case


@pytest.mark.parametrize("language", ["zh-hans", "ko"])
@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_from_one_tap_to_the_minutes(visit: Visit, language: str, size: str) -> None:
    mediator = Mediator.objects.filter(user__username="mediator.longjing").get()
    assert mediator.user
    case = mediated(mediator.user)
    person = visit("mediator.longjing", language, PHONE if size == "phone" else DESKTOP)
    page = person.page
    person.open(f"/mediation/{case.number}/rights/")
    page.locator("[name=how]").first.check()
    person.shoot(f"session-rights-{size}")
    person.check()
    page.locator("main form button[type=submit]").click()
    page.wait_for_url(f"**/cases/{case.number}/")
    person.open(f"/mediation/{case.number}/session/")
    page.locator("[name=slot]").first.check()
    person.shoot(f"session-call-{size}")
    person.check()
    page.locator("main form button[type=submit]").click()
    page.wait_for_url("**/notices/")
    page.locator(f"main a[href='/cases/{case.number}/']").first.click()
    expect(page.locator("#sessions")).to_be_visible()
    person.shoot(f"session-case-{size}")
    person.check()
    session = let_it_begin(Session.objects.get(case=case))
    call(case, mediator.user)
    person.open("/mediation/")
    person.shoot(f"session-home-{size}")
    person.check()
    person.open(f"/mediation/sessions/{session.pk}/hold/")
    page.fill("[name=minutes]", "双方陈述了经过。")
    expect(page.locator("[name=revision]")).to_have_value("1")
    assert Minutes.objects.get(session=session).text == "双方陈述了经过。"
    for one in session.attendances.all():
        page.locator(f"[name=party_{one.party_id}][value=came]").check()
    person.shoot(f"session-hold-{size}")
    person.check()
    page.locator("main form button[type=submit]").click()
    page.wait_for_url(f"**/cases/{case.number}/")
    session.refresh_from_db()
    assert session.state == "held"


@pytest.mark.parametrize(("language", "size"), [("zh-hans", PHONE), ("ko", DESKTOP)])
def test_a_session_comes_to_nothing_on_the_side_that_is_ticked(
    visit: Visit, language: str, size: dict[str, int]
) -> None:
    mediator = Mediator.objects.filter(user__username="mediator.longjing").get()
    assert mediator.user
    case = mediated(mediator.user)
    session = let_it_begin(call(case, mediator.user))
    person = visit("mediator.longjing", language, size)
    page, absent = person.page, case.parties.get(part="respondent")
    person.open(f"/mediation/sessions/{session.pk}/fail/")
    person.check()
    page.locator("[name=failure][value=absent]").check()
    page.fill("[name=note]", "电话通知后仍未到场")
    page.locator("main form button[type=submit]").click()
    expect(page.locator("[name=note]")).to_have_value("电话通知后仍未到场")
    person.shoot("session-fail")
    person.check()
    page.locator(f"[name=parties][value='{absent.pk}']").check()
    page.locator("main form button[type=submit]").click()
    page.wait_for_url(f"**/cases/{case.number}/")
    expect(page.locator("#sessions")).to_contain_text("李顺姬" if language == "zh-hans" else "리순희")
    person.shoot("session-failed-case")
    person.check()
    assert list(session.attendances.filter(is_cause=True).values_list("party", "state")) == [(absent.pk, "absent")]
