"""The settings of reminders: which hold where, what may not be set, and the history of every change."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from accounts.digests import hand_over
from accounts.models import Notification, OutgoingMessage, ReminderSettings, ReminderSettingsVersion, User
from accounts.notifications import notify
from accounts.outgoing import _claim, is_quiet, queue
from accounts.reminder_rules import installed, load
from accounts.reminder_settings import on_loading
from governance_center.calendar import LOCAL_ZONE
from tests.world import LIYUAN, LONGJING, YANJI, World

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]
LIST = "admin:accounts_remindersettings_changelist"
CHANGE = "admin:accounts_remindersettings_change"
ADD = "admin:accounts_remindersettings_add"


@pytest.fixture(autouse=True)
def as_installed(settings: Any) -> None:
    settings.QUIET_FROM, settings.QUIET_UNTIL, settings.DIGEST_HOUR = 21, 7, 8


def at(hour: int) -> dt.datetime:
    return dt.datetime(2026, 6, 1, hour, 5, tzinfo=LOCAL_ZONE)


def prefecture(**fields: Any) -> ReminderSettings:
    return ReminderSettings.objects.create(centre=None, **fields)


def typed(**fields: Any) -> dict[str, Any]:
    """The form of the screen: what is not named stays empty."""
    empty = {name: "unknown" if name in ReminderSettings.SWITCHES else "" for name in ReminderSettings.FIELDS}
    return {**empty, "centre": "", **fields}


def test_without_a_row_everything_holds_as_installed() -> None:
    assert load().of(LONGJING) == installed()
    assert [is_quiet(at(hour)) for hour in (20, 21, 6, 7)] == [False, True, True, False]


def test_a_centre_overrides_the_prefecture_and_everything_below_follows_it(world: World) -> None:
    prefecture(visit_overdue_days=5, digest_hour=9)
    ReminderSettings.objects.create(centre=world.centre, visit_overdue_days=2)
    ReminderSettings.objects.create(centre_id=LIYUAN, digest_hour=10)
    found = [(load().of(place).visit_overdue_days, load().of(place).digest_hour) for place in (YANJI, LONGJING, LIYUAN)]
    assert found == [(5, 9), (2, 9), (2, 10)]
    assert load().of(f"{LIYUAN}004") == load().of(LIYUAN)


def test_the_prefecture_has_one_row_and_it_is_there_from_the_first_day() -> None:
    counts: dict[str, int] = {}
    on_loading(counts=counts)
    on_loading(counts=counts)
    assert ReminderSettings.objects.count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        prefecture()


def test_quiet_hours_and_the_morning_are_those_of_the_place(world: World) -> None:
    ReminderSettings.objects.create(centre=world.centre, quiet_from=18, quiet_until=10, digest_hour=11)
    for place in (LONGJING, YANJI):
        queue(key=place, channel="sms", address="13800138000", language="ko", text="-", not_before=at(8), place=place)
    tried = dict(OutgoingMessage.objects.values_list("key", "next_try_at"))
    assert tried == {LONGJING: at(10).replace(minute=0), YANJI: at(8)}
    OutgoingMessage.objects.update(next_try_at=at(7))
    rows = [_claim(at(9), load()) for _each in range(2)]
    assert [row and row.key for row in rows] == [YANJI, None]
    User.objects.filter(pk=world.hr.pk).update(division=YANJI)
    notify([world.hr, world.tax], "case.reopened", key="k", params={"number": "1", "title": "t"})
    assert [hand_over(now=at(hour)) for hour in (7, 9, 10, 12, 13)] == [0, 1, 0, 1, 0]
    assert Notification.objects.filter(email_state="queued").count() == 2


def test_an_hour_that_is_set_earlier_or_later_sends_no_second_email_of_the_day(world: World) -> None:
    row = prefecture(digest_hour=10)
    notify([world.tax], "case.reopened", key="k", params={"number": "1", "title": "t"})
    assert hand_over(now=at(9)) == 0
    ReminderSettings.objects.filter(pk=row.pk).update(digest_hour=8)
    assert hand_over(now=at(9)) == 1
    notify([world.tax], "case.reopened", key="k2", params={"number": "2", "title": "t"})
    ReminderSettings.objects.filter(pk=row.pk).update(digest_hour=11)
    assert hand_over(now=at(12)) == 0


def test_the_administrator_changes_them_and_every_change_is_kept(world: World, sign_in: SignIn) -> None:
    row, client = prefecture(), sign_in(world.administrator)
    address = reverse(CHANGE, args=[row.pk])
    for data in (
        typed(visit_overdue_days="5", session_sms="false"),
        typed(visit_overdue_days="6", session_sms="false"),
    ):
        assert client.post(address, data).status_code == 302
    assert client.post(address, typed(visit_overdue_days="6", session_sms="false")).status_code == 302
    versions = list(ReminderSettingsVersion.objects.values_list("by", "scope", "content"))
    assert versions == [
        (world.administrator.pk, "", {"visit_overdue_days": 6, "session_sms": False}),
        (world.administrator.pk, "", {"visit_overdue_days": 5, "session_sms": False}),
    ], "the same saved again is no change"
    page = client.get(address).content.decode()
    assert "5 → 6" in page
    assert "— → 5" in page
    assert client.get(reverse(LIST)).status_code == 200
    assert "5 → 6" in client.get(reverse("admin:accounts_remindersettingsversion_changelist")).content.decode()


def test_a_centre_that_goes_by_the_prefecture_again_keeps_its_history(world: World, sign_in: SignIn) -> None:
    client, main = sign_in(world.administrator), prefecture()
    assert client.post(reverse(ADD), typed(centre=LONGJING, digest_hour="9")).status_code == 302
    row = ReminderSettings.objects.get(centre=LONGJING)
    address = reverse("admin:accounts_remindersettings_delete", args=[row.pk])
    assert client.post(address, {"post": "yes"}).status_code == 302
    assert load().of(LONGJING).digest_hour == 8
    assert [version.content for version in ReminderSettingsVersion.objects.filter(scope=LONGJING)] == [
        {}, {"digest_hour": 9},
    ]  # fmt: skip
    assert (
        client.post(reverse("admin:accounts_remindersettings_delete", args=[main.pk]), {"post": "yes"}).status_code
        == 403
    )


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"visit_overdue_days": "61"}, "visit_overdue_days"),
        ({"visit_days_before": "-1"}, "visit_days_before"),
        ({"performance_overdue_days": "0"}, "performance_overdue_days"),
        ({"digest_hour": "24"}, "digest_hour"),
        ({"quiet_from": "6", "quiet_until": "5"}, "quiet_until"),
        ({"quiet_from": "8", "quiet_until": "1"}, "quiet_until"),
        ({"digest_hour": "22"}, "digest_hour"),
        ({"session_hour": "6"}, "session_hour"),
        ({"quiet_until": "10"}, "digest_hour"),
    ],
)
def test_what_would_keep_reminders_from_going_out_is_refused(
    world: World, sign_in: SignIn, fields: dict[str, str], field: str
) -> None:
    row = prefecture()
    answer = sign_in(world.administrator).post(reverse(CHANGE, args=[row.pk]), typed(**fields))
    assert list(answer.context["adminform"].form.errors) == [field]
    row.refresh_from_db()
    assert ReminderSettingsVersion.objects.count() == 0
    assert getattr(row, field) is None


def test_a_change_for_the_prefecture_may_not_spoil_what_a_centre_set(world: World, sign_in: SignIn) -> None:
    row = prefecture()
    ReminderSettings.objects.create(centre=world.centre, digest_hour=7)
    answer = sign_in(world.administrator).post(
        reverse(CHANGE, args=[row.pk]), typed(quiet_until="8", session_hour="9", digest_hour="9")
    )
    assert str(world.centre) in str(answer.context["adminform"].form.non_field_errors())
    assert load().of("").quiet_until == 7


def test_others_do_not_reach_the_screens(world: World, sign_in: SignIn) -> None:
    assert sign_in(world.dispatcher).get(reverse(LIST)).status_code == 302


def test_the_list_takes_as_many_queries_for_many_centres_as_for_one(
    world: World, sign_in: SignIn, django_assert_num_queries: Any
) -> None:
    client, counts = sign_in(world.administrator), []
    prefecture()
    for code in (LONGJING, YANJI, LIYUAN):
        ReminderSettings.objects.create(centre_id=code)
        with django_assert_num_queries(100, exact=False) as seen:
            client.get(reverse(LIST))
        counts.append(len(seen))
    assert len(set(counts)) == 1
