"""Repeated incidents in the database: households, addresses, and what of them may be seen."""

from __future__ import annotations

import datetime as dt

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cases.models import FamilyLink
from reporting.models import Repeat
from reporting.services import acknowledge
from reporting.services.repeating import refresh
from reporting.warning_selectors import repeats_of
from tests.cases.boarding import listed
from tests.reporting.watching import cases_on, party_to
from tests.world import World, make_person

TODAY = timezone.localdate()
DAY = TODAY - dt.timedelta(days=1)


def days_ago(age: int) -> dt.date:
    return DAY - dt.timedelta(days=age)


def test_a_family_with_three_cases_in_a_year_is_a_household(world: World) -> None:
    wife, husband = make_person("朴英", "박영"), make_person("金虎", "김호")
    FamilyLink.objects.create(person=wife, relative=husband, relation="spouse", noted_by=world.clerk)
    for person, age in ((wife, 200), (husband, 150), (wife, 100)):
        party_to(cases_on(world, days_ago(age))[0], person)
    assert refresh(DAY) == 1
    row = Repeat.objects.get()
    assert (row.kind, set(row.people.all()), row.cases.count()) == ("household", {wife, husband}, 3)


def test_brothers_and_relatives_live_apart(world: World) -> None:
    one, other = make_person("朴英", ""), make_person("朴哲", "")
    FamilyLink.objects.create(person=one, relative=other, relation="sibling", noted_by=world.clerk)
    for person, age in ((one, 200), (other, 150), (one, 100)):
        party_to(cases_on(world, days_ago(age))[0], person)
    assert refresh(DAY) == 0


def test_files_of_one_person_are_one_and_refused_matters_do_not_count(world: World) -> None:
    kept, merged = make_person("朴英", ""), make_person("朴英", "")
    merged.merged_into = kept
    merged.save()
    party_to(cases_on(world, days_ago(5))[0], kept)
    party_to(cases_on(world, days_ago(50), state="not_accepted")[0], kept)
    assert refresh(DAY) == 0
    party_to(cases_on(world, days_ago(60))[0], merged, "respondent")
    assert refresh(DAY) == 1
    assert set(Repeat.objects.get().people.all()) == {kept}


def test_a_second_transfer_by_the_police_and_an_address_count(world: World) -> None:
    for age in (300, 200):
        party_to(cases_on(world, days_ago(age), channel="police")[0], make_person("崔", ""))
        cases_on(world, days_ago(age), channel="police", place_detail=f"梨园街 12号{' ' if age == 300 else '-'}3单元")
    assert refresh(DAY) == 1
    assert (Repeat.objects.get().kind, Repeat.objects.get().address) == ("address", "梨园街12号3单元")


def test_a_night_changes_nothing_and_a_new_case_asks_for_another_word(world: World) -> None:
    person = make_person("朴英", "")
    for age in (5, 50):
        party_to(cases_on(world, days_ago(age))[0], person)
    refresh(DAY)
    row = Repeat.objects.get()
    assert listed(world.dispatcher)["repeats"] == [row]
    acknowledge(attention=row, by=world.dispatcher, note="入户走访")
    assert listed(world.dispatcher)["repeats"] == []
    refresh(DAY)
    assert Repeat.objects.get().acknowledged_at is not None
    party_to(cases_on(world, days_ago(0))[0], person)
    refresh(DAY)
    assert listed(world.dispatcher)["repeats"] == [row]
    assert Repeat.objects.get().note == "入户走访"
    refresh(DAY + dt.timedelta(days=400))
    assert Repeat.objects.get().closed_on == DAY + dt.timedelta(days=400)


def test_restricted_cases_count_only_for_those_who_may_see_them(world: World, client: Client) -> None:
    person = make_person("朴英子", "")
    party_to(cases_on(world, days_ago(5))[0], person)
    party_to(cases_on(world, days_ago(6), is_restricted=True)[0], person)
    refresh(DAY)
    row = Repeat.objects.get()
    assert [one.year for one in repeats_of(world.dispatcher, TODAY)] == [2]
    assert list(repeats_of(world.official, TODAY)) == []
    client.force_login(world.official)
    assert f'data-repeat="{row.pk}"' not in client.get("/dashboard/warnings/repeats/").content.decode()
    party_to(cases_on(world, days_ago(7))[0], person)
    refresh(DAY)
    assert [one.year for one in repeats_of(world.official, TODAY)] == [2]
    text = client.get("/dashboard/warnings/repeats/").content.decode()
    assert "朴**" in text
    assert "朴英子" not in text
    client.force_login(world.dispatcher)
    assert "朴英子" in client.get("/dashboard/warnings/repeats/").content.decode()


def test_taking_note_on_its_page_and_by_dispatchers_alone(world: World, client: Client) -> None:
    person = make_person("朴英", "")
    for age in (5, 50):
        party_to(cases_on(world, days_ago(age))[0], person)
    refresh(DAY)
    page = f"/dashboard/warnings/repeats/{Repeat.objects.get().pk}/"
    client.force_login(world.official)
    assert client.get(page).status_code == 403
    client.force_login(world.dispatcher)
    assert client.get(page).status_code == 200
    assert client.post(page, {"note": ""}).status_code == 422
    assert client.post(page, {"note": "入户走访"}).status_code == 302
    assert Repeat.objects.get().acknowledged_by == world.dispatcher


def test_the_list_takes_the_same_number_of_queries_for_more_rows(world: World, client: Client) -> None:
    client.force_login(world.dispatcher)

    def queries() -> int:
        refresh(DAY)
        with CaptureQueriesContext(connection) as caught:
            assert client.get("/dashboard/warnings/repeats/").status_code == 200
        return len(caught)

    def more() -> None:
        person = make_person("朴英", "")
        for age in (5, 50):
            party_to(cases_on(world, days_ago(age))[0], person)

    more()
    queries()
    first = queries()
    more()
    more()
    assert queries() == first
