"""A dispatcher pauses a limit, lets it go on and extends it, in both languages and on a phone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from accounts.models import User
from cases.models import Case, CaseParty, Category, Deadline
from cases.services import CaseInput, PartyInput, open_case
from departments.models import Centre, Division, LocalHoliday
from tests.e2e.conftest import DESKTOP, PHONE, Person
from tests.world import make_person


@pytest.fixture
def dispute(demo: None) -> Case:
    """A dispute in Liyuan community of Longjing, and a local holiday within its limit for signing."""
    LocalHoliday.objects.create(
        date=dt.date.today() + dt.timedelta(days=1), scope_id="2224", name_zh_hans="州庆", name_ko="주 창립 기념일",
        source="通知",
    )  # fmt: skip
    data = CaseInput(
        kind="dispute", category=Category.objects.get(pk="social_insurance"),
        division=Division.objects.get(pk="222405005004"), title="企业未缴社会保险费", narrative="",
        narrative_language="zh-hans",
    )  # fmt: skip
    return open_case(
        centre=Centre.objects.get(pk="222405"),
        data=data,
        parties=[PartyInput(part=CaseParty.Part.APPLICANT, person=make_person())],
        by=User.objects.get(username="clerk.longjing"),
        accept=True,
    )


@pytest.mark.parametrize(("language", "viewport"), [("zh-hans", DESKTOP), ("ko", PHONE), ("ko", DESKTOP)])
def test_a_limit_is_paused_goes_on_and_is_extended(
    visit: Callable[..., Person], dispute: Case, language: str, viewport: dict[str, int]
) -> None:
    limit = Deadline.objects.get(case=dispute, rule="handle_dispute")
    base, size = f"/cases/{dispute.number}/", viewport["width"]
    dispatcher = visit("dispatcher.longjing", language, viewport)
    page = dispatcher.page
    submit = "main form:has([name=csrfmiddlewaretoken]) button[type=submit]"

    def press(code: str) -> None:
        page.locator(f"a[href='{base}limits/{limit.pk}/{code}/']").click()

    dispatcher.open(base)
    press("pause")
    page.fill("[name=reason]", "等待鉴定机构出具意见")
    dispatcher.check()
    dispatcher.shoot(f"limit-pause-{size}")
    page.locator(submit).last.click()
    page.locator(f"a[href$='/limits/{limit.pk}/resume/']").wait_for()
    dispatcher.check()
    dispatcher.shoot(f"limit-paused-{size}")
    press("resume")
    page.locator(submit).last.click()
    press("extend")
    page.fill("[name=days]", "10")
    page.fill("[name=reason]", "双方同意再谈一次")
    page.locator(submit).last.click()
    assert page.input_value("[name=reason]") == "双方同意再谈一次", "without consent it comes back as typed"
    dispatcher.check()
    dispatcher.shoot(f"limit-extend-{size}")
    page.check("[name=confirmed]")
    page.locator(submit).last.click()
    page.locator("main").get_by_text("双方同意再谈一次").first.wait_for()
    dispatcher.check()
    dispatcher.shoot(f"limit-extended-{size}")
    limit.refresh_from_db()
    assert (limit.pauses.count(), limit.extensions.count(), limit.paused_at) == (1, 1, None)
