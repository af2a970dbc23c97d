"""Every paper on its pages: nothing left to fill, Chinese first, one page where one is enough, no signatures alone."""

from __future__ import annotations

import io
import uuid
from decimal import Decimal

import pytest
from django.utils import timezone
from docx import Document
from pypdf import PdfReader

from cases.models import Case, CaseParty
from cases.services import end_unresolved
from mediation import agreement_paper, file_contents, file_facts, letters, word_forms
from mediation.file_contents import Item
from mediation.models import Agreement, FollowUp, Obligation
from mediation.paper_kinds import KINDS
from mediation.services import archiving, papers, reach_agreement, record_performance
from mediation.services.filing import record_power
from mediation.services.follow_ups import record_follow_up
from mediation.services.notices import tell_party
from mediation.services.performing import overdue
from mediation.services.prescribing import Step, prescribe
from mediation.services.signing import record_seal
from tests.mediation.files import held, investigated, text_of
from tests.mediation.sessions import at, call, mediated, tell_rights
from tests.mediation.signing import SITE, days_ago, sign_all, sign_paper
from tests.mediation.test_confirming import ask
from tests.mediation.test_obligations import agree, pay
from tests.mediation.test_performing import guided, urged
from tests.world import World, make_person

LANGUAGES = ("zh-hans", "ko", "both")
PAGE_WORDS = {"zh-hans": ("第1页共",), "ko": ("제1페지총",), "both": ("第1页共", "페지총")}
LONG_NAME, LONG_HANGUL = "欧阳阿不都热合曼买买提艾力伊敏江尼亚孜", "남궁독고제갈선우황보사공서문동방어금망절"
COMPANY = "延边朝鲜族自治州龙井市长白山民族特色食品进出口贸易有限责任公司龙井第二分公司"


def of_hard_names(case: Case) -> Case:
    """Names of the greatest length, and three parties more."""
    first, second = case.parties.order_by("pk")
    first.person.name, first.person.name_hangul = LONG_NAME, LONG_HANGUL
    first.person.save()
    CaseParty.objects.filter(pk=second.pk).update(organisation=COMPANY)
    for name, part in (("", "applicant"), ("崔龙国", "respondent"), ("朴香兰", "third")):
        CaseParty.objects.create(case=case, person=make_person(name, "박금순"), part=part)
    return case


def late(world: World, case: Case) -> Agreement:
    """As of twenty days ago, signed and sealed; the payment was due five days ago."""
    agreement = agree(world, case, pay(case, amount=Decimal("9876543210.98")))
    begun = days_ago(20)
    Agreement.objects.filter(pk=agreement.pk).update(reached_on=begun, perform_by=days_ago(5))
    Obligation.objects.filter(agreement=agreement).update(due_on=days_ago(5))
    agreement.refresh_from_db()
    sign_paper(world, agreement, signed_on=begun)
    record_seal(agreement=agreement, by=world.mediator, sealed_on=begun, site=SITE)
    return Agreement.objects.select_related("case", "paper").get(pk=agreement.pk)


def whole_life(world: World) -> Case:
    """A case with every paper that one with a written agreement can have."""
    case = of_hard_names(mediated(world))
    session = call(case, world.mediator, start=at(9, days=9))
    tell_party(session=session, by=world.mediator, party=case.parties.order_by("pk")[0], channel="paper")
    held(case, world)
    investigated(case, world)
    record_power(
        case=case, by=world.clerk, principal=case.parties.order_by("pk")[0], attorney="李律师", relation="lawyer",
        scope="special", powers="和解", given_on=timezone.localdate(), submission_key=uuid.uuid4(),
    )  # fmt: skip
    agreement = late(world, case)
    urged(world, agreement)
    guided(world, agreement)
    ask(world, agreement)
    Case.objects.filter(pk=case.pk).update(reopened_count=1)
    steps = [
        Step("responsibility", case.parties.get(organisation=COMPANY), "按期付款", days_ago(-10)),
        Step("remedy", world.mediator.mediator.committee, "每月走访一次", days_ago(-30)),
    ]
    prescribe(
        case=Case.objects.get(pk=case.pk), by=world.dispatcher, causes=["debt"], diagnosis="收入中断，无力偿还",
        steps=steps, submission_key=uuid.uuid4(),
    )  # fmt: skip
    record_performance(
        due=agreement.obligations.get(), by=world.mediator, performed_on=timezone.localdate(), proof="银行回单" * 20
    )
    visited(world, case, note="情绪激动，要求见村干部。" * 40)
    Case.objects.filter(pk=case.pk).update(state="closed", closed_at=timezone.now())
    return case


def visited(world: World, case: Case, note: str) -> None:
    visit = FollowUp.objects.filter(case=case).order_by("due_on").first()
    assert visit is not None
    record_follow_up(follow_up=visit, by=world.other_mediator, outcome="performing", satisfaction="fairly", note=note)


def items_of(case: Case) -> list[Item]:
    case = Case.objects.select_related("category", "division", "centre", "lead").get(pk=case.pk)
    parts = file_contents.contents(file_facts.read(case))
    return [item for part in parts for item in part.items if item.kind]


def pages_of(case: Case, world: World, item: Item, language: str) -> list[str]:
    facts = file_facts.read(Case.objects.select_related("category", "division", "centre", "lead").get(pk=case.pk))
    made = papers.remember(facts.case, item, by=world.mediator)
    return text_of(papers.set_paper(facts, item, made, language, SITE))


def paper(case: Case, world: World, kind: str, language: str) -> list[str]:
    item = next(one for one in items_of(case) if one.kind and one.kind.code == kind)
    return pages_of(case, world, item, language)


def oral(world: World) -> Case:
    case = mediated(world)
    reach_agreement(case=case, by=world.mediator, form="oral", terms="企业于月底前一次付清。")
    return case


def unresolved(world: World) -> Case:
    case = mediated(world)
    end_unresolved(case=case, by=world.mediator, outcome="to_court", note="对方不同意继续调解，双方对数额分歧较大。")
    return case


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_paper_is_filled_and_numbered(world: World, language: str) -> None:
    seen = set()
    for case in (whole_life(world), oral(world), unresolved(world)):
        for item in items_of(case):
            assert item.kind
            kind = item.kind.code
            seen.add(kind)
            pages = pages_of(case, world, item, language)
            whole = "".join(pages)
            for left_over in ("{", "}", "%(", "None", "Pageof", "Page1"):
                assert left_over not in whole, (kind, left_over)
            if kind != "session_notice":
                assert all(words in whole for words in PAGE_WORDS[language]), kind
            if language == "both" and (row := papers.remember(case, item, by=world.mediator).template):
                chinese, korean = ("".join(row.words("title", spoken).split()) for spoken in ("zh-hans", "ko"))
                assert whole.index(chinese) < whole.index(korean), kind
            assert len(pages) <= 2 * (2 if language == "both" else 1), kind
    assert seen == set(KINDS)


@pytest.mark.parametrize("language", ["zh-hans", "both"])
def test_long_names_and_texts_leave_every_column_its_room(world: World, language: str) -> None:
    case = whole_life(world)
    for kind in ("application", "acceptance", "rights", "performance", "mediation"):
        assert len(paper(case, world, kind, language)) <= 2, kind
    facts = file_facts.read(Case.objects.select_related("category", "division", "centre").get(pk=case.pk))
    item = next(one for one in items_of(case) if one.kind and one.kind.code == "rights")
    made = papers.set_paper(facts, item, papers.remember(case, item, by=world.mediator), language, SITE)
    said = PdfReader(io.BytesIO(made)).pages[0].extract_text()
    assert facts.notices[0].told_on.isoformat() in said
    assert str(world.mediator) in said, "not one letter below the other"


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_fits_on_one_page_in_a_smaller_type_is_one_page(world: World, language: str) -> None:
    case = mediated(world)
    tell_rights(case, world.mediator)
    assert len(paper(case, world, "rights", language)) == (2 if language == "both" else 1)
    assert len(paper(unresolved(world), world, "ending", language)) == 1
    agreement = agree(world, case, pay(case))
    sign_all(world, agreement)
    record_seal(agreement=agreement, by=world.mediator, sealed_on=timezone.localdate(), site=SITE)
    made = agreement_paper.make(agreement, language=language, site=SITE)
    assert len(text_of(made)) == 1


@pytest.mark.parametrize("language", ["ko", "both"])
def test_lines_to_sign_on_never_stand_alone(world: World, language: str) -> None:
    case = whole_life(world)
    row = next(one for one in items_of(case) if one.kind and one.kind.code == "performance")
    closing = {"zh-hans": "以上履行情况已经人民调解委员会核实", "ko": "우의리행정황은인민조정위원회에서확인하였다"}
    said = closing["ko" if language == "ko" else "zh-hans"]
    assert said in pages_of(case, world, row, language)[-1]
    visit = next(one for one in items_of(case) if one.kind and one.kind.code == "follow_up")
    last = pages_of(case, world, visit, language)[-1]
    assert ("우의추적방문정황은사실이다" if language == "ko" else "以上回访情况属实") in last
    assert "情绪激动" in last


def test_each_party_has_a_line_to_sign_on(world: World) -> None:
    case = of_hard_names(mediated(world))
    (*_front, last) = paper(case, world, "rights", "zh-hans")
    for party in case.parties.all():
        assert "".join(f"{party.get_part_display()} {party}".split()) in last.replace("（签名）", "")


def test_a_letter_printed_again_says_what_was_owed_then(world: World) -> None:
    case = mediated(world)
    agreement = late(world, case)
    urging = urged(world, agreement)
    before = text_of(letters.urging(urging, language="zh-hans"))
    guidance = guided(world, agreement)
    first = text_of(letters.guidance(guidance, language="both"))
    urged(world, agreement, how="phone")
    record_performance(
        due=agreement.obligations.get(), by=world.mediator, performed_on=timezone.localdate(), proof="银行回单"
    )
    assert overdue(agreement, timezone.localdate()) == []
    assert "￥9,876,543,210.98" in before[0]
    assert text_of(letters.urging(urging, language="zh-hans")) == before
    assert text_of(letters.guidance(guidance, language="both")) == first


def test_the_application_asks_each_for_what_the_court_wants(world: World) -> None:
    agreement = late(world, mediated(world))
    (page,) = text_of(letters.application(agreement, language="zh-hans"))
    assert (page.count("送达地址："), page.count("电话：")) == (2, 2)
    assert (page.count("身份证号码："), page.count("统一社会信用代码：")) == (1, 1)


def test_the_whole_file_has_a_title_a_language_and_true_marks(world: World) -> None:
    case = whole_life(world)
    made = archiving.look_at_file(case=case, by=world.mediator, language="zh-hans", address=None, site=SITE)
    reader = PdfReader(io.BytesIO(made))
    assert reader.metadata
    assert case.number in str(reader.metadata.title)
    assert str(reader.root_object["/Lang"]).startswith("zh")
    pages = text_of(made)
    marks = [(mark.title, reader.get_destination_page_number(mark) + 1) for mark in reader.outline]
    for title, place in marks:
        assert "".join(title.split()) + str(place) in pages[1], "the index and the mark name one page"
    assert [place for _title, place in marks] == sorted({place for _title, place in marks})
    assert len(marks) == len([item for item in items_of(case) if item.in_file])


@pytest.mark.parametrize("kind", [code for code, kind in KINDS.items() if kind.has_docx])
def test_a_word_form_counts_its_pages_and_keeps_the_signatures_together(kind: str) -> None:
    form = Document(io.BytesIO(word_forms.shipped(kind)))
    foot = form.sections[0].footer._element.xml
    assert 'w:instr="PAGE"' in foot
    assert 'w:instr="NUMPAGES"' in foot
    (lines,) = [one for one in form.paragraphs if "{{ sign }}" in one.text]
    assert lines.paragraph_format.keep_with_next
