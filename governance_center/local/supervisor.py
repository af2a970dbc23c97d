"""One process that runs the whole centre: servers, preparation, web, worker and beat; and ends them all.

What it starts is written down with its start time, so that the next start finds what a killed one has left
behind.
"""

from __future__ import annotations

import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import psutil

from governance_center.local.commands import SHARED
from governance_center.local.postgres import ServerFailed
from governance_center.local.servers import servers

READY_SECONDS = 60
STOP_SECONDS = 15
MOST_BACKOFF = 60.0
# Celery warns of root at every start; this is the local form.
QUIET = {"PYTHONWARNINGS": "ignore::RuntimeWarning,ignore::UserWarning:celery.platforms"}


class CannotRun(Exception):
    """Says in one line why the centre does not start."""


@dataclass
class Child:
    """A program that is kept running."""

    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    failures: int = 0
    started_at: float = 0.0
    not_before: float = 0.0

    def start(self) -> None:
        self.process = subprocess.Popen(  # noqa: S603
            self.command, stdin=subprocess.DEVNULL, start_new_session=True, env={**os.environ, **QUIET}
        )
        self.started_at = time.monotonic()

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None


@dataclass
class Supervisor:
    """Runs the centre in ``var`` on ``host`` and ``port`` until it is told to stop."""

    var: Path
    host: str
    port: int
    children: list[Child] = field(default_factory=list)
    stopping: bool = False
    _extra: list[int] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}/"

    @property
    def notes(self) -> Path:
        return self.var / "run" / "processes.json"

    def run(self) -> int:
        """Start everything and stay until a signal comes; returns the exit status."""
        self.notes.parent.mkdir(parents=True, exist_ok=True)
        lock = self._lock()
        if lock is None:
            running = self._noted().get("url")
            if not running:
                raise CannotRun("a command is using its servers just now; try again when it has ended")
            print(f"The centre already runs: {running}")
            return 0
        self._end_leftovers()
        self._check_port()
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, self._stop)
        with lock, servers(self.var) as started:
            self._extra = started
            self._note()
            try:
                self._prepare()
                self._start_children()
                self._wait_until_ready()
                self._greet()
                self._watch()
            finally:
                self._end_children()
                self.notes.unlink(missing_ok=True)
        return 0

    # --- before

    def _lock(self) -> IO[str] | None:
        stream = (self.var / "run" / "lock").open("a")
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            stream.close()
            return None
        return stream

    def _check_port(self) -> None:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((self.host, self.port))
            except OSError as error:
                raise CannotRun(
                    f"port {self.port} on {self.host} cannot be used ({error.strerror}); "
                    "choose another: PORT=8001 make run"
                ) from None

    def _end_leftovers(self) -> None:
        """End what a killed supervisor has left behind; a reused process id is not touched."""
        left = []
        for row in self._noted().get("processes", []):
            try:
                process = psutil.Process(row["pid"])
                if abs(process.create_time() - row["created"]) < 1:
                    left += [process, *process.children(recursive=True)]
            except psutil.NoSuchProcess:
                continue
        for process in left:
            _quietly(process.terminate)
        _gone, alive = psutil.wait_procs(left, timeout=STOP_SECONDS)
        for process in alive:
            _quietly(process.kill)
        psutil.wait_procs(alive, timeout=5)

    def _prepare(self) -> None:
        done = subprocess.run([sys.executable, "manage.py", "prepare"], check=False)
        if self.stopping:
            raise SystemExit(130)
        if done.returncode != 0:
            raise CannotRun("the database could not be prepared; the lines above say why")

    # --- running

    def _start_children(self) -> None:
        program = str(Path(sys.executable).parent)
        celery = [f"{program}/celery", "--quiet", "-A", "governance_center"]
        self.children = [
            Child(
                "web",
                [f"{program}/gunicorn", "governance_center.wsgi", "--bind", f"{self.host}:{self.port}",
                 "--workers", "2", "--threads", "4", "--preload", "--log-level", "warning",
                 "--worker-tmp-dir", "/dev/shm" if os.path.isdir("/dev/shm") else str(self.var / "run")],  # noqa: S108
            ),
            Child(
                "worker",
                [*celery, "worker", "--concurrency", "1", "--without-gossip", "--without-mingle", "--loglevel",
                 "WARNING"],
            ),
            Child(
                "beat",
                [*celery, "beat", "--loglevel", "WARNING", "--pidfile=", "--schedule",
                 str(self.var / "run" / "beat-schedule")],
            ),
        ]  # fmt: skip
        for child in self.children:
            child.start()
        self._note()

    def _wait_until_ready(self) -> None:
        until = time.monotonic() + READY_SECONDS
        web = self.children[0]
        while time.monotonic() < until and not self.stopping:
            if not web.is_running:
                raise CannotRun("the web server ended at once; the lines above say why")
            try:
                with urllib.request.urlopen(f"{self.url}health/", timeout=5):  # noqa: S310
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        if not self.stopping:
            raise CannotRun(f"the web server did not answer within {READY_SECONDS} seconds")

    def _greet(self) -> None:
        if self.stopping:
            return
        subprocess.run([sys.executable, "manage.py", "demo_accounts", "--list"], check=False)
        print(f"\nThe centre runs:  {self.url}   (Ctrl-C stops it)\n", flush=True)

    def _watch(self) -> None:
        """Restart what ends, ever more slowly while it keeps ending."""
        while not self.stopping:
            now = time.monotonic()
            for child in self.children:
                if child.is_running:
                    if child.failures and now - child.started_at > MOST_BACKOFF:
                        child.failures = 0
                elif now >= child.not_before:
                    child.failures += 1
                    wait = min(2.0 ** (child.failures - 1), MOST_BACKOFF)
                    child.not_before = now + wait
                    print(f"{child.name} ended and is started again", file=sys.stderr, flush=True)
                    child.start()
                    self._note()
            time.sleep(0.2)

    # --- after

    def _stop(self, signum: int, frame: Any) -> None:
        self.stopping = True

    def _end_children(self) -> None:
        for child in reversed(self.children):
            if child.process and child.is_running:
                child.process.terminate()
        until = time.monotonic() + STOP_SECONDS
        for child in self.children:
            if child.process is None:
                continue
            try:
                child.process.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(child.process.pid, signal.SIGKILL)
                child.process.wait(5)

    # --- notes

    def _note(self) -> None:
        pids = [*self._extra, *(child.process.pid for child in self.children if child.process)]
        rows = []
        for pid in pids:
            try:
                rows.append({"pid": pid, "created": psutil.Process(pid).create_time()})
            except psutil.NoSuchProcess:
                continue
        fresh = self.notes.with_suffix(".new")
        environment = {name: os.environ[name] for name in SHARED}
        fresh.touch(mode=0o600)
        fresh.write_text(json.dumps({"url": self.url, "processes": rows, "environment": environment}))
        fresh.replace(self.notes)

    def _noted(self) -> dict[str, Any]:
        try:
            noted: dict[str, Any] = json.loads(self.notes.read_text())
        except (OSError, ValueError):
            return {}
        return noted


def _quietly(action: Any) -> None:
    try:
        action()
    except psutil.NoSuchProcess:
        pass


def run(var: Path) -> int:
    """``make run``: every failure is one clear line."""
    supervisor = Supervisor(var, os.environ.get("BIND", "127.0.0.1"), int(os.environ.get("PORT", "8000")))
    try:
        return supervisor.run()
    except (CannotRun, ServerFailed) as error:
        print(f"The centre does not start: {error}", file=sys.stderr)
    except OSError as error:
        reason = "the disk is full" if error.errno == 28 else str(error)
        print(f"The centre does not start: {reason}", file=sys.stderr)
    return 1
