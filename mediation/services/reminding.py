"""Reminders of follow-up visits: each told exactly once, whatever happens to the process that tells.

A visit that has fallen due is told and marked in one statement, so that there is no moment in which one is done and
the other is not. The message carries the visit in its key, which the database keeps unique: should the mark ever be
lost, as in a restored backup, the message is still not told again.
"""

from __future__ import annotations

import datetime as dt

from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from accounts.notifications import notify
from cases import workflow
from cases.models import Case
from cases.services.dispatching import staff_for
from cases.states import State
from governance_center.transactions import atomic
from mediation.models import FollowUp

BATCH = 2000
"""Visits told in one transaction: keeps locks short and memory bounded however many are due."""

START_BATCH = 200
"""Cases whose follow-up is started in one transaction; each writes to its ledger."""

KIND = "follow_up.due"

Cursor = tuple[dt.date, int]
"""Day and key of the visit that was looked at last."""

_TELL = """
WITH due AS MATERIALIZED (
    SELECT visit.id, visit.case_id, visit.day, visit.due_on, visit.assignee_id
    FROM mediation_followup visit
    WHERE visit.state = 'planned' AND visit.reminded_at IS NULL
      AND visit.due_on <= %(today)s AND (visit.due_on, visit.id) > (%(after_day)s, %(after)s)
      AND NOT EXISTS (
          SELECT FROM mediation_followup earlier
          WHERE earlier.case_id = visit.case_id AND earlier.state = 'planned' AND earlier.due_on < visit.due_on)
    ORDER BY visit.due_on, visit.id LIMIT %(batch)s
    FOR UPDATE OF visit SKIP LOCKED
), told AS (
    INSERT INTO accounts_notification
        (recipient_id, kind, params, url, key, created_at, email_state, email_attempts, email_error)
    SELECT member.id, %(kind)s,
           jsonb_build_object('number', matter.number, 'day', due.day, 'date', due.due_on),
           replace(%(url)s, '/0/', '/' || due.id || '/'), 'follow_up:' || due.id, %(now)s,
           CASE WHEN member.email = '' THEN 'none' ELSE 'pending' END, 0, ''
    FROM due JOIN cases_case matter ON matter.id = due.case_id JOIN accounts_user member ON member.id = due.assignee_id
    ON CONFLICT (recipient_id, key) DO NOTHING
)
UPDATE mediation_followup visit SET reminded_at = %(now)s FROM due WHERE visit.id = due.id
RETURNING visit.due_on, visit.id, visit.assignee_id IS NULL
"""


def sweep(*, today: dt.date) -> int:
    """Turn every visit that has fallen due into one reminder; returns how many were made.

    Of a case whose earlier visit is still to be made only that one is asked for. Safe to run twice at once, to be
    killed at any point, to skip days and to see the clock go back. Takes time for what is due, not for what is not.
    """
    made = tell_due(today)
    _start_follow_up()
    return made


def tell_due(today: dt.date) -> int:
    """The telling of :func:`sweep`: batch by batch, each committed by itself; returns how many were told."""
    made, count, after = 0, BATCH, (dt.date.min, 0)
    while count == BATCH:
        count, after = _tell(today, after)
        made += count
    return made


@atomic
def _tell(today: dt.date, after: Cursor) -> tuple[int, Cursor]:
    """Tell the next visits; returns how many, and the last of them."""
    values: dict[str, int | str | dt.date] = {
        "today": today,
        "after_day": after[0],
        "after": after[1],
        "batch": BATCH,
        "kind": KIND,
        "url": reverse("mediation:follow_up", args=[0]),
        "now": timezone.now(),
    }
    with connection.cursor() as cursor:
        cursor.execute(_TELL, values)
        rows = cursor.fetchall()
    _tell_dispatchers([pk for _day, pk, has_nobody in rows if has_nobody])
    return len(rows), max(((day, pk) for day, pk, _nobody in rows), default=after)


def _tell_dispatchers(keys: list[int]) -> None:
    """A visit that nobody was asked to make is the dispatchers' to give away."""
    for visit in FollowUp.objects.filter(pk__in=keys).select_related("case"):
        notify(
            staff_for(Role.DISPATCHER, visit.case.division_id),
            KIND,
            key=f"follow_up:{visit.pk}",
            params={"number": visit.case.number, "day": visit.day, "date": visit.due_on.isoformat()},
            url=reverse("mediation:follow_up", args=[visit.pk]),
        )


def _start_follow_up() -> None:
    """The cases of which a visit was told go over to follow-up; what a killed sweep left is made good here too."""
    after = 0
    while True:
        keys = FollowUp.objects.awaited().filter(case__state=State.RESOLVED, case__gt=after).order_by("case")
        found = list(keys.values_list("case", flat=True).distinct()[:START_BATCH])
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
