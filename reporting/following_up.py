"""Figures of follow-up visits and second calls. What the petitioners said is a figure of the cases, see measures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from mediation.models import FollowUp
from reporting import counted
from reporting.measures import Basis, Figure, Measure, Unit, figure_of
from reporting.periods import Period
from reporting.rollups import deeds
from reporting.rollups.reading import Reader

MEASURES: Mapping[str, Measure] = {
    measure.code: measure
    for measure in (
        Measure("visits", _("Visits planned"),
                _("Visits after a resolution whose planned day lies in the period. Cancelled ones, those covered by a "
                  "later visit and second calls are counted apart."), Basis.PERIOD, ("visits",)),
        Measure("visits_done", _("Visits made"), _("Of the visits planned for the period, those made by now."),
                Basis.PERIOD, ("done",), direction="up"),
        Measure("visits_on_time", _("Made by their day"),
                _("Of the visits whose planned day lies in the period and is over, those made on that day or before."),
                Basis.PERIOD, ("on_time",), ("over",), Unit.PERCENT, "up",
                ("visits_cancelled", "visits_covered", "not_reached_rate")),
        Measure("visits_overdue", _("Visits overdue"),
                _("Visits whose planned day lies in the period and is over, and that are not made yet."),
                Basis.PERIOD, ("overdue",), direction="down"),
        Measure("visits_cancelled", _("Visits cancelled"), _("Visits planned for the period and cancelled."),
                Basis.PERIOD, ("cancelled",)),
        Measure("visits_covered", _("Covered by a later visit"),
                _("Visits planned for the period that were not made, because a later one took their place."),
                Basis.PERIOD, ("covered",)),
        Measure("not_reached_rate", _("Nobody was reached"),
                _("Of the visits of the period that were made, those that reached nobody."), Basis.PERIOD,
                ("not_reached",), ("done",), Unit.PERCENT, "down"),
        Measure("second_calls", _("Second calls made"),
                _("Visits made again by somebody else, drawn at random, whose planned day lies in the period."),
                Basis.PERIOD, ("second_done",)),
        Measure("differing_rate", _("Heard something else"),
                _("Of the second calls made, those that heard of another outcome, contentment or other signs than the "
                  "first visit."), Basis.PERIOD, ("differing",), ("second_done",), Unit.PERCENT, "down"),
        Measure("drawn", _("Drawn for a second call"),
                _("Of the visits of the weeks that began in the period, those drawn at random for a second call."),
                Basis.PERIOD, ("drawn",), ("drawn_from",), Unit.PERCENT),
    )
}  # fmt: skip

VISITS = ("visits", "visits_done", "visits_on_time", "visits_overdue")
BESIDE = ("visits_cancelled", "visits_covered", "not_reached_rate")
SECOND = ("drawn", "second_calls", "differing_rate")


@dataclass(frozen=True, slots=True)
class Visits:
    """The figures of the visits of a division and period by code, and what the visits found, in the order of the
    form."""

    figures: Mapping[str, Figure]
    outcomes: Sequence[tuple[str, str, int]]


def read(reader: Reader, scope_code: str, period: Period) -> Visits:
    """Visits and second calls from the roll-ups; the draws, one a county and week, as they are."""
    counts = counted.totals("draws", scope_code, period, reader.today)
    for kind in ("visits", "second_calls"):
        counts |= deeds.totals(reader, kind, scope_code, period)
    found = [(value, str(label), counts[f"outcome_{value}"]) for value, label in FollowUp.Outcome.choices]
    return Visits({code: figure_of(measure, counts) for code, measure in MEASURES.items()}, found)


def by_place(reader: Reader, scope_code: str, places: Iterable[str], period: Period) -> dict[str, dict[str, Figure]]:
    """The figures of :data:`VISITS` of the places right below and, by its own code, of what lies in none of them."""
    found = deeds.by_place(reader, "visits", scope_code, places, period)
    return {key: {code: figure_of(MEASURES[code], row) for code in VISITS} for key, row in found.items()}
