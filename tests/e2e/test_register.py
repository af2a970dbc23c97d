"""A dispatcher enters a mediator, looks at a list and takes it over; the mediator notes an absence. Both languages."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.utils import timezone

from mediation.models import Mediator, MediatorAbsence
from tests.e2e.conftest import DESKTOP, PHONE, Person
from tests.world import LIYUAN

LIST = f"行政区划代码,所属调委会,姓名,语种\r\n{LIYUAN},梨园街道人民调解委员会,林海燕,汉语\r\n"


@pytest.mark.parametrize(("language", "viewport"), [("zh-hans", DESKTOP), ("ko", PHONE)])
def test_the_register_is_kept_on_screen(
    visit: Callable[..., Person], tmp_path: Path, language: str, viewport: dict[str, int]
) -> None:
    size = viewport["width"]
    dispatcher = visit("dispatcher.longjing", language, viewport)
    committee = Mediator.objects.get(user__username="mediator.longjing").committee_id
    for path, name in (
        ("committees/", "committees"), (f"committees/{committee}/", "committee"), ("mediators/", "mediators"),
        (f"committees/{committee}/edit/", "committee-form"), ("register-imports/", "imports"),
    ):  # fmt: skip
        dispatcher.open(f"/mediation/{path}")
        dispatcher.check()
        dispatcher.shoot(f"register-{name}-{size}")
    _enter(dispatcher, committee)
    _send_list(dispatcher, tmp_path)
    assert Mediator.objects.filter(committee=committee).count() == 4
    _note_absence(visit("mediator.longjing", language, viewport), size)


def _enter(dispatcher: Person, committee: int) -> None:
    dispatcher.open(f"/mediation/mediators/new/?committee={committee}")
    page = dispatcher.page
    page.fill("[name=name]", "朴英子")
    page.locator("[name=languages][value=ko]").check()
    page.select_option("[name=position]", "chair")
    dispatcher.check()
    page.locator("main form .card-footer button[type=submit]").click()
    page.wait_for_url("**/mediation/mediators/*/")
    assert Mediator.objects.get(name="朴英子").position == "chair"


def _send_list(dispatcher: Person, folder: Path) -> None:
    (folder / "list.csv").write_text(LIST, encoding="utf-8")
    dispatcher.open("/mediation/register-imports/")
    page = dispatcher.page
    page.set_input_files("[name=file]", folder / "list.csv")
    page.locator("main form .card-footer button[type=submit]").click()
    page.wait_for_url("**/register-imports/*/")
    dispatcher.check()
    assert not Mediator.objects.filter(name="林海燕").exists()
    page.locator("form[action$='take-over/'] button").click()
    page.wait_for_selector(".alert-success")
    assert Mediator.objects.filter(name="林海燕").exists()


def _note_absence(mediator: Person, size: int) -> None:
    row = Mediator.objects.get(user__username="mediator.longjing")
    mediator.open(f"/mediation/mediators/{row.pk}/")
    mediator.page.select_option("[name=reason]", "illness")
    mediator.page.locator("form[action$='absence/'] button[type=submit]").click()
    mediator.page.wait_for_selector("form[action*='absences/'] button")
    mediator.check()
    mediator.shoot(f"register-mediator-{size}")
    absence = MediatorAbsence.objects.get()
    assert (absence.reason, absence.first, absence.last) == ("illness", timezone.localdate(), None)
