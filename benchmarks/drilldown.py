"""From a number to its cases with ten million of them: the first page of each figure, in each order offered, in places
of each level and narrowed to a key of each dimension, as an official opens it.

Peer: counting the cases of the number, which a list that shows how many pages it has would do first.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator

from benchmarks import bulk
from benchmarks.dashboard import BIG, COUNTY, PREFECTURE, TOWNSHIP, official
from benchmarks.opening import median_of
from benchmarks.run import Row

TARGET = 150.0
SLOWEST = 8


def run() -> list[Row]:
    """The slowest first page over its target, and the middle one."""
    bulk.prepare()
    bulk.build(BIG)
    return measure()


def measure() -> list[Row]:
    """The pages of the cases that are there."""
    client = official()
    taken = {query: median_of(client, f"/dashboard/cases/?{query}", target=TARGET) for query in _pages()}
    slow = sorted(taken, key=lambda query: -taken[query])[:SLOWEST]
    for query in slow:
        print(f"drilldown: {taken[query]:.0f} ms: {query}")
    worst, middle, peer = taken[slow[0]], statistics.median(taken.values()), _counting()
    what = f"the slowest of {len(taken)} first pages with {BIG:,} cases, beside counting the accepted ones of a county"
    usual = "the middle one of these pages"
    return [
        Row("drilldown.worst", what, worst, "ms", peer, worst / TARGET, f"≤ {TARGET:g} ms", worst <= TARGET),
        Row("drilldown.median", usual, middle, "ms", peer, middle / TARGET, f"≤ {TARGET:g} ms", middle <= TARGET),
    ]


def _pages() -> Iterator[str]:
    """The addresses: every column in every order and place, and the slices that the pages link to."""
    import datetime as dt
    from urllib.parse import urlencode

    from django.utils import timezone

    from departments.models import Division
    from reporting.drill import Asked
    from reporting.periods import Period
    from reporting.rollups.columns import COLUMNS

    today = timezone.localdate()
    village = Division.objects.filter(parent=TOWNSHIP).order_by("code").first()
    places = [PREFECTURE, COUNTY, TOWNSHIP, *([village.pk] if village else [])]
    slices: list[dict[str, str]] = [{}, *_slices()]
    periods = (Period(bulk.BEGIN, today), Period(today - dt.timedelta(days=30), today))
    for column in COLUMNS:
        for place in places:
            for period in periods:
                for narrowed in slices:
                    for sort in Asked((column,), place, period, narrowed).sorts:
                        query = {"figure": column, "division": place, "first": period.first, "last": period.last}
                        yield urlencode(query | narrowed | {"sort": sort})


def _slices() -> Iterator[dict[str, str]]:
    """A frequent and a rare key of each dimension."""
    from django.db import connection

    with connection.cursor() as cursor:
        for dim, name in enumerate(("category", "channel", "level", "department"), 1):
            cursor.execute(
                "SELECT key FROM reporting_rollup WHERE dim = %s AND division = %s AND grain = 'y' AND accepted > 0 "
                "GROUP BY key ORDER BY sum(accepted)",
                [dim, PREFECTURE],
            )
            keys = [row[0] for row in cursor.fetchall()]
            yield from ({name: key} for key in (keys[0], keys[-1]))


def _counting() -> float:
    from django.db import connection

    start = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM cases_case WHERE division_id LIKE %s AND accepted_at IS NOT NULL", [f"{COUNTY}%"]
        )
        cursor.fetchone()
    return 1000 * (time.perf_counter() - start)
