"""Papers made of a case, their wording and its versions, and the pages of papers and file."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from cases.models import Case, CaseParty, Document, Part
from governance_center.errors import GovernanceError, NotAllowed
from mediation import file_contents, file_facts
from mediation.models import MadePaper, PaperTemplate
from mediation.paper_kinds import KINDS
from mediation.services import papers, wordings
from tests.mediation.files import closed, investigated, pdf, photo, scan, text_of
from tests.mediation.sessions import mediated
from tests.mediation.signing import SITE
from tests.world import World, make_person

SignIn = Callable[..., Client]


def texts(kind: str = "closing", **changes: str) -> dict[str, str]:
    row = wordings.in_force(kind)
    return {**{name: getattr(row, name) for name in wordings.FIELDS}, **changes}


def make(case: Case, kind: str, world: World, language: str = "zh-hans", source: int | None = None) -> list[str]:
    facts = file_facts.read(case)
    items = [item for part in file_contents.contents(facts) for item in part.items if item.kind]
    item = next(one for one in items if one.kind.code == kind and (source is None or one.source == source))
    return text_of(papers.make_paper(facts=facts, item=item, by=world.mediator, language=language, site=SITE))


@pytest.mark.parametrize("language", ["zh-hans", "ko", "both"])
@pytest.mark.parametrize("kind", [code for code, kind in KINDS.items() if kind.has_wording])
def test_every_wording_that_is_shipped_can_be_set(world: World, kind: str, language: str) -> None:
    made = "".join(text_of(wordings.preview(wordings.in_force(kind), language=language)))
    assert "{" not in made
    row = wordings.in_force(kind)
    for spoken in ("zh-hans", "ko") if language == "both" else (language,):
        assert "".join(row.words("title", spoken).split()) in made


def test_a_paper_says_what_the_case_holds(world: World) -> None:
    case = closed(world)
    (page,) = make(case, "acceptance", world)
    for party in case.parties.all():
        assert "".join(str(party).split()) in page
    assert case.number in page
    record = "".join(make(case, "mediation", world))
    assert "三个月工资未付" in record
    assert "쌍방의의견을확인하였다" in record
    assert "已履行" in "".join(make(case, "follow_up", world))


def test_a_paper_keeps_the_wording_it_was_first_made_with(world: World) -> None:
    case = closed(world)
    assert "可以立卷归档" in "".join(make(case, "closing", world))
    row = wordings.save_wording(
        kind="closing", by=world.administrator, texts=texts(closing_zh_hans="新的结语。", closing_ko="새 결속어.")
    )
    wordings.put_in_force(template=row, by=world.administrator)
    assert "新的结语" not in "".join(make(case, "closing", world))
    assert MadePaper.objects.get(kind="closing").template.version == 1
    facts = file_facts.read(case)
    papers.renew_wording(facts=facts, item=file_contents.find(facts, "closing", 0), by=world.mediator)
    assert "新的结语" in "".join(make(case, "closing", world))


def test_versions_are_kept_and_an_older_one_is_the_way_back(world: World) -> None:
    first = wordings.in_force("closing")
    row = wordings.save_wording(kind="closing", by=world.administrator, texts=texts(title_zh_hans="结案报告书"))
    assert (row.version, row.is_in_force) == (2, False)
    assert wordings.save_wording(kind="closing", by=world.administrator, texts=texts(title_zh_hans="结案报告书")) == row
    wordings.put_in_force(template=row, by=world.administrator)
    assert wordings.in_force("closing") == row
    wordings.put_in_force(template=first, by=world.administrator)
    assert wordings.in_force("closing") == first
    assert PaperTemplate.objects.filter(kind="closing").count() == 2


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"title_ko": " "}, "title_ko", "missing_input"),
        ({"body_zh_hans": "{nobody}参加。"}, "body_zh_hans", "wrong_placeholder"),
        ({"body_zh_hans": "{title.__class__}"}, "body_zh_hans", "wrong_placeholder"),
        ({"body_zh_hans": "{attorney}参加。"}, "body_zh_hans", "wrong_placeholder"),
        ({"body_ko": "{title"}, "body_ko", "loose_brace"),
        ({"closing_ko": "하나\n둘"}, "closing_ko", "uneven_languages"),
        ({"closing_zh_hans": "# 甲", "closing_ko": "갑"}, "closing_ko", "uneven_languages"),
    ],
)
def test_a_wording_that_cannot_be_set_is_refused(world: World, changes: dict[str, str], field: str, code: str) -> None:
    with pytest.raises(GovernanceError) as caught:
        wordings.save_wording(kind="closing", by=world.administrator, texts=texts(**changes))
    assert (caught.value.field, caught.value.code) == (field, code)
    assert str(caught.value)


def test_only_an_administrator_changes_the_wording(world: World) -> None:
    for user in (world.mediator, world.dispatcher, world.official):
        with pytest.raises(NotAllowed):
            wordings.save_wording(kind="closing", by=user, texts=texts())


def test_new_shipped_words_leave_an_administrators_own_in_force(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    wordings.load()
    assert wordings.load() == {"wordings": 0}
    own = wordings.save_wording(kind="closing", by=world.administrator, texts=texts(title_zh_hans="自定结案报告"))
    wordings.put_in_force(template=own, by=world.administrator)
    newer = {kind: {**rows, "title_ko": rows["title_ko"] + " 2"} for kind, rows in wordings.shipped().items()}
    monkeypatch.setattr(wordings, "shipped", lambda: newer)
    assert wordings.load() == {"wordings": len(newer)}
    assert wordings.in_force("closing") == own
    assert wordings.in_force("rights").title_ko.endswith(" 2")


def test_the_page_shows_what_is_there_and_what_is_missing(
    world: World, sign_in: SignIn, django_assert_max_num_queries: Callable[..., object]
) -> None:
    case = closed(world)
    investigated(case, world)
    client = sign_in(world.mediator)
    with django_assert_max_num_queries(40):
        page = client.get(f"/mediation/{case.number}/papers/").content.decode()
    for words in ("缺", "当事人身份材料", "人民调解调查记录", "口头协议", "回访"):
        assert words in page
    assert f"/mediation/{case.number}/papers/" in client.get(f"/cases/{case.number}/").content.decode()


def test_scans_are_sent_and_opened_in_the_browser(world: World, sign_in: SignIn) -> None:
    case = mediated(world)
    client = sign_in(world.mediator)
    address = f"/mediation/{case.number}/papers/"
    files = [SimpleUploadedFile("正面.jpg", photo()), SimpleUploadedFile("合同.pdf", pdf())]
    assert client.post(address, {"part": "identity", "title": "", "file": files}).status_code == 302
    assert list(case.documents.values_list("title", flat=True)) == ["正面", "合同"]
    picture, paper = case.documents.all()
    answer = client.get(f"{address}kept/{picture.pk}/")
    assert (answer.content, answer.headers["Content-Type"]) == (photo(), "image/jpeg")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert client.get(f"{address}kept/{paper.pk}/").headers["Content-Type"] == "application/pdf"
    sent = {"part": "evidence", "title": "借条", "file": [SimpleUploadedFile("a.pdf", pdf(password="x"))]}
    page = client.post(address, sent)
    assert page.status_code == 422
    assert "密码" in page.content.decode()
    assert "借条" in page.content.decode()
    assert client.post(address, {"part": "evidence"}).status_code == 422


def test_a_signed_copy_takes_the_place_of_the_paper(world: World, sign_in: SignIn) -> None:
    case = closed(world)
    client = sign_in(world.mediator)
    page = client.get(f"/mediation/{case.number}/papers/made/rights/0/signed/")
    assert page.status_code == 200
    sent = {"photo": SimpleUploadedFile("x.jpg", photo())}
    assert client.post(f"/mediation/{case.number}/papers/made/rights/0/signed/", sent).status_code == 302
    parts = {part.part: part for part in file_contents.contents(file_facts.read(case))}
    (item,) = parts[Part.RIGHTS].papers
    assert item.document == Document.objects.get()
    assert item.kind is not None


def test_forms_come_back_with_everything_typed(world: World, sign_in: SignIn) -> None:
    case = mediated(world)
    client = sign_in(world.mediator, "ko")
    typed = {"asked": "최이웃", "text": "문: 언제부터?", "minutes": "0"}
    page = client.post(f"/mediation/{case.number}/papers/investigation/", typed)
    assert page.status_code == 422
    assert "최이웃" in page.content.decode()
    sent = {
        "principal": case.parties.first().pk, "attorney": "李律师", "relation": "lawyer", "scope": "special",
        "given_on": timezone.localdate().isoformat(),
    }  # fmt: skip
    page = client.post(f"/mediation/{case.number}/papers/power/", sent)
    assert page.status_code == 422
    assert "李律师" in page.content.decode()
    assert client.post(f"/mediation/{case.number}/papers/power/", {**sent, "powers": "和解"}).status_code == 302
    assert case.powers_of_attorney.get().powers == "和解"


def test_others_do_not_open_papers(world: World, sign_in: SignIn) -> None:
    case = mediated(world)
    document = scan(case, world)
    address = f"/mediation/{case.number}/papers/"
    for user, status in ((world.other_mediator, 404), (world.official, 403), (world.administrator, 403)):
        client = sign_in(user)
        for path in ("", f"kept/{document.pk}/", "made/rights/0/", "investigation/"):
            assert client.get(address + path).status_code == status
    hr = sign_in(world.hr)
    assert hr.get(address).status_code == 200
    assert hr.get(f"{address}kept/{document.pk}/").status_code == 403
    assert hr.get(f"/mediation/{case.number}/file/").status_code == 403


def test_the_file_page_archives_and_opens(world: World, sign_in: SignIn) -> None:
    case = closed(world)
    client = sign_in(world.mediator)
    address = f"/mediation/{case.number}/file/"
    assert "缺" in client.get(address).content.decode()
    sent = {"language": "both", "retention": "long"}
    page = client.post(address, sent)
    assert page.status_code == 422
    assert client.post(address, {**sent, "accept_missing": "on"}).status_code == 302
    row = case.files.get()
    assert row.sm3 in client.get(address).content.decode()
    assert client.get(f"{address}{row.pk}/").content[:5] == b"%PDF-"
    assert client.get(f"{address}look/?language=ko").content[:5] == b"%PDF-"
    assert client.get(f"{address}look/?language=en").status_code == 404


def test_a_represented_party_makes_the_power_of_attorney_required(world: World) -> None:
    case = mediated(world)
    CaseParty.objects.create(case=case, person=make_person("代理人", ""), part="representative")
    gaps = {part.part for part in file_contents.missing(file_contents.contents(file_facts.read(case)))}
    assert gaps == {Part.IDENTITY, Part.POWER_OF_ATTORNEY}
