from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from mediation.signing_forms import ScanField


class CompareForm(forms.Form):
    file = ScanField(label=_("The PDF file to compare"))

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        field = self.fields["file"]
        field.help_text = _("Only a digest of it is computed; the file is not kept. At most 15 MB.")
        field.widget.attrs["accept"] = "application/pdf"
