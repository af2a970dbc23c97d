"""Follow-up visits after a resolution: those planned for a period that is over, and those of them that were made."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext_lazy as _

from reporting import counted
from reporting.measures import Basis, Figure, Measure, Unit, figure_of
from reporting.periods import Period

VISIT_RATE = Measure(
    "visit_rate",
    _("Follow-up visits made"),
    _("Of the follow-up visits planned for days of the period that are over, those made or covered by a later visit. "
      "Cancelled visits and second calls are not counted."),
    Basis.PERIOD, ("visits_made",), ("visits_planned",), Unit.PERCENT, "up",
)  # fmt: skip


def visits(scope_code: str, period: Period, today: dt.date) -> Figure:
    """The share of visits made, with its interval, in one query."""
    return figure_of(VISIT_RATE, counted.totals("visits", scope_code, period, today))
