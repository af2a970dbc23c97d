"""What can be done in place on the board: for each kind of row its deeds, each with its form and its service.

The deeds of a case are those of :data:`cases.actions.ACTIONS`; nothing is decided here that is not decided there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases import services
from cases.actions import ACTIONS
from cases.board import Row
from cases.deadlines import handling_rule_code
from cases.forms import ConfirmForm
from cases.limit_forms import ConsentForm, ExtendForm
from cases.models import Case, DeadlineExtension, OnCallCall, SupervisionOrder, Whistle
from cases.services import supervision, urging
from cases.services.limits import EXTENSIONS, NotRunning, may_extend
from cases.whistle_forms import LiftForm, OrderForm

Level, Reason = SupervisionOrder.Level, SupervisionOrder.Reason


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing that is done about a row. ``page`` is the ordinary page on which it can be done without script."""

    code: str
    label: str | Promise
    done: str | Promise
    icon: str
    may: Callable[[Any, User], bool]
    run: Callable[[Any, User, dict[str, Any]], object]
    page: Callable[[Any], str]
    form: Callable[..., forms.Form] = ConfirmForm
    start: Callable[[Any], dict[str, Any]] = lambda thing: {}
    hint: str | Promise = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """A button of a row: the first one is its main deed."""

    deed: Deed
    url: str
    page: str
    is_main: bool


def of_case(code: str) -> Deed:
    """An action of the case page as a deed."""
    action = ACTIONS[code]
    return Deed(
        code, action.label, action.done, action.icon, action.may, action.run,
        lambda case: reverse("cases:action", args=[case.number, code]), action.form,
        lambda case: _case_start(case, code), action.hint,
    )  # fmt: skip


def _case_start(case: Case, code: str) -> dict[str, Any]:
    """What the form of an action starts with: the case that it is about, or the level as it is."""
    if ACTIONS[code].about_case:
        return {"case": case}
    return {"initial": {"level": case.risk_level}} if code == "risk" else {}


def _issue(subject: Case | Whistle, user: User, data: dict[str, Any]) -> object:
    on: dict[str, Any] = {"case": subject} if isinstance(subject, Case) else {"whistle": subject}
    return supervision.issue_order(by=user, **on, **data)


def _order_start(subject: Case | Whistle) -> dict[str, Any]:
    """The departments that it concerns, and the next level; for a case its lead."""
    codes = supervision.departments_of(subject)
    standing = subject.supervision_orders.filter(lifted_at__isnull=True).values_list("level", flat=True)
    level = min(max(standing, default=0) + 1, int(Level.RED))
    initial = {"level": level, "reason": Reason.NOT_HANDLED.value}
    if isinstance(subject, Case) and subject.lead_id in codes:
        initial["department"] = subject.lead_id
    return {"codes": codes, "initial": initial}


def _next_level(order: SupervisionOrder) -> dict[str, Any]:
    initial = {"level": order.level + 1, "reason": order.reason, "department": order.department_id}
    return {"codes": {order.department_id}, "initial": initial}


def _may_order(subject: Case | Whistle, user: User) -> bool:
    is_open = bool(subject.is_open and subject.lead_id) if isinstance(subject, Case) else subject.closed_at is None
    return is_open and supervision.may_issue(user, subject.division_id)


def _stands(order: SupervisionOrder, user: User) -> bool:
    return order.lifted_at is None and supervision.may_issue(user, order.division_id)


def _page_of_order(order: SupervisionOrder) -> str:
    return supervision.page_of(order)


def _issuing(subject: str) -> Callable[[Any], str]:
    return lambda thing: reverse("cases:issue_order", args=[subject, thing.pk])


def _whistle_page(whistle: Whistle) -> str:
    return reverse("cases:whistle", args=[whistle.pk])


def _call_page(call: OnCallCall) -> str:
    return reverse("cases:detail", args=[call.referral.case.number])


def _is_open(whistle: Whistle, user: User) -> bool:
    return whistle.closed_at is None and supervision.may_issue(user, whistle.division_id)


def _not_here(call: OnCallCall, user: User) -> bool:
    return call.arrived_at is None


def _may_extend(case: Case, user: User) -> bool:
    """The limit of handling can be extended before it has passed; asks the database nothing."""
    ahead = case.due_at is not None and case.due_at > timezone.now()
    return case.is_open and ahead and handling_rule_code(case.kind) in EXTENSIONS and may_extend(case, user)


def _extend_form(data: QueryDict | None = None, *, case: Case, auto_id: str) -> forms.Form:
    by_consent = EXTENSIONS[handling_rule_code(case.kind)].cause == DeadlineExtension.Cause.CONSENT
    return (ConsentForm if by_consent else ExtendForm)(data, auto_id=auto_id)


def _extend(case: Case, user: User, data: dict[str, Any]) -> object:
    code = handling_rule_code(case.kind)
    limit = case.deadlines.running().filter(rule=code).first()
    if limit is None:
        raise NotRunning()
    given = {"days": data["days"], "reason": data["reason"]}
    return services.extend_limit(deadline=limit, by=user, cause=EXTENSIONS[code].cause, **given)


ORDER = (_("Issue a supervision order"), _("The supervision order was issued and the department told."), "urgent")

ON_CASES = ("rule", "accept", "screen", "refuse", "risk", "progress", "answer_hand_up")
"""The actions of a case page that the board takes over."""

DEEDS: Mapping[str, Mapping[str, Deed]] = {
    "case": {
        **{code: of_case(code) for code in ON_CASES if code in ACTIONS},
        "order": Deed("order", *ORDER, _may_order, _issue, _issuing("case"), OrderForm, _order_start),
        "extend": Deed(
            "extend", _("Extend the limit"), _("The limit was extended."), "calendar-plus", _may_extend, _extend,
            lambda case: reverse("cases:detail", args=[case.number]), _extend_form, lambda case: {"case": case},
        ),
    },
    "whistle": {
        "remind": Deed(
            "remind", _("Remind the departments"), _("The departments were reminded."), "bell-ringing", _is_open,
            lambda whistle, user, data: urging.remind(whistle=whistle, by=user), _whistle_page,
            hint=_("The officers of every department that has not reported in are told once more."),
        ),
        "climb": Deed(
            "climb", _("Tell the county leader"), _("The county leader was told."), "stairs-up",
            lambda whistle, user: _is_open(whistle, user) and whistle.climbed < 2,
            lambda whistle, user, data: urging.climb(whistle=whistle, by=user), _whistle_page,
            hint=_("The whistle climbs now, before the clock lets it climb."),
        ),
        "order": Deed("order", *ORDER, _may_order, _issue, _issuing("whistle"), OrderForm, _order_start),
    },
    "call": {
        "arrived": Deed(
            "arrived", _("It has arrived"), _("The arrival was noted."), "user-check", _not_here,
            lambda call, user, data: services.note_arrival(call=call, by=user), _call_page,
        ),
        "again": Deed(
            "again", _("Call the department again"), _("The call was noted; the response time runs."), "phone-call",
            _not_here, lambda call, user, data: services.call_again(call=call, by=user), _call_page,
            hint=_("The response time runs anew; both calls stand in the history."),
        ),
    },
    "order": {
        "raise": Deed(
            "raise", _("Issue the next level"), ORDER[1], "urgent",
            lambda order, user: order.level < Level.RED and _stands(order, user),
            lambda order, user, data: _issue(order.case or order.whistle, user, data), _page_of_order, OrderForm,
            _next_level,
        ),
        "lift": Deed(
            "lift", _("Lift the supervision"), _("The supervision was lifted."), "x", _stands,
            lambda order, user, data: supervision.lift_order(order=order, by=user, **data), _page_of_order, LiftForm,
        ),
    },
}  # fmt: skip

OFFERED: Mapping[str, tuple[str, Sequence[str]]] = {
    "to_decide": ("case", ("rule",)),
    "to_screen": ("case", ("accept", "screen", "refuse")),
    "whistles": ("whistle", ("remind", "climb", "order")),
    "high_risk": ("case", ("risk", "order")),
    "late_calls": ("call", ("arrived", "again")),
    "hand_ups": ("case", ("answer_hand_up",)),
    "overdue": ("case", ("order", "progress", "extend")),
    "due_today": ("case", ("progress", "order", "extend")),
    "unsigned": ("case", ("order",)),
    "orders": ("order", ("raise", "lift")),
}
"""What the rows of each list offer, the main deed first."""

LISTED_IS_ENOUGH = ("answer_hand_up",)
"""Whether these may be done is asked when they are done; for a button it is enough that the list holds the row."""


_above: dict[str, tuple[Mapping[str, Deed], Callable[[User], QuerySet[Any]]]] = {}
_offered_above: dict[str, tuple[str, Sequence[str]]] = {}


def add(kind: str, deeds: Sequence[Deed], *, at: Sequence[str], visible: Callable[[User], QuerySet[Any]]) -> None:
    """Deeds of a kind of row that belongs to a floor above, offered in the lists ``at``; from an app's ``ready``."""
    _above[kind] = ({deed.code: deed for deed in deeds}, visible)
    _offered_above.update({code: (kind, [deed.code for deed in deeds]) for code in at})


def deeds_of(kind: str) -> Mapping[str, Deed]:
    """The deeds of a kind of row by code; none for an unknown kind."""
    return DEEDS.get(kind) or _above.get(kind, ({}, None))[0]


def offers(at: str, row: Row, user: User) -> list[Offer]:
    """The buttons of a row in the list ``at``; asks the database nothing."""
    kind, codes = OFFERED.get(at) or _offered_above.get(at, ("", ()))
    found: list[Offer] = []
    thing = row.case if kind == "case" else row.subject
    for code in codes:
        deed = deeds_of(kind).get(code)
        if deed and thing and _fits(code, row) and (code in LISTED_IS_ENOUGH or deed.may(thing, user)):
            url = reverse("cases:board_deed", args=[at, kind, thing.pk, code])
            found.append(Offer(deed, url, deed.page(thing), not found))
    return found


def find(kind: str, user: User) -> QuerySet[Any] | None:
    """The rows of a kind that the user may do something about."""
    cases = Case.objects.visible_to(user)
    match kind:
        case "case":
            return cases.select_related("category", "centre", "division", "lead", "mediator")
        case "whistle":
            return Whistle.objects.visible_to(user).select_related("division")
        case "call":
            return OnCallCall.objects.filter(referral__case__in=cases).select_related("referral__case__division")
        case "order":
            return supervision.visible_orders(user).select_related("case", "whistle", "department")
    return _above[kind][1](user) if kind in _above else None


def _fits(code: str, row: Row) -> bool:
    """No second order where the highest stands; no screening of what may not be mediated anyway."""
    if code == "order":
        return not any(order.level == Level.RED for order in row.orders)
    if code == "screen" and row.case is not None:
        return bool(row.case.category.is_mediable)
    return True


def bound(deed: Deed, thing: Any, data: QueryDict | None, *, prefix: str) -> forms.Form:
    """The form of a deed on a row; its fields have ids of their own, and its texts leave no drafts behind."""
    form = deed.form(data, auto_id=f"{prefix}_%s", **deed.start(thing))
    for field in form.fields.values():
        field.widget.attrs.pop("data-draft-key", None)
    return form
