"""Follow-up visits after a resolution: those planned for a period that is over, and those of them that were made."""

from __future__ import annotations

import datetime as dt

from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from governance_center.scope import within
from mediation.models import FollowUp
from reporting.measures import Basis, Figure, Measure, Unit
from reporting.periods import DAY, Period
from reporting.statistics import wilson

VISIT_RATE = Measure(
    "visit_rate",
    _("Follow-up visits made"),
    _("Of the follow-up visits planned for days of the period that are over, those made or covered by a later visit. "
      "Cancelled visits and second calls are not counted."),
    Basis.PERIOD, ("visits_made",), ("visits_planned",), Unit.PERCENT, "up",
)  # fmt: skip


def visits(scope_code: str, period: Period, today: dt.date) -> Figure:
    """The share of visits made, with its interval, in one query."""
    made = Q(state__in=(FollowUp.State.DONE, FollowUp.State.COVERED))
    counted = (
        FollowUp.objects.of_plan()
        .filter(within("case__division__code", scope_code))
        .filter(due_on__range=(period.first, min(period.last, today - DAY)))
        .exclude(state=FollowUp.State.CANCELLED)
        .aggregate(planned=Count("pk"), made=Count("pk", filter=made))
    )
    above, below = counted["made"], counted["planned"]
    if not below:
        return Figure(VISIT_RATE, None, above, below)
    low, high = wilson(above, below)
    return Figure(VISIT_RATE, 100 * above / below, above, below, 100 * low, 100 * high)
