"""Forms of corrections, mergings and exclusions: shape only; what may happen is the services' to say."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases import coordinates
from cases.choice_fields import CategoryField, PlaceField, typed_keys
from cases.coordinate_fields import CoordinatesField
from cases.correction_actions import REPEAT
from cases.duplicates import likely_same
from cases.forms import TEXT
from cases.models import Case, Channel, Exclusion
from cases.services.correcting import may_reroute, place_codes
from departments.models import Division
from governance_center.forms import KeyedSelect

APPROVE, REFUSE = "approve", "refuse"


class _UserForm(forms.Form):
    """A form that knows the case and who fills it in."""

    def __init__(self, *args: Any, case: Case, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.case, self.user = case, user


class CorrectForm(_UserForm):
    category = CategoryField(
        label=_("Category"),
        help_text=_(
            "A category of another kind of matter counts the running handling limit anew from its start; "
            "otherwise no limit changes. A petition stays a petition."
        ),
    )
    division = PlaceField(label=_("Place"), queryset=Division.objects.none(), widget=KeyedSelect(keys_of=typed_keys))
    place_detail = forms.CharField(label=_("Address"), max_length=200, required=False)
    coordinates = CoordinatesField()
    channel = forms.ChoiceField(label=_("Channel"), choices=Channel.choices)
    reroute = forms.BooleanField(
        label=_("Route it anew by the corrected entry"),
        help_text=_("The departments that have it now give it up. Leave it out and they keep it."),
        required=False,
    )
    note = forms.CharField(
        label=_("Why it was wrong"),
        max_length=TEXT,
        widget=forms.Textarea(attrs={"rows": 4, "data-draft-key": "correct"}),
    )

    def __init__(self, *args: Any, case: Case, user: User, **kwargs: Any) -> None:
        start = {name: getattr(case, name) for name in ("place_detail", "channel")}
        start |= {"coordinates": coordinates.of(case), "category": case.category_id, "division": case.division_id}
        super().__init__(*args, case=case, user=user, initial=start, **kwargs)
        reach = max(place_codes(case, user), key=len)
        self.fields["division"].queryset = Division.objects.within(reach)  # type: ignore[attr-defined]
        self.fields["division"].empty_label = None  # type: ignore[attr-defined]
        if not may_reroute(case, user) and not self.is_bound:
            del self.fields["reroute"]


class MergeForm(_UserForm):
    """The likely ones to choose from, and a number for any other."""

    into = forms.ChoiceField(
        label=_("Which earlier case goes on"),
        help_text=_("Cases of the ninety days before that share a party, or the place and the category."),
        required=False,
        widget=forms.RadioSelect,
    )
    number = forms.CharField(
        label=_("Or its number"),
        help_text=_("Any earlier case that you see; the number has eighteen characters at most."),
        max_length=18,
        required=False,
    )
    what = forms.ChoiceField(
        label=_("What is it"),
        choices=(
            ("merge", _("the same matter, registered twice: merge this case into it")),
            (REPEAT, _("it came again after that one: record it as a repeat, both cases stay")),
        ),
        initial="merge",
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label=_("Why it is the same matter"),
        max_length=TEXT,
        widget=forms.Textarea(attrs={"rows": 4, "data-draft-key": "merge"}),
    )

    def __init__(self, *args: Any, case: Case, user: User, **kwargs: Any) -> None:
        super().__init__(*args, case=case, user=user, **kwargs)
        found = likely_same(case, user)
        choices = [(one.case.number, _likeness(one.case, [str(reason) for reason in one.reasons])) for one in found]
        self.fields["into"].choices = choices  # type: ignore[attr-defined]
        if not choices:
            del self.fields["into"]
            self.fields["number"].label = _("Number of the earlier case")
            self.fields["number"].help_text = _("No case of the ninety days before looks the same; type the number.")

    def clean(self) -> dict[str, Any]:
        """The number that was typed goes before what was chosen."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        return {**data, "number": data.get("number") or data.get("into") or ""}


def _likeness(case: Case, reasons: list[str]) -> str:
    """One earlier case as a choice: number, summary, and why it may be the same."""
    badges = format_html_join(" ", '<span class="badge bg-azure-lt">{}</span>', ((reason,) for reason in reasons))
    line = f"{case.category.name} · {case.division.name} · {case.get_state_display()}"
    return format_html(
        '<span class="fw-medium">{}</span> {}<br><span class="text-secondary small">{}</span> {}',
        case.number, case.title, line, badges,
    )  # fmt: skip


class UnmergeForm(forms.Form):
    note = forms.CharField(
        label=_("Why they are two matters"),
        max_length=TEXT,
        widget=forms.Textarea(attrs={"rows": 4, "data-draft-key": "unmerge"}),
    )


class ExcludeForm(forms.Form):
    ground = forms.ChoiceField(label=_("Ground"), choices=Exclusion.Ground.choices, widget=forms.RadioSelect)
    note = forms.CharField(
        label=_("Reason"),
        help_text=_("The facts and what was tried; the level above decides by them."),
        max_length=TEXT,
        widget=forms.Textarea(attrs={"rows": 5, "data-draft-key": "exclude"}),
    )


class DecideForm(forms.Form):
    approve = forms.ChoiceField(
        label=_("Decision"),
        choices=((APPROVE, _("leave it out of the adjusted rate")), (REFUSE, _("do not leave it out"))),
        widget=forms.RadioSelect,
    )
    note = forms.CharField(label=_("Reason"), max_length=TEXT, widget=forms.Textarea(attrs={"rows": 4}))

    def clean_approve(self) -> bool:
        return bool(self.cleaned_data["approve"] == APPROVE)


class LiftExclusionForm(forms.Form):
    note = forms.CharField(label=_("Reason"), max_length=TEXT, widget=forms.Textarea(attrs={"rows": 4}))
