"""The form of a longer mediation: a line for each party. Shape only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.forms import TEXT
from cases.models import CaseParty
from cases.states import GUIDED_OUTCOMES
from mediation.models import ExtensionConsent
from mediation.services.extending import Answer

YES, NO = "yes", "no"


class LongerForm(forms.Form):
    until = forms.DateField(label=_("Mediation goes on until"), widget=forms.DateInput)
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("Why it takes longer; where a party refuses, what was said."),
        max_length=TEXT,
        widget=forms.Textarea(attrs={"rows": 3, "data-draft-key": "longer"}),
    )
    outcome = forms.ChoiceField(
        label=_("Way open where a party refuses"),
        help_text=_("One refusal ends the mediation; the parties are told this way."),
        choices=[("", "—"), *((one.value, one.label) for one in GUIDED_OUTCOMES)],
        required=False,
    )

    def __init__(self, *args: Any, parties: Iterable[CaseParty], last_day: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.parties = list(parties)
        self.initial.setdefault("until", last_day + dt.timedelta(days=30))
        order = ["until"]
        for party in self.parties:
            order += self._add(party)
        self.order_fields([*order, "reason", "outcome"])

    def _add(self, party: CaseParty) -> list[str]:
        who = {"who": f"{party.get_part_display()} {party}"}
        agrees, how, said_on = (f"{name}_{party.pk}" for name in ("agrees", "how", "said_on"))
        self.fields[agrees] = forms.ChoiceField(
            label=_("%(who)s: does the party want it to go on?") % who,
            choices=((YES, _("agrees")), (NO, _("refuses"))),
            widget=forms.RadioSelect,
        )
        self.fields[how] = forms.ChoiceField(
            label=_("%(who)s: how it was said") % who, choices=ExtensionConsent.How.choices
        )
        self.fields[said_on] = forms.DateField(
            label=_("%(who)s: on") % who, widget=forms.DateInput, initial=timezone.localdate
        )
        return [agrees, how, said_on]

    def clean(self) -> dict[str, Any]:
        """A refusal needs the way that is open."""
        data = super().clean() or {}
        refused = any(data.get(f"agrees_{party.pk}") == NO for party in self.parties)
        if refused and not data.get("outcome"):
            self.add_error("outcome", _("Please fill in this field."))
        return data

    def values(self) -> dict[str, Any]:
        """What the service takes."""
        data = self.cleaned_data
        answers = {
            party.pk: Answer(data[f"agrees_{party.pk}"] == YES, data[f"how_{party.pk}"], data[f"said_on_{party.pk}"])
            for party in self.parties
        }
        return {"until": data["until"], "reason": data["reason"], "outcome": data["outcome"], "answers": answers}
