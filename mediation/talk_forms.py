"""The form of a separate talk: shape only."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.forms import TEXT
from cases.models import CaseParty
from governance_center.calendar import LOCAL_ZONE, local_day
from mediation.models import Session
from mediation.services.talks import sides_of


class TalkForm(forms.Form):
    """With which side, from when to when, and what only the mediators are to know."""

    part = forms.ChoiceField(label=_("With which side"), widget=forms.RadioSelect)
    since = forms.TimeField(label=_("From hour"), widget=forms.TimeInput)
    until = forms.TimeField(label=_("Until hour"), widget=forms.TimeInput)
    room = forms.ChoiceField(label=_("Room"), widget=forms.RadioSelect)
    note = forms.CharField(
        label=_("Private note"),
        help_text=_("Only the mediators of the case read it. It is in no minutes, paper or file."),
        max_length=TEXT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
    )

    def __init__(self, *args: Any, session: Session, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._session = session
        parts = [(one, CaseParty.Part(one).label) for one in sides_of(session)]
        self.fields["part"].choices = parts  # type: ignore[attr-defined]
        self._rooms = {str(one.pk): one for one in (session.room, session.second_room) if one}
        self.fields["room"].choices = [(key, str(one)) for key, one in self._rooms.items()]  # type: ignore[attr-defined]
        if len(self._rooms) < 2:
            del self.fields["room"]

    def values(self) -> dict[str, Any]:
        """What the service takes; the hours are those of the day of the session."""
        data, day = self.cleaned_data, local_day(self._session.period.lower)
        since, until = (dt.datetime.combine(day, data[name], LOCAL_ZONE) for name in ("since", "until"))
        room = self._rooms.get(data.get("room", ""))
        return {"part": data["part"], "since": since, "until": until, "note": data["note"], "room": room}
