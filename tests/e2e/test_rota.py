"""A dispatcher plans the rota with a real worker, puts it in force; the desk checks a department in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from departments.models import RotaPlan, Shift, Window
from tests import processes
from tests.e2e.conftest import PHONE, Person


@pytest.fixture
def worker(transactional_db: None, tmp_path: Path) -> Iterator[None]:
    with processes.worker(tmp_path / "worker.log"):
        yield


@pytest.mark.parametrize("language", ["zh-hans", "ko"])
def test_a_rota_from_the_wish_to_the_window(visit: Callable[..., Person], worker: None, language: str) -> None:
    dispatcher = visit("dispatcher.longjing", language)
    page, today = dispatcher.page, timezone.localdate()
    dispatcher.open("/rota/")
    dispatcher.shoot("rota-01-wishes")
    dispatcher.check()
    page.locator("form.card [name=first]").fill(today.isoformat())
    page.locator("form.card [name=last]").fill(today.isoformat()[:8] + "28" if today.day < 20 else today.isoformat())
    page.locator("form.card button[type=submit]").first.click()
    page.wait_for_url(re.compile(r"/rota/plans/\d+/"))
    expect(page.locator("#rota-progress[data-state=proposed]")).to_be_attached(timeout=90_000)
    expect(page.locator("[data-figure=share]")).to_be_visible(timeout=30_000)
    dispatcher.shoot("rota-02-plan")
    dispatcher.check()
    page.locator("#put-in-force").click()
    page.locator("dialog[open] button[value], dialog[open] .btn-primary, .modal.show .btn-primary").last.click()
    expect(page.locator(".alert-success")).to_be_visible()
    assert RotaPlan.objects.get().state == "in_force"
    dispatcher.open("/rota/what-if/")
    dispatcher.shoot("rota-03-what-if")
    dispatcher.check()

    window = Window.objects.get(centre="222405", number=11)
    Shift.objects.filter(day=today, department="civil_affairs").delete()
    Shift.objects.filter(day=today, half="am", window=window).delete()
    Shift.objects.create(centre_id="222405", department_id="civil_affairs", window=window, day=today, half="am")
    clerk = visit("clerk.longjing", language, PHONE)
    clerk.open("/rota/calendar/?department=civil_affairs")
    clerk.shoot("rota-04-today-phone")
    clerk.check()
    clerk.page.locator("form[action$='/in/'] button").click()
    expect(clerk.page.locator("form[action$='/out/']").first).to_be_visible()
    dispatcher.open("/rota/calendar/?span=month")
    dispatcher.shoot("rota-05-month")
    dispatcher.check()
    dispatcher.open("/rota/calendar/?print=1")
    dispatcher.shoot("rota-06-paper")
    dispatcher.open("/dashboard/attendance/")
    dispatcher.shoot("rota-07-attendance")
    dispatcher.check()
