"""The dashboard with few and with many cases: the whole page, signed in, of the whole prefecture since 2023.

Peer: the same figures by ``GROUP BY`` over the table of the cases, in the same run. Both must give the same numbers.
"""

from __future__ import annotations

import statistics
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from typing import Any

from benchmarks import bulk
from benchmarks.run import DATABASE, Row, fresh_database, used

BIG = 10_000_000
SIZES = (16_412, 1_000_000, BIG)
TURNS, ROUNDS, WARM_UP = 4, 6, 3
TARGET, FLATNESS = 100.0, 1.25
PREFECTURE, COUNTY, TOWNSHIP = "2224", "222405", "222405005"

_COUNTED = """
    FROM (
        SELECT c.*, c.state IN ('registered', 'accepted', 'in_handling') AS is_open,
            (c.resolved_at AT TIME ZONE 'Asia/Shanghai')::date - (c.accepted_at AT TIME ZONE 'Asia/Shanghai')::date
                AS days
        FROM cases_case c
        WHERE c.accepted_at IS NOT NULL AND c.kind <> 'consultation' AND c.merged_into_id IS NULL
    ) c LEFT JOIN cases_deadline d ON d.case_id = c.id AND d.met_at IS NULL AND d.due_at <= %(now)s
"""
_SUMS = (
    "count(*), count(c.resolved_at), count(*) FILTER (WHERE c.is_open), "
    "count(*) FILTER (WHERE c.is_open AND d.id IS NOT NULL)"
)
_PEERS = {
    "all": f"SELECT '', {_SUMS}, percentile_disc(0.5) WITHIN GROUP (ORDER BY c.days) {_COUNTED}",
    "places": f"SELECT left(c.division_id, 6), {_SUMS} {_COUNTED} GROUP BY 1",
    "categories": f"SELECT c.category_id, {_SUMS} {_COUNTED} GROUP BY 1",
    "months": f"SELECT to_char(c.accepted_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM'), count(*), count(c.resolved_at) "
    f"{_COUNTED} GROUP BY 1",
}


def run() -> list[Row]:
    """The page at each size over its target, and the last size over the first.

    Each size has a database of its own and the pages are opened in turns, so that a machine which is slower for a
    while is so for all of them. The last is the database of the parts that follow.
    """
    with ExitStack() as stack:
        names = {size: stack.enter_context(fresh_database(f"{DATABASE}_{size}")) for size in SIZES[:-1]}
        names[BIG] = DATABASE
        for size, name in names.items():
            with used(name):
                bulk.prepare()
                bulk.build(size)
        return measure(names)


def measure(names: Mapping[int, str]) -> list[Row]:
    """The pages of databases that are there, by their number of cases."""
    times: dict[tuple[int, str], list[float]] = defaultdict(list)
    shown: dict[int, Any] = {}
    for _turn in range(TURNS):
        for size, name in names.items():
            with used(name):
                client = official()
                for place in (COUNTY, TOWNSHIP, PREFECTURE):
                    taken, shown[size] = _page(client, place)
                    times[size, place] += taken
    for (size, place), taken in times.items():
        print(f"dashboard: {place} with {size:,} cases: {statistics.median(taken):.1f} ms", flush=True)
    rows: list[Row] = []
    for size, name in names.items():
        with used(name):
            peer = _peer(shown[size])
        median = statistics.median(times[size, PREFECTURE])
        what = f"the whole dashboard with {size:,} cases, beside the same figures by GROUP BY over the cases"
        goal = f"≤ {TARGET:g} ms"
        rows.append(Row(f"dashboard.{size}", what, median, "ms", peer, median / TARGET, goal, median <= TARGET))
    return [*rows, _growth(rows[0].value, rows[-1].value)]


def _growth(first: float, last: float) -> Row:
    """The last of the pages over the first."""
    what = f"the page with {SIZES[-1]:,} cases over the one with {SIZES[0]:,}"
    return Row("dashboard.flat", what, last, "ms", first, last / first, f"≤ {FLATNESS:g}", last / first <= FLATNESS)


def official() -> Any:
    """A browser in which somebody of the prefecture is signed in."""
    from django.core import mail
    from django.core.management import call_command
    from django.test import Client
    from django.test.utils import setup_test_environment

    from accounts.models import Role, User

    if not hasattr(mail, "outbox"):
        setup_test_environment()  # so that answers tell what they showed
    call_command("collectstatic", interactive=False, verbosity=0)
    user = User.objects.filter(username="bench.official").first() or User(username="bench.official")
    user.role, user.division_id, user.display_name = Role.OFFICIAL, PREFECTURE, "bench"
    user.set_unusable_password()
    user.save()
    client = Client(headers={"host": "localhost"})
    client.force_login(user)
    return client


def _page(client: Any, division: str) -> tuple[list[float], Any]:
    """Milliseconds of the page each time, and what it showed."""
    times = []
    for _round in range(WARM_UP + ROUNDS):
        start = time.perf_counter()
        answer = client.get("/dashboard/", {"division": division})
        times.append(1000 * (time.perf_counter() - start))
        if answer.status_code != 200:
            raise RuntimeError(f"dashboard: {answer.status_code}")
    return times[WARM_UP:], answer.context


def _peer(context: Any) -> float:
    """Milliseconds of the same figures by GROUP BY.

    Raises:
        RuntimeError: they are not what the page shows.
    """
    from django.db import connection

    start = time.perf_counter()
    found: dict[str, dict[str, tuple[Any, ...]]] = {}
    with connection.cursor() as cursor:
        for name, statement in _PEERS.items():
            cursor.execute(statement, {"now": context["shown"].as_of})
            found[name] = {row[0]: row[1:] for row in cursor.fetchall()}
    taken = 1000 * (time.perf_counter() - start)
    figures, page = context["figures"], context["shown"]
    codes = ("accepted", "resolved", "open", "overdue")

    def sums(rows: Iterable[Any]) -> dict[str, tuple[Any, ...]]:
        return {row.key: tuple(row.counts[code] for code in codes) for row in rows if row.accepted}

    shown = {
        "all": {"": tuple(figures[code].value for code in codes)},
        "places": sums(place.row for place in page.places),
        "categories": sums(page.categories),
        "months": {point.label: (point.accepted, point.resolved) for point in page.points if point.accepted},
    }
    counted = {**found, "all": {"": found["all"][""][:4]}}
    for name, rows in shown.items():
        if rows != counted[name]:
            raise RuntimeError(f"dashboard: {name} differ from the cases: {rows} instead of {counted[name]}")
    if abs(figures["median_days"].value - found["all"][""][4]) > 1:
        raise RuntimeError("dashboard: the median differs from the cases")
    return taken
