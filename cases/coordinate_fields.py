"""Longitude and latitude as one field of a form, in a fold; on a phone a button puts in where the phone is."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.coordinates import Coordinates, checked
from governance_center.errors import GovernanceError


class CoordinatesWidget(forms.MultiWidget):
    """Two boxes in a fold, open where something stands in them; ``coordinates.js`` shows the button."""

    template_name = "forms/coordinates.html"
    use_fieldset = True

    def __init__(self) -> None:
        box = {"inputmode": "decimal", "class": "form-control", "autocomplete": "off"}
        super().__init__(
            {
                "longitude": forms.TextInput({**box, "aria-label": _("Longitude"), "placeholder": "129.4271"}),
                "latitude": forms.TextInput({**box, "aria-label": _("Latitude"), "placeholder": "42.7663"}),
            }
        )

    def decompress(self, value: Coordinates | None) -> list[Any]:
        return list(value) if value else [None, None]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        filled = any(box["value"] for box in context["widget"]["subwidgets"])
        context["widget"]["is_open"] = filled or "aria-invalid" in context["widget"]["attrs"]
        return context


class CoordinatesField(forms.MultiValueField):
    """Longitude and latitude of a place of Yanbian, or None."""

    def __init__(self, **kwargs: Any) -> None:
        boxes = [forms.DecimalField(required=False) for _box in range(2)]
        kwargs.setdefault("label", _("Place on the map"))
        super().__init__(boxes, require_all_fields=False, required=False, widget=CoordinatesWidget(), **kwargs)

    def compress(self, data_list: list[Decimal | None]) -> Coordinates | None:
        longitude, latitude = data_list or (None, None)
        try:
            return checked((longitude, latitude))
        except GovernanceError as error:
            raise forms.ValidationError(str(error), code=error.code) from None
