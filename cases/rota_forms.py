from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from departments.models import Department


class PlanForm(forms.Form):
    """The days to be planned; next month to the end of the third unless said otherwise."""

    first = forms.DateField(label=_("first day"))
    last = forms.DateField(label=_("last day"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        self.fields["first"].initial = _month(today, 1)
        self.fields["last"].initial = _month(today, 4) - dt.timedelta(days=1)


class WishForm(forms.Form):
    """Half-days a month."""

    department = forms.CharField(widget=forms.HiddenInput)
    at_least = forms.IntegerField(label=_("at least"), min_value=0, max_value=60)
    at_most = forms.IntegerField(label=_("at most"), min_value=0, max_value=60)


class AbsenceForm(forms.Form):
    """Days on which a department cannot come."""

    department = forms.ModelChoiceField(label=_("department"), queryset=Department.objects.none(), empty_label="")
    first = forms.DateField(label=_("first day"))
    last = forms.DateField(label=_("last day"))
    reason = forms.CharField(label=_("reason"), max_length=120, required=False)

    def __init__(self, *args: Any, departments: QuerySet[Department], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"].queryset = departments  # type: ignore[attr-defined]


def _month(day: dt.date, ahead: int) -> dt.date:
    index = day.year * 12 + day.month - 1 + ahead
    return dt.date(index // 12, index % 12 + 1, 1)
