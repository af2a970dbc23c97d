"""Figures of follow-up visits and second calls. What the petitioners said is a figure of the cases, see measures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q, Sum
from django.db.models.functions import Left, TruncDate
from django.utils.translation import gettext_lazy as _

from governance_center.calendar import LOCAL_ZONE
from governance_center.scope import within
from mediation.models import FollowUp, SecondCallDraw
from reporting.measures import Basis, Figure, Measure, Unit, figure_of
from reporting.periods import Period

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


def read(scope_code: str, period: Period, today: dt.date) -> Visits:
    """Four queries: visits, second calls, those that differ, draws."""
    counts = _visits(scope_code, period).aggregate(**_counted(today), **_outcomes())
    seconds = FollowUp.objects.second_calls().filter(_days(period), within("case__division__code", scope_code))
    done = seconds.filter(state=FollowUp.State.DONE)
    counts |= {"second_done": done.count(), "differing": done.differing().count(), **_draws(scope_code, period)}
    found = [(value, str(label), counts[f"outcome_{value}"]) for value, label in FollowUp.Outcome.choices]
    return Visits({code: figure_of(measure, counts) for code, measure in MEASURES.items()}, found)


def by_place(scope_code: str, digits: int, period: Period, today: dt.date) -> dict[str, dict[str, Figure]]:
    """The figures of :data:`VISITS` by the code of the place, cut to ``digits``."""
    rows = _visits(scope_code, period).annotate(place=Left("case__division_id", digits)).order_by()
    counted = rows.values("place").annotate(**_counted(today))
    return {row["place"]: {code: figure_of(MEASURES[code], row) for code in VISITS} for row in counted}


def nothing() -> dict[str, Figure]:
    """The figures of a place without visits."""
    counts = dict.fromkeys(("visits", "done", "on_time", "over", "overdue"), 0)
    return {code: figure_of(MEASURES[code], counts) for code in VISITS}


def _days(period: Period) -> Q:
    return Q(due_on__gte=period.first, due_on__lte=period.last)


def _visits(scope_code: str, period: Period):  # type: ignore[no-untyped-def]
    rows = FollowUp.objects.of_plan().filter(_days(period), within("case__division__code", scope_code))
    return rows.annotate(made_on=TruncDate("done_at", tzinfo=LOCAL_ZONE))


def _counted(today: dt.date) -> dict[str, Any]:
    state = FollowUp.State
    counts = Q(state__in=(state.PLANNED, state.DONE))
    over = counts & Q(due_on__lt=today)
    return {
        "visits": Count("pk", filter=counts),
        "done": Count("pk", filter=Q(state=state.DONE)),
        "over": Count("pk", filter=over),
        "on_time": Count("pk", filter=over & Q(state=state.DONE, made_on__lte=F("due_on"))),
        "overdue": Count("pk", filter=over & Q(state=state.PLANNED)),
        "cancelled": Count("pk", filter=Q(state=state.CANCELLED)),
        "covered": Count("pk", filter=Q(state=state.COVERED)),
        "not_reached": Count("pk", filter=Q(state=state.DONE, outcome=FollowUp.Outcome.NOT_REACHED)),
    }


def _outcomes() -> dict[str, Any]:
    done = Q(state=FollowUp.State.DONE)
    return {f"outcome_{value}": Count("pk", filter=done & Q(outcome=value)) for value in FollowUp.Outcome.values}


def _draws(scope_code: str, period: Period) -> dict[str, int]:
    """Counties draw; a township has none of its own."""
    rows = SecondCallDraw.objects.filter(
        within("division__code", scope_code), week__gte=period.first, week__lte=period.last
    )
    found = rows.aggregate(drawn=Sum("drawn"), drawn_from=Sum("visits"))
    return {name: value or 0 for name, value in found.items()}
