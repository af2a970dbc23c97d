"""Asking for a list as a file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import Model, QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases.filters import CaseFilter
from cases.models import Category
from departments.models import Department, Division
from governance_center.forms import SubmissionKeyMixin
from reporting.exporting.asked import Filters
from reporting.exporting.kinds import kinds_of
from reporting.models import Export
from reporting.services.exports import may_open

IGNORED = frozenset({"page", "export", "csrfmiddlewaretoken"})
"""What stands in the address of a list and narrows nothing."""

MOST_QUERY = 2000

NAMED: dict[str, type[Model]] = {
    "place": Division, "county": Division, "category": Category, "lead": Department, "mediator": User,
}  # fmt: skip
"""Filters whose values are the keys of rows with a name."""


class ExportForm(SubmissionKeyMixin, forms.Form):
    """Which list, of which days and place; or, with ``query``, exactly what a list page showed."""

    kind = forms.ChoiceField(label=_("List"))
    first = forms.DateField(label=_("from"), required=False, widget=forms.DateInput)
    last = forms.DateField(label=_("to"), required=False, widget=forms.DateInput)
    place = forms.ModelChoiceField(
        label=_("Place"), required=False, queryset=Division.objects.none(), empty_label=_("everything in my division")
    )
    format = forms.ChoiceField(label=_("Kind of file"), choices=Export.Format.choices, widget=forms.RadioSelect)
    opens = forms.BooleanField(
        label=_("Identity numbers and phones in full"),
        required=False,
        help_text=_("Otherwise they are masked. Each number that is opened is logged with your name."),
    )
    reason = forms.CharField(label=_("What it is needed for"), max_length=200, required=False)
    query = forms.CharField(widget=forms.HiddenInput, max_length=MOST_QUERY, required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        self.initial = {"format": "xlsx", "first": today.replace(month=1, day=1), "last": today, **self.initial}
        self.fields["kind"].choices = [(kind.code, kind.label) for kind in kinds_of(user)]  # type: ignore[attr-defined]
        self.fields["place"].queryset = places_of(user)  # type: ignore[attr-defined]
        if not may_open(user):
            del self.fields["opens"], self.fields["reason"]
        if self["query"].value():
            for name in ("kind", "first", "last", "place"):
                self.fields[name].widget = forms.HiddenInput()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = data.get("first"), data.get("last")
        if first and last and first > last:
            self.add_error("last", _("The last day lies before the first."))
        if data.get("opens") and not data.get("reason", "").strip() and "reason" not in self.errors:
            self.add_error("reason", _("Say what the numbers are needed for."))
        return data

    def request(self) -> dict[str, Any]:
        """What the service is asked for."""
        data = self.cleaned_data
        return {
            "kind": data["kind"],
            "file_format": data["format"],
            "filters": self._filters(),
            "opens": data.get("opens", False),
            "reason": data.get("reason", ""),
            "submission_key": data["submission_key"],
        }

    def _filters(self) -> Filters:
        data = self.cleaned_data
        if data["query"]:
            return filters_of(QueryDict(data["query"]))
        given: dict[str, dt.date | str | None] = {
            "first": data["first"], "last": data["last"], "place": data["place"].pk if data["place"] else "",
        }  # fmt: skip
        return {name: [str(value)] for name, value in given.items() if value}


def filters_of(query: QueryDict) -> dict[str, list[str]]:
    """The filters of a list's address, without what is empty or narrows nothing."""
    found = {name: [value for value in values if value] for name, values in query.lists() if name not in IGNORED}
    return {name: values for name, values in found.items() if values}


def places_of(user: User) -> QuerySet[Division]:
    """The divisions right below the user's."""
    return Division.objects.filter(parent=user.scope_code or None).order_by("code")


def described(filters: Filters) -> list[tuple[str, str]]:
    """Filters in words: what each is called, and its values as a page shows them."""
    own = {"first": _("from"), "last": _("to"), "place": _("Place")}
    found = []
    for name, values in sorted(filters.items(), key=lambda item: ([*own, item[0]].index(item[0]), item[0])):
        if name == "sort":
            continue
        known = CaseFilter.base_filters.get(name)
        label = own.get(name) or (known.label if known else name)
        choices = dict(known.extra.get("choices") or ()) if known else {}
        words = [str(choices.get(value, value)) for value in values]
        if name in NAMED:
            words = [str(row) for row in NAMED[name]._default_manager.filter(pk__in=_keys(name, values))] or words
        found.append((str(label), "、".join(words)))
    return found


def _keys(name: str, values: Sequence[str]) -> list[str]:
    """Of accounts only what can be a key."""
    return [value for value in values if name != "mediator" or value.isdigit()]
