"""An official reads the dashboard, opens a county on its map, and takes a chart and a table away."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from accounts.models import User
from cases.models import CaseParty, Category
from cases.services import CaseInput, PartyInput, open_case
from departments.models import Centre, Division
from tests.e2e.conftest import DESKTOP, PHONE, Person
from tests.world import make_person


@pytest.fixture
def disputes(demo: None) -> None:
    """Three disputes in Liyuan community of Longjing."""
    for number in range(3):
        data = CaseInput(
            kind="dispute", category=Category.objects.get(pk="neighbour"),
            division=Division.objects.get(pk="222405005004"), title=f"漏水 {number}", narrative="",
            narrative_language="zh-hans",
        )  # fmt: skip
        open_case(
            centre=Centre.objects.get(pk="222405"), data=data, accept=True,
            parties=[PartyInput(part=CaseParty.Part.APPLICANT, person=make_person(f"申请人{number}", ""))],
            by=User.objects.get(username="clerk.longjing"),
        )  # fmt: skip


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
    with page.expect_download() as saved:
        page.locator("#ranking .dash-downloads a").first.click()
    assert saved.value.suggested_filename.endswith(".xlsx")

    page.locator("[data-place='222405'] a").first.click()
    page.wait_for_url("**division=222405**")
    assert page.locator("[data-figure=accepted]").first.inner_text() == "3"
    assert not page.locator("#map-chart").count()
    official.check()
    official.shoot(f"dashboard-county-{viewport['width']}")
