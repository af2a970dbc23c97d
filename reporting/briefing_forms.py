from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from departments.models import Division
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
    """Which briefings of the archive are shown: of a kind, a place and a year; only what there is can be chosen."""

    kind = forms.ChoiceField(label=_("kind"), required=False, choices=(("", _("all")), *Briefing.Kind.choices))
    place = forms.ModelChoiceField(
        label=_("Place"), required=False, queryset=Division.objects.none(), empty_label=_("all")
    )
    year = forms.TypedChoiceField(label=_("Year"), required=False, coerce=int, empty_value=None)

    def __init__(self, *args: Any, archive: QuerySet[Briefing], **kwargs: Any) -> None:
        """``archive`` is all that the reader may see."""
        super().__init__(*args, **kwargs)
        self.archive = archive
        days = archive.order_by().values_list("first__year", "last__year").distinct()
        years = sorted({year for pair in days for year in pair}, reverse=True)
        self.fields["year"].choices = [("", _("all")), *((year, str(year)) for year in years)]  # type: ignore[attr-defined]
        places = Division.objects.filter(pk__in=archive.order_by().values("scope")).order_by("code")
        self.fields["place"].queryset = places  # type: ignore[attr-defined]

    def chosen(self) -> QuerySet[Briefing]:
        """What is shown: nothing where something was asked for that there is not. A week lies in both its years."""
        if not self.is_valid():
            return self.archive.none()
        data, found = self.cleaned_data, self.archive
        if data["kind"]:
            found = found.filter(kind=data["kind"])
        if data["place"]:
            found = found.filter(scope=data["place"])
        if data["year"]:
            found = found.filter(first__year__lte=data["year"], last__year__gte=data["year"])
        return found


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
