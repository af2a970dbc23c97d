"""What joined the file later: letters, notices, prescriptions, the end without an agreement, and what a visit says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone, translation

from cases.models import Case, Part
from cases.services import end_unresolved
from cases.services.documents import content_of
from mediation import file_contents, file_facts
from mediation.file_contents import Item, PartContents
from mediation.models import FollowUp, FollowUpCode, MadePaper
from mediation.services import archiving, papers, wordings
from mediation.services.confirming import record_decision
from mediation.services.filing import Upload, add_papers
from mediation.services.follow_ups import Findings, record_follow_up
from mediation.services.notices import tell_party
from mediation.services.prescribing import prescribe
from mediation.services.signing import record_seal
from tests.mediation.files import closed, photo, text_of
from tests.mediation.sessions import at, call, mediated
from tests.mediation.signing import PDF, SITE, in_force, late, sign_all, written
from tests.mediation.test_confirming import ask
from tests.mediation.test_notices import move
from tests.mediation.test_obligations import agree, pay
from tests.mediation.test_performing import guided, urged
from tests.mediation.test_prescriptions import given, repeated
from tests.world import World

SignIn = Callable[..., Client]
LANGUAGES = ("zh-hans", "ko", "both")


def parts_of(case: Case) -> dict[str, PartContents]:
    case = Case.objects.select_related("category", "division", "centre", "lead").get(pk=case.pk)
    return {part.part: part for part in file_contents.contents(file_facts.read(case))}


def items(case: Case, part: str, kind: str) -> list[Item]:
    return [item for item in parts_of(case)[part].items if item.kind and item.kind.code == kind]


def made(case: Case, item: Item, world: World, language: str) -> str:
    facts = file_facts.read(case)
    found = papers.make_paper(facts=facts, item=item, by=world.mediator, language=language, site=SITE)
    return "".join(text_of(found))


def whole(case: Case, world: World, language: str = "zh-hans") -> str:
    """The text of the complete file as it stands."""
    case = Case.objects.select_related("category", "division", "centre", "lead").get(pk=case.pk)
    look = archiving.look_at_file(case=case, by=world.mediator, language=language, address=None, site=SITE)
    return "".join(text_of(look))


def in_force_now(world: World, agreement: Any) -> Any:
    record_seal(agreement=agreement, by=world.mediator, sealed_on=timezone.localdate(), site=SITE)
    agreement.refresh_from_db()
    return agreement


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh-hans", ("督促履行函", "司法确认申请书", "龙井市人民法院")),
        ("ko", ("리행독촉서", "사법확인신청서")),
        ("both", ("督促履行函", "리행독촉서", "司法确认申请书", "사법확인신청서")),
    ],
)
def test_letters_and_the_application_to_the_court_are_in_the_file(
    world: World, language: str, words: tuple[str, ...]
) -> None:
    agreement = late(world)
    case = agreement.case
    assert not parts_of(case)[Part.CONFIRMATION].papers
    urging = urged(world, agreement)
    guided(world, agreement)
    confirmation = ask(world, agreement)
    (letter,) = items(case, Part.PERFORMANCE, "urging")
    assert letter.title.endswith(str(urging.party))
    assert len(items(case, Part.PERFORMANCE, "court_guidance")) == 1
    (application,) = items(case, Part.CONFIRMATION, "confirmation")
    assert application.source == confirmation.pk
    assert parts_of(case)[Part.PERFORMANCE].need == parts_of(case)[Part.CONFIRMATION].need == "required"
    text = whole(case, world, language)
    for word in words:
        assert word in text


def test_each_application_to_the_court_is_a_paper_with_its_own_court(world: World) -> None:
    agreement = in_force(world)
    first = ask(world, agreement, court="延吉市人民法院")
    record_decision(confirmation=first, by=world.mediator, result="withdrawn", decided_on=first.asked_on)
    ask(world, agreement)
    texts = [
        made(agreement.case, item, world, "zh-hans") for item in items(agreement.case, "confirmation", "confirmation")
    ]
    assert ["延吉市人民法院" in text for text in texts] == [True, False]
    assert ["龙井市人民法院" in text for text in texts] == [False, True]


def test_the_paper_kept_in_force_stands_for_the_agreement(world: World, sign_in: SignIn) -> None:
    agreement = written(world)
    case, client = agreement.case, sign_in(world.mediator)
    address = f"/mediation/{case.number}/papers/made/agreement/{agreement.pk}/"
    draft = client.get(address, {"language": "ko"})
    assert draft.content[:5] == b"%PDF-"
    assert MadePaper.objects.get(kind="agreement").document is None
    add_papers(case=case, by=world.mediator, part=Part.AGREEMENT, uploads=[Upload("签字件.jpg", photo())])
    sign_all(world, agreement)
    assert items(case, Part.AGREEMENT, "agreement")[0].document is None
    agreement = in_force_now(world, agreement)
    (item,) = items(case, Part.AGREEMENT, "agreement")
    assert (item.document, item.is_settled) == (agreement.paper, True)
    assert len(parts_of(case)[Part.AGREEMENT].papers) == 2
    kept = client.get(address, {"language": "ko"}, follow=True)
    assert kept.content == content_of(agreement.paper)


def test_an_agreement_that_waits_for_signatures_is_made_for_the_file(world: World) -> None:
    agreement = written(world)
    assert "人民调解协议书" in whole(agreement.case, world)


def test_a_notice_on_paper_comes_into_the_file_with_its_receipt(world: World) -> None:
    case = mediated(world)
    session = call(case, world.mediator, start=at(9, days=3))
    party = case.parties.get(part="applicant")
    tell_party(session=session, by=world.mediator, party=party, channel="paper")
    (item,) = items(case, Part.MEDIATION, "session_notice")
    assert (item.in_file, item.title.endswith(str(party))) == (False, True)
    for language, title in zip(LANGUAGES, ("调解通知书", "조정통지서", "조정통지서"), strict=True):
        assert title in made(case, item, world, language)
    facts = file_facts.read(case)
    found = papers.remember(case, file_contents.find(facts, "session_notice", item.source), by=world.mediator)
    (receipt,) = add_papers(
        case=case, by=world.mediator, part=Part.MEDIATION, uploads=[Upload("回执.jpg", photo())], stands_for=found
    )
    (item,) = items(case, Part.MEDIATION, "session_notice")
    assert (item.document, item.in_file) == (receipt, True)
    move(session, world)
    assert not items(case, Part.MEDIATION, "session_notice")
    assert [one.document for one in parts_of(case)[Part.MEDIATION].papers] == [receipt]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_prescription_is_in_the_file(world: World, language: str) -> None:
    case = repeated(world)
    prescribe(**given(case, world.dispatcher))
    (item,) = items(case, Part.INVESTIGATION, "prescription")
    text = made(case, item, world, language)
    for word in {"zh-hans": ("责任",), "ko": ("책임",), "both": ("责任", "책임")}[language]:
        assert word in text
    assert "无力偿还" in whole(case, world, language)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh-hans", ("人民调解终止告知书", "仲裁", "行政复议", "引导诉讼", "对方不同意")),
        ("ko", ("인민조정종결고지서", "중재", "행정재의", "소송으로안내")),
        ("both", ("人民调解终止告知书", "인민조정종결고지서", "信访", "신소")),
    ],
)
def test_the_end_without_an_agreement_is_told_on_paper(world: World, language: str, words: tuple[str, ...]) -> None:
    case = mediated(world)
    assert not items(case, Part.MEDIATION, "ending")
    end_unresolved(case=case, by=world.mediator, outcome="to_court", note="对方不同意继续调解")
    case.refresh_from_db()
    assert not parts_of(case)[Part.MEDIATION].is_missing
    (item,) = items(case, Part.MEDIATION, "ending")
    text = made(case, item, world, language)
    for word in words:
        assert word in text
    assert words[0] in whole(case, world, language)


@pytest.mark.parametrize("language", ["zh-hans", "ko"])
def test_the_record_of_a_visit_says_all_that_was_found(world: World, language: str) -> None:
    agreement = in_force(world)
    case = agreement.case
    visit = FollowUp.objects.filter(case=case).order_by("due_on").first()
    assert visit is not None
    visit.assignee, visit.companion = world.other_mediator, world.mediator
    visit.save()
    sign = FollowUpCode.objects.filter(table="sign").first()
    help_ = FollowUpCode.objects.filter(table="help").first()
    assert sign
    assert help_
    spoken_to = case.parties.get(part="applicant")
    record_follow_up(
        follow_up=visit, by=world.other_mediator, outcome="performing", satisfaction="fairly", note="情绪激动",
        findings=Findings(
            channel="visit", spoken_to=spoken_to, signs=[sign.code], helps=[help_.code], next_step="keep"
        ),
    )  # fmt: skip
    (item,) = items(case, Part.FOLLOW_UP, "follow_up")
    text = made(case, item, world, language)
    visit.refresh_from_db()
    with translation.override(language):
        sign.refresh_from_db()
        help_.refresh_from_db()
        said = [
            str(spoken_to), sign.name, help_.name, visit.get_channel_display(), visit.get_next_step_display(),
            str(world.mediator), str(world.other_mediator), "情绪激动",
        ]  # fmt: skip
    for word in said:
        assert "".join(word.split()) in text


def test_the_newest_wording_is_taken_by_a_button(world: World, sign_in: SignIn) -> None:
    case, client = closed(world), sign_in(world.mediator)
    page, paper = f"/mediation/{case.number}/papers/", f"/mediation/{case.number}/papers/made/closing/0/"
    client.get(paper)
    button = f"{paper}renew/"
    assert button not in client.get(page).content.decode()
    old = wordings.in_force("closing")
    texts = {name: getattr(old, name) for name in wordings.FIELDS} | {"title_zh_hans": "结案报告书"}
    row = wordings.save_wording(kind="closing", by=world.administrator, texts=texts)
    wordings.put_in_force(template=row, by=world.administrator)
    assert button in client.get(page).content.decode()
    assert client.get(button).status_code == 405
    sign_in(world.other_mediator).post(button)
    assert MadePaper.objects.get(kind="closing").template == old
    client = sign_in(world.mediator)
    assert client.post(button).status_code == 302
    assert MadePaper.objects.get(kind="closing").template == row
    assert button not in client.get(page).content.decode()
    document = add_papers(
        case=case, by=world.mediator, part=Part.CLOSING, uploads=[Upload("x.jpg", photo())],
        stands_for=MadePaper.objects.get(kind="closing"),
    )[0]  # fmt: skip
    wordings.put_in_force(template=old, by=world.administrator)
    client.post(button)
    assert MadePaper.objects.get(kind="closing").template == row
    assert items(case, Part.CLOSING, "closing")[0].document == document


def test_archived_letters_are_kept(world: World) -> None:
    agreement = late(world)
    urged(world, agreement)
    case = agreement.case
    Case.objects.filter(pk=case.pk).update(state="closed", closed_at=case.resolved_at or case.registered_at)
    row = archiving.archive_file(
        case=case, by=world.mediator, language="both", retention="long", site=SITE, accept_missing=True
    )
    (item,) = items(case, Part.PERFORMANCE, "urging")
    assert item.document
    assert item.document.pk in row.documents
    assert content_of(item.document)[:5] == PDF[:5]


def test_what_the_terms_only_list_is_not_said_twice(world: World) -> None:
    case = mediated(world)
    agreement = agree(world, case, pay(case, what="返还押金"), form="oral")
    (item,) = items(case, Part.AGREEMENT, "oral_agreement")
    assert item.source == agreement.pk
    assert made(case, item, world, "zh-hans").count("返还押金") == 1
