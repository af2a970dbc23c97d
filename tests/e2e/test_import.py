"""An old register, taken over by hand: checked, corrected, taken over by a real worker; in both languages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from cases.models import Case
from intake.models import ImportJob
from tests import processes
from tests.e2e.conftest import PHONE, Person
from tests.intake.registers import OPEN, many, row, write_csv

WORDS = {"zh-hans": ("请填写此项。", "由旧台账导入"), "ko": ("이 항목을 적으십시오.", "이전 등록부에서 들여옴")}


@pytest.fixture
def worker(transactional_db: None, settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.MEDIA_ROOT = tmp_path / "media"
    with processes.worker(tmp_path / "worker.log"):
        yield


@pytest.mark.parametrize("language", ["zh-hans", "ko"])
def test_a_register_is_checked_and_taken_over(
    visit: Callable[..., Person], worker: None, tmp_path: Path, language: str
) -> None:
    category = "邻里纠纷" if language == "zh-hans" else "이웃분규"
    rows = [
        *many(60, category=category),
        row(source_id="LJ-100", category=category, lead="司法局", **OPEN),
        row(source_id="LJ-101", category="?", summary="", registered_on="2023-13-01", phone="call me"),
        row(source_id="LJ-102", category=category, place="光明村", outcome="诉讼"),
    ]
    register = write_csv(tmp_path / "龙井台账.csv", rows, encoding="gb18030", language=language[:2])

    dispatcher = visit("dispatcher.longjing", language)
    page = dispatcher.page
    dispatcher.open("/desk/import/")
    dispatcher.shoot("import-01-empty")
    dispatcher.check()
    page.locator("details summary").first.click()
    page.set_input_files("[name=file]", register)
    page.fill("[name=system]", "旧系统")
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url(re.compile(r"/desk/import/\d+/"))
    expect(page.locator("#import-progress[data-state=done]")).to_be_visible(timeout=60_000)
    expect(page.locator("[data-count=imported] .stat-value")).to_have_text("61")
    expect(page.locator("[data-count=failed] .stat-value")).to_have_text("2")
    expect(page.locator("td", has_text=WORDS[language][0])).to_be_visible()
    assert not Case.objects.exists()
    dispatcher.shoot("import-02-checked")
    dispatcher.check()
    with page.expect_download() as download:
        page.locator("a[href$='/faults/']").click()
    told = Path(download.value.path()).read_text(encoding="utf-8-sig")
    assert "LJ-101" in told
    assert WORDS[language][0] in told

    page.locator("form[action$='/now/'] button").click()
    page.wait_for_url(lambda url: not url.endswith(f"/{ImportJob.objects.order_by('pk').first().pk}/"))
    expect(page.locator("#import-progress[data-state=done]")).to_be_visible(timeout=60_000)
    assert Case.objects.count() == 61
    dispatcher.shoot("import-03-done")
    dispatcher.check()
    dispatcher.open(f"/cases/{Case.objects.get(origin__source_id='LJ-100').number}/")
    expect(page.get_by_text(WORDS[language][1]).first).to_be_visible()
    dispatcher.shoot("import-04-case")
    dispatcher.check()
    dispatcher.open("/notifications/")
    expect(page.locator("main").get_by_text("龙井台账.csv")).to_have_count(2)

    phone = visit("admin", language, PHONE)
    phone.open("/desk/import/")
    expect(phone.page.get_by_text("龙井台账.csv")).to_have_count(2)
    phone.shoot("import-05-list-phone")
    phone.check()
    phone.page.get_by_text("龙井台账.csv").last.click()
    phone.page.wait_for_url(re.compile(r"/desk/import/\d+/"))
    phone.shoot("import-06-checked-phone")
    phone.check()


def test_a_job_that_runs_shows_its_progress_and_can_be_stopped(
    visit: Callable[..., Person], worker: None, tmp_path: Path
) -> None:
    rows = many(15_000, category="邻里纠纷")
    register = write_csv(tmp_path / "r.csv", rows)
    dispatcher = visit("dispatcher.longjing", "ko")
    page = dispatcher.page
    dispatcher.open("/desk/import/")
    page.set_input_files("[name=file]", register)
    page.fill("[name=system]", "旧系统")
    page.check("[name=dry_run][value=no]", force=True)
    page.locator("main form button[type=submit]").first.click()
    expect(page.locator("#import-progress[data-state=running]")).to_be_visible(timeout=60_000)
    expect(page.locator("progress[value]")).to_be_visible(timeout=60_000)
    dispatcher.shoot("import-07-running")
    dispatcher.check()
    page.locator("#import-stop").click()
    expect(page.locator("#import-progress[data-state=cancelled]")).to_be_visible(timeout=60_000)
    taken = Case.objects.count()
    assert 0 < taken < 15_000
    dispatcher.shoot("import-08-stopped")
    dispatcher.check()
    expect(page.locator("[data-count=imported] .stat-value")).to_have_text(re.compile(rf"^{taken:,}$|^{taken}$"))
