from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Language
from cases.identity import check_phone
from cases.models import (
    CodeEntry,
    Education,
    FamilyLink,
    Gender,
    IdentityDocument,
    Need,
    Person,
    PersonKind,
    PersonPhone,
)
from cases.services.people import FileInput, PersonInput
from departments.models import Division
from governance_center.errors import GovernanceError


class MoreFields(forms.Form):
    """What the yearly record of disputes asks of the main party besides; never required."""

    education = forms.ChoiceField(label=_("Education"), choices=(("", ""), *Education.choices), required=False)
    person_kind = forms.ChoiceField(label=_("Kind of person"), choices=(("", ""), *PersonKind.choices), required=False)


class FileForm(MoreFields):
    """The file of a person. Number, phones and e-mail are not shown here: an empty field leaves them as they are."""

    name = forms.CharField(label=_("Name in Chinese characters"), max_length=60, required=False)
    name_hangul = forms.CharField(label=_("Name in Korean letters"), max_length=60, required=False)
    other_names = forms.CharField(
        label=_("Other names"), help_text=_("Former names and nicknames, separated by commas."), required=False,
        max_length=200,
    )  # fmt: skip
    language = forms.ChoiceField(label=_("Preferred language"), choices=Language.choices, widget=forms.RadioSelect)
    identity_document = forms.ChoiceField(label=_("Identity document"), choices=IdentityDocument.choices)
    identity_number = forms.CharField(
        label=_("Number of the document"), help_text=_("Leave empty to keep what is on file."), required=False,
        max_length=40,
    )  # fmt: skip
    phone = forms.CharField(
        label=_("Phone"), help_text=_("Leave empty to keep what is on file."), required=False, max_length=40
    )
    add_phone = forms.CharField(label=_("Another phone"), required=False, max_length=40)
    add_phone_note = forms.CharField(label=_("Whose it is, or when to call"), required=False, max_length=60)
    drop_phones = forms.ModelMultipleChoiceField(
        label=_("Phones to strike out"), queryset=PersonPhone.objects.none(), required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    email = forms.EmailField(
        label=_("E-mail"), help_text=_("Leave empty to keep what is on file."), required=False, max_length=254
    )
    agrees_to_email = forms.BooleanField(label=_("The person agrees to be told by e-mail"), required=False)
    drop_email = forms.BooleanField(label=_("The person no longer agrees: strike the address out"), required=False)
    birth_date = forms.DateField(label=_("Date of birth"), required=False)
    gender = forms.ChoiceField(label=_("Gender"), choices=Gender.choices, widget=forms.RadioSelect)
    ethnic_group = forms.ModelChoiceField(
        label=_("Ethnic group"), queryset=CodeEntry.objects.none(), required=False, empty_label=""
    )
    division = forms.ModelChoiceField(
        label=pgettext_lazy("address", "Home"), queryset=Division.objects.none(), required=False, empty_label=""
    )
    address = forms.CharField(label=_("Address"), max_length=200, required=False)
    needs = forms.MultipleChoiceField(
        label=_("Needs"), choices=Need.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    needs_note = forms.CharField(
        label=_("Notes for accompanying"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, person: Person, scope_code: str, **kwargs: Any) -> None:
        self.person = person
        kwargs.setdefault("initial", _initial(person))
        super().__init__(*args, **kwargs)
        entries = CodeEntry.objects.filter(table=CodeEntry.Table.ETHNIC_GROUP)
        self.fields["ethnic_group"].queryset = entries  # type: ignore[attr-defined]
        self.fields["ethnic_group"].label_from_instance = lambda entry: entry.name  # type: ignore[attr-defined]
        self.fields["division"].queryset = Division.objects.within(scope_code[:6])  # type: ignore[attr-defined]
        self.fields["drop_phones"].queryset = person.phones.all()  # type: ignore[attr-defined]

    def clean_phone(self) -> str:
        return _phone(self.cleaned_data["phone"])

    def clean_add_phone(self) -> str:
        return _phone(self.cleaned_data["add_phone"])

    def file(self) -> FileInput:
        """The typed input of a valid form; what was left empty of number and phone is what the file has."""
        data, person = self.cleaned_data, self.person
        phones = [(row.phone, row.note) for row in person.phones.all() if row not in data["drop_phones"]]
        if data["add_phone"]:
            phones.append((data["add_phone"], data["add_phone_note"]))
        return FileInput(
            person=PersonInput(
                name=data["name"], name_hangul=data["name_hangul"], language=data["language"],
                identity_document=data["identity_document"],
                identity_number=data["identity_number"] or person.identity_number,
                phone=data["phone"] or person.phone,
                education=data["education"], person_kind=data["person_kind"],
            ),
            other_names=data["other_names"].replace("，", ",").replace("、", ",").split(","),
            further_phones=phones,
            email="" if data["drop_email"] else data["email"] or None,
            agrees_to_email=data["agrees_to_email"],
            **{
                key: data[key]
                for key in ("birth_date", "gender", "ethnic_group", "division", "address", "needs", "needs_note")
            },
        )  # fmt: skip


class MergeForm(forms.Form):
    """Which of two files stays, and why they are one person's."""

    keep = forms.ChoiceField(label=_("File that stays"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("How you know that both are one person"), max_length=200, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, people: tuple[Person, Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(person.pk), f"{person} · {person.created_at:%Y-%m-%d}") for person in people]
        self.fields["keep"].choices = choices  # type: ignore[attr-defined]
        first = min(people, key=lambda person: (not person.identity_number, person.pk))
        self.fields["keep"].initial = str(first.pk)


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=200, widget=forms.Textarea(attrs={"rows": 2}))


class FamilyForm(forms.Form):
    """Who of the people found is related, and how."""

    relative = forms.ModelChoiceField(
        label=_("Relative"), queryset=Person.objects.none(), widget=forms.RadioSelect, empty_label=None
    )
    relation = forms.ChoiceField(
        label=_("What they are to this person"), choices=FamilyLink.Relation.choices, widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, found: list[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = Person.objects.filter(pk__in=[person.pk for person in found])
        self.fields["relative"].queryset = people  # type: ignore[attr-defined]
        self.fields["relative"].label_from_instance = described  # type: ignore[attr-defined]


def described(person: Person) -> str:
    """A person as told from others of the same name: phone and identity number, both masked."""
    return " · ".join(part for part in (str(person), person.masked_phone, person.masked_identity_number) if part)


def _initial(person: Person) -> dict[str, Any]:
    fields = (
        "name", "name_hangul", "language", "identity_document", "birth_date", "gender", "ethnic_group", "division",
        "address", "needs", "needs_note", "education", "person_kind",
    )  # fmt: skip
    return {name: getattr(person, name) for name in fields} | {"other_names": ", ".join(person.other_names)}


def _phone(typed: str) -> str:
    if not typed.strip():
        return ""
    try:
        return check_phone(typed)
    except GovernanceError as error:
        raise forms.ValidationError(str(error), code=error.code) from None
