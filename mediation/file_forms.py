"""Forms of the file of a case: shape only; what may happen is the services' to say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Language
from cases.forms import TEXT
from cases.models import CaseParty, Part
from governance_center.forms import SubmissionKeyMixin
from mediation.models import CaseFile, PowerOfAttorney
from mediation.services.filing import Upload

ACCEPT = "application/pdf,image/jpeg,image/png"
LANGUAGES = ((Language.CHINESE, "中文"), (Language.KOREAN, "조선말"), ("both", "中文 | 조선말"))


class SeveralFiles(forms.ClearableFileInput):
    """Several files at once; on a phone the camera is offered."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """A list of files; each is read whole."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            widget=SeveralFiles(attrs={"accept": ACCEPT, "multiple": True, "class": "form-control"}), **kwargs
        )

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        files = data if isinstance(data, list | tuple) else [data] if data else []
        if not files and self.required:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        return [super(FilesField, self).clean(one, initial) for one in files]


class AddForm(forms.Form):
    """Scans for a part of the file, from the disk or straight from the camera of a phone."""

    part = forms.ChoiceField(label=_("Part of the file"), choices=Part.choices)
    title = forms.CharField(
        label=_("Title"), max_length=100, required=False, help_text=_("Without one the name of the file is taken.")
    )
    file = FilesField(
        label=_("Files"), required=False, help_text=_("PDF, JPEG or PNG; several at once, up to 15 MB each.")
    )
    photo = forms.FileField(
        label=_("or take a photograph"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/*", "capture": "environment"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].required = False

    def uploads(self) -> list[Upload]:
        """What was sent, in its order."""
        sent = [*(self.cleaned_data.get("file") or []), self.cleaned_data.get("photo")]
        return [Upload(one.name or "", one.read()) for one in sent if one]


class ReplaceForm(forms.Form):
    """A better copy, and why."""

    file = forms.FileField(label=_("File"), widget=forms.FileInput(attrs={"accept": ACCEPT}))
    reason = forms.CharField(label=_("Reason"), max_length=200)

    def upload(self) -> Upload:
        sent = self.cleaned_data["file"]
        return Upload(sent.name or "", sent.read())


class InvestigationForm(SubmissionKeyMixin, forms.Form):
    """Whom somebody asked, and what was said."""

    asked = forms.CharField(label=_("Who was asked"), max_length=120)
    asked_who = forms.CharField(
        label=_("What this person is to the matter"),
        max_length=120,
        help_text=_("A party, a neighbour, a witness; with unit or home where it matters."),
    )
    asked_at = forms.DateTimeField(
        label=_("Begun at"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    minutes = forms.IntegerField(label=_("How many minutes"), min_value=1, max_value=1440, initial=30)
    place = forms.CharField(label=_("Place"), max_length=200)
    asked_by = forms.CharField(label=_("Asked by"), max_length=120)
    recorder = forms.CharField(label=_("Written down by"), max_length=60)
    language = forms.ChoiceField(
        label=_("Language in which it was said"),
        choices=Language.choices,
        widget=forms.RadioSelect,
        initial=Language.CHINESE,
    )
    text = forms.CharField(
        label=_("Questions and answers"),
        help_text=_("A line for each: question, then answer, in the words that were used."),
        max_length=TEXT,
        widget=forms.Textarea(attrs={"rows": 14, "data-draft-key": "investigation"}),
    )


class PowerForm(SubmissionKeyMixin, forms.Form):
    """Who acts for whom, and how far."""

    principal = forms.ModelChoiceField(label=_("Who is represented"), queryset=CaseParty.objects.none())
    attorney = forms.CharField(label=_("Who represents"), max_length=120)
    relation = forms.ChoiceField(label=_("As what"), choices=PowerOfAttorney.Relation.choices)
    scope = forms.ChoiceField(label=_("Power"), choices=PowerOfAttorney.Scope.choices, widget=forms.RadioSelect)
    powers = forms.CharField(
        label=_("Special powers"),
        help_text=_("Only for a special power: to admit, waive or change claims, to settle, to sign the agreement."),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    given_on = forms.DateField(label=_("Given on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    def __init__(self, *args: Any, parties: QuerySet[CaseParty], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = parties.exclude(part=CaseParty.Part.REPRESENTATIVE)
        self.fields["principal"].queryset = others  # type: ignore[attr-defined]
        self.initial.setdefault("given_on", timezone.localdate())


class ArchiveForm(forms.Form):
    """How the complete file is made for the archive."""

    language = forms.ChoiceField(label=_("Language of the papers"), choices=LANGUAGES, widget=forms.RadioSelect)
    retention = forms.ChoiceField(
        label=_("Retention"), choices=CaseFile.Retention.choices, initial=CaseFile.Retention.LONG
    )
    accept_missing = forms.BooleanField(label=_("Make it although required papers are missing"), required=False)

    def __init__(self, *args: Any, missing: Sequence[object], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not missing:
            del self.fields["accept_missing"]
