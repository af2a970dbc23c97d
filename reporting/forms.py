from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from reporting.models import Alert
from reporting.periods import Period

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


def presets(today: dt.date) -> list[dict[str, Any]]:
    """Periods one click away."""
    month = today.replace(day=1)
    last_month_end = month - dt.timedelta(days=1)
    return [
        {"label": _("since 2023"), "first": BEGIN, "last": today},
        {"label": _("this year"), "first": today.replace(month=1, day=1), "last": today},
        {
            "label": _("last year"),
            "first": dt.date(today.year - 1, 1, 1),
            "last": dt.date(today.year - 1, 12, 31),
        },
        {"label": _("this month"), "first": month, "last": today},
        {"label": _("last month"), "first": last_month_end.replace(day=1), "last": last_month_end},
    ]


class AcknowledgeForm(forms.Form):
    """What is done about an early warning or repeated incidents."""

    note = forms.CharField(
        label=_("what is done"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("For example: outreach in the street this week, by whom and until when."),
    )


class VerdictForm(forms.Form):
    """Whether something was behind an early warning."""

    verdict = forms.ChoiceField(label=_("What it was"), choices=Alert.Verdict.choices, widget=forms.RadioSelect)
    note = forms.CharField(label=_("why"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 2}))
