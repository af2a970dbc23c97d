"""Forms of whistles and supervision: shape only; what may happen is the services' to say."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases.forms import TEXT
from cases.models import Case, SupervisionOrder, Whistle, WhistleCall
from departments.models import Department
from governance_center.forms import SubmissionKeyMixin


class WhistleForm(SubmissionKeyMixin, forms.Form):
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=Whistle.Kind.choices,
        widget=forms.RadioSelect,
        initial=Whistle.Kind.WORK,
        help_text=_("A work whistle is reported on within 3 working days, a tough one within 5."),
    )
    title = forms.CharField(label=_("What about"), max_length=120)
    text = forms.CharField(
        label=_("What is asked for"),
        max_length=TEXT,
        widget=forms.Textarea(attrs={"rows": 5, "data-draft-key": "whistle"}),
    )
    departments = forms.ModelMultipleChoiceField(
        label=_("Which departments are called"),
        queryset=Department.objects.none(),
        widget=forms.CheckboxSelectMultiple,
    )
    case = forms.CharField(label=_("Case number"), max_length=18, required=False, help_text=_("If it is about a case."))

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        called = Department.objects.exclude(kind=Department.Kind.TOWNSHIP)
        self.fields["departments"].queryset = called  # type: ignore[attr-defined]

    def clean_case(self) -> Case | None:
        number = self.cleaned_data["case"].strip()
        if not number:
            return None
        case = Case.objects.visible_to(self.user).filter(number=number).first()
        if case is None:
            raise forms.ValidationError(_("No case of this number is open to you."))
        return case


class ReportForm(forms.Form):
    """The four elements of an answer."""

    taken_up_on = forms.DateField(label=_("When it was taken up"), widget=forms.DateInput, initial=timezone.localdate)
    spoke_with = forms.CharField(label=_("With whom it was spoken"), max_length=120)
    measures = forms.CharField(
        label=_("What will be done"),
        max_length=TEXT,
        widget=forms.Textarea(attrs={"rows": 4, "data-draft-key": "report"}),
    )
    done_by = forms.DateField(label=_("By when"), widget=forms.DateInput)


class RateForm(forms.Form):
    rating = forms.ChoiceField(label=_("Rating"), choices=WhistleCall.Rating.choices, widget=forms.RadioSelect)
    rating_note = forms.CharField(
        label=_("Why"), max_length=300, required=False, help_text=_("Needed for a poor answer.")
    )


class CloseForm(forms.Form):
    note = forms.CharField(
        label=_("Why it is closed although somebody has not reported in"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class OrderForm(forms.Form):
    department = forms.ModelChoiceField(label=_("Department"), queryset=Department.objects.none())
    level = forms.TypedChoiceField(
        label=_("Level"), choices=SupervisionOrder.Level.choices, coerce=int, widget=forms.RadioSelect, initial=1
    )
    reason = forms.ChoiceField(label=_("Reason"), choices=SupervisionOrder.Reason.choices, widget=forms.RadioSelect)
    text = forms.CharField(
        label=_("What is ordered"),
        max_length=TEXT,
        widget=forms.Textarea(attrs={"rows": 5, "data-draft-key": "order"}),
    )

    def __init__(self, *args: Any, codes: set[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Department.objects.filter(pk__in=codes)
        self.fields["department"].queryset = rows  # type: ignore[attr-defined]
        if len(codes) == 1:
            self.fields["department"].initial = next(iter(codes))


class MeasureForm(forms.Form):
    measure = forms.CharField(
        label=_("Measure taken"),
        max_length=TEXT,
        widget=forms.Textarea(attrs={"rows": 5, "data-draft-key": "measure"}),
    )


class LiftForm(forms.Form):
    note = forms.CharField(label=_("Why it is lifted"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))
