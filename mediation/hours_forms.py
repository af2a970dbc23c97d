"""The form of a mediator's week: from and to for each day, as often as needed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.http import QueryDict
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from mediation.week import DAYS, MIDNIGHT, BadWeek, Minutes, Week, minutes_of, tidy

PAIRS = 2
"""So many times of a day at least can be typed: before and after noon."""

MOST_PAIRS = 12
COPIES: Mapping[str, range] = {"workdays": range(1, 6), "all": DAYS}
"""Which days get the same hours by one tap."""


class WeekForm(forms.Form):
    """A week of hours, and for which days it holds."""

    first = forms.DateField(
        label=_("First day"), widget=forms.DateInput, required=False, help_text=_("Empty: it holds already.")
    )
    last = forms.DateField(
        label=_("Last day"), widget=forms.DateInput, required=False, help_text=_("Empty: it has no end.")
    )
    instead_of = forms.DateField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: QueryDict | None = None, *, week: Week, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.pairs = min(max(PAIRS, *(len(spans) for spans in week.values()), _typed(data)), MOST_PAIRS)
        for day in DAYS:
            for number in range(self.pairs):
                spans = week.get(day, ())
                times = _times(spans[number]) if number < len(spans) else ("", "")
                for end, time in zip(("from", "to"), times, strict=True):
                    self._add_time(f"d{day}_{number}_{end}", day, number, end, time)

    def _add_time(self, name: str, day: int, number: int, end: str, time: str) -> None:
        word = _("from") if end == "from" else _("to")
        label = f"{WEEKDAYS[day - 1]} {number + 1} {word}"
        self.fields[name] = forms.TimeField(
            label=label, required=False, initial=time, widget=forms.TimeInput(attrs={"aria-label": label})
        )

    def days(self) -> Iterator[tuple[str, list[tuple[BoundField, BoundField]]]]:
        """For each day its name and the pairs of fields."""
        for day in DAYS:
            pairs = [(self[f"d{day}_{number}_from"], self[f"d{day}_{number}_to"]) for number in range(self.pairs)]
            yield str(WEEKDAYS[day - 1]), pairs

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        found: dict[int, list[Minutes]] = {}
        for day in DAYS:
            spans = [span for number in range(self.pairs) if (span := self._span(data, f"d{day}_{number}"))]
            try:
                found |= tidy({day: spans})
            except BadWeek as error:
                self.add_error(f"d{day}_0_from", str(error))
        data["week"] = found
        return data

    def _span(self, data: Mapping[str, Any], name: str) -> Minutes | None:
        start, end = data.get(f"{name}_from"), data.get(f"{name}_to")
        if (start is None) != (end is None):
            lacking = f"{name}_to" if end is None else f"{name}_from"
            if lacking not in self.errors:
                self.add_error(lacking, _("Give both: from and to."))
        if start is None or end is None:
            return None
        return minutes_of(start), minutes_of(end) or MIDNIGHT

    def values(self) -> dict[str, Any]:
        """What the service takes."""
        return {name: self.cleaned_data[name] for name in ("week", "first", "last", "instead_of")}


def copied(data: QueryDict, to: str) -> QueryDict:
    """What was typed, with the hours of the first day that has any on other days as well, see :data:`COPIES`."""
    found = data.copy()
    ends = [f"{number}_{end}" for number in range(MOST_PAIRS) for end in ("from", "to")]
    source = next((day for day in DAYS if any(data.get(f"d{day}_{end}") for end in ends)), None)
    for day in COPIES.get(to, ()) if source else ():
        for end in ends:
            if f"d{source}_{end}" in data:
                found[f"d{day}_{end}"] = data[f"d{source}_{end}"]
    return found


def _typed(data: QueryDict | None) -> int:
    """How many pairs of a day came with the form."""
    numbers = range(MOST_PAIRS) if data else ()
    return max((number + 1 for number in numbers if f"d1_{number}_from" in (data or {})), default=0)


def _times(span: Minutes) -> tuple[str, str]:
    """For the fields of time; the end of the day is written as midnight."""
    start, end = (dt.time(one % MIDNIGHT // 60, one % 60) for one in span)
    return f"{start:%H:%M}", f"{end:%H:%M}"
