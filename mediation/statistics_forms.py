"""The form of what the statistics ask of a case."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.models import Case
from mediation.models import Prevention, StatisticsEntry
from mediation.services.statistics import MOST_PEOPLE, Prevented, source_of


class StatisticsForm(forms.Form):
    """Source and difficulty; for each kind of escalation the people concerned, empty where nothing was prevented."""

    source = forms.ChoiceField(
        label=_("Source of the case"), choices=StatisticsEntry.Source.choices, widget=forms.RadioSelect
    )
    is_difficult = forms.BooleanField(
        label=_("A difficult or complex matter"),
        required=False,
        help_text=_("Several bodies had to work together, many people were concerned, or it had lasted for years."),
    )

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kept = StatisticsEntry.objects.filter(case=case).first()
        self.initial["source"] = kept.source if kept else source_of(case)
        self.initial["is_difficult"] = bool(kept and kept.is_difficult)
        before = {row.kind: row for row in Prevention.objects.filter(case=case)}
        for kind, label in Prevention.Kind.choices:
            row = before.get(kind)
            self.fields[f"{kind}_people"] = forms.IntegerField(
                label=label, min_value=1, max_value=MOST_PEOPLE, required=False, initial=row.people if row else None,
                help_text=_("How many people it concerned; leave it empty where there was no such danger."),
            )  # fmt: skip
            self.fields[f"{kind}_note"] = forms.CharField(
                label=_("How it was prevented"), max_length=300, required=False, initial=row.note if row else "",
                widget=forms.Textarea(attrs={"rows": 2}),
            )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for kind in Prevention.Kind.values:
            name = f"{kind}_people"
            if data.get(f"{kind}_note") and data.get(name) is None and name not in self.errors:
                self.add_error(name, _("Say how many people it concerned, 1 at least."))
        return data

    def values(self) -> dict[str, Any]:
        """What the service is given."""
        data = self.cleaned_data
        return {
            "source": data["source"],
            "is_difficult": data["is_difficult"],
            "prevented": {
                kind: Prevented(data[f"{kind}_people"], data[f"{kind}_note"].strip())
                for kind in Prevention.Kind.values
                if data[f"{kind}_people"]
            },
        }
