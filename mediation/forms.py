from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.forms import TEXT
from cases.models import Case, CaseParty
from mediation.models import Conflict, Mediator, MediatorQuerySet


class AssignForm(forms.Form):
    mediator = forms.ModelChoiceField(label=_("Mediator"), queryset=Mediator.objects.none(), widget=forms.HiddenInput)
    named_by_parties = forms.BooleanField(label=_("The parties named this mediator"), required=False)
    reason = forms.CharField(label=_("Why another mediator"), max_length=300, required=False)
    despite = forms.CharField(label=_("Why all the same"), max_length=300, required=False)

    def __init__(self, *args: Any, candidates: MediatorQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["mediator"].queryset = candidates  # type: ignore[attr-defined]


class TeamForm(forms.Form):
    """Why the mediators of a case change."""

    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("It stands in the history of the case."),
        max_length=TEXT,
        widget=forms.Textarea(attrs={"rows": 3, "data-draft-key": "team"}),
    )


class RecuseForm(forms.Form):
    party = forms.ModelChoiceField(
        label=_("Whom the relation is with"),
        queryset=CaseParty.objects.none(),
        required=False,
        empty_label=_("nobody of the parties: the matter itself"),
        help_text=_("No case of this person or organisation will be suggested to you again."),
    )
    relation = forms.ChoiceField(label=_("Relation"), choices=Conflict.Relation.choices, widget=forms.RadioSelect)
    note = forms.CharField(
        label=_("Why you withdraw"),
        help_text=_("It stands in the history of the case."),
        max_length=TEXT,
        widget=forms.Textarea(attrs={"rows": 4, "data-draft-key": "recuse"}),
    )

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["party"].queryset = case.parties.select_related("person")  # type: ignore[attr-defined]


class AskRecusalForm(forms.Form):
    """A party asks that a mediator withdraws."""

    mediator = forms.ModelChoiceField(
        label=_("Which mediator"), queryset=Mediator.objects.none(), widget=forms.RadioSelect, empty_label=None
    )
    party = forms.ModelChoiceField(
        label=_("Which party asks"), queryset=CaseParty.objects.none(), widget=forms.RadioSelect, empty_label=None
    )
    relation = forms.ChoiceField(label=_("Relation"), choices=Conflict.Relation.choices, widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("What the party says"),
        help_text=_("It stands in the history of the case."),
        max_length=TEXT,
        widget=forms.Textarea(attrs={"rows": 4, "data-draft-key": "recusal"}),
    )

    def __init__(self, *args: Any, case: Case, mediators: Sequence[Mediator], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["party"].queryset = case.parties.select_related("person")  # type: ignore[attr-defined]
        known = Mediator.objects.filter(pk__in=[one.pk for one in mediators])
        self.fields["mediator"].queryset = known  # type: ignore[attr-defined]
        if len(mediators) == 1:
            self.initial["mediator"] = mediators[0].pk


class DecideRecusalForm(forms.Form):
    accept = forms.TypedChoiceField(
        label=_("Decision"),
        choices=((1, _("The mediator withdraws")), (0, _("The mediator stays"))),
        coerce=lambda value: value == "1",
        empty_value=None,
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("It stands in the history of the case."),
        max_length=TEXT,
        widget=forms.Textarea(attrs={"rows": 4, "data-draft-key": "recusal-decided"}),
    )


class PairsField(forms.MultipleChoiceField):
    """Pairs ``case:mediator`` of keys; the services check what they mean."""

    def valid_value(self, value: str) -> bool:
        return re.fullmatch(r"\d{1,18}:\d{1,18}", value) is not None

    def clean(self, value: Any) -> list[tuple[int, int]]:
        pairs = (text.split(":") for text in super().clean(value))
        return [(int(case), int(mediator)) for case, mediator in pairs]


class BacklogForm(forms.Form):
    pairs = PairsField(label=_("Cases"), error_messages={"required": _("Tick at least one case.")})
