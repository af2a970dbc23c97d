"""Eight processes write, two fold and are killed, and a reader equals a recount at every moment."""

from __future__ import annotations

import random
import subprocess
import time

import pytest
from django.core.management import call_command
from django.db.models import Sum
from django.utils import timezone

from cases.models import Deadline
from reporting.models import ChangedCase, Rollup
from reporting.rollups.columns import COLUMNS
from reporting.rollups.folding import fold
from reporting.rollups.rebuilding import differences
from tests.processes import PATIENCE, kill_all, start, wait_for
from tests.reporting.storm.clock import leaping
from tests.reporting.storm.comparing import SCOPES, reader_equals_recount
from tests.reporting.storm.deeds import build_storm, each_once
from tests.world import make_case

WRITERS, STEPS = 8, 9
WRITE = """
import datetime as dt
import django
django.setup()
import random
from django.utils import timezone
from tests.reporting.storm.clock import leaping
timezone.now = leaping(dt.datetime.fromisoformat("{began}"))
from tests.reporting.storm.deeds import each_once, storm, world_here
if {seed} == 0:
    each_once(world_here(), random.Random(0))
else:
    storm(world_here(), {seed}, {steps})
"""
FOLD = """
import datetime as dt
import django
django.setup()
from django.utils import timezone
from tests.reporting.storm.clock import leaping
timezone.now = leaping(dt.datetime.fromisoformat("{began}"))
from reporting.rollups.folding import fold
while True:
    fold(most=3)
"""
HALF_DONE = """
import os, signal
import django
django.setup()
from django.db import transaction
from cases.models import Case
from cases.services import withdraw_case
from tests.reporting.storm.deeds import world_here
with transaction.atomic():
    withdraw_case(case=Case.objects.get(pk={case}), by=world_here().clerk, note="撤回")
    os.kill(os.getpid(), signal.SIGKILL)
"""
pytestmark = pytest.mark.django_db(transaction=True)


def columns_that_moved() -> set[str]:
    sums = Rollup.objects.filter(dim=0, grain="d").aggregate(**{name: Sum(name) for name in COLUMNS})
    return {name for name, total in sums.items() if total}


def end(processes: list[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        if process.poll() is None:
            kill_all(process)


def test_a_reader_equals_a_recount_while_eight_write_folders_are_killed_and_limits_run_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = build_storm()
    each_once(world, random.Random(1))
    fold()
    assert columns_that_moved() == set(COLUMNS), "the first writer does the same again in the storm"
    began = timezone.now()
    monkeypatch.setattr(timezone, "now", leaping(began))
    writers = [start("-c", WRITE.format(seed=seed, steps=STEPS, began=began)) for seed in range(WRITERS)]
    folders = [start("-c", FOLD.format(began=began)) for _each in range(2)]
    until, kills = time.monotonic() + PATIENCE * 6, 0
    try:
        while any(writer.poll() is None for writer in writers):
            assert time.monotonic() < until, "the writers do not end"
            reader_equals_recount(scopes=SCOPES[:2])
            kill_all(folders[0])
            kills += 1
            folders = [folders[1], start("-c", FOLD.format(began=began))]
            reader_equals_recount(scopes=SCOPES[2:])
        assert [writer.returncode for writer in writers] == [0] * WRITERS
        assert all(folder.poll() is None for folder in folders), "a folder failed by itself"
        assert kills
        assert Deadline.objects.filter(due_at__gt=began, due_at__lte=timezone.now()).exists(), (
            "limits ran out meanwhile"
        )
    finally:
        end([*writers, *folders])
    wait_for(lambda: fold() >= 0 and not ChangedCase.objects.exists())
    reader_equals_recount()
    assert differences() == []
    call_command("rebuild_rollups", check=True)


def test_a_writer_killed_before_its_end_has_changed_nothing() -> None:
    world = build_storm()
    case = make_case(world, "neighbour")
    fold()
    writer = start("-c", HALF_DONE.format(case=case.pk))
    assert writer.wait(PATIENCE) == -9
    case.refresh_from_db()
    assert case.state == "accepted"
    assert not ChangedCase.objects.exists()
    reader_equals_recount()
    assert differences() == []
