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

from cases.models import Category, CategoryAssistant
from departments.models import Department, Division, Mode, Station
from departments.presence import NO_ROTA, Presence, Rota, presence, rotas_of

TOWNSHIP_DEPARTMENT = "township"


@dataclass(frozen=True, slots=True)
class Target:
    """A department of a division, and how it stands at the centre on that day (None: not stationed)."""

    department: Department
    division_id: str
    presence: Presence | None


@dataclass(slots=True)
class Decision:
    """Exactly one lead, or none: then the dispatcher decides."""

    lead: Target | None
    assistants: list[Target] = field(default_factory=list)
    reasons: list[dict[str, Any]] = field(default_factory=list)


REASONS: Mapping[str, str | Promise] = {
    "category_lead": _("Matters of the category “%(category)s” are led by: %(department)s."),
    "category_assists": _("Assists in this category: %(department)s."),
    "by_division": _("Services are led by the township or street of the place: %(division)s."),
    "place_above_township": _("The place names no township or street, so the dispatcher decides who leads."),
    "dispatcher_decides": _("For the category “%(category)s” the dispatcher decides who leads."),
    "earlier_register": _("The earlier register names the department that leads: %(department)s."),
    "here_today": _("%(department)s is here today: window %(window)s."),
    "here_today_no_window": _("%(department)s is here today."),
    "next_day": _("%(department)s takes turns here and comes next on %(date)s."),
    "on_call": _("%(department)s is on call and answers within %(minutes)s minutes."),
    "not_stationed": _("%(department)s has no place at this centre; the matter is sent to its office."),
    "returned_next": _("%(returned_by)s returned it; the next candidate leads: %(department)s."),
    "returned_no_candidate": _("%(returned_by)s returned it and no further candidate is left; the dispatcher decides."),
    "returned_twice": _("It was returned for the second time; the dispatcher decides."),
    "ruling": _("The dispatcher decided: %(department)s leads. The ruling is binding."),
}


class Book(Protocol):
    """Where routing looks things up."""

    def assistants(self, category: Category) -> list[Department]:
        """The departments that assist in the category, in their order."""

    def stations(self, centre_code: str, departments: Sequence[Department], day: dt.date) -> dict[str, Station]:
        """The stations in force at the centre on that day, with their windows, by department code."""

    def rotas(self, centre_code: str, departments: Collection[str], day: dt.date) -> Mapping[str, Rota]:
        """The shifts in force of rotating departments from that day on."""

    def township(self) -> Department:
        """The department that stands for every township or street."""


class DatabaseBook:
    """The book as it is now, one query a question."""

    def assistants(self, category: Category) -> list[Department]:
        rows = CategoryAssistant.objects.filter(category=category).select_related("department")
        return [row.department for row in rows.order_by("order")]

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
) -> Decision:
    """Who leads and who assists, given the category, the place and who is stationed at the centre that day.

    With the default book two queries: the assistants of the category and the stations in force; a third for the
    shifts when a department among them takes turns.
    """
    book = book or DatabaseBook()
    body = centre_code[:6]
    assistants = book.assistants(category)
    decision = Decision(lead=None)
    wanted: list[tuple[Department, str]] = []
    if category.lead_rule == Category.LeadRule.DEPARTMENT and category.lead:
        wanted.append((category.lead, body))
        decision.reasons.append({"code": "category_lead", "category": category.pk, "department": category.lead.pk})
    elif category.lead_rule == Category.LeadRule.DIVISION and len(place_code) >= 9:
        wanted.append((book.township(), place_code[:9]))
        decision.reasons.append({"code": "by_division", "division": place_code[:9]})
    elif category.lead_rule == Category.LeadRule.DIVISION:
        decision.reasons.append({"code": "place_above_township"})
    else:
        decision.reasons.append({"code": "dispatcher_decides", "category": category.pk})
    if not wanted:
        return decision
    wanted += [(department, body) for department in assistants]
    targets = _locate(wanted, book, centre_code=centre_code, day=day, local_holidays=local_holidays)
    decision.lead, decision.assistants = targets[0], targets[1:]
    decision.reasons.append(presence_reason(targets[0], day))
    for target in targets[1:]:
        decision.reasons.append({"code": "category_assists", "department": target.department.pk})
        decision.reasons.append(presence_reason(target, day))
    return decision


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
        return {"code": "here_today", "department": code, "window": found.window, "zone": found.zone}
    if found.here:
        return {"code": "here_today_no_window", "department": code}
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
        )
        for department, division in wanted
    ]


def _names(model: type[Department] | type[Category] | type[Division], keys: set[str]) -> dict[str, str]:
    return {row.pk: row.name for row in model._default_manager.filter(pk__in=keys)} if keys else {}
