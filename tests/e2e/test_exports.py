"""A list made by a real worker and fetched, and the ministry's form, in both languages, on a desk and on a phone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from accounts.models import User
from cases.models import Category
from cases.services import CaseInput, PartyInput, open_case
from departments.models import Centre, Division
from reporting.models import ExportEntry
from tests import processes
from tests.e2e.conftest import DESKTOP, PHONE, Person
from tests.reporting.exporting import many
from tests.world import LONGJING, make_person


@pytest.fixture
def worker(transactional_db: None, tmp_path: Path) -> Iterator[None]:
    with processes.worker(tmp_path / "worker.log"):
        yield


def long_list() -> None:
    """More cases than come at once."""
    clerk, centre = User.objects.get(username="clerk.longjing"), Centre.objects.get(pk=LONGJING)
    data = CaseInput(
        kind="dispute", category=Category.objects.get(pk="neighbour"), title="楼上漏水",
        division=Division.objects.filter(code__startswith=LONGJING, level="village").first(),
    )  # fmt: skip
    parties = [PartyInput(part="applicant", person=make_person()), PartyInput(part="respondent", organisation="某厂")]
    many(open_case(centre=centre, data=data, parties=parties, by=clerk), 2000)


@pytest.mark.parametrize(("language", "viewport"), [("zh-hans", DESKTOP), ("ko", PHONE)])
def test_a_long_list_is_asked_for_watched_and_fetched(
    visit: Callable[..., Person], worker: None, tmp_path: Path, language: str, viewport: dict[str, int]
) -> None:
    long_list()
    person = visit("dispatcher.longjing", language, viewport)
    person.open("/cases/?category=neighbour")
    person.page.locator("a[href^='/dashboard/exports/cases/xlsx/']").click()
    person.page.locator("input[name=query]").wait_for(state="attached")
    person.check()
    person.page.check("[name=opens]")
    person.page.locator("form[action='/dashboard/exports/'] button[type=submit]").click()
    person.page.locator("#id_reason.is-invalid, [id^=id_reason][aria-invalid=true]").first.wait_for()
    assert person.page.locator("[name=opens]").is_checked(), "everything typed comes back"
    person.page.fill("[name=reason]", "年度分析")
    person.page.locator("form[action='/dashboard/exports/'] button[type=submit]").click()
    person.page.locator("#exports [data-state=done]").wait_for(timeout=90_000)
    person.check()
    person.shoot(f"exports-{viewport['width']}")
    with person.page.expect_download() as download:
        person.page.locator("#exports a.btn-primary").click()
    download.value.save_as(tmp_path / "list.xlsx")
    entry = ExportEntry.objects.get(what="taken")
    assert (entry.rows, entry.filters, entry.opens) == (2001, {"category": ["neighbour"]}, True)


@pytest.mark.parametrize(("language", "viewport"), [("zh-hans", PHONE), ("ko", DESKTOP)])
def test_the_ministry_s_form_is_readable_and_leads_to_its_cases(
    visit: Callable[..., Person], language: str, viewport: dict[str, int]
) -> None:
    person = visit("official.longjing", language, viewport)
    for by in ("category", "place", "committee"):
        person.open(f"/dashboard/mediation-form/?by={by}")
        person.check()
    person.open("/dashboard/mediation-form/cases/?by=category&column=total")
    person.check()
    person.shoot(f"ministry-form-{viewport['width']}")
