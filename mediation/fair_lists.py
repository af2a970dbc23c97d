"""Results that can be compared fairly for a page of committees or mediators, in two queries however many they are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Coalesce, Left
from django.utils import timezone

from cases.models import Case
from cases.states import OPEN_STATES, RESOLVED_OUTCOMES
from mediation.candidates import FAILED_OUTCOMES, RESULTS_OF
from mediation.fair import Figures, Stratum, figures
from mediation.models import Committee, Mediator

COUNTY = 6
"""Digits of a county's code: each is held against the cases of the own county."""

_RESOLVED = Q(outcome__in=RESOLVED_OUTCOMES)


def of_committees(rows: Collection[Committee]) -> dict[int, Figures]:
    """The figures of each committee by its key, as :func:`mediation.register_selectors.strata_of_committee` has."""
    counties = {row.pk: row.division_id[:COUNTY] for row in rows}
    return _figures("mediator__mediator__committee", counties, counties)


def of_mediators(rows: Collection[Mediator]) -> dict[int, Figures]:
    """The figures of each mediator by its key; ``rows`` with ``committee``. Without an account nobody has cases."""
    counties = {row.user_id: row.committee.division_id[:COUNTY] for row in rows if row.user_id}
    found = _figures("mediator", counties, counties)
    return {row.pk: found.get(row.user_id or 0, figures(())) for row in rows}


def open_cases_of(rows: Collection[Committee]) -> dict[int, int]:
    """How many open cases the mediators of each committee have in hand now."""
    by = "mediator__mediator__committee"
    counted = Case.objects.filter(**{f"{by}__in": [row.pk for row in rows]}, state__in=OPEN_STATES)
    return dict(counted.order_by().values_list(by).annotate(Count("pk")))


def _figures(by: str, keys: Collection[int], county_of: Mapping[int, str]) -> dict[int, Figures]:
    """By key of ``by`` (a path from the case)."""
    if not keys:
        return {}
    own = of_own_county().filter(**{f"{by}__in": list(keys)})
    mine = _counted(own, key=F(by)).values_list("county", "category_id", "risk_level", "key", "resolved", "concluded")
    standard = _standard({county_of[row[3]] for row in mine})
    strata: dict[int, list[Stratum]] = defaultdict(list)
    for _place, category, risk, key, resolved, concluded in mine:
        strata[key].append(Stratum(category, risk, resolved, concluded, *standard[county_of[key], category, risk]))
    return {key: figures(strata[key]) for key in keys}


def _standard(places: Collection[str]) -> dict[tuple[str, str, int], tuple[int, int]]:
    """Resolved and concluded cases of the counties (or of a whole prefecture) by category and level of risk."""
    if not places:
        return {}
    within = Q(pk__in=())
    for place in sorted(places):
        within |= Q(division__code__startswith=place)
    names = ("county", "category_id", "risk_level", "resolved", "concluded")
    found: dict[tuple[str, str, int], tuple[int, int]] = {}
    for county, category, risk, resolved, concluded in _counted(_concluded().filter(within)).values_list(*names):
        for place in places:
            if county.startswith(place):
                before = found.get((place, category, risk), (0, 0))
                found[place, category, risk] = before[0] + resolved, before[1] + concluded
    return found


def of_own_county() -> QuerySet[Case]:
    """The concluded cases of the last two years whose mediator's committee is of their county, or of all of it."""
    committee = "mediator__mediator__committee__division_id"
    rows = _concluded().alias(at_home=Left(committee, COUNTY), happened=Left("division_id", COUNTY))
    return rows.filter(happened__startswith=F("at_home"))


def _concluded() -> QuerySet[Case]:
    since = timezone.now() - RESULTS_OF
    # Found by an index: the day of resolution or, where there was none, of the present state.
    return Case.objects.alias(concluded_at=Coalesce("resolved_at", "state_since")).filter(
        concluded_at__gte=since,
        mediator__isnull=False,
        outcome__in=(*RESOLVED_OUTCOMES, *FAILED_OUTCOMES),
    )


def _counted(rows: QuerySet[Case], **keys: Any) -> QuerySet[Case, dict[str, Any]]:
    grouped = rows.order_by().annotate(county=Left("division_id", COUNTY), **keys)
    return grouped.values("county", "category_id", "risk_level", *keys).annotate(
        resolved=Count("pk", filter=_RESOLVED), concluded=Count("pk")
    )
