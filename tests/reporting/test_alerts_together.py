"""A street and its county that are warned of for one category are one line, and outreach is planned from there."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db.models import QuerySet
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role, User
from departments.models import Division
from intake.models import Campaign
from reporting.models import Alert
from reporting.services import acknowledge
from reporting.warning_selectors import alerts_of
from tests.cases.boarding import listed
from tests.reporting.test_briefing_warnings import make_alert
from tests.world import LIYUAN, LONGJING, VILLAGE, YANJI, World, make_user

SignIn = Callable[..., Client]


def wider(rows: QuerySet[Alert]) -> dict[int, list[str]]:
    return {row.pk: [one["place"] for one in row.wider] for row in rows}


def test_the_smallest_place_stands_for_those_that_hold_it(world: World) -> None:
    make_alert(LONGJING, tail=1e-9)
    make_alert(LIYUAN, tail=1e-5)
    village = make_alert(VILLAGE, tail=1e-3)
    elsewhere, other = make_alert(YANJI, tail=1e-4), make_alert(LONGJING, category_id="other", tail=1e-6)
    prefecture = make_user("prefecture", Role.OFFICIAL, "2224")
    assert wider(alerts_of(prefecture)) == {other.pk: [], elsewhere.pk: [], village.pk: ["梨园街道", "龙井市"]}
    street = make_user("street", Role.OFFICIAL, LIYUAN)
    assert wider(alerts_of(street)) == {village.pk: ["梨园街道"]}, "a county is not told of to its street"


def test_two_streets_stand_each_and_what_is_over_folds_nothing(world: World) -> None:
    Division.objects.create(
        code="222405006", parent_id=LONGJING, level="township", name_zh_hans="安民街道", name_ko="안민가두"
    )
    make_alert(LONGJING)
    first, second = make_alert(LIYUAN), make_alert("222405006")
    assert set(wider(alerts_of(world.dispatcher))) == {first.pk, second.pk}
    Alert.objects.exclude(division=LONGJING).update(closed_on=timezone.localdate())
    assert wider(alerts_of(world.dispatcher)) == {Alert.objects.get(division=LONGJING).pk: []}
    assert alerts_of(world.dispatcher, closed=True).count() == 2


@pytest.mark.parametrize(("language", "name"), [("zh-hans", "龙井市"), ("ko", "룡정시")])
def test_the_page_and_the_board_tell_of_the_county_beside_its_street(
    world: World, sign_in: SignIn, language: str, name: str
) -> None:
    county, street = make_alert(LONGJING), make_alert(LIYUAN)
    User.objects.filter(pk=world.dispatcher.pk).update(language=language)
    client = sign_in(world.dispatcher)
    client.cookies["django_language"] = language
    link = re.compile(rf'<a href="/dashboard/warnings/{county.pk}/">{name}</a>')
    text = client.get("/dashboard/warnings/").content.decode()
    assert re.findall(r'data-alert="(\d+)"', text) == [str(street.pk)]
    for page in ("/dashboard/warnings/", f"/dashboard/warnings/{street.pk}/", "/dispatch/"):
        assert len(link.findall(client.get(page).content.decode())) == 1, page
    assert listed(world.dispatcher)["warnings"] == [street]


def test_a_note_stands_for_the_county_too_unless_it_has_its_own(world: World) -> None:
    county, street = make_alert(LONGJING), make_alert(LIYUAN)
    other = make_alert(LONGJING, category_id="other")
    acknowledge(attention=street, by=world.dispatcher, note="本周入户")
    county.refresh_from_db()
    assert (county.note, county.acknowledged_by) == ("本周入户", world.dispatcher)
    assert listed(world.dispatcher)["warnings"] == [other]
    acknowledge(attention=county, by=world.dispatcher, note="全市部署")
    acknowledge(attention=street, by=world.dispatcher, note="第二轮入户")
    county.refresh_from_db()
    assert county.note == "全市部署"


def test_a_street_notes_nothing_for_its_county(world: World) -> None:
    county, street = make_alert(LONGJING), make_alert(LIYUAN)
    acknowledge(attention=street, by=make_user("street", Role.DISPATCHER, LIYUAN), note="本周入户")
    county.refresh_from_db()
    assert county.acknowledged_at is None
    assert listed(world.dispatcher)["warnings"] == [county], "nobody of the county has said anything"


@pytest.mark.parametrize(("place", "planned_for"), [(VILLAGE, LIYUAN), (LIYUAN, LIYUAN), (LONGJING, LONGJING)])
def test_outreach_is_planned_with_place_names_and_reason_and_can_be_kept(
    world: World, sign_in: SignIn, place: str, planned_for: str
) -> None:
    alert = make_alert(place)
    client = sign_in(world.dispatcher)
    text = client.get("/dashboard/warnings/").content.decode()
    found = re.search(rf'href="({reverse("intake:outreach_new")}\?[^"]+)"', text)
    assert found
    url = unescape(found[1])
    form = client.get(url).context["form"]
    opened = {name: form[name].value() for name in form.fields}
    assert opened["division"] == planned_for
    assert "neighbour 类" in opened["name_zh_hans"]
    assert alert.division.name_ko in opened["name_ko"]
    for word in (alert.division.name_zh_hans, "neighbour 类", "12", "3.1", alert.opened_on.isoformat()):
        assert word in opened["purpose"]
    until = timezone.localdate()
    kept = client.post(url, {**opened, "ends_on": until.isoformat(), "target": "division"})
    assert kept.status_code == 302
    campaign = Campaign.objects.get()
    assert (campaign.division_id, campaign.purpose) == (planned_for, opened["purpose"])
    assert campaign.name_zh_hans == opened["name_zh_hans"]
    assert parse_qs(urlsplit(url).query)["division"] == [planned_for]


def test_an_address_proposes_nothing_outside_the_scope_and_no_state(world: World, sign_in: SignIn) -> None:
    client = sign_in(world.dispatcher)
    url = f"{reverse('intake:outreach_new')}?division={YANJI}&purpose=x&state=running&ends_on=2020-01-01"
    page = client.get(url)
    assert "selected" not in re.findall(rf'<option value="{YANJI}"[^>]*>', page.content.decode())
    assert page.context["form"]["ends_on"].value() is None
    today = timezone.localdate().isoformat()
    sent = {
        "name_zh_hans": "排查", "division": YANJI, "starts_on": today, "ends_on": today, "purpose": "x",
        "submission_key": page.context["form"]["submission_key"].value(),
    }  # fmt: skip
    assert client.post(url, sent).status_code == 422
    assert not Campaign.objects.exists()
