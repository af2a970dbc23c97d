"""An official reads the dashboard, opens a county on its map, and takes a chart and a table away."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader

from tests.e2e.conftest import DESKTOP, PHONE, Person
from tests.e2e.test_wall import dispute


@pytest.fixture
def disputes(demo: None) -> None:
    """Three disputes in Liyuan community of Longjing."""
    for number in range(3):
        dispute(number)


@pytest.mark.parametrize(("language", "viewport"), [("zh-hans", DESKTOP), ("ko", PHONE)])
def test_an_official_reads_the_dashboard(
    visit: Callable[..., Person], disputes: None, language: str, viewport: dict[str, int]
) -> None:
    official = visit("official.yanbian", language, viewport)
    page = official.page
    official.open("/dashboard/")
    page.locator("#map-chart canvas").wait_for()
    assert page.locator("[data-figure=accepted]").first.inner_text() == "3"
    page.locator(".dash-rate .definition summary").first.click()
    page.locator(".dash-rate .definition-text").first.wait_for()
    official.check()
    official.shoot(f"dashboard-{viewport['width']}")

    for kind, begin in (("svg", b"<svg"), ("png", b"\x89PNG")):
        with page.expect_download() as saved:
            page.locator(f"[data-picture={kind}][data-of=map-chart]").click()
        assert Path(saved.value.path()).read_bytes().startswith(begin)
    if viewport == PHONE:
        assert not page.locator("#ranking .dash-downloads a").first.is_visible()
        page.locator("#ranking > summary").click()
    with page.expect_download() as saved:
        page.locator("#ranking .dash-downloads a").first.click()
    assert saved.value.suggested_filename.endswith(".xlsx")

    page.locator("[data-place='222405'] a").first.click()
    page.wait_for_url("**division=222405**")
    assert page.locator("[data-figure=accepted]").first.inner_text() == "3"
    assert not page.locator("#map-chart").count()
    official.check()
    official.shoot(f"dashboard-county-{viewport['width']}")


@pytest.mark.parametrize("language", ["zh-hans", "ko"])
def test_a_phone_shows_the_key_figures_and_folds_the_rest(
    visit: Callable[..., Person], disputes: None, language: str
) -> None:
    official = visit("official.yanbian", language, PHONE)
    page = official.page
    official.open("/dashboard/")
    folds = page.locator("details[data-fold]")
    page.locator("details[data-fold]:not([open])").first.wait_for(state="attached")
    assert page.locator("details[data-fold][open]").count() == 2
    assert page.locator("[data-figure=overdue]").first.is_visible()
    for number in range(folds.count()):
        if folds.nth(number).get_attribute("open") is None:
            folds.nth(number).locator("> summary").click()
    official.check()
    page.locator("#ranking tr[data-key='222405'] td").nth(1).locator("a").click()
    page.wait_for_url("**/dashboard/cases/**")

    official.open("/dashboard/?order=open#ranking")
    page.locator("details[data-fold]:not([open])").first.wait_for(state="attached")
    assert page.locator("#ranking tr[data-key='222405']").is_visible(), "what the address names is open"


@pytest.mark.parametrize(("language", "viewport"), [("zh-hans", PHONE), ("ko", DESKTOP)])
def test_paper_shows_all_on_four_pages(
    visit: Callable[..., Person], disputes: None, language: str, viewport: dict[str, int]
) -> None:
    official = visit("official.yanbian", language, viewport)
    page = official.page
    official.open("/dashboard/")
    page.locator("#map-chart canvas").wait_for()
    titles = [" ".join(title.split()) for title in page.locator("details[data-fold] h2").all_text_contents()]
    assert len(titles) == 9
    closed = page.locator("details[data-fold]:not([open])").count()
    paper = PdfReader(BytesIO(page.pdf(format="A4", print_background=True)))
    assert len(paper.pages) <= 4
    # A PDF names some characters by the radicals that look the same.
    text = unicodedata.normalize("NFKC", "".join(sheet.extract_text() for sheet in paper.pages))
    for title in titles:
        assert "".join(title.split()) in "".join(text.split())
    assert page.locator("details[data-fold]:not([open])").count() == closed, "what was folded is folded again"
    official.check()
