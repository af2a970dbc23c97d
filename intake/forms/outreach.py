"""Forms of outreach: shape only; what may happen is the services' to say."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from cases.forms import TEXT
from departments.models import Division
from governance_center.forms import KeyedSelect, SubmissionKeyMixin
from intake.forms.registration import PlaceField, typed_keys
from intake.models import Campaign, Household, OutreachGroup, OutreachVisit
from intake.services.outreach import possible_members
from intake.services.outreach_lists import HouseholdInput
from intake.services.outreach_visits import VisitNote

LARGEST_LIST = 5 * 1024 * 1024
"""Bytes of an uploaded list."""

LEVELS = (Division.Level.PREFECTURE, Division.Level.COUNTY, Division.Level.TOWNSHIP)

PROPOSED = ("name_zh_hans", "name_ko", "division", "purpose")
"""What another page may propose for a new campaign."""


class MembersField(forms.ModelMultipleChoiceField):
    """Staff with the place they work for."""

    def label_from_instance(self, obj: User) -> str:
        return f"{obj} · {obj.division.name}" if obj.division else str(obj)


class GroupForm(forms.ModelForm):
    members = MembersField(
        label=_("Members"), queryset=User.objects.none(), widget=forms.CheckboxSelectMultiple, required=False
    )

    class Meta:
        model = OutreachGroup
        fields = ("name_zh_hans", "name_ko", "division", "is_active")
        labels = {"name_zh_hans": _("Name in Chinese"), "name_ko": _("Name in Korean"), "is_active": _("in use")}

    field_order = ("name_zh_hans", "name_ko", "division", "members", "is_active")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name_zh_hans"].required = True
        self.fields["division"] = PlaceField(
            label=_("Division"), queryset=Division.objects.within(user.scope_code), empty_label="",
            widget=KeyedSelect(keys_of=typed_keys),
        )  # fmt: skip
        self.fields["members"].queryset = possible_members(user.scope_code)  # type: ignore[attr-defined]
        if self.instance.pk:
            self.initial["members"] = list(self.instance.members.values_list("pk", flat=True))

    def group(self) -> OutreachGroup:
        """The group with what was typed, not saved yet."""
        return self.save(commit=False)  # type: ignore[no-any-return]


class CampaignForm(SubmissionKeyMixin, forms.ModelForm):
    class Meta:
        model = Campaign
        fields = ("name_zh_hans", "name_ko", "division", "target", "starts_on", "ends_on", "purpose")
        labels = {
            "name_zh_hans": _("Name in Chinese"), "name_ko": _("Name in Korean"), "division": _("Division"),
            "target": _("Who is visited"), "starts_on": _("From"), "ends_on": _("To"),
            "purpose": _("Purpose and instructions"),
        }  # fmt: skip
        widgets = {
            "target": forms.RadioSelect, "starts_on": forms.DateInput, "ends_on": forms.DateInput,
            "purpose": forms.Textarea(attrs={"rows": 5, "data-draft-key": "campaign-purpose"}),
        }  # fmt: skip

    def __init__(self, *args: Any, user: User, proposed: Mapping[str, str], **kwargs: Any) -> None:
        """``proposed`` holds what a new campaign begins with, by the names in :data:`PROPOSED`."""
        super().__init__(*args, **kwargs)
        self.fields["name_zh_hans"].required = True
        self.fields["purpose"].max_length = TEXT  # type: ignore[attr-defined]
        self.fields["division"] = PlaceField(
            label=_("Division"), queryset=Division.objects.within(user.scope_code).filter(level__in=LEVELS),
            empty_label="", widget=KeyedSelect(keys_of=typed_keys),
        )  # fmt: skip
        if not self.instance.pk:
            self.initial |= {"division": user.scope_code, "starts_on": timezone.localdate()}
            self.initial |= {name: proposed[name] for name in PROPOSED if name in proposed}

    def clean_target(self) -> str:
        return self.cleaned_data["target"] or Campaign.Target.LIST

    def campaign(self) -> Campaign:
        """The campaign with what was typed, not saved yet."""
        return self.save(commit=False)  # type: ignore[no-any-return]


class CampaignFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(method="search", label=_("Name"))
    state = django_filters.ChoiceFilter(choices=Campaign.State.choices, label=_("State"), empty_label=_("all"))

    class Meta:
        model = Campaign
        fields = ("state",)

    def search(self, queryset: QuerySet[Campaign], name: str, value: str) -> QuerySet[Campaign]:
        text = value.strip()
        return queryset.filter(Q(name_zh_hans__icontains=text) | Q(name_ko__icontains=text))


def _groups_here(request: HttpRequest | None) -> QuerySet[OutreachGroup]:
    user = getattr(request, "user", None)
    return OutreachGroup.objects.visible_to(user) if isinstance(user, User) else OutreachGroup.objects.none()


class HouseholdFilter(django_filters.FilterSet):
    """The filters of the households of a campaign; ``place`` is a code given by the progress table."""

    q = django_filters.CharFilter(method="search", label=_("Address or head of the household"))
    status = django_filters.ChoiceFilter(choices=Household.Status.choices, label=_("State"), empty_label=_("all"))
    group = django_filters.ModelChoiceFilter(
        queryset=lambda request: _groups_here(request), label=_("Group"), empty_label=_("all"),
        null_label=_("no group"),
    )  # fmt: skip
    place = django_filters.ModelChoiceFilter(
        queryset=Division.objects.all(), method="in_place", label=_("Village or community"), empty_label=_("all")
    )

    class Meta:
        model = Household
        fields = ("status", "group")

    def __init__(self, *args: Any, root: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["place"].queryset = Division.objects.within(root)

    def search(self, queryset: QuerySet[Household], name: str, value: str) -> QuerySet[Household]:
        return queryset.filter(Q(address__icontains=value.strip()) | Q(head__icontains=value.strip()))

    def in_place(self, queryset: QuerySet[Household], name: str, value: Division) -> QuerySet[Household]:
        return queryset.filter(division__code__startswith=value.pk)


class MineFilter(django_filters.FilterSet):
    """What a member of a group narrows the own list by."""

    q = django_filters.CharFilter(method="search", label=_("Address or head of the household"))
    all = django_filters.BooleanFilter(method="unchanged", label=_("Visited ones too"), widget=forms.CheckboxInput)

    class Meta:
        model = Household
        fields = ()

    def search(self, queryset: QuerySet[Household], name: str, value: str) -> QuerySet[Household]:
        return queryset.filter(Q(address__icontains=value.strip()) | Q(head__icontains=value.strip()))

    def unchanged(self, queryset: QuerySet[Household], name: str, value: bool) -> QuerySet[Household]:
        """The view takes the longer list."""
        return queryset


class AssignForm(forms.Form):
    """Ticked households and the group that gets them."""

    households = forms.TypedMultipleChoiceField(coerce=int, required=False)
    group = forms.ModelChoiceField(label=_("Group"), queryset=OutreachGroup.objects.none(), empty_label="")

    def __init__(self, *args: Any, groups: QuerySet[OutreachGroup], keys: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["group"].queryset = groups  # type: ignore[attr-defined]
        self.fields["households"].choices = [(key, key) for key in keys]  # type: ignore[attr-defined]


class HouseholdForm(forms.Form):
    """One household, at the desk or in the field."""

    division = PlaceField(
        label=_("Village or community"), queryset=Division.objects.none(), empty_label="",
        widget=KeyedSelect(keys_of=typed_keys),
    )  # fmt: skip
    address = forms.CharField(label=_("Address"), max_length=200)
    head = forms.CharField(label=_("Head of the household"), max_length=60, required=False)
    phone = forms.CharField(
        label=_("Phone"), max_length=40, required=False, widget=forms.TextInput(attrs={"inputmode": "tel"})
    )
    note = forms.CharField(
        label=_("Note"), max_length=TEXT, required=False,
        help_text=_("What the group should know before it comes, e.g. the language spoken."),
        widget=forms.Textarea(attrs={"rows": 2, "data-draft-key": "household-note"}),
    )  # fmt: skip

    def __init__(self, *args: Any, root: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = Division.objects.within(root)
        self.fields["division"].queryset = places  # type: ignore[attr-defined]

    def household(self) -> HouseholdInput:
        return HouseholdInput(**self.cleaned_data)


class ListForm(forms.Form):
    """A list of households, pasted or as a file."""

    text = forms.CharField(
        label=_("Paste the list"), required=False, max_length=LARGEST_LIST, strip=False,
        help_text=_("One household in a row: village, address, head of the household, phone, note. Rows copied from a "
                    "spreadsheet fit as they are."),
        widget=forms.Textarea(attrs={"rows": 10, "data-draft-key": "household-list", "wrap": "off"}),
    )  # fmt: skip
    file = forms.FileField(
        label=_("or a file"),
        required=False,
        help_text=_("XLSX, or CSV in UTF-8 or GB18030; at most 5 MB."),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.txt"}),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        file = data.get("file")
        if file and file.size > LARGEST_LIST:
            self.add_error("file", _("The file is larger than 5 MB."))
        elif not file and not (data.get("text") or "").strip() and not self.errors:
            self.add_error("text", _("Paste a list or choose a file."))
        return data

    def stream(self) -> Any:
        """The bytes of the file, else of what was pasted."""
        return self.cleaned_data.get("file") or io.BytesIO(self.cleaned_data["text"].strip("\r\n ").encode())


class VisitForm(SubmissionKeyMixin, forms.Form):
    """What was found."""

    found = forms.ChoiceField(label=_("What was found"), choices=OutreachVisit.Found.choices, widget=forms.RadioSelect)
    again_on = forms.DateField(label=_("Come again on"), required=False, widget=forms.DateInput)
    note = forms.CharField(
        label=pgettext_lazy("outreach", "What was said"), max_length=TEXT, required=False,
        help_text=_("Only you and the dispatchers read this. Needed for a dispute or advice."),
        widget=forms.Textarea(attrs={"rows": 5, "data-draft-key": "outreach-note"}),
    )  # fmt: skip

    def visit(self) -> VisitNote:
        return VisitNote(**{name: self.cleaned_data[name] for name in ("found", "note", "again_on")})


class TalkForm(VisitForm):
    """A talk somewhere else: also where, and with which group."""

    group = forms.ModelChoiceField(label=_("Group"), queryset=OutreachGroup.objects.none(), empty_label=None)
    division = PlaceField(
        label=_("Village or community"), queryset=Division.objects.none(), empty_label="",
        widget=KeyedSelect(keys_of=typed_keys),
    )  # fmt: skip
    place = forms.CharField(
        label=_("Where"), max_length=200, help_text=_("E.g. the yard of building 3, the market, the elders' home.")
    )

    field_order = ("group", "division", "place", "found", "again_on", "note")

    def __init__(self, *args: Any, groups: QuerySet[OutreachGroup], root: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["group"].queryset = groups  # type: ignore[attr-defined]
        self.fields["division"].queryset = Division.objects.within(root)  # type: ignore[attr-defined]
        self.fields["found"].choices = [  # type: ignore[attr-defined]
            row for row in OutreachVisit.Found.choices if row[0] in {"nothing", "advice", "dispute"}
        ]
        del self.fields["again_on"]

    def visit(self) -> VisitNote:
        return VisitNote(found=self.cleaned_data["found"], note=self.cleaned_data["note"])


class FieldHouseholdForm(HouseholdForm):
    """A household that is on no list, noted down by a group."""

    group = forms.ModelChoiceField(label=_("Group"), queryset=OutreachGroup.objects.none(), empty_label=None)

    field_order = ("group", "division", "address", "head", "phone", "note")

    def __init__(self, *args: Any, groups: QuerySet[OutreachGroup], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["group"].queryset = groups  # type: ignore[attr-defined]

    def household(self) -> HouseholdInput:
        return HouseholdInput(**{key: value for key, value in self.cleaned_data.items() if key != "group"})
