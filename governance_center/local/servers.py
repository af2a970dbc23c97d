"""Which servers the local form uses: those that the environment names, otherwise embedded ones."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from governance_center.local.postgres import Postgres
from governance_center.local.valkey import Valkey

DATABASE = "governance_center"


@contextmanager
def servers(folder: Path, *, volatile: bool = False, keep_database_server: bool = False) -> Iterator[list[int]]:
    """Have a database and a broker; sets ``DATABASE_URL`` and ``REDIS_URL`` where they are missing.

    Yields the process ids of what was started as a child. Stops on leaving what it started.

    Args:
        folder: where embedded servers keep their data.
        volatile: fast and not durable, for tests.
    """
    folder.mkdir(parents=True, exist_ok=True)
    postgres = valkey = None
    children: list[int] = []
    try:
        if not os.environ.get("DATABASE_URL"):
            postgres = Postgres(folder / "postgres", volatile=volatile)
            postgres.start()
            postgres.create_database(DATABASE)
            os.environ["DATABASE_URL"] = postgres.url(DATABASE)
        if not os.environ.get("REDIS_URL"):
            valkey = Valkey(folder / "valkey")
            valkey.start()
            os.environ["REDIS_URL"] = valkey.url
            if valkey.process:
                children.append(valkey.process.pid)
        yield children
    finally:
        if valkey:
            valkey.stop()
        if postgres and not keep_database_server:
            postgres.stop()
