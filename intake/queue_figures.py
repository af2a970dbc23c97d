"""Waiting and service times as they were measured, from the rows of :class:`~intake.models.Period` alone."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import connection
from django.db.models import BooleanField, F, Func, QuerySet

from governance_center.scope import within
from intake.models import Purpose, Ticket

_MEASURED = """
    ticket.state, bool_or(kind <> 'waiting') AND ticket.state <> 'waiting' AS waited_to_the_end,
    coalesce(bool_or((started_at AT TIME ZONE 'Asia/Shanghai')::date
                     <> (period.ended_at AT TIME ZONE 'Asia/Shanghai')::date), false) AS overnight,
    extract(epoch FROM sum(period.ended_at - started_at) FILTER (WHERE kind = 'waiting')) AS waited,
    extract(epoch FROM sum(period.ended_at - started_at) FILTER (WHERE kind = 'serving')) AS served
"""
"""What the intervals ``period`` of a ticket make of it."""

COUNTS = {
    "tickets": "TRUE",
    "served": "measured.state = 'done'",
    "left": "measured.state = 'left'",
    "waited": "measured.waited_to_the_end AND NOT measured.overnight",
    "serving": "measured.state = 'done' AND NOT measured.overnight",
}
"""The tickets that a column counts, or whose times are taken; conditions on what was ``measured`` of a ticket."""

_FIGURES = f"""
SELECT coalesce(service, ''), count(*),
       count(*) FILTER (WHERE {COUNTS["served"]}), count(*) FILTER (WHERE {COUNTS["left"]}),
       percentile_cont(0.5) WITHIN GROUP (ORDER BY waited) FILTER (WHERE {COUNTS["waited"]}),
       percentile_cont(0.9) WITHIN GROUP (ORDER BY waited) FILTER (WHERE {COUNTS["waited"]}),
       percentile_cont(0.5) WITHIN GROUP (ORDER BY served) FILTER (WHERE {COUNTS["serving"]})
FROM (
    SELECT ticket.service, {_MEASURED}
    FROM intake_ticket AS ticket
    JOIN intake_period AS period ON period.ticket_id = ticket.id
    WHERE starts_with(ticket.centre_id, %(scope)s) AND ticket.day BETWEEN %(first)s AND %(last)s
    GROUP BY ticket.id
) AS measured
GROUP BY GROUPING SETS ((service), ())
"""

_TIMES = f"""
SELECT measured.id, measured.waited, measured.served
FROM (
    SELECT ticket.id, {_MEASURED}
    FROM intake_ticket AS ticket
    JOIN intake_period AS period ON period.ticket_id = ticket.id
    WHERE ticket.id = ANY(%(tickets)s)
    GROUP BY ticket.id
) AS measured
"""


@dataclass(frozen=True, slots=True)
class ServiceFigures:
    """One service, or all together where ``service`` is empty. Times in seconds, None where nothing was measured.

    ``waited``: all intervals of waiting of a ticket together, of tickets that were called and do not wait again.
    ``serving``: all intervals of being served together, of tickets that ended as served. Tickets that were kept
    overnight are counted, and left out of the times.
    """

    service: str
    tickets: int
    served: int
    left: int
    waited_median: float | None
    waited_p90: float | None
    serving_median: float | None


def figures(scope_code: str, first: dt.date, last: dt.date) -> list[ServiceFigures]:
    """The figures of the centres in a division, of the tickets taken on these local days (both included).

    One row for each service, also where nobody came, and the last for all together. The service is the one for
    which the ticket stands now, after transfers. An empty scope holds nothing.
    """
    found: dict[str, ServiceFigures] = {}
    if scope_code:
        with connection.cursor() as cursor:
            cursor.execute(_FIGURES, {"scope": scope_code, "first": first, "last": last})
            found = {row[0]: ServiceFigures(*row) for row in cursor.fetchall()}
    nothing = (0, 0, 0, None, None, None)
    return [found.get(code) or ServiceFigures(code, *nothing) for code in (*Purpose.values, "")]


_IS_COUNTED = f"""
EXISTS (
    SELECT FROM (
        SELECT {_MEASURED} FROM intake_ticket AS ticket
        JOIN intake_period AS period ON period.ticket_id = ticket.id
        WHERE ticket.id = %(expressions)s GROUP BY ticket.id
    ) AS measured WHERE {{condition}}
)
"""


def tickets(scope_code: str, first: dt.date, last: dt.date) -> QuerySet[Ticket]:
    """The tickets of the centres in a division that were taken on these local days (both included)."""
    return Ticket.objects.filter(within("centre__division__code", scope_code), day__gte=first, day__lte=last)


class IsCounted(Func):
    """Whether a ticket is counted in a column of :data:`COUNTS`; measured ticket by ticket, as a page needs it."""

    output_field = BooleanField()

    def __init__(self, column: str) -> None:
        super().__init__(F("pk"), template=_IS_COUNTED.format(condition=COUNTS[column]))


def times_of(found: list[Ticket]) -> dict[int, tuple[float | None, float | None]]:
    """Seconds that each of the tickets waited and was served, by its key; None where nothing was measured."""
    with connection.cursor() as cursor:
        cursor.execute(_TIMES, {"tickets": [ticket.pk for ticket in found]})
        return {key: (waited, served) for key, waited, served in cursor.fetchall()}
