from __future__ import annotations

import datetime as dt

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from reporting.briefing import spans
from reporting.models import Briefing
from reporting.periods import DAY, Period


class DraftForm(forms.Form):
    """Which briefing is to be drafted: the kind, and any day of its week, month or year."""

    kind = forms.ChoiceField(label=_("kind"), choices=Briefing.Kind.choices, initial=Briefing.Kind.MONTHLY)
    day = forms.DateField(label=_("a day of the period"), widget=forms.DateInput(attrs={"type": "date"}))

    def period(self) -> Period:
        return spans.span(self.cleaned_data["kind"], self.cleaned_data["day"])


class WordsForm(forms.Form):
    """The official's own paragraph."""

    zh_hans = forms.CharField(
        label=_("own words in Chinese"), required=False, max_length=3000, widget=forms.Textarea({"rows": 5})
    )
    ko = forms.CharField(
        label=_("own words in Korean"), required=False, max_length=3000, widget=forms.Textarea({"rows": 5})
    )


class ArchiveForm(forms.Form):
    """Which briefings of the archive are shown."""

    kind = forms.ChoiceField(label=_("kind"), required=False, choices=(("", _("all")), *Briefing.Kind.choices))
    first = forms.DateField(label=_("from"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    last = forms.DateField(label=_("to"), required=False, widget=forms.DateInput(attrs={"type": "date"}))


class MonthForm(forms.Form):
    """A month as ``2026-10``; what is missing or wrong falls back to the last one that is over."""

    month = forms.RegexField(
        r"^\d{4}-(0[1-9]|1[0-2])$", label=_("Month"), required=False, widget=forms.TextInput(attrs={"type": "month"})
    )

    def period(self) -> Period:
        text = self.cleaned_data["month"] if self.is_bound and self.is_valid() else ""
        if text and text[:4] >= "2000":
            return spans.month_of(dt.date.fromisoformat(f"{text}-01"))
        return spans.month_of(timezone.localdate().replace(day=1) - DAY)
