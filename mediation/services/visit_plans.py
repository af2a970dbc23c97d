"""Planning the visits of a resolved matter, and cancelling them when they make no sense any more."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from accounts.models import User
from cases import ledger
from cases.models import Case, EventKind, Kind, RiskLevel
from cases.services import close_case
from mediation import planning
from mediation.models import FollowUp, FollowUpPlan, Instalment, Obligation
from mediation.services import visitors


def on_resolved(*, case: Case, by: User | None) -> None:
    """A case was resolved: make its plan. A consultation that was answered needs none and is closed."""
    if case.kind == Kind.CONSULTATION:
        close_case(case=case, by=None)
    else:
        plan_for(case)


def on_reopened(*, case: Case, by: User | None) -> None:
    """A case was reopened, withdrawn or ended otherwise: no visit that was planned is made, second calls neither."""
    _cancel(case, by, second_calls=True)


def on_closed(*, case: Case, by: User | None) -> None:
    """A case was closed: its plan is at an end. A second call is made all the same: it checks the closing."""
    _cancel(case, by, second_calls=False)


def on_unmerged(*, case: Case, by: User | None, merged_at: dt.datetime) -> None:
    """A merging was undone: the visits that it cancelled are planned again, for the days on which they were."""
    cancelled = case.events.filter(kind=EventKind.FOLLOW_UP_CANCELLED, at__gte=merged_at)
    keys = [key for data in cancelled.values_list("data", flat=True) for key in data["follow_ups"]]
    rows = FollowUp.objects.filter(case=case, pk__in=keys, state=FollowUp.State.CANCELLED)
    visits = list(rows.select_for_update(of=("self",)).order_by("pk"))
    if not visits:
        return
    rows.update(state=FollowUp.State.PLANNED)
    facts = {"days": [one.day for one in visits], "follow_ups": [one.pk for one in visits], "again": True}
    ledger.append(case, [ledger.Entry(EventKind.FOLLOW_UP_PLANNED, by, facts)])


def plan_for(case: Case) -> list[FollowUp]:
    """Plan the visits of a locked case that was just resolved; the first day after it is day 1."""
    resolved_on = timezone.localdate(case.resolved_at)
    plan = plan_of(case, resolved_on)
    days = planning.visit_days(plan.days if plan else planning.DEFAULT_DAYS, due_days(case, resolved_on))
    choice = visitors.choose(case, plan)
    visits = FollowUp.objects.bulk_create(
        [
            FollowUp(
                case=case,
                round=case.reopened_count,
                day=day,
                due_on=resolved_on + dt.timedelta(days=day),
                origin=origin,
                plan=plan,
                channel=plan.channel if plan else FollowUp._meta.get_field("channel").default,
                assignee_id=choice.visitor,
                companion_id=choice.companion,
                why_visitor=choice.why,
            )
            for day, origin in days
        ]
    )
    visitors.let_read(case, [choice.visitor, choice.companion])
    facts = {
        "days": [row.day for row in days], "visitor": choice.visitor, "companion": choice.companion,
        "plan": plan.code if plan else "", "condition": plan.condition if plan else "",
    }  # fmt: skip
    ledger.append(case, [ledger.Entry(EventKind.FOLLOW_UP_PLANNED, None, facts)])
    return visits


def plan_of(case: Case, day: dt.date) -> FollowUpPlan | None:
    """The plan in force on ``day`` that fits the case; None where all plans are switched off."""
    plans = FollowUpPlan.objects.in_force(day).select_related("category")
    return planning.choose(plans, facts_of(case))


def facts_of(case: Case) -> planning.Facts:
    """What the choice of a plan looks at. The police calls are as the case was rated last."""
    calls = next((part["evidence"] for part in case.risk_parts if part["code"] == "police_calls"), ["0"])
    return planning.Facts(
        category=case.category_id,
        is_high_risk=case.risk_level == RiskLevel.HIGH,
        is_repeated=case.repeat_of_id is not None,
        reopened=case.reopened_count,
        police_calls=int(calls[0]),
    )


def due_days(case: Case, resolved_on: dt.date) -> list[int]:
    """The days, counted from ``resolved_on``, after each due date under the case's agreements that is still open.

    An obligation in instalments counts by these.
    """
    parts = Instalment.objects.filter(obligation__agreement__case=case, performed_on__isnull=True)
    whole = Obligation.objects.filter(agreement__case=case, performed_on__isnull=True, instalments__isnull=True)
    dates = {*parts.values_list("due_on", flat=True), *whole.values_list("due_on", flat=True)}
    return [(date - resolved_on).days + 1 for date in dates]


def _cancel(case: Case, by: User | None, *, second_calls: bool) -> None:
    planned = FollowUp.objects.planned().filter(case=case)
    if not second_calls:
        planned = planned.of_plan()
    keys = list(planned.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))
    if not keys:
        return
    FollowUp.objects.filter(pk__in=keys).update(state=FollowUp.State.CANCELLED)
    ledger.append(case, [ledger.Entry(EventKind.FOLLOW_UP_CANCELLED, by, {"follow_ups": keys})])
