"""The local form for real: servers that are started, found again and left behind."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
from django.conf import settings

from governance_center import environment
from governance_center.local.postgres import Postgres
from governance_center.local.supervisor import CannotRun, Supervisor
from governance_center.local.valkey import Valkey


@pytest.fixture
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="governance-test-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made, ignore_errors=True)


def test_a_database_server_starts_is_adopted_and_keeps_its_data(folder: Path) -> None:
    server = Postgres(folder / "postgres", volatile=True)
    try:
        server.start()
        server.create_database("somewhere")
        with psycopg.connect(server.url("somewhere")) as connection:
            connection.execute("CREATE TABLE kept AS SELECT '룡정'::text AS name")
            found = connection.execute("SELECT '룡' ~ '[[:alpha:]]' AND '龙' ~ '[[:alpha:]]'").fetchone()
        assert found == (True,), "Chinese and Hangul are letters"
        again = Postgres(folder / "postgres", volatile=True)
        again.start()
        with psycopg.connect(again.url("somewhere")) as connection:
            assert connection.execute("SELECT name FROM kept").fetchone() == ("룡정",)
            assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
    finally:
        server.stop()


def test_a_broker_answers_only_those_who_know_its_password(folder: Path) -> None:
    import redis

    broker = Valkey(folder / "valkey")
    broker.start()
    try:
        assert broker.answers()
        stranger = redis.Redis(host="127.0.0.1", port=broker.port)
        with pytest.raises(redis.AuthenticationError):
            stranger.ping()
        stranger.close()
    finally:
        broker.stop()
    assert not broker.answers()


def test_a_port_that_is_taken_is_said_in_one_line(folder: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        supervisor = Supervisor(folder, "127.0.0.1", other.getsockname()[1])
        with pytest.raises(CannotRun, match="choose another"):
            supervisor._check_port()


def test_a_second_start_sees_the_first(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = (Supervisor(folder, "127.0.0.1", 1) for _each in range(2))
    first.notes.parent.mkdir(parents=True)
    first.notes.write_text(json.dumps({"url": "http://127.0.0.1:1/", "processes": []}))
    lock = first._lock()
    assert lock is not None
    assert second.run() == 0
    assert "already runs" in capsys.readouterr().out
    lock.close()


def test_what_a_killed_supervisor_left_is_ended_and_nothing_else(folder: Path) -> None:
    left, stranger = (subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) for _each in range(2))
    try:
        supervisor = Supervisor(folder, "127.0.0.1", 1)
        supervisor.notes.parent.mkdir(parents=True)
        rows = [
            {"pid": left.pid, "created": psutil.Process(left.pid).create_time()},
            # A process id that was given to somebody else meanwhile.
            {"pid": stranger.pid, "created": psutil.Process(stranger.pid).create_time() - 500},
            {"pid": 2**22 - 3, "created": time.time()},
        ]
        supervisor.notes.write_text(json.dumps({"processes": rows}))
        supervisor._end_leftovers()
        assert not psutil.pid_exists(left.pid)
        assert stranger.poll() is None
    finally:
        for process in (left, stranger):
            process.kill()
            process.wait()


def test_setup_refuses_an_old_python_in_one_line() -> None:
    code = "import sys; sys.version_info = (3, 9); sys.path.insert(0, 'tools'); import setup; sys.exit(setup.main([]))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=settings.BASE_DIR, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.startswith("setup: Python 3.11 or newer is needed")
    assert len(done.stderr.splitlines()) == 1


def _manage(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """``manage.py`` as somebody types it who has set nothing."""
    known = {"PATH": os.environ["PATH"], "VAR_DIR": str(folder)}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments], cwd=settings.BASE_DIR, capture_output=True, text=True, check=False,
        env=known, timeout=120,
    )  # fmt: skip


def test_a_command_without_a_centre_says_so_in_one_line(folder: Path) -> None:
    done = _manage(folder, "verify_ledger")
    assert done.returncode == 1
    assert done.stderr.strip().startswith("There is no centre here yet")
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_command_beside_the_running_centre_uses_its_servers(folder: Path) -> None:
    environment.local_secrets(folder / "secrets.json")
    running = Supervisor(folder, "127.0.0.1", 1)
    running.notes.parent.mkdir(parents=True)
    lock = running._lock()
    assert lock is not None
    refused = _manage(folder, "showmigrations", "accounts")
    assert "Another command is using the servers" in refused.stderr
    broker = "redis://127.0.0.1:1/0"
    notes = {"environment": {"DATABASE_URL": os.environ["DATABASE_URL"], "REDIS_URL": broker}}
    running.notes.write_text(json.dumps(notes))
    done = _manage(folder, "shell", "-c", "from django.conf import settings; print(settings.REDIS_URL)")
    assert done.returncode == 0, done.stderr
    assert broker in done.stdout
    lock.close()
