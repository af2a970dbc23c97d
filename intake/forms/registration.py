from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Language, User
from cases.choice_fields import CategoryField, PlaceField, typed_keys
from cases.coordinate_fields import CoordinatesField
from cases.identity import check_identity_number, check_phone
from cases.models import CaseParty, Channel, Kind, Person, PetitionClass
from cases.people_forms import MoreFields
from cases.services import CaseInput
from cases.services.opening import MOST_PEOPLE
from cases.services.people import PersonInput
from cases.states import RefusalReason
from departments.models import Division
from governance_center.errors import GovernanceError
from governance_center.forms import KeyedSelect, SubmissionKeyMixin
from intake.models import OutreachVisit, Ticket
from intake.services import OtherParty, SourceInput, WalkIn

NARRATIVE = 10_000
"""The longest narrative, in characters."""

OTHER_PARTS = (
    CaseParty.Part.RESPONDENT,
    CaseParty.Part.APPLICANT,
    CaseParty.Part.THIRD,
    CaseParty.Part.REPRESENTATIVE,
)


class WalkInForm(SubmissionKeyMixin, MoreFields):
    """A matter that came in, on one page. Checks shape; whether it may happen is the service's to say."""

    person = forms.ModelChoiceField(queryset=Person.objects.none(), required=False, widget=forms.HiddenInput)
    ticket = forms.ModelChoiceField(queryset=Ticket.objects.none(), required=False, widget=forms.HiddenInput)
    outreach = forms.ModelChoiceField(queryset=OutreachVisit.objects.none(), required=False, widget=forms.HiddenInput)
    channel = forms.ChoiceField(
        label=_("Channel"), choices=Channel.choices, widget=forms.RadioSelect, initial=Channel.WALK_IN, required=False
    )
    people_count = forms.IntegerField(
        label=_("How many came"), min_value=1, max_value=999, initial=1, required=False,
    )  # fmt: skip
    interpreter = forms.CharField(label=_("Interpreter"), max_length=60, required=False)
    companion = forms.CharField(label=_("Accompanied by"), max_length=60, required=False)
    name = forms.CharField(label=_("Name in Chinese characters"), max_length=60, required=False)
    name_hangul = forms.CharField(label=_("Name in Korean letters"), max_length=60, required=False)
    identity_number = forms.CharField(
        label=_("Identity number"), max_length=40, required=False, widget=forms.TextInput(attrs={"inputmode": "text"})
    )
    phone = forms.CharField(
        label=_("Phone"), max_length=40, required=False, widget=forms.TextInput(attrs={"inputmode": "tel"})
    )
    language = forms.ChoiceField(
        label=_("Language spoken"),
        choices=Language.choices,
        widget=forms.RadioSelect,
        initial=Language.CHINESE,
    )

    category = CategoryField(label=_("Category"))
    petition_class = forms.ChoiceField(
        label=_("Class of petition"), choices=PetitionClass.choices, widget=forms.RadioSelect, required=False
    )
    division = PlaceField(
        label=_("Place"), queryset=Division.objects.none(), empty_label="", widget=KeyedSelect(keys_of=typed_keys)
    )
    place_detail = forms.CharField(label=_("Address"), max_length=200, required=False)
    title = forms.CharField(label=_("Summary in one line"), max_length=120)
    narrative = forms.CharField(
        label=_("What happened"),
        help_text=_("In the petitioner's own words and language."),
        max_length=NARRATIVE,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6, "data-draft-key": "walk-in-narrative"}),
    )
    narrative_language = forms.ChoiceField(
        label=_("Language of the narrative"),
        choices=Language.choices,
        widget=forms.RadioSelect,
        initial=Language.CHINESE,
    )
    wants_mediation = forms.TypedChoiceField(
        label=_("Is mediation wanted"),
        choices=(("yes", _("yes")), ("no", _("no")), ("", _("not asked yet"))),
        widget=forms.RadioSelect,
        coerce=lambda value: value == "yes",
        empty_value=None,
        required=False,
        initial="",
    )

    amount = forms.DecimalField(
        label=_("Amount in dispute (yuan)"), min_value=0, max_digits=14, decimal_places=2, required=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )  # fmt: skip
    people_involved = forms.IntegerField(
        label=_("How many people it concerns"), min_value=1, max_value=MOST_PEOPLE, required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )  # fmt: skip

    coordinates = CoordinatesField()

    visibility = forms.ChoiceField(
        label=_("Who may see it"),
        help_text=_("Restricted: only you, the dispatchers, and the department and mediator who have it in hand."),
        choices=(
            ("", _("family matters, violence and minors: restricted; others as usual")),
            ("restricted", _("restricted")),
            ("open", _("as usual, all desks of the county")),
        ),
        widget=forms.RadioSelect,
        required=False,
        initial="",
    )

    decision = forms.ChoiceField(
        label=_("Decision at the door"),
        choices=(
            ("accept", _("accept and route now")),
            ("keep", _("keep for screening")),
            ("refuse", _("do not accept")),
        ),
        widget=forms.RadioSelect,
        initial="accept",
    )
    reason = forms.ChoiceField(
        label=_("Reason of non-acceptance"), choices=(("", ""), *RefusalReason.choices), required=False
    )
    way_open = forms.CharField(
        label=_("Which way is open instead"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, centre_code: str, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = Division.objects.within(centre_code)
        self.fields["division"].queryset = places  # type: ignore[attr-defined]
        self.fields["person"].queryset = Person.objects.visible_to(user)  # type: ignore[attr-defined]
        self.fields["ticket"].queryset = Ticket.objects.visible_to(user)  # type: ignore[attr-defined]
        self.fields["outreach"].queryset = OutreachVisit.objects.visible_to(user)  # type: ignore[attr-defined]

    def clean_channel(self) -> str:
        return self.cleaned_data["channel"] or Channel.WALK_IN

    def clean_people_count(self) -> int:
        return self.cleaned_data["people_count"] or 1

    def clean_identity_number(self) -> str:
        return _checked(check_identity_number, self.cleaned_data["identity_number"])

    def clean_phone(self) -> str:
        return _checked(check_phone, self.cleaned_data["phone"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        named = data.get("name") or data.get("name_hangul") or data.get("person")
        if not named and not {"name", "name_hangul", "person"} & set(self.errors):
            self.add_error("name", _("Give the name in at least one script."))
        category = data.get("category")
        if category and category.kind == Kind.PETITION and not data.get("petition_class"):
            self.add_error("petition_class", _("Choose the class of the petition."))
        if data.get("decision") == "refuse":
            for field in ("reason", "way_open"):
                if not data.get(field):
                    self.add_error(field, _("Please fill in this field."))
        return data

    def walk_in(self, others: list[OtherParty], source: SourceInput | None = None) -> WalkIn:
        """The typed input of a valid form as the service takes it."""
        data = self.cleaned_data
        more = {key: data[key] for key in ("education", "person_kind")}
        typed = {key: data[key] for key in ("name", "name_hangul", "identity_number", "phone", "language")} | more
        return WalkIn(
            person=data["person"],
            petitioner=None if data["person"] else PersonInput(**typed),
            **more,
            source=source,
            outreach=data["outreach"],
            **{key: data[key] for key in ("language", "people_count", "interpreter", "companion", "ticket")},
            case=CaseInput(
                kind=data["category"].kind,
                is_restricted=self._restriction(),
                **{
                    key: data[key]
                    for key in (
                        "category", "division", "title", "narrative", "narrative_language", "petition_class",
                        "place_detail", "wants_mediation", "channel", "amount", "people_involved", "coordinates",
                    )
                },
            ),
            others=others,
            accept=data["decision"] == "accept",
            refusal=(data["reason"], data["way_open"]) if data["decision"] == "refuse" else None,
        )  # fmt: skip

    @property
    def tells_more(self) -> bool:
        """Whether something was chosen, or refused, of what is asked besides."""
        return any(self[name].value() or self[name].errors for name in ("education", "person_kind"))

    def _restriction(self) -> bool | None:
        """What was chosen for a matter found at home; other channels are not asked."""
        if self.cleaned_data["channel"] != Channel.OUTREACH:
            return None
        return {"restricted": True, "open": False}.get(self.cleaned_data["visibility"])


class OtherPartyForm(forms.Form):
    """One other party: a person or an organisation. An empty row says nothing."""

    part = forms.ChoiceField(
        label=_("Part"),
        choices=[(part.value, part.label) for part in OTHER_PARTS],
        initial=CaseParty.Part.RESPONDENT,
    )
    name = forms.CharField(label=_("Name in Chinese characters"), max_length=60, required=False)
    name_hangul = forms.CharField(label=_("Name in Korean letters"), max_length=60, required=False)
    organisation = forms.CharField(label=_("or organisation"), max_length=120, required=False)
    phone = forms.CharField(label=_("Phone"), max_length=40, required=False)

    def clean_phone(self) -> str:
        return _checked(check_phone, self.cleaned_data["phone"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        person = data.get("name") or data.get("name_hangul")
        if person and data.get("organisation"):
            self.add_error("organisation", _("Name a person or an organisation, not both."))
        if data.get("phone") and not person and not data.get("organisation"):
            self.add_error("name", _("Name the other party."))
        return data

    def has_changed(self) -> bool:
        """The part alone says nothing."""
        return any(name != "part" for name in self.changed_data)

    def other_party(self) -> OtherParty | None:
        """What the row says; None when it is empty."""
        data = self.cleaned_data
        if data.get("organisation"):
            return OtherParty(part=data["part"], organisation=data["organisation"])
        if not data.get("name") and not data.get("name_hangul"):
            return None
        person = PersonInput(name=data["name"], name_hangul=data["name_hangul"], phone=data["phone"])
        return OtherParty(part=data["part"], person=person)


OtherPartyFormSet = forms.formset_factory(OtherPartyForm, extra=1, max_num=20, validate_max=True, absolute_max=20)


def _checked(check: Any, typed: str) -> str:
    """The normalised value, with the rule's own message as the field's error."""
    if not typed.strip():
        return ""
    try:
        return str(check(typed))
    except GovernanceError as error:
        raise forms.ValidationError(str(error), code=error.code) from None
