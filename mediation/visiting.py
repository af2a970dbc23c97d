"""Who makes a follow-up visit: a rule without a database, with its reason.

Never the handler alone: pressure on the resolution rate makes false closings.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from mediation.models import FollowUp, FollowUpPlan

Why, First = FollowUp.WhyVisitor, FollowUpPlan.First

_COMMUNITY_FIRST = (Why.VILLAGE, Why.TOWNSHIP, Why.COMMITTEE, Why.COUNTY, Why.DESK, Why.DISPATCHER)

ORDER: Mapping[str, tuple[Why, ...]] = {
    First.MEDIATOR: (Why.COMMITTEE, Why.COUNTY, Why.VILLAGE, Why.TOWNSHIP, Why.DESK, Why.DISPATCHER),
    First.COMMUNITY: _COMMUNITY_FIRST,
    First.POLICE: _COMMUNITY_FIRST,
}
"""In which order people are asked, by who visits first under the plan."""


class Candidate(NamedTuple):
    """Somebody who might visit: key of the user, as what, visits planned already, and how near (digits of the code)."""

    user: int
    why: str
    visits: int = 0
    nearness: int = 0


class Choice(NamedTuple):
    """Who visits, by which rule, and together with whom; nobody where only the handler is left."""

    visitor: int | None
    why: str = ""
    companion: int | None = None


def who_visits(
    candidates: Iterable[Candidate], *, first: str, barred: Collection[int], police: Iterable[Candidate] = ()
) -> Choice:
    """Choose a visitor, and for repeated police calls an officer who comes along.

    Within a kind the nearest goes first, among those whoever has fewest visits open.

    Args:
        first: a value of ``FollowUpPlan.First``.
        barred: keys of those who must not visit alone: handlers, and for a second call whoever made the first.
        police: officers of the police; used only where the plan asks for them. One who handled the matter may come
            along, since that is not alone.
    """
    rank = {why.value: place for place, why in enumerate(ORDER[first])}
    able = [one for one in candidates if one.user not in barred and one.why in rank]
    able.sort(key=lambda one: (rank[one.why], -one.nearness, one.visits, one.user))
    if not able:
        return Choice(None)
    visitor = able[0]
    companion = None
    if first == First.POLICE:
        officers = sorted(police, key=lambda one: (one.user in barred, -one.nearness, one.visits, one.user))
        companion = next((one.user for one in officers if one.user != visitor.user), None)
    return Choice(visitor.user, visitor.why, companion)
