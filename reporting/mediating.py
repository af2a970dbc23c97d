"""Figures of the mediation rooms that are not about cases: agreements and sessions, counted as they are now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, Q
from django.db.models.functions import Left
from django.utils.translation import gettext_lazy as _

from cases.models import Case
from cases.states import OPEN_STATES
from governance_center.calendar import day_end, day_start
from governance_center.scope import within
from mediation.models import Agreement, Mediator, Session
from reporting.measures import Basis, Figure, Measure, Unit, figure_of
from reporting.periods import Period

MEASURES: Mapping[str, Measure] = {
    measure.code: measure
    for measure in (
        Measure("agreements_written", _("Written agreements"),
                _("Written agreements that were reached in the period, in force or not."), Basis.PERIOD, ("written",)),
        Measure("agreements_oral", _("Oral agreements"),
                _("Oral agreements that were reached in the period and registered."), Basis.PERIOD, ("oral",)),
        Measure("sessions_held", _("Sessions held"),
                _("Mediation sessions that began in the period and were held."), Basis.PERIOD, ("held",)),
        Measure("sessions_failed", _("Sessions that came to nothing"),
                _("Mediation sessions called for the period that were recorded as come to nothing, with the reason."),
                Basis.PERIOD, ("failed",), direction="down"),
        Measure("failure_rate", _("Share that came to nothing"),
                _("Of the sessions of the period that were held or came to nothing, those that came to nothing. "
                  "Cancelled ones are counted apart."),
                Basis.PERIOD, ("failed",), ("held", "failed"), Unit.PERCENT, "down", ("sessions_cancelled",)),
        Measure("sessions_cancelled", _("Sessions cancelled"),
                _("Mediation sessions called for the period and cancelled before."), Basis.PERIOD, ("cancelled",)),
        Measure("in_hand", _("In mediators' hands now"),
                _("Open cases that have a mediator at this moment, whenever they were accepted."), Basis.PERIOD,
                ("in_hand",)),
        Measure("mediators", _("Active mediators"),
                _("Active mediators of active committees at this moment."), Basis.PERIOD, ("mediators",)),
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mediating:
    """The figures of a division and period by code, and why sessions came to nothing, the most frequent first."""

    figures: Mapping[str, Figure]
    failures: Sequence[tuple[str, int]]


def read(scope_code: str, period: Period) -> Mediating:
    """Four queries: agreements, sessions, cases in hand, mediators."""
    agreed = _agreements(scope_code, period).aggregate(
        written=Count("pk", filter=Q(form=Agreement.Form.WRITTEN)), oral=Count("pk", filter=Q(form=Agreement.Form.ORAL))
    )
    states, failures = _sessions(scope_code, period)
    now = {
        "in_hand": Case.objects.filter(
            within("division__code", scope_code), mediator__isnull=False, state__in=OPEN_STATES
        ).count(),
        "mediators": Mediator.objects.active().filter(within("committee__division__code", scope_code)).count(),
    }
    counts = {**agreed, **states, **now}
    return Mediating({code: figure_of(measure, counts) for code, measure in MEASURES.items()}, failures)


def agreements_by_place(scope_code: str, digits: int, period: Period) -> dict[str, dict[str, int]]:
    """Written and oral agreements by the code of the place, cut to ``digits``."""
    rows = _agreements(scope_code, period).annotate(place=Left("case__division_id", digits)).order_by()
    counted = rows.values("place").annotate(
        written=Count("pk", filter=Q(form=Agreement.Form.WRITTEN)), oral=Count("pk", filter=Q(form=Agreement.Form.ORAL))
    )
    return {row["place"]: {"written": row["written"], "oral": row["oral"]} for row in counted}


def _agreements(scope_code: str, period: Period):  # type: ignore[no-untyped-def]
    days = Q(reached_on__gte=period.first, reached_on__lte=period.last)
    return Agreement.objects.filter(days, within("case__division__code", scope_code))


def _sessions(scope_code: str, period: Period) -> tuple[dict[str, int], list[tuple[str, int]]]:
    rows = Session.objects.filter(
        within("case__division__code", scope_code),
        period__startswith__gte=day_start(period.first),
        period__startswith__lt=day_end(period.last),
    )
    states = dict.fromkeys(Session.State.values, 0)
    failures: list[tuple[str, int]] = []
    for state, failure, count in rows.order_by().values_list("state", "failure").annotate(Count("pk")):
        states[state] += count
        if state == Session.State.FAILED:
            failures.append((str(Session.Failure(failure).label), count))
    return states, sorted(failures, key=lambda row: (-row[1], row[0]))
