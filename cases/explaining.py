"""A stored routing decision in plain words: what was seen, what decided, and what was passed over and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from cases.models import Case, Category, Channel, RoutingDecision, StatutoryRoute
from cases.routing import describe
from departments.models import Division
from governance_center.listing import colon, enumerated, money


@dataclass(frozen=True, slots=True)
class Explanation:
    """A decision and its sentences in the active language."""

    decision: RoutingDecision
    facts: list[str]
    reasons: list[str]
    relied_on: list[str]
    alternatives: list[str]


def explanations_of(case: Case) -> list[Explanation]:
    """The decisions of a case, the latest first, in words."""
    rows = case.routing_decisions.select_related("lead", "by", "note", "rule", "station__department", "shift__window")
    return [explain(row) for row in rows]


def statutory_route_of(explanations: Sequence[Explanation]) -> str:
    """The statutory route that the latest decision named instead of mediation, in words; else empty."""
    reasons = explanations[0].decision.reasons if explanations else []
    return next((str(StatutoryRoute(one["route"]).label) for one in reasons if one["code"] == "statutory"), "")


def explain(decision: RoutingDecision) -> Explanation:
    """One decision in words of the active language."""
    sentences = describe([*decision.reasons, *decision.alternatives])
    count = len(decision.reasons)
    return Explanation(
        decision, facts_in_words(decision.facts), sentences[:count], _relied_on(decision), sentences[count:]
    )


def facts_in_words(facts: Mapping[str, Any]) -> list[str]:
    """The facts that a decision saw, each as ``label: value``; two queries at most."""
    if not facts:
        return []
    category = Category.objects.filter(pk=facts["category"]).first()
    place = Division.objects.filter(pk=facts["place"]).first()
    lines: list[tuple[str | Promise, object]] = [
        (_("Category"), category or facts["category"]),
        (_("Place"), place.name if place else facts["place"]),
    ]
    if facts.get("channel"):
        lines.append((_("Channel"), dict(Channel.choices).get(facts["channel"], facts["channel"])))
    lines.append((_("an organisation is a party"), _("yes") if facts.get("has_organisation") else _("no")))
    lines.append((_("risk score"), facts.get("risk", 0)))
    if facts.get("amount"):
        lines.append((_("amount in dispute (yuan)"), money(Decimal(facts["amount"]))))
    if facts.get("keywords"):
        lines.append((_("keywords"), enumerated(facts["keywords"])))
    return [f"{label}{colon()}{value}" for label, value in lines]


def _relied_on(decision: RoutingDecision) -> list[str]:
    found = []
    if decision.station:
        words = {"department": decision.station.department.name, "mode": decision.station.get_mode_display()}
        found.append(_("Stationing: %(department)s, %(mode)s.") % words)
    if decision.shift:
        shift = decision.shift
        words = {"day": date_format(shift.day), "half": shift.get_half_display(), "window": shift.window.number}
        found.append(_("Shift: %(day)s, %(half)s, window %(window)s.") % words)
    return found
