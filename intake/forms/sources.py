from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from departments.models import Centre
from intake.channels import CHANNELS
from intake.services import SourceInput

LARGEST_SCAN = 15 * 1024 * 1024
"""Bytes."""

SCANS = ((b"%PDF-", "application/pdf"), (b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"))
"""How files of the kinds that are taken begin; what they are called says nothing."""


class SourceForm(forms.Form):
    """What the chosen channel brings along; fields of other channels are ignored."""

    sender = forms.CharField(label=_("Sent by"), max_length=120, required=False)
    reference = forms.CharField(label=_("Their number"), max_length=60, required=False)
    sent_on = forms.DateField(label=_("Sent on"), required=False)
    caller_phone = forms.CharField(label=_("Caller's phone"), max_length=40, required=False)
    call_back_by = forms.DateTimeField(label=_("Call back by"), required=False)
    police_calls = forms.IntegerField(
        label=_("How often the police were called"), min_value=1, max_value=999, required=False
    )
    identity_checked = forms.BooleanField(label=_("Identity document seen on the spot"), required=False)
    from_centre = forms.ModelChoiceField(
        label=_("From which centre"), queryset=Centre.objects.none(), required=False, empty_label=""
    )
    scan = forms.FileField(label=_("Scan of the letter"), required=False)

    def __init__(self, *args: Any, channel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.facts = CHANNELS.get(channel)
        self.fields["from_centre"].queryset = Centre.objects.filter(is_active=True)  # type: ignore[attr-defined]
        self.fields["scan"].widget.attrs["accept"] = ".pdf,.jpg,.jpeg,.png"

    def clean_scan(self) -> UploadedFile | None:
        scan = self.cleaned_data["scan"]
        if not scan:
            return None
        if scan.size > LARGEST_SCAN:
            raise forms.ValidationError(_("The file is larger than 15 MB."))
        begin = scan.read(8)
        scan.seek(0)
        if not any(begin.startswith(mark) for mark, _kind in SCANS):
            raise forms.ValidationError(_("Only PDF, JPEG and PNG files are taken."))
        return scan  # type: ignore[no-any-return]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name in self.facts.needs if self.facts else ():
            if not data.get(name) and name not in self.errors:
                self.add_error(name, _("Please fill in this field."))
        return data

    def is_valid(self) -> bool:
        """A channel without facts asks for nothing, whatever was typed for another one."""
        if self.facts and not self.facts.fields:
            return True
        return super().is_valid()

    def source(self) -> SourceInput | None:
        """The typed input of a valid form, as far as the channel asks for it."""
        if not self.facts or not self.facts.fields:
            return None
        return SourceInput(**{name: self.cleaned_data[name] for name in self.facts.fields})
