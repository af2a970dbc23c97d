"""The pages of mediation, follow-ups, departments and waiting, and the rows behind each of their numbers, with a
million cases and what happened about them: sixty years of a prefecture that registers 16,412 a year.

Agreements, sessions, visits and shifts come from the roll-ups and must equal what their own tables say; the rest is
added up when a page is opened. Also the dashboard while some cases are not folded yet. Peer of the lists: counting the
visits of a county, which a list that shows how many pages it has would do first; of the pages: the same page for the
whole time, which no preset offers.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from typing import Any

from benchmarks import bulk, bulk_rows
from benchmarks.dashboard import COUNTY, PREFECTURE, TOWNSHIP, official
from benchmarks.opening import median_of
from benchmarks.run import Row

CASES, CHANGED = 1_000_000, 100
TARGET, PAGE_TARGET, DASHBOARD_TARGET, SLOWEST = 150.0, 400.0, 100.0, 8
PAGES = ("mediation", "follow-ups", "departments", "waiting")


def run() -> list[Row]:
    """The slowest and the middle list over their target, and each page of the year."""
    bulk.prepare()
    bulk.build(CASES)
    bulk_rows.fill()
    return measure()


def measure() -> list[Row]:
    """What the rows that are there take."""
    client = official()
    _check()
    taken = {query: median_of(client, f"/dashboard/rows/?{query}", target=TARGET) for query in _lists()}
    slow = sorted(taken, key=lambda query: -taken[query])[:SLOWEST]
    for query in slow:
        print(f"rows: {taken[query]:.0f} ms: {query}")
    worst, middle, peer = taken[slow[0]], statistics.median(taken.values()), _counting()
    what = f"the slowest of {len(taken)} lists of rows with {CASES:,} cases, beside counting the visits of a county"
    rows = [
        Row("rows.worst", what, worst, "ms", peer, worst / TARGET, f"≤ {TARGET:g} ms", worst <= TARGET),
        Row("rows.median", "the middle one", middle, "ms", peer, middle / TARGET, f"≤ {TARGET:g} ms", middle <= TARGET),
    ]
    for page in PAGES:
        year, always = (median_of(client, f"/dashboard/{page}/?{query}", target=TARGET) for query in _periods())
        what = f"the page of {page} of the prefecture for this year, beside the one for the whole time"
        ratio, goal = year / PAGE_TARGET, f"≤ {PAGE_TARGET:g} ms"
        rows.append(Row(f"rows.{page}", what, year, "ms", always, ratio, goal, year <= PAGE_TARGET))
    return [*rows, _changed(client)]


def _changed(client: Any) -> Row:
    """The dashboard while cases that were just changed wait for being folded, which happens every twenty seconds."""
    from reporting.models import ChangedCase

    address = f"/dashboard/?division={PREFECTURE}"
    folded = median_of(client, address, target=0)
    ChangedCase.objects.bulk_create(ChangedCase(case_id=1 + 4999 * n) for n in range(CHANGED))
    changed = median_of(client, address, target=0)
    ChangedCase.objects.all().delete()
    what = f"the dashboard with {CHANGED} cases that are not folded yet, beside the one with none"
    goal, ratio = f"≤ {DASHBOARD_TARGET:g} ms", changed / DASHBOARD_TARGET
    return Row("rows.changed", what, changed, "ms", folded, ratio, goal, changed <= DASHBOARD_TARGET)


def _check() -> None:
    """Print how long the figures of this year take from the roll-ups and from their own tables.

    Raises:
        RuntimeError: they are not the same.
    """
    from django.utils import timezone

    from reporting import counted
    from reporting.periods import Period
    from reporting.rollups import deeds, desk
    from reporting.rollups.reading import reading

    today = timezone.localdate()
    for kind in (*deeds.KINDS, "shifts"):
        for period in (Period(today.replace(month=1, day=1), today), Period(bulk.BEGIN, today)):
            with reading() as reader:
                start = time.perf_counter()
                of_desks = kind == "shifts"
                kept = (desk.shifts(reader, PREFECTURE, period) if of_desks
                        else deeds.totals(reader, kind, PREFECTURE, period))  # fmt: skip
                middle = time.perf_counter()
                told = counted.totals(kind, PREFECTURE, period, reader.today)
                end = time.perf_counter()
            if kept != told:
                raise RuntimeError(f"rows: {kind} differ from their table: {kept} instead of {told}")
            print(f"rows: {kind} since {period.first}: {1000 * (middle - start):.0f} ms from the roll-ups, "
                  f"{1000 * (end - middle):.0f} ms from their table")  # fmt: skip


def _periods() -> Iterator[str]:
    """The address of this year, and of all that is there."""
    from django.utils import timezone

    today = timezone.localdate()
    for first in (today.replace(month=1, day=1), bulk.BEGIN):
        yield f"division={PREFECTURE}&first={first}&last={today}"


def _lists() -> Iterator[str]:
    """The address of the list of each number, in a place of each level, for the whole time and the last 30 days."""
    import datetime as dt
    from urllib.parse import urlencode

    from django.utils import timezone

    from departments.models import Division
    from reporting.counted_page import FIGURES
    from reporting.drill import DENOMINATOR, NUMERATOR

    today = timezone.localdate()
    village = Division.objects.filter(parent=TOWNSHIP).order_by("code").first()
    for code, figure in FIGURES.items():
        for place in (PREFECTURE, COUNTY, TOWNSHIP, *([village.pk] if village else [])):
            for first in (bulk.BEGIN, today - dt.timedelta(days=30)):
                for of in (NUMERATOR, *([DENOMINATOR] if figure.denominator else [])):
                    yield urlencode({"figure": code, "division": place, "first": first, "last": today, "of": of})


def _counting() -> float:
    from django.db import connection

    start = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM mediation_followup v JOIN cases_case c ON c.id = v.case_id "
            "WHERE c.division_id LIKE %s",
            [f"{COUNTY}%"],
        )
        cursor.fetchone()
    return 1000 * (time.perf_counter() - start)
