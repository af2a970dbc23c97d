"""A real gateway by HTTP for the tests: notes what comes in and answers as it is told."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Desk:
    """``taken``: key and body of each request. ``answers``: the next states, 200 when there are none left.

    While ``door`` is shut, requests are noted and wait for their answer.
    """

    url: str = ""
    taken: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    door: threading.Event = field(default_factory=threading.Event)


@contextmanager
def gateway() -> Iterator[Desk]:
    desk = Desk()
    desk.door.set()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            desk.taken.append((self.headers["Idempotency-Key"], body))
            desk.door.wait(60)
            try:
                self.send_response(desk.answers.pop(0) if desk.answers else 200)
                self.end_headers()
            except OSError:
                pass  # who asked was killed meanwhile

        def log_message(self, *_arguments: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    desk.url = f"http://127.0.0.1:{server.server_address[1]}/send"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield desk
    finally:
        desk.door.set()
        server.shutdown()
        server.server_close()
