from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.models import RiskLevel, StatutoryRoute
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


class ScreenForm(forms.Form):
    """The four questions; a yes names the way instead."""

    is_administrative = forms.BooleanField(label=_("a dispute with an authority about its power"), required=False)
    is_pending = forms.BooleanField(label=_("pending in court, in arbitration or with the police"), required=False)
    is_exclusive = forms.BooleanField(label=_("under the exclusive jurisdiction of another body"), required=False)
    is_refused = forms.BooleanField(label=_("one side clearly refuses mediation"), required=False)
    route = forms.ChoiceField(
        label=_("statutory route"),
        help_text=_("Only if a question is answered with yes."),
        choices=[("", "—"), *StatutoryRoute.choices],
        required=False,
    )
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("The petitioner is told this."),
        max_length=TEXT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class OpinionForm(forms.Form):
    text = forms.CharField(
        label=_("Opinion"), max_length=TEXT, widget=forms.Textarea(attrs={"rows": 5, "data-draft-key": "opinion"})
    )


class LiftForm(forms.Form):
    reason = forms.CharField(
        label=_("Why the opinion is no longer required"), max_length=TEXT, widget=forms.Textarea(attrs={"rows": 3})
    )


class DayForm(forms.Form):
    day = forms.DateField(label=_("day"))


class RestrictForm(NoteForm):
    note = forms.CharField(label=_("Reason"), max_length=TEXT, widget=forms.Textarea(attrs={"rows": 4}))


class RiskForm(NoteForm):
    level = forms.TypedChoiceField(label=_("Risk"), choices=RiskLevel.choices, coerce=int, widget=forms.RadioSelect)
    note = forms.CharField(label=_("Reason"), max_length=TEXT, widget=forms.Textarea(attrs={"rows": 4}))
