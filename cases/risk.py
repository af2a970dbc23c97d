"""How risky a matter looks: a transparent score of parts, each with its points and what it stands on.

It alerts and densifies; it decides nothing. The dispatcher may set the level by hand, with a reason.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from cases.models import RiskLevel

WORDS = Path(__file__).parent / "reference" / "risk_words.csv"

RAISED_FROM, HIGH_FROM = 20, 40
"""From how many points on a matter is raised or high."""

PEOPLE = ((30, 30), (10, 20), (5, 10))
AMOUNT = ((Decimal(1_000_000), 20), (Decimal(100_000), 10))
CALLS = ((3, 20), (1, 10))
SIGNS = ((3, 30), (1, 20))
"""At least so many people, yuan, earlier police calls or signs of escalation give so many points; the first row that
fits counts."""

REPEAT, REOPENED, MINOR, FAILED_MEDIATION = 15, 15, 15, 15

LABELS = {
    "violence": _("words of violence"),
    "threat": _("words of threat"),
    "self_harm": _("words of self-harm"),
    "group": _("words of a group action"),
    "repeat": _("the same matter again"),
    "reopened": _("reopened"),
    "people": _("number of people"),
    "amount": _("amount in dispute"),
    "minors": _("minors take part"),
    "police_calls": _("earlier police calls"),
    "failed_mediation": _("mediation failed before"),
    "visit_signs": _("signs of escalation at a visit"),
    "by_hand": _("set by the dispatcher"),
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What the score is made of. ``people`` is a number of heads, ``amount`` in yuan."""

    text: str = ""
    people: int = 0
    amount: Decimal | None = None
    minors: int = 0
    police_calls: int = 0
    is_repeat: bool = False
    reopened: int = 0
    mediation_failed: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the score; ``evidence`` are the words or numbers it stands on."""

    code: str
    points: int
    evidence: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {"code": self.code, "points": self.points, "evidence": list(self.evidence)}


@dataclass(frozen=True, slots=True)
class Signs:
    """What the last visit that found signs of escalation saw: their codes, and their names by language."""

    visit: int
    on: str
    codes: tuple[str, ...]
    names: Mapping[str, Sequence[str]]

    def as_json(self) -> dict[str, Any]:
        """The part of the score; the day and the names are kept as they were told."""
        points = next(points for least, points in SIGNS if len(self.codes) >= least)
        names = {language: list(names) for language, names in self.names.items()}
        return {
            "code": "visit_signs", "points": points, "evidence": list(self.codes), "on": self.on,
            "visit": self.visit, "names": names,
        }  # fmt: skip


def in_words(parts: Sequence[Mapping[str, Any]]) -> list[tuple[str | Promise, int, list[str]]]:
    """The stored parts of a score as label, points and what each stands on, in the active language."""
    return [(_label(part), part["points"], _evidence(part)) for part in parts]


def _label(part: Mapping[str, Any]) -> str | Promise:
    if "on" in part:
        return gettext("signs at the visit of %(date)s") % {"date": part["on"]}
    return LABELS[part["code"]]


def _evidence(part: Mapping[str, Any]) -> list[str]:
    names: Mapping[str, list[str]] = part.get("names", {})
    return names.get(get_language() or "", part["evidence"])


def score(facts: Facts) -> list[Part]:
    """The parts of the score that are not zero, words first."""
    parts = _words(facts.text)
    parts += _steps("people", facts.people, PEOPLE) + _steps("amount", facts.amount or 0, AMOUNT)
    parts += _steps("police_calls", facts.police_calls, CALLS)
    if facts.minors:
        parts.append(Part("minors", MINOR, (str(facts.minors),)))
    if facts.is_repeat:
        parts.append(Part("repeat", REPEAT))
    if facts.reopened:
        parts.append(Part("reopened", REOPENED * min(facts.reopened, 2), (str(facts.reopened),)))
    if facts.mediation_failed:
        parts.append(Part("failed_mediation", FAILED_MEDIATION))
    return parts


def total(parts: Sequence[Part]) -> int:
    return sum(part.points for part in parts)


def level_of(points: int) -> RiskLevel:
    if points >= HIGH_FROM:
        return RiskLevel.HIGH
    return RiskLevel.RAISED if points >= RAISED_FROM else RiskLevel.LOW


def normalise(text: str) -> str:
    """As words are looked for: composed letters, no blanks (Korean is spaced freely), small letters."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFC", text)).casefold()


@lru_cache(maxsize=1)
def word_list() -> tuple[tuple[str, str, int], ...]:
    """The words with category and weight, as the file has them."""
    with WORDS.open(encoding="utf-8", newline="") as file:
        return tuple((normalise(row["word"]), row["category"], int(row["weight"])) for row in csv.DictReader(file))


def _words(text: str) -> list[Part]:
    """For each category the weight of its heaviest word; every word found is shown."""
    plain, found = normalise(text), dict[str, list[tuple[str, int]]]()
    for word, category, weight in word_list():
        if word in plain:
            found.setdefault(category, []).append((word, weight))
    return [
        Part(category, max(weight for _word, weight in hits), tuple(word for word, _weight in hits))
        for category, hits in found.items()
    ]


def _steps(code: str, value: Any, steps: Sequence[tuple[Any, int]]) -> list[Part]:
    points = next((points for least, points in steps if value >= least), 0)
    return [Part(code, points, (str(value),))] if points else []
