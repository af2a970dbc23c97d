"""The page of a mediator's weekly hours in both languages, and where hours are shown, exported and read again."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from python_calamine import CalamineWorkbook

from mediation.models import Mediator, Session
from mediation.services.clashes import free_slots
from mediation.services.hours import set_hours
from mediation.services.weeks import week_of
from tests.mediation.sessions import make_room, mediated
from tests.mediation.test_hours import EVERY_DAY, FIVE, NINE, NOON, TEN, TWO, daily, keep, moment, today, workday
from tests.mediation.test_register_imports import HEAD, ROW, as_csv, faults, take
from tests.world import World

SignIn = Callable[..., Client]
LANGUAGES = ("zh-hans", "ko")


def page_of(mediator: Mediator) -> str:
    return reverse("mediation:hours", args=[mediator.pk])


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_mediator_keeps_the_own_hours_and_the_entry_shows_them(world: World, sign_in: SignIn, language: str) -> None:
    client, own = sign_in(world.mediator, language), world.mediator.mediator
    home = client.get(reverse("mediation:home")).content.decode()
    assert f'href="{page_of(own)}"' in home
    page = client.get(page_of(own)).content.decode()
    assert {"zh-hans": "我的可调解时间", "ko": "나의 조정가능시간"}[language] in page
    assert "08:30–12:00, 13:00–17:30" in page
    data = {"d1_0_from": "09:00", "d1_0_to": "12:00", "d6_1_from": "13:00", "d6_1_to": "00:00"}
    for _number in range(2):
        assert client.post(page_of(own), data).status_code == 302
    assert week_of(own, today()) == {1: [(NINE, NOON)], 6: [(780, 1440)]}
    shown = client.get(reverse("mediation:mediator", args=[own.pk])).content.decode()
    assert "09:00–12:00" in shown
    assert "13:00–24:00" in shown
    again = client.get(page_of(own)).content.decode()
    assert 'value="09:00"' in again
    assert 'value="00:00"' in again


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_wrong_comes_back_beside_its_day_with_everything_typed(
    world: World, sign_in: SignIn, language: str
) -> None:
    client, own = sign_in(world.mediator, language), world.mediator.mediator
    data = {
        "d1_0_from": "09:00",
        "d2_0_from": "12:00", "d2_0_to": "09:00",
        "d3_0_from": "09:00", "d3_0_to": "12:00", "d3_1_from": "11:00", "d3_1_to": "13:00",
        "last": f"{today(-1)}",
    }  # fmt: skip
    answer = client.post(page_of(own), data)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"d1_0_to", "d2_0_from", "d3_0_from"}
    assert page.count('role="alert"') >= 3
    assert 'value="11:00"' in page
    right = {"d1_0_from": "09:00", "d1_0_to": "12:00", "last": f"{today(-1)}"}
    assert set(client.post(page_of(own), right).context["form"].errors) == {"last"}
    assert not own.hours.exists()


def test_one_tap_puts_the_first_hours_on_other_days_and_keeps_nothing_yet(world: World, sign_in: SignIn) -> None:
    client, own = sign_in(world.mediator), world.mediator.mediator
    data = {f"d{day}_{number}_{end}": "" for day in range(1, 8) for number in (0, 1) for end in ("from", "to")}
    data |= {"d2_0_from": "09:00", "d2_0_to": "12:00", "d7_0_from": "10:00", "d7_0_to": "11:00"}
    answer = client.post(page_of(own), {**data, "copy": "workdays"})
    assert answer.status_code == 200
    assert answer.context["form"].cleaned_data["week"] == {
        **{day: [(NINE, NOON)] for day in range(1, 6)},
        7: [(TEN, 660)],
    }
    answer = client.post(page_of(own), {**data, "copy": "all"})
    assert answer.context["form"].cleaned_data["week"] == {day: [(NINE, NOON)] for day in range(1, 8)}
    assert client.post(page_of(own), {"copy": "all"}).status_code == 200
    assert not own.hours.exists()


def test_hours_for_a_time_are_chosen_changed_and_given_up(world: World, sign_in: SignIn) -> None:
    client, own = sign_in(world.dispatcher), world.mediator.mediator
    keep(world, EVERY_DAY)
    first, last = today(10), today(20)
    data = {"d1_0_from": "10:00", "d1_0_to": "12:00", "first": f"{first}", "last": f"{last}"}
    new = client.get(f"{page_of(own)}?new=1")
    assert new.context["form"].initial == {}
    assert client.post(f"{page_of(own)}?new=1", data).status_code == 302
    assert week_of(own, first) == {1: [(TEN, NOON)]}
    assert week_of(own, last + dt.timedelta(days=1)) == EVERY_DAY
    there = client.get(f"{page_of(own)}?on={first}")
    assert f"{first}" in there.content.decode()
    kept = there.context["form"].initial
    assert (kept["first"], kept["last"]) == (first, last)
    assert client.post(f"{page_of(own)}?on={first}", {**data, "instead_of": f"{kept['instead_of']}", "last": ""})
    assert week_of(own, today(300)) == {1: [(TEN, NOON)]}
    assert client.get(f"{page_of(own)}?on=nonsense").status_code == 200
    assert client.get(f"{page_of(own)}?on=2026-02-31").status_code == 200


def test_others_read_the_hours_and_may_not_change_them(world: World, sign_in: SignIn) -> None:
    own = world.mediator.mediator
    keep(world, EVERY_DAY)
    assert sign_in(world.other_mediator).get(page_of(own)).status_code == 403
    assert sign_in(world.clerk).get(page_of(own)).status_code == 403
    client = sign_in(world.clerk)
    page = client.get(reverse("mediation:mediator", args=[own.pk])).content.decode()
    assert "09:00–12:00" in page
    assert page_of(own) not in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_keeper_writes_the_hours_on_the_form_of_the_entry(world: World, sign_in: SignIn, language: str) -> None:
    client, own = sign_in(world.dispatcher, language), world.mediator.mediator
    url = reverse("mediation:mediator_edit", args=[own.pk])
    keep(world, daily(NINE, NOON))
    form = client.get(url).context["form"]
    assert form.initial["hours"] == "1-7 09:00-12:00"
    data = {
        "committee": own.committee_id, "name": own.name, "position": "member", "employment": "part_time",
        "gender": own.gender, "capacity": "20", "is_active": "on", "languages": ["ko"],
    }  # fmt: skip
    refused = client.post(url, {**data, "hours": "周一 9点"})
    assert refused.status_code == 422
    assert set(refused.context["form"].errors) == {"hours"}
    assert "周一 9点" in refused.content.decode()
    assert client.post(url, {**data, "hours": "周一至周三 14:00-17:00"}).status_code == 302
    assert week_of(own, today()) == {day: [(TWO, FIVE)] for day in (1, 2, 3)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_calling_a_session_outside_the_hours_is_warned_of(world: World, sign_in: SignIn, language: str) -> None:
    case, day, client = mediated(world), workday(), sign_in(world.mediator, language)
    make_room()
    keep(world, {day.isoweekday(): [(NINE, NOON)]})
    call = reverse("mediation:session_call", args=[case.number])
    assert "09:00–12:00" in client.get(call).content.decode()
    start = f"{moment(day, 20 * 60):%Y-%m-%dT%H:%M}"
    typed = client.get(reverse("mediation:session_when", args=[case.number]), {"start": start, "minutes": "60"})
    assert str(world.mediator.mediator) in typed.content.decode()
    answer = client.post(call, {"start": start, "minutes": "60", "place": "村委会"}, follow=True)
    assert "09:00–12:00" in answer.content.decode()
    session = Session.objects.get(case=case)
    move = reverse("mediation:session_move", args=[session.pk])
    late = f"{moment(day, 21 * 60):%Y-%m-%dT%H:%M}"
    moved = client.post(move, {"start": late, "minutes": "60", "place": "村委会"}, follow=True)
    assert "09:00–12:00" in moved.content.decode()
    session.refresh_from_db()
    assert session.period.lower == moment(day, 21 * 60)


@pytest.mark.parametrize("language", LANGUAGES)
def test_where_no_time_suits_all_the_page_says_so(world: World, sign_in: SignIn, language: str) -> None:
    case, client = mediated(world), sign_in(world.mediator, language)
    make_room()
    assert free_slots(case, [world.mediator.mediator])
    keep(world, {1: [(NINE, NINE + 30)]})
    page = client.get(reverse("mediation:session_call", args=[case.number])).content.decode()
    assert {"zh-hans": "今后十天内", "ko": "앞으로 열흘동안"}[language] in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_list_brings_hours_and_the_export_reads_again(world: World, sign_in: SignIn, language: str) -> None:
    head = (*HEAD, "可调解时间")
    take(world, as_csv(head, (*ROW, "1-5 09:00-12:00; 6 13:00-17:00")))
    row = Mediator.objects.get(name="朴英子")
    expected = {**{day: [(NINE, NOON)] for day in range(1, 6)}, 6: [(780, FIVE)]}
    assert week_of(row, today()) == expected
    set_hours(mediator=row, by=world.dispatcher, week=expected, last=today(9), instead_of=today())
    answer = sign_in(world.dispatcher, language).get("/mediation/mediators/", {"export": "xlsx"})
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    table = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    cells = [cell for line in table for cell in line]
    assert "1-5 09:00-12:00; 6 13:00-17:00" in cells
    assert {"zh-hans": "办公时间", "ko": "사무시간"}[language] in cells
    take(world, content)
    assert week_of(row, today()) == expected
    assert {one.valid.upper for one in row.hours.all()} == {today(10)}, "the same hours are left as they are"
    take(world, as_csv(head, (*ROW, "")))
    assert week_of(row, today()) == expected, "an empty cell leaves what is noted"
    take(world, as_csv(head, (*ROW, "按办公时间")))
    assert not row.hours.exists()


def test_faults_of_hours_are_told_line_by_line_and_nothing_is_taken_over(world: World) -> None:
    head = (*HEAD, "每周可调解时间")
    other = (*ROW[:2], "金哲", *ROW[3:8], "吉002", ROW[9])
    rows = [(*ROW, "1 9点"), (*other[:3], "member", *other[4:], "1 12:00-09:00")]
    found = faults(world, *rows, head=head)
    assert found == [
        "2: “9点” is not understood. Write 1-5 09:00-12:00; 6 13:00-17:00, where 1 is Monday.",
        "3: The hours of a day end after they begin, at 24:00 at the latest: 1 12:00–09:00.",
    ]
