from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.forms import TEXT


class PauseForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("Why nothing can go on: an appraisal, a party who cannot come. It is kept with the limit."),
        max_length=TEXT,
        widget=forms.Textarea(attrs={"rows": 4, "data-draft-key": "pause"}),
    )


class ExtendForm(forms.Form):
    days = forms.IntegerField(label=_("Calendar days more"), min_value=1, max_value=365)
    confirmed = forms.BooleanField(
        label=_("It was approved, and the petitioner is told the reasons"),
        error_messages={"required": _("Without approval the limit stays as it is.")},
    )
    reason = forms.CharField(
        label=_("Reason"), max_length=TEXT, widget=forms.Textarea(attrs={"rows": 4, "data-draft-key": "extend"})
    )


class ConsentForm(ExtendForm):
    """People's mediation goes on longer only if both parties want it."""

    confirmed = forms.BooleanField(
        label=_("Both parties agreed to the extension"),
        error_messages={"required": _("Without the consent of both parties the limit stays as it is.")},
    )
