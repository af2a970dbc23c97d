"""Long lists: memory does not grow with them, and a worker that is killed in the middle loses nothing."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Notification
from cases.models import Case, CaseParty
from reporting import tasks
from reporting.models import Export, ExportEntry, ExportPart
from tests import processes
from tests.reporting.exporting import ask, content, many, sheet, table
from tests.world import World, make_case

MEASURED = """
import resource, sys, django
django.setup()
from reporting.services import exports
assert exports.run_export(int(sys.argv[1])) == "done"
open(sys.argv[2], "w").write(str(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss))
"""
SPARE = 24 * 1024
"""KiB that one run may hold more than another by chance; the longer list alone would need many times more."""


def peak(job: Export, told: Path) -> int:
    """Peak memory, in KiB, of a process of its own that makes the file."""
    process = processes.start("-c", MEASURED, str(job.pk), str(told))
    assert process.wait(300) == 0
    return int(told.read_text())


@pytest.mark.django_db(transaction=True)
def test_three_times_the_rows_need_no_more_memory(world: World, tmp_path: Path) -> None:
    many(make_case(world), 30_000)
    longer = ask(world.dispatcher, file_format="xlsx")
    long_peak = peak(longer, tmp_path / "long")
    CaseParty.objects.filter(case_id__gt=1_010_000).delete()
    Case.objects.filter(pk__gt=1_010_000).delete()
    shorter = ask(world.dispatcher, file_format="xlsx")
    short_peak = peak(shorter, tmp_path / "short")
    assert list(Export.objects.order_by("pk").values_list("done", flat=True)) == [30_001, 10_001]
    assert long_peak - short_peak < SPARE


@pytest.mark.django_db(transaction=True)
def test_a_killed_worker_loses_nothing_and_the_next_one_makes_the_whole_file(
    world: World, client: Client, tmp_path: Path
) -> None:
    case = make_case(world)
    many(case, 20_000)
    client.force_login(world.dispatcher)
    with processes.worker(tmp_path / "worker.log") as process:
        data = {"kind": "cases", "format": "xlsx", "query": "sort=number"}
        assert client.post("/dashboard/exports/", data).status_code == 302
        job = Export.objects.get()
        processes.wait_for(lambda: Export.objects.filter(done__gte=2000).exists(), process)
        processes.kill_all(process)
    job.refresh_from_db()
    assert job.state == "running"
    assert 2000 <= job.done < 20_001
    assert job.done % 2000 == 0
    assert not ExportPart.objects.exists()
    Export.objects.update(beat_at=timezone.now() - dt.timedelta(minutes=3))
    with processes.worker(tmp_path / "worker2.log") as process:
        assert tasks.sweep_exports() == 1
        processes.wait_for(lambda: Export.objects.filter(state="done").exists(), process)
    job.refresh_from_db()
    assert (job.done, job.attempts) == (20_001, 2)
    numbers = [row[0] for row in sheet(content(job))][1:]
    assert len(set(numbers)) == 20_001
    assert ExportEntry.objects.filter(what="made").count() == 1
    assert Notification.objects.filter(kind="export.done").count() == 1


WITHOUT_BROKER = """
import django
django.setup()
from django.test import Client
from accounts.models import User
client = Client()
client.force_login(User.objects.get(username="clerk"))
answer = client.post("/dashboard/exports/", {"kind": "cases", "format": "csv", "query": "sort=number"})
assert answer.status_code == 302, answer.status_code
"""


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_down_loses_no_request(world: World) -> None:
    case = make_case(world)
    process = processes.start("-c", WITHOUT_BROKER, REDIS_URL="redis://127.0.0.1:1/0", ALLOWED_HOSTS="testserver")
    assert process.wait(60) == 0
    job = Export.objects.get()
    assert job.state == "waiting"
    assert tasks.sweep_exports() == 1
    assert tasks.run_export(job.pk) == "done"
    job.refresh_from_db()
    assert [next(iter(row.values())) for row in table(content(job))] == [case.number]
