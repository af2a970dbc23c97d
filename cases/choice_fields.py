"""Choices of categories and places that are found by typing a part of the name in either script, or its pinyin."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from django import forms

from cases.models import Category, Kind
from cases.search_keys import name_keys
from departments.models import Division
from governance_center.forms import KeyedSelect


def typed_keys(row: Category | Division) -> frozenset[str]:
    """What may be typed to find a choice, whatever the language of the page."""
    return _keys_of_names(row.name_zh_hans or "", row.name_ko or "")


@lru_cache(maxsize=4096)
def _keys_of_names(*names: str) -> frozenset[str]:
    """Parts of the words of some names, their pinyin, initials and initial consonants."""
    return frozenset(name_keys(*re.split(r"[\s·（）()]+", " ".join(names))))


class CategoryField(forms.ModelChoiceField):
    """Categories under the kinds they belong to: choosing one chooses the kind too."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            queryset=Category.objects.in_use().select_related("lead"),
            empty_label="",
            widget=KeyedSelect(keys_of=typed_keys),
            **kwargs,
        )
        self.iterator = _GroupedByKind


class _GroupedByKind(forms.models.ModelChoiceIterator):
    def __iter__(self) -> Any:
        yield "", ""
        rows = list(self.queryset)
        for kind in Kind:
            members = [self.choice(row) for row in rows if row.kind == kind]
            if members:
                yield kind.label, members


class PlaceField(forms.ModelChoiceField):
    """Places in both scripts, so that either can be typed to find one."""

    def label_from_instance(self, obj: Division) -> str:
        return f"{obj.name_zh_hans} {obj.name_ko}"
