"""Waiting times at the desks: what the columns mean. The figures themselves are measured by the desk."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from reporting.measures import Measure, Unit

COLUMNS: tuple[Measure, ...] = (
    Measure("tickets", _("Tickets"), _("Tickets taken in the period, at the kiosk or at the desk.")),
    Measure("served", _("Served"), _("Of these, those that ended at a window as a visit.")),
    Measure(
        "left",
        _("Left"),
        _("Of these, those whose holder gave up, or did not come to the window three times."),
    ),
    Measure(
        "waited_median",
        _("Median wait"),
        _(
            "Half of those who were called waited no longer than this. All intervals of waiting of a ticket count "
            "together, also after a transfer; tickets kept overnight are left out."
        ),
        unit=Unit.MINUTES,
    ),
    Measure(
        "waited_p90",
        _("Nine of ten waited at most"),
        _("The 90th percentile of the same waiting times: one in ten waited longer."),
        unit=Unit.MINUTES,
    ),
    Measure(
        "serving_median",
        _("Median time at the window"),
        _(
            "Median of the time from the start of serving to its end, of served tickets; tickets kept overnight are "
            "left out."
        ),
        unit=Unit.MINUTES,
    ),
)
