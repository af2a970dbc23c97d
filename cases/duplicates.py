"""Earlier cases that may be the same matter, and what a page shows of cases that became one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from django.db.models import Prefetch, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases.models import Case, CaseParty, Document
from cases.services import people
from cases.services.merging import PREFECTURE_DIGITS
from cases.states import State

WITHIN = dt.timedelta(days=90)
SHOWN = 8
CANDIDATES = 60
"""So many of the latest are looked at, however many lie in the ninety days."""


class Likeness(NamedTuple):
    """An earlier case and why it may be the same matter; the likeliest come first."""

    case: Case
    reasons: list[str | Promise]


def likely_same(case: Case, user: User) -> list[Likeness]:
    """Earlier cases of the ninety days before that share a party, or the place and the category, as far as ``user``
    sees them. A bounded number of queries."""
    parties = list(case.parties.select_related("person"))
    ids = [pk for party in parties if party.person for pk in people.group_ids(party.person)]
    names = [party.organisation for party in parties if party.organisation]
    shared = CaseParty.objects.filter(Q(person__in=ids) | Q(organisation__in=names)).values("case")
    rows = (
        Case.objects.visible_to(user)
        .filter(
            merged_into__isnull=True,
            division__code__startswith=case.division_id[:PREFECTURE_DIGITS],
            registered_at__lte=case.registered_at,
            registered_at__gte=case.registered_at - WITHIN,
        )
        .filter(Q(pk__in=shared) | Q(division=case.division_id, category=case.category_id))
        .exclude(pk=case.pk)
        .exclude(state=State.NOT_ACCEPTED)
        .select_related("category", "division")
        .prefetch_related(Prefetch("parties", CaseParty.objects.select_related("person")))
        .order_by("-registered_at", "-pk")[:CANDIDATES]
    )
    found = [Likeness(row, _reasons(case, row, set(ids), set(names))) for row in rows]
    return sorted(found, key=lambda likeness: -len(likeness.reasons))[:SHOWN]


def merged_cases(case: Case) -> list[Case]:
    """What was merged into the case, with the parties and papers that are shown with it.

    A case that was read for its page knows already whether there is any.
    """
    if not getattr(case, "has_merged", True):
        return []
    return list(
        Case.objects.filter(merged_into=case)
        .select_related("category", "division")
        .prefetch_related(
            Prefetch("parties", CaseParty.objects.select_related("person")),
            Prefetch("documents", Document.objects.order_by("pk")),
        )
        .order_by("registered_at", "pk")
    )


class Kept(NamedTuple):
    """The case that goes on, and whether the reader may open it."""

    case: Case
    is_visible: bool


def kept_of(case: Case, user: User) -> Kept | None:
    """What a merged case was merged into; None for every other case, without a query."""
    if case.merged_into is None:
        return None
    return Kept(case.merged_into, Case.objects.visible_to(user).filter(pk=case.merged_into_id).exists())


def _reasons(case: Case, row: Case, ids: set[int], names: set[str]) -> list[str | Promise]:
    """Each shared party weighs as one, the same place and the same category as one each."""
    parties: Sequence[CaseParty] = row.parties.all()
    found: list[str | Promise] = [
        _("same party: %(name)s") % {"name": party}
        for party in parties
        if party.person_id in ids or (party.organisation and party.organisation in names)
    ]
    if row.division_id == case.division_id:
        found.append(_("same place"))
    if row.category_id == case.category_id:
        found.append(_("same category"))
    return found
