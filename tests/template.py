"""An empty database to which all migrations were applied, which the tests' databases are copied from.

Applying the migrations takes half a minute, copying a moment. It is made when the migrations or the packages have
changed, by whichever process comes first, and kept by the test server.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from django.conf import settings
from psycopg import sql

LOCK = 7_310_699
"""The advisory lock of whoever makes one."""


def migrated() -> str:
    """The name of the template; makes it where it is not there, and drops those of before."""
    url = urlsplit(os.environ["DATABASE_URL"])
    name = f"migrated_{_fingerprint()}"
    with psycopg.connect(urlunsplit(url._replace(path="/postgres")), autocommit=True) as server:
        server.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        kept = [row[0] for row in server.execute("SELECT datname FROM pg_database WHERE datname LIKE 'migrated\\_%'")]
        if name in kept:
            return name
        for other in (*kept, "migrating"):
            server.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(other)))
        server.execute("CREATE DATABASE migrating TEMPLATE template0")
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "--verbosity=0"], cwd=settings.BASE_DIR, check=True,
            env={**os.environ, "DATABASE_URL": urlunsplit(url._replace(path="/migrating"))},
        )  # fmt: skip
        # By its name it is whole: a run that is stopped before leaves none.
        server.execute(sql.SQL("ALTER DATABASE migrating RENAME TO {}").format(sql.Identifier(name)))
    return name


def _fingerprint() -> str:
    root = Path(settings.BASE_DIR)
    found = hashlib.sha256()
    for path in sorted([*root.glob("*/migrations/*.py"), root / "requirements.txt"]):
        found.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return found.hexdigest()[:16]
