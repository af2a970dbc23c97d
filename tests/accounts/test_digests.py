"""E-mails to staff: one each morning with everything new, what is urgent at once, each exactly once."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from accounts import digests
from accounts.digests import hand_over
from accounts.models import Notification, OutgoingMessage, User
from accounts.notifications import notify
from accounts.outgoing import deliver_outgoing
from governance_center.calendar import LOCAL_ZONE
from tests.together import at_once
from tests.world import LONGJING, World, build, make_user


@pytest.fixture(autouse=True)
def never_quiet_while_sending(settings: Any) -> None:
    settings.QUIET_FROM = settings.QUIET_UNTIL = 0


def at(hour: int, day: int = 1) -> dt.datetime:
    return dt.datetime(2026, 6, day, hour, 5, tzinfo=LOCAL_ZONE)


def tell(reader: User, count: int = 1, kind: str = "case.reopened", start: int = 0) -> None:
    for number in range(start, start + count):
        notify([reader], kind, key=f"{kind}:{number}", params={"number": f"C-{number}", "title": f"T-{number}"})


def states() -> list[str]:
    return list(Notification.objects.order_by("pk").values_list("email_state", flat=True))


def test_the_morning_brings_one_email_with_everything_new_in_the_reader_s_language(world: World) -> None:
    User.objects.filter(pk=world.mediator.pk).update(language="ko")
    tell(world.mediator, 3)
    assert hand_over(now=at(7)) == 0, "not before the hour of the digest"
    assert [hand_over(now=at(8)), hand_over(now=at(8))] == [1, 0]
    assert states() == ["queued"] * 3
    assert deliver_outgoing() == 1
    assert [message.to for message in mail.outbox] == [["mediator@example.invalid"]]
    assert "새 통지 3건" in mail.outbox[0].subject
    assert [mail.outbox[0].body.count(f"C-{number}") for number in range(3)] == [1, 1, 1]
    assert states() == ["sent"] * 3


def test_what_comes_later_waits_for_the_next_morning(world: World) -> None:
    tell(world.mediator)
    hand_over(now=at(8))
    tell(world.mediator, start=1)
    assert hand_over(now=at(15)) == 0
    assert hand_over(now=at(3, day=2)) == 0
    assert hand_over(now=at(9, day=2)) == 1
    assert set(OutgoingMessage.objects.values_list("key", flat=True)) == {
        f"digest:{world.mediator.pk}:2026-06-01", f"digest:{world.mediator.pk}:2026-06-02",
    }  # fmt: skip


def test_a_day_that_was_skipped_is_made_good_and_a_clock_set_back_sends_nothing_twice(world: World) -> None:
    tell(world.mediator, 2)
    assert hand_over(now=at(9, day=5)) == 1
    assert hand_over(now=at(9, day=4)) == 0
    assert hand_over(now=at(9, day=5)) == 0


def test_what_was_read_on_the_screen_is_not_mailed(world: World) -> None:
    tell(world.mediator, 2)
    Notification.objects.filter(key__endswith=":0").update(read_at=timezone.now())
    hand_over(now=at(8))
    deliver_outgoing()
    assert "C-0" not in mail.outbox[0].body
    assert states() == ["read", "sent"]


def test_without_anything_unread_nobody_gets_an_empty_email(world: World) -> None:
    tell(world.mediator)
    Notification.objects.update(read_at=timezone.now())
    assert hand_over(now=at(8)) == 0
    assert OutgoingMessage.objects.count() == 0


def test_a_whistle_goes_out_at_once_and_by_night(world: World, settings: Any) -> None:
    hour = timezone.localtime().hour
    settings.QUIET_FROM, settings.QUIET_UNTIL = hour, (hour + 2) % 24
    tell(world.tax, kind="whistle.raised")
    tell(world.tax)
    assert [hand_over(), hand_over()] == [1, 0]
    assert deliver_outgoing() == 1
    assert "T-0" in mail.outbox[0].body
    assert states() == ["sent", "pending"]


def test_a_flood_becomes_one_short_email(world: World) -> None:
    tell(world.mediator, digests.LINES + 20)
    hand_over(now=at(8))
    deliver_outgoing()
    assert len(mail.outbox) == 1
    assert mail.outbox[0].body.count("C-") == digests.LINES
    assert "还有 20 条" in mail.outbox[0].body


def test_who_has_left_or_has_no_address_gets_none(world: World) -> None:
    tell(world.mediator)
    tell(world.other_mediator)
    User.objects.filter(pk=world.mediator.pk).update(is_active=False)
    User.objects.filter(pk=world.other_mediator.pk).update(email="")
    assert hand_over(now=at(8)) == 0
    assert states() == ["none", "none"]


@pytest.mark.django_db(transaction=True)
def test_four_schedulers_at_once_make_one_email_for_each_reader() -> None:
    build()
    readers = [make_user(f"reader{number}", "clerk", LONGJING) for number in range(8)]
    for reader in readers:
        tell(reader, 3)
    made = at_once(*(lambda: hand_over(now=at(8)) for _each in range(4)))
    keys = list(OutgoingMessage.objects.values_list("key", flat=True))
    assert sorted(keys) == sorted(f"digest:{reader.pk}:2026-06-01" for reader in readers)
    assert sum(made) == len(readers)
    assert set(states()) == {"queued"}
