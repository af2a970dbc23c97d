"""Choosing one of very many committees by typing a part of the name, pinyin or initials."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from mediation.models import CommitteeQuerySet

SHOWN = 10
"""So many of the committees found are offered; who finds more types more."""


def search(rows: CommitteeQuerySet, typed: str, chosen: str = "") -> dict[str, Any]:
    """What the list of choices shows: those found for what is typed; without that the one chosen before."""
    rows = rows.select_related("division")
    if not typed.strip():
        found = list(rows.filter(pk=chosen)) if chosen.isdecimal() else []
        return {"options": found, "more": 0, "typed": ""}
    count = rows.named(typed).count()
    return {"options": list(rows.named(typed)[:SHOWN]), "more": max(count - SHOWN, 0), "typed": typed.strip()}


class CommitteeSearch(forms.Widget):
    """A box to type in and the committees found below it. It works without script: sending the form searches."""

    template_name = "forms/committee_search.html"
    use_fieldset = True
    rows: CommitteeQuerySet
    typed = ""

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> str:
        """The one chosen among those found; where only one is found, it is that one."""
        chosen, self.typed = str(data.get(name) or ""), str(data.get(f"{name}_q") or "")
        if not self.typed.strip():
            return chosen
        found = {str(row.pk) for row in search(self.rows, self.typed)["options"]}
        if chosen in found:
            return chosen
        return found.pop() if len(found) == 1 else ""

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        chosen = str(value or "")
        url = f"{reverse('mediation:committee_choices')}?name={name}&chosen={chosen}"
        return {**context, "search_url": url, "name": name, "chosen": chosen, **search(self.rows, self.typed, chosen)}


class CommitteeField(forms.ModelChoiceField):
    """One of very many committees."""

    default_error_messages = {
        "required": _("Type a part of the name and choose one of the committees found."),
        "invalid_choice": _("Type a part of the name and choose one of the committees found."),
    }
    widget = CommitteeSearch

    def among(self, rows: CommitteeQuerySet) -> None:
        """Only these can be chosen."""
        self.queryset = self.widget.rows = rows
