"""Forms of mediation sessions: shape only; what may happen is the services' to say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from accounts.models import Language
from cases.forms import TEXT
from cases.models import CaseParty
from governance_center.listing import bracketed
from mediation.models import Attendance, Mediator, RightsNotice, Room, Session
from mediation.services.clashes import Slot
from mediation.services.sessions import Place

LENGTHS = (30, 60, 90, 120, 180, 240)


class WhenForm(forms.Form):
    """One of the free times offered with its room, or an own time with a room, a link or a place."""

    slot = forms.ChoiceField(label=_("Free times"), widget=forms.RadioSelect, required=False)
    start = forms.DateTimeField(
        label=_("or another time"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    minutes = forms.TypedChoiceField(label=_("How long"), coerce=int, initial=60, widget=forms.HiddenInput)
    room = forms.ModelChoiceField(label=_("Room"), queryset=Room.objects.none(), required=False)
    second_room = forms.ModelChoiceField(
        label=_("Second room"),
        queryset=Room.objects.none(),
        required=False,
        help_text=_("For talks with one side alone while the other waits."),
    )
    online_link = forms.URLField(
        label=_("or a link for an online session"), required=False, max_length=300, assume_scheme="https"
    )
    place = forms.CharField(
        label=_("or a place"), required=False, max_length=200, help_text=_("For a visit at home or on the spot.")
    )
    all_the_same = forms.BooleanField(
        label=_("Call all the same, although a party said that it cannot come then"), required=False
    )

    def __init__(
        self,
        *args: Any,
        slots: Sequence[Slot],
        rooms: QuerySet[Room],
        may_be_away: bool = False,
        check_url: str = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        for name in ("start", "room", "second_room") if check_url else ():
            self.fields[name].widget.attrs |= {
                "hx-get": check_url,
                "hx-trigger": "change",
                "hx-include": "[name=start],[name=room],[name=second_room],[name=minutes]",
                "hx-target": "#when-warnings",
            }
        if not may_be_away:
            del self.fields["all_the_same"]
        self._slots = {f"{slot.start.isoformat()} {slot.room.pk}": slot for slot in slots}
        self.fields["minutes"].choices = [  # type: ignore[attr-defined]
            (one, _("%(minutes)s minutes") % {"minutes": one}) for one in LENGTHS
        ]
        for name in ("room", "second_room"):
            self.fields[name].queryset = rooms  # type: ignore[attr-defined]
        self.fields["slot"].choices = [  # type: ignore[attr-defined]
            (key, f"{date_format(timezone.localtime(slot.start), 'm-d D H:i')} · {slot.room}")
            for key, slot in self._slots.items()
        ]
        if not slots:
            self.fields["slot"].widget = forms.HiddenInput()

    def clean(self) -> dict[str, Any]:
        """An own time goes before a free one; a free one brings its room, unless another place is given."""
        data = super().clean() or {}
        slot = self._slots.get(data.get("slot") or "")
        if slot and not data.get("start") and "start" not in self.errors:
            data["start"] = slot.start
            if not (data.get("room") or data.get("online_link") or data.get("place")):
                data["room"] = slot.room
        if not data.get("start") and not {"start", "slot"} & set(self.errors):
            self.add_error("start", _("Choose a time."))
        return data

    def values(self) -> dict[str, Any]:
        """What the services take."""
        data = self.cleaned_data
        place = Place(**{name: data[name] for name in ("room", "online_link", "place", "second_room")})
        all_the_same = data.get("all_the_same", False)
        return {"start": data["start"], "minutes": data["minutes"], "place": place, "all_the_same": all_the_same}


class AbsenceForm(forms.Form):
    """When a party cannot come."""

    party = forms.ModelChoiceField(
        label=_("Which party"), queryset=CaseParty.objects.none(), widget=forms.RadioSelect, empty_label=None
    )
    first = forms.DateField(label=_("First day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    last = forms.DateField(
        label=_("Last day"),
        required=False,
        help_text=_("Empty for one day."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    since = forms.TimeField(
        label=_("From hour"),
        required=False,
        help_text=_("Both hours empty: the whole day."),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    until = forms.TimeField(
        label=_("Until hour"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    note = forms.CharField(label=_("Note"), max_length=200, required=False)

    def __init__(self, *args: Any, parties: QuerySet[CaseParty], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["party"].queryset = parties  # type: ignore[attr-defined]


class RightsForm(forms.Form):
    parties = forms.ModelMultipleChoiceField(
        label=_("Who was told"), queryset=CaseParty.objects.none(), widget=forms.CheckboxSelectMultiple
    )
    how = forms.ChoiceField(label=_("How told"), choices=RightsNotice.How.choices, widget=forms.RadioSelect)
    told_on = forms.DateField(label=_("Told on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    def __init__(self, *args: Any, parties: QuerySet[CaseParty], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parties"].queryset = parties  # type: ignore[attr-defined]
        self.initial["told_on"] = timezone.localdate()


class HoldForm(forms.Form):
    """A line for each party, and the minutes."""

    minutes = forms.CharField(
        label=_("Minutes"),
        help_text=_("What each side said, what was proposed, what remains open."),
        max_length=TEXT,
        widget=forms.Textarea(attrs={"rows": 10}),
    )
    language = forms.ChoiceField(
        label=_("Language of the minutes"), choices=Language.choices, widget=forms.RadioSelect, initial=Language.CHINESE
    )

    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0, initial=0, required=False)

    mediators = forms.TypedMultipleChoiceField(
        label=_("Mediators who were there"), coerce=int, widget=forms.CheckboxSelectMultiple, required=False
    )

    def __init__(
        self, *args: Any, attendances: Iterable[Attendance], mediators: Sequence[Mediator], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._asks = len(mediators) > 1
        self.fields["mediators"].choices = [(one.pk, str(one)) for one in mediators]  # type: ignore[attr-defined]
        self.initial.setdefault("mediators", [one.pk for one in mediators])
        if not self._asks:
            del self.fields["mediators"]
        states = (Attendance.State.CAME, Attendance.State.ABSENT, Attendance.State.EXCUSED)
        answers = [(state.value, state.label) for state in states]
        self._keys = {f"party_{one.party_id}": one.party_id for one in attendances}
        for one in attendances:
            self.fields[f"party_{one.party_id}"] = forms.ChoiceField(
                label=_of_part(one.party), choices=answers, widget=forms.RadioSelect
            )
            self.fields[f"with_{one.party_id}"] = forms.CharField(
                label=_("Who came along: %(party)s") % {"party": one.party}, max_length=200, required=False
            )
        lines = [name for key in self._keys.values() for name in (f"party_{key}", f"with_{key}")]
        self.order_fields([*lines, "mediators", "minutes", "language"])

    def values(self) -> dict[str, Any]:
        """What the service takes."""
        data = self.cleaned_data
        came = {key: data[name] for name, key in self._keys.items()}
        there = data["mediators"] if self._asks else None
        written = {name: data[name] for name in ("minutes", "language", "revision")}
        company = {key: data[f"with_{key}"] for key in self._keys.values()}
        return {"came": came, "company": company, "mediators": there, **written}


class MinutesForm(forms.Form):
    """What the page sends while the minutes are typed."""

    minutes = forms.CharField(max_length=TEXT, required=False, strip=False)
    language = forms.ChoiceField(choices=Language.choices)
    revision = forms.IntegerField(min_value=0)


class FailForm(forms.Form):
    failure = forms.ChoiceField(
        label=_("Why did it come to nothing"), choices=Session.Failure.choices, widget=forms.RadioSelect
    )
    parties = forms.TypedMultipleChoiceField(
        label=_("On whose side"),
        help_text=_("Tick who did not come, was not reached or refuses; nobody where no agreement was reached."),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    note = forms.CharField(
        label=_("Note"), max_length=TEXT, widget=forms.Textarea(attrs={"rows": 4, "data-draft-key": "session-failed"})
    )

    def __init__(self, *args: Any, attendances: Iterable[Attendance], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parties"].choices = [(one.party_id, _of_part(one.party)) for one in attendances]  # type: ignore[attr-defined]


class CancelForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


def _of_part(party: CaseParty) -> str:
    return f"{party}{bracketed(party.get_part_display())}"
