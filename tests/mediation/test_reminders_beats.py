"""Two schedulers and two workers, all real, and a broker that forgets: each visit is told of once."""

from __future__ import annotations

import datetime as dt
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import redis
from django.utils import timezone

from accounts.models import Notification
from governance_center.local.valkey import Valkey
from mediation.models import FollowUp
from tests import processes
from tests.mediation.test_follow_ups import resolved
from tests.world import World, build

BEAT = """
from governance_center.celery import app
app.conf.beat_schedule = {{"sweep": {{"task": "mediation.tasks.sweep_follow_ups", "schedule": 0.5}}}}
app.start(["--quiet", "beat", "--loglevel", "WARNING", "--pidfile=", "--schedule", "{file}"])
"""


@pytest.fixture
def broker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Valkey]:
    """A broker of this test alone, which it may empty."""
    server = Valkey(tmp_path / "valkey")
    server.start()
    monkeypatch.setenv("REDIS_URL", server.url)
    monkeypatch.setenv("QUIET_FROM", "0")
    monkeypatch.setenv("QUIET_UNTIL", "0")
    yield server
    server.stop()


def add_due(world: World, rounds: range) -> None:
    case = resolved(world)
    case.follow_ups.all().delete()
    FollowUp.objects.bulk_create(
        [
            FollowUp(case=case, round=number, day=7, due_on=timezone.localdate(), assignee=world.other_mediator)
            for number in rounds
        ],
        batch_size=1000,
    )


def told() -> list[str]:
    return list(Notification.objects.filter(kind="follow_up.due").values_list("key", flat=True))


def beat(file: Path) -> subprocess.Popen[bytes]:
    return processes.start("-c", BEAT.format(file=file))


@pytest.mark.django_db(transaction=True)
def test_two_beats_and_two_workers_with_a_broker_that_forgets(broker: Valkey, tmp_path: Path) -> None:
    world = build()
    add_due(world, range(300))
    with ExitStack() as stack:
        workers = [stack.enter_context(processes.worker(tmp_path / f"worker-{number}.log")) for number in range(2)]
        beats = [beat(tmp_path / f"beat-{number}") for number in range(2)]
        for process in beats:
            stack.callback(processes.kill_all, process)
        processes.wait_for(lambda: len(told()) == 300, workers[0])
        with redis.Redis.from_url(broker.url) as client:
            assert client.flushall()
        add_due(world, range(200))
        processes.wait_for(lambda: len(told()) == 500, workers[1])
        assert [process.poll() for process in (*workers, *beats)] == [None] * 4
    visits = FollowUp.objects.planned().filter(due_on__lte=timezone.localdate() + dt.timedelta(days=1))
    assert sorted(told()) == sorted(f"follow_up:{pk}:{day}" for pk, day in visits.values_list("pk", "due_on"))
