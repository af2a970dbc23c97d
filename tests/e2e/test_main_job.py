"""The main job, driven by hand: registered, routed, mediated, followed up and counted; in both languages."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

import pytest
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import Notification
from cases import ledger
from cases.models import Case
from mediation.models import FollowUp
from tests.e2e.conftest import PHONE, Person

NARRATIVE = "기업에서 2019년부터 사회보험료를 납부하지 않았습니다. 여러번 찾아갔지만 해결되지 않았습니다."
TEXTS = {
    "zh-hans": ("企业未缴社会保险费", "双方确认欠缴金额，企业于年底前补缴。", "电话回访：已补缴，来访人满意。"),
    "ko": ("기업의 사회보험료 미납", "기업은 년말까지 사회보험료를 추가납부한다.", "전화로 확인: 이미 납부하였음."),
}


@pytest.mark.parametrize("language", ["zh-hans", "ko"])
def test_a_walk_in_is_registered_routed_mediated_followed_up_and_counted(
    visit: Callable[..., Person], language: str
) -> None:
    title, terms, found = TEXTS[language]

    number = _register(visit("clerk.longjing", language), title)
    case = Case.objects.get(number=number)
    assert [r.department_id for r in case.referrals.filter(role="lead")] == ["tax"]
    assert [r.department_id for r in case.referrals.filter(role="assist")] == ["human_resources"]

    officer = visit("tax.longjing", language)
    _sign(officer, number)
    _assign(officer, number)
    _agree(visit("mediator.longjing", language, PHONE), number, terms)

    planned = list(FollowUp.objects.filter(case=case).order_by("day").values_list("day", flat=True))
    assert planned == [7, 31, 90], "the obligation falls due on day 30"
    later = timezone.localdate() + dt.timedelta(days=37)
    for _again in range(2):
        call_command("sweep_followups", today=later.isoformat(), verbosity=0)
    reminders = Notification.objects.filter(kind="follow_up.due")
    assert [row.recipient.username for row in reminders] == ["mediator2.longjing"], "exactly one, not to the handler"

    _follow_up(visit("mediator2.longjing", language, PHONE), number, found)
    _look_at_figures(visit("official.yanbian", language))
    assert not list(ledger.verify())


def _register(clerk: Person, title: str) -> str:
    page = clerk.page
    clerk.shoot("01-desk")
    clerk.check()
    clerk.open("/desk/register/")
    page.fill("[name=name]", "金顺姬")
    page.fill("[name=name_hangul]", "김순희")
    page.fill("[name=identity_number]", "222405187305120041")
    page.fill("[name=phone]", "100 1234 5678")
    page.check("input[name=language][value=ko]", force=True)
    page.select_option("[name=category]", "social_insurance")
    page.select_option("[name=division]", "222405005004")
    page.fill("[name=title]", title)
    page.fill("[name=narrative]", NARRATIVE)
    page.check("[name=wants_mediation][value=yes]", force=True)
    page.fill("[name=others-0-organisation]", "龙井市某企业")
    expect(page.locator("#route-preview li").first).to_be_visible()
    clerk.shoot("02-register")
    clerk.check()
    page.locator("#walk-in button[type=submit]").last.click()
    # The check digit was wrong: everything typed is still there.
    expect(page.locator("[name=identity_number][aria-invalid=true]")).to_be_visible()
    assert page.input_value("[name=narrative]") == NARRATIVE
    clerk.shoot("03-register-refused")
    page.fill("[name=identity_number]", "222405 18730512 0046")
    page.locator("#walk-in button[type=submit]").last.click()
    page.wait_for_url(re.compile(r"/desk/receipt/\d+/"))
    expect(page.locator(".receipt-qr svg")).to_be_visible()
    receipt = page.locator(".receipt").inner_text()
    assert "税务局" in receipt
    assert "세무국" in receipt
    clerk.shoot("04-receipt")
    clerk.check()
    number = re.search(r"222405-\d{4}-\d{6}", receipt)
    assert number
    return number.group()


def _sign(officer: Person, number: str) -> None:
    page = officer.page
    expect(page.get_by_text(number)).to_be_visible()
    officer.shoot("05-referrals")
    officer.check()
    page.locator("form[action$='/sign/'] button").first.click()
    expect(page.locator("[data-state=in_handling]").first).to_be_visible()
    officer.shoot("06-case-signed")
    officer.check()


def _assign(officer: Person, number: str) -> None:
    page = officer.page
    officer.deed(f"/mediation/{number}/assign/").click()
    officer.shoot("07-assign")
    officer.check()
    row = page.locator("tr", has_text="김조정")
    row.locator("button[type=submit]").click()
    expect(page.get_by_text("金调解").first).to_be_visible()


def _agree(mediator: Person, number: str, terms: str) -> None:
    page = mediator.page
    expect(page.get_by_text(number).first).to_be_visible()
    mediator.shoot("08-my-mediations-phone")
    mediator.check()
    mediator.open(f"/cases/{number}/")
    mediator.deed(f"/cases/{number}/progress/").click()
    page.fill("[name=note]", "양측을 만나 사실을 확인하였다.")
    page.locator("main form button[type=submit]").first.click()
    mediator.deed(f"/mediation/{number}/agreement/").click()
    page.check("[name=form][value=written]", force=True)
    page.fill("[name=terms]", terms)
    page.fill("[name=responsibilities]", terms)
    page.fill("[name=if_not]", terms)
    page.select_option("[name=duties-0-debtor]", index=2)
    page.select_option("[name=duties-0-kind]", "act")
    page.fill("[name=duties-0-what]", terms)
    page.fill("[name=duties-0-how]", terms)
    page.fill("[name=duties-0-due_on]", (timezone.localdate() + dt.timedelta(days=30)).isoformat())
    mediator.shoot("09-agreement-phone")
    mediator.check()
    page.locator("main form button[type=submit]").last.click()
    expect(page.locator("[data-state=resolved]").first).to_be_visible()
    mediator.shoot("10-case-resolved-phone")
    mediator.check()


def _follow_up(visitor: Person, number: str, found: str) -> None:
    page = visitor.page
    visitor.open("/notifications/")
    expect(page.locator("main").get_by_text(number)).to_have_count(1)
    visitor.shoot("11-notifications-phone")
    visitor.check()
    page.locator("main form[action^='/notifications/'] button", has=page.locator(".ti-arrow-right")).first.click()
    page.wait_for_url(re.compile(r"/mediation/follow-ups/\d+/"))
    page.check("[name=outcome][value=performing]", force=True)
    page.check("[name=satisfaction][value=content]", force=True)
    page.fill("[name=note]", found)
    visitor.shoot("12-follow-up-phone")
    visitor.check()
    page.locator("main form button[type=submit]").first.click()
    expect(page.locator("[data-state=following_up]").first).to_be_visible()


def _look_at_figures(official: Person) -> None:
    page = official.page
    expect(page.locator("[data-chart=trend] canvas")).to_be_visible()
    shown = {
        code: page.locator(f"[data-figure={code}]").inner_text() for code in ("accepted", "resolved", "resolution_rate")
    }
    assert shown == {"accepted": "1", "resolved": "1", "resolution_rate": "100.0 %"}
    official.shoot("13-dashboard")
    official.check()
    page.locator("tr[data-key='222405'] td:first-child a").click()
    expect(page.locator("tr[data-key='222405005']")).to_be_visible()
    page.locator("tr[data-key='222405005'] td:nth-child(2) a").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    official.shoot("14-cases-behind-a-figure")
    official.check()
