"""Follow-up visits after a resolution: those planned for a period that is over, and those of them that were made."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from reporting.measures import Basis, Figure, Measure, Unit, figure_of
from reporting.periods import Period
from reporting.rollups import deeds
from reporting.rollups.reading import Reader

VISIT_RATE = Measure(
    "visit_rate",
    _("Follow-up visits made"),
    _("Of the follow-up visits planned for days of the period that are over, those made or covered by a later visit. "
      "Cancelled visits and second calls are not counted."),
    Basis.PERIOD, ("visits_made",), ("visits_planned",), Unit.PERCENT, "up",
)  # fmt: skip


def visits(reader: Reader, scope_code: str, period: Period) -> Figure:
    """The share of visits made, with its interval."""
    return figure_of(VISIT_RATE, deeds.totals(reader, "visits", scope_code, period))
