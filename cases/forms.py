from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.models import RiskLevel
from cases.states import GUIDED_OUTCOMES, Outcome, RefusalReason, ReturnReason
from departments.models import Department

TEXT = 4000
"""The longest text an action takes, in characters."""


class NoteForm(forms.Form):
    """An action that needs a text."""

    note = forms.CharField(
        label=_("Note"), max_length=TEXT, widget=forms.Textarea(attrs={"rows": 5, "data-draft-key": "note"})
    )


class ConfirmForm(forms.Form):
    """An action that needs nothing but a yes."""


class ProgressForm(NoteForm):
    note = forms.CharField(
        label=_("What was done"),
        max_length=TEXT,
        widget=forms.Textarea(attrs={"rows": 5, "data-draft-key": "progress"}),
    )


class RefuseForm(forms.Form):
    reason = forms.ChoiceField(label=_("Reason"), choices=RefusalReason.choices, widget=forms.RadioSelect)
    note = forms.CharField(
        label=_("Which way is open instead"),
        help_text=_("The petitioner is told this."),
        max_length=TEXT,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ReturnForm(forms.Form):
    reason = forms.ChoiceField(label=_("Reason"), choices=ReturnReason.choices, widget=forms.RadioSelect)
    note = forms.CharField(
        label=_("Explanation"),
        help_text=_("Name the rule or the facts; the next department and the dispatcher read this."),
        max_length=TEXT,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class SettleForm(forms.Form):
    outcome = forms.ChoiceField(
        label=_("How was it resolved"),
        choices=[(o.value, o.label) for o in (Outcome.SETTLED, Outcome.SERVICE_DONE)],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label=_("Result"), max_length=TEXT, widget=forms.Textarea(attrs={"rows": 5, "data-draft-key": "result"})
    )


class EndForm(forms.Form):
    outcome = forms.ChoiceField(
        label=_("Which way are the parties guided"),
        choices=[(o.value, o.label) for o in GUIDED_OUTCOMES],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label=_("Why no solution was found, and what the parties were told"),
        max_length=TEXT,
        widget=forms.Textarea(attrs={"rows": 5}),
    )


class RuleForm(forms.Form):
    department = forms.ModelChoiceField(label=_("Leads from now on"), queryset=Department.objects.none())
    note = forms.CharField(label=_("Reasons of the ruling"), max_length=TEXT, widget=forms.Textarea(attrs={"rows": 4}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"].queryset = Department.objects.all()  # type: ignore[attr-defined]


class RiskForm(NoteForm):
    level = forms.TypedChoiceField(label=_("Risk"), choices=RiskLevel.choices, coerce=int, widget=forms.RadioSelect)
    note = forms.CharField(label=_("Reason"), max_length=TEXT, widget=forms.Textarea(attrs={"rows": 4}))
