"""Which mediator fits a case: points by a declared table, each with its reason. Pure; it reads no database.

The ranking is advice; a person chooses. Points count facts of the register only: language, field, place, open load
and past results in the category. When a mediator is free for a first session is told, and decides between equals.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

WEIGHTS: Mapping[str, float] = {
    "language": 30,
    "field": 25,
    "place": 15,
    "load": 15,
    "result": 15,
}
"""Points at most for each fact; together 100."""

PLACE_PARTS: Mapping[int, float] = {12: 1.0, 9: 0.8, 6: 0.4, 4: 0.1}
"""The part of the points for the place, by digits of the division code in common (village, township, county,
prefecture)."""

FULL = -100.0
"""Points for a mediator who has as many open cases as capacity: they come last."""

SHRINK = 10
"""How many cases of the average weigh as much as a mediator's own (k of the beta-binomial mean)."""

UNKNOWN_MEAN = 0.5
"""The part resolved, where nobody has concluded a case of the category."""

REASONS: Mapping[str, str | Promise] = {
    "speaks_all": _("Speaks the language of all parties."),
    "speaks_some": _("Speaks the language of some of the parties, not of all."),
    "speaks_none": _("Speaks none of the parties' languages."),
    "knows_field": _("Knows this field."),
    "other_field": _("This field is not among the specialties."),
    "place_12": _("Same village or community."),
    "place_9": _("Same street or township."),
    "place_6": _("Same county or city."),
    "place_4": _("Works for the whole prefecture."),
    "place_0": _("Another place."),
    "has_room": _("%(load)s open cases of at most %(capacity)s."),
    "is_full": _("Full: %(load)s open cases of at most %(capacity)s."),
    "results": _("Resolved %(resolved)s of %(concluded)s cases of this category in the last two years."),
    "no_results": _("No case of this category concluded in the last two years."),
    "free_today": _("Free today for a session with the parties."),
    "free_within": _("Free within %(days)s days for a session with the parties."),
    "never_free": _("No hour within %(days)s days that suits both the mediator and the parties."),
}
AGAINST = frozenset({"speaks_some", "speaks_none", "other_field", "place_0", "is_full", "never_free"})
NEITHER = frozenset({"no_results"})
"""Nothing is known, which speaks neither for nor against."""


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What of a case counts: the languages of its parties, category, division code."""

    languages: Collection[str]
    category: str
    place: str


@dataclass(frozen=True, slots=True)
class MediatorFacts:
    """What of a mediator counts. ``results`` is how many cases of the category were resolved, of how many.

    ``free_in`` is in how many of the ``looked_ahead`` days an hour is free that suits the parties; None where in none.
    Without ``looked_ahead`` nobody looked.
    """

    mediator: Any
    languages: Collection[str]
    fields: Collection[str]
    place: str
    load: int
    capacity: int
    results: tuple[int, int] = (0, 0)
    free_in: int | None = None
    looked_ahead: int = 0


@dataclass(frozen=True, slots=True)
class Reason:
    """One fact with its points; for or against."""

    code: str
    points: float
    params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_neither(self) -> bool:
        return self.code in NEITHER

    @property
    def is_against(self) -> bool:
        return self.code in AGAINST

    @property
    def text(self) -> str:
        """The sentence in the active language."""
        sentence = str(REASONS[self.code])
        return sentence % self.params if self.params else sentence


def reasons_of(stored: Mapping[str, Any]) -> list[Reason]:
    """The reasons as they were when somebody was chosen, from what an assignment keeps of the ranking.

    A sentence whose figures were not kept then is left out.
    """
    params = stored.get("params", {})
    told = [code for code in stored.get("reasons", ()) if code in params or "%(" not in str(REASONS[code])]
    return [Reason(code, 0, params.get(code, {})) for code in told]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A mediator with points (100 at most) and the reasons for and against."""

    mediator: Any
    points: float
    reasons: tuple[Reason, ...]

    @property
    def is_full(self) -> bool:
        return any(reason.code == "is_full" for reason in self.reasons)


def score(case: CaseFacts, one: MediatorFacts, *, mean: float = UNKNOWN_MEAN) -> Suggestion:
    """The points of one mediator for one case.

    Args:
        mean: the part resolved among all concluded cases of the category, 0 to 1.
    """
    reasons = (_language(case, one), _field(case, one), _place(case, one), _load(one), _result(one, mean), *_free(one))
    return Suggestion(one.mediator, round(sum(reason.points for reason in reasons), 1), reasons)


def points_without_load(case: CaseFacts, one: MediatorFacts, mean: float) -> float:
    """The points of all facts but the load, for scoring very many pairs; the same as those of :func:`score`."""
    return (
        WEIGHTS["language"] * language_part(case, one)
        + (WEIGHTS["field"] if case.category in one.fields else 0)
        + WEIGHTS["place"] * PLACE_PARTS.get(common_digits(one.place, case.place), 0)
        + WEIGHTS["result"] * shrunk(*one.results, mean)
    )


def load_points(load: int, capacity: int) -> float:
    """The points for having ``load`` open cases; ``FULL`` from the capacity on."""
    return WEIGHTS["load"] * (capacity - load) / capacity if load < capacity else FULL


def rank(case: CaseFacts, mediators: Iterable[MediatorFacts], *, mean: float = UNKNOWN_MEAN) -> list[Suggestion]:
    """All of them, best fit first, the full ones last; of equals who is free sooner, else in the order given."""
    rows = sorted(mediators, key=lambda one: one.looked_ahead if one.free_in is None else one.free_in)
    return sorted((score(case, one, mean=mean) for one in rows), key=lambda found: -found.points)


def shrunk(resolved: int, concluded: int, mean: float) -> float:
    """The part resolved, drawn to the mean while the cases are few: (resolved + k·mean) / (concluded + k)."""
    return (resolved + SHRINK * mean) / (concluded + SHRINK)


def common_digits(one: str, other: str) -> int:
    """Digits that two division codes share down to the lowest common division: 12, 9, 6, 4 or 0.

    The division of a committee counts as a whole: a township's own committee shares 9 digits with its villages.
    """
    for digits in PLACE_PARTS:
        if len(one) >= digits and one[:digits] == other[:digits]:
            return digits
    return 0


def language_part(case: CaseFacts, one: MediatorFacts) -> float:
    """The part of the parties' languages that the mediator speaks, 0 to 1."""
    spoken = sum(language in one.languages for language in case.languages)
    return spoken / len(case.languages) if case.languages else 1.0


def _language(case: CaseFacts, one: MediatorFacts) -> Reason:
    part = language_part(case, one)
    code = "speaks_all" if part == 1 else "speaks_some" if part else "speaks_none"
    return Reason(code, WEIGHTS["language"] * part)


def _field(case: CaseFacts, one: MediatorFacts) -> Reason:
    if case.category in one.fields:
        return Reason("knows_field", WEIGHTS["field"])
    return Reason("other_field", 0)


def _place(case: CaseFacts, one: MediatorFacts) -> Reason:
    digits = common_digits(one.place, case.place)
    return Reason(f"place_{digits}", WEIGHTS["place"] * PLACE_PARTS.get(digits, 0))


def _load(one: MediatorFacts) -> Reason:
    params = {"load": one.load, "capacity": one.capacity}
    code = "is_full" if one.load >= one.capacity else "has_room"
    return Reason(code, load_points(one.load, one.capacity), params)


def _result(one: MediatorFacts, mean: float) -> Reason:
    resolved, concluded = one.results
    points = WEIGHTS["result"] * shrunk(resolved, concluded, mean)
    if not concluded:
        return Reason("no_results", points)
    return Reason("results", points, {"resolved": resolved, "concluded": concluded})


def _free(one: MediatorFacts) -> tuple[Reason, ...]:
    """When a first session could be; no points, as hours change from day to day."""
    if not one.looked_ahead:
        return ()
    if one.free_in is None:
        return (Reason("never_free", 0, {"days": one.looked_ahead}),)
    return (Reason("free_within", 0, {"days": one.free_in}) if one.free_in else Reason("free_today", 0),)
