from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from departments.models import Centre
from governance_center.forms import SubmissionKeyMixin
from governance_center.scope import within


class ImportForm(SubmissionKeyMixin, forms.Form):
    """A register to be taken over. Checks shape; what it holds is looked at in the background."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("XLSX, or CSV in UTF-8 or GB18030; at most 50 MB."),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.txt"}),
    )
    system = forms.CharField(
        label=_("Name of the old system or register"),
        help_text=_("With the number there it makes a matter one: always give the same register the same name."),
        max_length=40,
    )
    centre = forms.ModelChoiceField(
        label=_("Centre that takes it over"), queryset=Centre.objects.none(), empty_label=""
    )
    dry_run = forms.TypedChoiceField(
        label=_("What is to be done"),
        choices=(("yes", _("only check first")), ("no", _("take over at once"))),
        widget=forms.RadioSelect,
        coerce=lambda value: value == "yes",
        initial="yes",
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        centres = Centre.objects.filter(within("division__code", user.scope_code), is_active=True)
        self.fields["centre"].queryset = centres  # type: ignore[attr-defined]
        if user.scope_code in {centre.pk for centre in centres}:
            self.fields["centre"].initial = user.scope_code
