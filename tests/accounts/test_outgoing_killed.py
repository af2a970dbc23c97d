"""A worker killed between sending a message and marking it: delivered at least once, always under the same key."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from accounts.models import OutgoingMessage
from accounts.outgoing import deliver_outgoing, queue
from tests.accounts.gateway import gateway
from tests.processes import kill_all, start, wait_for

DELIVER = """
import django
django.setup()
from accounts.outgoing import deliver_outgoing
deliver_outgoing()
"""


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_after_sending_leaves_the_message_to_the_next_under_the_same_key(settings: Any) -> None:
    settings.QUIET_FROM = settings.QUIET_UNTIL = 0
    settings.SMS_GATEWAY = "accounts.gateways.HttpGateway"
    rows = [
        queue(key=f"notice:{number}", channel="sms", address="13800138000", language="ko", text="조정회의")
        for number in range(3)
    ]
    with gateway() as desk:
        settings.SMS_GATEWAY_URL = desk.url
        desk.door.clear()
        process = start(
            "-c", DELIVER, QUIET_FROM="0", QUIET_UNTIL="0", SMS_GATEWAY=settings.SMS_GATEWAY, SMS_GATEWAY_URL=desk.url
        )
        wait_for(lambda: len(desk.taken) == 1, process)
        kill_all(process)
        desk.door.set()
        first = OutgoingMessage.objects.get(pk=rows[0].pk)
        assert (first.state, first.attempts) == ("waiting", 1), "the attempt was counted before it was made"
        assert first.next_try_at > timezone.now(), "nobody else sends it meanwhile"
        assert deliver_outgoing() == 2, "the killed worker holds up nobody"
        OutgoingMessage.objects.waiting().update(next_try_at=timezone.now())
        assert [deliver_outgoing(), deliver_outgoing()] == [1, 0]
    assert [key for key, _body in desk.taken] == ["notice:0", "notice:1", "notice:2", "notice:0"]
    assert set(OutgoingMessage.objects.values_list("state", flat=True)) == {"sent"}


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_share_the_messages(settings: Any) -> None:
    for number in range(30):
        queue(key=f"notice:{number}", channel="sms", address="13800138000", language="zh-hans", text="调解会")
    with gateway() as desk:
        changes = {
            "QUIET_FROM": "0", "QUIET_UNTIL": "0", "SMS_GATEWAY": "accounts.gateways.HttpGateway",
            "SMS_GATEWAY_URL": desk.url,
        }  # fmt: skip
        desk.door.clear()
        workers = [start("-c", DELIVER, **changes) for _each in range(2)]
        wait_for(lambda: len(desk.taken) == 2, workers[0])
        desk.door.set()
        assert [worker.wait(60) for worker in workers] == [0, 0]
    assert sorted(key for key, _body in desk.taken) == sorted(f"notice:{number}" for number in range(30))
    assert set(OutgoingMessage.objects.values_list("state", flat=True)) == {"sent"}
