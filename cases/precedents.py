"""Earlier final rulings on like matters, offered to whoever decides who leads."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.models import User
from cases.models import Case, RoutingDecision
from cases.routing_rules import Facts

SEARCHED = 200
"""So many of the latest rulings of the category and county are compared."""


@dataclass(frozen=True, slots=True)
class Precedent:
    """A ruling, and how like its matter is: in the same township first, then by words in common."""

    decision: RoutingDecision
    is_same_township: bool
    words: tuple[str, ...]


def like(facts: Facts, user: User, *, apart_from: Case | None = None, limit: int = 3) -> list[Precedent]:
    """The rulings on matters of the same category in the same county that have words in common; two queries.

    The first reads only what is compared, the second the few rulings that are shown.

    Only cases that ``user`` may see, and none that is restricted.
    """
    if len(facts.place) < 6 or not facts.text.strip():
        return []
    seen = Case.objects.visible_to(user).filter(category=facts.category, is_restricted=False)
    rows = RoutingDecision.objects.filter(
        is_precedent=True, case__in=seen, case__division__code__startswith=facts.place[:6]
    )
    if apart_from is not None:
        rows = rows.exclude(case=apart_from)
    mine, found = pairs(facts.text), list[tuple[int, bool, tuple[str, ...]]]()
    compared = rows.order_by("-at", "-pk").values_list("pk", "case__title", "case__narrative", "case__division_id")
    for pk, title, narrative, place in compared[:SEARCHED]:
        text = f"{title}\n{narrative}"
        common = tuple(sorted(pair for pair in mine if pair in text))
        if common:
            near = len(facts.place) >= 9 and place.startswith(facts.place[:9])
            found.append((pk, near, common))
    best = sorted(found, key=lambda one: (not one[1], -len(one[2])))[:limit]
    shown = RoutingDecision.objects.select_related("case__division", "lead", "note").in_bulk([one[0] for one in best])
    return [Precedent(shown[pk], near, words) for pk, near, words in best]


def pairs(text: str) -> frozenset[str]:
    """Neighbouring letters: the words of Chinese and Korean, near enough, without a dictionary."""
    return frozenset(text[at : at + 2] for at in range(len(text) - 1) if text[at].isalpha() and text[at + 1].isalpha())
