"""What can be wrong with a routing rule, found before it misroutes anybody."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.models import Category, Channel, RoutingRule
from cases.routing import TOWNSHIP_DEPARTMENT
from cases.routing_rules import Rule, stored_rules
from departments.models import Department, Station


@dataclass(frozen=True, slots=True)
class Problem:
    """``is_certain``: the rule can never do what it says, so it is refused; otherwise a warning."""

    code: str
    message: str | Promise
    is_certain: bool


def check_rule(rule: Rule, others: Iterable[Rule]) -> list[Problem]:
    """Everything that is wrong with a rule, given the other rules in use; two queries.

    Certain: unknown codes, amounts that nothing can have, an earlier rule of the same scope that takes
    everything. Warnings: a lead stationed at no centre of the scope, amounts that overlap with a like rule, and
    later rules that this one makes unreachable.
    """
    same = [other for other in others if other.scope == rule.scope and other.pk != rule.pk]
    found = _unknown_codes(rule) + _amounts(rule, same)
    for other in same:
        if other.order < rule.order and covers(other, rule):
            message = _("Never reached: the rule “%(name)s” takes everything before it.") % {"name": other.name}
            found.append(Problem("unreachable", message, True))
        elif rule.order < other.order and covers(rule, other):
            message = _("The rule “%(name)s” is never reached any more.") % {"name": other.name}
            found.append(Problem("makes_unreachable", message, False))
    if rule.lead is not None and not is_stationed(rule.lead.pk, rule.scope):
        message = _("%(department)s is stationed at no centre of %(scope)s.")
        words = {"department": rule.lead.name, "scope": rule.scope}
        found.append(Problem("not_stationed", message % words, False))
    return found


def covers(first: Rule, second: Rule) -> bool:
    """Whether every matter for which ``second`` holds is one for which ``first`` holds too."""
    return (
        _set_covers(first.categories, second.categories)
        and second.place.startswith(first.place)
        and _set_covers(first.channels, second.channels)
        and first.party_kind in {"", second.party_kind}
        and (first.risk_at_least or 0) <= (second.risk_at_least or 0)
        and _amount_covers(first, second)
        and _set_covers(first.keywords, second.keywords)
    )


def is_stationed(department: str, scope: str) -> bool:
    """Whether the department has a place at a centre of the scope today; townships always have their own."""
    if department == TOWNSHIP_DEPARTMENT:
        return True
    rows = Station.objects.in_force(timezone.localdate()).filter(department=department)
    return rows.filter(centre__division__code__startswith=scope).exists()


def categories_without_lead() -> list[Category]:
    """The categories in use for which neither their setting nor any rule names who leads; two or three queries.

    A rule in use for the whole category somewhere is enough, whether it names a department, the township of the
    place or a statutory route: only what the dispatcher alone can decide remains.
    """
    rows = Category.objects.in_use().filter(lead_rule=Category.LeadRule.DEPARTMENT, lead__isnull=True)
    dispatcher = Category.objects.in_use().filter(lead_rule=Category.LeadRule.DISPATCHER)
    found = list((rows | dispatcher).order_by("order", "code"))
    rules = [rule for rule in stored_rules() if rule.leads != RoutingRule.Leads.DISPATCHER] if found else []
    return [category for category in found if not any(_takes_whole(rule, category.pk) for rule in rules)]


def _takes_whole(rule: Rule, category: str) -> bool:
    """Whether the rule holds for every matter of the category in its scope."""
    return covers(rule, Rule(pk=None, name="", scope=rule.scope, priority=0, categories=frozenset({category})))


def _unknown_codes(rule: Rule) -> list[Problem]:
    known = set(Department.objects.filter(pk__in=rule.assistants).values_list("pk", flat=True))
    unknown = [code for code in rule.assistants if code not in known]
    unknown += sorted(rule.channels - set(Channel.values))
    if not unknown:
        return []
    return [Problem("unknown_code", _("Unknown codes: %(codes)s.") % {"codes": "、".join(unknown)}, True)]


def _amounts(rule: Rule, same: Iterable[Rule]) -> list[Problem]:
    if rule.amount_from is not None and rule.amount_to is not None and rule.amount_from >= rule.amount_to:
        return [Problem("no_amount", _("No amount lies between these bounds."), True)]
    if rule.amount_from is None and rule.amount_to is None:
        return []
    return [
        Problem("overlap", _("The amounts overlap with the rule “%(name)s”.") % {"name": other.name}, False)
        for other in same
        if _is_like(rule, other) and _amounts_meet(rule, other)
    ]


def _is_like(first: Rule, second: Rule) -> bool:
    """Alike but for the amounts."""
    has_amount = second.amount_from is not None or second.amount_to is not None
    return has_amount and (first.categories, first.place, first.channels, first.party_kind, first.keywords) == (
        second.categories, second.place, second.channels, second.party_kind, second.keywords,
    )  # fmt: skip


def _amounts_meet(first: Rule, second: Rule) -> bool:
    def before(one: Rule, other: Rule) -> bool:
        return one.amount_to is not None and other.amount_from is not None and one.amount_to <= other.amount_from

    return not before(first, second) and not before(second, first)


def _amount_covers(first: Rule, second: Rule) -> bool:
    if first.amount_from is None and first.amount_to is None:
        return True
    if second.amount_from is None and second.amount_to is None:
        return False
    low = first.amount_from is None or (second.amount_from is not None and second.amount_from >= first.amount_from)
    high = first.amount_to is None or (second.amount_to is not None and second.amount_to <= first.amount_to)
    return low and high


def _set_covers(first: Collection[str], second: Collection[str]) -> bool:
    """Empty stands for everything."""
    return not first or (bool(second) and set(second) <= set(first))
