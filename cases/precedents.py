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
    """The rulings on matters of the same category in the same county that have words in common; one query.

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
    mine, found = pairs(facts.text), []
    for row in rows.select_related("case__division", "lead", "note").order_by("-at", "-pk")[:SEARCHED]:
        common = mine & pairs(f"{row.case.title}\n{row.case.narrative}")
        if common:
            near = len(facts.place) >= 9 and row.case.division_id.startswith(facts.place[:9])
            found.append(Precedent(row, near, tuple(sorted(common))))
    return sorted(found, key=lambda one: (not one.is_same_township, -len(one.words)))[:limit]


def pairs(text: str) -> frozenset[str]:
    """Neighbouring letters: the words of Chinese and Korean, near enough, without a dictionary."""
    return frozenset(text[at : at + 2] for at in range(len(text) - 1) if text[at].isalpha() and text[at + 1].isalpha())
