"""Forms of signing: shape only; who may sign and when is the services' to say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.services.documents import LARGEST, UnfitDocument
from mediation.models import Signature
from mediation.services.signing import Hand, Signer

Capacity = Signature.Capacity
FOR_AN_ORGANISATION = (Capacity.LEGAL, Capacity.ATTORNEY)


def capacities(signer: Signer) -> list[tuple[str, str | Promise]]:
    """In what capacities somebody may sign for this signer; the words stay lazy, for the page may change language."""
    if signer.mediator:
        return [(Capacity.SELF.value, Capacity.SELF.label)]
    chosen = FOR_AN_ORGANISATION if signer.is_organisation else tuple(Capacity)
    return [(one.value, one.label) for one in chosen if signer.is_organisation or one != Capacity.LEGAL]


class HandForm(forms.Form):
    """Who holds the pen."""

    capacity = forms.ChoiceField(label=_("Who signs"), widget=forms.RadioSelect)
    name = forms.CharField(
        label=_("Name of whoever signs"),
        help_text=_("Needed where it is not the party in person. The power of attorney belongs in the file."),
        max_length=60,
        required=False,
    )

    def __init__(self, *args: Any, signer: Signer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = capacities(signer)
        self.fields["capacity"].choices = choices  # type: ignore[attr-defined]
        self.initial.setdefault("capacity", choices[0][0])
        if signer.mediator:
            self.fields["capacity"].widget = forms.HiddenInput()
            self.fields["name"].widget = forms.HiddenInput()

    def hand(self) -> Hand:
        return Hand(self.cleaned_data["capacity"], self.cleaned_data["name"])


class SignForm(HandForm):
    """The signature itself, and the digest of the text that was shown."""

    drawing = forms.CharField(widget=forms.HiddenInput, max_length=400_000, required=False)
    text = forms.CharField(widget=forms.HiddenInput, max_length=64)


class ScanField(forms.FileField):
    """A scan or a photo; what is in it is judged by its bytes later."""

    default_error_messages = {"too_large": UnfitDocument.message}

    def __init__(self, **kwargs: Any) -> None:
        shown = {"accept": "application/pdf,image/jpeg,image/png"}
        super().__init__(widget=forms.FileInput(attrs=shown), help_text=_("PDF, JPEG or PNG, at most 15 MB."), **kwargs)

    def clean(self, data: Any, initial: Any = None) -> Any:
        found = super().clean(data, initial)
        if found and found.size > LARGEST:
            raise forms.ValidationError(self.error_messages["too_large"], code="too_large")
        return found


class PaperForm(forms.Form):
    """Who signed on the paper, in what capacity, when, and the scan of it."""

    file = ScanField(label=_("Scan or photo of the signed paper"))
    signed_on = forms.DateField(label=_("Signed on"), widget=forms.DateInput)
    signers = forms.MultipleChoiceField(label=_("Who signed on it"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, signers: Sequence[Signer], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.signers = signers
        self.initial.setdefault("signed_on", timezone.localdate())
        self.initial.setdefault("signers", [one.key for one in signers])
        self.fields["signers"].choices = [(one.key, one.label) for one in signers]  # type: ignore[attr-defined]
        for one in signers:
            if not one.mediator:
                self._add_hand(one)

    def _add_hand(self, signer: Signer) -> None:
        choices = capacities(signer)
        self.fields[f"capacity_{signer.key}"] = forms.ChoiceField(
            label=_("%(who)s signs") % {"who": signer.label}, choices=choices, initial=choices[0][0], required=False
        )
        self.fields[f"name_{signer.key}"] = forms.CharField(
            label=_("Name of whoever signed for %(who)s") % {"who": signer.label}, max_length=60, required=False
        )

    def clean(self) -> dict[str, Any]:
        """Whoever signs for somebody is named, beside the field."""
        data = super().clean() or {}
        for key in data.get("signers", ()):
            capacity = data.get(f"capacity_{key}") or Capacity.SELF
            if capacity != Capacity.SELF and not data.get(f"name_{key}"):
                self.add_error(f"name_{key}", _("Please fill in this field."))
        return data

    def hands(self) -> dict[str, Hand]:
        """What the service takes."""
        data = self.cleaned_data
        return {
            key: Hand(data.get(f"capacity_{key}") or Capacity.SELF, data.get(f"name_{key}", ""))
            for key in data["signers"]
        }


class SealForm(forms.Form):
    sealed_on = forms.DateField(label=_("Sealed on"), widget=forms.DateInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("sealed_on", timezone.localdate())
