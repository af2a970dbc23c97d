"""A mediator puts papers into the file and an administrator changes what a paper says, in a real browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from mediation.models import InvestigationRecord, Mediator, PaperTemplate
from tests.e2e.conftest import DESKTOP, PHONE, Person
from tests.e2e.test_sessions import mediated
from tests.mediation.files import pdf, photo

Visit = Callable[..., Person]


@pytest.mark.parametrize(("language", "size"), [("zh-hans", "desktop"), ("ko", "phone")])
def test_scans_and_a_record_come_into_the_file(visit: Visit, language: str, size: str) -> None:
    mediator = Mediator.objects.get(user__username="mediator.longjing")
    assert mediator.user
    case = mediated(mediator.user)
    person = visit("mediator.longjing", language, PHONE if size == "phone" else DESKTOP)
    page = person.page
    person.open(f"/mediation/{case.number}/papers/?part=identity")
    person.check()
    page.locator("#add [name=file]").set_input_files(
        [
            {"name": "身份证.jpg", "mimeType": "image/jpeg", "buffer": photo()},
            {"name": "户口簿.pdf", "mimeType": "application/pdf", "buffer": pdf(2)},
        ]
    )
    page.locator("#add button[type=submit]").click()
    expect(page.locator("#part-identity a[target=_blank]")).to_have_count(2)
    person.shoot(f"papers-{size}")
    person.check()
    person.open(f"/mediation/{case.number}/papers/investigation/")
    for name, value in (
        ("asked", "崔美子"),
        ("asked_who", "邻居"),
        ("place", "梨园社区"),
        ("text", "问：何时？\n答：冬天。"),
    ):
        page.fill(f"[name={name}]", value)
    page.fill("[name=asked_at]", "2026-01-05T09:00")
    person.check()
    page.locator("main form button[type=submit]").click()
    page.wait_for_url(f"**/mediation/{case.number}/papers/")
    record = InvestigationRecord.objects.get(case=case)
    made = page.request.get(
        f"{person.url}/mediation/{case.number}/papers/made/investigation/{record.pk}/?language=both"
    )
    assert made.body()[:5] == b"%PDF-"
    person.open(f"/mediation/{case.number}/file/")
    person.shoot(f"file-{size}")
    person.check()
    look = page.request.get(f"{person.url}/mediation/{case.number}/file/look/?language={language}")
    assert look.body()[:5] == b"%PDF-"


def test_a_wording_is_looked_at_before_it_is_used(visit: Visit) -> None:
    person = visit("admin", "zh-hans", DESKTOP)
    page = person.page
    person.open("/mediation/wordings/")
    person.check()
    person.open("/mediation/wordings/paper/closing/")
    page.fill("[name=title_zh_hans]", "结案报告书")
    page.locator("form[data-draft] button[type=submit]").click()
    expect(page.locator("a[href='?version=2']")).to_be_visible()
    person.shoot("wording")
    person.check()
    made = page.request.get(f"{person.url}/mediation/wordings/paper/closing/2/?language=both")
    assert made.body()[:5] == b"%PDF-"
    page.locator("form[action$='/2/publish/'] button").click()
    expect(page.locator("form[action$='/1/publish/'] button")).to_be_visible()
    assert PaperTemplate.objects.get(kind="closing", is_in_force=True).version == 2
