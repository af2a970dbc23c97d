"""What is counted and is no fact of a case: agreements, sessions, visits, tickets, shifts, referrals and the like.

Each :class:`Kind` says once which rows of its table belong to a place and to days and what each column counts of them.
The pages add up from it (:func:`totals`, :func:`totals_by`), and the list behind a number has the same rows
(:func:`listed`). Where there may be millions, both have a short way that must say the same: for more than a village
agreements, sessions and visits come to the pages from the roll-ups (:mod:`reporting.rollups.deeds`), and the rows of a
list, with referrals, are found by their deeds (:mod:`reporting.rollups.listing`). Lists are paged by key.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Aggregate, Count, Exists, F, Func, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from accounts.models import User
from cases.models import Case, Referral
from cases.states import OPEN_STATES, RESOLVED_OUTCOMES
from departments.models import Shift
from governance_center.calendar import LOCAL_ZONE, day_end, day_start
from governance_center.scope import within
from intake import queue_figures
from intake.models import Visit
from mediation import fair_lists
from mediation.models import Agreement, FollowUp, Mediator, SecondCallDraw, Session, differs_from_first
from reporting.periods import Period
from reporting.rollups import listing
from reporting.rollups.folding import one_snapshot

Rows = QuerySet[Any]


@dataclass(frozen=True, slots=True)
class Kind:
    """Rows of one table, and what is counted of them.

    Attributes:
        rows: those of a division and period, as of a day.
        counts: the condition of each column, as of a day; :data:`ALL` where every row counts.
        place: the path to the division's code by which they belong to a place.
        listed_by: the path to the day, moment or number by which they are listed, newest first.
        case: the path to the case of a row (``pk`` where it is one); empty where a row is of no case.
        narrows: by what they may be narrowed, and the path to it.
        weights: what a row counts for in each column, where that is not one.
        related: what a line of the list needs besides.
        is_local: whether their cases lie in the division itself, so that only restricted ones stay hidden.
    """

    rows: Callable[[str, Period, dt.date], Rows]
    counts: Callable[[dt.date], Mapping[str, Q]]
    place: str
    listed_by: str
    case: str = ""
    narrows: Mapping[str, str] = field(default_factory=dict)
    weights: Mapping[str, str] = field(default_factory=dict)
    related: tuple[str, ...] = ()
    is_local: bool = True


@dataclass(frozen=True, slots=True)
class Asked:
    """A number: the sum of ``columns`` of the rows of a kind. ``exactly`` leaves out the divisions below ``scope``.

    ``narrowed`` holds keys of :attr:`Kind.narrows`; an empty key asks for the rows that have none.
    """

    kind: str
    columns: tuple[str, ...]
    scope: str
    period: Period
    today: dt.date = field(default_factory=timezone.localdate)
    narrowed: Mapping[str, str] = field(default_factory=dict)
    exactly: bool = False


ALL = Q()

CHUNK = 1000
"""So many rows are found at a time."""


def totals(kind: str, scope: str, period: Period, today: dt.date | None = None) -> dict[str, int]:
    """Every column of a division and everything below it, in one query; ``today`` is that of now by default."""
    today = today or timezone.localdate()
    found = KINDS[kind].rows(scope, period, today).aggregate(**_sums(kind, today))
    return {name: value or 0 for name, value in found.items()}


def totals_by(
    kind: str, by: F | Func, scope: str, period: Period, today: dt.date | None = None
) -> dict[str, dict[str, int]]:
    """As :func:`totals`, by the values of ``by`` that occur."""
    today = today or timezone.localdate()
    rows = KINDS[kind].rows(scope, period, today).order_by().values(counted_by=by)
    return {row.pop("counted_by"): row for row in rows.annotate(**_sums(kind, today))}


def rows(asked: Asked) -> Rows:
    """The rows of a number, whoever may see them."""
    return _of(asked).filter(_counted(asked))


def number(asked: Asked) -> int:
    """The number itself; call it in one snapshot."""
    if sought := _sought(asked):
        return listing.count(sought)
    found = _of(asked).aggregate(**_sums(asked.kind, asked.today, asked.columns))
    return sum(value or 0 for value in found.values())


def listed(asked: Asked, user: User, *, after: tuple[Any, int] | None = None, most: int = 25) -> list[Any]:
    """The next ``most`` rows behind a number that ``user`` may see, each with its ``listed_by``.

    Args:
        after: ``listed_by`` and key of the last row of the page before.
    """
    listed_by = F(KINDS[asked.kind].listed_by)
    found = rows(asked).annotate(listed_by=listed_by)
    sought = _sought(asked)
    if sought is None:
        if after:
            found = found.filter(Q(listed_by__lt=after[0]) | Q(pk__lt=after[1]), listed_by__lte=after[0])
        return list(_seen(found, asked, user).order_by("-listed_by", "-pk")[:most])
    key = (_moment(after[0]), after[1]) if after else None
    # By their keys alone: other conditions might tempt the planner away from them.
    of_keys = found.model._default_manager.annotate(listed_by=listed_by)
    shown: list[Any] = []
    step = 2 * most  # a few of them lie in cases that the user does not see
    with one_snapshot(read_only=True):
        while len(shown) < most:
            keys = listing.newest(sought, key, min(step, CHUNK))
            seen = {row.pk: row for row in _seen(of_keys.filter(pk__in=[pk for _at, pk in keys]), asked, user)}
            shown += [seen[pk] for _at, pk in keys if pk in seen]
            if len(keys) < min(step, CHUNK):
                break
            key, step = keys[-1], 4 * step
    return shown[:most]


def hidden(asked: Asked, user: User) -> int:
    """How many rows of the number are of cases that ``user`` does not see; call it in one snapshot."""
    kind = KINDS[asked.kind]
    if not kind.case:
        return 0
    if sought := _sought(asked):
        restricted = listing.of_restricted(sought)
        seen = Case.objects.visible_to(user).filter(is_restricted=True, pk__in=restricted).values_list("pk", flat=True)
        return sum(restricted.values()) - sum(restricted[pk] for pk in seen)
    found = rows(asked)
    if kind.is_local:
        found = found.filter(**{f"{kind.case}__in": Case.objects.filter(is_restricted=True)})
    return found.exclude(**{f"{kind.case}__in": Case.objects.visible_to(user)}).count()


def weight_of(asked: Asked, row: Any) -> int:
    """What a row of the list counts for in the number."""
    weights = KINDS[asked.kind].weights
    return sum(getattr(row, weights[name]) for name in asked.columns) if weights else 1


def _sought(asked: Asked) -> listing.Sought | None:
    """What finds the rows of a number; None where they are looked for in their own table."""
    if asked.narrowed.keys() - {"department"} or "" in asked.narrowed.values():
        return None
    sought = listing.Sought(
        asked.kind, asked.columns, asked.scope, asked.period, asked.today,
        asked.narrowed.get("department", ""), asked.exactly,
    )  # fmt: skip
    return sought if sought.is_found() else None


def _seen(found: Rows, asked: Asked, user: User) -> Rows:
    """Those of which ``user`` may see the case, with what a line needs."""
    kind = KINDS[asked.kind]
    if kind.case:
        found = found.filter(**{f"{kind.case}__in": Case.objects.visible_to(user)})
    return found.select_related(*kind.related)


def _moment(listed_by: dt.date | dt.datetime) -> dt.datetime:
    return listed_by if isinstance(listed_by, dt.datetime) else day_start(listed_by)


def _of(asked: Asked) -> Rows:
    kind = KINDS[asked.kind]
    found = kind.rows(asked.scope, asked.period, asked.today)
    for name, key in asked.narrowed.items():
        path = kind.narrows[name]
        found = found.filter(**({path: key} if key else {f"{path}__isnull": True}))
    return found.filter(**{kind.place: asked.scope}) if asked.exactly else found


def _counted(asked: Asked) -> Q:
    """What any of the columns counts; columns of one number never count the same row."""
    counts = KINDS[asked.kind].counts(asked.today)
    found = Q(pk__in=())
    for name in asked.columns:
        if counts[name] == ALL:
            return ALL
        found |= counts[name]
    return found


def _sums(kind: str, today: dt.date, columns: Sequence[str] = ()) -> dict[str, Aggregate]:
    counts, weights = KINDS[kind].counts(today), KINDS[kind].weights

    def of(name: str) -> Aggregate:
        which = counts[name] or None
        return Sum(weights[name], filter=which) if name in weights else Count("pk", filter=which)

    return {name: of(name) for name in columns or counts}


def _agreements(scope: str, period: Period, today: dt.date) -> Rows:
    days = Q(reached_on__gte=period.first, reached_on__lte=period.last)
    return Agreement.objects.filter(days, within("case__division__code", scope))


def _agreements_counted(today: dt.date) -> Mapping[str, Q]:
    return {"written": Q(form=Agreement.Form.WRITTEN), "oral": Q(form=Agreement.Form.ORAL)}


def _sessions(scope: str, period: Period, today: dt.date) -> Rows:
    return Session.objects.filter(
        within("case__division__code", scope),
        period__startswith__gte=day_start(period.first),
        period__startswith__lt=day_end(period.last),
    )


def _sessions_counted(today: dt.date) -> Mapping[str, Q]:
    state = Session.State
    failed = Q(state=state.FAILED)
    return {
        "held": Q(state=state.HELD), "failed": failed, "cancelled": Q(state=state.CANCELLED),
        **{f"failed_{why}": failed & Q(failure=why) for why in Session.Failure.values},
    }  # fmt: skip


def _due(period: Period) -> Q:
    return Q(due_on__gte=period.first, due_on__lte=period.last)


def _visits(scope: str, period: Period, today: dt.date) -> Rows:
    rows = FollowUp.objects.of_plan().filter(_due(period), within("case__division__code", scope))
    return rows.annotate(made_on=TruncDate("done_at", tzinfo=LOCAL_ZONE))


def _visits_counted(today: dt.date) -> Mapping[str, Q]:
    state = FollowUp.State
    done = Q(state=state.DONE)
    over = Q(state__in=(state.PLANNED, state.DONE), due_on__lt=today)
    return {
        "visits": Q(state__in=(state.PLANNED, state.DONE)), "done": done, "over": over,
        "on_time": over & done & Q(made_on__lte=F("due_on")), "overdue": over & Q(state=state.PLANNED),
        "cancelled": Q(state=state.CANCELLED), "covered": Q(state=state.COVERED),
        "not_reached": done & Q(outcome=FollowUp.Outcome.NOT_REACHED),
        "visits_planned": Q(due_on__lt=today) & ~Q(state=state.CANCELLED),
        "visits_made": Q(due_on__lt=today, state__in=(state.DONE, state.COVERED)),
        **{f"outcome_{value}": done & Q(outcome=value) for value in FollowUp.Outcome.values},
    }  # fmt: skip


def _second_calls(scope: str, period: Period, today: dt.date) -> Rows:
    return FollowUp.objects.second_calls().filter(_due(period), within("case__division__code", scope))


def _second_calls_counted(today: dt.date) -> Mapping[str, Q]:
    return {"second_done": Q(state=FollowUp.State.DONE), "differing": differs_from_first()}


def _draws(scope: str, period: Period, today: dt.date) -> Rows:
    """Counties draw; a township has none of its own."""
    days = Q(week__gte=period.first, week__lte=period.last)
    return SecondCallDraw.objects.filter(days, within("division__code", scope))


def _draws_counted(today: dt.date) -> Mapping[str, Q]:
    return {"drawn": Q(drawn__gt=0), "drawn_from": Q(visits__gt=0)}


def _in_hand(scope: str, period: Period, today: dt.date) -> Rows:
    return Case.objects.filter(within("division__code", scope), mediator__isnull=False, state__in=OPEN_STATES)


_COMMITTEE = "mediator__mediator__committee"


def _load(scope: str, period: Period, today: dt.date) -> Rows:
    """The open cases of the mediators whose committee lies in the division, wherever the cases lie."""
    return Case.objects.filter(within(f"{_COMMITTEE}__division__code", scope), state__in=OPEN_STATES)


def _concluded(scope: str, period: Period, today: dt.date) -> Rows:
    return fair_lists.of_own_county().filter(within(f"{_COMMITTEE}__division__code", scope))


def _concluded_counted(today: dt.date) -> Mapping[str, Q]:
    return {"concluded": ALL, "concluded_resolved": Q(outcome__in=RESOLVED_OUTCOMES)}


def _mediators(scope: str, period: Period, today: dt.date) -> Rows:
    return Mediator.objects.active().filter(within("committee__division__code", scope))


def _tickets(scope: str, period: Period, today: dt.date) -> Rows:
    return queue_figures.tickets(scope, period.first, period.last)


def _tickets_counted(today: dt.date) -> Mapping[str, Q]:
    return {name: Q(queue_figures.IsCounted(name)) for name in queue_figures.COUNTS}


def _shifts(scope: str, period: Period, today: dt.date) -> Rows:
    """Shifts in force that are over, those of today once somebody came."""
    over = Q(day__lt=today) | Q(day=today, checked_in_at__isnull=False)
    shifts = Shift.objects.in_force().between(period.first, period.last)
    return shifts.filter(over, within("centre__division__code", scope))


def _shifts_counted(today: dt.date) -> Mapping[str, Q]:
    return {
        "shifts_due": ALL, "shifts_attended": Q(checked_in_at__isnull=False),
        "shifts_left": Q(checked_out_at__isnull=False),
    }  # fmt: skip


def _referrals(scope: str, period: Period, today: dt.date) -> Rows:
    """The referrals as lead that were dispatched in the period; ``taker``: who led next in the same case."""
    following = Referral.objects.leading().filter(case=OuterRef("case"), pk__gt=OuterRef("pk"))
    rows = Referral.objects.leading().filter(period.of("dispatched_at"), within("case__division__code", scope))
    return rows.alias(
        had_to=Exists(following.filter(department=OuterRef("department"))),
        taker=Subquery(following.order_by("pk").values("department")[:1]),
    )


def _referrals_counted(today: dt.date) -> Mapping[str, Q]:
    returned = Q(status=Referral.Status.RETURNED)
    return {"received": ALL, "returned": returned, "taken_after": returned & Q(had_to=True)}


def _answers(scope: str, period: Period, today: dt.date) -> Rows:
    """Questions answered at the desk, for which no case was made."""
    return Visit.objects.answered().filter(within("centre__division__code", scope)).filter(period.of("at"))


OF_CASE = ("case__category", "case__division")

KINDS: Mapping[str, Kind] = {
    "agreements": Kind(
        _agreements, _agreements_counted, "case__division__code", "reached_on", "case",
        related=(*OF_CASE, "committee", "mediator"),
    ),
    "sessions": Kind(
        _sessions, _sessions_counted, "case__division__code", "period__startswith", "case",
        related=(*OF_CASE, "mediator", "room"),
    ),
    "visits": Kind(
        _visits, _visits_counted, "case__division__code", "due_on", "case", related=(*OF_CASE, "assignee")
    ),
    "second_calls": Kind(
        _second_calls, _second_calls_counted, "case__division__code", "due_on", "case",
        related=(*OF_CASE, "assignee", "second_of"),
    ),
    "draws": Kind(
        _draws, _draws_counted, "division__code", "week", related=("division",),
        weights={"drawn": "drawn", "drawn_from": "visits"},
    ),
    "in_hand": Kind(
        _in_hand, lambda today: {"in_hand": ALL}, "division__code", "registered_at", "pk",
        related=("category", "division", "mediator"),
    ),
    "load": Kind(
        _load, lambda today: {"load": ALL}, f"{_COMMITTEE}__division__code", "registered_at", "pk",
        {"mediator": "mediator__mediator", "committee": _COMMITTEE},
        related=("category", "division", "mediator"), is_local=False,
    ),
    "concluded": Kind(
        _concluded, _concluded_counted, f"{_COMMITTEE}__division__code", "registered_at", "pk",
        {"mediator": "mediator__mediator", "committee": _COMMITTEE},
        related=("category", "division", "mediator"), is_local=False,
    ),
    "mediators": Kind(
        _mediators, lambda today: {"mediators": ALL}, "committee__division__code", "pk",
        related=("committee__division",),
    ),
    "tickets": Kind(
        _tickets, _tickets_counted, "centre__division__code", "day", narrows={"service": "service"},
        related=("centre",),
    ),
    "shifts": Kind(
        _shifts, _shifts_counted, "centre__division__code", "day", narrows={"department": "department"},
        related=("centre", "window", "department"),
    ),
    "referrals": Kind(
        _referrals, _referrals_counted, "case__division__code", "dispatched_at", "case",
        {"department": "department", "taker": "taker"}, related=(*OF_CASE, "department"),
    ),
    "answers": Kind(_answers, lambda today: {"answered": ALL}, "centre__division__code", "at", related=("centre",)),
}  # fmt: skip
