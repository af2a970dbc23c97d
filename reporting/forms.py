from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from reporting.periods import DAY, Period

BEGIN = dt.date(2023, 1, 1)
"""The first day of the figures the prefecture publishes."""


class PeriodForm(forms.Form):
    """Two days; what is missing or wrong falls back to the time since :data:`BEGIN`."""

    first = forms.DateField(
        label=_("from"),
        required=False,
        initial=BEGIN,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    last = forms.DateField(
        label=_("to"),
        required=False,
        initial=timezone.localdate,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = data.get("first"), data.get("last")
        if first and last and first > last:
            self.add_error("last", _("The last day lies before the first."))
        return data

    def period(self) -> Period:
        """The period asked for, as far as it was understood."""
        data = self.cleaned_data if self.is_bound and self.is_valid() else {}
        return Period(data.get("first") or BEGIN, data.get("last") or timezone.localdate())


class ComparisonForm(PeriodForm):
    """A period, and with what it is compared."""

    compare = forms.ChoiceField(
        label=_("compared with"),
        required=False,
        initial="before",
        choices=(
            ("before", _("the period before")),
            ("year", _("the same days a year before")),
            ("none", _("nothing")),
        ),
    )

    def compared(self) -> Period | None:
        """The other period, None where nothing is compared."""
        data = self.cleaned_data if self.is_bound and self.is_valid() else {}
        period = self.period().capped(timezone.localdate())
        match data.get("compare") or "before":
            case "none":
                return None
            case "year":
                return period.a_year_before()
        return period.before()


def presets(today: dt.date) -> list[dict[str, Any]]:
    """Periods one click away; weeks begin on Monday."""
    month, monday = today.replace(day=1), today - DAY * today.weekday()
    quarter = month.replace(month=(today.month - 1) // 3 * 3 + 1)
    last_month_end = month - DAY
    named = (
        (_("this week"), monday, today),
        (_("last week"), monday - DAY * 7, monday - DAY),
        (_("this month"), month, today),
        (_("last month"), last_month_end.replace(day=1), last_month_end),
        (_("this quarter"), quarter, today),
        (_("this year"), month.replace(month=1), today),
        (_("last year"), dt.date(today.year - 1, 1, 1), dt.date(today.year - 1, 12, 31)),
        (_("since 2023"), BEGIN, today),
    )
    return [{"label": label, "first": first, "last": last} for label, first, last in named]
