"""The forms of offers and of the answers to them: shape only, what may happen is the services' to say."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Language
from cases.forms import TEXT
from cases.models import CaseParty
from governance_center.forms import SubmissionKeyMixin
from mediation.models import Offer, OfferAnswer
from mediation.services.offers import other_sides, sides

Kind = OfferAnswer.Kind

USUAL_DAYS = 7
"""So many days an offer is open, unless somebody chooses another day."""


class OfferForm(SubmissionKeyMixin, forms.Form):
    """From which side and for how long; what is offered stands in rows beside it."""

    party = forms.ModelChoiceField(
        label=_("Who offers"), queryset=CaseParty.objects.none(), widget=forms.RadioSelect, empty_label=None
    )
    language = forms.ChoiceField(
        label=_("Language of the terms"), choices=Language.choices, widget=forms.RadioSelect, initial=Language.CHINESE
    )
    text = forms.CharField(
        label=_("In words"),
        help_text=_("What the items do not say, for example a condition."),
        max_length=TEXT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "data-draft-key": "offer"}),
    )
    open_until = forms.DateField(
        label=_("Open until"), help_text=_("After this day it lapses by itself."), widget=forms.DateInput
    )

    def __init__(self, *args: Any, case: Any, counters: Offer | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        able = other_sides(counters) if counters else sides(case)
        rows = CaseParty.objects.filter(pk__in=[one.pk for one in able]).select_related("person")
        field = self.fields["party"]
        field.queryset = rows  # type: ignore[attr-defined]
        field.label_from_instance = _with_part  # type: ignore[attr-defined]
        self.initial.setdefault("open_until", timezone.localdate() + dt.timedelta(days=USUAL_DAYS))
        if len(able) == 1:
            self.initial.setdefault("party", able[0])


class AnswerForm(forms.Form):
    """One tap says who answers and what; ``values`` parts it again."""

    answer = forms.ChoiceField(label=_("Answer to the offer"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("Needed for a refusal."),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "data-draft-key": "offer-answer"}),
    )

    def __init__(self, *args: Any, offer: Offer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._parties = {one.pk: one for one in other_sides(offer)}
        self.fields["answer"].choices = _answers(offer, list(self._parties.values()))  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        """What the service takes."""
        kind, _sign, key = self.cleaned_data["answer"].partition("-")
        party = self._parties.get(int(key)) if key else None
        return {"kind": kind, "party": party, "reason": self.cleaned_data["reason"]}


def _answers(offer: Offer, parties: Sequence[CaseParty]) -> list[tuple[str, str]]:
    found = [(f"{Kind.ACCEPTED}-{one.pk}", _("accepted by %(party)s") % {"party": one}) for one in parties]
    found += [(f"{Kind.REFUSED}-{one.pk}", _("refused by %(party)s") % {"party": one}) for one in parties]
    return [*found, (str(Kind.WITHDRAWN), _("taken back by %(party)s") % {"party": offer.party})]


def _with_part(party: CaseParty) -> str:
    return f"{party.get_part_display()} {party}"
