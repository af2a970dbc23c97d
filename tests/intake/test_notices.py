"""The papers of a case: which there are, what stands on them in each language, and who may print them."""

from __future__ import annotations

import io
import re
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from django.conf import settings as django_settings
from django.test import Client
from pypdf import PdfReader

from accounts.models import Role
from cases.models import Case, Category, Deadline
from cases.services import CaseInput, accept_case, refuse_case, screen_case
from cases.services.people import PersonInput
from departments.models import Station
from intake import notices
from intake.models import Visit
from intake.services import OtherParty, WalkIn, register_walk_in
from tests.cases.test_routing_rules import make_rule
from tests.world import YANJI, World, make_user

WAY_OPEN = "请向龙井市人民法院立案庭咨询。"
TITLES = {
    "receipt": ("登记回执", "접수증"),
    "acceptance": ("受理告知书", "수리고지서"),
    "non_acceptance": ("不予受理告知书", "불수리고지서"),
    "rights": ("人民调解权利义务告知书", "인민조정 권리의무고지서"),
}
ACCEPTED, REFUSED = ("receipt", "acceptance", "rights"), ("receipt", "non_acceptance")
HANGUL, HAN = re.compile("[가-힣]"), re.compile("[一-鿿]")


def visit_of(world: World, category: str = "social_insurance", **fields: Any) -> Visit:
    """Kim came to the desk, speaking Korean; a company is the other party."""
    chosen = Category.objects.get(pk=category)
    case = CaseInput(
        kind=chosen.kind, category=chosen, division=world.village, title="企业未缴社会保险费",
        petition_class="appeal" if chosen.kind == "petition" else "",
    )  # fmt: skip
    data = {
        "petitioner": PersonInput(name="金顺姬", name_hangul="김순희", language="ko"),
        "case": case,
        "others": [OtherParty(part="respondent", organisation="龙井市某企业")],
    }
    walk_in = WalkIn(**{**data, **fields})  # type: ignore[arg-type]
    made = register_walk_in(clerk=world.clerk, centre=world.centre, data=walk_in, submission_key=uuid.uuid4())
    return Visit.objects.select_related("case", "person").get(pk=made.pk)


def refused(world: World) -> Visit:
    return visit_of(world, refusal=("pending_elsewhere", WAY_OPEN))


@pytest.fixture
def desk(world: World, sign_in: Callable[..., Client]) -> Client:
    return sign_in(world.clerk)


def address(visit: Visit, code: str, language: str = "") -> str:
    return f"/desk/papers/{visit.pk}/{code}.pdf" + (f"?language={language}" if language else "")


def read(answer: Any) -> str:
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/pdf"
    pages = PdfReader(io.BytesIO(answer.content)).pages
    return "".join("".join(page.extract_text() for page in pages).split())


def squeezed(text: str) -> str:
    return "".join(text.split())


def codes(case: Case) -> tuple[str, ...]:
    return tuple(paper.code for paper in notices.of_case(case))


# --- which papers there are


def test_a_case_has_the_papers_of_its_state(world: World) -> None:
    assert codes(visit_of(world).case) == ACCEPTED
    assert codes(refused(world).case) == REFUSED
    waiting = visit_of(world, accept=False)
    assert codes(waiting.case) == ("receipt", "rights")
    assert codes(accept_case(case=waiting.case, by=world.clerk)) == ACCEPTED


def test_a_matter_that_may_not_be_mediated_has_no_notice_of_rights(world: World) -> None:
    assert codes(visit_of(world, "petition").case) == ("receipt", "acceptance")


def test_what_the_screening_keeps_out_of_mediation_has_no_notice_of_rights(world: World) -> None:
    case = visit_of(world, accept=False).case
    screen_case(case=case, by=world.clerk, answers={"is_pending": True}, route="court", reason="已起诉")
    assert codes(case) == ("receipt",)
    screen_case(case=case, by=world.clerk, answers={})
    assert codes(case) == ("receipt", "rights")


def test_what_a_rule_sends_a_statutory_way_has_no_notice_of_rights(world: World) -> None:
    make_rule(categories=["neighbour"], leads="statutory", statutory_route="court")
    assert codes(visit_of(world, "neighbour").case) == ("receipt", "acceptance")


def test_a_refusal_after_screening_gives_the_notice_too(world: World, desk: Client) -> None:
    visit = visit_of(world, accept=False)
    refuse_case(case=visit.case, by=world.clerk, reason="no_concern", note=WAY_OPEN)
    text = read(desk.get(address(visit, "non_acceptance", "zh-hans")))
    assert squeezed(WAY_OPEN) in text


@pytest.mark.parametrize("code", ["acceptance", "rights", "nonsense"])
def test_a_paper_that_the_case_does_not_have_is_not_found(world: World, desk: Client, code: str) -> None:
    assert desk.get(address(refused(world), code)).status_code == 404


def test_an_accepted_case_has_no_notice_of_non_acceptance(world: World, desk: Client) -> None:
    assert desk.get(address(visit_of(world), "non_acceptance")).status_code == 404


@pytest.mark.parametrize("language", ["en", "zh", "../both", "%00"])
def test_another_language_is_not_found(world: World, desk: Client, language: str) -> None:
    assert desk.get(address(visit_of(world), "receipt", language)).status_code == 404


def test_a_visit_without_a_case_has_no_papers(world: World, desk: Client) -> None:
    visit = visit_of(world)
    answered = Visit.objects.create(
        centre=world.centre,
        at=visit.at,
        clerk=world.clerk,
        language="ko",
        outcome="answered",
        submission_key=uuid.uuid4(),
    )
    assert desk.get(address(answered, "receipt")).status_code == 404


# --- what stands on them


@pytest.mark.parametrize("language", ["zh-hans", "ko", "both"])
@pytest.mark.parametrize("code", [*ACCEPTED, "non_acceptance"])
def test_each_paper_speaks_each_language(world: World, desk: Client, code: str, language: str) -> None:
    visit = refused(world) if code == "non_acceptance" else visit_of(world)
    answer = desk.get(address(visit, code, language))
    text = read(answer)
    chinese, korean = map(squeezed, TITLES[code])
    assert (chinese in text) == (language != "ko")
    assert (korean in text) == (language != "zh-hans")
    assert visit.case.number in text
    assert "金顺姬김순희" in text
    assert f"/s/{visit.case.public_code}/" in text
    assert "龙井市某企业" not in text, "nobody's name but the petitioner's"
    heading = korean if language == "ko" else chinese
    name = unquote(answer.headers["Content-Disposition"])
    assert name.startswith("inline;")
    assert "object-src 'self'" in answer.headers["Content-Security-Policy"], "the browser's own viewer may show it"
    assert heading in squeezed(name)
    assert name.endswith(f"{visit.case.number}.pdf")


def test_the_petitioners_language_is_the_first_choice(world: World, desk: Client) -> None:
    text = read(desk.get(address(visit_of(world), "acceptance")))
    assert "수리고지서" in text
    assert "受理告知书" not in text


def test_a_paper_in_one_language_has_no_sentence_of_the_other(world: World, desk: Client) -> None:
    visit = visit_of(world)
    visit.case.title, visit.person.name_hangul = "测试", ""
    visit.person.save()
    visit.case.save()
    assert not HANGUL.search(read(desk.get(address(visit, "rights", "zh-hans"))))
    korean = read(desk.get(address(visit, "rights", "ko")))
    assert len(HAN.findall(korean.replace("金顺姬", "").replace("测试", ""))) < 30, "names of the small test world only"


def test_the_notice_of_acceptance_says_who_what_until_when_and_why(world: World, desk: Client) -> None:
    visit = visit_of(world)
    limit = Deadline.objects.get(case=visit.case, rule_id="handle_dispute")
    text = read(desk.get(address(visit, "acceptance", "zh-hans")))
    day = f"{limit.last_day.year}年{limit.last_day.month}月{limit.last_day.day}日"
    for words in (
        "企业未缴社会保险费", "税务局", "7号窗口", day, "依据：依据", "《人民调解法》第三条、第四条、第二十三条",
        "回访", "身份证件", "盖章", "签收人",
    ):  # fmt: skip
        assert squeezed(words) in text, words
    assert "sign_for_referral" not in text, "the department's own limit is not the petitioner's"


def test_limits_that_no_longer_run_are_not_promised(world: World, desk: Client) -> None:
    visit = visit_of(world, "petition")
    assert "petition_route" in read(desk.get(address(visit, "acceptance", "zh-hans")))
    Deadline.objects.filter(case=visit.case, rule_id="petition_route").update(cancelled_at=visit.at)
    text = read(desk.get(address(visit, "acceptance", "zh-hans")))
    assert "petition_route" not in text
    assert "handle_petition" in text
    assert "《信访工作条例》第三十五条、第三十六条" in text
    assert "调解不收取任何费用" not in text


def test_a_case_without_a_lead_says_that_it_will_be_told(world: World, desk: Client) -> None:
    text = read(desk.get(address(visit_of(world, "other"), "acceptance", "zh-hans")))
    assert "待确定" in text
    assert "本中心将确定牵头部门并告知您" in text


def test_the_contact_is_where_the_department_sits_here(world: World, desk: Client) -> None:
    Station.objects.filter(department="tax").update(contact="李窗口", phone="0433-1234567")
    assert "7号窗口·李窗口·0433-1234567" in read(desk.get(address(visit_of(world), "acceptance", "zh-hans")))


def test_the_notice_of_non_acceptance_gives_reason_way_and_rights(world: World, desk: Client) -> None:
    text = read(desk.get(address(refused(world), "non_acceptance", "both")))
    for words in (
        "法院、仲裁或公安已在处理", "법원, 중재 또는 공안에서 이미 처리중", WAY_OPEN, "请求本中心重新审查",
        "다시 제기할수 있습니다", "盖章", "도장",
    ):  # fmt: skip
        assert squeezed(words) in text, words
    assert text.count(squeezed(WAY_OPEN)) == 1, "what the clerk wrote stands once"


def test_the_notice_of_rights_holds_the_articles_and_lines_to_sign(world: World, desk: Client) -> None:
    text = read(desk.get(address(visit_of(world), "rights", "both")))
    for words in (
        "第二条、第七条", "第三条、第四条", "第二十三条", "第二十四条", "第十五条", "第三十一至三十三条",
        "第十七条、第二十六条", "接受调解、拒绝调解或者要求终止调解", "如实陈述纠纷事实", "제23조",
        "三十日内共同向人民法院申请司法确认", "사법확인을 신청", "申请人", "对方当事人", "调解员",
    ):  # fmt: skip
        assert squeezed(words) in text, words
    assert text.count("不同意调解") == 2, "each party answers for itself"


def test_what_was_typed_is_never_markup(world: World, desk: Client) -> None:
    title = '#panic() *x* $y$ @z \\ " <b>'
    case = CaseInput(kind="dispute", category=Category.objects.get(pk="neighbour"), division=world.village, title=title)
    visit = visit_of(world, case=case, petitioner=PersonInput(name="#let 金", name_hangul="", language="zh-hans"))
    for code in ACCEPTED:
        text = read(desk.get(address(visit, code, "both")))
        assert squeezed(title) in text
        assert "#let金" in text


def test_the_same_paper_printed_twice_is_the_same_file(world: World, desk: Client) -> None:
    visit = visit_of(world)
    assert desk.get(address(visit, "acceptance")).content == desk.get(address(visit, "acceptance")).content


def test_a_visit_by_somebody_unnamed_shows_the_applicant(world: World, desk: Client) -> None:
    visit = visit_of(world)
    Visit.objects.filter(pk=visit.pk).update(person=None)
    assert "金顺姬김순희" in read(desk.get(address(visit, "acceptance", "zh-hans")))


# --- who may print them


@pytest.mark.parametrize(
    ("name", "status"),
    [("clerk", 200), ("dispatcher", 200), ("tax", 403), ("mediator", 403), ("official", 403), ("administrator", 403)],
)
def test_clerks_and_dispatchers_print_papers(
    world: World, sign_in: Callable[..., Client], name: str, status: int
) -> None:
    assert sign_in(getattr(world, name)).get(address(visit_of(world), "receipt")).status_code == status


def test_another_centre_finds_nothing(world: World, sign_in: Callable[..., Client]) -> None:
    elsewhere = make_user("clerk_yanji", Role.CLERK, YANJI)
    assert sign_in(elsewhere).get(address(visit_of(world), "receipt")).status_code == 404


def test_an_accusation_is_printed_only_by_who_may_see_it(world: World, sign_in: Callable[..., Client]) -> None:
    chosen = Category.objects.get(pk="petition")
    case = CaseInput(
        kind="petition", category=chosen, division=world.village, title="检举", petition_class="accusation"
    )
    visit = visit_of(world, case=case)
    assert sign_in(world.clerk).get(address(visit, "acceptance")).status_code == 200
    colleague = make_user("clerk2", Role.CLERK, world.centre.pk)
    assert sign_in(colleague).get(address(visit, "acceptance")).status_code == 404


def test_whoever_is_not_signed_in_is_asked_to(world: World, client: Client) -> None:
    answer = client.get(address(visit_of(world), "receipt"))
    assert answer.status_code == 302
    assert "next=/desk/papers/" in answer.headers["Location"]


# --- the page around them


def test_the_receipt_page_offers_each_paper_in_each_language(world: World, desk: Client) -> None:
    visit = visit_of(world)
    page = desk.get(f"/desk/receipt/{visit.pk}/").content.decode()
    for code in ACCEPTED:
        for language in notices.LANGUAGES:
            assert f'href="{address(visit, code, language)}"' in page
    assert "non_acceptance.pdf" not in page


def test_a_paper_that_cannot_be_set_says_so_on_the_receipt_page(
    world: World, desk: Client, settings: Any, tmp_path: Path
) -> None:
    visit = visit_of(world)
    settings.BASE_DIR = tmp_path  # where no template is
    answer = desk.get(address(visit, "receipt"))
    assert answer.headers["Location"] == f"/desk/receipt/{visit.pk}/"
    assert "文书未能生成" in desk.get(answer.headers["Location"]).content.decode()


def test_every_paper_has_its_template() -> None:
    folder = Path(django_settings.BASE_DIR) / "intake" / "papers"
    assert {path.stem for path in folder.glob("*.typ")} == {*notices.PAPERS, "layout"}
