"""A channel that fails is told to the administrators once, until something goes out by it again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import streaks
from accounts.models import FailingStreak, Notification, OutgoingMessage
from accounts.outgoing import deliver_outgoing, queue
from governance_center.transactions import atomic
from tests.accounts.gateway import Desk, gateway
from tests.together import at_once
from tests.world import World, build, make_user

SignIn = Callable[..., Client]
LIST = "admin:accounts_outgoingmessage_changelist"


@pytest.fixture(autouse=True)
def by_day(settings: Any) -> None:
    settings.QUIET_FROM = settings.QUIET_UNTIL = 0


@pytest.fixture
def desk(settings: Any) -> Any:
    """A real gateway by HTTP that notes what it gets."""
    with gateway() as running:
        settings.SMS_GATEWAY, settings.SMS_GATEWAY_URL = "accounts.gateways.HttpGateway", running.url
        yield running


def send(desk: Desk, *answers: int) -> None:
    """As many messages as answers, each tried once."""
    start = OutgoingMessage.objects.count()
    OutgoingMessage.objects.waiting().update(state="dropped")
    for number in range(len(answers)):
        queue(key=f"{start + number}", channel="sms", address="13800138000", language="ko", text="-")
    desk.answers = list(answers)
    deliver_outgoing()


def told() -> list[tuple[str, str]]:
    return list(Notification.objects.order_by("pk").values_list("kind", "recipient__username"))


@pytest.mark.django_db
def test_a_streak_is_told_once_however_many_messages_fail(world: World, desk: Desk) -> None:
    send(desk, 503, 401)
    assert told() == [], "one bad number or a short break"
    send(desk, *[401] * 20)
    assert told() == [("outgoing.failing_sms", "administrator")]
    streak = FailingStreak.objects.get()
    assert (streak.failures, streak.ended_at) == (22, None)
    notice = Notification.objects.get()
    assert notice.email_state == "urgent"
    assert notice.text.count(f"{timezone.localtime(streak.began_at):%H:%M}") == 1


@pytest.mark.django_db
def test_after_something_went_out_the_next_streak_is_told_anew(world: World, desk: Desk) -> None:
    send(desk, 500, 500, 500)
    send(desk, 200)
    assert FailingStreak.objects.get().ended_at is not None
    send(desk, 500, 500)
    assert len(told()) == 1
    send(desk, 500, 500)
    assert len(told()) == 2
    assert FailingStreak.objects.count() == 2


@pytest.mark.django_db
def test_a_number_now_and_then_that_does_not_exist_is_no_streak(world: World, desk: Desk) -> None:
    send(desk, 404, 200, 404, 200, 404, 404, 200)
    assert told() == []


@pytest.mark.django_db
def test_channels_fail_each_by_itself(world: World) -> None:
    make_user("left", "administrator", "2224", is_staff=True, is_active=False)
    for _each in range(3):
        streaks.on_failure("sms")
        streaks.on_failure("email")
        streaks.on_success("sms")
    assert told() == [("outgoing.failing_email", "administrator")]


@pytest.mark.django_db(transaction=True)
def test_workers_that_fail_at_once_tell_it_once() -> None:
    build()

    @atomic
    def fail() -> None:
        streaks.on_failure("sms")

    def work() -> None:
        for _each in range(5):
            fail()

    at_once(work, work, work, work)
    assert FailingStreak.objects.get().failures == 20
    assert len(told()) == 1


@pytest.mark.django_db
def test_the_administrator_filters_by_channel_and_age_and_sends_one_or_many_again(
    world: World, sign_in: SignIn
) -> None:
    now, rows = timezone.now(), {}
    for key, channel, hours in (("new", "sms", 0), ("hours", "email", 5), ("days", "sms", 50), ("weeks", "sms", 500)):
        row = queue(key=key, channel=channel, address="x", language="ko", text="-")
        OutgoingMessage.objects.filter(pk=row.pk).update(
            state="dead", attempts=8, created_at=now - dt.timedelta(hours=hours)
        )
        rows[key] = row.pk
    queue(key="waiting", channel="sms", address="x", language="ko", text="-")
    client = sign_in(world.administrator)

    def listed(**query: str) -> set[str]:
        return {row.key for row in client.get(reverse(LIST), query).context["cl"].result_list}

    assert listed(age="hour") == {"new", "waiting"}
    assert listed(age="day") == {"new", "waiting", "hours"}
    assert listed(age="week", channel__exact="sms") == {"days"}
    assert listed(age="older") == {"weeks"}
    assert listed(unsent="dead", channel__exact="email") == {"hours"}
    assert listed(unsent="yes", channel__exact="sms") == {"new", "days", "weeks"}

    page = reverse("admin:accounts_outgoingmessage_change", args=[rows["new"]])
    again = reverse("admin:accounts_outgoingmessage_again", args=[rows["new"]])
    assert again in client.get(page).content.decode()
    assert client.get(again).status_code == 405
    assert client.post(again).status_code == 302
    assert again not in client.get(page).content.decode(), "it waits to be sent"
    client.post(reverse(LIST), {"action": "send_again", "_selected_action": [rows["hours"], rows["days"]]})
    assert dict(OutgoingMessage.objects.values_list("key", "state")) == {
        "new": "waiting", "hours": "waiting", "days": "waiting", "weeks": "dead", "waiting": "waiting",
    }  # fmt: skip
    assert client.get(reverse("admin:accounts_failingstreak_changelist")).status_code == 200
    assert sign_in(world.dispatcher).post(again).status_code == 302
