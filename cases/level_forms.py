"""Forms of hand-overs between the levels: shape only; what may happen is the services' to say."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases import levels
from cases.forms import TEXT
from cases.models import Case
from cases.services.levels import DOWN_REASONS, UP_REASONS, open_hand_over, was_declined
from departments.models import Division

TAKE, DECLINE = "take", "decline"


class _LevelForm(forms.Form):
    """A form that knows the case which it is about."""

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.case = case


class HandUpForm(_LevelForm):
    reason = forms.ChoiceField(
        label=_("Reason"), choices=[(one.value, one.label) for one in UP_REASONS], widget=forms.RadioSelect
    )
    note = forms.CharField(
        label=_("Explanation"),
        help_text=_("What was done here, and what the level above is asked to do. It reads this when it answers."),
        max_length=TEXT,
        widget=forms.Textarea(attrs={"rows": 5, "data-draft-key": "hand-up"}),
    )


class AnswerForm(_LevelForm):
    """Taking over or declining; a level that has declined once is offered the first only."""

    take = forms.ChoiceField(label=_("Answer"), widget=forms.RadioSelect)
    note = forms.CharField(
        label=_("Explanation"),
        help_text=_("Needed if the case is not taken over: the level below reads why."),
        max_length=TEXT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "data-draft-key": "hand-up-answer"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        row = open_hand_over(self.case)
        choices = [(TAKE, _("take the case over")), (DECLINE, _("leave it with the level below"))]
        field = self.fields["take"]
        if row is not None and was_declined(row):
            field.help_text = _("It was declined once already; now it has to be taken over.")
            choices = choices[:1]
        field.choices = choices  # type: ignore[attr-defined]

    def clean_take(self) -> bool:
        return bool(self.cleaned_data["take"] == TAKE)


class HandDownForm(_LevelForm):
    to_level = forms.ChoiceField(label=_("To which level"), widget=forms.RadioSelect)
    reason = forms.ChoiceField(
        label=_("Reason"), choices=[(one.value, one.label) for one in DOWN_REASONS], widget=forms.RadioSelect
    )
    note = forms.CharField(
        label=_("What the level below is to do"),
        help_text=_("And what it is to report; the level below reads this at once."),
        max_length=TEXT,
        widget=forms.Textarea(attrs={"rows": 5, "data-draft-key": "hand-down"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        row = open_hand_over(self.case)
        # The level just ordered stays a choice of what was sent, so that the same form sent twice is understood.
        again = [levels.level_of(row.to_division_id)] if row and self.is_bound else []
        shown = levels.lower_levels(self.case) + again
        codes = {level: levels.division_at(self.case, level) for level in dict.fromkeys(shown)}
        names = {division.pk: division for division in Division.objects.filter(pk__in=codes.values())}
        self.fields["to_level"].choices = [  # type: ignore[attr-defined]
            (level, f"{names[code].name} · {names[code].get_level_display()}")
            for level, code in codes.items()
            if code in names
        ]


class ReportForm(_LevelForm):
    note = forms.CharField(
        label=_("Report"),
        help_text=_("What was done and with which result; whoever ordered it reads this."),
        max_length=TEXT,
        widget=forms.Textarea(attrs={"rows": 5, "data-draft-key": "hand-down-report"}),
    )
