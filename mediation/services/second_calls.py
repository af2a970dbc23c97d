"""Second calls: a share of the visits of a week, drawn at random, is made again by somebody else.

Pressure on the resolution rate makes false closings; who writes a visit down should know that it may be checked.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Sequence

from django.urls import reverse
from django.utils import timezone

from accounts.notifications import notify
from cases import ledger
from cases.models import Case, EventKind
from cases.services.common import lock
from departments.models import Division
from governance_center.calendar import day_start
from governance_center.transactions import atomic
from mediation.models import FollowUp, SecondCallDraw, SecondCallShare
from mediation.services import visitors

DEFAULT_PERCENT = 5
"""Where no share is set, neither for the county nor for the prefecture."""

DAYS_TO_CALL = 7
"""A second call is made within so many days."""


def draw_week(*, today: dt.date) -> int:
    """Draw the second calls of the week before ``today`` in every county; returns how many were drawn.

    Each county and week is drawn once, however often and by however many workers this runs.
    """
    week = today - dt.timedelta(days=today.weekday() + 7)
    counties = Division.objects.counties().order_by("pk")
    return sum(_draw(county, week, today) for county in counties)


def rank(seed: str, visit: int) -> str:
    """The lot of a visit: whoever knows the seed can draw again, on any machine."""
    return hashlib.sha256(f"{seed}:{visit}".encode()).hexdigest()


def pick(visits: Sequence[int], *, percent: int, seed: str) -> list[int]:
    """The keys with the lowest lots: ``percent`` of a hundred, rounded up."""
    count = -(-len(visits) * percent // 100)
    return sorted(visits, key=lambda visit: rank(seed, visit))[:count]


@atomic
def _draw(county: Division, week: dt.date, today: dt.date) -> int:
    """The draw of one county; 0 where another worker made it or makes it now."""
    seed, percent = secrets.token_hex(16), percent_of(county)
    start, end = day_start(week), day_start(week + dt.timedelta(days=7))
    made = FollowUp.objects.of_plan().filter(
        state=FollowUp.State.DONE, done_at__gte=start, done_at__lt=end,
        case__division__code__startswith=county.pk, second__isnull=True,
    ).exclude(outcome__in=(FollowUp.Outcome.RELAPSE, FollowUp.Outcome.NOT_REACHED))  # fmt: skip
    keys = list(made.order_by("pk").values_list("pk", flat=True))
    chosen = pick(keys, percent=percent, seed=seed)
    row, is_new = SecondCallDraw.objects.get_or_create(
        division=county,
        week=week,
        defaults={
            "seed": seed, "percent": percent, "visits": len(keys), "drawn": len(chosen), "made_at": timezone.now(),
        },
    )  # fmt: skip
    if not is_new:
        return 0
    for key in chosen:
        _give(FollowUp.objects.select_related("case", "plan").get(pk=key), row, today)
    return len(chosen)


def percent_of(county: Division) -> int:
    """The share of the county, else that of its prefecture."""
    rows = SecondCallShare.objects.filter(division__in=[county.pk, county.pk[:4]])
    nearest = max(rows, key=lambda row: len(row.division_id), default=None)
    return nearest.percent if nearest else DEFAULT_PERCENT


def _give(first: FollowUp, row: SecondCallDraw, today: dt.date) -> None:
    case = lock(Case(pk=first.case_id))
    choice = visitors.choose(case, first.plan, barred=visitors.makers(first))
    second = FollowUp.objects.create(
        case=case, round=first.round, day=first.day, due_on=today + dt.timedelta(days=DAYS_TO_CALL),
        origin=FollowUp.Origin.SECOND, second_of=first, plan=first.plan, assignee_id=choice.visitor,
        why_visitor=choice.why,
    )  # fmt: skip
    visitors.let_read(case, [choice.visitor])
    facts = {
        "follow_up": first.pk, "second": second.pk, "draw": row.pk, "week": row.week.isoformat(), "seed": row.seed,
        "percent": row.percent, "visits": row.visits, "visitor": choice.visitor,
    }  # fmt: skip
    ledger.append(case, [ledger.Entry(EventKind.SECOND_CALL_DRAWN, None, facts)])
    notify(
        [second.assignee] if second.assignee else [], "follow_up.second", key=f"follow_up.second:{second.pk}",
        params={"number": case.number, "date": second.due_on.isoformat()},
        url=reverse("mediation:follow_up", args=[second.pk]),
    )  # fmt: skip
