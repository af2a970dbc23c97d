"""An official finds a briefing in the archive, by keyboard on a desk and on a phone, and reads it with its charts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from accounts.models import User
from cases.models import Category
from cases.services import CaseInput, PartyInput, open_case
from departments.models import Centre, Division
from reporting.briefing import issuing, spans
from tests.e2e.conftest import DESKTOP, PHONE, Person
from tests.world import LONGJING, make_person


def archive() -> None:
    """Three briefings of Longjing, one of them of the week of today, drafted when it is over."""
    clerk, centre = User.objects.get(username="clerk.longjing"), Centre.objects.get(pk=LONGJING)
    village = Division.objects.filter(code__startswith=LONGJING, level="village").order_by("code").first()
    data = CaseInput(
        kind="dispute", category=Category.objects.get(pk="neighbour"), title="楼上漏水", division=village
    )  # fmt: skip
    parties = [PartyInput(part="applicant", person=make_person()), PartyInput(part="respondent", organisation="某厂")]
    case = open_case(centre=centre, data=data, parties=parties, by=clerk)
    by = User.objects.get(username="official.longjing")
    later = case.registered_at + dt.timedelta(days=8)
    week = spans.span("weekly", case.registered_at.date())
    for kind, period, at in (
        ("weekly", week, later), ("monthly", spans.month_of(dt.date(2025, 3, 1)), None),
        ("yearly", spans.span("yearly", dt.date(2024, 1, 1)), None),
    ):  # fmt: skip
        issuing.draft(scope=by.division, kind=kind, period=period, by=by, at=at)


@pytest.mark.parametrize(("language", "viewport"), [("zh-hans", DESKTOP), ("ko", PHONE)])
def test_a_briefing_is_found_and_read(visit: Callable[..., Person], language: str, viewport: dict[str, int]) -> None:
    archive()
    person = visit("official.longjing", language, viewport)
    page = person.page
    person.open("/dashboard/briefings/")
    expect(page.locator("main tbody tr")).to_have_count(3)
    person.check()
    # By keyboard alone: the kind is chosen by a key, the year too, and Enter on the button shows them.
    page.locator("form[role=search] [name=kind]").focus()
    person.press("ArrowDown", "Tab", "Tab")
    expect(page.locator("form[role=search] [name=year]")).to_be_focused()
    person.press("Tab")
    expect(page.locator("form[role=search] button[type=submit]")).to_be_focused()
    person.press("Enter")
    page.wait_for_url("**kind=weekly**")
    expect(page.locator("main tbody tr")).to_have_count(1)
    expect(page.locator("form[role=search] [name=kind]")).to_have_value("weekly")
    person.check()
    person.shoot(f"briefings-{viewport['width']}")
    page.locator("main tbody a").focus()
    person.press("Enter")
    page.wait_for_url("**/dashboard/briefings/*/")
    for code in ("headline", "channels", "categories", "places"):
        expect(page.locator(f"#chart-{code} canvas")).to_be_visible()
    person.check()
    person.shoot(f"briefing-{viewport['width']}")
