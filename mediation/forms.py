from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.forms import TEXT
from mediation.models import FollowUp, Mediator, MediatorQuerySet


class AssignForm(forms.Form):
    mediator = forms.ModelChoiceField(label=_("Mediator"), queryset=Mediator.objects.none(), widget=forms.HiddenInput)

    def __init__(self, *args: Any, candidates: MediatorQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["mediator"].queryset = candidates  # type: ignore[attr-defined]


class FollowUpForm(forms.Form):
    outcome = forms.ChoiceField(
        label=_("What did the visit find"), choices=FollowUp.Outcome.choices, widget=forms.RadioSelect
    )
    satisfaction = forms.ChoiceField(
        label=_("Is the petitioner content"),
        choices=(*FollowUp.Satisfaction.choices, ("", _("did not answer"))),
        widget=forms.RadioSelect,
        required=False,
        initial="",
    )
    note = forms.CharField(
        label=_("Note"),
        help_text=_("Needed for a relapse or where the agreement is not performed."),
        max_length=TEXT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "data-draft-key": "follow-up"}),
    )
