"""Forms of the legal workers' home: shape only; what may happen is the services' to say."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from accounts.models import Language, User
from cases.forms import TEXT
from cases.models import Category, Expert
from cases.services.experts import MINUTES, divisions_of
from departments.models import Division


class ExpertFilter(django_filters.FilterSet):
    """The filters of the list; they live in the address."""

    q = django_filters.CharFilter(method="search", label=_("Name or organisation"))
    field = django_filters.ModelChoiceFilter(
        queryset=Category.objects.all(), field_name="fields", label=_("Field"), empty_label=_("all")
    )
    language = django_filters.ChoiceFilter(
        choices=Language.choices, method="speaks", label=_("Language"), empty_label=_("all")
    )
    county = django_filters.ModelChoiceFilter(
        queryset=Division.objects.counties(), field_name="division", label=_("County or city"), empty_label=_("all")
    )

    class Meta:
        model = Expert
        fields = ()

    def search(self, queryset: QuerySet[Expert], name: str, value: str) -> QuerySet[Expert]:
        text = value.strip()
        found = Q(name__icontains=text) | Q(name_hangul__icontains=text) | Q(organisation__icontains=text)
        return queryset.filter(found)

    def speaks(self, queryset: QuerySet[Expert], name: str, value: str) -> QuerySet[Expert]:
        return queryset.filter(languages__contains=[value])


class AskForm(forms.Form):
    """When, for how long, and what is asked. One of the times offered, or another one."""

    slot = forms.ChoiceField(label=_("Free times"), widget=forms.RadioSelect, required=False)
    start = forms.DateTimeField(
        label=_("or another time"), required=False, widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )
    minutes = forms.TypedChoiceField(
        label=_("How long"), coerce=int, initial=30,
        choices=lambda: [(one, _("%(minutes)s minutes") % {"minutes": one}) for one in MINUTES],
    )  # fmt: skip
    question = forms.CharField(
        label=_("Question"),
        help_text=_("What the expert is to give an opinion on. Names are not needed."),
        max_length=TEXT,
        widget=forms.Textarea(attrs={"rows": 4, "data-draft-key": "expert-question"}),
    )

    def __init__(self, *args: Any, slots: Sequence[dt.datetime], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["slot"].choices = [  # type: ignore[attr-defined]
            (at.isoformat(), date_format(timezone.localtime(at), "m-d D H:i")) for at in slots
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("start") and data.get("slot"):
            data["start"] = dt.datetime.fromisoformat(data["slot"])
        if not data.get("start") and not {"start", "slot"} & set(self.errors):
            self.add_error("slot", _("Choose a time."))
        return data


class OpinionForm(forms.Form):
    text = forms.CharField(
        label=_("Written opinion"),
        max_length=TEXT,
        widget=forms.Textarea(attrs={"rows": 8, "data-draft-key": "expert-opinion"}),
    )


class ExpertForm(forms.ModelForm):
    """An expert's entry."""

    languages = forms.MultipleChoiceField(
        label=_("languages"), choices=Language.choices, widget=forms.CheckboxSelectMultiple
    )
    fields_known = forms.ModelMultipleChoiceField(
        label=_("fields"), queryset=Category.objects.all(), widget=forms.CheckboxSelectMultiple, required=False
    )

    class Meta:
        model = Expert
        fields = ("name", "name_hangul", "organisation", "division", "phone", "is_active")

    field_order = (
        "name", "name_hangul", "organisation", "division", "phone", "languages", "fields_known", "is_active",
    )  # fmt: skip

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["division"].queryset = divisions_of(user)  # type: ignore[attr-defined]
        if self.instance.pk:
            self.initial["languages"] = self.instance.languages
            self.initial["fields_known"] = list(self.instance.fields.values_list("pk", flat=True))

    def expert(self) -> Expert:
        """The entry with what was typed, not saved yet."""
        expert: Expert = self.save(commit=False)
        expert.languages = self.cleaned_data["languages"]
        return expert
