from __future__ import annotations

from dataclasses import replace
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Language, User
from cases.models import Case, Channel, Person
from governance_center.forms import SubmissionKeyMixin
from intake.models import OutreachVisit, Ticket, Visit
from intake.services.visits import REOPENABLE, VisitInput

TEXT = 4000


class _VisitForm(SubmissionKeyMixin, forms.Form):
    """Who came, how many, in which language."""

    person = forms.ModelChoiceField(queryset=Person.objects.none(), required=False, widget=forms.HiddenInput)
    ticket = forms.ModelChoiceField(queryset=Ticket.objects.none(), required=False, widget=forms.HiddenInput)
    language = forms.ChoiceField(
        label=_("Language spoken"), choices=Language.choices, widget=forms.RadioSelect, initial=Language.CHINESE
    )
    people_count = forms.IntegerField(label=_("How many came"), min_value=1, max_value=999, initial=1, required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = Person.objects.visible_to(user)  # type: ignore[attr-defined]
        self.fields["ticket"].queryset = Ticket.objects.visible_to(user)  # type: ignore[attr-defined]

    def clean_people_count(self) -> int:
        return self.cleaned_data["people_count"] or 1

    def visit(self) -> VisitInput:
        """The typed input of a valid form."""
        data = self.cleaned_data
        return VisitInput(**{name: data[name] for name in ("language", "person", "people_count", "ticket")})


class AttachForm(_VisitForm):
    """Another visit on a matter that is registered."""

    note = forms.CharField(
        label=_("What was said"), max_length=TEXT, required=False,
        widget=forms.Textarea(attrs={"rows": 3, "data-draft-key": "attach"}),
    )  # fmt: skip
    outreach = forms.ModelChoiceField(queryset=OutreachVisit.objects.none(), required=False, widget=forms.HiddenInput)
    reopen = forms.BooleanField(label=_("Reopen the case: it came back"), required=False)

    field_order = ("note", "reopen", "language", "people_count")

    def __init__(self, *args: Any, user: User, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        self.fields["outreach"].queryset = OutreachVisit.objects.visible_to(user)  # type: ignore[attr-defined]
        if case.state not in REOPENABLE:
            del self.fields["reopen"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("reopen") and not data.get("note"):
            self.add_error("note", _("Say what happened."))
        return data

    def visit(self) -> VisitInput:
        """The typed input of a valid form; what was found at home came by outreach."""
        outreach = self.cleaned_data["outreach"]
        return replace(super().visit(), outreach=outreach, channel=Channel.OUTREACH) if outreach else super().visit()


class AnswerForm(_VisitForm):
    """A quick answer at the desk: counted, and no case."""

    outcome = forms.ChoiceField(
        label=_("What became of it"),
        choices=[(o.value, o.label) for o in (Visit.Outcome.ANSWERED, Visit.Outcome.GUIDED)],
        widget=forms.RadioSelect,
        initial=Visit.Outcome.ANSWERED,
    )
    answer = forms.CharField(
        label=_("What was answered, or where they were guided"), max_length=TEXT,
        widget=forms.Textarea(attrs={"rows": 3, "data-draft-key": "answer", "autofocus": True}),
    )  # fmt: skip

    field_order = ("answer", "outcome", "language", "people_count")
