"""Routing history again under the present rules, without writing anything."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace

from django.db.models import Exists, OuterRef

from cases.models import Case, CaseParty, Category, RoutingDecision
from cases.routing import Decision, decide
from cases.routing_book import MemoryBook
from cases.routing_rules import facts_of
from departments.presence import local_holidays_of
from governance_center.calendar import day_start, local_day

CHUNK = 2000


@dataclass(frozen=True, slots=True)
class Replayed:
    """A case, the department that led after its first decision, and what would be decided now ('' : dispatcher)."""

    number: str
    day: dt.date
    category: str
    before: str
    after: str
    decision: Decision

    @property
    def is_changed(self) -> bool:
        return self.before != self.after


def replay(since: dt.date, *, centre: str = "") -> Iterator[Replayed]:
    """Route every case that was first routed since a day, with the stations and risk of its own day; bounded memory."""
    book, categories = MemoryBook(), {row.pk: row for row in Category.objects.select_related("lead")}
    holidays: dict[str, frozenset[dt.date]] = {}
    earlier = RoutingDecision.objects.filter(case=OuterRef("case"), pk__lt=OuterRef("pk"))
    organised = CaseParty.objects.filter(case=OuterRef("case")).exclude(organisation="")
    rows = RoutingDecision.objects.filter(~Exists(earlier), at__gte=day_start(since))
    if centre:
        rows = rows.filter(case__centre=centre)
    rows = rows.select_related("case").annotate(has_organisation=Exists(organised)).order_by("at", "pk")
    for row in rows.iterator(chunk_size=CHUNK):
        case: Case = row.case
        facts = facts_of(case, has_organisation=row.has_organisation)
        if case.centre_id not in holidays:
            holidays[case.centre_id] = local_holidays_of(case.centre_id)
        decision = decide(
            category=categories[case.category_id],
            centre_code=case.centre_id,
            place_code=case.division_id,
            day=local_day(row.at),
            local_holidays=holidays[case.centre_id],
            book=book,
            facts=replace(facts, risk=row.facts.get("risk", facts.risk)),
        )
        after = decision.lead.department.pk if decision.lead else ""
        yield Replayed(case.number, local_day(row.at), case.category_id, row.lead_id or "", after, decision)
