"""Filters and forms of the register: shape only; what may happen is the services' to say."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Language, User
from cases.models import Category, Person
from cases.people_forms import described
from departments.models import Division
from governance_center.forms import SubmissionKeyMixin
from mediation import register_selectors as selectors
from mediation.committee_rules import SHORT
from mediation.committee_search import CommitteeField
from mediation.models import (
    Committee,
    CommitteeQuerySet,
    Employment,
    Mediator,
    MediatorAbsence,
    MediatorQuerySet,
    RegisterImport,
)
from mediation.services.weeks import week_of
from mediation.week import BadWeek, Week, parse, written

OLDEST = 100
"""Nobody older than this is taken for a mediator; a typing error it is."""


def _places(request: HttpRequest | None) -> QuerySet[Division]:
    """Counties and townships that the reader finds in the register; villages are found by name."""
    user = getattr(request, "user", None)
    scope = user.scope_code[:6] if isinstance(user, User) else ""
    levels = (Division.Level.COUNTY, Division.Level.TOWNSHIP)
    return Division.objects.within(scope).filter(level__in=levels)


class CommitteeFilter(django_filters.FilterSet):
    """The filters of the list of committees; they live in the address."""

    q = django_filters.CharFilter(method="search", label=_("Name or pinyin"))
    kind = django_filters.ChoiceFilter(
        choices=Committee.Kind.choices, label=_("Kind of committee"), empty_label=_("all")
    )
    division = django_filters.ModelChoiceFilter(
        queryset=_places, method="in_division", label=_("Place"), empty_label=_("all")
    )
    warning = django_filters.ChoiceFilter(
        choices=(("any", _("any warning")), *SHORT.items()), method="warned", label=_("Warnings"), empty_label=_("all")
    )

    class Meta:
        model = Committee
        fields = ()

    def search(self, queryset: CommitteeQuerySet, name: str, value: str) -> CommitteeQuerySet:
        return queryset.named(value)

    def in_division(self, queryset: CommitteeQuerySet, name: str, value: Division) -> CommitteeQuerySet:
        return queryset.filter(division__code__startswith=value.pk)

    def warned(self, queryset: CommitteeQuerySet, name: str, value: str) -> CommitteeQuerySet:
        rows = queryset.active()
        code = "" if value == "any" else value
        return rows.filter(pk__in=selectors.warned_ids(rows, timezone.localdate(), code))


class MediatorFilter(django_filters.FilterSet):
    """The filters of the list of mediators; they live in the address."""

    q = django_filters.CharFilter(method="search", label=_("Name, pinyin or phone"))
    language = django_filters.ChoiceFilter(
        choices=Language.choices, method="speaks", label=_("Language"), empty_label=_("all")
    )
    field = django_filters.ModelChoiceFilter(
        queryset=Category.objects.in_use(), method="knows", label=_("Field"), empty_label=_("all")
    )
    division = django_filters.ModelChoiceFilter(
        queryset=_places, method="in_division", label=_("Place"), empty_label=_("all")
    )
    employment = django_filters.ChoiceFilter(choices=Employment.choices, label=_("Employment"), empty_label=_("all"))
    available = django_filters.ChoiceFilter(
        choices=(("today", _("can take a case today")), ("absent", _("absent today")), ("left", _("not active"))),
        method="is_available", label=_("Available"), empty_label=_("all"),
    )  # fmt: skip

    class Meta:
        model = Mediator
        fields = ()

    def search(self, queryset: MediatorQuerySet, name: str, value: str) -> MediatorQuerySet:
        return queryset.named(value)

    def speaks(self, queryset: MediatorQuerySet, name: str, value: str) -> MediatorQuerySet:
        return queryset.filter(languages__contains=[value])

    def knows(self, queryset: MediatorQuerySet, name: str, value: Category) -> MediatorQuerySet:
        return queryset.with_field(value.pk).filter(knows=True)

    def in_division(self, queryset: MediatorQuerySet, name: str, value: Division) -> MediatorQuerySet:
        return queryset.filter(committee__division__code__startswith=value.pk)

    def is_available(self, queryset: MediatorQuerySet, name: str, value: str) -> MediatorQuerySet:
        today = timezone.localdate()
        if value == "absent":
            return queryset.active().absent_on(today)
        if value == "left":
            return queryset.exclude(is_active=True, committee__is_active=True)
        return queryset.assignable().present_on(today).filter(open_load__lt=F("capacity"))


class CommitteeForm(forms.ModelForm):
    """A committee's entry."""

    name_zh_hans = forms.CharField(label=_("Name in Chinese"), max_length=120)
    name_ko = forms.CharField(label=_("Name in Korean"), max_length=120, required=False)

    class Meta:
        model = Committee
        fields = ("division", "kind", "founded_on", "term_start", "phone", "address", "is_active")
        labels = {"is_active": _("in use")}

    field_order = ("name_zh_hans", "name_ko", "kind", "division")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["division"].queryset = Division.objects.within(user.scope_code)  # type: ignore[attr-defined]
        if self.instance.pk:
            self.initial |= {"name_zh_hans": self.instance.name_zh_hans, "name_ko": self.instance.name_ko}

    def committee(self) -> Committee:
        """The entry with what was typed, not saved yet."""
        row: Committee = self.save(commit=False)
        row.name_zh_hans = self.cleaned_data["name_zh_hans"].strip()  # type: ignore[attr-defined]
        row.name_ko = self.cleaned_data["name_ko"].strip() or None  # type: ignore[attr-defined]
        return row


class MediatorForm(forms.ModelForm):
    """A mediator's entry."""

    committee = CommitteeField(label=_("mediation committee"), queryset=Committee.objects.none())
    languages = forms.MultipleChoiceField(
        label=_("languages"), choices=Language.choices, widget=forms.CheckboxSelectMultiple
    )
    fields_known = forms.ModelMultipleChoiceField(
        label=_("fields"), queryset=Category.objects.in_use(), widget=forms.CheckboxSelectMultiple, required=False
    )
    hours = forms.CharField(
        label=_("weekly hours"), max_length=500, required=False,
        help_text=_("For example 1-5 09:00-12:00; 6 13:00-17:00, where 1 is Monday. Empty: the office hours."),
    )  # fmt: skip

    class Meta:
        model = Mediator
        fields = (
            "committee", "name", "name_hangul", "position", "employment", "gender", "ethnic_group", "birth_year",
            "phone", "employer", "qualification", "certificate_number", "certificate_until", "capacity", "is_active",
        )  # fmt: skip

    field_order = (
        "committee", "name", "name_hangul", "position", "employment", "gender", "ethnic_group", "birth_year", "phone",
        "languages", "fields_known", "hours",
    )  # fmt: skip

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["committee"].among(selectors.committees_kept_by(user))  # type: ignore[attr-defined]
        group = self.fields["ethnic_group"]
        group.label_from_instance = lambda row: row.name  # type: ignore[attr-defined]
        year = timezone.localdate().year
        self.fields["birth_year"].widget.attrs |= {"min": year - OLDEST, "max": year}
        if self.instance.pk:
            self.initial["languages"] = self.instance.languages
            self.initial["fields_known"] = list(self.instance.specialties.values_list("pk", flat=True))
            self.initial["hours"] = written(week_of(self.instance, timezone.localdate()))

    def clean_birth_year(self) -> int | None:
        year: int | None = self.cleaned_data["birth_year"]
        if year is not None and not timezone.localdate().year - OLDEST <= year <= timezone.localdate().year:
            raise forms.ValidationError(_("This cannot be a year of birth."))
        return year

    def clean_hours(self) -> Week:
        try:
            return parse(self.cleaned_data["hours"])
        except BadWeek as error:
            raise forms.ValidationError(str(error)) from None

    def mediator(self) -> Mediator:
        """The entry with what was typed, not saved yet."""
        row: Mediator = self.save(commit=False)
        row.languages = self.cleaned_data["languages"]
        return row


class OwnFileForm(forms.Form):
    """Which of the people found is the mediator."""

    person = forms.ModelChoiceField(
        label=_("own file"), queryset=Person.objects.none(), widget=forms.RadioSelect, empty_label=None,
    )  # fmt: skip

    def __init__(self, *args: Any, found: list[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["person"]
        field.queryset = Person.objects.filter(pk__in=[person.pk for person in found])  # type: ignore[attr-defined]
        field.label_from_instance = described  # type: ignore[attr-defined]


class PhoneForm(forms.Form):
    phone = forms.CharField(label=_("Phone"), max_length=30, required=False, widget=forms.TextInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["phone"].widget.attrs["autocomplete"] = "tel"


class AbsenceForm(forms.Form):
    """From when to when a mediator takes no new case."""

    first = forms.DateField(label=_("First day"), widget=forms.DateInput)
    last = forms.DateField(
        label=_("Last day"), widget=forms.DateInput, required=False, help_text=_("Empty: until further notice.")
    )
    reason = forms.ChoiceField(label=_("Reason"), choices=MediatorAbsence.Reason.choices)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["first"].initial = timezone.localdate()


class ListForm(SubmissionKeyMixin, forms.Form):
    """A list of committees or mediators."""

    kind = forms.ChoiceField(
        label=_("What the list holds"), choices=RegisterImport.Kind.choices, widget=forms.RadioSelect,
        initial=RegisterImport.Kind.MEDIATORS,
    )  # fmt: skip
    file = forms.FileField(
        label=_("File"),
        help_text=_("XLSX, or CSV in UTF-8 or GB18030; at most 5 MB and 10,000 rows."),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.txt"}),
    )
