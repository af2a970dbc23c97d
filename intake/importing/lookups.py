"""What the cells of a register are held against, read once for an import: words, places, departments, rules."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import TypeVar

from django.conf import settings
from django.db import models
from django.utils import timezone, translation

from cases.models import Category, LimitRule
from cases.routing_book import MemoryBook
from departments.models import Centre, Department, Division
from departments.presence import local_holidays_of
from intake.importing import words

V = TypeVar("V")
LANGUAGES = tuple(code for code, _name in settings.LANGUAGES)


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """One spelling for what means the same: full-width and half-width, blanks, signs and case do not matter."""
    return re.sub(r"[\s*:_\-/>·,，、.。|()\[\]]+", "", unicodedata.normalize("NFKC", text).casefold())


def choice_words(choices: type[models.TextChoices], also: Mapping[str, Iterable[str]] = {}) -> dict[str, str]:
    """Every word that stands for a value: its code, its name in each language and what registers call it."""
    found = {}
    for language in LANGUAGES:
        with translation.override(language):
            found |= {fold(str(label)): str(value) for value, label in choices.choices}
    found |= {fold(str(value)): str(value) for value in choices.values}
    return found | {fold(word): str(value) for value, listed in also.items() for word in listed}


class Book:
    """All that a row may name, for one centre. Reads a handful of tables; asks the database nothing afterwards."""

    def __init__(self, centre: Centre) -> None:
        self.centre = centre
        self.county = centre.pk[:6]
        self.today = timezone.localdate()
        self.categories = {row.pk: row for row in Category.objects.in_use().select_related("lead")}
        self.departments = {row.pk: row for row in Department.objects.all()}
        self.rules: dict[str, LimitRule] = {row.pk: row for row in LimitRule.objects.all()}
        self.holidays: frozenset[dt.date] = local_holidays_of(centre.pk)
        self.routing = MemoryBook()
        self.words = {name: choice_words(choices, also) for name, (choices, also) in words.VOCABULARIES.items()}
        self.words["category"] = _names(self.categories.values(), ("name",))
        self.words["department"] = _names(self.departments.values(), ("name", "short"))
        self._places = Places(centre.pk)

    def places(self, text: str) -> list[str]:
        """Codes of the divisions within the centre that ``text`` can mean."""
        return self._places.codes(text)

    def names_of(self, codes: Iterable[str]) -> str:
        """Divisions with what they belong to, for a message."""
        return self._places.names_of(codes)


class Places:
    """The divisions within one, by all that they may be called. Two queries."""

    def __init__(self, root: str) -> None:
        """Each place by its code, its name and its path with one or more of the divisions above before it."""
        rows = {row.pk: row for row in Division.objects.within(root)}
        above = Division.objects.filter(pk__in=[root[:length] for length in (4, 6, 9)])
        known = rows | {row.pk: row for row in above}
        self.rows = rows
        found: dict[str, set[str]] = defaultdict(set)
        self._paths: dict[str, str] = {}
        for code, row in rows.items():
            line = [row]
            while line[0].parent_id in known:
                line.insert(0, known[line[0].parent_id])
            self._paths[code] = " ".join(part.name for part in line[-2:])
            found[code].add(code)
            for field in ("name_zh_hans", "name_ko"):
                names = [getattr(part, field) or "" for part in line]
                for start in range(len(names)):
                    for path in (names[start:], [*names[start:-2], names[-1]]):
                        found[fold("".join(path))].add(code)
        self._codes = {key: sorted(codes) for key, codes in found.items() if key}

    def codes(self, text: str) -> list[str]:
        """Codes of the divisions that ``text`` can mean."""
        return self._codes.get(fold(text), [])

    def names_of(self, codes: Iterable[str]) -> str:
        """Divisions with what they belong to, for a message."""
        return "、".join(self._paths[code] for code in codes)


def _names(rows: Iterable[models.Model], fields: Iterable[str]) -> dict[str, str]:
    """Code and names of rows in both languages; a name that two rows share stands for neither."""
    found: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        for field in fields:
            for suffix in ("zh_hans", "ko"):
                found[fold(getattr(row, f"{field}_{suffix}") or "")].add(str(row.pk))
    once = {word: codes.pop() for word, codes in found.items() if word and len(codes) == 1}
    return once | {fold(str(row.pk)): str(row.pk) for row in rows}
