"""The page of the rows behind a number that does not count facts of cases: figures, columns of the list, downloads."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import F
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from cases.models import Case
from departments.models import Department, Division
from intake.models import Purpose
from intake.queue_figures import times_of
from mediation.models import Committee, FollowUp, Mediator, Session
from reporting import follow_ups, following_up, mediating
from reporting.bounces import SHARE
from reporting.counted import KINDS, Asked, weight_of
from reporting.drill import DENOMINATOR, NOBODY, NUMERATOR
from reporting.measures import MEASURES, Measure
from reporting.periods import Period
from reporting.waiting import COLUMNS as WAITING

CHUNK = 1000
Text = str | Promise
Cells = Sequence[tuple[Text, Callable[[Any], Any]]]


@dataclass(frozen=True, slots=True)
class Named:
    """A figure that opens rows: of which kind, which columns make its numbers, and how it is called."""

    kind: str
    numerator: tuple[str, ...]
    denominator: tuple[str, ...]
    name: Text
    definition: Text = ""


def _figures() -> Iterator[tuple[str, Named]]:
    for kind, measures in _MEASURES.items():
        for one in measures:
            yield one.code, Named(kind, one.numerator, one.denominator, one.name, one.definition)
    for one in WAITING:
        yield one.code, Named("tickets", (_TIMED.get(one.code, one.code),), (), one.name, one.definition)
    for code, (kind, column, name) in _SINGLE.items():
        yield code, Named(kind, (column,), (), name)


def _of(measures: Mapping[str, Measure], *codes: str) -> list[Measure]:
    return [measures[code] for code in codes]


_MEASURES: Mapping[str, list[Measure]] = {
    "agreements": _of(mediating.MEASURES, "agreements_written", "agreements_oral"),
    "sessions": _of(mediating.MEASURES, "sessions_held", "sessions_failed", "failure_rate", "sessions_cancelled"),
    "in_hand": _of(mediating.MEASURES, "in_hand"),
    "mediators": _of(mediating.MEASURES, "mediators"),
    "visits": [
        *_of(following_up.MEASURES, *following_up.VISITS, *following_up.BESIDE), follow_ups.VISIT_RATE,
    ],
    "second_calls": _of(following_up.MEASURES, "second_calls", "differing_rate"),
    "draws": _of(following_up.MEASURES, "drawn"),
    "shifts": [MEASURES["attendance_rate"]],
    "referrals": [SHARE],
}  # fmt: skip
_TIMED = {"waited_median": "waited", "waited_p90": "waited", "serving_median": "serving"}
"""The tickets on which a time rests."""

_SINGLE: Mapping[str, tuple[str, str, Text]] = {
    **{f"failed_{why}": ("sessions", f"failed_{why}", why.label) for why in Session.Failure},
    **{f"outcome_{found}": ("visits", f"outcome_{found}", found.label) for found in FollowUp.Outcome},
    "shifts_due": ("shifts", "shifts_due", gettext_lazy("Shifts")),
    "shifts_attended": ("shifts", "shifts_attended", gettext_lazy("Attended")),
    "shifts_left": ("shifts", "shifts_left", gettext_lazy("Checked out")),
    "load": ("load", "load", gettext_lazy("In hand")),
    "concluded": ("concluded", "concluded", gettext_lazy("Concluded in the last two years")),
    "concluded_resolved": (
        "concluded", "concluded_resolved", gettext_lazy("Resolved of those concluded in the last two years"),
    ),
    "answered": ("answers", "answered", gettext_lazy("Questions answered at the desk")),
    "given_to_lead": ("referrals", "received", gettext_lazy("given to lead")),
    "sent_back": ("referrals", "returned", gettext_lazy("returned")),
    "had_to_take": ("referrals", "taken_after", gettext_lazy("returned and then had to take")),
}  # fmt: skip
"""Numbers of the pages that are no measure: kind, column and name."""

FIGURES: Mapping[str, Named] = dict(_figures())
"""What opens rows, by the code of the figure; none of the codes is one of the roll-ups."""


NUMBERED = {"mediator", "committee"}
"""What narrows by a number."""

DAYS = {"reached_on", "due_on", "week", "day"}
"""By what rows are listed that happen on a day, not at a moment."""

OF_NOW = {"in_hand", "load", "concluded", "mediators"}
"""Kinds that are counted as they are at this moment, whatever the period of the page."""


def address(figure: str, division: str, period: Period, *, of: str = NUMERATOR, **narrowed: str) -> str:
    """The page of the rows behind a number.

    Args:
        figure: a key of :data:`FIGURES`.
        narrowed: keys of what narrows its kind (empty: those that have none), ``exactly`` ("1").
    """
    keys = {name: key or NOBODY for name, key in narrowed.items()}
    if of != NUMERATOR:
        keys["of"] = of
    found = f"{_page()}?figure={figure}&division={division}&first={period.first}&last={period.last}"
    return f"{found}&{urlencode(keys)}" if keys else found


@functools.cache
def _page() -> str:
    return reverse("reporting:rows")


def asked_for(request: HttpRequest, division: Division, period: Period) -> Asked:
    """What the address asks for.

    Raises:
        KeyError: there is no such figure, or a key can be none.
    """
    query = request.GET
    figure = FIGURES[query.get("figure", "")]
    below = figure.denominator and query.get("of") == DENOMINATOR
    narrowed = {
        name: "" if query[name] == NOBODY else query[name][:40]
        for name in KINDS[figure.kind].narrows
        if query.get(name)
    }
    if not all(key.isdecimal() and len(key) < 19 for name, key in narrowed.items() if name in NUMBERED):
        raise KeyError
    return Asked(
        figure.kind, figure.denominator if below else figure.numerator, division.pk, period,
        narrowed=narrowed, exactly=query.get("exactly") == "1",
    )  # fmt: skip


def names_of(asked: Asked) -> list[str]:
    """What narrows the number, in words."""
    models = {"department": Department, "mediator": Mediator, "committee": Committee}
    found = []
    for name, key in asked.narrowed.items():
        if name == "service":
            found.append(str(dict(Purpose.choices).get(key, key)))
        elif name == "taker":
            taker = Department.objects.filter(pk=key).first()
            found.append(f"→ {taker or key or _('the dispatcher, to decide who leads')}")
        else:
            found.append(str(models[name].objects.filter(pk=key).first() or key))
    return found


def token(row: Any) -> str:
    """The address of the page after ``row``."""
    key = row.listed_by
    return f"{key.isoformat() if isinstance(key, dt.date) else key}_{row.pk}"


def after(text: str, asked: Asked) -> tuple[Any, int] | None:
    """``listed_by`` and key of the last row of the page before; None where ``text`` is none of ours."""
    key, _dot, row = text.rpartition("_")
    if not row.isdecimal() or len(row) > 18:
        return None
    value = _listed_by(key, KINDS[asked.kind].listed_by)
    return None if value is None else (value, int(row))


def _listed_by(key: str, path: str) -> dt.date | int | None:
    """The value of a token; None where it is none of the field ``path``."""
    try:
        if path in DAYS:
            return parse_date(key)
        if path == "pk":
            return int(key) if len(key) < 19 else None
        moment = parse_datetime(key)
    except ValueError:
        return None
    return moment if moment and moment.tzinfo else None


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the list: its case as far as the reader may see it, its cells with their headings, and its own page."""

    case: Case | None
    cells: list[tuple[str, Any]]
    url: str = ""


def lines(asked: Asked, found: Sequence[Any], user: User) -> list[Line]:
    """The rows as they are shown to ``user``."""
    kind = KINDS[asked.kind]
    if asked.kind == "tickets":
        times, cases = times_of(list(found)), _cases_of_tickets(found, user)
        for ticket in found:
            ticket.waited, ticket.served = times[ticket.pk]
    elif kind.case:
        cases = {row.pk: row if kind.case == "pk" else row.case for row in found}
    else:
        cases = {}
    return [_line(asked, row, cases.get(row.pk)) for row in found]


def has_cases(asked: Asked) -> bool:
    """Whether rows of this kind may belong to a case."""
    return asked.kind == "tickets" or bool(KINDS[asked.kind].case)


def _cases_of_tickets(found: Sequence[Any], user: User) -> dict[int, Case]:
    seen = Case.objects.visible_to(user).filter(visits__ticket__in=[ticket.pk for ticket in found])
    seen = seen.annotate(ticket=F("visits__ticket")).select_related("category", "division")
    return {case.ticket: case for case in seen}


def _line(asked: Asked, row: Any, case: Case | None) -> Line:
    cells = [(str(heading), cell(row)) for heading, cell in CELLS[asked.kind]]
    if KINDS[asked.kind].weights:
        cells.append((_("Counted"), weight_of(asked, row)))
    return Line(case, cells, reverse("mediation:mediator", args=[row.pk]) if asked.kind == "mediators" else "")


def headings(asked: Asked) -> list[str]:
    """The headings of the cells, without those of the case."""
    found = [str(heading) for heading, _cell in CELLS[asked.kind]]
    return [*found, _("Counted")] if KINDS[asked.kind].weights else found


def table(asked: Asked, found: Sequence[Any], user: User) -> Iterator[list[Any]]:
    """The list as rows for a file, the headings first."""
    of_case = has_cases(asked)
    yield [*([_("Case number"), _("Summary"), _("Category"), _("Place")] if of_case else []), *headings(asked)]
    for start in range(0, len(found), CHUNK):
        for line in lines(asked, found[start : start + CHUNK], user):
            case = line.case
            about = [case.number, case.title, case.category.name, case.division.name] if case else [""] * 4
            yield [*(about if of_case else []), *(cell for _heading, cell in line.cells)]


def _moment(value: dt.datetime | None) -> str:
    return f"{timezone.localtime(value):%Y-%m-%d %H:%M}" if value else ""


def _minutes(seconds: float | None) -> str:
    return "" if seconds is None else f"{float(seconds) / 60:.1f}"


def _name(value: Any) -> str:
    return "" if value is None else str(value)


_CASE_CELLS: Cells = (
    (gettext_lazy("Registered"), lambda row: _moment(row.registered_at)),
    (gettext_lazy("Mediator"), lambda row: _name(row.mediator)),
    (gettext_lazy("State"), lambda row: row.get_state_display()),
    (gettext_lazy("Outcome"), lambda row: row.get_outcome_display() if row.outcome else ""),
)
_VISIT_CELLS: Cells = (
    (gettext_lazy("Planned for"), lambda row: str(row.due_on)),
    (gettext_lazy("State"), lambda row: row.get_state_display()),
    (gettext_lazy("Made at"), lambda row: _moment(row.done_at)),
    (gettext_lazy("Outcome"), lambda row: row.get_outcome_display()),
    (gettext_lazy("Satisfaction"), lambda row: row.get_satisfaction_display()),
    (gettext_lazy("Visitor"), lambda row: _name(row.assignee)),
)

CELLS: Mapping[str, Cells] = {
    "agreements": (
        (gettext_lazy("Reached on"), lambda row: str(row.reached_on)),
        (gettext_lazy("Form"), lambda row: row.get_form_display()),
        (gettext_lazy("Number"), lambda row: row.number),
        (gettext_lazy("Mediator"), lambda row: _name(row.mediator)),
        (gettext_lazy("In force since"), lambda row: _name(row.in_force_on)),
    ),
    "sessions": (
        (gettext_lazy("Time"), lambda row: _moment(row.period.lower)),
        (gettext_lazy("State"), lambda row: row.get_state_display()),
        (gettext_lazy("Reason"), lambda row: row.get_failure_display()),
        (gettext_lazy("Mediator"), lambda row: _name(row.mediator)),
        (gettext_lazy("Room"), lambda row: _name(row.room)),
    ),
    "visits": _VISIT_CELLS,
    "second_calls": (
        *_VISIT_CELLS,
        (gettext_lazy("Outcome of the first visit"), lambda row: row.second_of.get_outcome_display()),
    ),
    "draws": (
        (gettext_lazy("Week from"), lambda row: str(row.week)),
        (gettext_lazy("Place"), lambda row: row.division.name),
        (gettext_lazy("Of a hundred visits"), lambda row: row.percent),
    ),
    "in_hand": _CASE_CELLS,
    "load": _CASE_CELLS,
    "concluded": _CASE_CELLS,
    "mediators": (
        (gettext_lazy("Mediator"), str),
        (gettext_lazy("Committee"), lambda row: row.committee.name),
        (gettext_lazy("Place"), lambda row: row.committee.division.name),
    ),
    "tickets": (
        (gettext_lazy("Ticket"), lambda row: row.label),
        (gettext_lazy("Taken at"), lambda row: _moment(row.taken_at)),
        (gettext_lazy("Centre"), lambda row: row.centre.name),
        (gettext_lazy("Service"), lambda row: row.get_service_display()),
        (gettext_lazy("State"), lambda row: row.get_state_display()),
        (gettext_lazy("Waited, minutes"), lambda row: _minutes(row.waited)),
        (gettext_lazy("Served, minutes"), lambda row: _minutes(row.served)),
    ),
    "shifts": (
        (gettext_lazy("Day"), lambda row: str(row.day)),
        (gettext_lazy("Half of the day"), lambda row: row.get_half_display()),
        (gettext_lazy("Department"), lambda row: row.department.name),
        (gettext_lazy("Centre"), lambda row: row.centre.name),
        (gettext_lazy("Window"), lambda row: _name(row.window)),
        (gettext_lazy("Checked in"), lambda row: _moment(row.checked_in_at)),
        (gettext_lazy("Checked out"), lambda row: _moment(row.checked_out_at)),
    ),
    "referrals": (
        (gettext_lazy("Department"), lambda row: row.department.name),
        (gettext_lazy("Sent on"), lambda row: _moment(row.dispatched_at)),
        (gettext_lazy("State"), lambda row: row.get_status_display()),
        (gettext_lazy("Returned at"), lambda row: _moment(row.returned_at)),
        (gettext_lazy("Reason"), lambda row: row.get_return_reason_display()),
    ),
    "answers": (
        (gettext_lazy("At"), lambda row: _moment(row.at)),
        (gettext_lazy("Centre"), lambda row: row.centre.name),
        (gettext_lazy("Channel"), lambda row: row.get_channel_display()),
        (gettext_lazy("Language"), lambda row: row.get_language_display()),
        (gettext_lazy("How many came"), lambda row: row.people_count),
    ),
}  # fmt: skip
"""The columns of the list of each kind, besides those of the case."""
