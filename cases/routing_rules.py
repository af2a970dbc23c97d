"""Matching of routing rules: pure functions over what a rule asks for and what is known of a matter."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Q, QuerySet, Value

from cases.models import RoutingRule

if TYPE_CHECKING:
    from cases.models import Case
    from departments.models import Department


@dataclass(frozen=True, slots=True)
class Facts:
    """What routing may look at. ``place`` is a division code, ``amount`` is in yuan, ``risk`` is the risk score."""

    category: str
    place: str = ""
    channel: str = ""
    has_organisation: bool = False
    risk: int = 0
    amount: Decimal | None = None
    text: str = ""

    def stored(self, keywords: Sequence[str] = ()) -> dict[str, Any]:
        """What a decision keeps: codes and numbers, and of the text only the ``keywords`` that were found in it."""
        return {
            "category": self.category,
            "place": self.place,
            "channel": self.channel,
            "has_organisation": self.has_organisation,
            "risk": self.risk,
            "amount": None if self.amount is None else str(self.amount),
            "keywords": list(keywords),
        }


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as routing sees it; empty conditions hold always."""

    pk: int | None
    name: str
    scope: str
    priority: int
    categories: frozenset[str] = frozenset()
    place: str = ""
    channels: frozenset[str] = frozenset()
    party_kind: str = ""
    risk_at_least: int | None = None
    amount_from: Decimal | None = None
    amount_to: Decimal | None = None
    keywords: tuple[str, ...] = ()
    leads: str = RoutingRule.Leads.DEPARTMENT
    lead: Department | None = None
    statutory_route: str = ""
    assistants: tuple[str, ...] = ()

    @property
    def order(self) -> tuple[int, int, int]:
        """The nearest scope first, then the lower priority number, then the older rule."""
        return (-len(self.scope), self.priority, self.pk or 0)


def chain(division_code: str) -> list[str]:
    """The division and those above it: whose rules a centre follows."""
    return [division_code[:length] for length in (4, 6, 9, 12) if len(division_code) >= length]


def stored_rules(scopes: Sequence[str] | None = None) -> list[Rule]:
    """The rules in use (of some scopes, or all), in the order in which they are looked at; one query."""
    rows: QuerySet[RoutingRule] = RoutingRule.objects.filter(is_active=True).select_related("lead")
    if scopes is not None:
        rows = rows.filter(scope__in=scopes)
    codes = ArrayAgg("categories", filter=Q(categories__isnull=False), default=Value([]))
    return ordered(of_row(row, row.category_codes) for row in rows.annotate(category_codes=codes))


def of_row(row: RoutingRule, categories: Iterable[str]) -> Rule:
    """A stored (or still unsaved) rule as routing sees it."""
    return Rule(
        pk=row.pk,
        name=row.name,
        scope=row.scope_id,
        priority=row.priority,
        categories=frozenset(categories),
        place=row.place_id or "",
        channels=frozenset(row.channels),
        party_kind=row.party_kind,
        risk_at_least=row.risk_at_least,
        amount_from=row.amount_from,
        amount_to=row.amount_to,
        keywords=tuple(row.keywords),
        leads=row.leads,
        lead=row.lead,
        statutory_route=row.statutory_route,
        assistants=tuple(row.assistants),
    )


def ordered(rules: Iterable[Rule]) -> list[Rule]:
    """In the order in which they are looked at."""
    return sorted(rules, key=lambda rule: rule.order)


def matching(rules: Iterable[Rule], facts: Facts) -> list[Rule]:
    """The rules that hold for the facts, in order; the first decides, the others are its alternatives."""
    return [rule for rule in rules if holds(rule, facts)]


def holds(rule: Rule, facts: Facts) -> bool:
    """Whether every condition of the rule holds."""
    return (
        (not rule.categories or facts.category in rule.categories)
        and facts.place.startswith(rule.place)
        and (not rule.channels or facts.channel in rule.channels)
        and _party_holds(rule, facts)
        and (rule.risk_at_least is None or facts.risk >= rule.risk_at_least)
        and _amount_holds(rule, facts.amount)
        and (not rule.keywords or bool(found_keywords(rule, facts.text)))
    )


def found_keywords(rule: Rule, text: str) -> list[str]:
    """The keywords of the rule that stand in the text; case does not matter."""
    folded = text.casefold()
    return [word for word in rule.keywords if word.strip() and word.strip().casefold() in folded]


def facts_of(case: Case, *, has_organisation: bool) -> Facts:
    """What routing may look at of a case."""
    return Facts(
        category=case.category_id,
        place=case.division_id,
        channel=case.channel,
        has_organisation=has_organisation,
        risk=case.risk_score,
        amount=case.amount,
        text=f"{case.title}\n{case.narrative}",
    )


def _party_holds(rule: Rule, facts: Facts) -> bool:
    if not rule.party_kind:
        return True
    return facts.has_organisation == (rule.party_kind == RoutingRule.PartyKind.ORGANISATION)


def _amount_holds(rule: Rule, amount: Decimal | None) -> bool:
    if rule.amount_from is None and rule.amount_to is None:
        return True
    if amount is None:
        return False
    above = rule.amount_from is None or amount >= rule.amount_from
    return above and (rule.amount_to is None or amount < rule.amount_to)
