"""The facts of matching, read from the register with a bounded number of queries.

The scoring itself stands in :mod:`mediation.matching`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from django.db.models import Case as SqlCase
from django.db.models import (
    Count,
    F,
    IntegerField,
    Prefetch,
    Q,
    QuerySet,
    Value,
    When,
    prefetch_related_objects,
)
from django.utils import timezone

from cases.models import Case, CaseParty
from cases.states import GUIDED_OUTCOMES, RESOLVED_OUTCOMES, Outcome
from mediation import fairness
from mediation.fairness import Bar
from mediation.free_times import AHEAD, days_until_free
from mediation.matching import UNKNOWN_MEAN, CaseFacts, MediatorFacts, Suggestion, rank
from mediation.models import Mediator, MediatorAbsence, MediatorQuerySet

MOST = 300
"""So many candidates of a county are scored; a rough order by the same facts chooses them."""

RESULTS_OF = dt.timedelta(days=730)
FAILED_OUTCOMES = (*GUIDED_OUTCOMES, Outcome.REFUSED)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A mediator who could take the case, but for what speaks against it."""

    mediator: Mediator
    bars: list[Bar]

    @property
    def is_absolute(self) -> bool:
        return any(bar.is_absolute for bar in self.bars)


Results = dict[int, tuple[int, int]]
"""By account: cases resolved, cases concluded."""


def candidates(case: Case) -> MediatorQuerySet:
    """Who may take the case, in a rough order of fit: room, the parties' languages, field, place, open load.

    Left out are those whom anything in the data speaks against (:mod:`mediation.fairness`), and those who are absent
    today (:func:`absent`).
    """
    return (
        Mediator.objects.assignable()
        .present_on(timezone.localdate())
        .of_county(case.county_code)
        .exclude(pk__in=list(fairness.bars_of(case)))
        .with_open_load()
        .with_field(str(case.category_id))
        .annotate(
            is_full=_flag(Q(open_load__gte=F("capacity"))),
            speaks=_flag(Q(languages__contains=sorted(languages_of(case)))),
            near=_flag(Q(committee__division=case.division_id[:9]) | Q(committee__division=case.division_id)),
        )
        .select_related("committee__division", "user")
        .with_field_codes()
        .order_by("is_full", "-speaks", "-knows", "-near", "open_load", "pk")
    )


def absent(case: Case) -> QuerySet[MediatorAbsence]:
    """The absences of today by which mediators of the county are left out, with the mediators."""
    present = Mediator.objects.assignable().of_county(case.county_code)
    rows = MediatorAbsence.objects.on(timezone.localdate()).filter(mediator__in=present)
    return rows.select_related("mediator").order_by("mediator__name", "pk")


def suggestions(case: Case) -> list[Suggestion]:
    """The ranking for one case, best fit first; at most :data:`MOST`, in a fixed number of queries."""
    return ranked(case, candidates(case)[:MOST])


def ranked(case: Case, mediators: Iterable[Mediator]) -> list[Suggestion]:
    """Score mediators that carry ``open_load``, with the results of the last two years and when they are free."""
    results, known = results_of(case.county_code, case.category_id), list(mediators)
    free = days_until_free(case, known)
    rows = [replace(facts_of(one, results), free_in=free[one.pk], looked_ahead=AHEAD) for one in known]
    return rank(case_facts(case), rows, mean=mean_of(results))


def case_facts(case: Case) -> CaseFacts:
    return CaseFacts(languages_of(case), str(case.category_id), case.division_id)


def facts_of(mediator: Mediator, results: Results) -> MediatorFacts:
    """A mediator as the scoring knows them; ``open_load`` and ``field_codes`` annotated, the committee fetched."""
    return MediatorFacts(
        mediator=mediator,
        languages=mediator.languages,
        fields=mediator.field_codes,  # type: ignore[attr-defined]
        place=mediator.committee.division_id,
        load=mediator.open_load,  # type: ignore[attr-defined]
        capacity=mediator.capacity,
        results=results.get(mediator.user_id or 0, (0, 0)),
    )


def languages_of(case: Case) -> frozenset[str]:
    """The languages of all parties with a file; of the narrative, where there is none."""
    prefetch_related_objects([case], Prefetch("parties", CaseParty.objects.select_related("person")))
    found = {party.person.language for party in case.parties.all() if party.person}
    return frozenset(found or {case.narrative_language})


def results_of(county_code: str, category: str) -> Results:
    """What became of the county's cases of a category with each mediator in the last two years, in one query."""
    since = timezone.now() - RESULTS_OF
    rows = (
        Case.objects.filter(
            Q(resolved_at__gte=since) | Q(resolved_at__isnull=True, state_since__gte=since),
            division__code__startswith=county_code,
            category=category,
            mediator__isnull=False,
            outcome__in=(*RESOLVED_OUTCOMES, *FAILED_OUTCOMES),
        )
        .order_by()
        .values("mediator_id")
        .annotate(resolved=Count("pk", filter=Q(outcome__in=RESOLVED_OUTCOMES)), concluded=Count("pk"))
    )
    return {row["mediator_id"]: (row["resolved"], row["concluded"]) for row in rows}


def mean_of(results: Results) -> float:
    """The part resolved among all concluded cases."""
    concluded = sum(row[1] for row in results.values())
    return sum(row[0] for row in results.values()) / concluded if concluded else UNKNOWN_MEAN


def _flag(condition: Q) -> SqlCase:
    return SqlCase(When(condition, then=Value(1)), default=Value(0), output_field=IntegerField())


def of_counties(county_codes: Collection[str]) -> MediatorQuerySet:
    """All who can take cases of some counties and are not absent today, with what the scoring needs; one query."""
    return (
        Mediator.objects.assignable()
        .present_on(timezone.localdate())
        .of_counties(county_codes)
        .with_open_load()
        .select_related("committee__division", "user")
        .with_field_codes()
        .order_by("pk")
    )


def excluded_pairs(cases: Collection[Case]) -> set[tuple[int, int]]:
    """Pairs of case and mediator that may not be; see :mod:`mediation.fairness`."""
    return {(case, mediator) for case, against in fairness.bars(cases).items() for mediator in against}


def left_out(cases: Collection[Case]) -> dict[int, list[LeftOut]]:
    """Who of those who could take each case is left out, and why; one query more than :func:`fairness.bars`."""
    found = fairness.bars(cases)
    keys = {mediator for against in found.values() for mediator in against}
    known = Mediator.objects.assignable().select_related("committee").in_bulk(keys)
    return {
        case.pk: [
            LeftOut(known[mediator], against)
            for mediator, against in sorted(found[case.pk].items())
            if mediator in known and serves(known[mediator], case)
        ]
        for case in cases
    }


def serves(mediator: Mediator, case: Case) -> bool:
    """Of the case's county, or of the prefecture itself."""
    code: str = mediator.committee.division_id
    return code.startswith(case.county_code) or code == case.county_code[:4]
