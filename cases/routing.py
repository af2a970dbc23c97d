"""Routing: which department leads a case, which assist, and why. It explains itself.

A decision is advice that the rules of the centre give effect to; every reason is stored as a code with
parameters and shown in the reader's language (:func:`describe`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.models import Category, CategoryAssistant, RoutingRule, StatutoryRoute
from cases.routing_rules import Facts, Rule, chain, found_keywords, matching, stored_rules
from departments.models import Department, Division, Half, Mode, Station
from departments.presence import NO_ROTA, Presence, Rota, presence, rotas_of

TOWNSHIP_DEPARTMENT = "township"
TOWNSHIP_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Target:
    """A department of a division, and how it stands at the centre on that day (None: not stationed)."""

    department: Department
    division_id: str
    presence: Presence | None
    station: Station | None = None


@dataclass(slots=True)
class Decision:
    """Exactly one lead, or none: then the dispatcher decides.

    ``alternatives`` are the candidates that were not taken, each with the reason why not, as ``reasons`` are.
    ``asks_opinions``: the assistants owe an opinion before the case can be resolved.
    """

    lead: Target | None
    assistants: list[Target] = field(default_factory=list)
    reasons: list[dict[str, Any]] = field(default_factory=list)
    rule: Rule | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    alternatives: list[dict[str, Any]] = field(default_factory=list)
    asks_opinions: bool = False

    @property
    def statutory_route(self) -> str:
        """The statutory route in words, where a rule keeps the matter out of mediation; else empty."""
        if self.rule is None or self.rule.leads != RoutingRule.Leads.STATUTORY:
            return ""
        return str(StatutoryRoute(self.rule.statutory_route).label)


REASONS: Mapping[str, str | Promise] = {
    "category_lead": _("Matters of the category “%(category)s” are led by: %(department)s."),
    "category_assists": _("Assists in this category: %(department)s."),
    "by_division": _("Services are led by the township or street of the place: %(division)s."),
    "place_above_township": _("The place names no township or street, so the dispatcher decides who leads."),
    "dispatcher_decides": _("For the category “%(category)s” the dispatcher decides who leads."),
    "held_here": _("The matter was registered at the township or street of its place, which leads it: %(division)s."),
    "handed_down": _("The level above handed the matter down to: %(division)s."),
    "prefecture_decides": _("The matter was handed up to the prefecture, whose dispatcher decides who leads."),
    "earlier_register": _("The earlier register names the department that leads: %(department)s."),
    "here_today": _("%(department)s is here today: window %(window)s."),
    "here_am": _("%(department)s is here this morning: window %(window)s."),
    "here_pm": _("%(department)s is here this afternoon: window %(window)s."),
    "here_today_no_window": _("%(department)s is here today."),
    "next_day": _("%(department)s takes turns here and comes next on %(date)s."),
    "next_day_half": _("%(department)s takes turns here and comes next on %(date)s, %(half)s."),
    "on_call": _("%(department)s is on call and answers within %(minutes)s minutes."),
    "not_stationed": _("%(department)s has no place at this centre; the matter is sent to its office."),
    "rule": _("The rule “%(name)s” of %(division)s decides."),
    "rule_inherited": _("The rule “%(name)s”, inherited from %(division)s, decides."),
    "rule_lead": _("By this rule leads: %(department)s."),
    "rule_by_division": _("By this rule the township or street of the place leads: %(division)s."),
    "rule_dispatcher": _("By this rule the dispatcher decides who leads."),
    "rule_assists": _("Assists by this rule and owes an opinion: %(department)s."),
    "statutory": _("The matter may not be mediated; its statutory route is: %(route)s."),
    "screened_out": _("A question of the screening was answered with yes."),
    "keywords_found": _("In summary or narrative stands: %(words)s."),
    "alt_later_rule": _("The rule “%(name)s” would hold too, but comes later."),
    "alt_wider_rule": _("The rule “%(name)s” would hold too, but the centre’s own rule comes before it."),
    "alt_category_lead": _(
        "%(department)s: leads in the category “%(category)s” otherwise; a rule comes before the category."
    ),
    "alt_held_here": _(
        "%(department)s: leads in the category “%(category)s” otherwise; a matter registered at a township or street "
        "stays there first."
    ),
    "alt_not_stationed": _("%(department)s: assists; it has no place at this centre."),
    "alt_absent": _("%(department)s: assists; it is not here today and comes next on %(date)s."),
    "alt_assists": _("%(department)s: assists, and is the next candidate if the lead returns the matter."),
    "alt_returned": _("%(department)s: has returned the matter."),
    "alt_recalled": _("%(department)s: had not signed for it; the referral was recalled."),
    "alt_signed": _("%(department)s: has signed for it and keeps it."),
    "returned_next": _("%(returned_by)s returned it; the next candidate leads: %(department)s."),
    "returned_no_candidate": _("%(returned_by)s returned it and no further candidate is left; the dispatcher decides."),
    "returned_twice": _("It was returned for the second time; the dispatcher decides."),
    "ruling": _("The dispatcher decided: %(department)s leads. The ruling is binding."),
}


HERE: Mapping[str, str] = {Half.MORNING: "here_am", Half.AFTERNOON: "here_pm"}
"""How it is said that a department is here for one half of the day only."""


class Book(Protocol):
    """Where routing looks things up."""

    def rules(self, centre_code: str) -> list[Rule]:
        """The rules in use that the centre follows, the nearest scope first, then by priority."""

    def assistants(self, category: Category) -> list[Department]:
        """The departments that assist in the category, in their order."""

    def departments(self, codes: Sequence[str]) -> list[Department]:
        """These departments, in this order; unknown codes are left out."""

    def stations(self, centre_code: str, departments: Sequence[Department], day: dt.date) -> dict[str, Station]:
        """The stations in force at the centre on that day, with their windows, by department code."""

    def rotas(self, centre_code: str, departments: Collection[str], day: dt.date) -> Mapping[str, Rota]:
        """The shifts in force of rotating departments from that day on."""

    def township(self) -> Department:
        """The department that stands for every township or street."""


class DatabaseBook:
    """The book as it is now, one query a question."""

    def rules(self, centre_code: str) -> list[Rule]:
        return stored_rules(chain(centre_code))

    def assistants(self, category: Category) -> list[Department]:
        rows = CategoryAssistant.objects.filter(category=category).select_related("department")
        return [row.department for row in rows.order_by("order")]

    def departments(self, codes: Sequence[str]) -> list[Department]:
        found = Department.objects.in_bulk(codes) if codes else {}
        return [found[code] for code in codes if code in found]

    def stations(self, centre_code: str, departments: Sequence[Department], day: dt.date) -> dict[str, Station]:
        rows = Station.objects.in_force(day).filter(centre=centre_code, department__in=departments)
        return {station.department_id: station for station in rows.select_related("window")}

    def rotas(self, centre_code: str, departments: Collection[str], day: dt.date) -> Mapping[str, Rota]:
        return rotas_of(centre_code, departments, day)

    def township(self) -> Department:
        return Department.objects.get(pk=TOWNSHIP_DEPARTMENT)


def decide(
    *,
    category: Category,
    centre_code: str,
    place_code: str,
    day: dt.date,
    local_holidays: Collection[dt.date] = (),
    book: Book | None = None,
    facts: Facts | None = None,
) -> Decision:
    """Who leads and who assists: the first rule that holds; without one, what the category says.

    With the default book three queries: the rules of the centre, the assistants and the stations in force; a
    fourth for the shifts when a department among them takes turns.

    Args:
        facts: what else is known of the matter; only category and place when left out.
    """
    book = book or DatabaseBook()
    facts = facts or Facts(category.pk, place_code)
    found = matching(book.rules(centre_code), facts)
    rule = found[0] if found else None
    decision = Decision(lead=None, rule=rule, facts=facts.stored(found_keywords(rule, facts.text) if rule else ()))
    wanted = _by_rule(rule, decision, facts, book, centre_code) if rule else []
    if rule is None:
        wanted = _held_here(category, decision, book, centre_code)
        wanted = wanted or _by_category(category, decision, place_code, book, centre_code)
    decision.alternatives += _passed_over(found[1:], rule, category)
    if not wanted:
        return decision
    targets = _locate(wanted, book, centre_code=centre_code, day=day, local_holidays=local_holidays)
    decision.lead, decision.assistants = targets[0], targets[1:]
    decision.reasons.append(presence_reason(targets[0], day))
    assists = "rule_assists" if rule else "category_assists"
    for target in targets[1:]:
        decision.reasons.append({"code": assists, "department": target.department.pk})
        decision.reasons.append(presence_reason(target, day))
        decision.alternatives.append(_why_not(target, day))
    return decision


def _by_rule(
    rule: Rule, decision: Decision, facts: Facts, book: Book, centre_code: str
) -> list[tuple[Department, str]]:
    """The departments that the rule names, the lead first; none when the dispatcher is to decide."""
    body, reasons, leads = centre_code[:6], decision.reasons, RoutingRule.Leads
    near = "rule_inherited" if len(rule.scope) < len(body) else "rule"
    reasons.append({"code": near, "rule": rule.pk, "name": rule.name, "division": rule.scope})
    if decision.facts["keywords"]:
        reasons.append({"code": "keywords_found", "words": "、".join(decision.facts["keywords"])})
    if rule.leads == leads.STATUTORY:
        reasons.append({"code": "statutory", "route": rule.statutory_route})
        return []
    if rule.leads == leads.DISPATCHER:
        reasons.append({"code": "rule_dispatcher"})
        return []
    if rule.leads == leads.DIVISION and len(facts.place) < 9:
        reasons.append({"code": "place_above_township"})
        return []
    if rule.leads == leads.DIVISION:
        wanted = [(book.township(), facts.place[:9])]
        reasons.append({"code": "rule_by_division", "division": facts.place[:9]})
    elif rule.lead is None:
        reasons.append({"code": "rule_dispatcher"})
        return []
    else:
        wanted = [(rule.lead, body)]
        reasons.append({"code": "rule_lead", "department": rule.lead.pk})
    assistants = [one for one in book.departments(rule.assistants) if one.pk != wanted[0][0].pk]
    decision.asks_opinions = bool(assistants)
    return wanted + [(department, body) for department in assistants]


def _held_here(category: Category, decision: Decision, book: Book, centre_code: str) -> list[tuple[Department, str]]:
    """The township or street itself, where a matter is registered there; none at a centre of another level."""
    if len(centre_code) != TOWNSHIP_DIGITS or category.lead_rule == Category.LeadRule.DIVISION:
        return []
    decision.reasons.append({"code": "held_here", "division": centre_code})
    if category.lead_rule == Category.LeadRule.DEPARTMENT and category.lead:
        decision.alternatives.append({"code": "alt_held_here", "department": category.lead.pk, "category": category.pk})
    return [(book.township(), centre_code)]


def _by_category(
    category: Category, decision: Decision, place_code: str, book: Book, centre_code: str
) -> list[tuple[Department, str]]:
    """The departments that the category names, the lead first; none when the dispatcher is to decide."""
    body, reasons = centre_code[:6], decision.reasons
    if category.lead_rule == Category.LeadRule.DEPARTMENT and category.lead:
        wanted = [(category.lead, body)]
        reasons.append({"code": "category_lead", "category": category.pk, "department": category.lead.pk})
    elif category.lead_rule == Category.LeadRule.DIVISION and len(place_code) >= 9:
        wanted = [(book.township(), place_code[:9])]
        reasons.append({"code": "by_division", "division": place_code[:9]})
    elif category.lead_rule == Category.LeadRule.DIVISION:
        reasons.append({"code": "place_above_township"})
        return []
    else:
        reasons.append({"code": "dispatcher_decides", "category": category.pk})
        return []
    return wanted + [(department, body) for department in book.assistants(category)]


def _passed_over(others: Sequence[Rule], rule: Rule | None, category: Category) -> list[dict[str, Any]]:
    """The rules that would have held too, and the category's own lead where a rule came before it."""
    found: list[dict[str, Any]] = []
    if rule is None:
        return found
    for other in others:
        code = "alt_wider_rule" if other.scope != rule.scope else "alt_later_rule"
        lead = {"department": other.lead.pk} if other.lead else {}
        found.append({"code": code, "rule": other.pk, "name": other.name, **lead})
    if category.lead and (rule.lead is None or rule.lead.pk != category.lead.pk):
        found.append({"code": "alt_category_lead", "department": category.lead.pk, "category": category.pk})
    return found


def _why_not(target: Target, day: dt.date) -> dict[str, Any]:
    """Why an assisting department does not lead, and how it stands today."""
    code, found = target.department.pk, target.presence
    if found is None:
        return {"code": "alt_not_stationed", "department": code}
    if not found.here and found.next_day:
        return {"code": "alt_absent", "department": code, "date": found.next_day.isoformat()}
    return {"code": "alt_assists", "department": code}


def locate(
    department: Department,
    *,
    centre_code: str,
    day: dt.date,
    local_holidays: Collection[dt.date] = (),
    book: Book | None = None,
) -> Target:
    """One department of the centre's county, and how it stands there on ``day``."""
    wanted = [(department, centre_code[:6])]
    where = book or DatabaseBook()
    return _locate(wanted, where, centre_code=centre_code, day=day, local_holidays=local_holidays)[0]


def presence_reason(target: Target, day: dt.date) -> dict[str, Any]:
    """How the department can be met, as a reason."""
    found, code = target.presence, target.department.pk
    if target.department.pk == TOWNSHIP_DEPARTMENT or found is None:
        return {"code": "not_stationed", "department": code}
    if found.mode == Mode.ON_CALL:
        return {"code": "on_call", "department": code, "minutes": found.response_minutes or 60}
    if found.here and found.window:
        at_window = {"department": code, "window": found.window, "zone": found.zone}
        return {"code": HERE.get(found.half, "here_today"), **at_window}
    if found.here:
        return {"code": "here_today_no_window", "department": code}
    if found.next_day and found.half:
        return {"code": "next_day_half", "department": code, "date": found.next_day.isoformat(), "half": found.half}
    if found.next_day:
        return {"code": "next_day", "department": code, "date": found.next_day.isoformat()}
    return {"code": "not_stationed", "department": code}


def describe(reasons: Sequence[Mapping[str, Any]]) -> list[str]:
    """The reasons as sentences in the active language, in three queries at most."""
    departments = _names(Department, {r[k] for r in reasons for k in ("department", "returned_by") if r.get(k)})
    categories = _names(Category, {r["category"] for r in reasons if r.get("category")})
    divisions = _names(Division, {r["division"] for r in reasons if r.get("division")})
    sentences = []
    for reason in reasons:
        params = dict(reason)
        for key, names in (
            ("department", departments),
            ("returned_by", departments),
            ("category", categories),
            ("division", divisions),
        ):
            if key in params:
                params[key] = names.get(params[key], params[key])
        if "route" in params:
            params["route"] = StatutoryRoute(params["route"]).label
        if "half" in params:
            params["half"] = Half(params["half"]).label
        if "date" in params:
            params["date"] = date_format(dt.date.fromisoformat(params["date"]))
        sentences.append(str(REASONS[params.pop("code")]) % params)
    return sentences


def _locate(
    wanted: Sequence[tuple[Department, str]],
    book: Book,
    *,
    centre_code: str,
    day: dt.date,
    local_holidays: Collection[dt.date],
) -> list[Target]:
    stations = book.stations(centre_code, [department for department, _division in wanted], day)
    rotating = [code for code, station in stations.items() if station.mode == Mode.ROTATING]
    rotas = book.rotas(centre_code, rotating, day) if rotating else {}
    return [
        Target(
            department,
            division,
            presence(stations[department.pk], day, local_holidays, rotas.get(department.pk, NO_ROTA))
            if department.pk in stations
            else None,
            stations.get(department.pk),
        )
        for department, division in wanted
    ]


def _names(model: type[Department] | type[Category] | type[Division], keys: set[str]) -> dict[str, str]:
    return {row.pk: row.name for row in model._default_manager.filter(pk__in=keys)} if keys else {}
