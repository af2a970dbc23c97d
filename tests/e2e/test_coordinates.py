"""Where a matter is on the map: on a phone the device tells it at a tap, by consent; otherwise two boxes in a fold."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import DESKTOP, PHONE
from tests.e2e.conftest import Person as Somebody

LONGJING = {"latitude": 42.76634, "longitude": 129.42706, "accuracy": 12}


@pytest.mark.parametrize("language", ["zh-hans", "ko"])
def test_a_phone_tells_where_it_is_at_a_tap(visit: Callable[..., Somebody], language: str) -> None:
    clerk = visit("clerk.longjing", language, PHONE)
    page = clerk.page
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation(LONGJING)  # type: ignore[arg-type]
    clerk.open("/desk/register/")
    expect(page.locator("[name=coordinates_longitude]")).to_have_value("")
    page.locator("[data-locate]").click()
    expect(page.locator("[name=coordinates_longitude]")).to_have_value("129.4271")
    expect(page.locator("[name=coordinates_latitude]")).to_have_value("42.7663")
    expect(page.locator("[data-locate-said]")).to_contain_text("12")
    clerk.check()


def test_without_consent_the_reason_is_told_and_the_boxes_are_there(visit: Callable[..., Somebody]) -> None:
    clerk = visit("clerk.longjing", "zh-hans", PHONE)
    page = clerk.page
    page.context.clear_permissions()
    clerk.open("/desk/register/")
    page.locator("[data-locate]").click()
    expect(page.locator("[data-locate-said]")).not_to_have_text("")
    expect(page.locator("[name=coordinates_longitude]")).to_be_visible()
    expect(page.locator("[name=coordinates_longitude]")).to_have_value("")
    expect(page.locator("[data-locate]")).to_be_enabled()


def test_a_window_offers_it_only_for_what_comes_in_away_from_it(visit: Callable[..., Somebody]) -> None:
    clerk = visit("clerk.longjing", "zh-hans", DESKTOP)
    page = clerk.page
    clerk.open("/desk/register/")
    expect(page.locator("[data-locate]")).to_be_hidden()
    page.locator("[name=channel][value=mobile_desk]").check()
    expect(page.locator("[data-locate]")).to_be_visible()
