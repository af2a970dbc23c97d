"""Slowing whoever opens the public pages (status of a case, verifying a paper) again and again from one address.

What it guards against: load, and programs that read many pages. It is no lock: a code has 120 random
bits, so guessing one is hopeless anyway; unknown codes only count more because nobody types them by mistake.

How: each address has so many openings in a window; the first one over it closes the page to the address until the
window has passed, further tries double the wait up to an hour. Counts are kept in Redis, where all web processes
see them and an attack costs the database nothing. When Redis does not answer, each process counts by itself for a
while: the limit is then higher by the number of processes, and the page stays open.

The address itself is kept nowhere: the count's name is a keyed hash of it and of the day.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import logging
import time
from functools import lru_cache
from threading import Lock
from typing import Any

import redis
from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

log = logging.getLogger(__name__)

UNKNOWN_CODE = 5
"""What an opening with a code that nothing has counts for."""

FIRST_WAIT, LONGEST_WAIT = 60, 3600
"""Seconds; the wait doubles with each further try."""

REST = 30
"""Seconds for which a Redis that failed is left alone."""

MANY = 10_000
"""So many addresses a process counts by itself at most."""


def opening(request: HttpRequest, *, weight: int = 1) -> int:
    """Count an opening of a public page; returns the seconds to wait, 0 when the page may be shown."""
    key = f"status:{_hashed(client_address(request))}"
    points, rest = _add(key, weight)
    over = points - settings.STATUS_OPENINGS
    if over <= 0:
        return 0
    wait = max(rest, min(LONGEST_WAIT, FIRST_WAIT * int(2 ** min(over - 1, 10))))
    _keep(key, wait)
    return wait


def client_address(request: HttpRequest) -> str:
    """Where the request comes from: of an IPv6 address the /64, which is one household's.

    Behind a proxy it is the last address of ``X-Forwarded-For``, the one that our own proxy has written.
    """
    text = str(request.META.get("REMOTE_ADDR", ""))
    if settings.BEHIND_PROXY:
        text = request.headers.get("X-Forwarded-For", text).rpartition(",")[2].strip()
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address):
        mapped = address.ipv4_mapped
        return str(mapped or ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def _hashed(address: str) -> str:
    message = f"status page\0{timezone.localdate()}\0{address}".encode()
    return hmac.new(settings.SECRET_KEY.encode(), message, hashlib.sha256).hexdigest()[:32]


def _add(key: str, weight: int) -> tuple[int, int]:
    """Add to a count; returns it and the seconds for which it is kept."""
    if _shared.is_well:
        try:
            with _client(settings.REDIS_URL).pipeline() as pipeline:
                pipeline.set(key, 0, ex=settings.STATUS_WINDOW, nx=True).incrby(key, weight).ttl(key)
                _made, points, rest = pipeline.execute()
                return int(points), int(rest)
        except (redis.RedisError, OSError) as error:
            _shared.failed(error)
    return _own.add(key, weight)


def _keep(key: str, seconds: int) -> None:
    """Keep a count for so many seconds from now."""
    if _shared.is_well:
        try:
            _client(settings.REDIS_URL).expire(key, seconds)
        except (redis.RedisError, OSError) as error:
            _shared.failed(error)
    _own.keep(key, seconds)


@lru_cache(maxsize=4)
def _client(url: str) -> Any:
    return redis.Redis.from_url(url, socket_connect_timeout=0.2, socket_timeout=0.2)


class _Shared:
    """Whether Redis answers: after a failure it is not asked for a while, so that nobody waits for it."""

    def __init__(self) -> None:
        self._again_at = 0.0

    @property
    def is_well(self) -> bool:
        return time.monotonic() >= self._again_at

    def failed(self, error: Exception) -> None:
        self._again_at = time.monotonic() + REST
        log.warning("status page: counting without Redis for %s s: %s", REST, type(error).__name__)


class _Own:
    """Counts of this process alone; of too many addresses those that end first are forgotten."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._counts: dict[str, tuple[int, float]] = {}

    def add(self, key: str, weight: int) -> tuple[int, int]:
        now = time.monotonic()
        with self._lock:
            points, ends = self._counts.get(key, (0, 0.0))
            if ends <= now:
                points, ends = 0, now + settings.STATUS_WINDOW
            self._counts[key] = points + weight, ends
            self._tidy(now)
        return points + weight, max(1, round(ends - now))

    def keep(self, key: str, seconds: int) -> None:
        with self._lock:
            if key in self._counts:
                self._counts[key] = self._counts[key][0], time.monotonic() + seconds

    def _tidy(self, now: float) -> None:
        if len(self._counts) <= MANY:
            return
        living = sorted((ends, key) for key, (_points, ends) in self._counts.items() if ends > now)
        kept = living[-MANY // 2 :]
        self._counts = {key: self._counts[key] for _ends, key in kept}


_shared, _own = _Shared(), _Own()
