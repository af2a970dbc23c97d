"""Slowing whoever opens the status page again and again: with Redis, without it, behind a proxy, over processes."""

from __future__ import annotations

import itertools
import random
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client, RequestFactory

from cases.models import Case
from governance_center import throttle
from tests.world import World, make_case

NOBODY = "redis://127.0.0.1:1/0"
"""An address where no Redis answers."""

_hosts = itertools.count(random.SystemRandom().randrange(2**23))


@pytest.fixture
def host() -> str:
    """A network address that no other test counts for."""
    number = next(_hosts)
    return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


@pytest.fixture(autouse=True)
def fresh(settings: Any) -> Iterator[None]:
    """Nothing is remembered of a Redis that failed."""
    settings.STATUS_OPENINGS, settings.STATUS_WINDOW = 6, 600
    throttle._shared = throttle._Shared()
    yield
    throttle._shared = throttle._Shared()


@pytest.fixture
def case(world: World) -> Case:
    return make_case(world)


@pytest.fixture(params=["redis", "alone"])
def store(request: Any, settings: Any) -> str:
    """Counting in Redis, and in the process alone when there is none."""
    if request.param == "alone":
        settings.REDIS_URL = NOBODY
    return str(request.param)


def look(case: Case, host: str, **headers: str) -> Any:
    return Client(headers=headers).get(f"/s/{case.public_code}/", REMOTE_ADDR=host)


def test_after_so_many_openings_the_page_asks_to_wait(case: Case, host: str, store: str) -> None:
    assert [look(case, host).status_code for _ in range(7)] == [200] * 6 + [429]
    answer = look(case, host, cookie="django_language=ko")
    assert 0 < int(answer.headers["Retry-After"]) <= 600
    assert "잠시 기다려주십시오" in answer.content.decode()
    assert case.number not in answer.content.decode()
    assert "请稍候" in look(case, host, cookie="django_language=zh-hans").content.decode()


def test_another_address_is_not_slowed(case: Case, host: str, store: str) -> None:
    for _ in range(7):
        look(case, host)
    assert look(case, f"172.{host.removeprefix('10.')}").status_code == 200


def test_further_tries_make_the_wait_longer_up_to_an_hour(case: Case, host: str, store: str, settings: Any) -> None:
    settings.STATUS_WINDOW = 100
    waits = [int(look(case, host).headers.get("Retry-After", 0)) for _ in range(20)]
    assert waits[:6] == [0] * 6
    assert waits[6] in range(60, 101)
    assert waits == sorted(waits)
    assert waits[8:12] == [240, 480, 960, 1920]
    assert set(waits[13:]) == {3600}


def test_unknown_codes_count_five_times(case: Case, host: str, store: str) -> None:
    client = Client()
    codes = [client.get(f"/s/no-such-code-{number}/", REMOTE_ADDR=host).status_code for number in range(3)]
    assert codes == [404, 404, 429], "five, ten, and no look-up any more"
    assert look(case, host).status_code == 429


def test_an_address_that_waits_costs_the_database_nothing(
    case: Case, host: str, django_assert_num_queries: Any
) -> None:
    for _ in range(7):
        look(case, host)
    with django_assert_num_queries(0):
        assert look(case, host).status_code == 429


def test_a_redis_that_fails_never_makes_the_page_fail(case: Case, host: str, settings: Any, caplog: Any) -> None:
    settings.REDIS_URL = NOBODY
    assert look(case, host).status_code == 200
    assert look(case, host).status_code == 200
    assert caplog.text.count("counting without Redis") == 1, "a Redis that failed is left alone for a while"
    assert host not in caplog.text


def test_processes_count_together(case: Case, host: str) -> None:
    program = (
        "import django; django.setup()\n"
        "from django.test import RequestFactory\n"
        "from governance_center import throttle\n"
        f"request = RequestFactory().get('/', REMOTE_ADDR='{host}')\n"
        "print([throttle.opening(request) for _ in range(20)][-1])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=django_settings.BASE_DIR
    )
    assert done.stdout.strip() == "0", "twenty of thirty in another process"
    assert look(case, host).status_code == 429, "twenty-one are more than six here"


def test_the_address_is_kept_nowhere(case: Case, host: str) -> None:
    look(case, host)
    client = throttle._client(django_settings.REDIS_URL)
    names = [name.decode() for name in client.scan_iter("status:*")]
    assert names
    assert not any(host in name for name in names)
    assert all(0 < client.ttl(name) <= 3600 for name in names if client.exists(name))


@pytest.mark.parametrize(
    ("behind", "remote", "forwarded", "seen"),
    [
        (False, "203.0.113.5", "198.51.100.9", "203.0.113.5"),
        (True, "127.0.0.1", "6.6.6.6, 198.51.100.9", "198.51.100.9"),
        (True, "127.0.0.1", "198.51.100.9", "198.51.100.9"),
        (True, "127.0.0.1", "", "unknown"),
        (True, "127.0.0.1", None, "127.0.0.1"),
        (True, "127.0.0.1", "junk", "unknown"),
        (False, "", None, "unknown"),
        (False, "2001:db8:1:2:3:4:5:6", None, "2001:db8:1:2::/64"),
        (False, "::ffff:203.0.113.5", None, "203.0.113.5"),
    ],
)
def test_the_address_is_the_proxys_word_only_behind_one(
    settings: Any, behind: bool, remote: str, forwarded: str | None, seen: str
) -> None:
    settings.BEHIND_PROXY = behind
    headers = {} if forwarded is None else {"HTTP_X_FORWARDED_FOR": forwarded}
    assert throttle.client_address(RequestFactory().get("/", REMOTE_ADDR=remote, **headers)) == seen


def test_what_a_process_remembers_stays_small(settings: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(throttle, "MANY", 100)
    own = throttle._Own()
    for number in range(1000):
        own.add(f"status:{number}", 1)
    assert len(own._counts) <= 101
    assert own.add("status:999", 1)[0] == 2, "the latest are remembered"
