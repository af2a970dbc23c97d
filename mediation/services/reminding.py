"""Reminders, each stage told exactly once: when due, when overdue, and at last to the dispatchers.

One statement, which is a transaction by itself, finds what is to be told, writes the reminders and, for those rows
that it was the first to write, the messages. There is no moment between telling and marking, and nothing is locked
while a process is away. The row of a reminder is unique for its visit and stage: two sweeps at once, a clock set back
or a second run tell nothing again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping
from typing import Any

from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts.reminder_rules import Book, Rules, load
from cases import workflow
from cases.models import Case
from cases.states import State
from departments.models import LocalHoliday
from departments.presence import local_holidays_of
from governance_center.calendar import is_working_day
from governance_center.transactions import atomic
from mediation.models import FollowUp
from mediation.services import reminding_sql

BATCH = 2000
"""Reminders told in one statement: keeps transactions short however many are due."""

START_BATCH = 200
"""Cases whose follow-up is started in one transaction; each writes to its ledger."""

LOOK_BACK = dt.timedelta(days=150)
"""Further back than any stage counts (sixty working days at most), long national holidays included."""

Cursor = tuple[dt.date, int]
"""Day and key of what was told last."""


def sweep(*, today: dt.date, at: dt.datetime | None = None) -> int:
    """Tell every stage that has come by ``today``; returns how many reminders were made.

    Of a case whose earlier visit is still to be made only that one is asked for. Safe to run twice at once, to be
    killed at any point, to skip days and to see the clock go back. Takes time for what is due, not for what is not.
    The settings of reminders are read once; a change of them holds from the next sweep on and tells no stage again.

    Args:
        at: where it is a quiet hour at this moment nothing is told; when left out, it is told everywhere.
    """
    book = load()
    if at is not None and all(rules.is_quiet(at) for rules in book.rules.values()):
        return 0
    made = tell_due(today, book, at) + tell_performances(today, book, at)
    _start_follow_up(today)
    return made


def tell_due(today: dt.date, book: Book | None = None, at: dt.datetime | None = None) -> int:
    """Tell of visits: due to the visitor, overdue to the visitor, at last to the dispatchers.

    Each stage is counted in working days from the day on which the one before was told, and not from before the
    visit was due, so that days on which no sweep ran never bring several stages at once. Local holidays of the place
    of a case are no working days.
    """
    book = book or load()
    places = {"": frozenset[dt.date](), **{scope: local_holidays_of(scope) for scope in _scopes(today, book)}}
    rules = {scope: book.of(scope) for scope in places}
    values = _by_place(rules, at, lambda one: one.visit_days_before) | {
        "press_until": [working_days_before(today, rules[of].visit_overdue_days, free) for of, free in places.items()],
        "escalate_until": [
            working_days_before(today, rules[of].visit_escalated_days, free) for of, free in places.items()
        ],
    }
    return _tell_all(reminding_sql.VISITS, today, values)


def tell_performances(today: dt.date, book: Book | None = None, at: dt.datetime | None = None) -> int:
    """Tell of obligations and instalments: some days before, on the day, and once when they are overdue.

    The mediator is told, or the dispatchers where the case has none; of what is overdue both are. Only the stage of
    today is told, whatever days were skipped, and only while the agreement stands.
    """
    rules = (book or load()).rules
    values = _by_place(rules, at, lambda one: one.performance_days_before) | {
        "grace": [one.performance_overdue_days for one in rules.values()]
    }
    return sum(_tell_all(source, today, values) for source in (reminding_sql.OBLIGATIONS, reminding_sql.INSTALMENTS))


def working_days_before(day: dt.date, length: int, local_holidays: Collection[dt.date] = ()) -> dt.date:
    """The day that lies ``length`` working days before ``day``, by the national calendar and the local holidays."""
    while length > 0:
        length -= is_working_day(day, local_holidays)[0]
        day -= dt.timedelta(days=1)
    return day


def _by_place(rules: Mapping[str, Rules], at: dt.datetime | None, lead: Callable[[Rules], int]) -> dict[str, Any]:
    """What the statement is given of every kind of thing, one value for each scope."""
    leads = [lead(one) for one in rules.values()]
    quiet = [at is not None and one.is_quiet(at) for one in rules.values()]
    unmailed = [f",{','.join(one.unmailed_kinds())}," for one in rules.values()]
    return {
        "scopes": list(rules), "leads": leads, "furthest": max(leads), "quiet": quiet, "some_quiet": any(quiet),
        "unmailed": unmailed, "some_unmailed": any(kinds != ",," for kinds in unmailed),
    }  # fmt: skip


def _scopes(today: dt.date, book: Book) -> list[str]:
    """The divisions with settings of their own or with local holidays so near before ``today`` that they may count."""
    near = LocalHoliday.objects.filter(date__gt=today - LOOK_BACK, date__lte=today)
    with_holidays = near.order_by("scope").values_list("scope", flat=True).distinct()
    return sorted({*with_holidays, *book.rules} - {""})


def _tell_all(source: reminding_sql.Source, today: dt.date, values: Mapping[str, Any]) -> int:
    """Batch by batch, each committed by itself; returns how many were told."""
    made, found, after = 0, BATCH, (dt.date.min, 0)
    while found == BATCH:
        found, told, after = _tell(source, today, after, values)
        made += told
    return made


def _tell(
    source: reminding_sql.Source, today: dt.date, after: Cursor, values: Mapping[str, Any]
) -> tuple[int, int, Cursor]:
    """Tell the next; returns how many there were, how many of them this call told, and the last of them."""
    given = {
        **values,
        "subject": source.subject.value,
        "today": today,
        "now": timezone.now(),
        "after_day": after[0],
        "after": after[1],
        "batch": BATCH,
        "visit_url": reverse("mediation:follow_up", args=[0]),
        "case_url": reverse("cases:detail", args=["0"]),
    }
    with connection.cursor() as cursor:
        cursor.execute(reminding_sql.statement(source), given)
        found, told, day, key = cursor.fetchone()
    return found, told, (day or after[0], key or after[1])


def _start_follow_up(today: dt.date) -> None:
    """The cases of which a visit was told go over to follow-up; what a killed sweep left is made good here too."""
    after = 0
    while True:
        keys = FollowUp.objects.due(today).awaited().filter(case__state=State.RESOLVED, case__gt=after)
        found = list(keys.order_by("case").values_list("case", flat=True).distinct()[:START_BATCH])
        if not found:
            return
        after = found[-1]
        _start(found)


@atomic
def _start(keys: list[int]) -> None:
    now = timezone.now()
    cases = Case.objects.select_for_update(of=("self",), skip_locked=True).filter(pk__in=keys, state=State.RESOLVED)
    for case in cases.order_by("pk"):
        if FollowUp.objects.awaited().filter(case=case).exists():
            workflow.move(case, "start_follow_up", by=None, at=now)
