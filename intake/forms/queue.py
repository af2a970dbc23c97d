"""The forms of the queue: their shape only; whether it may happen is for the services."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Language
from departments.models import Centre, Window, Zone
from governance_center.forms import SubmissionKeyMixin
from intake.models import Purpose, Ticket, Visit


class KioskForm(SubmissionKeyMixin):
    """What the second page of the kiosk sends; the service is in its address."""

    language = forms.ChoiceField(choices=Language.choices)
    priority = forms.ChoiceField(choices=Ticket.Priority.choices, required=False)


class OpenDeskForm(forms.Form):
    window = forms.ModelChoiceField(label=_("window"), queryset=Window.objects.none(), empty_label=None)
    services = forms.MultipleChoiceField(
        label=_("services"),
        choices=Purpose.choices,
        widget=forms.CheckboxSelectMultiple,
        initial=list(Purpose.values),
    )

    def __init__(self, *args: Any, centre: Centre, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["window"].queryset = Window.objects.filter(centre=centre, zone=Zone.INTAKE)  # type: ignore[attr-defined]


class TakeForm(SubmissionKeyMixin):
    """A ticket for somebody who comes to the desk instead of the kiosk."""

    service = forms.ChoiceField(
        label=_("service"), choices=Purpose.choices, widget=forms.RadioSelect, initial=Purpose.REGISTRATION
    )
    language = forms.ChoiceField(
        label=_("language"), choices=Language.choices, widget=forms.RadioSelect, initial=Language.CHINESE
    )
    priority = forms.ChoiceField(label=_("priority"), choices=Ticket.Priority.choices, required=False)


class TransferForm(forms.Form):
    """To another service, to one window, or both."""

    service = forms.ChoiceField(label=_("service"), required=False)
    window = forms.ModelChoiceField(
        label=_("window"), queryset=Window.objects.none(), required=False, empty_label=_("any window")
    )

    def __init__(self, *args: Any, centre: Centre, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["service"].choices = [("", _("the same service")), *Purpose.choices]  # type: ignore[attr-defined]
        self.fields["window"].queryset = Window.objects.filter(  # type: ignore[attr-defined]
            centre=centre, zone=Zone.INTAKE, desks__closed_at__isnull=True, desks__isnull=False
        )


class FinishForm(SubmissionKeyMixin):
    """The quick path. Which button was pressed says the outcome."""

    outcome = forms.ChoiceField(
        choices=[(Visit.Outcome.ANSWERED, ""), (Visit.Outcome.GUIDED, "")], widget=forms.HiddenInput
    )
    answer = forms.CharField(
        label=_("What was answered, or where to"),
        required=False,
        max_length=500,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
