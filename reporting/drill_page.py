"""The page of the cases behind a number: what its address asks for, and its table as a download."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from cases.models import Category, Channel
from departments.models import Department, Division
from governance_center.templatetags.ui import limit_end
from reporting.drill import (
    DENOMINATOR,
    DUE,
    LONGEST,
    NEWEST,
    NOBODY,
    NUMERATOR,
    OLDEST,
    SLICES,
    Asked,
    Line,
    cases_of,
    columns_of,
)
from reporting.figure_names import name_of
from reporting.measures import MEASURES
from reporting.periods import Period

SORTS = {
    NEWEST: gettext_lazy("newest first"),
    OLDEST: gettext_lazy("oldest first"),
    LONGEST: gettext_lazy("took longest"),
    DUE: gettext_lazy("limit ends soonest"),
}
CHUNK = 1000


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands above the list: the figure's name and definition, and whether it is its numerator or denominator."""

    name: str
    definition: str
    of: str
    is_rate: bool

    @property
    def is_below(self) -> bool:
        return self.of == DENOMINATOR


def asked_for(request: HttpRequest, division: Division, period: Period) -> Asked:
    """What the address asks for.

    Raises:
        KeyError: there is no such figure.
    """
    query = request.GET
    slices = {name: "" if query[name] == NOBODY else query[name] for name in SLICES if query.get(name)}
    columns = columns_of(query.get("figure", "accepted"), query.get("of", NUMERATOR))
    return Asked(columns, division.pk, period, slices, query.get("exactly") == "1")


def heading(figure: str, of: str) -> Heading:
    """The heading of the page of ``figure``."""
    measure = MEASURES.get(figure)
    is_rate = measure is not None and measure.is_rate
    of = DENOMINATOR if is_rate and of == DENOMINATOR else NUMERATOR
    return Heading(name_of(figure), str(measure.definition) if measure else "", of, is_rate)


def names_of(slices: dict[str, str]) -> list[str]:
    """What narrows the number, in words."""
    labels: dict[str, Any] = {"channel": dict(Channel.choices), "level": dict(Division.Level.choices)}
    found = []
    for name, key in slices.items():
        if not key:
            found.append(_("no department yet") if name == "department" else _("not stated"))
        elif name in labels:
            found.append(str(labels[name].get(key, key)))
        else:
            row = (Category if name == "category" else Department).objects.filter(pk=key).first()
            found.append(row.name if row else key)
    return found


def after(token: str, sort: str) -> tuple[Any, int] | None:
    """The key and the case of the last line of the page before; None where ``token`` is none of ours."""
    key, _dot, case = token.rpartition("_")
    if not case.isdecimal() or len(case) > 18:
        return None
    try:
        value: Any = int(key) if sort == LONGEST else parse_datetime(key) if sort == DUE else parse_date(key)
    except ValueError:
        return None
    return None if value is None or (sort == LONGEST and abs(value) > 10**6) else (value, int(case))


def token(line: Line) -> str:
    """The address of the page after ``line``."""
    key = line.key.isoformat() if isinstance(line.key, dt.date) else str(line.key)
    return f"{key}_{line.case_id}"


def table(found: list[Line], user: User) -> Iterator[list[str]]:
    """The list as rows of text, the headings first; cases are read bit by bit."""
    yield [
        _("Case number"), _("Summary"), _("Category"), _("Place"), _("Accepted on"), _("State"), _("Lead"), _("Days"),
        _("Next limit"), _("Counted"),
    ]  # fmt: skip
    for start in range(0, len(found), CHUNK):
        for case, line in cases_of(found[start : start + CHUNK], user):
            due = limit_end(line.next_due_at) if line.next_due_at else ""
            yield [
                case.number, case.title, case.category.name, case.division.name,
                str(line.accepted_day or ""), case.get_state_display(), case.lead.name if case.lead else "",
                "" if line.days is None else str(line.days), due, str(line.times),
            ]  # fmt: skip
