"""Forms of what follows an agreement in force: urging, the court, judicial confirmation. Shape only."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Language
from cases.forms import TEXT
from cases.models import CaseParty
from mediation.models import Confirmation, Urging
from mediation.signing_forms import ScanField


class DueFilter(forms.Form):
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=(
            ("", _("all")),
            ("overdue", _("overdue")),
            ("soon", _("due within 30 days")),
            ("open", _("not fully performed")),
            ("performed", _("fully performed")),
        ),
    )


class UrgeForm(forms.Form):
    party = forms.ModelChoiceField(label=_("Who is urged"), queryset=CaseParty.objects.none())
    how = forms.ChoiceField(label=_("How urged"), choices=Urging.How.choices, widget=forms.RadioSelect)
    urged_on = forms.DateField(label=_("Urged on"), widget=forms.DateInput)
    perform_by = forms.DateField(label=_("To be performed by"), widget=forms.DateInput)
    language = forms.ChoiceField(label=_("Language of the letter"), choices=Language.choices, widget=forms.RadioSelect)
    text = forms.CharField(
        label=_("What was said"),
        help_text=_("It stands in the letter, beside what is overdue."),
        max_length=TEXT,
        widget=forms.Textarea(attrs={"rows": 4, "data-draft-key": "urging"}),
    )

    def __init__(self, *args: Any, late: Iterable[CaseParty], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        parties = list(late)
        keys = [party.pk for party in parties]
        self.fields["party"].queryset = CaseParty.objects.filter(pk__in=keys).select_related("person")  # type: ignore[attr-defined]
        self.initial.setdefault("urged_on", timezone.localdate())
        if len(parties) == 1:
            self.initial.setdefault("party", parties[0])
            person = parties[0].person
            self.initial.setdefault("language", person.language if person else Language.CHINESE)


class CourtForm(forms.Form):
    court = forms.CharField(
        label=_("Competent people's court"),
        help_text=_("At the residence of the defendant or the place of performance."),
        max_length=120,
    )
    guided_on = forms.DateField(label=_("Guided on"), widget=forms.DateInput)


class ConfirmForm(forms.Form):
    parties = forms.ModelMultipleChoiceField(
        label=_("Who applies"),
        help_text=_("All parties apply together."),
        queryset=CaseParty.objects.none(),
        widget=forms.CheckboxSelectMultiple,
    )
    court = forms.CharField(
        label=_("People's court"),
        help_text=_("The basic court at the residence of a party, where the matter lies, or of the committee."),
        max_length=120,
    )
    asked_on = forms.DateField(label=_("Applied on"), widget=forms.DateInput)

    def __init__(self, *args: Any, parties: Iterable[CaseParty], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        keys = [party.pk for party in parties]
        self.fields["parties"].queryset = CaseParty.objects.filter(pk__in=keys).select_related("person")  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        """What the service takes."""
        data = self.cleaned_data
        return {**data, "parties": [party.pk for party in data["parties"]]}


class ResultForm(forms.Form):
    result = forms.ChoiceField(label=_("Result"), choices=Confirmation.Result.choices, widget=forms.RadioSelect)
    decided_on = forms.DateField(label=_("Day of the ruling or withdrawal"), widget=forms.DateInput)
    ruling_number = forms.CharField(
        label=_("Number of the ruling"), help_text=_("Needed where the court ruled."), max_length=60, required=False
    )
    file = ScanField(label=_("Scan of the ruling"), required=False)

    def values(self) -> dict[str, Any]:
        """What the service takes."""
        data = {name: self.cleaned_data[name] for name in ("result", "decided_on", "ruling_number")}
        return {**data, "scan": self.cleaned_data["file"].read() if self.cleaned_data["file"] else None}
