"""Each figure has one definition, here. Dashboard, interface, exports and briefings read it and compute nothing else.

A measure names the columns of the roll-ups (:mod:`reporting.rollups.columns`) that make its numerator and, where it is
a rate, its denominator. ``COHORT`` measures tell what has become by now of the cases accepted in the period;
``PERIOD`` measures tell what happened in the period. The two are never put into one fraction.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from reporting.statistics import wilson

SMALL = 30
"""Below so many cases a rate says little; it is marked."""


class Basis(enum.StrEnum):
    COHORT = "cohort"
    PERIOD = "period"


class Unit(enum.StrEnum):
    COUNT = "count"
    PERCENT = "percent"
    DAYS = "days"
    HOURS = "hours"
    MINUTES = "minutes"


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure: code, name, definition, and what it is made of.

    ``numerator`` and ``denominator`` are columns that are added up; a column with a leading ``-`` is taken away. A
    median has neither: it is read from the durations. ``direction`` is ``up`` where more is better, ``down`` where
    less is, and empty where neither can be said. ``guards`` are the figures that must stand beside it, because it could
    be made to look better through them.
    """

    code: str
    name: str | Promise
    definition: str | Promise
    basis: Basis = Basis.COHORT
    numerator: tuple[str, ...] = ()
    denominator: tuple[str, ...] = ()
    unit: Unit = Unit.COUNT
    direction: str = ""
    guards: tuple[str, ...] = ()

    @property
    def is_rate(self) -> bool:
        return bool(self.denominator)


@dataclass(frozen=True, slots=True)
class Figure:
    """A measure with its value. ``value`` is in the measure's unit, None where it cannot be said.

    ``low`` and ``high`` are the 95 % interval of a rate in percent (Wilson 1927); None for anything else.
    """

    measure: Measure
    value: float | None
    numerator: int | None = None
    denominator: int | None = None
    low: float | None = None
    high: float | None = None

    @property
    def is_small(self) -> bool:
        """Whether a rate rests on fewer than :data:`SMALL` cases."""
        return self.denominator is not None and self.denominator < SMALL

    @property
    def code(self) -> str:
        return self.measure.code


def figure(code: str, counts: Mapping[str, int]) -> Figure:
    """The figure of a measure that is made of counts.

    Raises:
        KeyError: no such measure.
        ValueError: a median, which is not made of counts.
    """
    return figure_of(MEASURES[code], counts)


def figure_of(measure: Measure, counts: Mapping[str, int]) -> Figure:
    """As :func:`figure`, for a measure whose columns are counted elsewhere than in the roll-ups."""
    if not measure.numerator:
        raise ValueError(f"{measure.code} is not made of counts")
    above = _total(measure.numerator, counts)
    if not measure.is_rate:
        return Figure(measure, above, above)
    below = _total(measure.denominator, counts)
    if not below:
        return Figure(measure, None, above, below)
    low, high = wilson(above, below)
    return Figure(measure, 100 * above / below, above, below, 100 * low, 100 * high)


def _total(columns: tuple[str, ...], counts: Mapping[str, int]) -> int:
    return sum(-counts[name[1:]] if name.startswith("-") else counts[name] for name in columns)


_ANSWERED = ("content", "fairly", "not_content")

MEASURES: Mapping[str, Measure] = {
    measure.code: measure
    for measure in (
        Measure(
            "accepted", _("Accepted"),
            _("Cases accepted in the period. Refused and merged matters and consultations are counted apart."),
            numerator=("accepted",),
        ),
        Measure(
            "resolved", _("Resolved"),
            _("Of the cases accepted in the period, those resolved by now: by written or oral agreement, by "
              "settlement or by a fulfilled service."),
            numerator=("resolved",), direction="up",
        ),
        Measure(
            "resolution_rate", _("Resolution rate"),
            _("Resolved divided by accepted, of the same cases. Withdrawn cases and those guided to court stay "
              "in the denominator."),
            numerator=("resolved",), denominator=("accepted",), unit=Unit.PERCENT, direction="up",
            guards=("refusal_rate", "merged", "withdrawn", "quick_rate", "relapse_rate", "answer_rate"),
        ),
        Measure(
            "adjusted_rate", _("Resolution rate, exclusions taken out"),
            _("As the resolution rate, without the cases whose exclusion was asked for, approved and logged as "
              "unreasonable or outside our duties. It never stands without the rate over all cases."),
            numerator=("resolved", "-excluded_resolved"), denominator=("accepted", "-excluded"),
            unit=Unit.PERCENT, direction="up",
        ),
        Measure("excluded", _("Left out of the adjusted rate"),
                _("Of the cases accepted in the period, those left out of the adjusted rate by an approved appeal."),
                numerator=("excluded",), direction="down"),
        Measure(
            "resolved_in_period", _("Resolved in the period"),
            _("Cases resolved in the period, whenever they were accepted. Never used for the rate."),
            Basis.PERIOD, ("resolved_in_period",),
        ),
        Measure("open", _("Open"), _("Of the cases accepted in the period, those neither resolved nor ended."),
                numerator=("open",)),
        Measure("overdue", _("Overdue"),
                _("Of the open ones, those with a time limit that has passed and was not met."),
                numerator=("overdue",), direction="down"),
        Measure("ended_otherwise", _("Ended without a solution"),
                _("Of the cases accepted in the period: withdrawn, or guided to another way."),
                numerator=("withdrawn", "guided"), direction="down"),
        Measure("withdrawn", _("Withdrawn"), _("Of the cases accepted in the period, those taken back by the petitioner."),
                numerator=("withdrawn",), direction="down"),
        Measure("guided", _("Guided to another way"),
                _("Of the cases accepted in the period, those that ended without a solution and were guided to court, "
                  "arbitration, a ruling, review or petition."),
                numerator=("guided",)),
        Measure("merged", _("Merged"),
                _("Cases accepted in the period and later merged into an earlier one; they no longer count as accepted."),
                numerator=("merged",)),
        Measure(
            "median_days", _("Median days"),
            _("Median of whole days from acceptance to resolution, of the resolved cases of the period."),
            unit=Unit.DAYS, direction="down",
        ),
        Measure(
            "time_to_resolution", _("Time to resolution"),
            _("Half of the cases accepted in the period were resolved within so many whole days. Open cases count with "
              "the time they have been open so far (Kaplan-Meier), so that quick cases alone do not make it short."),
            unit=Unit.DAYS, direction="down",
        ),
        Measure("reopened", _("Reopened"), _("Of the cases accepted in the period, those reopened at least once."),
                numerator=("reopened",), direction="down"),
        Measure(
            "relapse_rate", _("Relapse rate"),
            _("Of the cases accepted in the period that were resolved at least once, those reopened within 180 days of "
              "a resolution."),
            numerator=("relapsed",), denominator=("once_resolved",), unit=Unit.PERCENT, direction="down",
        ),
        Measure(
            "contained_rate", _("Contained below the county"),
            _("Of the resolved cases of the period, those resolved by a village, community, township or street."),
            numerator=("contained",), denominator=("resolved",), unit=Unit.PERCENT, direction="up",
        ),
        Measure(
            "one_trip_rate", _("One-trip rate"),
            _("Of the resolved cases of the period, those for which the petitioner came to the desk once at most."),
            numerator=("one_trip",), denominator=("resolved",), unit=Unit.PERCENT, direction="up",
        ),
        Measure(
            "quick_rate", _("Resolved within an hour"),
            _("Of the resolved cases of the period, those resolved within an hour of acceptance. Many such cases are a "
              "question to the centre, not a merit."),
            numerator=("quick",), denominator=("resolved",), unit=Unit.PERCENT,
        ),
        Measure(
            "repeat_rate", _("Repeat rate"),
            _("Of the cases accepted in the period, those whose parties had a case on the same matter before."),
            numerator=("repeat",), denominator=("accepted",), unit=Unit.PERCENT, direction="down",
        ),
        Measure(
            "satisfaction", _("Satisfaction"),
            _("Of the closed cases whose petitioner answered, those content or fairly content. It always stands beside "
              "the share that answered."),
            numerator=("content", "fairly"), denominator=_ANSWERED, unit=Unit.PERCENT, direction="up",
            guards=("answer_rate",),
        ),
        Measure("answer_rate", _("Share that answered"),
                _("Of the cases accepted in the period and closed by now, those whose petitioner told how content they were."),
                numerator=_ANSWERED, denominator=("closed",), unit=Unit.PERCENT, direction="up"),
        Measure("registered", pgettext_lazy("figure", "Registered"), _("Matters registered in the period, whatever became of them."),
                Basis.PERIOD, ("registered",)),
        Measure("refused", _("Not accepted"), _("Matters registered in the period and not accepted."), Basis.PERIOD,
                ("refused",)),
        Measure(
            "refusal_rate", _("Refused at the door"), _("Of the matters registered in the period, those not accepted."),
            Basis.PERIOD, ("refused",), ("registered",), Unit.PERCENT, "down",
        ),
        Measure(
            "consultations", _("Consultations"),
            _("Consultations accepted in the period and questions answered at the desk; they are not part of the "
              "accepted cases."),
            Basis.PERIOD, ("consultations", "answered"),
        ),
        Measure(
            "mediation_success", _("Mediation success rate"),
            _("Of the mediations concluded in the period, those that ended with an agreement, written or oral. Its "
              "denominator is another one than that of the resolution rate."),
            Basis.PERIOD, ("mediated",), ("mediated", "mediation_failed"), Unit.PERCENT, "up",
        ),
        Measure(
            "on_time_rate", _("On-time rate"),
            _("Of the time limits whose last day lies in the period and is over, those kept."),
            Basis.PERIOD, ("limits_kept",), ("limits_due",), Unit.PERCENT, "up",
        ),
        Measure(
            "bounce_rate", _("Bounce rate"),
            _("Of the referrals to a leading department made in the period, those returned."),
            Basis.PERIOD, ("returned",), ("referred",), Unit.PERCENT, "down",
        ),
        Measure(
            "performance_rate", _("Performance rate"),
            _("Of the agreements in force whose last day of performance lies in the period and is over, those performed "
              "in full."),
            Basis.PERIOD, ("agreements_performed",), ("agreements_due",), Unit.PERCENT, "up",
        ),
        Measure(
            "attendance_rate", _("Attendance"),
            _("Of the shifts of rotating departments in the period that are over, those attended."),
            Basis.PERIOD, ("shifts_attended",), ("shifts_due",), Unit.PERCENT, "up",
        ),
        Measure(
            "signing_hours", _("Time to signature"),
            _("Half of the referrals dispatched in the period that were signed for were signed for within so many whole "
              "hours."),
            Basis.PERIOD, unit=Unit.HOURS, direction="down",
        ),
    )
}  # fmt: skip
