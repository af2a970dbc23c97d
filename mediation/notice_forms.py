"""The form of a notice to a party: shape only."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.models import CaseParty
from mediation.models import Notice, Session


class NoticeForm(forms.Form):
    """Which party, by which channel; an address only for e-mails."""

    party = forms.ModelChoiceField(label=_("party"), queryset=CaseParty.objects.none())
    channel = forms.ChoiceField(label=_("channel"), choices=Notice.Channel.choices)
    email = forms.CharField(label=_("e-mail"), required=False, max_length=254)
    keep_email = forms.BooleanField(label=_("The person agrees: keep the address on file"), required=False)

    def __init__(self, *args: object, session: Session, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["party"].queryset = CaseParty.objects.filter(case=session.case_id)  # type: ignore[attr-defined]
