"""What may happen between two chunks: a power cut, a desk that registers, another import, somebody who stops it."""

from __future__ import annotations

import threading
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from cases import ledger
from cases.models import Case, Category, Person
from cases.services import CaseInput
from cases.services.people import PersonInput
from intake.importing import running
from intake.models import Origin, Visit
from intake.services import WalkIn, register_walk_in
from tests import processes
from tests.intake.registers import EVERYTHING, OPEN, many, numbers, row, take, write_csv
from tests.intake.test_registration import FORM
from tests.world import World

KILLED = """
import sys, django
django.setup()
from pathlib import Path
from accounts.models import User
from departments.models import Centre
from intake.importing import running
running.CHUNK = 40
running.take_over(Path(sys.argv[1]), centre=Centre.objects.get(pk="222405"), system="旧系统",
                  by=User.objects.get(username="dispatcher"), dry_run=False)
"""


@pytest.mark.django_db(transaction=True)
def test_killed_between_chunks_and_run_again_nothing_is_lost_or_doubled(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_csv(tmp_path / "r.csv", many(2000))
    process = processes.start("-c", KILLED, str(path))
    try:
        processes.wait_for(lambda: Origin.objects.count() > 80, process)
    finally:
        process.kill()
        process.wait()
    left = Origin.objects.count()
    assert 80 < left < 2000
    assert left % 40 == 0, "whole chunks"
    assert Case.objects.count() == Visit.objects.count() == left
    again = take(world, path, side_by_side=True)
    assert (again.counts.known, again.counts.imported, again.counts.failed) == (left, 2000 - left, 0)
    assert Case.objects.count() == Origin.objects.count() == 2000
    assert Person.objects.count() == 2001
    assert numbers(2023) == list(range(1, 2001))
    assert not list(ledger.verify())


@pytest.mark.django_db(transaction=True)
def test_a_desk_that_registers_beside_it_gets_numbers_without_doubles_or_gaps(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "CHUNK", 20)
    today = timezone.localdate()
    lately = {"registered_on": f"{today}", "accepted_on": f"{today}", **OPEN}
    path = write_csv(tmp_path / "r.csv", [*many(300, **lately), row(source_id="same person", **lately)])
    stop, registered, errors = threading.Event(), [], []

    def desk() -> None:
        try:
            while not stop.is_set() or len(registered) < 5:
                registered.append(_walk_in(world))
        except Exception as error:
            errors.append(error)
        finally:
            connections.close_all()

    thread = threading.Thread(target=desk)
    thread.start()
    try:
        found = take(world, path, side_by_side=True)
    finally:
        stop.set()
        thread.join()
    assert errors == []
    assert (found.counts.imported, found.counts.failed) == (301, 0), found.first_faults
    assert numbers(today.year) == list(range(1, 301 + 1 + len(registered)))
    assert Person.objects.filter(identity_index__gt="").count() == 1
    assert not list(ledger.verify())


@pytest.mark.django_db(transaction=True)
def test_somebody_put_on_file_by_a_desk_meanwhile_is_found_at_the_second_try(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_csv(tmp_path / "r.csv", [row()])
    prepare, prepared = running.Writer.prepare, []

    def meanwhile(writer: Any, matters: Any) -> Any:
        chunk = prepare(writer, matters)
        if not prepared:
            _walk_in(world)
        prepared.append(chunk)
        return chunk

    monkeypatch.setattr(running.Writer, "prepare", meanwhile)
    found = take(world, path, side_by_side=True)
    assert (len(prepared), found.counts.imported, found.counts.done) == (2, 1, 1)
    assert Person.objects.filter(identity_index__gt="").count() == 1
    assert Case.objects.count() == 2
    assert numbers(2023) == [1]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("side_by_side", [True, False])
def test_a_run_that_is_stopped_leaves_whole_chunks_and_goes_on(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, side_by_side: bool
) -> None:
    monkeypatch.setattr(running, "CHUNK", 10)
    path = write_csv(tmp_path / "r.csv", [*many(35), row(source_id="bad", summary="")])
    stopped = take(world, path, progress=lambda counts: counts.done < 20, side_by_side=side_by_side)
    assert not stopped.is_complete
    assert stopped.counts.imported == Case.objects.count() < 35
    rest = take(world, path, already=stopped.counts, side_by_side=side_by_side)
    assert rest.is_complete
    assert (rest.counts.done, rest.counts.imported, rest.counts.known, rest.counts.failed) == (36, 35, 0, 1)
    assert Case.objects.count() == 35


@pytest.mark.django_db(transaction=True)
def test_one_register_of_a_system_at_a_time(world: World, tmp_path: Path) -> None:
    register = write_csv(tmp_path / "r.csv", EVERYTHING)
    held, release = threading.Event(), threading.Event()

    def hold() -> None:
        with running.advisory_lock("import:旧系统") as is_mine:
            assert is_mine
            held.set()
            release.wait(30)
        connections.close_all()

    other = threading.Thread(target=hold)
    other.start()
    held.wait(30)
    with pytest.raises(running.Busy):
        take(world, register)
    release.set()
    other.join()
    assert take(world, register).counts.imported == 10


def _walk_in(world: World) -> Visit:
    """The petitioner of the good row comes to the desk herself."""
    petitioner = PersonInput(**{key: FORM[key] for key in ("name", "name_hangul", "identity_number", "phone")})
    case = CaseInput(
        kind="dispute", category=Category.objects.get(pk="neighbour"), division=world.village, title="来访"
    )
    data = WalkIn(petitioner=petitioner, case=case)
    return register_walk_in(clerk=world.clerk, centre=world.centre, data=data, submission_key=uuid.uuid4())
