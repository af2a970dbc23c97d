"""A street whistles for three departments, one does not come: escalation, supervision, answer, closure."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from cases.models import SupervisionOrder, Whistle
from cases.services import supervision, whistles
from tests.e2e.conftest import PHONE, Person

TEXTS = {
    "zh-hans": ("梨园社区楼道堆放杂物", "请三部门到现场联合清理。", "张主任", "本周内清理完毕。", "已派人到场清理。"),
    "ko": ("리원사회구역 복도의 잡동사니",
           "세 부문이 현장에 와서 함께 치워주십시오.", "장주임", "이번주안으로 치웁니다.",
           "사람을 파견하여 치웠습니다."),
}  # fmt: skip
CALLED = ("tax", "human_resources", "justice")


@pytest.mark.parametrize("language", ["zh-hans", "ko"])
def test_a_street_whistles_and_a_department_that_does_not_come_is_supervised(
    visit: Callable[..., Person], language: str
) -> None:
    street = visit("liyuan.street", language)
    whistle = _blow(street, language)
    for username in ("tax.longjing", "hr.longjing"):
        _report(visit(username, language, PHONE), whistle, language)

    later = whistle.calls.get(department="justice").report_by + dt.timedelta(minutes=1)
    for _again in range(2):
        whistles.sweep_whistles(now=later)
        supervision.sweep_supervision(now=later)
    order = SupervisionOrder.objects.get()
    assert (order.department_id, order.level) == ("justice", 1)

    _told(visit("official.longjing", language), whistle)
    _raise_level(visit("dispatcher.longjing", language), whistle)
    _answer(visit("justice.longjing", language, PHONE), language)
    _close(street, whistle)
    assert SupervisionOrder.objects.filter(answered_at__isnull=True).count() == 0


def _blow(street: Person, language: str) -> Whistle:
    page, (title, text, *_rest) = street.page, TEXTS[language]
    street.open("/whistles/")
    street.check()
    page.locator("a[href='/whistles/new/']").first.click()
    page.fill("[name=text]", text)
    page.locator("main form button[type=submit]").first.click()
    expect(page.locator("[name=title][aria-invalid=true]")).to_be_visible()
    assert page.input_value("[name=text]") == text
    page.fill("[name=title]", title)
    for code in CALLED:
        page.check(f"[name=departments][value={code}]", force=True)
    street.shoot("60-whistle-form")
    street.check()
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url(re.compile(r"/whistles/\d+/"))
    expect(page.locator("[data-department]")).to_have_count(3)
    street.shoot("61-whistle-raised")
    street.check()
    return Whistle.objects.get()


def _report(officer: Person, whistle: Whistle, language: str) -> None:
    page, (_title, _text, whom, measures, _done) = officer.page, TEXTS[language]
    officer.open("/whistles/")
    page.locator(f"a[href='/whistles/{whistle.pk}/']").click()
    page.locator("form[action$='/sign/'] button").click()
    page.locator("form[action$='/contact/'] button").click()
    page.fill("[name=spoke_with]", whom)
    page.fill("[name=measures]", measures)
    page.locator("form[action$='/report/'] button").click()
    expect(page.locator("[name=done_by][aria-invalid=true]")).to_be_visible()
    assert page.input_value("[name=measures]") == measures
    page.fill("[name=done_by]", (timezone.localdate() + dt.timedelta(days=5)).isoformat())
    officer.shoot("62-whistle-report-phone")
    officer.check()
    page.locator("form[action$='/report/'] button").click()
    expect(page.get_by_text(measures).first).to_be_visible()


def _told(leader: Person, whistle: Whistle) -> None:
    leader.open("/notifications/")
    expect(leader.page.locator("main").get_by_text(whistle.title)).to_have_count(1)
    leader.open(f"/whistles/{whistle.pk}/")
    expect(leader.page.locator(".ti-stairs-up")).to_be_visible()
    leader.check()


def _raise_level(dispatcher: Person, whistle: Whistle) -> None:
    page = dispatcher.page
    dispatcher.open(f"/whistles/{whistle.pk}/")
    page.locator(f"a[href='/supervision/whistle/{whistle.pk}/new/']").click()
    page.select_option("[name=department]", "justice")
    page.check("[name=level][value='1']", force=True)
    page.check("[name=reason][value=not_accepted]", force=True)
    page.fill("[name=text]", "限期报到。기한내에 출동하십시오.")
    page.locator("main form button[type=submit]").first.click()
    expect(page.locator("[name=level]").first).to_be_visible()
    page.check("[name=level][value='2']", force=True)
    dispatcher.shoot("63-supervision-form")
    dispatcher.check()
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url(re.compile(r"/supervision/\d+/"))
    dispatcher.check()
    page.locator("a[href$='/paper/']").click()
    expect(page.locator("article[lang]")).to_have_count(2)
    dispatcher.shoot("64-supervision-paper")
    dispatcher.open("/supervision/")
    expect(page.locator("main [data-level='2']")).to_have_count(1)
    dispatcher.shoot("65-supervision-month")
    dispatcher.check()


def _answer(officer: Person, language: str) -> None:
    page, order = officer.page, SupervisionOrder.objects.get(level=2)
    officer.open(f"/supervision/{order.pk}/")
    page.fill("[name=measure]", TEXTS[language][4])
    officer.shoot("66-supervision-answer-phone")
    officer.check()
    page.locator("button[name=answer]").click()
    expect(page.locator("[data-answer]")).to_be_visible()


def _close(street: Person, whistle: Whistle) -> None:
    page = street.page
    street.open(f"/whistles/{whistle.pk}/")
    card = page.locator("[data-department=tax]")
    card.locator("[name=rating][value=good]").check(force=True)
    card.locator("form[action$='/rate/'] button").click()
    page.locator("form[action$='/close/'] button").click()
    expect(page.locator("form[action$='/close/'] [aria-invalid=true]")).to_be_visible()
    page.fill("[name=note]", "司法局已按督办处理。사법국은 독촉처리를 받았다.")
    street.shoot("67-whistle-close")
    street.check()
    page.locator("form[action$='/close/'] button").click()
    expect(page.locator("[data-whistle=closed]")).to_be_visible()
    street.shoot("68-whistle-closed")
