"""A database server that crashes while a sweep is telling and is started again: each visit is told of once."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.utils import timezone

from governance_center.local.postgres import Postgres
from governance_center.local.servers import DATABASE
from mediation.models import FollowUp
from tests import processes
from tests.mediation.test_follow_ups import resolved
from tests.world import build

VISITS = 3000
SWEEP = """
import django
django.setup()
from django.utils import timezone
from mediation.services import reminding
reminding.BATCH = 500
reminding.sweep(today=timezone.localdate())
"""
SLOW = """
CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.3); RETURN NULL; END';
CREATE TRIGGER dawdle AFTER INSERT ON accounts_notification EXECUTE FUNCTION dawdle();
"""


@pytest.fixture
def server(transactional_db: None) -> Iterator[Postgres]:
    """A durable server of this test alone, with the schema and visits that are due."""
    make_due()
    folder = Path(tempfile.mkdtemp(prefix="restart-", dir=settings.VAR_DIR))
    folder.chmod(0o755)
    postgres = Postgres(folder / "postgres")
    try:
        postgres.start()
        postgres.create_database(DATABASE)
        copy_to(postgres)
        yield postgres
    finally:
        postgres.stop()
        for made in (postgres.folder, postgres.socket, folder):
            shutil.rmtree(made, ignore_errors=True)


def make_due() -> None:
    world = build()
    case = resolved(world)
    case.follow_ups.all().delete()
    FollowUp.objects.bulk_create(
        [
            FollowUp(case=case, round=number, day=7, due_on=timezone.localdate(), assignee=world.other_mediator)
            for number in range(VISITS)
        ],
        batch_size=1000,
    )


def copy_to(server: Postgres) -> None:
    """Everything in the database of this test, by the programs that come with the server."""
    source = processes.environment()["DATABASE_URL"]
    dump = subprocess.run(
        [str(server.programs / "pg_dump"), "--no-owner", source], check=True, capture_output=True, cwd="/"
    )
    psql = [str(server.programs / "psql"), "--quiet", "--set", "ON_ERROR_STOP=1", server.url(DATABASE)]
    subprocess.run(psql, input=dump.stdout, check=True, stdout=subprocess.DEVNULL, cwd="/")


def begin(server: Postgres, *command: str) -> subprocess.Popen[bytes]:
    return processes.start(*command, DATABASE_URL=server.url(DATABASE))


def ask(server: Postgres, question: str) -> list[tuple[object, ...]]:
    with psycopg.connect(server.url(DATABASE), autocommit=True) as connection:
        found = connection.execute(question)
        return found.fetchall() if found.description else []


def told(server: Postgres) -> int:
    return int(str(ask(server, "SELECT count(*) FROM accounts_notification WHERE kind = 'follow_up.due'")[0][0]))


def crash(server: Postgres) -> None:
    """End the server at once, without a checkpoint; it recovers from its log at the next start."""
    pid_file = server.folder / "postmaster.pid"
    os.kill(int(pid_file.read_text().split()[0]), signal.SIGQUIT)
    processes.wait_for(lambda: not pid_file.exists())


def test_a_crash_in_the_middle_loses_nothing_and_tells_nothing_twice(server: Postgres) -> None:
    ask(server, SLOW)
    sweep = begin(server, "-c", SWEEP)
    processes.wait_for(lambda: told(server) > 0, sweep)
    crash(server)
    assert sweep.wait(60) != 0, "a sweep without its database fails visibly"
    server.start()
    before = told(server)
    assert 0 < before < VISITS
    assert ask(server, "SELECT count(*) FROM mediation_reminder") == [(before,)], "told and marked agree"
    assert begin(server, "-c", SWEEP).wait(120) == 0
    assert told(server) == VISITS
    twice = "SELECT key FROM accounts_notification WHERE kind = 'follow_up.due' GROUP BY key HAVING count(*) > 1"
    assert ask(server, twice) == []
