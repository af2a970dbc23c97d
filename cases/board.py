"""The dispatcher's board: what is stuck or in danger, list by list, and a cheap sign of whether anything changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any
from urllib.parse import urlencode

from django.db.models import (
    BooleanField,
    Count,
    Exists,
    F,
    Func,
    Max,
    Model,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
)  # fmt: skip
from django.db.models.functions import JSONObject
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases import risk, routing
from cases.clocks import Clock, next_clock
from cases.levels import at_or_below
from cases.models import (
    Case,
    CaseEvent,
    CaseParty,
    Deadline,
    HandOver,
    OnCallCall,
    Referral,
    RiskLevel,
    RoutingDecision,
    SupervisionOrder,
    Whistle,
    WhistleCall,
)  # fmt: skip
from cases.selectors import hand_ups_waiting
from cases.services import supervision
from cases.services.whistles import late_calls as late_whistle_calls
from cases.states import OPEN_STATES, State
from governance_center.calendar import day_end, local_day
from governance_center.scope import within

SHOWN = 10
"""So many rows of each list stand on the board; the rest is behind a link."""

RECENT = 300
"""So many of the latest ledger entries are looked at for a change: one that commits late is among them."""


@dataclass(frozen=True, slots=True)
class BoardList:
    """One list: its words, its rows (worst first), the template of a row, and where the whole of it is."""

    code: str
    title: str | Promise
    icon: str
    rows: Callable[[User, dt.datetime], QuerySet[Any]]
    template: str
    address: tuple[str, Mapping[str, str]]
    is_alarm: bool = True
    subjects: Callable[[User], QuerySet[Any]] | None = None
    """For lists that hold no cases and come from a floor above: the rows with all that their template shows a user."""

    @property
    def url(self) -> str:
        name, query = self.address
        return f"{reverse(name)}?{urlencode(query)}" if query else reverse(name)


@dataclass(slots=True)
class Row:
    """What one row shows. ``subject`` is what the list holds; ``case`` the case that it is about, if one."""

    key: str
    subject: Any
    case: Case | None = None
    why: str = ""
    parts: list[tuple[str | Promise, int, list[str]]] = field(default_factory=list)
    orders: list[SupervisionOrder] = field(default_factory=list)
    clocks: list[tuple[WhistleCall, Clock]] = field(default_factory=list)


@dataclass(slots=True)
class Filled:
    """A list with how many rows it has and the first of them."""

    of: BoardList
    count: int
    rows: list[Row]

    @property
    def more(self) -> int:
        return self.count - len(self.rows)


# --- what each list holds -----------------------------------------------------


def to_decide(queryset: QuerySet[Case], now: dt.datetime) -> QuerySet[Case]:
    """Accepted and led by nobody: contested, or routed to no department."""
    unrouted = Q(state__in=(State.ACCEPTED, State.IN_HANDLING), lead__isnull=True)
    return queryset.filter(Q(is_contested=True) | unrouted, state__in=OPEN_STATES).order_by("state_since", "pk")


def mine_to_decide(user: User, now: dt.datetime) -> QuerySet[Case]:
    """Of those what the user's own level decides: what is held there or below."""
    return to_decide(Case.objects.visible_to(user), now).filter(held_level__in=at_or_below(user.scope_code))


def high_risk(queryset: QuerySet[Case], now: dt.datetime) -> QuerySet[Case]:
    """Open and of high risk, and no dispatcher has set the level since the score is what it is."""
    noted = Func(
        F("risk_parts"),
        Value('$[*] ? (@.code == "by_hand" && @.score >= $score)'),
        JSONObject(score="risk_score"),
        function="jsonb_path_exists",
        template="%(function)s(%(expressions)s)",
        arg_joiner=", ",
        output_field=BooleanField(),
    )
    open_ones = queryset.filter(state__in=OPEN_STATES, risk_level=RiskLevel.HIGH)
    return open_ones.alias(noted=noted).filter(noted=False).order_by("-risk_score", "registered_at", "pk")


def overdue(queryset: QuerySet[Case], now: dt.datetime) -> QuerySet[Case]:
    """Open, with a limit that has passed."""
    late = Deadline.objects.overdue(now).filter(case=OuterRef("pk"))
    return queryset.filter(Exists(late), state__in=OPEN_STATES).order_by(F("due_at").asc(nulls_last=True), "pk")


def due_today(queryset: QuerySet[Case], now: dt.datetime) -> QuerySet[Case]:
    """Open, with a limit whose last day is today and that has not passed yet."""
    limits = Deadline.objects.running().filter(
        case=OuterRef("pk"), due_at__gt=now, due_at__lte=day_end(local_day(now)), paused_at__isnull=True
    )
    return queryset.filter(Exists(limits), state__in=OPEN_STATES).order_by(F("due_at").asc(nulls_last=True), "pk")


def unsigned(queryset: QuerySet[Case], now: dt.datetime) -> QuerySet[Case]:
    """Open, with a referral that nobody signed for within its limit."""
    waiting = Referral.objects.awaiting_signature().values("pk")
    late = Deadline.objects.overdue(now).filter(case=OuterRef("pk"), rule="sign_for_referral", referral__in=waiting)
    return queryset.filter(Exists(late), state__in=OPEN_STATES).order_by("registered_at", "pk")


def handed_up(queryset: QuerySet[Case], now: dt.datetime) -> QuerySet[Case]:
    return queryset.filter(Exists(HandOver.objects.waiting().filter(case=OuterRef("pk"))))


def not_arrived(user: User, now: dt.datetime) -> QuerySet[OnCallCall]:
    """Calls to departments that did not come within their response time."""
    visible = Case.objects.visible_to(user).filter(pk=OuterRef("referral__case"), state__in=OPEN_STATES)
    late = OnCallCall.objects.filter(arrived_at__isnull=True, answer_by__lte=now, referral__is_current=True)
    return late.filter(Exists(visible)).order_by("answer_by", "pk")


def unanswered_whistles(user: User, now: dt.datetime) -> QuerySet[Whistle]:
    """Open whistles that climbed, or with a call past one of its limits; the highest first."""
    late = WhistleCall.objects.filter(late_whistle_calls(now), whistle=OuterRef("pk"))
    waiting = WhistleCall.objects.filter(whistle=OuterRef("pk"), reported_at__isnull=True)
    rows = Whistle.objects.visible_to(user).open()
    return rows.filter(Exists(late) | Q(Exists(waiting), climbed__gt=0)).order_by("-climbed", "raised_at", "pk")


def unanswered_orders(user: User, now: dt.datetime) -> QuerySet[SupervisionOrder]:
    """Standing supervision orders, the highest of their matter, that were not answered in time."""
    higher = SupervisionOrder.objects.filter(
        department=OuterRef("department"), lifted_at__isnull=True, level__gt=OuterRef("level")
    ).filter(Q(case=OuterRef("case")) | Q(whistle=OuterRef("whistle")))
    return (
        supervision.visible_orders(user)
        .filter(Q(case__state__in=OPEN_STATES) | Q(whistle__isnull=False, whistle__closed_at__isnull=True))
        .filter(~Exists(higher), answered_at__isnull=True, lifted_at__isnull=True, answer_by__lte=now)
        .order_by("-level", "answer_by", "pk")
    )


def _of_cases(
    narrow: Callable[[QuerySet[Case], dt.datetime], QuerySet[Case]],
) -> Callable[[User, dt.datetime], QuerySet[Case]]:
    return lambda user, now: narrow(Case.objects.visible_to(user), now)


def _to_screen(queryset: QuerySet[Case], now: dt.datetime) -> QuerySet[Case]:
    return queryset.filter(state=State.REGISTERED).order_by("registered_at", "pk")


NARROW: Mapping[str, Callable[[QuerySet[Case], dt.datetime], QuerySet[Case]]] = {
    "to_decide": to_decide, "high_risk": high_risk, "due_today": due_today, "unsigned": unsigned,
    "handed_up": handed_up,
}  # fmt: skip
"""The lists that are filters of the case list too."""

CASES, CASE_ROW = "cases:list", "cases/_board_case.html"

LISTS: tuple[BoardList, ...] = (
    BoardList("to_decide", _("Waiting for your decision"), "gavel", mine_to_decide, CASE_ROW,
              (CASES, {"flag": "to_decide", "sort": "state_since"})),
    BoardList("to_screen", _("To be screened"), "list-check", _of_cases(_to_screen), CASE_ROW,
              (CASES, {"state": State.REGISTERED.value, "sort": "registered_at"}), is_alarm=False),
    BoardList("whistles", _("Whistles without an answer"), "speakerphone", unanswered_whistles,
              "cases/_board_whistle.html", ("cases:whistles", {})),
    BoardList("high_risk", _("High risk, not looked at yet"), "flame", _of_cases(high_risk), CASE_ROW,
              (CASES, {"flag": "high_risk"})),
    BoardList("late_calls", _("Called and not here in time"), "phone-call", not_arrived, "cases/_board_call.html",
              (CASES, {"flag": "open"})),
    BoardList("hand_ups", _("Handed up, waiting for an answer"), "arrow-up",
              lambda user, now: hand_ups_waiting(user), "cases/_board_hand_up.html",
              (CASES, {"flag": "handed_up"})),
    BoardList("overdue", _("Overdue"), "alarm", _of_cases(overdue), CASE_ROW,
              (CASES, {"flag": "overdue", "sort": "due_at"})),
    BoardList("due_today", _("Due today"), "calendar-due", _of_cases(due_today), CASE_ROW,
              (CASES, {"flag": "due_today", "sort": "due_at"}), is_alarm=False),
    BoardList("unsigned", _("Not signed for in time"), "signature", _of_cases(unsigned), CASE_ROW,
              (CASES, {"flag": "unsigned", "sort": "registered_at"})),
    BoardList("orders", _("Supervision orders not answered in time"), "urgent", unanswered_orders,
              "cases/_board_order.html", ("cases:supervision", {})),
)  # fmt: skip

COLUMNS = (
    ("to_decide", "to_screen", "hand_ups", "late_calls", "whistles"),
    ("high_risk", "orders", "overdue", "due_today", "unsigned"),
)
"""What waits for a word of the dispatcher, and where time or danger presses; side by side where there is room."""

BY_CODE: Mapping[str, BoardList] = {one.code: one for one in LISTS}

_added: list[tuple[int, BoardList]] = []
_signs: list[Callable[[User], str]] = []


def add(*lists: tuple[int, BoardList], sign: Callable[[User], str]) -> None:
    """Put lists of an upper floor below those of a column; called from an app's ``ready``.

    ``sign`` answers, in one small query, with something that changes when the lists may look different.
    """
    _added.extend(one for one in lists if one[1].code not in {two.code for _column, two in _added})
    if sign not in _signs:
        _signs.append(sign)


def all_lists() -> list[BoardList]:
    """The lists of this room and those of the floors above."""
    return [*LISTS, *(one for _column, one in _added)]


def columns() -> list[list[str]]:
    """The codes of the lists, column by column."""
    return [[*codes, *(one.code for at, one in _added if at == number)] for number, codes in enumerate(COLUMNS)]


# --- a version that is cheap to ask for -----------------------------------------


def version(user: User, now: dt.datetime) -> str:
    """Changes when something changed that the board may show, or a limit has passed; three small queries, and one
    for each floor above that shows something.

    Everything that happens to a case is in the ledger. Entries are numbered before they are committed, so the sum
    of the latest numbers is looked at too: one that was committed late changes it.
    """
    latest = CaseEvent.objects.order_by("-pk").values("pk")[:RECENT]
    ledger = latest.aggregate(last=Max("pk"), total=Sum("pk"))
    visible = WhistleCall.objects.filter(
        within("whistle__division__code", user.scope_code), whistle__closed_at__isnull=True
    )
    whistles = visible.aggregate(
        last=Max("pk"), calls=Count("pk"), signed=Count("signed_at"), contacted=Count("contacted_at"),
        reported=Count("reported_at"), climbed=Sum("whistle__climbed"), late=Count("pk", late_whistle_calls(now)),
    )  # fmt: skip
    passed = Deadline.objects.running().filter(due_at__lte=now).order_by("-due_at", "-pk")
    calls = OnCallCall.objects.filter(arrived_at__isnull=True, answer_by__lte=now).order_by("-answer_by", "-pk")
    orders = SupervisionOrder.objects.filter(answered_at__isnull=True, lifted_at__isnull=True)
    rest = (
        User.objects.filter(pk=user.pk)
        .annotate(
            passed=Subquery(passed.values("pk")[:1]),
            call=Subquery(calls.values("pk")[:1]),
            order=Subquery(orders.order_by("-pk").values("pk")[:1]),
            late_order=Subquery(orders.filter(answer_by__lte=now).order_by("-answer_by", "-pk").values("pk")[:1]),
        )
        .values_list("passed", "call", "order", "late_order")
        .get()
    )
    above = [one(user) for one in _signs]
    return sign(f"{get_language()} {local_day(now)} {ledger} {whistles} {rest} {above}")


def sign(text: str) -> str:
    """A short sign of a text: two texts of one sign are the same."""
    return blake2b(text.encode(), digest_size=8).hexdigest()


# --- the lists with their rows ----------------------------------------------------


def fill(user: User, now: dt.datetime | None = None) -> list[Filled]:
    """All lists, each with its count and its first rows; the number of queries does not grow with the rows."""
    now = now or timezone.now()
    found = []
    for one in all_lists():
        rows = one.rows(user, now)
        keys = list(rows.values_list("pk", flat=True)[: SHOWN + 1])
        count = len(keys) if len(keys) <= SHOWN else rows.count()
        found.append((one, count, keys[:SHOWN]))
    cases = _cases(user, {key for one, _count, keys in found for key in keys if one.template == CASE_ROW})
    return [Filled(one, count, _rows(one, keys, cases, user)) for one, count, keys in found]


def _cases(user: User, keys: set[int]) -> dict[int, Row]:
    """The cases of all lists, with what their rows show."""
    running = Deadline.objects.running().select_related("rule").order_by("due_at")
    rows = (
        Case.objects.visible_to(user)
        .filter(pk__in=keys)
        .select_related("category", "division", "lead", "mediator")
        .prefetch_related(
            Prefetch("parties", CaseParty.objects.select_related("person")),
            Prefetch("deadlines", running, to_attr="running_deadlines"),
        )
    )
    orders = supervision.visible_orders(user).filter(case__in=keys, lifted_at__isnull=True).order_by("-level")
    found = {}
    for case in rows:
        case.running_deadlines = list({limit.rule_id: limit for limit in reversed(case.running_deadlines)}.values())
        case.running_deadlines.sort(key=lambda limit: limit.due_at)
        found[case.pk] = Row("", case, case, parts=_parts(case))
    for order in orders:
        if order.case_id in found:
            found[order.case_id].orders.append(order)
    reasons = _last_reasons([row.case for row in found.values() if row.case and row.case.lead_id is None])
    for pk, why in reasons.items():
        found[pk].why = why
    return found


def _last_reasons(cases: Sequence[Case]) -> dict[int, str]:
    """The last reason of the last decision of each case, as a sentence."""
    latest = RoutingDecision.objects.filter(case__in=cases).order_by("case_id", "-at", "-pk").distinct("case_id")
    last = {row.case_id: row.reasons[-1] for row in latest if row.reasons}
    return dict(zip(last, routing.describe(list(last.values())), strict=True))


def _parts(case: Case) -> list[tuple[str | Promise, int, list[str]]]:
    return risk.in_words(case.risk_parts)


def _rows(one: BoardList, keys: list[int], cases: dict[int, Row], user: User) -> list[Row]:
    if one.template == CASE_ROW:
        shown = [cases[key] for key in keys if key in cases]
        return [Row(f"{one.code}-{row.subject.pk}", row.subject, row.case, row.why, row.parts, row.orders)
                for row in shown]  # fmt: skip
    subjects = _subjects(one, keys, user)
    rows = [Row(f"{one.code}-{key}", subjects[key]) for key in keys if key in subjects]
    for row in rows:
        if isinstance(row.subject, Whistle):
            row.clocks = _clocks(row.subject)
        row.case = row.subject.referral.case if one.code == "late_calls" else getattr(row.subject, "case", None)
    return rows


def _clocks(whistle: Whistle) -> list[tuple[WhistleCall, Clock]]:
    """The calls that were not reported on, each with the clock that runs now."""
    found = []
    for call in whistle.calls.all():
        call.whistle = whistle
        if call.reported_at is None:
            found.append((call, next_clock(call)))
    return found


def _subjects(of: BoardList, keys: list[int], user: User) -> dict[int, Model]:
    """The rows of the lists that do not hold cases, each with what it shows."""
    calls = WhistleCall.objects.select_related("department")
    querysets: dict[str, QuerySet[Any]] = {
        "whistles": Whistle.objects.select_related("division", "case").prefetch_related(Prefetch("calls", calls)),
        "late_calls": OnCallCall.objects.select_related(
            "referral__case__division", "referral__case__category", "referral__department"
        ),
        "hand_ups": HandOver.objects.select_related(
            "case__category", "from_division", "to_division", "note", "deadline"
        ),
        "orders": SupervisionOrder.objects.select_related("case", "whistle", "department", "division"),
    }
    rows = of.subjects(user) if of.subjects else querysets[of.code]
    return {row.pk: row for row in rows.filter(pk__in=keys)} if keys else {}
