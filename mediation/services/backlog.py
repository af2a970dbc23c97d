"""Many cases without a mediator: one best proposal for all, applied only where a dispatcher confirms it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases.models import Case
from cases.services.common import lock
from governance_center.errors import GovernanceError
from governance_center.transactions import atomic
from mediation import balancing, candidates
from mediation.balancing import Arc, Room
from mediation.matching import CaseFacts, MediatorFacts, Suggestion, points_without_load, score
from mediation.models import Mediator
from mediation.services.assigning import assign_mediator


class CaseTaken(GovernanceError):
    code = "case_taken"
    message = _("Another mediator has this case meanwhile.")


@dataclass(frozen=True, slots=True)
class Proposal:
    """A case and the mediator proposed for it, with the reasons."""

    case: Case
    suggestion: Suggestion

    @property
    def key(self) -> str:
        """What the form of the preview sends back."""
        return f"{self.case.pk}:{self.suggestion.mediator.pk}"


@dataclass(frozen=True, slots=True)
class Failure:
    """A pair that was not assigned, and why."""

    case: Case
    error: GovernanceError


def propose_backlog(cases: Sequence[Case], mediators: Sequence[Mediator]) -> list[Proposal]:
    """The assignment of greatest total points under the capacities; nothing is written.

    Args:
        cases: with parties and persons fetched.
        mediators: with ``open_load``, ``field_codes`` and committee, as :func:`mediation.candidates.of_counties` reads.

    A case for which nobody of its county has room is left out.
    """
    rows = [candidates.facts_of(mediator, {}) for mediator in mediators]
    rooms = [Room(row.load, row.capacity) for row in rows]
    excluded = candidates.excluded_pairs(cases)
    knowledge = _Results()
    arcs = []
    for index, case in enumerate(cases):
        facts, mean = candidates.case_facts(case), knowledge.mean(case)
        possible = [
            Arc(index, number, points_without_load(facts, one, mean))
            for number, one in _within(case, rows, knowledge)
            if rooms[number].free and (case.pk, one.mediator.pk) not in excluded
        ]
        arcs += balancing.worthwhile(possible, rooms, len(cases))
    chosen = balancing.best(arcs, rooms)
    return [
        Proposal(cases[arc.case], _suggest(cases[arc.case], rows[arc.mediator], knowledge))
        for arc in sorted(chosen, key=lambda arc: arc.case)
    ]


def apply_backlog(*, pairs: Iterable[tuple[Case, Mediator]], by: User) -> tuple[int, list[Failure]]:
    """Assign each confirmed pair; returns how many stand now, and what failed with its reason.

    Each pair is a transaction of its own. A pair that already stands counts as done, so a second press does
    nothing; a case that somebody else was given meanwhile is left to that one.
    """
    done, failed = 0, []
    for case, mediator in pairs:
        try:
            _assign_free(case=case, mediator=mediator, by=by)
            done += 1
        except GovernanceError as error:
            failed.append(Failure(case, error))
    return done, failed


@atomic
def _assign_free(*, case: Case, mediator: Mediator, by: User) -> None:
    case = lock(case)
    if case.mediator_id is not None and case.mediator_id == mediator.user_id:
        return
    if case.mediator_id is not None:
        raise CaseTaken()
    assign_mediator(case=case, mediator=mediator, by=by)


class _Results:
    """The results of each county and category, read once."""

    def __init__(self) -> None:
        self._read: dict[tuple[str, str], Mapping[int, tuple[int, int]]] = {}

    def of(self, case: Case) -> Mapping[int, tuple[int, int]]:
        key = (case.county_code, str(case.category_id))
        if key not in self._read:
            self._read[key] = candidates.results_of(*key)
        return self._read[key]

    def mean(self, case: Case) -> float:
        return candidates.mean_of(dict(self.of(case)))


def _within(case: Case, rows: Sequence[MediatorFacts], knowledge: _Results) -> Iterator[tuple[int, MediatorFacts]]:
    """The mediators of the case's county or of the prefecture itself, with their results in its category."""
    results, county = knowledge.of(case), case.county_code
    for number, one in enumerate(rows):
        if one.place.startswith(county) or one.place == county[:4]:
            own = results.get(one.mediator.user_id)
            yield number, replace(one, results=own) if own else one


def _suggest(case: Case, one: MediatorFacts, knowledge: _Results) -> Suggestion:
    own = knowledge.of(case).get(one.mediator.user_id, (0, 0))
    facts: CaseFacts = candidates.case_facts(case)
    return score(facts, replace(one, results=own), mean=knowledge.mean(case))
