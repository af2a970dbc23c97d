"""``manage.py`` on this machine without a database of its own: it uses the servers of the running centre, or starts
them for as long as the command takes."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from governance_center.local.postgres import ServerFailed
from governance_center.local.servers import servers

SHARED = ("DATABASE_URL", "REDIS_URL")
"""What a command must know to work beside the running centre."""


@contextmanager
def local_servers(var: Path) -> Iterator[None]:
    """Have the servers whose data lies in ``var``; sets the environment for the time being.

    Raises:
        SystemExit: with one line, when there is no such centre or its servers do not start.
    """
    if not (var / "secrets.json").exists():
        raise SystemExit("There is no centre here yet. Start it with `make run`, or set DATABASE_URL and SECRET_KEY.")
    os.environ.update(GOVERNANCE_DEMO="1", VAR_DIR=str(var))
    (var / "run").mkdir(exist_ok=True)
    with (var / "run" / "lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.environ.update(_addresses(var))
            yield
            return
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        try:
            with servers(var):
                yield
        except ServerFailed as error:
            raise SystemExit(f"The servers do not start: {error}") from None


def _addresses(var: Path) -> dict[str, str]:
    """Where the servers of the running centre answer."""
    try:
        noted = json.loads((var / "run" / "processes.json").read_text())["environment"]
    except (OSError, ValueError, KeyError):
        raise SystemExit("Another command is using the servers of this centre; try again when it has ended.") from None
    return {name: str(noted[name]) for name in SHARED}
