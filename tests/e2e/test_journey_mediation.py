"""Journey of a mediation: assigned with reasons, told, met, agreed, signed by finger, performed, brought to court."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from accounts.models import User
from cases import ledger
from cases.models import Case, CaseParty, Category, EventKind
from cases.services import CaseInput, PartyInput, open_case, sign_referral
from departments.models import Centre, Division
from mediation.models import Agreement, Minutes, Session
from tests.e2e.conftest import PHONE, Person
from tests.mediation.files import photo
from tests.mediation.sessions import let_it_begin
from tests.world import LONGJING, VILLAGE, make_person

Visit = Callable[..., Person]
WORDS = {
    "zh-hans": {
        "minutes": "申请人：院墙被水泡坏。被申请人：同意分期赔偿。",
        "facts": "被申请人的排水沟堵塞，雨水流入申请人院内，院墙受损。",
        "what": "赔偿院墙修缮费",
        "how": "银行转账",
        "if_not": "可以向人民法院提起诉讼。",
        "proof": "看过银行转账回单。",
    },
    "ko": {
        "minutes": "신청인: 담장이 물에 잠겨 허물어졌다. 피신청인: 나누어 배상하는데 동의하였다.",
        "facts": "피신청인의 배수구가 막혀 비물이 신청인의 마당에 흘러들어 담장이 손상되였다.",
        "what": "담장 수리비를 배상한다",
        "how": "은행송금",
        "if_not": "인민법원에 소송을 제기할수 있다.",
        "proof": "은행송금증을 보았다.",
    },
}
TITLES = ("人民调解协议书", "인민조정협의서")


@pytest.mark.parametrize("language", ["zh-hans", "ko"])
def test_from_the_assignment_to_the_judicial_confirmation(visit: Visit, language: str) -> None:
    case, words = dispute(), WORDS[language]
    assign(visit("dispatcher.longjing", language), case)
    mediator = visit("mediator.longjing", language, PHONE)
    read_why(mediator, case)
    tell_rights(mediator)
    session = call_session(mediator, case)
    let_it_begin(session)
    hold(mediator, session, words["minutes"])
    agree(mediator, case, words)
    agreement = Agreement.objects.get(case=case)
    sign_and_seal(mediator, agreement)
    look_at_paper(mediator, agreement)
    perform(mediator, words["proof"])
    go_to_court(mediator)
    kinds = list(case.events.order_by("sequence").values_list("kind", flat=True))
    for kind in (EventKind.AGREEMENT_IN_FORCE, EventKind.PERFORMED, EventKind.CONFIRMATION_ASKED):
        assert kind in kinds
    assert not list(ledger.verify())


def dispute() -> Case:
    """A matter between neighbours of whom one speaks Korean, signed for by its department and without a mediator."""
    first, second = make_person("金明哲", "김명철", language="ko"), make_person("李顺姬", "", language="zh-hans")
    first.set_phone("13944330001")
    first.save()
    data = CaseInput(
        kind="dispute", category=Category.objects.get(pk="neighbour"), division=Division.objects.get(pk=VILLAGE),
        title="邻里排水纠纷", narrative="雨水流入院内",
    )  # fmt: skip
    parties = [
        PartyInput(part=CaseParty.Part.APPLICANT, person=first),
        PartyInput(part=CaseParty.Part.RESPONDENT, person=second),
    ]
    clerk = User.objects.get(username="clerk.longjing")
    case = open_case(centre=Centre.objects.get(pk=LONGJING), data=data, parties=parties, by=clerk, accept=True)
    lead = case.referrals.get(role="lead")
    sign_referral(referral=lead, by=User.objects.get(role="officer", department=lead.department, division=LONGJING))
    return case


def assign(dispatcher: Person, case: Case) -> None:
    page = dispatcher.page
    page.locator("nav a[href='/mediation/backlog/']").first.click()
    page.locator(f"a[href='/cases/{case.number}/']").click()
    dispatcher.deed(f"/mediation/{case.number}/assign/").click()
    row = page.locator("tr", has_text="金调解")
    expect(row.locator("li").first).to_be_visible()
    dispatcher.shoot("mediation-01-assign")
    dispatcher.check()
    row.locator("button[type=submit]").click()
    page.wait_for_url(f"**/cases/{case.number}/")
    expect(page.get_by_text("金调解").first).to_be_visible()


def read_why(mediator: Person, case: Case) -> None:
    """Told, the case opened from the home page with the reasons of the choice; a conflict could be declared."""
    page = mediator.page
    mediator.shoot("mediation-02-home")
    mediator.check()
    page.locator(f"#cases a[href='/cases/{case.number}/']").click()
    expect(page.locator("#mediators li").first).to_be_visible()
    mediator.shoot("mediation-03-case")
    mediator.check()
    expect(mediator.deed(f"/mediation/{case.number}/withdraw/")).to_be_visible()
    mediator.press("Escape")


def go_on(page: Page, path: str) -> None:
    """The next step is the first button of the case."""
    button = page.locator(".case-actions .btn-primary").first
    expect(button).to_have_attribute("href", re.compile(path))
    button.click()


def tell_rights(mediator: Person) -> None:
    page = mediator.page
    go_on(page, "/rights/$")
    expect(page.locator("[name=parties]:checked")).to_have_count(2)
    page.locator("label:has([name=how][value=paper])").click()
    mediator.shoot("mediation-04-rights")
    mediator.check()
    page.locator("main form button[type=submit]").click()
    page.wait_for_url("**/cases/**")


def call_session(mediator: Person, case: Case) -> Session:
    """One tap on a free time, then each party is told in its way."""
    page = mediator.page
    go_on(page, "/session/$")
    page.locator("label:has([name=slot])").first.click()
    mediator.shoot("mediation-05-session")
    mediator.check()
    page.locator("main form button[type=submit]").click()
    page.wait_for_url("**/notices/")
    page.locator("button[value=sms]").click()
    expect(page.locator("button[value=sms]")).to_be_disabled()
    card = page.locator("section.card", has_text="李顺姬")
    letter = page.request.get(mediator.url + str(card.locator("a[target=_blank]").first.get_attribute("href")))
    assert letter.body()[:5] == b"%PDF-"
    card.locator("button[value=paper]").click()
    expect(page.locator("section.card", has_text="李顺姬").locator("button[value=paper]")).to_be_disabled()
    mediator.shoot("mediation-06-notices")
    mediator.check()
    page.locator(f"a[href='/cases/{case.number}/']").first.click()
    session = Session.objects.get(case=case)
    assert set(session.notices.values_list("channel", flat=True)) == {"sms", "paper"}
    return session


def hold(mediator: Person, session: Session, minutes: str) -> None:
    """The minutes keep themselves while they are typed; then who came is recorded."""
    page = mediator.page
    page.reload()
    go_on(page, "/hold/$")
    page.locator("[name=minutes]").press_sequentially(minutes, delay=1)
    expect(page.locator("#minutes-kept")).not_to_be_empty()
    expect(page.locator("[name=revision]")).not_to_have_value("0")
    for one in session.attendances.all():
        page.locator(f"label:has([name=party_{one.party_id}][value=came])").click()
    mediator.shoot("mediation-07-hold")
    mediator.check()
    page.locator("main form button[type=submit]").click()
    page.wait_for_url("**/cases/**")
    assert Minutes.objects.get(session=session).text == minutes
    mediator.shoot("mediation-08-held")
    mediator.check()


def agree(mediator: Person, case: Case, words: dict[str, str]) -> None:
    """One sum in two instalments, from the form; no deadline has to be counted by hand."""
    page = mediator.page
    go_on(page, "/agreement/$")
    page.locator("label:has([name=form][value=written])").click()
    page.locator(f"label:has([name=terms_language][value={mediator.language}])").click()
    page.fill("[name=responsibilities]", words["facts"])
    respondent, applicant = case.parties.get(part="respondent"), case.parties.get(part="applicant")
    page.select_option("[name=duties-0-debtor]", str(respondent.pk))
    page.select_option("[name=duties-0-creditor]", str(applicant.pk))
    page.select_option("[name=duties-0-kind]", "pay")
    page.fill("[name=duties-0-what]", words["what"])
    page.fill("[name=duties-0-amount]", "6000")
    page.fill("[name=duties-0-how]", words["how"])
    page.fill("[name=duties-0-count]", "2")
    page.fill("[name=duties-0-first_on]", timezone.localdate().isoformat())
    page.fill("[name=if_not]", words["if_not"])
    mediator.shoot("mediation-09-agreement")
    mediator.check()
    page.locator("main form .card-footer button[type=submit]").click()
    page.wait_for_url("**/mediation/agreements/*/")
    mediator.shoot("mediation-10-to-sign")
    mediator.check()


def sign_and_seal(mediator: Person, agreement: Agreement) -> None:
    """Both parties and the mediator sign with a finger; then the seal is recorded."""
    page = mediator.page
    for number in range(1, 4):
        page.locator("main a[href*='/sign/']").first.click()
        draw_with_finger(page)
        expect(page.locator("[name=drawing]")).not_to_have_value("")
        mediator.shoot(f"mediation-11-sign-{number}")
        mediator.check()
        page.locator("#sign-form button[type=submit]").click()
        page.wait_for_url(f"**/mediation/agreements/{agreement.pk}/")
    expect(page.locator("main a[href*='/sign/']")).to_have_count(0)
    page.locator("main a[href$='/seal/']").click()
    page.locator("main form button[type=submit]").click()
    page.wait_for_url(f"**/mediation/agreements/{agreement.pk}/")
    mediator.shoot("mediation-12-in-force")
    mediator.check()
    agreement.refresh_from_db()
    assert agreement.in_force_on == timezone.localdate()


def draw_with_finger(page: Page) -> None:
    """A zigzag by touch, as a phone sends it."""
    pad = page.locator("#pad")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box
    finger = page.context.new_cdp_session(page)
    left, middle = box["x"] + 20, box["y"] + box["height"] / 2
    points = [{"x": left + step * 6, "y": middle + (40 if step % 2 else -40)} for step in range(30)]
    finger.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": points[:1]})
    for point in points[1:]:
        finger.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    finger.detach()


def opened(person: Person, href: str | None) -> str:
    """The text of a PDF behind a link, without white space."""
    assert href
    answer = person.page.request.get(href if href.startswith("http") else person.url + href)
    assert answer.headers["content-type"] == "application/pdf"
    return "".join("".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(answer.body())).pages)


def look_at_paper(mediator: Person, agreement: Agreement) -> None:
    """Both languages and the sum in capitals stand on the paper in force; anybody sees that a copy is genuine."""
    page = mediator.page
    link = page.locator(f"main a[href='/mediation/{agreement.case.number}/agreement/{agreement.pk}/paper/']")
    text = opened(mediator, link.get_attribute("href"))
    for found in (*TITLES, "陆仟元整", "叁仟元整", "金明哲", "김명철"):
        assert found in text, found
    copy = page.request.get(mediator.url + str(link.get_attribute("href"))).body()
    page.locator("main a[href*='/verify/']").click()
    file = {"name": "paper.pdf", "mimeType": "application/pdf", "buffer": copy}
    page.locator("main [name=file]").set_input_files(files=[file])  # type: ignore[list-item]
    page.locator("main form button[type=submit]").click()
    expect(page.locator("main .alert-success")).to_be_visible()
    mediator.shoot("mediation-13-genuine")
    mediator.check()
    page.go_back()
    page.go_back()
    page.wait_for_url(f"**/mediation/agreements/{agreement.pk}/")


def perform(mediator: Person, proof: str) -> None:
    """The first instalment was paid; the receipt is photographed."""
    page = mediator.page
    page.locator("#next a[href*='/performed/instalment/']").first.click()
    page.fill("[name=proof]", proof)
    receipt = {"name": "回单.jpg", "mimeType": "image/jpeg", "buffer": photo()}
    page.locator("[name=file]").set_input_files(files=[receipt])  # type: ignore[list-item]
    mediator.shoot("mediation-14-performance")
    mediator.check()
    page.locator("main form button[type=submit]").click()
    page.wait_for_url("**/cases/**")
    mediator.shoot("mediation-15-performed")
    mediator.check()


def go_to_court(mediator: Person) -> None:
    """The joint application opens as a paper, and that it was handed in is recorded."""
    page = mediator.page
    links = page.locator("a[href*='/confirmation/application/']")
    expect(links).to_have_count(3)
    application = opened(mediator, links.last.get_attribute("href"))
    for found in ("司法确认申请书", "龙井市人民法院", "사법확인"):
        assert found in application, found
    page.locator("a[href$='/confirmation/']").click()
    for party in page.locator("label:has([name=parties])").all():
        party.click()
    mediator.shoot("mediation-16-confirmation")
    mediator.check()
    page.locator("main form button[type=submit]").click()
    page.wait_for_url("**/cases/**")
    mediator.shoot("mediation-17-asked")
    mediator.check()
