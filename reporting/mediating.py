"""Figures of the mediation rooms that are not about cases: agreements and sessions, counted as they are now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from mediation.models import Session
from reporting import counted
from reporting.measures import Basis, Figure, Measure, Unit, figure_of
from reporting.periods import Period
from reporting.rollups import deeds
from reporting.rollups.reading import Reader

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
    """The figures of a division and period by code, and why sessions came to nothing (code, name, how often), the
    most frequent first."""

    figures: Mapping[str, Figure]
    failures: Sequence[tuple[str, str, int]]


def read(reader: Reader, scope_code: str, period: Period) -> Mediating:
    """Agreements and sessions from the roll-ups; cases in hand and mediators as they are now."""
    counts: dict[str, int] = {}
    for kind in ("agreements", "sessions"):
        counts |= deeds.totals(reader, kind, scope_code, period)
    for kind in ("in_hand", "mediators"):
        counts |= counted.totals(kind, scope_code, period)
    failures = [
        (why.value, str(why.label), counts[f"failed_{why}"]) for why in Session.Failure if counts[f"failed_{why}"]
    ]
    figures = {code: figure_of(measure, counts) for code, measure in MEASURES.items()}
    return Mediating(figures, sorted(failures, key=lambda row: (-row[2], row[1])))
