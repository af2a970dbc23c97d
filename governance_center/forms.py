"""How forms look, in one place, so that ``{{ form.as_div }}`` and ``{{ field.as_field_group }}`` need no classes.

``FORM_RENDERER = "governance_center.forms.Renderer"`` switches it on for the whole project. The admin draws
its own fields and is left alone.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting

CLASSES: tuple[tuple[type[forms.Widget], str], ...] = (
    (forms.CheckboxInput, "form-check-input"),
    (forms.RadioSelect, "form-check-input"),
    (forms.CheckboxSelectMultiple, "form-check-input"),
    (forms.Select, "form-select"),
    (forms.widgets.Input, "form-control"),
    (forms.Textarea, "form-control"),
)
"""The class of a widget, by the first row that it is an instance of; choices in a row come before selects."""

CHOICES_TEMPLATE = "forms/choices.html"


class Field(BoundField):
    """A field of a form that knows the look of its widget."""

    def as_widget(
        self, widget: forms.Widget | None = None, attrs: dict[str, Any] | None = None, only_initial: bool = False
    ) -> Any:
        widget = widget or self.field.widget
        # A subclass from elsewhere (the admin's calendars, for one) brings its own look.
        if type(widget).__module__.startswith(("django.forms.", "django_filters.", __name__)):
            attrs = {**(attrs or {}), "class": self._css_class(widget, attrs)}
            _modernise(widget)
        return super().as_widget(widget, attrs, only_initial)

    def _css_class(self, widget: forms.Widget, attrs: dict[str, Any] | None) -> str:
        look = next((name for kind, name in CLASSES if isinstance(widget, kind)), "")
        parts = (look, widget.attrs.get("class"), (attrs or {}).get("class"), "is-invalid" if self.errors else "")
        return " ".join(part for part in parts if part)

    @property
    def is_checkbox(self) -> bool:
        """Whether the label belongs behind the control."""
        return isinstance(self.field.widget, forms.CheckboxInput)


class Renderer(TemplatesSetting):
    """Draws forms with the project's templates, and with Django's own where there is none."""

    form_template_name = "forms/div.html"
    formset_template_name = "forms/formset.html"
    field_template_name = "forms/field.html"
    bound_field_class = Field


class KeyedSelect(forms.Select):
    """Choices that carry in ``data-keys`` what else may be typed to find them.

    ``keys_of`` tells it by the row that a choice stands for.
    """

    def __init__(self, *args: Any, keys_of: Callable[[Any], Iterable[str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.keys_of = keys_of

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        row = getattr(value, "instance", None)
        if row is not None:
            option["attrs"]["data-keys"] = " ".join(sorted(self.keys_of(row)))
        return option


class SubmissionKeyMixin(forms.Form):
    """A hidden key that stays the same when one form is sent twice, so that a double click makes one case.

    The view passes ``form.cleaned_data["submission_key"]`` to the service, which keeps it unique.
    """

    submission_key = forms.UUIDField(widget=forms.HiddenInput, required=False, initial=uuid.uuid4)

    def clean_submission_key(self) -> uuid.UUID:
        """A form without a key is a submission of its own."""
        return self.cleaned_data.get("submission_key") or uuid.uuid4()


def _modernise(widget: forms.Widget) -> None:
    """Let the browser offer its calendar, and choices stand in a row of boxes."""
    if type(widget) is forms.DateInput:
        widget.input_type, widget.format = "date", "%Y-%m-%d"
    elif type(widget) is forms.DateTimeInput:
        widget.input_type, widget.format = "datetime-local", "%Y-%m-%dT%H:%M"
    elif type(widget) is forms.TimeInput:
        widget.input_type, widget.format = "time", "%H:%M"
    elif isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        widget.template_name = CHOICES_TEMPLATE
