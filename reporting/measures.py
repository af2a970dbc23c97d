"""Each figure has one definition. The screen shows it beside the figure; nothing else computes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure: its name, its definition, and the unit it is shown in (``count``, ``percent``, ``days``)."""

    code: str
    name: str | Promise
    definition: str | Promise
    unit: str = "count"


MEASURES: Mapping[str, Measure] = {
    measure.code: measure
    for measure in (
        Measure(
            "accepted",
            _("Accepted"),
            _("Cases accepted in the period. Refused matters and consultations are counted apart."),
        ),
        Measure(
            "resolved",
            _("Resolved"),
            _(
                "Of the cases accepted in the period, those resolved by now: by written or oral agreement, by "
                "settlement or by a fulfilled service."
            ),
        ),
        Measure(
            "resolution_rate",
            _("Resolution rate"),
            _(
                "Resolved divided by accepted, of the same cases. Withdrawn cases and those guided to court stay "
                "in the denominator."
            ),
            "percent",
        ),
        Measure(
            "resolved_in_period",
            _("Resolved in the period"),
            _("Cases resolved in the period, whenever they were accepted. Never used for the rate."),
        ),
        Measure("open", _("Open"), _("Of the cases accepted in the period, those neither resolved nor ended.")),
        Measure(
            "overdue",
            _("Overdue"),
            _("Of the open ones, those with a time limit that has passed and was not met."),
        ),
        Measure(
            "ended_otherwise",
            _("Ended without a solution"),
            _("Of the cases accepted in the period: withdrawn, or guided to another way."),
        ),
        Measure(
            "median_days",
            _("Median days"),
            _("Median of whole days from acceptance to resolution, of the resolved cases of the period."),
            "days",
        ),
        Measure(
            "reopened",
            _("Reopened"),
            _("Of the cases accepted in the period, those reopened at least once."),
        ),
        Measure(
            "contained_rate",
            _("Contained below the county"),
            _("Of the resolved cases of the period, those resolved by a village, community, township or street."),
            "percent",
        ),
        Measure("refused", _("Not accepted"), _("Matters registered in the period and not accepted.")),
        Measure(
            "consultations",
            _("Consultations"),
            _(
                "Consultations accepted in the period and questions answered at the desk; they are not part of the "
                "accepted cases."
            ),
        ),
    )
}
