"""Other processes beside a test: they work on the test's own database, broker and files."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psutil
from django.conf import settings
from django.db import connection

PATIENCE = 60.0
"""Seconds after which something that should have happened has not."""


def environment() -> dict[str, str]:
    """The environment in which another process finds the database of this test."""
    url = urlsplit(os.environ["DATABASE_URL"])
    name = str(connection.settings_dict["NAME"])
    return {
        **os.environ,
        "DATABASE_URL": urlunsplit(url._replace(path=f"/{name}")),
        "DJANGO_SETTINGS_MODULE": "governance_center.settings",
        "MEDIA_ROOT": str(settings.MEDIA_ROOT),
        "PYTHONWARNINGS": "ignore::RuntimeWarning",
    }


def start(*command: str, **changes: str) -> subprocess.Popen[bytes]:
    """Start a Python program of the project beside the test, with some values of its environment changed."""
    return subprocess.Popen([sys.executable, *command], cwd=settings.BASE_DIR, env={**environment(), **changes})


def wait_for(happened: Callable[[], bool], process: subprocess.Popen[bytes] | None = None) -> None:
    """Until something has happened; fails when it does not, or when the process ends before."""
    end = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < end, "it did not happen"
        assert process is None or process.poll() is None or happened(), "the process ended before"
        time.sleep(0.02)


def kill_all(process: subprocess.Popen[bytes]) -> None:
    """A power cut for the process and what it has started."""
    family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
    for member in family:
        member.kill()
    psutil.wait_procs(family, timeout=20)
    process.wait()


@contextmanager
def worker(log_file: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A real worker on the real broker, ended afterwards."""
    command = [sys.executable, "-m", "celery", "--quiet", "-A", "governance_center", "worker", "--concurrency", "1",
               "--without-gossip", "--without-mingle", "--loglevel", "WARNING"]  # fmt: skip
    with log_file.open("wb") as log:
        process = subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment(), stdout=log, stderr=log)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
