"""Forms with which an administrator changes what papers say."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

LONGEST = 8000


def _text(label: str, language: str, rows: int) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": rows, "lang": language}),
    )


class WordingForm(forms.Form):
    """Both languages side by side, Chinese first."""

    title_zh_hans = forms.CharField(
        label=_("Title in Chinese"), max_length=60, widget=forms.TextInput(attrs={"lang": "zh-hans"})
    )
    title_ko = forms.CharField(label=_("Title in Korean"), max_length=60, widget=forms.TextInput(attrs={"lang": "ko"}))
    body_zh_hans = _text(_("Text in Chinese"), "zh-hans", 8)
    body_ko = _text(_("Text in Korean"), "ko", 8)
    closing_zh_hans = _text(_("Closing lines in Chinese"), "zh-hans", 4)
    closing_ko = _text(_("Closing lines in Korean"), "ko", 4)


class FormForm(forms.Form):
    """A changed Word form."""

    file = forms.FileField(label=_("Word form"), widget=forms.FileInput(attrs={"accept": ".docx"}))
