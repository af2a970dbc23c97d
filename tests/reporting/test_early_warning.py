"""Early warning in the database: what is counted, what a night opens and closes, who is told, who sees and answers."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Notification, Role
from cases import board
from cases.models import Case, Category
from governance_center.errors import MissingInput, NotAllowed
from reporting.daily import daily_counts
from reporting.models import Alert, WatchRun
from reporting.services import acknowledge, judge, look, watch
from reporting.warning_selectors import cases_behind
from tests.cases.boarding import HTMX, listed
from tests.reporting.watching import cases_on, history
from tests.world import LIYUAN, LONGJING, VILLAGE, World, make_user

DAY = dt.date(2026, 6, 12)


@pytest.fixture
def wave(world: World) -> World:
    """A year of history, and eight cases more of a rare kind within the last six days."""
    history(world, DAY)
    for offset in range(4):
        cases_on(world, DAY - dt.timedelta(days=offset), 2, "social_insurance")
    return world


def opened(place: str = LIYUAN) -> Alert:
    return Alert.objects.select_related("division", "category").get(division=place)


def test_a_day_is_a_local_day_and_only_what_everybody_may_see_counts(world: World) -> None:
    cases_on(world, DAY, 2)
    cases_on(world, DAY, 1, "social_insurance", division_id=LIYUAN)
    late, _early = cases_on(world, DAY, 2)
    Case.objects.filter(pk=late.pk).update(registered_at=dt.datetime(2026, 6, 12, 16, 30, tzinfo=dt.UTC))
    cases_on(world, DAY, 1, is_restricted=True)
    cases_on(world, DAY, 1, "legal_advice", kind="consultation")
    cases_on(world, DAY, 1, state="not_accepted")
    cases_on(world, DAY, 1, state="closed", outcome="merged", merged_into=late)
    found = {(row.division, row.category): row.cases for row in daily_counts(DAY, DAY)}
    assert found == {(VILLAGE, "neighbour"): 3, (LIYUAN, "social_insurance"): 1}
    assert [row.cases for row in daily_counts(DAY + dt.timedelta(days=1), DAY + dt.timedelta(days=1))] == [1]
    assert list(daily_counts(DAY, DAY, "222401")) == []


def test_counting_takes_one_query(world: World) -> None:
    history(world, DAY, 60)
    with CaptureQueriesContext(connection) as caught:
        list(daily_counts(DAY - dt.timedelta(days=90), DAY))
    assert len(caught) == 1


def test_a_wave_is_opened_in_its_street_with_its_numbers_and_its_weeks(wave: World) -> None:
    assert look(day=DAY) >= 1
    alert = opened()
    assert (alert.category_id, alert.opened_on, alert.held_on) == ("social_insurance", DAY, DAY)
    assert alert.observed >= 8
    assert alert.ratio > 4
    assert alert.tail < 0.001
    assert len(alert.weeks) == 26
    assert alert.weeks[-1]["observed"] == 8
    assert not Alert.objects.filter(category="neighbour").exists()


def test_a_second_run_opens_nothing_and_tells_nobody_again(wave: World) -> None:
    look(day=DAY)
    keys, told = set(Alert.objects.values_list("pk", flat=True)), Notification.objects.count()
    assert (look(day=DAY), watch(today=DAY + dt.timedelta(days=1))) == (0, 0)
    assert (set(Alert.objects.values_list("pk", flat=True)), Notification.objects.count()) == (keys, told)
    assert WatchRun.objects.count() == 1


def test_an_earlier_day_changes_nothing(wave: World) -> None:
    look(day=DAY)
    before = list(Alert.objects.values())
    assert look(day=DAY - dt.timedelta(days=3)) == 0
    assert list(Alert.objects.values()) == before


def test_it_stays_while_it_holds_and_closes_a_week_after(wave: World) -> None:
    look(day=DAY)
    cases_on(wave, DAY + dt.timedelta(days=3), 3, "social_insurance")
    assert look(day=DAY + dt.timedelta(days=3)) == 0
    alert = opened()
    assert (alert.opened_on, alert.held_on, alert.observed) == (DAY, DAY + dt.timedelta(days=3), 11)
    Case.objects.filter(category="social_insurance", registered_at__date__gt=DAY - dt.timedelta(days=7)).update(
        state="not_accepted"
    )
    look(day=DAY + dt.timedelta(days=9))
    assert opened().closed_on is None
    look(day=DAY + dt.timedelta(days=10))
    assert opened().closed_on == DAY + dt.timedelta(days=10)


def test_only_the_dispatchers_of_the_county_are_told_in_their_language(wave: World) -> None:
    yanji = make_user("dispatcher.yanji", Role.DISPATCHER, "222401")
    korean = make_user("dispatcher.two", Role.DISPATCHER, LONGJING, language="ko")
    look(day=DAY)
    told = {row.recipient_id: row for row in Notification.objects.filter(kind__startswith="warning.")}
    assert set(told) == {wave.dispatcher.pk, korean.pk}
    assert yanji.pk not in told
    assert "social_insurance 类" in str(told[wave.dispatcher.pk].params)
    assert "social_insurance 류" in str(told[korean.pk].params)
    assert told[korean.pk].email_state == Notification.EmailState.PENDING


def test_officials_and_dispatchers_see_their_places_and_nobody_else_any(wave: World, client: Client) -> None:
    look(day=DAY)
    alert = opened()
    yanji = make_user("official.yanji", Role.OFFICIAL, "222401")
    for user, status in ((wave.official, 200), (wave.dispatcher, 200), (yanji, 404)):
        client.force_login(user)
        assert client.get(f"/dashboard/warnings/{alert.pk}/").status_code == status
        text = client.get("/dashboard/warnings/").content.decode()
        assert (f'data-alert="{alert.pk}"' in text) is (status == 200)
    for user in (wave.clerk, wave.tax, wave.mediator, wave.administrator):
        client.force_login(user)
        assert client.get("/dashboard/warnings/").status_code == 403
        assert not Alert.objects.visible_to(user).exists()


def test_the_cases_behind_it_are_exactly_those_counted(wave: World, client: Client) -> None:
    cases_on(wave, DAY, 3, "social_insurance", is_restricted=True)
    look(day=DAY)
    alert = opened()
    for user in (wave.official, wave.dispatcher):
        client.force_login(user)
        page = client.get(cases_behind(alert))
        assert page.context["page"].paginator.count == alert.observed


def test_the_list_takes_the_same_number_of_queries_for_more_warnings(wave: World, client: Client) -> None:
    client.force_login(wave.dispatcher)

    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert client.get("/dashboard/warnings/").status_code == 200
        return len(caught)

    look(day=DAY)
    queries()
    first = queries()
    for code in ("psychological", "other", "marriage_family"):
        Alert.objects.create(
            division_id=LIYUAN, category=Category.objects.get(pk=code), opened_on=DAY, held_on=DAY, window=7,
            observed=9, expected=1, tail=1e-5,
        )  # fmt: skip
    assert queries() == first


def test_a_dispatcher_takes_note_and_judges_afterwards(wave: World, client: Client) -> None:
    look(day=DAY)
    alert = opened()
    client.force_login(wave.dispatcher)
    page = f"/dashboard/warnings/{alert.pk}/"
    assert client.post(page, {"note": " "}).status_code == 422
    assert client.post(page, {"note": "本周入户摸排"}).status_code == 302
    assert client.post(f"{page}judge/", {"verdict": "perhaps"}).status_code == 422
    assert client.post(f"{page}judge/", {"verdict": "real", "note": "企业停产"}).status_code == 302
    alert.refresh_from_db()
    assert (alert.note, alert.acknowledged_by, alert.verdict) == ("本周入户摸排", wave.dispatcher, "real")
    assert "企业停产" in client.get(page).content.decode()


def test_nobody_else_takes_note_or_judges(wave: World, client: Client) -> None:
    look(day=DAY)
    alert, yanji = opened(), make_user("dispatcher.yanji", Role.DISPATCHER, "222401")
    for user in (wave.official, wave.clerk, yanji):
        with pytest.raises(NotAllowed):
            acknowledge(attention=alert, by=user, note="摸排")
        with pytest.raises(NotAllowed):
            judge(alert=alert, by=user, verdict="real")
    with pytest.raises(MissingInput):
        acknowledge(attention=alert, by=wave.dispatcher, note="  ")
    client.force_login(wave.official)
    assert client.post(f"/dashboard/warnings/{alert.pk}/", {"note": "摸排"}).status_code == 422
    assert client.post("/dashboard/warnings/look/").status_code == 403
    alert.refresh_from_db()
    assert alert.acknowledged_at is None


def test_it_stands_on_the_board_until_a_dispatcher_takes_note_there(wave: World, client: Client) -> None:
    client.force_login(wave.dispatcher)
    before = board.version(wave.dispatcher, timezone.now())
    look(day=DAY)
    assert board.version(wave.dispatcher, timezone.now()) != before
    alert = opened()
    assert alert in listed(wave.dispatcher)["warnings"]
    assert alert.division.name in client.get("/dispatch/").content.decode()
    deed = f"/dispatch/warnings/alert/{alert.pk}/note/"
    assert client.get(deed, **HTMX).status_code == 200
    field = next(name for name in client.get(deed, **HTMX).context["form"].fields)
    before = board.version(wave.dispatcher, timezone.now())
    assert client.post(deed, {field: "本周入户摸排"}, **HTMX).status_code == 200
    assert alert not in listed(wave.dispatcher)["warnings"]
    assert board.version(wave.dispatcher, timezone.now()) != before
    assert client.post(deed, {field: "第二次"}, **HTMX).status_code == 200
    assert opened().note == "本周入户摸排"


def test_looking_again_counts_what_was_registered_late(wave: World, client: Client) -> None:
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    client.force_login(wave.dispatcher)
    assert client.post("/dashboard/warnings/look/").status_code == 302
    assert WatchRun.objects.get().day == yesterday


@pytest.mark.parametrize("language", ["zh-hans", "ko"])
def test_the_pages_open_in_both_languages_and_when_nothing_stands_out(
    world: World, client: Client, language: str
) -> None:
    client.force_login(world.official)
    client.cookies["django_language"] = language
    for path in ("/dashboard/warnings/", "/dashboard/warnings/?show=closed", "/dashboard/warnings/repeats/"):
        assert client.get(path).status_code == 200
