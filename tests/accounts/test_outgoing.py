"""Messages to the outside: queued once, retried ever later with the same key, given up visibly and sent again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import outgoing
from accounts.models import OutgoingMessage
from accounts.outgoing import MAX_ATTEMPTS, backoff, deliver_outgoing, drop, is_quiet, queue, send_again
from governance_center.calendar import LOCAL_ZONE
from governance_center.rotation import encrypted_models
from tests.accounts.gateway import Desk, gateway
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def by_day(settings: Any) -> None:
    settings.QUIET_FROM = settings.QUIET_UNTIL = 0


@pytest.fixture
def desk(settings: Any) -> Any:
    """A real gateway by HTTP that notes what it gets."""
    with gateway() as running:
        settings.SMS_GATEWAY, settings.SMS_GATEWAY_URL = "accounts.gateways.HttpGateway", running.url
        yield running


def text(key: str = "notice:1", **fields: Any) -> OutgoingMessage:
    values = {"channel": "sms", "address": "13800138000", "language": "ko", "text": "조정에 오십시오", **fields}
    return queue(key=key, **values)


def let_wait_pass() -> None:
    OutgoingMessage.objects.waiting().update(next_try_at=timezone.now())


def test_a_message_goes_out_once_with_its_key(desk: Desk) -> None:
    row = text()
    assert text() == row, "asked for twice is one message"
    assert [deliver_outgoing(), deliver_outgoing()] == [1, 0]
    assert desk.taken == [("notice:1", {"to": "13800138000", "language": "ko", "text": "조정에 오십시오"})]
    row.refresh_from_db()
    assert (row.state, row.attempts, row.error) == ("sent", 1, "")


def test_a_failure_is_tried_again_later_with_the_same_key(desk: Desk) -> None:
    row = text()
    desk.answers = [503, 200]
    now = timezone.now()
    assert [deliver_outgoing(), deliver_outgoing()] == [0, 0], "not again at once"
    row.refresh_from_db()
    assert (row.state, row.error) == ("waiting", "HTTPError")
    assert row.next_try_at >= now + outgoing.LEASE
    let_wait_pass()
    assert deliver_outgoing() == 1
    assert [key for key, _body in desk.taken] == ["notice:1", "notice:1"]


def test_after_the_last_attempt_it_is_a_dead_letter_that_is_sent_again(desk: Desk) -> None:
    row = text()
    desk.answers = [500] * MAX_ATTEMPTS
    for _each in range(MAX_ATTEMPTS + 2):
        let_wait_pass()
        deliver_outgoing()
    row.refresh_from_db()
    assert (row.state, row.attempts, len(desk.taken)) == ("dead", MAX_ATTEMPTS, MAX_ATTEMPTS)
    assert [send_again(message_ids=[row.pk]), send_again(message_ids=[row.pk])] == [1, 0]
    assert deliver_outgoing() == 1
    assert {key for key, _body in desk.taken} == {"notice:1"}


def test_what_the_gateway_refuses_is_not_tried_again(desk: Desk) -> None:
    row = text()
    desk.answers = [422]
    deliver_outgoing()
    row.refresh_from_db()
    assert (row.state, row.attempts, row.error) == ("dead", 1, "refused: HTTP 422")


def test_a_gateway_that_is_too_busy_is_asked_again(desk: Desk) -> None:
    text()
    desk.answers = [429, 200]
    assert deliver_outgoing() == 0
    let_wait_pass()
    assert deliver_outgoing() == 1


def test_a_message_that_every_worker_died_of_is_given_up() -> None:
    row = text()
    OutgoingMessage.objects.update(attempts=MAX_ATTEMPTS)
    assert deliver_outgoing() == 0
    row.refresh_from_db()
    assert (row.state, row.error) == ("dead", "no answer")


def test_what_was_overtaken_is_not_sent(desk: Desk) -> None:
    text("session:1:called")
    text("session:1:moved")
    assert drop(["session:1:called"]) == 1
    assert deliver_outgoing() == 1
    assert [key for key, _body in desk.taken] == ["session:1:moved"]


def test_at_night_only_what_is_urgent_goes_out(desk: Desk, settings: Any) -> None:
    hour = timezone.localtime().hour
    settings.QUIET_FROM, settings.QUIET_UNTIL = hour, (hour + 2) % 24
    text("calm")
    text("urgent", is_urgent=True)
    assert deliver_outgoing() == 1
    assert [key for key, _body in desk.taken] == ["urgent"]


def test_what_is_queued_at_night_is_dated_for_the_end_of_the_quiet_hours(settings: Any) -> None:
    settings.QUIET_FROM, settings.QUIET_UNTIL = 21, 7
    moments = {(1, 22): (2, 7), (2, 3): (2, 7), (2, 7): (2, 7), (2, 20): (2, 20)}
    for (day, hour), (end_day, end_hour) in moments.items():
        moment = dt.datetime(2026, 6, day, hour, tzinfo=LOCAL_ZONE)
        assert text(f"{day}-{hour}", not_before=moment).next_try_at == dt.datetime(
            2026, 6, end_day, end_hour, tzinfo=LOCAL_ZONE
        )
        assert text(f"urgent-{day}-{hour}", not_before=moment, is_urgent=True).next_try_at == moment


def test_nothing_goes_out_before_its_time(desk: Desk) -> None:
    text(not_before=timezone.now() + dt.timedelta(hours=1))
    assert deliver_outgoing() == 0


def test_a_clock_set_back_by_a_month_does_not_hold_up_what_was_tried(desk: Desk) -> None:
    text()
    OutgoingMessage.objects.update(attempts=1, next_try_at=timezone.now() + dt.timedelta(days=30))
    assert deliver_outgoing() == 1


@pytest.mark.parametrize(
    ("start", "end", "quiet"), [(21, 7, {21, 23, 0, 6}), (13, 15, {13, 14}), (0, 0, set()), (22, 22, set())]
)
def test_quiet_hours_may_go_over_midnight(settings: Any, start: int, end: int, quiet: set[int]) -> None:
    settings.QUIET_FROM, settings.QUIET_UNTIL = start, end
    hours = {hour for hour in range(24) if is_quiet(dt.datetime(2026, 6, 1, hour, 30, tzinfo=LOCAL_ZONE))}
    assert quiet <= hours
    assert (7 in hours, 20 in hours, 12 in hours) == (False, False, False)


def test_the_wait_doubles_up_to_a_bound_and_its_length_is_chance() -> None:
    waits = {attempts: [backoff(attempts) for _each in range(200)] for attempts in (1, 2, 5, 30)}
    bounds = {
        1: outgoing.FIRST_WAIT,
        2: 2 * outgoing.FIRST_WAIT,
        5: 16 * outgoing.FIRST_WAIT,
        30: outgoing.LONGEST_WAIT,
    }
    for attempts, bound in bounds.items():
        assert max(waits[attempts]) <= bound
        assert max(waits[attempts]) > bound / 2 > min(waits[attempts]), "spread over the whole length"


def test_numbers_and_texts_are_encrypted_and_rotate_with_the_other_fields() -> None:
    from django.db import connection

    text()
    with connection.cursor() as cursor:
        cursor.execute("SELECT address, text FROM accounts_outgoingmessage")
        stored = cursor.fetchone()
    assert all(value.startswith("aes-256-gcm:") for value in stored)
    assert OutgoingMessage in encrypted_models()


def test_the_console_shows_the_text_and_no_number(capsys: Any) -> None:
    text()
    assert deliver_outgoing() == 1
    written = capsys.readouterr().out
    assert "조정에 오십시오" in written
    assert "13800138000" not in written


def test_an_email_carries_its_key_as_message_id() -> None:
    text("digest:7:2026-06-01", channel="email", address="a@example.invalid", subject="综治中心")
    deliver_outgoing()
    assert mail.outbox[0].extra_headers["Message-ID"] == "<digest-7-2026-06-01@governance-centre.invalid>"


def test_the_administrator_sees_dead_letters_without_number_or_text_and_sends_them_again(
    world: World, sign_in: Callable[..., Client]
) -> None:
    row = text()
    OutgoingMessage.objects.update(state="dead", attempts=MAX_ATTEMPTS, error="TimeoutError")
    client = sign_in(world.administrator, "ko")
    page = client.get(reverse("admin:accounts_outgoingmessage_change", args=[row.pk])).content.decode()
    assert "notice:1" in page
    assert "13800138000" not in page
    assert "조정에 오십시오" not in page
    chosen = {"action": "send_again", "_selected_action": [row.pk]}
    page = client.post(reverse("admin:accounts_outgoingmessage_changelist"), chosen, follow=True).content.decode()
    assert "다시 보내는 실패한 통지: 1건." in page
    row.refresh_from_db()
    assert (row.state, row.attempts) == ("waiting", 0)
