"""Journey after a mediation: visited by phone, relapsed, reopened, agreed anew, visited, closed, and filed."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import expect
from pypdf import PdfReader

from accounts.models import User
from cases import ledger
from cases.models import Case, Part
from mediation.models import Agreement, CaseFile, FollowUp
from mediation.services import holding, reach_agreement
from tests.e2e.conftest import PHONE, Person
from tests.e2e.test_sessions import mediated
from tests.mediation.files import photo
from tests.mediation.sessions import call, let_it_begin, tell_rights

Visit = Callable[..., Person]
WORDS = {
    "zh-hans": {
        "again": "排水沟又被堵上，双方再次争吵。",
        "terms": "双方每年共同清理排水沟两次。",
        "well": "排水沟通畅，双方和好。",
    },
    "ko": {
        "again": "배수구가 다시 막혀 쌍방이 또 다투었다.",
        "terms": "쌍방은 해마다 두번 함께 배수구를 청소한다.",
        "well": "배수구가 잘 통하고 쌍방이 화해하였다.",
    },
}
REQUIRED = ("受理登记表", "权利义务告知书", "身份证", "调解记录", "口头协议登记表", "回访记录", "结案报告")
"""What the bookmarks of the file lead to, in the prescribed order of its parts."""


@pytest.mark.parametrize("language", ["zh-hans", "ko"])
def test_from_the_first_call_to_the_complete_file(visit: Visit, language: str) -> None:
    case, words = agreed(), WORDS[language]
    visitor = visit("mediator2.longjing", language, PHONE)
    one_tap(visitor, case)
    fall_due(case, day=30)
    relapse(visitor, case, words["again"])
    mediator = visit("mediator.longjing", language, PHONE)
    agree_again(mediator, case, words["terms"])
    last = only_the_last_is_left(case)
    assert last.assignee
    last_visit(visit(last.assignee.username, language, PHONE), last, words["well"])
    make_file(mediator, case)
    assert not list(ledger.verify())


def agreed() -> Case:
    """A matter between neighbours that was settled orally in a session."""
    user = User.objects.get(username="mediator.longjing")
    case = mediated(user)
    person = case.parties.get(part="applicant").person
    assert person
    person.set_phone("13944330001")
    person.save()
    tell_rights(case, user)
    session = let_it_begin(call(case, user))
    came = {party.pk: "came" for party in case.parties.all()}
    holding.hold_session(session=session, by=user, came=came, minutes="双方陈述了经过。")
    reach_agreement(case=case, by=user, form="oral", terms="雨水引向公共水沟")
    fall_due(case, day=7)
    return case


def fall_due(case: Case, *, day: int) -> None:
    """As if the day of that visit had come."""
    today = timezone.localdate()
    changed = FollowUp.objects.filter(case=case, day=day, state="planned").update(due_on=today)
    assert changed == 1


def one_tap(visitor: Person, case: Case) -> None:
    """From the home page to the list of today, the phone opened, one tap, and the next visit is named."""
    page = visitor.page
    visitor.shoot("follow-up-01-home")
    visitor.check()
    page.locator("#visits a[href='/mediation/follow-ups/']").click()
    page.select_option("[name=when]", "today")
    page.locator("form[role=search] button[type=submit]").click()
    row = page.locator("[data-visit]")
    expect(row).to_have_count(1)
    row.locator("form[action*='/phones/'] button").first.click()
    expect(row.locator("a[href='tel:13944330001']")).to_be_visible()
    visitor.shoot("follow-up-02-today")
    visitor.check()
    row.locator("button[value=performing]").click()
    following = case.follow_ups.get(day=30)
    expect(page.locator("main .alert").first).to_contain_text(str(following.due_on.year))
    expect(page.locator("[data-visit]")).to_have_count(0)
    visitor.shoot("follow-up-03-next")
    visitor.check()


def relapse(visitor: Person, case: Case, note: str) -> None:
    page = visitor.page
    visitor.open("/mediation/")
    page.locator("#visits a[href$='?outcome=relapse']").click()
    expect(page.locator("[name=outcome][value=relapse]")).to_be_checked()
    page.fill("[name=note]", note)
    visitor.shoot("follow-up-04-relapse")
    visitor.check()
    page.locator("main form[data-offline] button[type=submit]").click()
    page.wait_for_url(f"**/cases/{case.number}/")
    expect(page.locator("[data-state=in_handling]").first).to_be_visible()
    expect(page.locator(".case-actions .btn-primary")).to_have_count(0)
    visitor.shoot("follow-up-05-reopened")
    visitor.check()
    case.refresh_from_db()
    assert (case.state, case.reopened_count) == ("in_handling", 1)
    assert not case.follow_ups.filter(state="planned").exists()


def agree_again(mediator: Person, case: Case, terms: str) -> None:
    """The mediator finds the case with what the visits found, and records what was agreed now."""
    page = mediator.page
    mediator.shoot("follow-up-06-home-again")
    page.locator(f"#cases a[href='/cases/{case.number}/']").click()
    expect(page.get_by_text(WORDS[mediator.language]["again"]).first).to_be_visible()
    expect(page.get_by_text("雨水引向公共水沟").first).to_be_visible()
    expect(page.locator(".case-actions .btn-primary").first).to_have_attribute("href", re.compile("/session/$"))
    mediator.shoot("follow-up-07-history")
    mediator.check()
    mediator.deed(f"/mediation/{case.number}/agreement/").click()
    page.locator("label:has([name=form][value=oral])").click()
    page.locator(f"label:has([name=terms_language][value={mediator.language}])").click()
    page.fill("[name=terms]", terms)
    mediator.check()
    page.locator("main form .card-footer button[type=submit]").click()
    page.wait_for_url(f"**/cases/{case.number}/")
    assert Agreement.objects.filter(case=case, in_force_on__isnull=False).count() == 2
    mediator.shoot("follow-up-08-agreed-again")
    mediator.check()


def only_the_last_is_left(case: Case) -> FollowUp:
    """As if the last day of the new plan had come and the visits before had been made."""
    planned = list(FollowUp.objects.filter(case=case, state="planned").order_by("due_on"))
    assert [visit.day for visit in planned] == [3, 7, 15, 30, 60, 90], "a reopened matter is visited more often"
    earlier = [visit.pk for visit in planned[:-1]]
    FollowUp.objects.filter(pk__in=earlier).update(state="covered")
    FollowUp.objects.filter(pk=planned[-1].pk).update(due_on=timezone.localdate())
    return FollowUp.objects.select_related("assignee").get(pk=planned[-1].pk)


def last_visit(visitor: Person, last: FollowUp, note: str) -> None:
    page = visitor.page
    visitor.open("/mediation/follow-ups/?when=today")
    row = page.locator(f"[data-visit='{last.pk}']")
    row.locator(f"a.btn-primary[href='/mediation/follow-ups/{last.pk}/']").click()
    expect(page.locator("details")).to_have_count(1)
    page.locator("label.choice:has([name=outcome][value=performed])").click()
    page.locator("label.choice:has([name=satisfaction][value=content])").click()
    page.fill("[name=note]", note)
    visitor.shoot("follow-up-09-last")
    visitor.check()
    page.locator("main form[data-offline] button[type=submit]").click()
    page.wait_for_url("**/cases/**")
    expect(page.locator("[data-state=closed]").first).to_be_visible()
    visitor.shoot("follow-up-10-closed")
    visitor.check()


def make_file(mediator: Person, case: Case) -> None:
    """What is missing is named and added by a photograph; then the file is looked at, archived and opened."""
    page = mediator.page
    mediator.open(f"/cases/{case.number}/")
    step = page.locator(".case-actions .btn-primary").first
    expect(step).to_have_attribute("href", f"/mediation/{case.number}/file/")
    step.click()
    missing = page.locator(".alert-warning .alert-link")
    expect(missing).to_have_count(1)
    mediator.shoot("follow-up-11-missing")
    mediator.check()
    missing.click()
    expect(page.locator("#add [name=part]")).to_have_value(Part.IDENTITY)
    identity = {"name": "身份证.jpg", "mimeType": "image/jpeg", "buffer": photo()}
    page.locator("#add [name=file]").set_input_files(files=[identity])  # type: ignore[list-item]
    page.locator("#add button[type=submit]").click()
    expect(page.locator("#part-identity a[target=_blank]").first).to_be_visible()
    mediator.shoot("follow-up-12-papers")
    mediator.check()
    page.locator(f"main a[href='/mediation/{case.number}/file/']").first.click()
    expect(page.locator(".alert-warning")).to_have_count(0)
    page.locator("label:has([name=language][value=both])").click()
    page.select_option("[name=retention]", index=1)
    page.locator("main form .card-footer button[type=submit]").click()
    made = page.locator(f"main a[href^='/mediation/{case.number}/file/'][target=_blank]:not([href*=look])")
    expect(made).to_have_count(1)
    mediator.shoot("follow-up-13-archived")
    mediator.check()
    answer = page.request.get(mediator.url + str(made.get_attribute("href")))
    read_file(PdfReader(io.BytesIO(answer.body())), CaseFile.objects.get(case=case))


def read_file(pdf: PdfReader, row: CaseFile) -> None:
    """As many pages as the archive says, both languages on the cover, bookmarks in the prescribed order."""
    assert len(pdf.pages) == row.pages
    assert row.missing == []
    cover = "".join(pdf.pages[0].extract_text().split())
    assert "人民调解" in cover
    assert "인민조정" in cover
    titles = [str(mark.title) for mark in pdf.outline]  # type: ignore[union-attr]
    places = [pdf.get_destination_page_number(mark) for mark in pdf.outline]  # type: ignore[arg-type]
    assert places == sorted(places)
    told = list(dict.fromkeys(titles))
    assert len(told) == len(REQUIRED), told
    assert all(word in title for word, title in zip(REQUIRED, told, strict=True)), told
